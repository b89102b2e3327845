/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/sweeper, probe/latest, probe/alert_log: a round in a process of its own, its snapshot, its alerts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "probe/alert_log.h"
#include "probe/latest.h"
#include "probe/sweeper.h"
#include "probe_fixture.h"
#include "scratch.h"

/* GRACE_MS: what a round has after its deadline. */
enum { PATIENCE_MS = 60000, GRACE_MS = 60000 };

struct stage {
    struct standing *standing;
    struct sweeper *sweeper;
    struct latest *latest;
    struct err err;
};

/* An API that nobody listens at: a round ends at once, with faults. */
static const char NOBODY[] = "[api]\nbase_url = http://127.0.0.1:1/open_api/v1.3\nretries = 0\n"
                             "[inventory]\nfile = a.csv\n";

static struct stage stage_new(const char *more)
{
    struct stage s = {.standing = NULL};
    char text[1024];

    snprintf(text, sizeof(text), "%s%s", NOBODY, more);
    (void)probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,one,o\n");
    s.standing = standing_new(probe_config(text), &s.err);
    s.sweeper = sweeper_new();
    s.latest = latest_new();
    assert_non_null(s.standing);
    assert_non_null(s.sweeper);
    assert_non_null(s.latest);
    return s;
}

static void stage_free(struct stage *s)
{
    sweeper_free(s->sweeper);
    latest_free(s->latest);
    standing_free(s->standing);
}

static void start(struct stage *s, int64_t deadline_ms)
{
    if (!sweeper_start(s->sweeper, s->standing,
                       &(struct sweeper_options){.deadline_ms = clock_mono_ms() + deadline_ms}, &s->err))
        fail_msg("%s", s->err.text);
    assert_true(sweeper_is_running(s->sweeper));
}

static struct sweeper_result finish(struct stage *s)
{
    int64_t patience_ms = clock_mono_ms() + PATIENCE_MS;
    struct sweeper_result result;

    while (!sweeper_step(s->sweeper, clock_mono_ms(), &result)) {
        struct pollfd fd = {.fd = sweeper_fd(s->sweeper), .events = POLLIN};

        assert_true(clock_mono_ms() < patience_ms);
        (void)poll(&fd, 1, 20);
    }
    assert_false(sweeper_is_running(s->sweeper));
    assert_int_equal(sweeper_fd(s->sweeper), -1);
    return result;
}

static void a_round_is_published_and_seen(void **state)
{
    struct stage s = stage_new("");
    struct sweeper_result result;

    (void)state;
    assert_false(latest_look(s.latest, standing_config(s.standing)));
    start(&s, PATIENCE_MS);
    result = finish(&s);
    assert_true(result.ran);
    assert_false(result.verified);
    assert_true(result.asked >= 1);
    assert_int_equal(result.calls, result.asked);
    assert_int_equal(result.faulty, result.asked);
    assert_true(result.published);
    assert_int_equal(sweeper_snapshot_fd(s.sweeper), -1);
    assert_true(latest_look(s.latest, standing_config(s.standing)));
    assert_int_equal(snapshot_board(latest_snapshot(s.latest))->advertiser_count, 1);
    assert_false(latest_look(s.latest, standing_config(s.standing)));
    stage_free(&s);
}

static void what_can_t_be_published_is_handed_over(void **state)
{
    struct stage s = stage_new("");
    struct sweeper_result result;

    (void)state;
    /* A folder where the snapshot should lie: even root can't rename over it. */
    assert_int_equal(mkdir(scratch_path("snapshot"), 0700), 0);
    assert_int_equal(mkdir(scratch_path("snapshot/x"), 0700), 0);
    start(&s, PATIENCE_MS);
    result = finish(&s);
    assert_true(result.ran);
    assert_false(result.published);
    assert_non_null(strstr(result.fault, "snapshot"));
    assert_true(sweeper_snapshot_fd(s.sweeper) >= 0);
    assert_true(latest_take(s.latest, sweeper_snapshot_fd(s.sweeper)));
    assert_int_equal(snapshot_board(latest_snapshot(s.latest))->advertiser_count, 1);
    /* Another round, and the one taken over stays readable. */
    start(&s, PATIENCE_MS);
    assert_int_equal(snapshot_board(latest_snapshot(s.latest))->advertiser_count, 1);
    (void)finish(&s);
    assert_int_equal(rmdir(scratch_path("snapshot/x")), 0);
    stage_free(&s);
}

