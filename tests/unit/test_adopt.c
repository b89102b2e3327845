/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/adopt: rows are added in the file's own form, and nothing else changes in it. */
#include "probe/adopt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "probe_fixture.h"
#include "scratch.h"

#define LIST "/oauth2/advertiser/get/"

static const char ANSWER[] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":["
                             "{\"advertiser_id\":\"11\",\"advertiser_name\":\"Eleven\"},"
                             "{\"advertiser_id\":\"15\",\"advertiser_name\":\"Five, \\\"teen\\\"\\u0007\\n=x\"},"
                             "{\"advertiser_id\":\"16\",\"advertiser_name\":\"=HYPERLINK(1)\"}]}}";

struct outcome {
    bool ok;
    struct adopt_result result;
    struct err err;
    struct setup *setup;
};

/* Loads, discovers with ANSWER for every token, adopts. */
static struct outcome run(const char *config, const char *output)
{
    struct outcome out = {.ok = false};
    struct fake_api api;
    struct discover *discover;

    out.setup = probe_setup(probe_config(config), false, false);
    fake_api(&api);
    fake_reply(&api, NULL, LIST, ANSWER);
    discover = discover_run(&api.env, out.setup, &(struct discover_options){.app = NULL}, &out.err);
    assert_non_null(discover);
    err_clear(&out.err);
    out.ok = adopt(out.setup, discover, output, &out.result, &out.err);
    discover_free(discover);
    return out;
}

static void end(struct outcome *out)
{
    adopt_free(&out->result);
    setup_free(out->setup);
}

static const char ONE_FILE[] = "[inventory]\nfile = a.csv\n";

static void appends_in_the_order_of_the_header(void **state)
{
    static const char BEFORE[] =
        "\n# ours; do not sort\n owner , advertiser_id,name,note,token\n\nme,11,Eleven,\"a,b\",one\n"
        "# the end";
    char after[1024];
    struct outcome out;

    (void)state;
    probe_file("a.csv", BEFORE);
    out = run(ONE_FILE, NULL);
    assert_true(out.ok);
    assert_int_equal(out.result.added, 2);
    assert_int_equal(out.result.in_file, 0);
    assert_false(out.result.created);
    assert_false(out.result.unlisted);
    snprintf(after, sizeof(after),
             "%s\n\"\",15,\"Five, \"\"teen\"\"? =x\",,one two\n\"\",16,'=HYPERLINK(1),,one two\n", BEFORE);
    assert_string_equal(probe_read("a.csv"), after);
    end(&out);
    /* What was taken over is known from then on. */
    out = run(ONE_FILE, NULL);
    assert_true(out.ok);
    assert_int_equal(out.result.added, 0);
    assert_int_equal(setup_inventory(out.setup)->count, 3);
    assert_int_equal(setup_complaints(out.setup)->count, 1); /* the column "note" */
    assert_string_equal(probe_read("a.csv"), after);
    end(&out);
}

