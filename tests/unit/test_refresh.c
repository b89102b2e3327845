/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes under a clock of the test's: when a token has its turn, what became of it, what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/refresh.h"

enum { HOUR = 3600, DAY = 86400 };
static const int64_t NOW = 1795305600; /* 2026-11-22 00:00 UTC */

/* A token that is wanted, with a pair, and nothing known. */
static struct refresh_watch wanted(void)
{
    return (struct refresh_watch){
        .watched = true, .wanted = true, .has_pair = true, .known = {.said = {.cause = CAUSE_AUTHORIZED}}};
}

static enum refresh_turn turn_of(const struct refresh_watch *watch, int64_t now)
{
    int64_t at;

    return refresh_turn_of(watch, "main", false, now, &at);
}

static void its_turn_comes_before_the_end(void **state)
{
    struct refresh_watch watch = wanted();
    int64_t at = 0, first = INT64_MAX, last = 0;

    (void)state;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOW); /* its end is not known */
    watch.expires = NOW + DAY;
    assert_int_equal(refresh_turn_of(&watch, "main", false, NOW, &at), REFRESH_LATER);
    assert_true(at > NOW + DAY - 3 * HOUR - 1 && at <= NOW + DAY - 2 * HOUR);
    assert_int_equal(turn_of(&watch, at - 1), REFRESH_LATER);
    assert_int_equal(turn_of(&watch, at), REFRESH_NOW);
    assert_int_equal(refresh_turn_of(&watch, "main", true, NOW, &at), REFRESH_NOW);

    /* Tokens that end together do not come together. */
    for (int i = 0; i < 200; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "t-%d", i);
        (void)refresh_turn_of(&watch, name, false, NOW, &at);
        first = at < first ? at : first;
        last = at > last ? at : last;
    }
    assert_true(last - first > HOUR / 2 && last - first < HOUR);

    watch.interval_s = 4 * HOUR; /* one round too late must not be the last */
    assert_int_equal(turn_of(&watch, NOW + DAY - 8 * HOUR), REFRESH_NOW);
    assert_int_equal(turn_of(&watch, NOW), REFRESH_LATER);
    watch.expired_seen = true; /* whatever its file says */
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOW);
}

static void who_has_no_turn(void **state)
{
    struct refresh_watch watch = wanted();

    (void)state;
    watch.watched = false;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOT_WANTED);
    watch = wanted();
    watch.wanted = false;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOT_WANTED);
    watch = wanted();
    watch.has_pair = false;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NO_PAIR);
    watch = wanted();
    watch.refresh_expires = NOW + 1;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOW);
    assert_int_equal(turn_of(&watch, NOW + 1), REFRESH_OVER);
    watch = wanted();
    watch.known.began_ms = 2;
    watch.known.ended_ms = 1;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_UNDER_WAY);
}

/* However short the API makes the life of tokens, they are not refreshed all the time. */
static void short_lives(void **state)
{
    struct refresh_watch watch = wanted();
    int64_t at;

    (void)state;
    assert_true(refresh_begin(&watch.known, "1", NOW * 1000));
    assert_true(refresh_end_new(&watch.known, REFRESH_DONE, NULL, NOW + HOUR, 0, "2", NOW * 1000));
    refresh_set_ends(&watch, 0, 0);
    assert_int_equal(refresh_turn_of(&watch, "main", false, NOW, &at), REFRESH_LATER);
    assert_int_equal(at, NOW + HOUR / 2);

    assert_true(refresh_begin(&watch.known, "2", NOW * 1000));
    assert_true(refresh_end_new(&watch.known, REFRESH_DONE, NULL, NOW + 60, 0, "3", NOW * 1000));
    refresh_set_ends(&watch, 0, 0);
    assert_int_equal(refresh_turn_of(&watch, "main", false, NOW + 50, &at), REFRESH_LATER);
    assert_int_equal(at, NOW + 300);
    assert_int_equal(turn_of(&watch, NOW + 300), REFRESH_NOW);
    refresh_watch_free(&watch);
}

static void end_in_fault(struct refresh *refresh, int64_t now)
{
    struct said said = {.cause = CAUSE_AUTHORIZED};

    assert_true(refresh_begin(refresh, "1", now * 1000));
    assert_true(said_own(&said, CAUSE_TIKTOK_FAULT, "out of order"));
    assert_true(refresh_end(refresh, REFRESH_FAULT, &said, now * 1000));
    said_clear(&said);
}

