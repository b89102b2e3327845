/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a check sees, when it is fresh, and how it is renewed by a stand-in for the sweep program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "board_fixture.h"
#include "probe/view.h"
#include "scratch.h"
#include "sweep_stand_in.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG_MS = 60 * 1000, MAX_AGE_MS = 900 * 1000 };

static const int64_t NOW_MS = 1795316400000; /* BOARD_NOW */

static const char CONFIG[] = "[app main]\napp_id = 1\nsecret_file = a\n"
                             "[app second]\napp_id = 2\nsecret_file = b\n"
                             "[token emea-01]\napp = main\ntoken_file = c\n"
                             "[token emea-07]\napp = main\ntoken_file = d\n"
                             "[token apac]\napp = second\ntoken_file = e\n"
                             "[inventory]\nfile = advertisers.csv\n"
                             "[store]\npath = state.db\n";

static const struct selection ALL = {SELECT_ALL, NULL, NULL};

static void write_config(const char *more)
{
    struct buf text;

    buf_init(&text, 1 << 20);
    buf_str(&text, CONFIG);
    buf_str(&text, more);
    scratch_write("t.conf", buf_text(&text), buf_len(&text), 0644);
    buf_free(&text);
}

static struct view *open_view(void)
{
    struct err err = {.text = ""};
    struct view *view = view_open(scratch_path("t.conf"), &err);

    if (!view)
        fail_msg("view_open: %s", err.text);
    return view;
}

static void publish_as(struct board_fixture *f, const char *name)
{
    board_fixture_snapshot(f);
    scratch_write(name, buf_text(&f->bytes), buf_len(&f->bytes), 0640);
    board_fixture_free(f);
}

/* The board of the fixture, published, under its configuration. */
static struct view *published(struct board_fixture *f)
{
    write_config("");
    publish_as(f, "snapshot");
    return open_view();
}

/* --- opening ----------------------------------------------------------------------------------------------------
 */

static void test_no_configuration(void **state)
{
    struct err err = {.text = ""};

    (void)state;
    assert_null(view_open(scratch_path("nosuch.conf"), &err));
    assert_non_null(strstr(err.text, "nosuch.conf"));
}

static void test_nothing_published(void **state)
{
    struct view *view;

    (void)state;
    write_config("");
    view = open_view();
    assert_null(view_snapshot(view));
    assert_non_null(strstr(view_why(view), "nothing was published yet"));
    assert_non_null(strstr(view_why(view), scratch_path("snapshot")));
    assert_false(view_is_outdated(view));
    assert_false(view_is_fresh(view, &ALL, MAX_AGE_MS, NOW_MS));
    view_close(view);
}

static void test_snapshot_that_can_not_be_used(void **state)
{
    struct view *view;

    (void)state;
    write_config("");
    scratch_write("snapshot", "TTASNAP\n", 8, 0640);
    view = open_view();
    assert_null(view_snapshot(view));
    assert_non_null(strstr(view_why(view), "snapshot: cut short"));
    view_close(view);
    scratch_write("snapshot", "", 0, 0640);
    view = open_view();
    assert_non_null(strstr(view_why(view), "snapshot: empty"));
    view_close(view);
    assert_int_equal(unlink(scratch_path("snapshot")), 0);
    assert_int_equal(mkdir(scratch_path("snapshot"), 0755), 0);
    view = open_view();
    assert_non_null(strstr(view_why(view), "not a regular file"));
    view_close(view);
}

static void test_what_is_read(void **state)
{
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    /* The check reads no inventory, and sections of advertisers are the sweep's business. */
    write_config("[advertiser 12]\nnosuchkey = 1\nbroken line\n[sweep]\nspeed = 1\n");
    publish_as(&f, "snapshot");
    view = open_view();
    assert_non_null(view_snapshot(view));
    assert_int_equal(snapshot_board(view_snapshot(view))->advertiser_count, BOARD_ADVERTISERS);
    assert_int_equal(view_config(view)->advertiser_count, 0);
    assert_int_equal(view_complaints(view)->count, 1);
    assert_non_null(strstr(view_complaints(view)->item[0].text, "speed"));
    view_close(view);
}

/* They are the sweep's to read, so the check can't say that there are none. */
static void test_tokens_from_elsewhere(void **state)
{
    static const char CONF[] = "[app main]\napp_id = 1\n[tokens]\nfile = t.jsonl\n[store]\npath = state.db\n";
    struct view *view;

    (void)state;
    scratch_write("t.conf", CONF, sizeof(CONF) - 1, 0644);
    view = open_view();
    assert_int_equal(view_complaints(view)->count, 0);
    view_close(view);
}

