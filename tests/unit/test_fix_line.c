/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/fix_line and core/reauth_url: what is done, and where, in one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config_fixture.h"
#include "core/fix_line.h"
#include "core/reauth_url.h"

static void steps_are_numbered(void **state)
{
    static const char *const step[] = {"Do this.", "Then that."};
    struct buf out;

    (void)state;
    buf_init(&out, FIX_LINE_MAX);
    assert_true(fix_line(step, 2, &out));
    assert_string_equal(buf_text(&out), "1. Do this. 2. Then that.");
    buf_reset(&out);
    assert_true(fix_line(step, 1, &out));
    assert_string_equal(buf_text(&out), "Do this.");
    buf_free(&out);
}

static void the_user_s_own_words_stand_instead(void **state)
{
    struct complaints complaints;
    struct config *config;
    struct buf out;

    (void)state;
    complaints_init(&complaints);
    config = config_fixture("[fix revoked]\ntext = Call Anna\n", &complaints);
    buf_init(&out, FIX_LINE_MAX);
    assert_true(fix_line_of(config, CAUSE_REVOKED, GRANTED_BY_US, &out));
    assert_string_equal(buf_text(&out), "Call Anna");
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        buf_reset(&out);
        assert_true(fix_line_of(config, (enum cause)cause, GRANTED_BY_US, &out));
        assert_true(buf_len(&out) > 0);
    }
    buf_reset(&out);
    assert_true(fix_line_of(config, CAUSE_ACCOUNT_ACCESS, GRANTED_BY_US, &out));
    assert_non_null(strstr(buf_text(&out), "1. Is the account still shared with our Business Center"));
    buf_free(&out);
    config_free(config);
    complaints_free(&complaints);
}

static const char *fill(const char *pattern, const char *id, const char *link)
{
    static char out[40];
    bool filled = reauth_url_fill(pattern, id, link, out, sizeof(out));

    assert_int_equal(filled, out[0] != '\0');
    return out;
}

static void a_link_is_whole_or_none(void **state)
{
    (void)state;
    assert_string_equal(fill("https://x.example/{advertiser_id}/y", "42", ""), "https://x.example/42/y");
    assert_string_equal(fill("https://x.example/{advertiser_id}/y", NULL, ""), "");
    assert_string_equal(fill("https://x.example/all", NULL, "42/abc"), "https://x.example/all");
    assert_string_equal(fill("https://x.example/r/{link}", "42", "42/abc"), "https://x.example/r/42/abc");
    assert_string_equal(fill("https://x.example/r/{link}", "42", ""), "");
    assert_string_equal(fill("", "42", "42/abc"), "");
    assert_string_equal(fill("https://x.example/a/long/path/{advertiser_id}", "7502022393087590401", ""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_numbered),
        cmocka_unit_test(the_user_s_own_words_stand_instead),
        cmocka_unit_test(a_link_is_whole_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
