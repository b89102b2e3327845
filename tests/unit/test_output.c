/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Line 1 as engines and pagers take it, the long text, perfdata, JSON: exact examples, and properties that hold
 * whatever the input is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "board_fixture.h"
#include "config_fixture.h"
#include "core/output.h"
#include "ext/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char INI[] = "[app main]\napp_id = 7055107885017071618\nsecret_file = a\n"
                          "[app second]\napp_id = 7055107885017071619\nsecret_file = b\n"
                          "[token emea-01]\napp = main\ntoken_file = c\n"
                          "[token emea-07]\napp = main\ntoken_file = d\n"
                          "[token apac]\napp = second\ntoken_file = e\n"
                          "[inventory]\nfile = advertisers.csv\n";

struct bench {
    struct board_fixture f;
    struct complaints complaints;
    struct config *config;
    struct thresholds thresholds;
    int64_t now;
    struct judgement j;
    struct buf out;
};

static void begin(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    complaints_init(&b->complaints);
    b->config = config_fixture(INI, &b->complaints);
    board_fixture(&b->f);
    b->now = BOARD_NOW;
    buf_init(&b->out, 1 << 24);
}

static void end(struct bench *b)
{
    buf_free(&b->out);
    board_fixture_free(&b->f);
    config_free(b->config);
    complaints_free(&b->complaints);
}

static void judge(struct bench *b, struct selection selection)
{
    if (!b->f.snapshot)
        board_fixture_snapshot(&b->f);
    judgement_make(b->config, &b->complaints, b->f.snapshot, NULL, &selection, &b->thresholds, STATE_UNKNOWN,
                   b->now, &b->j);
    buf_reset(&b->out);
}

static struct selection advertiser(const struct bench *b, unsigned at)
{
    return (struct selection){SELECT_ADVERTISER, b->f.app[b->f.advertiser[at].app].name, b->f.advertiser[at].id};
}

static struct selection token(const char *name)
{
    return (struct selection){SELECT_TOKEN, NULL, name};
}

static const struct selection ALL = {SELECT_ALL, NULL, NULL};
static const struct selection API = {SELECT_API, NULL, NULL};

static const char *line(struct bench *b, struct selection selection)
{
    judge(b, selection);
    assert_true(output_line(&b->j, &b->out));
    return buf_text(&b->out);
}

static const char *text(struct bench *b, struct selection selection, int verbose)
{
    judge(b, selection);
    assert_true(output_text(&b->j, verbose, &b->out));
    return buf_text(&b->out);
}

static const char *json(struct bench *b, struct selection selection)
{
    judge(b, selection);
    assert_true(output_json(&b->j, &b->out));
    return buf_text(&b->out);
}

static void assert_line(struct bench *b, struct selection selection, const char *expected)
{
    assert_string_equal(line(b, selection), expected);
}

/* --- line 1, exactly --------------------------------------------------------------------------------------------
 */

static void test_line_of_advertisers(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_line(&b, advertiser(&b, AT_OK),
                "TIKTOK AUTH OK - Good Co (7502022393087590400): authorized, last seen Nov 22 02:59Z");
    assert_line(&b, advertiser(&b, AT_LOST),
                "TIKTOK AUTH CRITICAL - Acme GmbH (7502022393087590401): app access lost Nov 22 02:14Z [40001] - "
                "client must re-authorize");
    assert_line(
        &b, advertiser(&b, AT_DEAD),
        "TIKTOK AUTH CRITICAL - Beta Ltd (7502022393087590402): its token is dead Nov 22 02:14Z [40105] - its "
        "owner must re-authorize now");
    assert_line(
        &b, advertiser(&b, AT_WARNING),
        "TIKTOK AUTH WARNING - Delta (7502022393087590404): account suspended Nov 22 02:14Z - advertiser must "
        "appeal to TikTok");
    assert_line(&b, advertiser(&b, AT_RETIRED),
                "TIKTOK AUTH OK - Old Inc (7502022393087590405): retired Nov 22 02:14Z");
    b.f.advertiser[AT_OK].name = "";
    board_fixture_free(&b.f);
    assert_line(&b, advertiser(&b, AT_OK),
                "TIKTOK AUTH OK - advertiser 7502022393087590400: authorized, last seen Nov 22 02:59Z");
    end(&b);
}