static void one_that_hangs_is_stopped(void **state)
{
    struct stage s = stage_new("[tokens]\ncommand = /bin/sleep 600\n");
    struct sweeper_result result;

    (void)state;
    start(&s, 100 - GRACE_MS);
    assert_true(sweeper_wake_ms(s.sweeper) < INT64_MAX);
    result = finish(&s);
    assert_false(result.ran);
    assert_non_null(strstr(result.fault, "did not end in time"));
    assert_int_equal(sweeper_wake_ms(s.sweeper), INT64_MAX);
    stage_free(&s);
}

static void one_that_is_under_way_ends_with_its_owner(void **state)
{
    struct stage s = stage_new("[tokens]\ncommand = /bin/sleep 600\n");
    int64_t began_ms = clock_mono_ms();

    (void)state;
    start(&s, PATIENCE_MS);
    stage_free(&s);
    assert_true(clock_mono_ms() - began_ms < PATIENCE_MS);
}

static void the_parent_s_files_are_not_the_child_s(void **state)
{
    struct stage s = stage_new("[tokens]\ncommand = /bin/sleep 600\n");
    struct sweeper_result result;
    int pair[2];
    struct pollfd fd;

    (void)state;
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    start(&s, PATIENCE_MS);
    /* The write end closed here: the reader sees the end, though the child lives. It closes what it got as it
     * begins. */
    close(pair[1]);
    fd = (struct pollfd){.fd = pair[0], .events = POLLIN};
    assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
    assert_true(fd.revents & POLLHUP);
    assert_false(sweeper_step(s.sweeper, clock_mono_ms(), &result)); /* it lives indeed */
    close(pair[0]);
    stage_free(&s);
}

/* --- the log of alerts ----------------------------------------------------------------------------------------
 */

struct heard {
    int64_t number;
    char note[64];
    size_t count;
};

static bool hear(void *arg, const struct store_alert *alert)
{
    struct heard *heard = arg;

    heard->number = alert->number;
    snprintf(heard->note, sizeof(heard->note), "%s", alert->note);
    heard->count++;
    return true;
}

static void a_reader_begins_with_a_summary_and_keeps_its_place(void **state)
{
    struct stage s = stage_new("");
    const struct config *config = standing_config(s.standing);
    int64_t told = -1, last = 0, pending = 0;
    struct heard heard = {.count = 0};
    struct store *store;

    (void)state;
    /* Nothing is there to be read yet. */
    assert_false(alert_log_read(config, 0, 10, hear, &heard, &last, &pending, &s.err));
    store = store_open(config->store_path, STORE_WRITE, &s.err);
    assert_non_null(store);
    assert_true(
        store_add_alert(store, &(struct store_alert){.kind = "api", .state = "ok", .note = "old"}, &s.err));
    store_close(store);
    assert_true(alert_log_begin(config, "snmp", "begins", &told, &s.err));
    assert_int_equal(told, 1);
    assert_true(alert_log_read(config, told, 10, hear, &heard, &last, &pending, &s.err));
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.number, 2);
    assert_string_equal(heard.note, "begins");
    assert_int_equal(last, 2);
    assert_int_equal(pending, 1);
    /* Without a telling the place is the same, and no second summary is made. */
    assert_true(alert_log_begin(config, "snmp", "begins", &told, &s.err));
    assert_int_equal(told, 1);
    assert_true(alert_log_told(config, "snmp", 2, &s.err));
    assert_true(alert_log_begin(config, "snmp", "begins", &told, &s.err));
    assert_int_equal(told, 2);
    assert_true(alert_log_read(config, told, 10, hear, &heard, &last, &pending, &s.err));
    assert_int_equal(heard.count, 1);
    assert_int_equal(pending, 0);
    /* Another reader has a place of its own. */
    assert_true(alert_log_begin(config, "other", "begins", &told, &s.err));
    assert_int_equal(told, 2);
    stage_free(&s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_round_is_published_and_seen),
        TEST(what_can_t_be_published_is_handed_over),
        TEST(one_that_hangs_is_stopped),
        TEST(one_that_is_under_way_ends_with_its_owner),
        TEST(the_parent_s_files_are_not_the_child_s),
        TEST(a_reader_begins_with_a_summary_and_keeps_its_place),
    };
    log_setup(LOG_LEVEL_ERROR, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