static void faults_are_tried_again_later_and_later(void **state)
{
    static const int PAUSE[] = {30, 60, 120, 240, 480, 960, 1800, 1800};
    struct refresh_watch watch = wanted();
    int64_t now = NOW, at;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(PAUSE); i++) {
        end_in_fault(&watch.known, now);
        assert_int_equal(refresh_turn_of(&watch, "main", false, now, &at), REFRESH_HELD_BACK);
        assert_int_equal(at - now, PAUSE[i]);
        assert_int_equal(refresh_turn_of(&watch, "main", true, now, &at), REFRESH_NOW);
        now += PAUSE[i];
        assert_int_equal(turn_of(&watch, now), REFRESH_NOW);
    }
    assert_int_equal(turn_of(&watch, now - 10 * DAY), REFRESH_NOW); /* the clock was set back */
    assert_true(refresh_begin(&watch.known, "1", now * 1000));
    assert_true(refresh_end_new(&watch.known, REFRESH_DONE, NULL, now + DAY, 0, "2", now * 1000));
    assert_int_equal(watch.known.failures, 0);
    assert_false(said_something(&watch.known.said));
    refresh_watch_free(&watch);
}

static void lost_answers_end_it_at_the_second(void **state)
{
    struct refresh_watch watch = wanted();

    (void)state;
    assert_true(refresh_begin(&watch.known, "1", NOW * 1000));
    assert_true(refresh_is_under_way(&watch.known));
    refresh_bury(&watch.known, NOW * 1000 + 5);
    assert_false(refresh_is_under_way(&watch.known));
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOW); /* once more, at once */
    assert_true(refresh_begin(&watch.known, "1", NOW * 1000 + 6));
    refresh_bury(&watch.known, NOW * 1000 + 7);
    assert_int_equal(turn_of(&watch, NOW + DAY), REFRESH_OVER);

    /* Another token file is a new beginning, the same one is not. */
    refresh_of_file(&watch.known, "1");
    assert_int_equal(turn_of(&watch, NOW), REFRESH_OVER);
    refresh_of_file(&watch.known, "2");
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOW);
    assert_int_equal(watch.known.lost, 0);
    refresh_watch_free(&watch);
}

static void an_intent_is_later_than_what_ended(void **state)
{
    struct refresh refresh = {.ended_ms = NOW * 1000};

    (void)state;
    assert_true(refresh_begin(&refresh, "1", NOW * 1000 - 5000)); /* the clock was set back */
    assert_true(refresh_is_under_way(&refresh));
    refresh_bury(&refresh, NOW * 1000 - 4000);
    assert_false(refresh_is_under_way(&refresh));
    refresh_free(&refresh);
}

/* --- what is said ------------------------------------------------------------------------------------------- */

enum expected { FINE, WARNS, ALARMS };

static void expect(const struct refresh_watch *watch, int64_t now, enum expected expected, const char *words)
{
    struct refresh_verdict verdict;

    assert_true(refresh_judge(watch, now, &verdict));
    if (verdict.due != (expected != FINE) || verdict.critical != (expected == ALARMS))
        fail_msg("due %d, critical %d: \"%s\"", verdict.due, verdict.critical,
                 verdict.said.message ? verdict.said.message : "");
    if (expected != FINE && !strstr(verdict.said.message, words))
        fail_msg("\"%s\" is not in \"%s\"", words, verdict.said.message);
    said_clear(&verdict.said);
}

static void the_end_of_the_refresh_token_is_told_in_time(void **state)
{
    struct refresh_watch watch = wanted();

    (void)state;
    expect(&watch, NOW, FINE, ""); /* not known: no state is invented */
    watch.wanted = false;          /* watched all the same */
    watch.refresh_expires = NOW + 30 * DAY + 1;
    expect(&watch, NOW, FINE, "");
    expect(&watch, NOW + 1, WARNS, "the refresh token ends at 2026-12-22T00:00:01Z");
    expect(&watch, watch.refresh_expires - 7 * DAY - 1, WARNS, "ends at");
    expect(&watch, watch.refresh_expires - 7 * DAY, ALARMS, "ends at");
    expect(&watch, watch.refresh_expires, ALARMS, "the refresh token ended at 2026-12-22T00:00:01Z");
    watch.watched = false;
    expect(&watch, NOW + 40 * DAY, FINE, "");
}