static void test_line_of_tokens_and_apps(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_line(&b, token("emea-07"),
                "TIKTOK AUTH CRITICAL - token emea-07: dead Nov 22 02:14Z [40105], 2 advertisers - its owner must "
                "re-authorize now");
    assert_line(&b, token("apac"), "TIKTOK AUTH OK - token apac: working, last seen Nov 22 02:59Z, 1 advertiser");
    assert_line(
        &b, token("emea-01"),
        "TIKTOK AUTH OK - token emea-01: working, last seen Nov 22 02:59Z, 2 of 5 advertisers unauthorized");
    b.f.token[AT_EMEA_01].verdict = board_verdict(CAUSE_REVOKED, SCOPE_TOKEN, "emea-01");
    board_fixture_free(&b.f);
    assert_non_null(strstr(text(&b, token("emea-01"), 0), ", 2 of 5 advertisers - client must re-authorize\n"));
    assert_non_null(strstr(buf_text(&b.out), "Root cause: token emea-01, 2 of 5 advertisers\n"));
    b.f.token[AT_EMEA_01].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_TOKEN, "emea-01");
    board_fixture_free(&b.f);
    b.thresholds = (struct thresholds){.has_warning = true};
    assert_line(&b, token("emea-01"),
                "TIKTOK AUTH WARNING - token emea-01: working, last seen Nov 22 02:59Z, 2 of 5 advertisers "
                "unauthorized - see its advertisers");
    b.thresholds = (struct thresholds){.has_warning = false};
    assert_line(&b, (struct selection){SELECT_APP, "second", NULL},
                "TIKTOK AUTH OK - app second: working, last seen Nov 22 02:59Z, 1 advertiser");
    end(&b);
}

static void test_line_of_all(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_line(
        &b, ALL,
        "TIKTOK AUTH CRITICAL - 4 of 8 advertisers unauthorized, 1 warning, token emea-07: dead [40105] - its "
        "owner must re-authorize now");
    b.thresholds.has_critical = true;
    assert_true(range_read("7", &b.thresholds.critical, NULL));
    b.f.advertiser[AT_WARNING].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, "7502022393087590404");
    board_fixture_free(&b.f);
    assert_line(&b, ALL, "TIKTOK AUTH OK - 4 of 8 advertisers unauthorized, within the thresholds");
    for (unsigned i = 0; i < BOARD_ADVERTISERS; i++)
        b.f.advertiser[i].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, b.f.advertiser[i].id);
    b.f.board.api_fault = (struct fault){CAUSE_TIKTOK_FAULT, SCOPE_API, true, 50002, "Oops", "r", 200};
    board_fixture_free(&b.f);
    assert_line(&b, ALL,
                "TIKTOK AUTH OK - 8 advertisers authorized, last seen Nov 22 02:59Z (TikTok 50002 since)");
    b.now += 4000;
    assert_line(
        &b, ALL,
        "TIKTOK AUTH UNKNOWN - 8 of 8 advertisers not verified since Nov 22 02:59Z (TikTok 50002) - find out "
        "why sweeps fail");
    end(&b);
}

static void test_line_of_the_api(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_line(&b, API, "TIKTOK AUTH OK - TikTok API: working, last answer Nov 22 02:59Z");
    complain(&b.complaints, "t.conf", 2, SUBJECT_ALL, "", "key 'x' is not known");
    assert_line(
        &b, API,
        "TIKTOK AUTH WARNING - TikTok API: working, last answer Nov 22 02:59Z, 1 fault in the configuration - "
        "run tiktok-auth doctor");
    b.now += 4000;
    assert_line(
        &b, API,
        "TIKTOK AUTH UNKNOWN - TikTok API: nothing verified since Nov 22 02:59Z - find out why sweeps fail");
    end(&b);
}

static void test_line_with_a_fault(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.token[AT_EMEA_01].fault = (struct fault){CAUSE_TIKTOK_FAULT, SCOPE_API, true, 50002, "Oops", "r", 200};
    assert_line(
        &b, advertiser(&b, AT_OK),
        "TIKTOK AUTH OK - Good Co (7502022393087590400): authorized, last seen Nov 22 02:59Z (TikTok 50002 "
        "since)");
    b.f.token[AT_EMEA_01].fault = (struct fault){CAUSE_EDGE_FAULT, SCOPE_API, false, 0, "HTML", "", 502};
    board_fixture_free(&b.f);
    assert_line(
        &b, advertiser(&b, AT_OK),
        "TIKTOK AUTH OK - Good Co (7502022393087590400): authorized, last seen Nov 22 02:59Z (HTTP 502 since)");
    b.f.token[AT_EMEA_01].fault = (struct fault){CAUSE_NETWORK_FAULT, SCOPE_API, false, 0, "refused", "", 0};
    board_fixture_free(&b.f);
    assert_line(&b, advertiser(&b, AT_OK),
                "TIKTOK AUTH OK - Good Co (7502022393087590400): authorized, last seen Nov 22 02:59Z (TikTok not "
                "reached since)");
    b.now += 4000;
    assert_line(&b, advertiser(&b, AT_OK),
                "TIKTOK AUTH UNKNOWN - Good Co (7502022393087590400): not verified (TikTok not reached) - find "
                "out why sweeps fail");
    end(&b);
}

