/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/loss, core/lost_series, core/report_tally: what counts as a loss, how long it took, how many at once. */
#include "core/loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/lost_series.h"
#include "core/report_tally.h"

#include "alloc_fail.h"

static struct losses losses;

static int begin(void **state)
{
    (void)state;
    losses_init(&losses, 1000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    losses_free(&losses);
    return 0;
}

static struct loss_change change_of(const char *app, const char *id, int64_t at, enum cause cause, bool stands)
{
    return (struct loss_change){
        .app = app,
        .id = id,
        .name = "Acme",
        .at = at,
        .state = cause_info(cause)->state,
        .cause = cause,
        .has_code = cause == CAUSE_REVOKED,
        .code = 40001,
        .root_kind = "advertiser",
        .root_id = id,
        .stands = stands,
    };
}

static void change(const char *app, const char *id, int64_t at, enum cause cause)
{
    struct loss_change given = change_of(app, id, at, cause, true);

    assert_true(losses_change(&losses, &given));
}

static void gone(const char *id, int64_t at, enum cause cause)
{
    struct loss_change given = change_of("a", id, at, cause, false);

    assert_true(losses_change(&losses, &given));
}

/* "APP/ID CAUSE LOST-ENDED END; ..." */
static const char *shown(void)
{
    static char text[4096];

    assert_true(losses_finish(&losses));
    text[0] = '\0';
    for (size_t i = 0; i < losses.count; i++) {
        const struct loss *loss = &losses.item[i];
        size_t len = strlen(text);

        snprintf(text + len, sizeof(text) - len, "%s%s/%s %s %lld-%lld %s", i > 0 ? "; " : "", loss->app, loss->id,
                 cause_name(loss->cause), (long long)loss->lost_at, (long long)loss->ended_at,
                 loss_end_name(loss->end));
    }
    return text;
}

static void a_loss_ends_with_its_repair(void **state)
{
    (void)state;
    change("a", "7", 900, CAUSE_AUTHORIZED);
    change("a", "7", 2000, CAUSE_REVOKED);
    change("a", "7", 2600, CAUSE_AUTHORIZED);
    assert_string_equal(shown(), "a/7 revoked 2000-2600 repaired");
    assert_int_equal(loss_repair_s(&losses.item[0]), 600);
    assert_string_equal(losses.item[0].name, "Acme");
    assert_true(losses.item[0].has_code);
    assert_int_equal(losses.item[0].code, 40001);
    assert_string_equal(losses.item[0].root_id, "7");
}

static void the_time_takes_in_what_reaches_into_it(void **state)
{
    (void)state;
    change("a", "1", 100, CAUSE_REVOKED); /* repaired before */
    change("a", "1", 999, CAUSE_AUTHORIZED);
    change("a", "2", 100, CAUSE_REVOKED); /* repaired in its first second */
    change("a", "2", 1000, CAUSE_AUTHORIZED);
    change("a", "3", 100, CAUSE_REVOKED); /* open still */
    assert_string_equal(shown(), "a/2 revoked 100-1000 repaired; a/3 revoked 100-0 open");
    assert_int_equal(loss_repair_s(&losses.item[1]), -1);
}

static void every_flap_is_a_loss(void **state)
{
    (void)state;
    for (int64_t at = 2000; at < 2030; at += 10) {
        change("a", "7", at, CAUSE_REVOKED);
        change("a", "7", at + 5, CAUSE_AUTHORIZED);
    }
    assert_string_equal(shown(), "a/7 revoked 2000-2005 repaired; a/7 revoked 2010-2015 repaired; "
                                 "a/7 revoked 2020-2025 repaired");
}

static void what_verified_nothing_neither_begins_nor_ends_one(void **state)
{
    (void)state;
    change("a", "1", 2000, CAUSE_NOT_VERIFIED);
    change("a", "1", 2001, CAUSE_AUTHORIZED);
    change("a", "2", 2000, CAUSE_REVOKED);
    change("a", "2", 2100, CAUSE_NOT_VERIFIED);
    change("a", "2", 2200, CAUSE_NETWORK_FAULT);
    change("a", "2", 2300, CAUSE_REVOKED);
    change("a", "2", 2400, CAUSE_AUTHORIZED);
    change("a", "3", 2000, CAUSE_THROTTLED);
    assert_string_equal(shown(), "a/2 revoked 2000-2400 repaired");
}

static void another_cause_goes_on_with_it_and_a_warning_ends_it(void **state)
{
    (void)state;
    change("a", "7", 2000, CAUSE_TOKEN_REVOKED);
    change("a", "7", 2100, CAUSE_REVOKED);
    change("a", "7", 2200, CAUSE_ACCOUNT_SUSPENDED);
    change("a", "8", 2000, CAUSE_ACCOUNT_SUSPENDED);
    assert_string_equal(shown(), "a/7 token_revoked 2000-2200 repaired");
}

static void severity_can_make_it_none(void **state)
{
    struct loss_change given = change_of("a", "7", 2000, CAUSE_REVOKED, true);

    (void)state;
    given.state = STATE_OK;
    assert_true(losses_change(&losses, &given));
    assert_string_equal(shown(), "");
}

static void retired_and_removed_are_not_repaired(void **state)
{
    (void)state;
    change("a", "1", 2000, CAUSE_REVOKED);
    change("a", "1", 2500, CAUSE_RETIRED);
    gone("2", 2000, CAUSE_REVOKED);
    gone("3", 900, CAUSE_REVOKED); /* nobody knows whether it reached into the time */
    change("a", "4", 2000, CAUSE_REVOKED);
    change("a", "4", 2100, CAUSE_RETIRED);
    change("a", "4", 2200, CAUSE_REVOKED); /* taken back */
    assert_string_equal(shown(), "a/1 revoked 2000-2500 retired; a/2 revoked 2000-0 removed; "
                                 "a/4 revoked 2000-2100 retired; a/4 revoked 2200-0 open");
    assert_int_equal(loss_repair_s(&losses.item[0]), -1);
}

static void one_id_under_two_apps_is_two(void **state)
{
    (void)state;
    change("b", "7", 2000, CAUSE_REVOKED);
    change("a", "7", 2000, CAUSE_REVOKED);
    change("a", "7", 2100, CAUSE_AUTHORIZED);
    change("b", "10", 2000, CAUSE_REVOKED);
    change("b", "9", 2000, CAUSE_REVOKED);
    assert_string_equal(shown(), "a/7 revoked 2000-2100 repaired; b/7 revoked 2000-0 open; "
                                 "b/9 revoked 2000-0 open; b/10 revoked 2000-0 open");
}

static bool with_little_memory(void *arg)
{
    bool ok = true;

    (void)arg;
    losses_init(&losses, 0);
    for (int i = 0; ok && i < 4; i++) {
        char id[2] = {(char)('1' + i), '\0'};
        struct loss_change given = change_of("a", id, 2000, CAUSE_REVOKED, true);

        ok = losses_change(&losses, &given);
    }
    ok = ok && losses_finish(&losses);
    losses_free(&losses);
    return ok;
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(with_little_memory, NULL) > 0);
}