static void test_default_configuration(void **state)
{
    (void)state;
    setenv("TIKTOK_AUTH_CONFIG", "/somewhere/else.conf", 1);
    assert_string_equal(view_default_config(), "/somewhere/else.conf");
    setenv("TIKTOK_AUTH_CONFIG", "", 1);
    assert_string_equal(view_default_config(), SYSCONFDIR "/tiktok-auth/tiktok-auth.conf");
    unsetenv("TIKTOK_AUTH_CONFIG");
    assert_string_equal(view_default_config(), SYSCONFDIR "/tiktok-auth/tiktok-auth.conf");
}

/* --- freshness --------------------------------------------------------------------------------------------------
 */

static struct selection of_token(const char *name)
{
    return (struct selection){SELECT_TOKEN, NULL, name};
}

static struct selection of_app(const char *name)
{
    return (struct selection){SELECT_APP, name, NULL};
}

static void assert_fresh(const struct view *view, struct selection selection, int64_t max_age_ms, bool fresh)
{
    if (view_is_fresh(view, &selection, max_age_ms, NOW_MS) != fresh)
        fail_msg("%d %s %s, %lld ms: not %d", (int)selection.kind, selection.app ? selection.app : "",
                 selection.id ? selection.id : "", (long long)max_age_ms, fresh);
}

static void test_fresh_by_age(void **state)
{
    struct selection ok = {SELECT_ADVERTISER, NULL, "7502022393087590400"};
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    f.token[AT_EMEA_07].ended = BOARD_NOW - 500;
    f.token[AT_APAC].ended = BOARD_NOW;
    view = published(&f);
    assert_fresh(view, of_token("emea-01"), 60000, true);
    assert_fresh(view, of_token("emea-01"), 59999, false);
    assert_fresh(view, of_token("emea-01"), 0, false);
    assert_fresh(view, of_token("apac"), 1, true);
    assert_fresh(view, of_token("apac"), 0, false); /* ask now means now */
    assert_fresh(view, of_token("emea-07"), 400000, false);
    assert_fresh(view, of_app("main"), 400000, false);
    assert_fresh(view, of_app("second"), 400000, true);
    assert_fresh(view, of_app("main"), 500000, true);
    assert_fresh(view, ALL, 400000, false);
    assert_fresh(view, ALL, 500000, true);
    assert_fresh(view, (struct selection){SELECT_API, NULL, NULL}, 400000, false);
    assert_fresh(view, ok, 60000, true);
    assert_fresh(view, ok, 50000, false);
    /* Nobody's verdict hangs on an id or a name that no sweep would find. */
    assert_fresh(view, (struct selection){SELECT_ADVERTISER, NULL, "12"}, 1, true);
    assert_fresh(view, of_app("nosuch"), 1, true);
    assert_fresh(view, of_token("nosuch"), 400000, false);
    view_close(view);
}

static void test_every_token_of_an_advertiser(void **state)
{
    struct selection ok = {SELECT_ADVERTISER, "main", "7502022393087590400"};
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    f.token[AT_EMEA_07].ended = BOARD_NOW - 500;
    f.advertiser[AT_OK].tokens = "emea-01 emea-07";
    view = published(&f);
    assert_fresh(view, ok, 400000, false);
    assert_fresh(view, ok, 500000, true);
    view_close(view);
    board_fixture(&f);
    f.advertiser[AT_OK].tokens = "emea-01 nosuch";
    view = published(&f);
    assert_fresh(view, ok, 400000, false);
    view_close(view);
}

/* The same id under another app has tokens of its own. */
static void test_one_id_under_two_apps(void **state)
{
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    f.token[AT_APAC].ended = BOARD_NOW - 5000;
    view = published(&f);
    assert_fresh(view, (struct selection){SELECT_ADVERTISER, "main", "7502022393087590401"}, 400000, true);
    assert_fresh(view, (struct selection){SELECT_ADVERTISER, "second", "7502022393087590401"}, 400000, false);
    assert_fresh(view, (struct selection){SELECT_ADVERTISER, NULL, "7502022393087590401"}, 400000, false);
    view_close(view);
}