/* UNKNOWN names what happened. */
static void test_line_when_nothing_was_ever_known(void **state)
{
    struct verdict *v;
    struct bench b;

    (void)state;
    begin(&b);
    v = &b.f.advertiser[AT_OK].verdict;
    *v = board_verdict(CAUSE_NOT_VERIFIED, SCOPE_API, "");
    v->since = v->last_ok = v->verified_at = 0;
    assert_line(&b, advertiser(&b, AT_OK),
                "TIKTOK AUTH UNKNOWN - Good Co (7502022393087590400): never verified - find out why sweeps fail");
    b.f.token[AT_EMEA_01].fault =
        (struct fault){CAUSE_EDGE_FAULT, SCOPE_API, false, 0, "HTTP 502 with an HTML page", "", 502};
    board_fixture_free(&b.f);
    assert_line(
        &b, advertiser(&b, AT_OK),
        "TIKTOK AUTH UNKNOWN - Good Co (7502022393087590400): unreadable answer: HTTP 502 with an HTML... - no "
        "action, the API must recover");
    b.f.token[AT_EMEA_01].fault =
        (struct fault){CAUSE_UNKNOWN, SCOPE_ADVERTISER, true, 98765, "Who | knows", "r", 200};
    board_fixture_free(&b.f);
    assert_line(
        &b, advertiser(&b, AT_OK),
        "TIKTOK AUTH UNKNOWN - Good Co (7502022393087590400): answer not understood [98765]: Who knows - look "
        "the code up with TikTok");
    end(&b);
}

/* Name and message share the room that there is, and waste none of it. */
static void test_line_of_two_that_give_way(void **state)
{
    struct verdict *v;
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_OK].name = "Acme Gesellschaft";
    v = &b.f.advertiser[AT_OK].verdict;
    *v = board_verdict(CAUSE_NOT_VERIFIED, SCOPE_API, "");
    v->since = v->last_ok = v->verified_at = 0;
    b.f.token[AT_EMEA_01].fault =
        (struct fault){CAUSE_NETWORK_FAULT, SCOPE_API, false, 0, "connection refused by 127.0.0.1", "", 0};
    assert_line(
        &b, advertiser(&b, AT_OK),
        "TIKTOK AUTH UNKNOWN - Acme Ge... (7502022393087590400): TikTok not reached: connection refused ... - "
        "check our network if it lasts");
    assert_int_equal(buf_len(&b.out), 130);
    end(&b);
}

static void test_line_of_held(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_OK].held = true;
    b.f.token[AT_EMEA_01].mass_since = BOARD_LOST;
    assert_line(&b, advertiser(&b, AT_OK),
                "TIKTOK AUTH OK - Good Co (7502022393087590400): missing from the list since Nov 22 02:14Z, not "
                "confirmed yet");
    end(&b);
}

static void test_line_of_refusals(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_line(&b, (struct selection){SELECT_ADVERTISER, NULL, "12345678901234567890"},
                "TIKTOK AUTH UNKNOWN - advertiser 12345678901234567890: not in the inventory (advertisers.csv) - "
                "add it, see tiktok-auth discover");
    assert_line(&b, token("nosuch"),
                "TIKTOK AUTH UNKNOWN - token nosuch is not in the configuration - correct the name or add it");
    complain(&b.complaints, "/etc/tiktok-auth/clients.csv", 9, SUBJECT_ADVERTISER, "12",
             "there is no token 'nope'");
    assert_line(
        &b, (struct selection){SELECT_ADVERTISER, NULL, "12"},
        "TIKTOK AUTH UNKNOWN - advertiser 12: not in the inventory: there is no token nope (clients.csv line "
        "9) - correct the inventory");
    assert_non_null(strstr(text(&b, (struct selection){SELECT_ADVERTISER, NULL, "12"}, 0),
                           "\nNot judged: advertiser 12: not in the inventory: there is no token nope "
                           "(/etc/tiktok-auth/clients.csv line 9)\n"));
    assert_line(&b, advertiser(&b, OTHER_APP),
                "TIKTOK AUTH OK - Acme again (7502022393087590401): authorized, last seen Nov 22 02:59Z");
    end(&b);
}

/* The name gives way first, at whole characters; then what is merely good to know. */
static void test_line_shortened(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_LOST].name = "Acme Gesellschaft fuer Aussenwerbung und Anzeigenvermittlung mbH";
    assert_line(&b, advertiser(&b, AT_LOST),
                "TIKTOK AUTH CRITICAL - Acme Gesellschaf... (7502022393087590401): app access lost Nov 22 02:14Z "
                "[40001] - client must re-authorize");
    assert_int_equal(buf_len(&b.out), 130);
    assert_line(
        &b, advertiser(&b, AT_ENDPOINT),
        "TIKTOK AUTH CRITICAL - Epsilon (7502022393087590406): endpoint permission missing Nov 22 02:14Z - add "
        "the permission, re-authorize");
    end(&b);
}

/* --- properties -------------------------------------------------------------------------------------------------
 */