static void what_became_of_it_is_told(void **state)
{
    struct refresh_watch watch = wanted();
    struct said said = {.cause = CAUSE_AUTHORIZED};

    (void)state;
    watch.expires = NOW + DAY;
    end_in_fault(&watch.known, NOW);
    expect(&watch, NOW, FINE, ""); /* there is time */
    expect(&watch, NOW + DAY - HOUR, WARNS, "out of order");

    refresh_bury(&watch.known, NOW);
    expect(&watch, NOW, FINE, "");
    refresh_bury(&watch.known, NOW);
    expect(&watch, NOW, WARNS, "may be spent");
    watch.refresh_expires = NOW + DAY;
    expect(&watch, NOW, ALARMS, "the refresh token ends at"); /* the worse one */
    watch.refresh_expires = 0;

    /* After a lost answer a refusal says that the refresh token was spent, before it that it was wrong. */
    assert_true(said_own(&said, CAUSE_TOKEN_REVOKED, "no such refresh token"));
    assert_true(refresh_end(&watch.known, REFRESH_REFUSED, &said, NOW));
    expect(&watch, NOW, WARNS, "no such refresh token");
    watch.known.lost = 0;
    expect(&watch, NOW, ALARMS, "no such refresh token");

    assert_true(refresh_end(&watch.known, REFRESH_UNABLE, &said, NOW));
    expect(&watch, NOW, WARNS, "it is not refreshed: no such");
    watch.wanted = false;
    expect(&watch, NOW, FINE, "");
    assert_true(refresh_end_new(&watch.known, REFRESH_KEPT, &said, NOW, 0, "1", NOW));
    watch.kept = true;
    expect(&watch, NOW, WARNS, "has old tokens: no such refresh token; the new ones are kept");
    watch.wanted = true;
    assert_int_equal(turn_of(&watch, NOW), REFRESH_NOW); /* to write them */
    watch.kept = false;

    assert_true(refresh_end_new(&watch.known, REFRESH_DONE, NULL, NOW, 0, "1", NOW));
    watch.has_pair = false;
    expect(&watch, NOW, WARNS, "holds no refresh token");
    said_clear(&said);
    refresh_watch_free(&watch);
}

static void notes(void **state)
{
    struct refresh_watch watch = wanted();
    struct buf b;

    (void)state;
    buf_init(&b, 500);
    refresh_note(&watch, &b);
    assert_string_equal(buf_text(&b), "it is not known when the refresh token ends");
    buf_reset(&b);
    watch.known.expires = NOW + 1;
    watch.known.refresh_expires = NOW;
    refresh_set_ends(&watch, 0, NOW + DAY); /* the file's own win */
    refresh_note(&watch, &b);
    assert_string_equal(buf_text(&b), "the refresh token ends at 2026-11-23T00:00:00Z, the access token at "
                                      "2026-11-22T00:00:01Z");
    buf_reset(&b);
    watch.watched = false;
    refresh_note(&watch, &b);
    assert_string_equal(buf_text(&b), "");
    buf_free(&b);
}

/* --- answers ------------------------------------------------------------------------------------------------ */

static void read_body(const char *body, struct answer *out)
{
    answer_read(
        &(struct exchange){.outcome = ANSWERED, .http_status = 200, .body = body, .body_len = strlen(body)}, out);
}