/* --- series -------------------------------------------------------------------------------------------------- */

static void a_series_counts_what_is_lost_at_once(void **state)
{
    const struct loss loss[] = {
        {.lost_at = 0, .ended_at = 15, .end = LOSS_REPAIRED},
        {.lost_at = 12, .ended_at = 13, .end = LOSS_REPAIRED},
        {.lost_at = 25, .end = LOSS_OPEN},
        {.lost_at = 26, .ended_at = 27, .end = LOSS_RETIRED},
        {.lost_at = 20, .end = LOSS_REMOVED},
        {.lost_at = 99, .end = LOSS_OPEN},
        {.lost_at = 1, .ended_at = 9, .end = LOSS_REPAIRED},
    };
    struct lost_part part[3];

    (void)state;
    assert_true(lost_series(loss, TTA_LEN(loss), 10, 39, part, TTA_LEN(part)));
    assert_int_equal(part[0].from, 10);
    assert_int_equal(part[1].from, 20);
    assert_int_equal(part[2].from, 30);
    assert_int_equal(part[0].most, 2);
    assert_int_equal(part[0].last, 0);
    assert_int_equal(part[0].begun, 1);
    assert_int_equal(part[0].repaired, 2);
    assert_int_equal(part[1].most, 2);
    assert_int_equal(part[1].last, 1);
    assert_int_equal(part[1].begun, 2);
    assert_int_equal(part[1].repaired, 0);
    assert_int_equal(part[1].retired, 1);
    assert_int_equal(part[2].most, 1);
    assert_int_equal(part[2].last, 1);
    assert_int_equal(part[2].begun, 0);
}