/* What engines strip, and what would end the line or begin perfdata. */
static void assert_engine_line(const char *text, size_t len)
{
    if (len > OUTPUT_LINE_MAX)
        fail_msg("%zu bytes: %s", len, text);
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] > 0x7e || strchr("`~$&|'\"<>", text[i]))
            fail_msg("byte %#x in: %s", (unsigned)(unsigned char)text[i], text);
}

static const char *const HOSTILE[] = {
    "",
    "A",
    "Acme | rm -rf /",
    "`id` $(id) ${IFS} ~root",
    "a'b\"c<d>e&f\\g",
    "line\nbreak\r\ntab\ttoo",
    "\x1b[31mred\x1b[0m\x07",
    "\xe2\x80\xae reversed",
    "M\xc3\xbcller & S\xc3\xb6hne GmbH",
    "\xe5\xbe\xae\xe8\xbd\xaf\xe5\x8d\x9a\xe5\xae\xa2",
    "broken \xff\xfe\x80 bytes",
    "| unauthorized=0;;;0;1",
    "\n| age=0",
    "                                                                                                            ",
};

static char giant[3][400];

static const char *hostile(unsigned n)
{
    static const char *const FILL[] = {"x", "\xc3\xbc", "'|"};

    if (n < TTA_LEN(HOSTILE))
        return HOSTILE[n];
    n = (n - (unsigned)TTA_LEN(HOSTILE)) % 3;
    giant[n][0] = '\0';
    while (strlen(giant[n]) < 300)
        strcat(giant[n], FILL[n]);
    return giant[n];
}

enum { HOSTILE_COUNT = TTA_LEN(HOSTILE) + 3 };

static void make_hostile(struct bench *b, enum cause cause, const char *name, const char *id, bool coded)
{
    struct board_advertiser *a = &b->f.advertiser[OTHER_APP];
    struct verdict *v = &a->verdict;
    const struct cause_info *info = cause_info(cause);

    a->id = id;
    a->name = a->owner = a->client = name;
    v->cause = cause;
    v->state = info->state;
    v->urgency = info->urgency;
    v->actor = actor_resolve(info->actor, GRANTED_BY_CLIENT);
    v->has_code = coded;
    v->code = coded ? INT64_MIN : 0;
    v->message = v->request_id = v->root_id = name;
    v->endpoint = coded ? name : "";
    b->f.token[AT_APAC].name = name[0] ? name : "t";
    b->f.token[AT_APAC].login = b->f.token[AT_APAC].note = name;
    b->f.token[AT_APAC].verdict = *v;
    b->f.token[AT_APAC].fault = (struct fault){coded ? CAUSE_TIKTOK_FAULT : CAUSE_NETWORK_FAULT,
                                               SCOPE_API,
                                               coded,
                                               INT64_MAX,
                                               name,
                                               name,
                                               coded ? 0 : 503};
    b->f.app[1].name = b->f.app[1].app_id = b->f.app[1].reauth_url = name[0] ? name : "a";
    b->f.app[1].verdict = *v;
    b->f.board.store_fault = name;
    b->f.complaint[0] = (struct board_complaint){SUBJECT_ALL, name, name};
    b->f.board.complaint_count = 1;
}

/* Line 1 again, and: it ends in a newline, perfdata stands alone on the last line, nothing else has a '|'. */
static void assert_text(const char *text, size_t len, const char *first)
{
    const char *bar = memchr(text, '|', len);

    assert_int_equal(strncmp(text, first, strlen(first)), 0);
    assert_int_equal(text[strlen(first)], '\n');
    assert_int_equal(text[len - 1], '\n');
    assert_int_equal(strlen(text), len);
    assert_true(text_is_utf8(text, len));
    if (bar) {
        assert_int_equal(bar[-1], '\n');
        assert_ptr_equal(strchr(bar, '\n'), text + len - 1);
        assert_null(strchr(bar + 1, '|'));
    }
    for (size_t i = 0; i < len; i++)
        assert_true(((unsigned char)text[i] >= 0x20 && text[i] != 0x7f) || text[i] == '\n');
}

static void assert_all_outputs(struct bench *b, struct selection selection, const char *id)
{
    char first[OUTPUT_LINE_MAX + 1];
    struct err err = {.text = ""};
    struct json *parsed;

    snprintf(first, sizeof(first), "%s", line(b, selection));
    assert_engine_line(buf_text(&b->out), buf_len(&b->out));
    if (id && !strstr(first, id))
        fail_msg("the id is not whole: %s", first);
    for (int verbose = 0; verbose < 2; verbose++) {
        text(b, selection, verbose);
        assert_text(buf_text(&b->out), buf_len(&b->out), first);
    }
    json(b, selection);
    parsed = json_parse(buf_text(&b->out), buf_len(&b->out), &err);
    if (!parsed)
        fail_msg("%s: %s", err.text, buf_text(&b->out));
    assert_string_equal(json_text(json_member(parsed, "summary")), first);
    json_free(parsed);
}

