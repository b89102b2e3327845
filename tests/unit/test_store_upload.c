/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Watched uploads. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

static bool list_upload(void *arg, const struct store_upload *row)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 400 - len, "%s/%s/%s %s %s %lld %s %lld;", row->app, row->advertiser_id,
                   row->video_id, row->cause, row->granted_by, row->has_code ? (long long)row->code : -1,
                   row->message, (long long)row->deadline);
    return true;
}

static void assert_watched(struct fixture *f, const char *expected)
{
    char list[400] = "";
    assert_works(f, store_each_upload(f->store, list_upload, list, &f->err));
    assert_string_equal(list, expected);
}

static struct store_upload upload(const char *advertiser_id, const char *video_id)
{
    return (struct store_upload){.app = "main",
                                 .advertiser_id = advertiser_id,
                                 .video_id = video_id,
                                 .granted_by = "us",
                                 .cause = "video_processing",
                                 .fault = "authorized",
                                 .deadline = 60};
}

static void watched_noted_and_let_go(void **state)
{
    struct fixture *f = *state;
    struct store_upload rows[] = {upload("7", "b"), upload("7", "a"), upload("8", "a")};
    fixture_open(f, STORE_WRITE);
    assert_watched(f, "");
    assert_works(f, store_watch(f->store, rows, 3, &f->err));
    assert_watched(f, "main/7/a video_processing us -1  60;main/7/b video_processing us -1  60;"
                      "main/8/a video_processing us -1  60;");
    rows[0].cause = "video_failed";
    rows[0].has_code = true;
    rows[0].code = 40053;
    rows[0].message = "no such video";
    assert_works(f, store_unwatch(f->store, &rows[1], 2, &f->err));
    assert_works(f, store_note_uploads(f->store, rows, 2, &f->err)); /* one is watched no longer, and stays so */
    assert_watched(f, "main/7/b video_failed us 40053 no such video 60;");
    rows[0] = upload("7", "b");
    rows[0].deadline = 90;
    assert_works(f, store_watch(f->store, rows, 1, &f->err)); /* begins anew */
    assert_watched(f, "main/7/b video_processing us -1  90;");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(watched_noted_and_let_go, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
