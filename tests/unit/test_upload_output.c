/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/upload_output: line 1 in its forms and bounds, the long text, perfdata and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config_fixture.h"
#include "core/output.h"
#include "core/upload_output.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 1763776800, MOST = 5000 };

static struct upload item[MOST];
static const struct upload *pointer[MOST];
static struct config *config;
static struct buf out;

static int set_up(void **state)
{
    struct complaints complaints;

    (void)state;
    complaints_init(&complaints);
    config = config_fixture("[fix video_failed]\ntext = Call the studio | now\n", &complaints);
    complaints_free(&complaints);
    buf_init(&out, 4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    config_free(config);
    buf_free(&out);
    return 0;
}

/* So many of a cause behind those that are there. */
static size_t add(size_t at, size_t count, enum cause cause, int64_t code, const char *message)
{
    for (size_t i = at; i < at + count; i++) {
        char id[VIDEO_ID_MAX + 1];

        snprintf(id, sizeof(id), "v%047zu", i);
        upload_begin(&item[i], "demo", "7502022393087590401", id, NOW + 60, NOW - 60);
        item[i].cause = cause;
        item[i].verified_at = NOW;
        item[i].has_code = code != 0;
        item[i].code = code;
        snprintf(item[i].message, sizeof(item[i].message), "%s", message);
        pointer[i] = &item[i];
    }
    return at + count;
}

static const char *text_of(size_t count, const char *refusal)
{
    struct upload_report report = {
        .config = config, .upload = pointer, .count = count, .stale_after_s = 1800, .now = NOW};

    report.refusal = refusal;
    buf_reset(&out);
    assert_true(upload_report_text(&report, false, &out));
    assert_in_range(strcspn(buf_text(&out), "\n"), 1, OUTPUT_LINE_MAX);
    return buf_text(&out);
}

static void assert_line(size_t count, const char *expected)
{
    const char *text = text_of(count, NULL);
    size_t len = strcspn(text, "\n");

    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
}

static void lines(void **state)
{
    size_t count = add(0, 1, CAUSE_AUTHORIZED, 0, "");

    (void)state;
    assert_line(0, "TIKTOK AUTH OK - no upload is watched");
    assert_line(
        1, "TIKTOK AUTH OK - video v00000000000000000000000000000000000000000000000: usable since Nov 22 01:59Z");
    count = add(count, 1, CAUSE_VIDEO_PROCESSING, 40901, "Video transcoding in process");
    assert_line(
        2,
        "TIKTOK AUTH WARNING - 1 of 2 videos not usable: 1 processing [40901] - wait: TikTok is still processing");
    count = add(count, 3, CAUSE_VIDEO_FAILED, 40053, "");
    assert_line(5, "TIKTOK AUTH CRITICAL - 4 of 5 videos not usable: 3 failed, 1 processing [40053] - check the "
                   "file, upload it again");
    count = add(0, 1, CAUSE_VIDEO_FAILED, 2200006, "");
    assert_line(1, "TIKTOK AUTH CRITICAL - video v00000000000000000000000000000000000000000000000: failed "
                   "[2200006] - check the file, upload it again");
}

static void a_line_is_never_too_long(void **state)
{
    size_t count = add(0, 1500, CAUSE_VIDEO_FAILED, INT64_MIN, "");

    (void)state;
    count = add(count, 1500, CAUSE_VIDEO_PROCESSING, 0, "");
    count = add(count, 1500, CAUSE_VIDEO_PROCESSING, 0, "");
    for (size_t i = 3000; i < count; i++)
        item[i].verified_at = item[i].since = NOW - 100000;
    assert_non_null(
        strstr(text_of(count, NULL), "CRITICAL - videos: 1500 failed, 1500 processing, 1500 not verified"));
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        add(0, 2, CAUSE_VIDEO_PROCESSING, INT64_MIN, "");
        item[0].fault = item[1].fault = (enum cause)cause;
        item[0].verified_at = item[1].verified_at = 0;
        (void)text_of(1, NULL);
        (void)text_of(2, NULL);
    }
    (void)text_of(0, "a path "
                     "/that/is/very/long/and/longer/still/until/it/does/not/fit/any/more/into/the/first/line/of/"
                     "the/output: no");
}

static void text_has_fix_and_perfdata(void **state)
{
    size_t count = add(0, 70, CAUSE_VIDEO_FAILED, 40053, "no | `such` $video$\n\x1b[31m");
    const char *text = text_of(count, NULL);

    (void)state;
    assert_non_null(strstr(text, "\n1. Call the studio now\n"));
    assert_non_null(strstr(
        text, "failed since 2025-11-22T01:59:00Z, deadline 2025-11-22T02:01:00Z [40053] no such video ?[31m\n"));
    assert_non_null(strstr(text, "\n  and 20 more\n"));
    assert_non_null(strstr(text, "\n|videos=70;;;0 processing=0;;;0 failed=70;;;0 unverified=0;;;0\n"));
    assert_ptr_equal(strchr(text, '|'), strrchr(text, '|'));
    assert_null(strchr(text, '\x1b'));
}

static void json_says_the_same(void **state)
{
    struct upload_report report = {
        .config = config, .upload = pointer, .stale_after_s = 1800, .now = NOW, .note = "a note"};

    (void)state;
    report.count = add(add(0, 1, CAUSE_AUTHORIZED, 0, ""), 1, CAUSE_VIDEO_FAILED, 40053, "no \"such\" video");
    buf_reset(&out);
    assert_true(upload_report_json(&report, &out));
    assert_non_null(strstr(buf_text(&out),
                           "{\"schema\":1,\"state\":\"critical\",\"exit\":2,\"summary\":\"TIKTOK AUTH CRITICAL"));
    assert_non_null(
        strstr(buf_text(&out), "\"cause\":\"video_failed\",\"code\":40053,\"message\":\"no \\\"such\\\" video\""));
    assert_non_null(strstr(buf_text(&out), "\"fix\":[\"Call the studio | now\"]"));
    assert_non_null(
        strstr(buf_text(&out), "\"counts\":{\"usable\":1,\"processing\":0,\"failed\":1,\"unverified\":0}"));
    assert_null(strchr(buf_text(&out), '\n'));
    report.refusal = "nothing can be read";
    buf_reset(&out);
    assert_true(upload_report_json(&report, &out));
    assert_non_null(strstr(buf_text(&out), "\"state\":\"unknown\",\"exit\":3"));
    assert_non_null(strstr(buf_text(&out), "\"videos\":[]"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_is_never_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_has_fix_and_perfdata, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_says_the_same, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