/* Two of four variants for each pair of cause and name: every cause and every name meets all four. */
static void test_properties(void **state)
{
    static const char *const IDS[] = {"1", "7502022393087590401", "12345678901234567890"};
    struct bench b;

    (void)state;
    begin(&b);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
        for (unsigned n = 0; n < HOSTILE_COUNT; n++)
            for (unsigned variant = (cause + n) % 2; variant < 4; variant += 2) {
                const char *id = IDS[(cause + n) % TTA_LEN(IDS)], *name = hostile(n);

                board_fixture_free(&b.f);
                board_fixture(&b.f);
                make_hostile(&b, (enum cause)cause, name, id, variant & 1);
                b.now = BOARD_NOW + (variant & 2 ? 4000 : 0);
                if (variant == 3)
                    b.f.advertiser[OTHER_APP].verdict.verified_at = 0;
                assert_all_outputs(&b, (struct selection){SELECT_ADVERTISER, b.f.app[1].name, id}, id);
                assert_all_outputs(&b, (struct selection){SELECT_APP, b.f.app[1].name, NULL}, NULL);
                assert_all_outputs(&b, token(b.f.token[AT_APAC].name), NULL);
                assert_all_outputs(&b, API, NULL);
                assert_all_outputs(&b, ALL, NULL);
            }
    end(&b);
}

/* Every cause that the catalog has fits line 1 whole, its last words included, with the longest id. */
static void test_last_words_fit(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    for (unsigned cause = CAUSE_REVOKED; cause < CAUSE_COUNT; cause++)
        for (unsigned us = 0; us < 2; us++) {
            const char *fix = cause_fix_short((enum cause)cause, us ? GRANTED_BY_US : GRANTED_BY_CLIENT);
            const char *said;

            if (cause == CAUSE_NOT_VERIFIED)
                continue;
            board_fixture_free(&b.f);
            board_fixture(&b.f);
            make_hostile(&b, (enum cause)cause, "A name that is long enough to be cut", "12345678901234567890",
                         true);
            b.f.token[AT_APAC].granted_by = us ? GRANTED_BY_US : GRANTED_BY_CLIENT;
            b.f.advertiser[OTHER_APP].verdict.code = 2200006;
            said = line(&b, advertiser(&b, OTHER_APP));
            if (strlen(said) < strlen(fix) || strcmp(said + strlen(said) - strlen(fix), fix) != 0)
                fail_msg("\"%s\" does not end in \"%s\"", said, fix);
            assert_non_null(strstr(said, cause_info((enum cause)cause)->lost));
        }
    end(&b);
}

/* --- the long text ----------------------------------------------------------------------------------------------
 */

/* The labels come in this order. */
static void assert_order(const char *text, const char *const *parts, size_t count)
{
    const char *at = text;

    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, parts[i]);

        if (!found)
            fail_msg("\"%s\" is not where it belongs in:\n%s", parts[i], text);
        at = found + strlen(parts[i]);
    }
}

static void test_text_of_a_loss(void **state)
{
    static const char *const ORDER[] = {
        "TIKTOK AUTH CRITICAL - Acme GmbH",
        "\nImpact: ",
        "\nFix:\n1. Have whoever granted access re-grant the app: TikTok Business Center, App Management",
        "\n2. Check that app_id and token belong together",
        "\n3. Check the status of the developer account",
        "\n4. Run the authorization again for a new token",
        "\nWho acts: the client. Urgency: low, nothing to do tonight: the client must act\n",
        "Root cause: advertiser 7502022393087590401\n",
        "Owner: team-emea\n",
        "Client: Acme\n",
        "App: main (7055107885017071618)\n",
        "Token: emea-01\n",
        "Authorized by: the client, login Jane D.\n",
        "Last OK: Nov 22 02:09Z, 51 min ago\n",
        "Code: 40001\n",
        "Message: No permission to operate advertiser: 7502022393087590401\n",
        "Request id: 20261122021400ABCDEF\n",
        "Documentation: https://business-api.tiktok.com/portal/docs?id=1738373164380162\n",
        "Authorize again at: https://connect.example/7502022393087590401/again\n",
        "Note: advertisers.csv line 3: unknown column\n",
        "| unauthorized=1;;;0;1 age=60s;;;0\n",
    };
    struct bench b;

    (void)state;
    begin(&b);
    b.f.complaint[0] = (struct board_complaint){SUBJECT_ALL, "", "advertisers.csv line 3: unknown column"};
    b.f.board.complaint_count = 1;
    assert_order(text(&b, advertiser(&b, AT_LOST), 0), ORDER, TTA_LEN(ORDER));
    end(&b);
}

