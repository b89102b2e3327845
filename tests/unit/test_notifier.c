/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * agent/notifier: in order, by number, at least once, and never more in flight than the link bears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "agent/link.h"
#include "agent/notification.h"
#include "agent/notifier.h"
#include "base/log.h"
#include "board_fixture.h"
#include "probe_fixture.h"
#include "scratch.h"

/* --- the link and the varbinds, played by the test ------------------------------------------------------------
 */

enum { SENT_MAX = 256 };

static struct {
    bool up, broken;
    int64_t sent[SENT_MAX];
    size_t count;
} line;

bool link_is_up(void)
{
    return line.up;
}

bool link_notify(void *varbinds, int64_t number)
{
    assert_non_null(varbinds);
    if (line.broken)
        return false;
    assert_true(line.count < SENT_MAX);
    line.sent[line.count++] = number;
    return true;
}

void *notification_varbinds(struct picture *picture, const struct store_alert *alert)
{
    static int anything;

    (void)picture;
    (void)alert;
    return &anything;
}

/* --- the stage ------------------------------------------------------------------------------------------------
 */

struct stage {
    struct standing *standing;
    struct board_fixture board;
    struct picture_self self;
    struct picture picture;
    struct notifier *notifier;
    int64_t now_ms;
};

static struct stage stage;

static struct notifier *fresh(void)
{
    struct notifier *notifier = notifier_new(&stage.picture);

    assert_non_null(notifier);
    return notifier;
}

static void begin(const char *more)
{
    struct err err = {""};

    memset(&stage, 0, sizeof(stage));
    memset(&line, 0, sizeof(line));
    line.up = true;
    stage.standing = standing_new(probe_config(more), &err);
    assert_non_null(stage.standing);
    board_fixture(&stage.board);
    stage.self.config_fault = "";
    stage.self.rounds = 1;
    stage.picture.self = &stage.self;
    picture_renew(&stage.picture, standing_config(stage.standing), NULL, board_fixture_snapshot(&stage.board));
    stage.notifier = fresh();
}

static void end(void)
{
    notifier_free(stage.notifier);
    standing_free(stage.standing);
    board_fixture_free(&stage.board);
}

static void add_alerts(size_t count)
{
    struct err err = {""};
    struct store *store = store_open(standing_config(stage.standing)->store_path, STORE_WRITE, &err);

    assert_non_null(store);
    for (size_t i = 0; i < count; i++)
        assert_true(
            store_add_alert(store, &(struct store_alert){.kind = "api", .state = "ok", .suppressed = 1}, &err));
    store_close(store);
    notifier_wake(stage.notifier);
}

static void step(void)
{
    int64_t wake_ms;

    stage.now_ms += 100;
    notifier_step(stage.notifier, stage.now_ms, &wake_ms);
    assert_true(wake_ms > stage.now_ms);
}

static void answer(size_t from, size_t to, bool taken)
{
    for (size_t i = from; i < to; i++)
        notifier_answer(stage.notifier, line.sent[i], taken, stage.now_ms);
}

/* Answers whatever is sent until nothing more comes. */
static void play(void)
{
    size_t answered = 0;

    do {
        answer(answered, line.count, true);
        answered = line.count;
        step();
    } while (line.count > answered);
    step();
}

