/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * ext/store_outbox: what is on its way, open or dead, one step whole or not at all. */
#include "store_fixture.h"

#include "base/attr.h"
#include "ext/store_outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct outbox *open_outbox(struct fixture *f)
{
    struct outbox *outbox = outbox_open(f->path, true, 1000, &f->err);

    if (!outbox)
        fail_msg("%s", f->err.text);
    return outbox;
}

static struct outbox_delivery a_delivery(const char *target, const char *key, const char *kind)
{
    return (struct outbox_delivery){
        .id = 99, /* ignored */
        .notice = "agent/1",
        .target = target,
        .receiver = "oncall",
        .key = key,
        .kind = kind,
        .body = "{}",
        .at = 100,
        .due_ms = 100500,
        .fault = "",
    };
}

static int64_t add_one(struct fixture *f, struct outbox *outbox, struct outbox_delivery delivery)
{
    int64_t id = 0;
    struct outbox_step step = {.add = &delivery, .add_count = 1, .added = &id};

    assert_works(f, outbox_commit(outbox, &step, &f->err));
    assert_true(id > 0);
    return id;
}

struct seen {
    char text[400]; /* "id target key kind attempts fault" of each, a ';' behind it */
};

static bool see_delivery(void *arg, const struct outbox_delivery *row)
{
    struct seen *seen = arg;
    size_t at = strlen(seen->text);

    snprintf(seen->text + at, sizeof(seen->text) - at, "%lld %s %s %s %lld %s;", (long long)row->id, row->target,
             row->key, row->kind, (long long)row->attempts, row->fault);
    return true;
}

static void assert_deliveries(struct fixture *f, struct outbox *outbox, bool dead, const char *expected)
{
    struct seen seen = {""};

    assert_works(f, outbox_each_delivery(outbox, dead, see_delivery, &seen, &f->err));
    assert_string_equal(seen.text, expected);
}

static bool see_alert(void *arg, const struct outbox_alert *row)
{
    struct seen *seen = arg;
    size_t at = strlen(seen->text);

    snprintf(seen->text + at, sizeof(seen->text) - at, "%s %s %s %s %d %lld;", row->target, row->key, row->body,
             row->group, row->acknowledged, (long long)row->at);
    return true;
}

static void assert_alerts(struct fixture *f, struct outbox *outbox, const char *expected)
{
    struct seen seen = {""};

    assert_works(f, outbox_each_alert(outbox, see_alert, &seen, &f->err));
    assert_string_equal(seen.text, expected);
}

static bool see_target(void *arg, const struct outbox_target *row)
{
    struct seen *seen = arg;
    size_t at = strlen(seen->text);

    snprintf(seen->text + at, sizeof(seen->text) - at, "%s %s %s;", row->id, row->receiver, row->reach);
    return true;
}

static void assert_targets(struct fixture *f, struct outbox *outbox, const char *expected)
{
    struct seen seen = {""};

    assert_works(f, outbox_each_target(outbox, see_target, &seen, &f->err));
    assert_string_equal(seen.text, expected);
}

static void a_notice_is_taken_in_once(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    struct outbox_target target = {"pd x", "oncall", "{\"receiver\":1}"};
    struct outbox_delivery delivery = a_delivery("pd x", "k", "trigger");
    struct outbox_step step = {.notice = "agent/1",
                               .at = 100,
                               .place = "agent",
                               .number = 1,
                               .target = &target,
                               .target_count = 1,
                               .add = &delivery,
                               .add_count = 1};
    int64_t number;
    bool known;

    assert_works(f, outbox_knows(outbox, "agent/1", &known, &f->err));
    assert_false(known);
    assert_works(f, outbox_place(outbox, "agent", &number, &known, &f->err));
    assert_false(known);
    assert_works(f, outbox_commit(outbox, &step, &f->err));
    outbox_close(outbox);
    outbox = open_outbox(f);
    assert_works(f, outbox_knows(outbox, "agent/1", &known, &f->err));
    assert_true(known);
    assert_works(f, outbox_knows(outbox, "agent/2", &known, &f->err));
    assert_false(known);
    assert_works(f, outbox_place(outbox, "agent", &number, &known, &f->err));
    assert_true(known);
    assert_int_equal(number, 1);
    assert_deliveries(f, outbox, false, "1 pd x k trigger 0 ;");
    assert_deliveries(f, outbox, true, "");
    assert_targets(f, outbox, "pd x oncall {\"receiver\":1};");
    step.add_count = 0;
    assert_works(f, outbox_commit(outbox, &step, &f->err)); /* what is known stays known */
    outbox_close(outbox);
}