static void test_text_of_all(void **state)
{
    static const char *const ORDER[] = {
        "TIKTOK AUTH CRITICAL - ",
        "\n8 advertisers: 4 unauthorized. States: 3 ok, 1 warning, 4 critical, 0 unknown.\n",
        "Root causes:\nCRITICAL token emea-07: dead Nov 22 02:14Z, 2 advertisers - its owner must ",
        "\nWARNING advertiser 7502022393087590404: account suspended",
        "\nAdvertisers that are not OK:\n",
        "CRITICAL Acme GmbH (7502022393087590401): app access lost Nov 22 02:14Z [40001], owner team-emea\n",
        "\nNote: ",
        "\n| unauthorized=4;;0;0;8 warning=1;;;0;8 unknown=0;;;0;8 age=60s;;;0\n",
    };
    struct bench b;

    (void)state;
    begin(&b);
    b.f.board.store_fault = "disk full";
    assert_order(text(&b, ALL, 0), ORDER, TTA_LEN(ORDER));
    end(&b);
}

static void test_text_of_the_api_lists_complaints(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    for (unsigned i = 0; i < 60; i++)
        complain(&b.complaints, "a.csv", i + 2, SUBJECT_ADVERTISER, "1", "fault %u", i);
    text(&b, API, 0);
    assert_non_null(strstr(buf_text(&b.out), "Fault in the configuration: a.csv line 2: fault 0\n"));
    assert_non_null(strstr(buf_text(&b.out), "and 40 more: tiktok-auth doctor\n"));
    text(&b, API, 1);
    assert_non_null(strstr(buf_text(&b.out), "a.csv line 61: fault 59\n"));
    end(&b);
}

static size_t lines_with(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part)) != NULL) {
        count++;
        text++;
    }
    return count;
}

static void test_text_shows_twenty(void **state)
{
    enum { MANY = 50 };
    static struct board_advertiser rows[MANY];
    static struct board_root roots[MANY];
    static uint32_t problems[MANY];
    static char ids[MANY][24];
    struct bench b;

    (void)state;
    begin(&b);
    for (uint32_t i = 0; i < MANY; i++) {
        rows[i] = b.f.advertiser[AT_LOST];
        snprintf(ids[i], sizeof(ids[i]), "%u", 1000 + i);
        rows[i].id = rows[i].verdict.root_id = ids[i];
        problems[i] = i;
        roots[i] =
            (struct board_root){SCOPE_ADVERTISER, "main",     ids[i], STATE_CRITICAL, CAUSE_REVOKED, URGENCY_LOW,
                                ACTOR_CLIENT,     BOARD_LOST, 1};
    }
    b.f.board.advertiser = rows;
    b.f.board.advertiser_count = b.f.board.problem_count = b.f.board.root_count = MANY;
    b.f.board.problem = problems;
    b.f.board.root = roots;
    b.f.board.members = (struct counts){{0, 0, MANY, 0}, MANY};
    b.f.board.oldest = BOARD_NOW - 60;
    buf_init(&b.f.bytes, SNAPSHOT_SIZE_MAX);
    assert_true(snapshot_encode(&b.f.board, &b.f.bytes));
    b.f.snapshot = snapshot_open(buf_text(&b.f.bytes), buf_len(&b.f.bytes), NULL);
    text(&b, ALL, 0);
    assert_int_equal(lines_with(buf_text(&b.out), "\nCRITICAL Acme GmbH ("), 20);
    assert_int_equal(lines_with(buf_text(&b.out), "\nCRITICAL advertiser "), 20);
    assert_int_equal(lines_with(buf_text(&b.out), "and 30 more, shown by --verbose\n"), 2);
    text(&b, ALL, 1);
    assert_int_equal(lines_with(buf_text(&b.out), "\nCRITICAL Acme GmbH ("), MANY);
    assert_int_equal(lines_with(buf_text(&b.out), "\nCRITICAL advertiser "), MANY);
    assert_null(strstr(buf_text(&b.out), "more, shown"));
    end(&b);
}

/* What went stale since the last round is in no list of problems. */
static void test_text_lists_the_stale(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_LOST].verdict.verified_at = 0;
    b.f.token[AT_EMEA_01].note = "not verified: POST /x/";
    b.now += 4000;
    assert_null(strstr(text(&b, advertiser(&b, AT_OK), 0), "POST /x/"));
    assert_non_null(strstr(text(&b, advertiser(&b, AT_OK), 1), "\nNote on the token: not verified: POST /x/\n"));
    text(&b, ALL, 1);
    assert_non_null(strstr(buf_text(&b.out), "\n1 advertiser never verified yet.\n6 advertisers not verified for "
                                             "longer than stale_after.\n"));
    assert_non_null(
        strstr(buf_text(&b.out), "UNKNOWN Good Co (7502022393087590400): not verified since Nov 22 02:59Z"));
    assert_int_equal(lines_with(buf_text(&b.out), "\nUNKNOWN "), 7);
    text(&b, token("emea-01"), 1);
    assert_int_equal(lines_with(buf_text(&b.out), "\nUNKNOWN "), 4);
    end(&b);
}