static void assert_sent_in_order(size_t count)
{
    assert_int_equal(line.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(line.sent[i], (int64_t)i + 1);
}

static void all_are_told_in_order_and_remembered(void **state)
{
    (void)state;
    begin("");
    play();
    assert_sent_in_order(1); /* the summary */
    add_alerts(34);
    line.count = 1;
    play();
    assert_sent_in_order(35);
    assert_true(notifier_is_idle(stage.notifier));
    assert_int_equal(stage.self.sent, 35);
    assert_int_equal(stage.self.suppressed, 34);
    assert_int_equal(stage.self.last_event, 35);
    assert_int_equal(stage.self.pending, 0);
    /* Another process goes on where this one ended. */
    notifier_free(stage.notifier);
    stage.notifier = fresh();
    play();
    assert_int_equal(line.count, 35);
    end();
}

static void never_more_than_a_few_are_in_flight(void **state)
{
    (void)state;
    begin("");
    play();
    add_alerts(50);
    for (int i = 0; i < 20; i++)
        step();
    assert_int_equal(line.count, 1 + NOTIFIER_IN_FLIGHT_MAX);
    assert_false(notifier_is_idle(stage.notifier));
    end();
}

static void what_was_in_flight_as_the_link_broke_is_sent_again(void **state)
{
    (void)state;
    begin("");
    play();
    add_alerts(5);
    step();
    assert_sent_in_order(6);
    answer(1, 3, true); /* 2 and 3 */
    notifier_link_down(stage.notifier);
    line.up = false;
    step();
    assert_int_equal(line.count, 6);
    line.up = true;
    notifier_wake(stage.notifier);
    step();
    assert_int_equal(line.count, 9);
    assert_int_equal(line.sent[6], 4);
    assert_int_equal(line.sent[8], 6);
    /* A late answer to what is not in flight any more says nothing. */
    notifier_answer(stage.notifier, 3, true, stage.now_ms);
    assert_int_equal(stage.self.sent, 3);
    end();
}

static void one_that_is_not_taken_is_sent_again_after_a_pause(void **state)
{
    (void)state;
    begin("");
    play();
    add_alerts(2);
    step();
    answer(1, 2, false);
    for (int i = 0; i < 10; i++)
        step();
    assert_int_equal(line.count, 3);
    stage.now_ms += 10000;
    step();
    assert_int_equal(line.count, 5);
    assert_int_equal(line.sent[3], 2);
    end();
}

static void answers_out_of_order_leave_no_gap(void **state)
{
    (void)state;
    begin("");
    play();
    add_alerts(3);
    step();
    notifier_answer(stage.notifier, 4, true, stage.now_ms);
    assert_int_equal(stage.self.sent, 1);
    notifier_link_down(stage.notifier);
    step();
    assert_int_equal(line.sent[line.count - 3], 2); /* 4 is told again rather than 2 never */
    end();
}

static void a_link_that_takes_nothing_is_asked_again_later(void **state)
{
    (void)state;
    begin("");
    line.broken = true;
    for (int i = 0; i < 5; i++)
        step();
    line.broken = false;
    stage.now_ms += 10000;
    play();
    assert_sent_in_order(1);
    end();
}

static void switched_off_passes_over(void **state)
{
    struct err err = {""};

    (void)state;
    begin("[snmp]\nnotify = no\n");
    play();
    add_alerts(5);
    play();
    assert_int_equal(line.count, 0);
    (void)probe_config("[snmp]\nnotify = yes\n");
    assert_true(standing_reload(stage.standing, &err));
    picture_renew(&stage.picture, standing_config(stage.standing), NULL, stage.board.snapshot);
    notifier_wake(stage.notifier);
    play();
    assert_int_equal(line.count, 0);
    add_alerts(1);
    play();
    assert_int_equal(line.count, 1);
    assert_int_equal(line.sent[0], 7);
    end();
}

static void without_a_snapshot_it_waits_for_the_first_round(void **state)
{
    (void)state;
    begin("");
    picture_renew(&stage.picture, standing_config(stage.standing), NULL, NULL);
    for (int i = 0; i < 3; i++)
        step();
    assert_int_equal(line.count, 0);
    picture_renew(&stage.picture, standing_config(stage.standing), NULL, stage.board.snapshot);
    play();
    assert_sent_in_order(1);
    end();
}

static void a_store_made_anew_is_read_from_its_beginning(void **state)
{
    (void)state;
    begin("");
    play();
    add_alerts(3);
    line.count = 1;
    play();
    assert_sent_in_order(4);
    (void)remove(scratch_path("state.db"));
    (void)remove(scratch_path("state.db-wal"));
    (void)remove(scratch_path("state.db-shm"));
    add_alerts(1);
    play();
    notifier_wake(stage.notifier);
    play();
    assert_int_equal(line.count, 5);
    assert_int_equal(line.sent[4], 2); /* a summary: what was before is not for it */
    end();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(all_are_told_in_order_and_remembered),
        TEST(never_more_than_a_few_are_in_flight),
        TEST(what_was_in_flight_as_the_link_broke_is_sent_again),
        TEST(one_that_is_not_taken_is_sent_again_after_a_pause),
        TEST(answers_out_of_order_leave_no_gap),
        TEST(a_link_that_takes_nothing_is_asked_again_later),
        TEST(switched_off_passes_over),
        TEST(without_a_snapshot_it_waits_for_the_first_round),
        TEST(a_store_made_anew_is_read_from_its_beginning),
    };
    log_setup(LOG_LEVEL_ERROR, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
