/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of causes: equal to the facts, its texts fit for engines and complete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/cause.h"
#include "tsv.h"

static void compare_row(char **field, void *arg)
{
    enum cause *next = arg, cause;
    const struct cause_info *info;
    enum state read = STATE_UNKNOWN;
    bool keeps = strcmp(field[2], "keep") == 0 || strcmp(field[2], "-") == 0;

    if (!cause_from_name(field[0], &cause))
        fail_msg("no cause %s", field[0]);
    assert_int_equal(cause, *next);
    *next = (enum cause)(cause + 1);
    info = cause_info(cause);
    assert_string_equal(info->name, field[0]);
    assert_string_equal(cause_name(cause), field[0]);
    assert_string_equal(class_name(info->class), field[1]);
    assert_int_equal(info->keeps, keeps);
    assert_true(keeps || state_from_name(field[2], &read));
    assert_int_equal(info->state, read);
    assert_string_equal(urgency_name(info->urgency), strcmp(field[3], "-") == 0 ? "none" : field[3]);
    assert_string_equal(scope_name(info->scope), field[4]);
    assert_string_equal(actor_name(info->actor), field[5]);
}

static void table_equals_the_facts(void **state)
{
    enum cause next = CAUSE_AUTHORIZED;

    (void)state;
    assert_int_equal(tsv_each("causes.tsv", 6, compare_row, &next), CAUSE_COUNT);
}

static void assert_plain(const char *what, const char *text, size_t max)
{
    assert_non_null(text);
    assert_true(*text);
    if (strlen(text) > max)
        fail_msg("%s is longer than %zu: %s", what, max, text);
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~' || strchr("`~$&|'\"<>;\\", *c))
            fail_msg("%s holds '%c': %s", what, *c, text);
    assert_null(strstr(text, "  "));
}

static void assert_sentence(const char *what, const char *text)
{
    assert_plain(what, text, 300);
    if (!strchr(".?", text[strlen(text) - 1]))
        fail_msg("%s ends without a full stop: %s", what, text);
}

static void texts_pass_every_engine(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_info *info = cause_info((enum cause)i);
        size_t steps = 0;

        assert_plain("lost", info->lost, 32);
        assert_plain("fix_short", info->fix_short, 36);
        assert_sentence("meaning", info->meaning);
        assert_sentence("impact", info->impact);
        assert_int_not_equal(info->lost[strlen(info->lost) - 1], '.');
        if (info->lost_own)
            assert_plain("lost_own", info->lost_own, 32);
        if (info->fix_short_us)
            assert_plain("fix_short_us", info->fix_short_us, 36);
        if (info->fix_us_first)
            assert_sentence("fix_us_first", info->fix_us_first);
        while (info->fix[steps])
            assert_sentence("fix", info->fix[steps++]);
        assert_in_range(steps, 1, FIX_STEPS_MAX - 1);
    }
    assert_plain("documentation", cause_documentation, 100);
}

static void names_are_read_exactly(void **state)
{
    enum cause cause = CAUSE_DELETED;

    (void)state;
    assert_false(cause_from_name("", &cause));
    assert_false(cause_from_name("Revoked", &cause));
    assert_false(cause_from_name("revoked ", &cause));
    assert_int_equal(cause, CAUSE_DELETED);
    assert_ptr_equal(cause_info((enum cause)CAUSE_COUNT), cause_info(CAUSE_UNKNOWN));
}

static bool has_step(const char *const *steps, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(steps[i], part))
            return true;
    return false;
}

static void a_lost_grant_names_its_four_actions(void **state)
{
    static const enum cause lost[] = {CAUSE_REVOKED, CAUSE_NEVER_CONNECTED, CAUSE_ACCOUNT_ACCESS};
    const char *steps[FIX_STEPS_MAX + 1];

    (void)state;
    for (size_t i = 0; i < TTA_LEN(lost); i++) {
        size_t count = cause_fix_steps(lost[i], GRANTED_BY_CLIENT, steps, TTA_LEN(steps));

        assert_true(has_step(steps, count, "TikTok Business Center, App Management, find the app, re-grant"));
        assert_true(has_step(steps, count, "app_id and token belong together"));
        assert_true(has_step(steps, count, "status of the developer account"));
        assert_true(has_step(steps, count, "Run the authorization again for a new token"));
        assert_false(has_step(steps, count, "shared with our Business Center"));
        assert_int_equal(cause_fix_steps(lost[i], GRANTED_BY_US, steps, TTA_LEN(steps)), count + 1);
        assert_non_null(strstr(steps[0], "Is the account still shared with our Business Center"));
        assert_non_null(strstr(steps[0], "has the authorizing login still a role on it?"));
    }
}

static void fixes_follow_the_grantor(void **state)
{
    const char *steps[FIX_STEPS_MAX + 1] = {NULL};

    (void)state;
    assert_string_equal(cause_fix_short(CAUSE_REVOKED, GRANTED_BY_CLIENT), "client must re-authorize");
    assert_null(strstr(cause_fix_short(CAUSE_REVOKED, GRANTED_BY_US), "client"));
    assert_string_equal(cause_fix_short(CAUSE_TOKEN_REVOKED, GRANTED_BY_CLIENT),
                        "its owner must re-authorize now");
    assert_string_equal(cause_fix_short(CAUSE_DELETED, GRANTED_BY_US), cause_fix_short(CAUSE_DELETED, 0));
    assert_int_equal(cause_fix_steps(CAUSE_REVOKED, GRANTED_BY_US, steps, 2), 2);
    assert_null(steps[2]);
    assert_int_equal(cause_fix_steps(CAUSE_REVOKED, GRANTED_BY_US, steps, 0), 0);
    /* What the short form says of the client is never said where we are the grantor. */
    for (size_t i = 0; i < CAUSE_COUNT; i++)
        assert_null(strstr(cause_fix_short((enum cause)i, GRANTED_BY_US), "client must"));
}

static void fixes_say_what_matters(void **state)
{
    static const struct {
        enum cause cause;
        const char *part;
    } expected[] = {
        {CAUSE_ENDPOINT_PERMISSION, "developer portal"},
        {CAUSE_ENDPOINT_PERMISSION, "Wait until TikTok has approved it"},
        {CAUSE_ENDPOINT_PERMISSION, "already issued gains nothing"},
        {CAUSE_SCOPE_MISSING, "already issued gains nothing"},
        {CAUSE_DELETED, "it will not help"},
        {CAUSE_DELETED, "tiktok-auth retire ID"},
        {CAUSE_THROTTLED, "monitoring backs off"},
        {CAUSE_TIKTOK_FAULT, "1, 2, 4, 8 and 16 s, at most 5 times"},
        {CAUSE_TIKTOK_FAULT, "30 min"},
        {CAUSE_VIDEO_PROCESSING, "asks with growing pauses"},
        {CAUSE_APP_BLOCKED, "developer account"},
    };
    const char *steps[FIX_STEPS_MAX + 1];

    (void)state;
    for (size_t i = 0; i < TTA_LEN(expected); i++) {
        size_t count = cause_fix_steps(expected[i].cause, GRANTED_BY_CLIENT, steps, TTA_LEN(steps));

        if (!has_step(steps, count, expected[i].part))
            fail_msg("%s: no step says '%s'", cause_name(expected[i].cause), expected[i].part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_equals_the_facts),   cmocka_unit_test(texts_pass_every_engine),
        cmocka_unit_test(names_are_read_exactly),   cmocka_unit_test(a_lost_grant_names_its_four_actions),
        cmocka_unit_test(fixes_follow_the_grantor), cmocka_unit_test(fixes_say_what_matters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