static void test_no_code_that_was_not_received(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_LOST].verdict.has_code = false;
    b.f.token[AT_EMEA_01].fault = (struct fault){CAUSE_NETWORK_FAULT, SCOPE_API, false, 40001, "refused", "", 0};
    assert_null(strstr(text(&b, advertiser(&b, AT_LOST), 1), "40001\n"));
    assert_null(strstr(buf_text(&b.out), "[40001]"));
    assert_null(strstr(buf_text(&b.out), "Documentation"));
    assert_non_null(strstr(json(&b, advertiser(&b, AT_LOST)), "\"code\":null"));
    assert_null(strstr(buf_text(&b.out), "\"code\":40001"));
    end(&b);
}

static void test_perfdata(void **state)
{
    static const struct {
        const char *warning, *critical, *shown;
    } CASE[] = {
        {NULL, NULL, "\n| unauthorized=4;;0;0;8 "},         {"0", "5", "\n| unauthorized=4;0;5;0;8 "},
        {"1.5", NULL, "\n| unauthorized=4;1.500000;;0;8 "}, {"10:", "@0:3", "\n| unauthorized=4;;;0;8 "},
        {"0:7", "~:9", "\n| unauthorized=4;7;;0;8 "},
    };
    struct bench b;

    (void)state;
    begin(&b);
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        b.thresholds =
            (struct thresholds){.has_warning = CASE[i].warning != NULL, .has_critical = CASE[i].critical != NULL};
        assert_true(!CASE[i].warning || range_read(CASE[i].warning, &b.thresholds.warning, NULL));
        assert_true(!CASE[i].critical || range_read(CASE[i].critical, &b.thresholds.critical, NULL));
        if (!strstr(text(&b, ALL, 0), CASE[i].shown))
            fail_msg("%s not in: %s", CASE[i].shown, strchr(buf_text(&b.out), '|'));
    }
    assert_non_null(strstr(text(&b, advertiser(&b, AT_OK), 0), "\n| unauthorized=0;;;0;1 age=60s;;;0\n"));
    assert_non_null(strstr(text(&b, advertiser(&b, AT_WARNING), 0), "\n| unauthorized=0;;;0;1 age=60s;;;0\n"));
    assert_non_null(strstr(text(&b, API, 0), "\n| age=60s;;;0\n"));
    b.f.advertiser[AT_OK].verdict.verified_at = 0;
    board_fixture_free(&b.f);
    assert_non_null(strstr(text(&b, advertiser(&b, AT_OK), 0), "\n| unauthorized=0;;;0;1\n"));
    assert_null(strchr(text(&b, token("nosuch"), 0), '|'));
    end(&b);
}

/* --- JSON -------------------------------------------------------------------------------------------------------
 */

static void test_json_of_a_loss(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.token[AT_EMEA_01].fault = (struct fault){CAUSE_EDGE_FAULT, SCOPE_API, false, 0, "HTML", "", 502};
    json(&b, advertiser(&b, AT_LOST));
    assert_string_equal(
        buf_text(&b.out),
        "{\"schema\":1,\"state\":\"critical\",\"exit\":2,\"summary\":\"TIKTOK AUTH CRITICAL - Acme GmbH "
        "(7502022393087590401): app access lost Nov 22 02:14Z [40001] - client must re-authorize\","
        "\"advertiser_id\":\"7502022393087590401\",\"name\":\"Acme "
        "GmbH\",\"owner\":\"team-emea\",\"client\":\"Acme\","
        "\"token\":\"emea-01\",\"app\":\"main\",\"app_id\":\"7055107885017071618\",\"class\":\"authz\","
        "\"cause\":\"revoked\",\"code\":40001,\"message\":\"No permission to operate advertiser: "
        "7502022393087590401\",\"request_id\":\"20261122021400ABCDEF\",\"urgency\":\"low\",\"actor\":\"client\","
        "\"fix\":[\"Have whoever granted access re-grant the app: TikTok Business Center, App Management, find "
        "the "
        "app, re-grant.\",\"Check that app_id and token belong together: a token works only with the app it was "
        "issued for.\",\"Check the status of the developer account in the TikTok developer portal: it and the app "
        "must be approved and not suspended.\",\"Run the authorization again for a new token, with a login that "
        "has "
        "a role on every account the old token covered.\"],\"endpoint\":null,"
        "\"reauth_url\":\"https://connect.example/7502022393087590401/"
        "again\",\"root_cause\":{\"kind\":\"advertiser\","
        "\"id\":\"7502022393087590401\"},\"since\":\"2026-11-22T02:14:00Z\",\"last_ok\":\"2026-11-22T02:09:00Z\","
        "\"verified_at\":\"2026-11-22T02:59:00Z\",\"age_s\":60,\"fault\":{\"cause\":\"edge_fault\",\"scope\":"
        "\"api\","
        "\"code\":null,\"message\":\"HTML\",\"http_status\":502}}");
    end(&b);
}

static void assert_keys(const struct json *object, const char *keys)
{
    struct buf got;

    buf_init(&got, 2000);
    for (const struct json *m = json_first(object); m; m = json_next(m))
        buf_printf(&got, "%s ", json_key(m));
    assert_string_equal(buf_text(&got), keys);
    buf_free(&got);
}