static void keeps_line_ends_mode_and_mark(void **state)
{
    struct outcome out;
    struct stat st;

    (void)state;
    probe_file("a.csv", "\xef\xbb\xbf"
                        "advertiser_id,name,token,owner\r\n11,E,one,me\r\n");
    assert_int_equal(chmod(scratch_path("a.csv"), 0664), 0);
    out = run(ONE_FILE, NULL);
    assert_true(out.ok);
    assert_string_equal(probe_read("a.csv"),
                        "\xef\xbb\xbf"
                        "advertiser_id,name,token,owner\r\n11,E,one,me\r\n"
                        "15,\"Five, \"\"teen\"\"? =x\",one two,\r\n16,'=HYPERLINK(1),one two,\r\n");
    assert_int_equal(stat(scratch_path("a.csv"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0664);
    end(&out);
}

static void begins_a_file_that_is_not_there(void **state)
{
    struct outcome out;

    (void)state;
    out = run(ONE_FILE, NULL);
    assert_true(out.ok);
    assert_true(out.result.created);
    assert_int_equal(out.result.added, 3);
    assert_int_equal(
        strncmp(probe_read("a.csv"), "advertiser_id,name,token,owner,client\n11,Eleven,one two,,\n", 58), 0);
    end(&out);
    out = run(ONE_FILE, NULL);
    assert_int_equal(out.result.added, 0);
    assert_int_equal(setup_complaints(out.setup)->count, 0);
    end(&out);
}

static void another_file_can_be_named(void **state)
{
    char path[4096];
    struct outcome out;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n");
    snprintf(path, sizeof(path), "%s", scratch_path("b.csv"));
    out = run(ONE_FILE, path);
    assert_true(out.ok);
    assert_true(out.result.unlisted);
    assert_string_equal(probe_read("a.csv"), "advertiser_id,name,token,owner\n11,E,one,me\n");
    assert_non_null(strstr(probe_read("b.csv"), "\n15,"));
    end(&out);
    /* The one of the configuration by another name is that one. */
    snprintf(path, sizeof(path), "%s/../%s/a.csv", scratch_path(""), strrchr(scratch_path(""), '/') + 1);
    out = run(ONE_FILE, path);
    assert_true(out.ok);
    assert_false(out.result.unlisted);
    end(&out);
}

static void rows_with_a_fault_are_not_doubled(void **state)
{
    static const char BEFORE[] = "advertiser_id,name,token,owner\n11,E,one,me\n15,F,no-such-token,me\n";
    struct outcome out;

    (void)state;
    probe_file("a.csv", BEFORE);
    out = run(ONE_FILE, NULL);
    assert_true(out.ok);
    assert_int_equal(out.result.added, 1);
    assert_int_equal(out.result.in_file, 1);
    assert_null(strstr(probe_read("a.csv"), "\n15,\"Five"));
    end(&out);
}

static void an_id_of_another_app_gets_a_row_of_its_own(void **state)
{
    struct outcome out;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n15,F,far,me\n16,S,one,me\n");
    out =
        run("[inventory]\nfile = a.csv\n[app bare]\napp_id = 5\n[token far]\napp = bare\ntoken_file = one.token\n",
            NULL);
    assert_true(out.ok);
    assert_int_equal(out.result.added, 1);
    assert_non_null(strstr(probe_read("a.csv"), "\n15,\"Five, \"\"teen\"\"? =x\",one two,\n"));
    end(&out);
}

static void a_header_that_is_none_is_left_alone(void **state)
{
    static const char *const BEFORE[] = {"11,Eleven,one,me\n", "advertiser_id,name,owner\n", "\"advertiser_id\n",
                                         "# only\n"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BEFORE); i++) {
        struct outcome out;

        probe_file("a.csv", BEFORE[i]);
        out = run(ONE_FILE, NULL);
        assert_false(out.ok);
        assert_non_null(strstr(out.err.text, "a.csv"));
        assert_string_equal(probe_read("a.csv"), BEFORE[i]);
        end(&out);
    }
}

static void without_any_file_one_must_be_named(void **state)
{
    struct outcome out;

    (void)state;
    out = run("[advertiser 11]\nname = E\ntoken = one\nowner = me\n", NULL);
    assert_false(out.ok);
    assert_non_null(strstr(out.err.text, "--output"));
    end(&out);
}

static void a_refused_inventory_is_mended_first(void **state)
{
    struct outcome out;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n12,T,one,me\n");
    setup_free(probe_setup(probe_config(ONE_FILE), false, true));
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n");
    out = run(ONE_FILE, NULL);
    assert_false(out.ok);
    assert_non_null(strstr(out.err.text, "refused"));
    assert_string_equal(probe_read("a.csv"), "advertiser_id,name,token,owner\n11,E,one,me\n");
    end(&out);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
    struct outcome out;

    (void)state;
    out = run("[advertiser 11]\nname = E\ntoken = one\nowner = me\n", "/nonexistent/a.csv");
    assert_false(out.ok);
    assert_non_null(strstr(out.err.text, "/nonexistent"));
    end(&out);
    out = run("[advertiser 11]\nname = E\ntoken = one\nowner = me\n", scratch_path(""));
    assert_false(out.ok);
    end(&out);
}

struct torture {
    struct setup *setup;
    struct discover *discover;
};

static bool adopt_once(void *arg)
{
    const struct torture *t = arg;
    struct adopt_result result;
    struct err err = {.text = ""};
    bool ok;

    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n");
    ok = adopt(t->setup, t->discover, NULL, &result, &err);
    if (!ok) {
        assert_true(err.text[0]);
        assert_string_equal(probe_read("a.csv"), "advertiser_id,name,token,owner\n11,E,one,me\n");
    } else
        assert_non_null(strstr(probe_read("a.csv"), "\n16,"));
    adopt_free(&result);
    return ok;
}

static void survives_every_failing_allocation(void **state)
{
    struct torture t;
    struct fake_api api;
    struct err err;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n");
    t.setup = probe_setup(probe_config(ONE_FILE), false, false);
    fake_api(&api);
    fake_reply(&api, NULL, LIST, ANSWER);
    t.discover = discover_run(&api.env, t.setup, &(struct discover_options){.app = NULL}, &err);
    assert_non_null(t.discover);
    assert_true(alloc_fail_each_lenient(adopt_once, &t) > 5);
    discover_free(t.discover);
    setup_free(t.setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(appends_in_the_order_of_the_header),  TEST(keeps_line_ends_mode_and_mark),
        TEST(begins_a_file_that_is_not_there),     TEST(another_file_can_be_named),
        TEST(rows_with_a_fault_are_not_doubled),   TEST(an_id_of_another_app_gets_a_row_of_its_own),
        TEST(a_header_that_is_none_is_left_alone), TEST(without_any_file_one_must_be_named),
        TEST(a_refused_inventory_is_mended_first), TEST(a_folder_that_is_not_there_is_said),
        TEST(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