/* Order is that of numbers, which are never given twice. */
static void numbers_only_rise(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    int64_t first = add_one(f, outbox, a_delivery("a", "k", "trigger"));
    int64_t second = add_one(f, outbox, a_delivery("a", "k", "resolve"));
    struct outbox_step drop = {.drop = &second, .drop_count = 1};

    assert_true(second > first);
    assert_works(f, outbox_commit(outbox, &drop, &f->err));
    assert_true(add_one(f, outbox, a_delivery("a", "k", "trigger")) > second);
    assert_deliveries(f, outbox, false, "1 a k trigger 0 ;3 a k trigger 0 ;");
    outbox_close(outbox);
}

static void what_is_open_is_known_by_target_and_key(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    struct outbox_alert open[] = {
        {.target = "a", .key = "k", .body = "1", .group = "", .at = 5},
        {.target = "b", .key = "k", .body = "2", .group = "g", .at = 6},
        {.target = "a", .key = "k", .body = "3", .group = "", .acknowledged = true, .at = 7},
    };
    struct outbox_step step = {.open = open, .open_count = 3};

    assert_works(f, outbox_commit(outbox, &step, &f->err));
    assert_alerts(f, outbox, "a k 3  1 7;b k 2 g 0 6;");
    step = (struct outbox_step){.close = open, .close_count = 1};
    assert_works(f, outbox_commit(outbox, &step, &f->err));
    assert_alerts(f, outbox, "b k 2 g 0 6;");
    assert_works(f, outbox_commit(outbox, &step, &f->err)); /* once more hurts nobody */
    outbox_close(outbox);
}

static void dead_letters_come_back(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    int64_t id = add_one(f, outbox, a_delivery("a", "k", "trigger"));
    struct outbox_delivery dead = {.id = id, .due_ms = 1, .attempts = 4, .fault = "400: no", .dead = true};
    struct outbox_step step = {.put = &dead, .put_count = 1};
    struct outbox_retried retried;

    assert_works(f, outbox_commit(outbox, &step, &f->err));
    assert_deliveries(f, outbox, false, "");
    assert_deliveries(f, outbox, true, "1 a k trigger 4 400: no;");
    assert_works(f, outbox_retry(outbox, 7, 200000, &retried, &f->err));
    assert_int_equal(retried.again, 0);
    assert_works(f, outbox_retry(outbox, id, 200000, &retried, &f->err));
    assert_int_equal(retried.again, 1);
    assert_int_equal(retried.dropped, 0);
    assert_deliveries(f, outbox, true, "");
    assert_deliveries(f, outbox, false, "1 a k trigger 0 400: no;");
    outbox_close(outbox);
}

/* An old trigger does not come back when the alert's end was said, or is on its way. */
static void an_old_word_does_not_come_back(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    int64_t said = add_one(f, outbox, a_delivery("a", "k", "trigger"));
    int64_t waiting = add_one(f, outbox, a_delivery("a", "l", "trigger"));
    int64_t alone = add_one(f, outbox, a_delivery("b", "k", "trigger"));
    int64_t end = add_one(f, outbox, a_delivery("a", "k", "resolve"));
    struct outbox_delivery dead[] = {
        {.id = said, .dead = true}, {.id = waiting, .dead = true}, {.id = alone, .dead = true}};
    struct outbox_step step = {.put = dead, .put_count = 3, .drop = &end, .drop_count = 1};
    struct outbox_retried retried;

    add_one(f, outbox, a_delivery("a", "l", "resolve"));
    assert_works(f, outbox_commit(outbox, &step, &f->err));
    assert_works(f, outbox_retry(outbox, 0, 1000, &retried, &f->err));
    assert_int_equal(retried.again, 1);
    assert_int_equal(retried.dropped, 2);
    assert_deliveries(f, outbox, false, "3 b k trigger 0 ;5 a l resolve 0 ;");
    outbox_close(outbox);
}

