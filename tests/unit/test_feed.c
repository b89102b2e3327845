/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/feed, core/feed_nagios: which results there are, in which order, and as the text of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board_fixture.h"
#include "config_fixture.h"
#include "core/feed.h"
#include "core/feed_nagios.h"
#include "core/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char INI[] = "[app main]\napp_id = 7055107885017071618\nsecret_file = a\n"
                          "[app second]\napp_id = 7055107885017071619\nsecret_file = b\n"
                          "[token emea-01]\napp = main\ntoken_file = c\n"
                          "required_permissions = GET /file/video/ad/search/\n"
                          "[token emea-07]\napp = main\ntoken_file = d\n"
                          "[token apac]\napp = second\ntoken_file = e\n"
                          "[token fresh]\napp = second\ntoken_file = f\n"
                          "[inventory]\nfile = advertisers.csv\n";
static const char CSV[] = "advertiser_id,name,token,owner,client\n"
                          "7502022393087590400,A,emea-01,o,Acme\n"
                          "7502022393087590401,Acme GmbH,emea-01,o,Acme\n"
                          "7502022393087590402,C,emea-07,o,\n"
                          "7502022393087590403,D,emea-07,o,\n"
                          "7502022393087590404,E,emea-01,o,\n"
                          "7502022393087590405,F,emea-01,o,\n"
                          "7502022393087590406,G,emea-01,o,\n"
                          "7502022393087590499,New,emea-01,o,\n"
                          "7502022393087590401,Acme GmbH,apac,o,\n";

struct bench {
    struct board_fixture f;
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;
    struct roster roster;
    struct feed *feed;
    int64_t now;
    struct buf said;
};

static bool nobody(void *arg, const char *app, const char *id)
{
    (void)arg;
    (void)app;
    (void)id;
    return false;
}

static void begin(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    complaints_init(&b->complaints);
    b->config = config_fixture(INI, &b->complaints);
    b->inventory = inventory_fixture(b->config, CSV, &b->complaints);
    board_fixture(&b->f);
    b->now = BOARD_NOW;
    assert_true(roster_make(b->config, b->inventory, "tiktok-{app}", nobody, NULL, b->now, &b->roster));
    buf_init(&b->said, 1 << 24);
}

static void end(struct bench *b)
{
    buf_free(&b->said);
    feed_free(b->feed);
    roster_free(&b->roster);
    inventory_free(b->inventory);
    board_fixture_free(&b->f);
    config_free(b->config);
    complaints_free(&b->complaints);
}

static void make(struct bench *b, enum feed_kind kind)
{
    feed_free(b->feed);
    b->feed =
        feed_new(&(struct feed_source){.config = b->config,
                                       .complaints = &b->complaints,
                                       .snapshot = b->f.snapshot ? b->f.snapshot : board_fixture_snapshot(&b->f),
                                       .roster = &b->roster,
                                       .now = b->now},
                 kind);
    assert_non_null(b->feed);
}

/* "host/service=state" for each, in the order told; the apps' hosts as m and s, ids by their last two digits. */
static const char *order(struct bench *b)
{
    buf_reset(&b->said);
    for (size_t i = 0; i < feed_count(b->feed); i++) {
        struct feed_result result;
        const char *name;

        assert_true(feed_result(b->feed, i, &result));
        name = result.service->name;
        if (result.service->kind == SERVICE_ADVERTISER)
            name += strlen(name) - 2;
        buf_printf(&b->said, "%s%c/%s=%d", i > 0 ? " " : "", result.service->host[7], name, (int)result.state);
    }
    assert_true(buf_ok(&b->said));
    return buf_text(&b->said);
}

static const char *text_of(struct bench *b, const char *service, struct feed_result *out)
{
    for (size_t i = 0; i < feed_count(b->feed); i++) {
        assert_true(feed_result(b->feed, i, out));
        if (strcmp(out->service->name, service) == 0)
            return out->text;
    }
    fail_msg("%s is not fed", service);
    return "";
}

static void assert_begins(const char *text, const char *begin)
{
    if (strncmp(text, begin, strlen(begin)) != 0)
        fail_msg("%s\ndoes not begin with\n%s", text, begin);
}

static void test_order_for_nagios(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    make(&b, FEED_NAGIOS);
    assert_string_equal(
        order(&b), "m/token-emea-07=2 m/token-emea-01/file/video/ad/search=2 "
                   "m/api=0 s/api=0 m/app=0 s/app=0 m/token-emea-01=0 s/token-apac=0 m/client-acme-8f54a964=0 "
                   "m/00=0 m/05=0 s/01=0 m/01=2 m/02=2 m/03=2 m/04=1 m/06=2");
    assert_int_equal(feed_left_out(b.feed), 2); /* the new token and the new advertiser */
    end(&b);
}

static void test_order_for_icinga(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    make(&b, FEED_ICINGA2);
    assert_string_equal(
        order(&b), "m/token-emea-07=2 m/token-emea-01/file/video/ad/search=2 m/00=0 m/05=0 s/01=0 "
                   "m/client-acme-8f54a964=0 m/token-emea-01=0 s/token-apac=0 m/app=0 s/app=0 m/api=0 s/api=0 "
                   "m/01=2 m/02=2 m/03=2 m/04=1 m/06=2");
    end(&b);
}