static void test_not_to_be_asked_again_yet(void **state)
{
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    f.token[AT_EMEA_07].ended = BOARD_NOW - 5000;
    f.token[AT_EMEA_07].not_before = BOARD_NOW + 1;
    view = published(&f);
    assert_fresh(view, of_token("emea-07"), 400000, true);
    assert_fresh(view, of_token("emea-07"), 0, true);
    assert_fresh(view, ALL, 400000, true);
    view_close(view);
    f.token[AT_EMEA_07].not_before = BOARD_NOW;
    view = published(&f);
    assert_fresh(view, of_token("emea-07"), 400000, false);
    view_close(view);
    /* Young, but it failed, and may be repeated now. */
    f.token[AT_EMEA_07].ended = BOARD_NOW - 30;
    view = published(&f);
    assert_fresh(view, of_token("emea-07"), 400000, false);
    assert_fresh(view, ALL, 400000, false);
    view_close(view);
}

/* One that can't be asked, as the configuration stands, would keep every check sweeping for ever. */
static void test_unusable_token(void **state)
{
    static const char WITHOUT_FILE[] = "[app main]\napp_id = 1\nsecret_file = a\n"
                                       "[token apac]\napp = main\n"
                                       "[store]\npath = state.db\n";
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    f.token[AT_APAC].ended = 0;
    publish_as(&f, "snapshot");
    write_config("");
    view = open_view();
    assert_fresh(view, of_token("apac"), 400000, false);
    view_close(view);
    scratch_write("t.conf", WITHOUT_FILE, sizeof(WITHOUT_FILE) - 1, 0644);
    view = open_view();
    assert_int_equal(view_config(view)->token[config_find_token(view_config(view), "apac")].usable, false);
    assert_fresh(view, of_token("apac"), 400000, true);
    assert_fresh(view, ALL, 400000, true);
    view_close(view);
}

/* A clock that was set back must not make an old attempt young. */
static void test_attempt_in_the_future(void **state)
{
    struct board_fixture f;
    struct view *view;

    (void)state;
    board_fixture(&f);
    for (unsigned i = 0; i < BOARD_TOKENS; i++)
        f.token[i].ended = BOARD_NOW + 200;
    view = published(&f);
    assert_fresh(view, ALL, 300000, true);
    assert_fresh(view, ALL, 100000, false);
    view_close(view);
    for (unsigned i = 0; i < BOARD_TOKENS; i++)
        f.token[i].ended = i % 2 ? INT64_MAX : INT64_MIN;
    view = published(&f);
    assert_fresh(view, ALL, INT64_MAX, false);
    view_close(view);
}

static void test_outdated(void **state)
{
    struct board_input inputs[2];
    char csv[PATH_MAX];
    struct board_fixture f;
    struct view *view;

    (void)state;
    write_config("");
    snprintf(csv, sizeof(csv), "%s", scratch_write("advertisers.csv", "a\n", 2, 0644));
    board_fixture(&f);
    inputs[0].path = strdup(scratch_path("t.conf"));
    inputs[1].path = csv;
    for (unsigned i = 0; i < 2; i++)
        assert_true(file_stamp_of(inputs[i].path, &inputs[i].stamp, NULL));
    f.board.input = inputs;
    f.board.input_count = 2;
    publish_as(&f, "snapshot");
    view = open_view();
    assert_false(view_is_outdated(view));
    assert_fresh(view, ALL, MAX_AGE_MS, true);
    scratch_write("advertisers.csv", "a\nb\n", 4, 0644);
    assert_true(view_is_outdated(view));
    assert_fresh(view, ALL, MAX_AGE_MS, false);
    assert_int_equal(unlink(csv), 0);
    assert_true(view_is_outdated(view));
    view_close(view);
    /* One that was missing then and is missing now has not changed. */
    inputs[1].stamp = (struct file_stamp){.inode = 0};
    publish_as(&f, "snapshot");
    view = open_view();
    assert_false(view_is_outdated(view));
    scratch_write("advertisers.csv", "", 0, 0644);
    assert_true(view_is_outdated(view));
    view_close(view);
    free((char *)(uintptr_t)inputs[0].path);
}

/* --- the sweep program ------------------------------------------------------------------------------------------
 */

/* The published board, and beside it one that the stand-in can publish: its api was verified later. */
static struct view *with_next(struct board_fixture *f)
{
    struct view *view;

    board_fixture(f);
    view = published(f);
    f->board.api.verified_at = BOARD_NOW + 7;
    publish_as(f, "next");
    return view;
}

