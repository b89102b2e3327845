/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/route, core/receiver: who gets what, what it does there, and how a receiver is known again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "config_fixture.h"
#include "core/route.h"

static const char INI[] = "[notify oncall]\n"
                          "kind = pagerduty\n"
                          "key_file = oncall.key\n"
                          "urgency = high\n"
                          "[notify emea]\n"
                          "kind = slack\n"
                          "path_file = emea.path\n"
                          "owner = emea-team, Zoë & Co\n"
                          "owner = platform\n"
                          "[notify dead-tokens]\n"
                          "kind = webhook\n"
                          "url = https://desk.example/hook/\n"
                          "secret_file = desk.key\n"
                          "cause = token_revoked, token_expired\n"
                          "state = critical\n"
                          "[notify rest]\n"
                          "kind = alertmanager\n"
                          "url = http://127.0.0.1:9093\n"
                          "default = yes\n"
                          "[notify by-engine]\n"
                          "kind = alertmanager\n"
                          "url = http://127.0.0.1:9093\n"
                          "from = engine\n"
                          "[notify lame]\n"
                          "kind = slack\n"
                          "[owner emea-team]\n"
                          "key_file = emea.key\n";

static struct config *some_config(void)
{
    struct complaints complaints;
    struct config *config;

    complaints_init(&complaints);
    config = config_fixture(INI, &complaints);
    assert_complaint_holds(&complaints, "[notify lame] path_file: is missing");
    complaints_free(&complaints);
    return config;
}

static struct notice a_notice(enum state state, enum cause cause, enum urgency urgency, const char *owner)
{
    struct notice n;

    notice_init(&n);
    n.id = "agent/1";
    n.key = "tiktok-auth/1/2";
    n.state = state;
    n.cause = cause;
    n.urgency = urgency;
    n.owner = owner;
    return n;
}

/* The names of the sections that get it, in order. */
static const char *targets(const struct config *config, const struct notice *notice)
{
    static char names[200];
    size_t section[16], count = route_targets(config, notice, section);

    names[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, config->notify[section[i]].name);
    }
    return names;
}

static void filters_and_default(void **state)
{
    struct config *config = some_config();
    struct notice n = a_notice(STATE_CRITICAL, CAUSE_TOKEN_REVOKED, URGENCY_HIGH, "platform");

    (void)state;
    assert_string_equal(targets(config, &n), "oncall emea dead-tokens");
    n.owner = ""; /* several, or nobody: platform is called */
    assert_string_equal(targets(config, &n), "oncall emea dead-tokens");
    n.state = STATE_WARNING;
    assert_string_equal(targets(config, &n), "oncall emea");
    n = a_notice(STATE_CRITICAL, CAUSE_REVOKED, URGENCY_LOW, "Zo\xc3\xab & Co");
    assert_string_equal(targets(config, &n), "emea");
    n.owner = "Zo\xc3\xab";
    assert_string_equal(targets(config, &n), "rest");
    n.cause = CAUSE_COUNT;
    assert_string_equal(targets(config, &n), "rest");
    n.from_engine = true;
    assert_string_equal(targets(config, &n), "by-engine");
    /* A recovery goes where its trouble went. */
    n = a_notice(STATE_OK, CAUSE_AUTHORIZED, URGENCY_NONE, "nobody");
    n.type = NOTICE_RECOVERY;
    n.old_state = STATE_CRITICAL;
    n.old_cause = CAUSE_TOKEN_REVOKED;
    assert_string_equal(targets(config, &n), "oncall dead-tokens");
    config_free(config);
}

static void filters_that_mean_nothing_are_told(void **state)
{
    struct complaints complaints;
    struct config *config;

    (void)state;
    complaints_init(&complaints);
    config = config_fixture(
        "[notify a]\nkind = slack\npath_file = p\ncause = revokd, revoked\nurgency = hi\n"
        "state = ok\n[notify b]\nkind = slack\npath_file = p\nowner = x\ndefault = yes\n"
        "[notify c]\nkind = alertmanager\nurl = https://a.example\nuser = x\n[notify d]\n"
        "retry_base = 5m\nretry_max = 1m\n[notify e]\nkind = pagerduty\n[notify f]\nkind = webhook\n"
        "[notify g]\nkind = webhook\nurl = https://a.example\n[notify h]\nkind = alertmanager\n",
        &complaints);
    assert_complaint_holds(&complaints, "[notify a] cause: 'revokd' is not known; allowed: the name of a cause");
    assert_complaint_holds(&complaints, "[notify a] urgency: 'hi' is not known; allowed: high, low, none");
    assert_complaint_holds(&complaints,
                           "[notify a] state: 'ok' is not known; allowed: warning, critical, unknown");
    assert_complaint_holds(&complaints, "[notify b] default: takes what no other took");
    assert_complaint_holds(&complaints, "[notify c] user and password_file: one is given without the other");
    assert_complaint_holds(&complaints, "[notify d] kind: is missing");
    assert_complaint_holds(&complaints, "[notify e] key_file: is missing");
    assert_complaint_holds(&complaints, "[notify f] url: is missing");
    assert_complaint_holds(&complaints, "[notify g] secret_file: is missing");
    assert_complaint_holds(&complaints, "[notify h] url: is missing");
    assert_int_equal(config->notify[3].retry_max_ms, config->notify[3].retry_base_ms);
    assert_true(config->notify[0].usable && config->notify[1].usable);
    for (size_t i = 2; i < config->notify_count; i++)
        assert_false(config->notify[i].usable);
    assert_string_equal(config->notify[4].url, "https://events.pagerduty.com");
    assert_string_equal(config->notify[0].url, "https://hooks.slack.com");
    complaints_free(&complaints);
    config_free(config);
}

