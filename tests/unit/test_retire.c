/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/retire: who is retired, what the history says, and how it is taken back. */
#include "probe/retire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ext/store.h"
#include "probe_fixture.h"
#include "scratch.h"

static const char TWO_APPS[] = "[app second]\napp_id = 8\n[token far]\napp = second\ntoken_file = one.token\n"
                               "[inventory]\nfile = a.csv\n";
static const char ROWS[] = "advertiser_id,name,token,owner\n11,Eleven,one,me\n22,Both,one far,me\n33,Far,far,me\n";

static struct setup *load(void)
{
    probe_file("a.csv", ROWS);
    return probe_setup(probe_config(TWO_APPS), false, false);
}

static bool retire(const struct setup *setup, const struct retire_options *options, struct retire_result *out,
                   struct err *err)
{
    *err = (struct err){.text = ""};
    return retire_advertiser(setup_config(setup), setup_inventory(setup), options, out, err);
}

struct listed {
    char text[1024];
};

static bool list_one(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    struct listed *l = arg;
    size_t len = strlen(l->text);

    snprintf(l->text + len, sizeof(l->text) - len, "%s/%s@%lld by %s;", app, advertiser_id, (long long)at, who);
    return true;
}

static bool note_one(void *arg, const struct store_event *event)
{
    struct listed *l = arg;
    size_t len = strlen(l->text);

    snprintf(l->text + len, sizeof(l->text) - len, "%s>%s %s>%s: %s;", event->old_state, event->state,
             event->old_cause, event->cause, event->note);
    assert_true(event->who[0] != '\0');
    return true;
}

static struct listed retired(const struct setup *setup)
{
    struct listed l = {.text = ""};
    struct err err = {.text = ""};
    struct store *store = store_open(setup_config(setup)->store_path, STORE_READ, &err);

    assert_non_null(store);
    assert_true(store_each_retired(store, list_one, &l, &err));
    store_close(store);
    return l;
}

static struct listed events(const struct setup *setup, const char *id)
{
    struct listed l = {.text = ""};
    struct err err = {.text = ""};
    struct store *store = store_open(setup_config(setup)->store_path, STORE_READ, &err);

    assert_non_null(store);
    assert_true(store_history(store, "advertiser", NULL, id, 10, note_one, &l, &err));
    store_close(store);
    return l;
}

static void retires_and_writes_history(void **state)
{
    struct setup *setup = load();
    struct retire_result result;
    struct err err;
    const struct store_verdict lost = {
        .kind = "advertiser", .app = "main", .id = "11", .state = "critical", .cause = "revoked"};
    struct store *store = store_open(setup_config(setup)->store_path, STORE_WRITE, &err);

    (void)state;
    assert_true(store_commit_verdicts(store, &lost, 1, NULL, 0, &err));
    store_close(store);
    assert_true(
        retire(setup, &(struct retire_options){.id = "11", .who = "alice", .reason = "contract over", .now = 1000},
               &result, &err));
    assert_true(result.changed);
    assert_string_equal(result.app, "main");
    assert_string_equal(result.gap, "");
    assert_string_equal(retired(setup).text, "main/11@1000 by alice;");
    /* The verdict changes with the next sweep, not here. */
    assert_string_equal(events(setup, "11").text,
                        "critical>critical revoked>revoked: retired by alice: contract over;");
    setup_free(setup);
}

static void twice_is_told_and_changes_nothing(void **state)
{
    struct setup *setup = load();
    struct retire_result result;
    struct err err;

    (void)state;
    assert_true(retire(setup, &(struct retire_options){.id = "11", .who = "alice", .now = 1000}, &result, &err));
    assert_true(retire(setup, &(struct retire_options){.id = "11", .who = "bob", .now = 2000}, &result, &err));
    assert_false(result.changed);
    assert_int_equal(result.since, 1000);
    assert_string_equal(result.by, "alice");
    assert_string_equal(retired(setup).text, "main/11@1000 by alice;");
    setup_free(setup);
}