static bool refresh_in(struct view *view, struct selection selection, int64_t time_ms, struct err *err)
{
    return view_refresh(view, &selection, MAX_AGE_MS, clock_mono_ms() + time_ms, false, err);
}

static bool has_next(const struct view *view)
{
    return view_snapshot(view) && snapshot_board(view_snapshot(view))->api.verified_at == BOARD_NOW + 7;
}

static void test_refresh_published(void **state)
{
    struct err err = {.text = ""};
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    sweep_stand_in("mv next snapshot; exit 0");
    if (!refresh_in(view, ALL, LONG_MS, &err))
        fail_msg("%s", err.text);
    assert_true(has_next(view));
    view_close(view);
}

static void test_refresh_the_first_time(void **state)
{
    struct err err = {.text = ""};
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    view_close(view);
    assert_int_equal(unlink(scratch_path("snapshot")), 0);
    view = open_view();
    assert_null(view_snapshot(view));
    sweep_stand_in("mv next snapshot");
    assert_true(refresh_in(view, ALL, LONG_MS, &err));
    assert_true(has_next(view));
    view_close(view);
}

/* Exit status 4: what could not be published comes through the fd, whose number is the option's. */
static void test_refresh_unpublished(void **state)
{
    struct err err = {.text = ""};
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    sweep_stand_in(
        "while [ $# -gt 0 ]; do [ \"$1\" = --result-fd ] && fd=$2; shift; done; cat next >/proc/self/fd/$fd; "
        "exit 4");
    if (!refresh_in(view, ALL, LONG_MS, &err))
        fail_msg("%s", err.text);
    assert_true(has_next(view));
    view_close(view);
    view = with_next(&f);
    sweep_stand_in("exit 4");
    assert_false(refresh_in(view, ALL, LONG_MS, &err));
    assert_non_null(strstr(err.text, "neither published nor handed over"));
    assert_non_null(view_snapshot(view));
    sweep_stand_in("while [ $# -gt 0 ]; do [ \"$1\" = --result-fd ] && fd=$2; shift; done; head -c 300 next "
                   ">/proc/self/fd/$fd; exit 4");
    assert_false(refresh_in(view, ALL, LONG_MS, &err));
    assert_non_null(strstr(err.text, "the sweep's result: cut short"));
    assert_false(has_next(view));
    assert_non_null(view_snapshot(view));
    view_close(view);
}