/* Rows: type and state; columns: kinds, not open and open. T trigger, A acknowledge, R resolve, 1 once, - nothing.
 */
static void what_each_kind_is_told(void **state)
{
    static const struct {
        enum notice_type type;
        enum state state;
        const char *expected;
    } ROW[] = {
        {NOTICE_PROBLEM, STATE_CRITICAL, "TT TT TT TT"},
        {NOTICE_PROBLEM, STATE_OK, "RR RR RR RR"},
        {NOTICE_RECOVERY, STATE_OK, "RR RR RR RR"},
        {NOTICE_RECOVERY, STATE_CRITICAL, "RR RR RR RR"},
        {NOTICE_ACKNOWLEDGEMENT, STATE_CRITICAL, "-A -- AA AA"},
        {NOTICE_ACKNOWLEDGEMENT, STATE_OK, "-- -- -- --"},
        {NOTICE_FLAPPING_START, STATE_CRITICAL, "-- -- 11 11"},
        {NOTICE_FLAPPING_STOP, STATE_CRITICAL, "TT TT TT TT"},
        {NOTICE_FLAPPING_STOP, STATE_OK, "-R -R 1R 1R"},
        {NOTICE_FLAPPING_DISABLED, STATE_OK, "-R -R 1R 1R"},
        {NOTICE_DOWNTIME_START, STATE_CRITICAL, "-- -- 11 11"},
        {NOTICE_DOWNTIME_START, STATE_OK, "-- -- 11 11"},
        {NOTICE_DOWNTIME_END, STATE_CRITICAL, "TT TT TT TT"},
        {NOTICE_DOWNTIME_END, STATE_OK, "-R -R 1R 1R"},
        {NOTICE_DOWNTIME_CANCELLED, STATE_UNKNOWN, "TT TT TT TT"},
        {NOTICE_CUSTOM, STATE_CRITICAL, "TT TT TT TT"},
        {NOTICE_CUSTOM, STATE_OK, "11 11 11 11"},
    };
    static const char LETTER[] = "-TAR1";

    (void)state;
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        struct notice n = a_notice(ROW[i].state, CAUSE_REVOKED, URGENCY_LOW, "");
        char got[12] = "";
        size_t at = 0;

        n.type = ROW[i].type;
        for (int kind = NOTIFY_PAGERDUTY; kind <= NOTIFY_SLACK; kind++) {
            if (kind > 0)
                got[at++] = ' ';
            got[at++] = LETTER[route_tell((enum notify_kind)kind, &n, false)];
            got[at++] = LETTER[route_tell((enum notify_kind)kind, &n, true)];
        }
        got[at] = '\0';
        if (strcmp(got, ROW[i].expected) != 0)
            fail_msg("%s %s: %s", notice_type_name(n.type), state_name(n.state), got);
    }
    assert_string_equal(tell_name(TELL_ONCE), "message");
}

static void an_engine_says_it_to_each_contact(void **state)
{
    struct notice a = a_notice(STATE_CRITICAL, CAUSE_REVOKED, URGENCY_LOW, ""), b = a;

    (void)state;
    assert_true(route_is_repeat(&b, &a));
    b.id = "nagios/2";
    assert_false(route_is_repeat(&b, &a)); /* the agent says nothing twice */
    a.from_engine = b.from_engine = true;
    assert_true(route_is_repeat(&b, &a));
    b.at = a.at + 59;
    assert_true(route_is_repeat(&b, &a));
    b.at = a.at + 60;
    assert_false(route_is_repeat(&b, &a));
    b = a;
    b.id = "nagios/2";
    b.state = STATE_WARNING;
    assert_false(route_is_repeat(&b, &a));
    b.state = a.state;
    b.comment = "I look at it";
    assert_false(route_is_repeat(&b, &a));
    b.comment = a.comment;
    b.type = NOTICE_ACKNOWLEDGEMENT;
    assert_false(route_is_repeat(&b, &a));
    b.type = a.type;
    b.since = 5; /* it was OK in between */
    assert_false(route_is_repeat(&b, &a));
}