static void is_taken_back(void **state)
{
    struct setup *setup = load();
    struct retire_result result;
    struct err err;

    (void)state;
    assert_true(retire(setup, &(struct retire_options){.id = "11", .who = "bob", .undo = true}, &result, &err));
    assert_false(result.changed);
    assert_true(retire(setup, &(struct retire_options){.id = "11", .who = "alice", .now = 1000}, &result, &err));
    assert_true(retire(setup, &(struct retire_options){.id = "11", .who = "bob", .undo = true, .now = 2000},
                       &result, &err));
    assert_true(result.changed);
    assert_string_equal(retired(setup).text, "");
    assert_string_equal(events(setup, "11").text, "> >: taken back from retirement by bob;> >: retired by alice;");
    setup_free(setup);
}

static void an_id_under_two_apps_needs_the_app(void **state)
{
    struct setup *setup = load();
    struct retire_result result;
    struct err err;

    (void)state;
    assert_false(retire(setup, &(struct retire_options){.id = "22", .who = "a"}, &result, &err));
    assert_non_null(strstr(err.text, "--app"));
    assert_true(
        retire(setup, &(struct retire_options){.id = "22", .app = "second", .who = "a", .now = 5}, &result, &err));
    assert_string_equal(retired(setup).text, "second/22@5 by a;");
    assert_false(retire(setup, &(struct retire_options){.id = "33", .app = "main", .who = "a"}, &result, &err));
    assert_non_null(strstr(err.text, "not in the inventory of app main"));
    assert_false(retire(setup, &(struct retire_options){.id = "44", .who = "a"}, &result, &err));
    assert_non_null(strstr(err.text, "not in the inventory"));
    setup_free(setup);
}

static void one_that_left_the_inventory_can_be_taken_back(void **state)
{
    struct setup *setup = load();
    struct retire_result result;
    struct err err;

    (void)state;
    assert_true(retire(setup, &(struct retire_options){.id = "33", .who = "a", .now = 5}, &result, &err));
    setup_free(setup);
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,Eleven,one,me\n");
    setup = probe_setup(probe_config(TWO_APPS), false, false);
    assert_true(retire(setup, &(struct retire_options){.id = "33", .who = "a", .undo = true}, &result, &err));
    assert_true(result.changed);
    assert_string_equal(result.app, "second");
    assert_string_equal(retired(setup).text, "");
    assert_false(retire(setup, &(struct retire_options){.id = "33", .who = "a", .undo = true}, &result, &err));
    assert_non_null(strstr(err.text, "not retired"));
    setup_free(setup);
}

static void names_and_reasons_are_cut_and_made_safe(void **state)
{
    struct setup *setup = load();
    struct retire_result result;
    struct err err;
    char reason[2001];

    (void)state;
    memset(reason, 'x', sizeof(reason) - 1);
    reason[sizeof(reason) - 1] = '\0';
    assert_true(retire(setup,
                       &(struct retire_options){.id = "11", .who = "ev\033[31mil\n", .reason = reason, .now = 1},
                       &result, &err));
    assert_null(strchr(events(setup, "11").text, '\033'));
    assert_null(strchr(events(setup, "11").text, '\n'));
    assert_true(strlen(events(setup, "11").text) < 400);
    assert_null(strchr(retired(setup).text, '\033'));
    setup_free(setup);
}

static void a_store_that_cannot_be_opened_is_said(void **state)
{
    struct retire_result result;
    struct err err;
    struct setup *setup;

    (void)state;
    setup = load();
    scratch_write("state.db", "this is no database, and long enough to be looked at as one", 59, 0600);
    assert_false(retire(setup, &(struct retire_options){.id = "11", .who = "a"}, &result, &err));
    assert_true(err.text[0]);
    setup_free(setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retires_and_writes_history),
        TEST(twice_is_told_and_changes_nothing),
        TEST(is_taken_back),
        TEST(an_id_under_two_apps_needs_the_app),
        TEST(one_that_left_the_inventory_can_be_taken_back),
        TEST(names_and_reasons_are_cut_and_made_safe),
        TEST(a_store_that_cannot_be_opened_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