#define KEYS                                                                                               \
    "schema state exit summary advertiser_id name owner client token app app_id class cause code message " \
    "request_id "                                                                                          \
    "urgency actor fix endpoint reauth_url root_cause since last_ok verified_at age_s fault "

static struct json *parsed(struct bench *b, struct selection selection)
{
    struct json *root;

    json(b, selection);
    root = json_parse(buf_text(&b->out), buf_len(&b->out), NULL);
    assert_non_null(root);
    return root;
}

static void test_json_fields(void **state)
{
    struct json *root;
    struct bench b;
    int64_t number;

    (void)state;
    begin(&b);
    root = parsed(&b, advertiser(&b, AT_OK));
    assert_keys(root, KEYS);
    assert_int_equal(json_type_of(json_member(root, "root_cause")), JSON_NULL);
    json_free(root);
    root = parsed(&b, API);
    assert_keys(root, KEYS);
    json_free(root);
    root = parsed(&b, token("nosuch"));
    assert_keys(root, KEYS "counts advertisers ");
    assert_string_equal(json_text(json_member(root, "token")), "nosuch");
    assert_int_equal(json_count(json_member(root, "advertisers")), 0);
    assert_int_equal(json_type_of(json_member(root, "age_s")), JSON_NULL);
    json_free(root);
    root = parsed(&b, ALL);
    assert_keys(root, KEYS "counts advertisers ");
    assert_keys(json_member(root, "counts"), "ok warning critical unknown ");
    assert_int_equal(json_count(json_member(root, "advertisers")), BOARD_ADVERTISERS);
    assert_keys(json_first(json_member(root, "advertisers")),
                "advertiser_id name owner client token app state class cause code message request_id endpoint "
                "root_cause since last_ok verified_at age_s ");
    assert_true(json_whole(json_member(json_member(root, "counts"), "critical"), &number));
    assert_int_equal(number, 4);
    assert_string_equal(json_text(json_member(json_member(root, "root_cause"), "kind")), "token");
    json_free(root);
    end(&b);
}

static void test_json_members(void **state)
{
    const struct json *member;
    struct json *root;
    struct bench b;

    (void)state;
    begin(&b);
    root = parsed(&b, token("emea-07"));
    assert_int_equal(json_count(json_member(root, "advertisers")), 2);
    json_free(root);
    root = parsed(&b, (struct selection){SELECT_APP, "second", NULL});
    member = json_first(json_member(root, "advertisers"));
    assert_string_equal(json_text(json_member(member, "advertiser_id")), "7502022393087590401");
    assert_string_equal(json_text(json_member(member, "app")), "second");
    assert_string_equal(json_text(json_member(member, "token")), "apac");
    json_free(root);
    b.now += 4000; /* each as it reads now */
    root = parsed(&b, (struct selection){SELECT_APP, "second", NULL});
    member = json_first(json_member(root, "advertisers"));
    assert_string_equal(json_text(json_member(member, "state")), "unknown");
    assert_string_equal(json_text(json_member(member, "cause")), "not_verified");
    json_free(root);
    end(&b);
}

/* --- bounds -----------------------------------------------------------------------------------------------------
 */

static void test_small_buffers(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    judge(&b, ALL);
    for (size_t limit = 0; limit < 2000; limit += 7) {
        struct buf small;

        bool ok;

        buf_init(&small, limit);
        ok = output_text(&b.j, 1, &small);
        assert_int_equal(ok, buf_ok(&small));
        buf_free(&small);
        buf_init(&small, limit);
        assert_false(output_json(&b.j, &small));
        buf_free(&small);
    }
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_of_advertisers),
        cmocka_unit_test(test_line_of_tokens_and_apps),
        cmocka_unit_test(test_line_of_all),
        cmocka_unit_test(test_line_of_the_api),
        cmocka_unit_test(test_line_with_a_fault),
        cmocka_unit_test(test_line_when_nothing_was_ever_known),
        cmocka_unit_test(test_line_of_two_that_give_way),
        cmocka_unit_test(test_line_of_held),
        cmocka_unit_test(test_line_of_refusals),
        cmocka_unit_test(test_line_shortened),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_last_words_fit),
        cmocka_unit_test(test_text_of_a_loss),
        cmocka_unit_test(test_text_of_all),
        cmocka_unit_test(test_text_of_the_api_lists_complaints),
        cmocka_unit_test(test_text_shows_twenty),
        cmocka_unit_test(test_text_lists_the_stale),
        cmocka_unit_test(test_no_code_that_was_not_received),
        cmocka_unit_test(test_perfdata),
        cmocka_unit_test(test_json_of_a_loss),
        cmocka_unit_test(test_json_fields),
        cmocka_unit_test(test_json_members),
        cmocka_unit_test(test_small_buffers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