static const char *identity(const struct receiver *receiver, const char *print)
{
    static struct buf out;

    buf_free(&out);
    buf_init(&out, 1000);
    assert_true(receiver_identity(receiver, print, &out));
    return buf_text(&out);
}

static void a_receiver_is_what_it_delivers_to(void **state)
{
    struct config *config = some_config();
    struct receiver r = receiver_of(config, &config->notify[0], "emea-team");

    (void)state;
    assert_string_equal(r.secret_file, "/etc/tta/emea.key");
    assert_string_equal(identity(&r, "abc"), "pagerduty https://events.pagerduty.com abc");
    r = receiver_of(config, &config->notify[0], "another");
    assert_string_equal(r.secret_file, "/etc/tta/oncall.key");
    r = receiver_of(config, &config->notify[1], "emea-team");
    assert_string_equal(r.secret_file, "/etc/tta/emea.path");
    assert_string_equal(identity(&r, "def"), "slack https://hooks.slack.com def");
    r = receiver_of(config, &config->notify[2], "");
    assert_string_equal(r.secret_file, "/etc/tta/desk.key");
    assert_string_equal(identity(&r, "def"), "webhook https://desk.example/hook");
    r = receiver_of(config, &config->notify[3], "");
    assert_null(r.secret_file);
    assert_string_equal(identity(&r, ""), "alertmanager http://127.0.0.1:9093");
    config_free(config);
}

static void a_receiver_is_remembered(void **state)
{
    static const char *const REFUSED[] = {
        "",
        "{}",
        "{\"receiver\":2,\"kind\":\"slack\",\"url\":\"https://a.example\"}",
        "{\"receiver\":1,\"kind\":\"smoke\",\"url\":\"https://a.example\"}",
        "{\"receiver\":1,\"kind\":\"slack\"}",
        "{\"receiver\":1,\"kind\":\"slack\",\"url\":5}",
        "{\"receiver\":1,\"kind\":\"slack\",\"url\":\"http://a.example\"}",
        "{\"receiver\":1,\"kind\":\"slack\",\"url\":\"https://a.example\",\"proxy\":\"socks://x\"}",
    };
    struct receiver r = {.kind = NOTIFY_WEBHOOK,
                         .url = "https://a.example/x",
                         .secret_file = "/etc/\"x\"",
                         .proxy = "http://p.example:3128"};
    struct receiver back;
    struct arena arena = {0};
    struct err err = {""};
    struct buf line;

    (void)state;
    buf_init(&line, 10000);
    assert_true(receiver_encode(&r, &line));
    if (!receiver_decode(buf_text(&line), buf_len(&line), &arena, &back, &err))
        fail_msg("%s", err.text);
    assert_int_equal(back.kind, NOTIFY_WEBHOOK);
    assert_string_equal(back.url, r.url);
    assert_string_equal(back.secret_file, r.secret_file);
    assert_string_equal(back.proxy, r.proxy);
    assert_null(back.user);
    assert_null(back.ca_file);
    buf_free(&line);
    for (size_t i = 0; i < TTA_LEN(REFUSED); i++)
        if (receiver_decode(REFUSED[i], strlen(REFUSED[i]), &arena, &back, &err))
            fail_msg("taken: %s", REFUSED[i]);
    arena_free(&arena);
}

static bool remember(void *arg)
{
    struct arena arena = {0};
    struct receiver back;
    struct err err = {""};
    struct buf line;
    bool ok;

    buf_init(&line, 10000);
    ok = receiver_encode(arg, &line) && receiver_decode(buf_text(&line), buf_len(&line), &arena, &back, &err);
    buf_free(&line);
    arena_free(&arena);
    return ok;
}

static void without_memory_it_says_so(void **state)
{
    struct receiver r = {.kind = NOTIFY_SLACK, .url = "https://a.example", .secret_file = "/x"};

    (void)state;
    assert_true(alloc_fail_each(remember, &r) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_and_default),
        cmocka_unit_test(filters_that_mean_nothing_are_told),
        cmocka_unit_test(what_each_kind_is_told),
        cmocka_unit_test(an_engine_says_it_to_each_contact),
        cmocka_unit_test(a_receiver_is_what_it_delivers_to),
        cmocka_unit_test(a_receiver_is_remembered),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