static void tokens_of_answers(void **state)
{
#define START "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{"
    static const struct {
        const char *body, *access, *refresh;
        int64_t expires_in, refresh_expires_in;
    } CASE[] = {
        {START "\"access_token\":\"act.2\",\"expires_in\":86400,\"refresh_token\":\"rft.2\","
               "\"refresh_token_expires_in\":31536000,\"scope\":\"a\"}}",
         "act.2", "rft.2", 86400, 31536000},
        {START "\"access_token\":\"act.2\"}}", "act.2", NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"refresh_token\":null,\"expires_in\":null}}", "act.2", NULL, 0, 0},
        {START "\"refresh_token\":\"rft.2\"}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act 2\"}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"\"}}", NULL, NULL, 0, 0},
        {START "\"access_token\":7}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"refresh_token\":\"\"}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"refresh_token\":[1]}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"expires_in\":-1}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"expires_in\":1.5}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"expires_in\":\"86400\"}}", NULL, NULL, 0, 0},
        {START "\"access_token\":\"act.2\",\"refresh_token_expires_in\":9007199254740990}}", NULL, NULL, 0, 0},
        {"{\"code\":0,\"message\":\"OK\"}", NULL, NULL, 0, 0},
        {"{\"code\":0,\"message\":\"OK\",\"data\":[\"act.2\"]}", NULL, NULL, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct refresh_tokens tokens;
        struct answer answer;
        struct err why = {""};
        bool ok;

        read_body(CASE[i].body, &answer);
        ok = refresh_read_answer(&answer, &tokens, &why);
        if (ok != (CASE[i].access != NULL))
            fail_msg("%s: %s", CASE[i].body, why.text);
        assert_null(strstr(why.text, "act"));
        if (ok) {
            assert_string_equal(tokens.access, CASE[i].access);
            assert_true((tokens.refresh != NULL) == (CASE[i].refresh != NULL));
            assert_true(!tokens.refresh || strcmp(tokens.refresh, CASE[i].refresh) == 0);
            assert_int_equal(tokens.expires_in, CASE[i].expires_in);
            assert_int_equal(tokens.refresh_expires_in, CASE[i].refresh_expires_in);
        } else
            assert_int_equal(refresh_result_of(&answer, true), REFRESH_LOST); /* it may have been carried out */
        answer_free(&answer);
    }
}

static void what_an_answer_came_to(void **state)
{
    static const struct {
        struct exchange exchange;
        bool sent;
        enum refresh_result result;
    } CASE[] = {
        {{.http_status = 200, .body = "{\"code\":40107,\"message\":\"The refresh token is invalid.\"}"},
         true,
         REFRESH_REFUSED},
        {{.http_status = 200, .body = "{\"code\":40103,\"message\":\"The refresh token is expired.\"}"},
         true,
         REFRESH_REFUSED},
        {{.http_status = 200, .body = "{\"code\":40100,\"message\":\"Too many requests.\"}"}, true, REFRESH_FAULT},
        {{.http_status = 200, .body = "{\"code\":51002,\"message\":\"Internal service error.\"}"},
         true,
         REFRESH_FAULT},
        {{.http_status = 200, .body = "{\"code\":40101,\"message\":\"secret mismatch\"}"}, true, REFRESH_FAULT},
        {{.http_status = 200, .body = "{\"code\":40002,\"message\":\"grant_type: must be\"}"},
         true,
         REFRESH_FAULT},
        {{.http_status = 503, .body = "<html>"}, true, REFRESH_FAULT},
        {{.http_status = 200, .body = "<html>"}, true, REFRESH_LOST},
        {{.outcome = TIMED_OUT, .detail = "no answer"}, true, REFRESH_LOST},
        {{.outcome = TIMED_OUT, .detail = "no connection"}, false, REFRESH_FAULT},
        {{.outcome = BROKEN, .detail = "reset"}, true, REFRESH_LOST},
        {{.outcome = NO_NAME, .detail = "no name"}, false, REFRESH_FAULT},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct exchange exchange = CASE[i].exchange;
        struct answer answer;

        exchange.body_len = exchange.body ? strlen(exchange.body) : 0;
        answer_read(&exchange, &answer);
        if (refresh_result_of(&answer, CASE[i].sent) != CASE[i].result)
            fail_msg("%s: %s", exchange.body ? exchange.body : exchange.detail,
                     refresh_result_name(refresh_result_of(&answer, CASE[i].sent)));
        answer_free(&answer);
    }
}

static void results_have_names(void **state)
{
    (void)state;
    for (int i = REFRESH_NEVER; i <= REFRESH_LOST; i++)
        assert_int_equal(refresh_result_from_name(refresh_result_name((enum refresh_result)i)), i);
    assert_int_equal(refresh_result_from_name("of another release"), REFRESH_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_turn_comes_before_the_end),
        cmocka_unit_test(who_has_no_turn),
        cmocka_unit_test(short_lives),
        cmocka_unit_test(faults_are_tried_again_later_and_later),
        cmocka_unit_test(lost_answers_end_it_at_the_second),
        cmocka_unit_test(an_intent_is_later_than_what_ended),
        cmocka_unit_test(the_end_of_the_refresh_token_is_told_in_time),
        cmocka_unit_test(what_became_of_it_is_told),
        cmocka_unit_test(notes),
        cmocka_unit_test(tokens_of_answers),
        cmocka_unit_test(what_an_answer_came_to),
        cmocka_unit_test(results_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