static void the_old_is_forgotten(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    struct outbox_target target[] = {{"a", "r", "x"}, {"b", "r", "x"}, {"c", "r", "x"}};
    struct outbox_alert alert = {.target = "b", .key = "k", .body = "1", .at = 1};
    struct outbox_step step = {
        .notice = "n", .at = 50, .target = target, .target_count = 3, .open = &alert, .open_count = 1};
    int64_t id = add_one(f, outbox, a_delivery("a", "k", "trigger"));
    struct outbox_delivery dead = {.id = id, .dead = true};
    struct outbox_step bury = {.put = &dead, .put_count = 1};
    bool known;

    assert_works(f, outbox_commit(outbox, &step, &f->err));
    assert_works(f, outbox_commit(outbox, &bury, &f->err));
    add_one(f, outbox, a_delivery("d", "l", "trigger"));
    assert_works(f, outbox_prune(outbox, 50, &f->err));
    assert_works(f, outbox_knows(outbox, "n", &known, &f->err));
    assert_true(known);
    assert_targets(f, outbox, "a r x;b r x;"); /* nothing goes to c */
    assert_works(f, outbox_prune(outbox, 101, &f->err));
    assert_works(f, outbox_knows(outbox, "n", &known, &f->err));
    assert_false(known);
    assert_deliveries(f, outbox, true, "");
    assert_alerts(f, outbox, "b k 1  0 1;"); /* what is open or waits stays, however old */
    assert_deliveries(f, outbox, false, "2 d l trigger 0 ;");
    outbox_close(outbox);
    outbox = open_outbox(f);
    assert_works(f, outbox_prune(outbox, 101, &f->err));
    assert_targets(f, outbox, "b r x;");
    outbox_close(outbox);
}

static void others_changes_are_noticed(void **state)
{
    struct fixture *f = *state;
    struct outbox *mine = open_outbox(f), *other = open_outbox(f);
    int64_t before, after;

    assert_works(f, outbox_changed(mine, &before, &f->err));
    add_one(f, mine, a_delivery("a", "k", "trigger"));
    assert_works(f, outbox_changed(mine, &after, &f->err));
    assert_int_equal(before, after);
    add_one(f, other, a_delivery("a", "k", "trigger"));
    assert_works(f, outbox_changed(mine, &after, &f->err));
    assert_int_not_equal(before, after);
    outbox_close(mine);
    outbox_close(other);
}

static bool die_after_commit(struct fixture *f)
{
    struct outbox *outbox = outbox_open(f->path, true, 1000, &f->err);
    struct outbox_delivery delivery = a_delivery("a", "k", "trigger");
    struct outbox_step step = {.notice = "agent/1", .at = 1, .add = &delivery, .add_count = 1};

    return outbox && outbox_commit(outbox, &step, &f->err); /* and is killed with it open */
}

static void what_was_taken_in_outlives_its_process(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox;
    bool known;

    assert_true(fixture_in_child(f, die_after_commit));
    outbox = open_outbox(f);
    assert_works(f, outbox_knows(outbox, "agent/1", &known, &f->err));
    assert_true(known);
    assert_deliveries(f, outbox, false, "1 a k trigger 0 ;");
    outbox_close(outbox);
}

static void readers_make_nothing(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    assert_null(outbox_open(f->path, false, 1000, &f->err));
    assert_true(fixture_says(f, "no notice was ever taken in"));
    assert_int_equal(stat(f->path, &st), -1);
    outbox_close(open_outbox(f));
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0007, 0); /* names of clients are not for others */
    /* Another program's database is left alone. */
    unlink(f->path);
    fixture_open(f, STORE_WRITE);
    fixture_close(f);
    assert_null(outbox_open(f->path, true, 1000, &f->err));
}

static bool stop(void *arg, const struct outbox_delivery *row)
{
    (void)row;
    ++*(int *)arg;
    return false;
}

static void a_callback_may_end_the_walk(void **state)
{
    struct fixture *f = *state;
    struct outbox *outbox = open_outbox(f);
    struct seen seen = {""};
    int calls = 0;

    add_one(f, outbox, a_delivery("a", "k", "trigger"));
    add_one(f, outbox, a_delivery("a", "l", "trigger"));
    f->err.text[0] = '\0';
    assert_false(outbox_each_delivery(outbox, false, stop, &calls, &f->err));
    assert_int_equal(calls, 1);
    assert_string_equal(f->err.text, "");
    assert_works(f, outbox_load_delivery(outbox, 2, see_delivery, &seen, &f->err));
    assert_string_equal(seen.text, "2 a l trigger 0 ;");
    seen.text[0] = '\0';
    assert_works(f, outbox_load_delivery(outbox, 3, see_delivery, &seen, &f->err));
    assert_string_equal(seen.text, "");
    outbox_close(outbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_notice_is_taken_in_once),
        TEST(numbers_only_rise),
        TEST(what_is_open_is_known_by_target_and_key),
        TEST(dead_letters_come_back),
        TEST(an_old_word_does_not_come_back),
        TEST(the_old_is_forgotten),
        TEST(others_changes_are_noticed),
        TEST(what_was_taken_in_outlives_its_process),
        TEST(readers_make_nothing),
        TEST(a_callback_may_end_the_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