static void what_happens_in_one_second_is_no_peak(void **state)
{
    const struct loss loss[] = {
        {.lost_at = 10, .ended_at = 15, .end = LOSS_REPAIRED},
        {.lost_at = 5, .ended_at = 10, .end = LOSS_REPAIRED},
    };
    struct lost_part part[1];

    (void)state;
    assert_true(lost_series(loss, TTA_LEN(loss), 0, 20, part, 1));
    assert_int_equal(part[0].most, 1);
    assert_int_equal(part[0].last, 0);
    assert_true(lost_series(NULL, 0, 0, 20, part, 1));
    assert_int_equal(part[0].most, 0);
}

/* --- tally --------------------------------------------------------------------------------------------------- */

static void a_tally_has_median_and_longest(void **state)
{
    const struct loss loss[] = {
        {.owner = "ben", .client = "", .cause = CAUSE_REVOKED, .lost_at = 0, .ended_at = 10, .end = LOSS_REPAIRED},
        {.owner = "ben", .client = "", .cause = CAUSE_REVOKED, .lost_at = 0, .ended_at = 50, .end = LOSS_REPAIRED},
        {.owner = "ben", .client = "", .cause = CAUSE_DELETED, .lost_at = 0, .ended_at = 20, .end = LOSS_REPAIRED},
        {.owner = "ben", .client = "", .cause = CAUSE_REVOKED, .lost_at = 0, .ended_at = 40, .end = LOSS_REPAIRED},
        {.owner = "ben", .client = "", .cause = CAUSE_REVOKED, .lost_at = 0, .end = LOSS_OPEN},
        {.owner = "anna", .client = "", .cause = CAUSE_REVOKED, .lost_at = 0, .ended_at = 9, .end = LOSS_RETIRED},
    };
    size_t rows;
    struct tally *tally = tally_make(loss, TTA_LEN(loss), TALLY_OWNER, &rows);

    (void)state;
    assert_non_null(tally);
    assert_int_equal(rows, 2);
    assert_string_equal(tally[0].key, "ben");
    assert_int_equal(tally[0].losses, 5);
    assert_int_equal(tally[0].repaired, 4);
    assert_int_equal(tally[0].open, 1);
    assert_int_equal(tally[0].median_s, 30);
    assert_int_equal(tally[0].longest_s, 50);
    assert_string_equal(tally[1].key, "anna");
    assert_int_equal(tally[1].repaired + tally[1].open, 0);
    assert_int_equal(tally[1].median_s, -1);
    free(tally);
    tally = tally_make(loss, TTA_LEN(loss), TALLY_CAUSE, &rows);
    assert_non_null(tally);
    assert_int_equal(rows, 2);
    assert_string_equal(tally[0].key, "revoked");
    assert_int_equal(tally[0].median_s, 40);
    free(tally);
    tally = tally_make(NULL, 0, TALLY_CLIENT, &rows);
    assert_non_null(tally);
    assert_int_equal(rows, 0);
    free(tally);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_loss_ends_with_its_repair),
        TEST(the_time_takes_in_what_reaches_into_it),
        TEST(every_flap_is_a_loss),
        TEST(what_verified_nothing_neither_begins_nor_ends_one),
        TEST(another_cause_goes_on_with_it_and_a_warning_ends_it),
        TEST(severity_can_make_it_none),
        TEST(retired_and_removed_are_not_repaired),
        TEST(one_id_under_two_apps_is_two),
        TEST(memory_that_runs_out_is_said),
        TEST(a_series_counts_what_is_lost_at_once),
        TEST(what_happens_in_one_second_is_no_peak),
        TEST(a_tally_has_median_and_longest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