static void assert_failure(struct view *view, const char *body, const char *why)
{
    struct err err = {.text = ""};

    sweep_stand_in(body);
    assert_false(refresh_in(view, ALL, LONG_MS, &err));
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    for (const char *c = err.text; *c; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
    assert_non_null(view_snapshot(view));
    assert_false(has_next(view));
}

static void test_refresh_fails(void **state)
{
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    assert_failure(view, "echo 'store: disk full' >&2; exit 1", "the sweep failed: store: disk full");
    assert_failure(view, "echo 'a log line' >&2; echo 'the reason' >&2; exit 1", "the sweep failed: the reason");
    assert_failure(view, "printf 'bad\\033[31m bytes\\377\\n' >&2; exit 1", "the sweep failed: bad?[31m bytes?");
    assert_failure(view, "exit 3", "ended with status 3");
    assert_failure(view, "kill -9 $$", "killed by signal 9");
    assert_failure(view, "rm snapshot; exit 0", "cannot open");
    view_close(view);
}

static void test_refresh_too_slow(void **state)
{
    struct err err = {.text = ""};
    struct board_fixture f;
    struct view *view = with_next(&f);
    int64_t start = clock_mono_ms();

    (void)state;
    sweep_stand_in("exec sleep 60");
    assert_false(refresh_in(view, ALL, 200, &err));
    assert_non_null(strstr(err.text, "did not end in its time"));
    assert_in_range(clock_mono_ms() - start, 200, 20 * 1000);
    assert_false(has_next(view));
    /* What was published before that counts all the same. */
    sweep_stand_in("mv next snapshot; exec sleep 60");
    assert_false(refresh_in(view, ALL, 500, &err));
    assert_true(has_next(view));
    view_close(view);
}

static void test_no_program(void **state)
{
    struct err err = {.text = ""};
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    sweep_stand_in_remove();
    if (access(PKGLIBEXECDIR "/tiktok-auth-sweep", X_OK) != 0) {
        assert_false(refresh_in(view, ALL, LONG_MS, &err));
        assert_non_null(strstr(err.text, "no program " PKGLIBEXECDIR "/tiktok-auth-sweep"));
    }
    view_close(view);
}

static const char *read_back(const char *name)
{
    static struct buf text;
    struct err err = {.text = ""};

    buf_free(&text);
    buf_init(&text, 10000);
    if (!file_read(scratch_path(name), &text, &err))
        fail_msg("%s", err.text);
    return buf_text(&text);
}

static void test_command_line(void **state)
{
    static const struct {
        struct selection selection;
        const char *words;
    } CASE[] = {
        {{SELECT_ADVERTISER, NULL, "12"}, " --advertiser 12 --max-age 900000 "},
        {{SELECT_ADVERTISER, "main", "12"}, " --advertiser 12 --app main --max-age 900000 "},
        {{SELECT_TOKEN, NULL, "emea-01"}, " --token emea-01 --max-age 900000 "},
        {{SELECT_APP, "main", NULL}, " --app main --max-age 900000 "},
        {{SELECT_API, NULL, NULL}, " --api --max-age 900000 "},
        {{SELECT_ALL, NULL, NULL}, " --all --max-age 900000 "},
    };
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    sweep_stand_in("printf '%s ' \"$@\" >words; cat >input");
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        long long began, now = clock_wall_ms();
        struct err err = {.text = ""};
        const char *words;
        int left, fd;

        if (!refresh_in(view, CASE[i].selection, LONG_MS, &err))
            fail_msg("%s", err.text);
        words = read_back("words");
        assert_int_equal(strncmp(words, "--config ", 9), 0);
        assert_int_equal(strncmp(words + 9, scratch_path("t.conf"), strlen(scratch_path("t.conf"))), 0);
        words += 9 + strlen(scratch_path("t.conf"));
        if (strncmp(words, CASE[i].words, strlen(CASE[i].words)) != 0)
            fail_msg("%s is not %s", words, CASE[i].words);
        assert_int_equal(
            sscanf(words + strlen(CASE[i].words), "--began %lld --deadline %d --result-fd %d", &began, &left, &fd),
            3);
        assert_in_range(began, now, now + 30000);
        assert_in_range(left, 30000, LONG_MS - 1000); /* from now, with time left to publish */
        assert_true(fd > 2);
        assert_null(strstr(words, "--verbose"));
    }
    assert_string_equal(read_back("input"), "");
    view_close(view);
}

static void test_verbose(void **state)
{
    struct err err = {.text = ""};
    struct board_fixture f;
    struct view *view = with_next(&f);

    (void)state;
    sweep_stand_in("printf '%s ' \"$@\" >words");
    assert_true(view_refresh(view, &ALL, 0, clock_mono_ms() + LONG_MS, true, &err));
    assert_non_null(strstr(read_back("words"), " --max-age 0 "));
    assert_non_null(strstr(read_back("words"), " --verbose "));
    read_back("words");
    view_close(view);
}

/* --- the whole --------------------------------------------------------------------------------------------------
 */

static int run_all(void)
{
#define WITH_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        WITH_SCRATCH(test_no_configuration),
        WITH_SCRATCH(test_nothing_published),
        WITH_SCRATCH(test_snapshot_that_can_not_be_used),
        WITH_SCRATCH(test_what_is_read),
        WITH_SCRATCH(test_tokens_from_elsewhere),
        cmocka_unit_test(test_default_configuration),
        WITH_SCRATCH(test_fresh_by_age),
        WITH_SCRATCH(test_every_token_of_an_advertiser),
        WITH_SCRATCH(test_one_id_under_two_apps),
        WITH_SCRATCH(test_not_to_be_asked_again_yet),
        WITH_SCRATCH(test_unusable_token),
        WITH_SCRATCH(test_attempt_in_the_future),
        WITH_SCRATCH(test_outdated),
        WITH_SCRATCH(test_refresh_published),
        WITH_SCRATCH(test_refresh_the_first_time),
        WITH_SCRATCH(test_refresh_unpublished),
        WITH_SCRATCH(test_refresh_fails),
        WITH_SCRATCH(test_refresh_too_slow),
        WITH_SCRATCH(test_no_program),
        WITH_SCRATCH(test_command_line),
        WITH_SCRATCH(test_verbose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return sweep_stand_in_main(argc, argv, run_all);
}