static void test_result_is_the_checks(void **state)
{
    struct bench b;
    struct feed_result result;
    struct judgement j;
    struct buf text, perfdata;

    (void)state;
    begin(&b);
    make(&b, FEED_NAGIOS);
    judgement_make(b.config, &b.complaints, b.f.snapshot, NULL, &(struct selection){SELECT_TOKEN, NULL, "emea-07"},
                   &(struct thresholds){0}, STATE_UNKNOWN, b.now, &j);
    buf_init(&text, 1 << 20);
    buf_init(&perfdata, 1 << 20);
    assert_true(output_parts(&j, 0, &text, &perfdata));
    assert_string_equal(text_of(&b, "token-emea-07", &result), buf_text(&text));
    assert_string_equal(result.perfdata, buf_text(&perfdata));
    assert_null(strchr(result.text, '|'));
    assert_int_equal(result.verified_at, BOARD_NOW - 60);
    buf_free(&text);
    buf_free(&perfdata);
    (void)text_of(&b, "7502022393087590405", &result);
    assert_int_equal(result.state, STATE_OK); /* retired: it never ages */
    assert_int_equal(result.verified_at, 0);
    end(&b);
}

static void test_shared_causes(void **state)
{
    struct bench b;
    struct feed_result result;
    const char *text;

    (void)state;
    begin(&b);
    make(&b, FEED_NAGIOS);
    text = text_of(&b, "token-emea-01/file/video/ad/search", &result);
    assert_begins(text, "TIKTOK AUTH CRITICAL - endpoint emea-01 GET /file/video/ad/search/: ");
    assert_non_null(strstr(text, "\nFix:\n1. "));
    assert_true(strcspn(text, "\n") <= OUTPUT_LINE_MAX);
    assert_string_equal(result.perfdata, "unauthorized=1;;;0");
    text = text_of(&b, "client-acme-8f54a964", &result);
    assert_string_equal(text, "TIKTOK AUTH OK - client Acme: no shared cause of loss now\n");
    assert_string_equal(result.perfdata, "unauthorized=0;;;0");
    end(&b);
}

/* Nothing was verified for longer than stale_after: everything but what is retired reads so. */
static void test_stale(void **state)
{
    struct bench b;
    struct feed_result result;

    (void)state;
    begin(&b);
    b.now = BOARD_NOW + 7200;
    make(&b, FEED_NAGIOS);
    for (size_t i = 0; i < feed_count(b.feed); i++) {
        assert_true(feed_result(b.feed, i, &result));
        assert_int_equal(result.state,
                         result.service->root[0] && strcmp(result.service->root, "7502022393087590405") == 0
                             ? STATE_OK
                             : STATE_UNKNOWN);
    }
    assert_begins(text_of(&b, "client-acme-8f54a964", &result),
                  "TIKTOK AUTH UNKNOWN - client Acme: not verified since Nov 22 02:59Z - ");
    end(&b);
}

/* Who was asked first goes stale first, and its engine would call before the api is known to be down. */
static void test_in_an_outage_the_api_is_the_first(void **state)
{
    struct bench b;
    struct feed_result result;

    (void)state;
    begin(&b);
    b.f.token[AT_APAC].verdict.verified_at = BOARD_NOW - 600;
    b.f.advertiser[OTHER_APP].verdict.verified_at = BOARD_NOW - 600;
    b.now = BOARD_NOW + 1300;
    make(&b, FEED_NAGIOS);
    (void)text_of(&b, "token-apac", &result);
    assert_int_equal(result.state, STATE_OK);
    assert_true(strstr(order(&b), "s/01=0") != NULL);
    b.now = BOARD_NOW + 2000;
    make(&b, FEED_NAGIOS);
    (void)text_of(&b, "token-apac", &result);
    assert_int_equal(result.state, STATE_UNKNOWN);
    assert_true(strstr(order(&b), "m/api=3") != NULL && strstr(order(&b), "s/01=3") != NULL);
    end(&b);
}

/* While others go on being verified it is its own. */
static void test_a_token_that_is_left_behind_reads_so(void **state)
{
    struct bench b;
    struct feed_result result;

    (void)state;
    begin(&b);
    b.f.token[AT_APAC].verdict.verified_at = BOARD_NOW - 2000;
    make(&b, FEED_NAGIOS);
    (void)text_of(&b, "token-apac", &result);
    assert_int_equal(result.state, STATE_UNKNOWN);
    assert_true(strstr(order(&b), "m/api=0") != NULL);
    end(&b);
}

static void test_file_text(void **state)
{
    static const struct service service = {.host = "tiktok-main", .name = "token-x/y"};
    struct feed_result result = {.service = &service,
                                 .state = STATE_CRITICAL,
                                 .text = "a\\n\tb\x7f\r\xff\n\nc\n\n",
                                 .perfdata = "x=1;;;0 y=2"};
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 16);
    assert_true(feed_nagios_begin(&out, 1795316400));
    assert_true(feed_nagios_add(&out, &result, 1795316400));
    assert_string_equal(buf_text(&out),
                        "### Passive results of tiktok-auth ###\nfile_time=1795316400\n\n"
                        "host_name=tiktok-main\nservice_description=token-x/y\ncheck_type=1\ncheck_options=0\n"
                        "scheduled_check=0\nreschedule_check=0\nlatency=0.0\nstart_time=1795316400.0\n"
                        "finish_time=1795316400.0\nearly_timeout=0\nexited_ok=1\nreturn_code=2\n"
                        "output=a\\\\n?b??\xff\\n\\nc\\n| x=1;;;0 y=2\n\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_for_nagios),
        cmocka_unit_test(test_order_for_icinga),
        cmocka_unit_test(test_result_is_the_checks),
        cmocka_unit_test(test_shared_causes),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_in_an_outage_the_api_is_the_first),
        cmocka_unit_test(test_a_token_that_is_left_behind_reads_so),
        cmocka_unit_test(test_file_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
