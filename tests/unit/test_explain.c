/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Explanations of codes and causes, as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alloc_fail.h"
#include "core/explain.h"
#include "core/explain_told.h"
#include "ext/json.h"

enum { LIMIT = 1 << 20 };

static void assert_says(const struct buf *text, const char *part)
{
    if (!strstr(buf_text(text), part))
        fail_msg("'%s' is not in:\n%s", part, buf_text(text));
}

/* For a terminal of 100 columns: printable ASCII, no blanks at a line's end. */
static void assert_fits(const struct buf *text)
{
    const char *line = buf_text(text);

    assert_true(buf_len(text) > 0);
    while (*line) {
        size_t len = strcspn(line, "\n");

        if (len > 100)
            fail_msg("%zu columns: %.*s", len, (int)len, line);
        for (size_t i = 0; i < len; i++)
            assert_in_range(line[i], ' ', '~');
        assert_true(len == 0 || line[len - 1] != ' ');
        assert_int_equal(line[len], '\n');
        line += len + 1;
    }
}

static void every_explanation_fits_a_terminal(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, LIMIT);
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        buf_reset(&text);
        assert_true(explain_cause(&text, (enum cause)i));
        assert_fits(&text);
        assert_says(&text, cause_name((enum cause)i));
        assert_says(&text, "Who acts: ");
        assert_says(&text, "Urgency:  ");
        assert_says(&text, "    1. ");
        assert_says(&text, cause_documentation);
    }
    for (size_t i = 0; catalog_at(i); i++) {
        buf_reset(&text);
        assert_true(explain_code(&text, catalog_at(i)->first));
        assert_fits(&text);
        assert_says(&text, cause_name(catalog_at(i)->cause));
    }
    buf_reset(&text);
    assert_true(explain_all(&text));
    assert_fits(&text);
    buf_free(&text);
}

static void the_permission_error_is_told_apart(void **state)
{
    static const char *const parts[] = {
        "40001 PERMISSION_ERROR",
        "revoked",
        "never_connected",
        "account_access",
        "endpoint_permission",
        "scope_missing",
        "asset_permission",
        "deleted",
        "app_mismatch",
        "app_blocked",
        "First, where granted_by = us:",
        "Is the account still shared with our Business Center",
        "Management, find the app, re-grant.",
        "as for revoked",
        "State:    CRITICAL",
        "whoever granted access",
    };
    struct buf text;

    (void)state;
    buf_init(&text, LIMIT);
    assert_true(explain_code(&text, 40001));
    for (size_t i = 0; i < TTA_LEN(parts); i++)
        assert_says(&text, parts[i]);
    buf_free(&text);
}

static void an_unknown_code_is_said_to_be_one(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, LIMIT);
    assert_true(explain_code(&text, 40014));
    assert_says(&text, "40014\n");
    assert_says(&text, "Not in the catalog of this version.");
    assert_says(&text, "\nunknown\n");
    assert_says(&text, "the last known state stands");
    buf_reset(&text);
    assert_true(explain_code(&text, INT64_MIN));
    assert_says(&text, "-9223372036854775808\n");
    buf_free(&text);
}

static void the_table_has_all(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, LIMIT);
    assert_true(explain_all(&text));
    for (size_t i = 0; catalog_at(i); i++)
        assert_says(&text, catalog_at(i)->name);
    for (size_t i = 0; i < CAUSE_COUNT; i++)
        assert_says(&text, cause_name((enum cause)i));
    assert_says(&text, "\n51000-51099 INTERNAL_*");
    assert_says(&text, "\n2200006 ");
    buf_free(&text);
}

static struct json *parsed(struct buf *text)
{
    struct err why = {""};
    struct json *root = json_parse(buf_text(text), buf_len(text), &why);

    if (!root)
        fail_msg("%s: %s", why.text, buf_text(text));
    buf_free(text);
    return root;
}

static void a_code_is_json(void **state)
{
    struct buf text;
    struct json *root;
    const struct json *cause;
    int64_t number = 0;
    bool known = false;

    (void)state;
    buf_init(&text, LIMIT);
    assert_true(explain_code_json(&text, 40001));
    root = parsed(&text);
    assert_true(json_whole(json_member(root, "schema"), &number));
    assert_int_equal(number, 1);
    assert_true(json_whole(json_member(root, "code"), &number));
    assert_int_equal(number, 40001);
    assert_true(json_truth(json_member(root, "known"), &known));
    assert_true(known);
    assert_string_equal(json_text(json_member(root, "name")), "PERMISSION_ERROR");
    assert_string_equal(json_text(json_member(root, "source")), "documented");
    assert_int_equal(json_count(json_member(root, "causes")), 9);
    cause = json_first(json_member(root, "causes"));
    assert_string_equal(json_text(json_member(cause, "cause")), "revoked");
    assert_string_equal(json_text(json_member(cause, "state")), "critical");
    assert_int_equal(json_count(json_member(cause, "fix")), 4);
    assert_int_equal(json_count(json_member(cause, "fix_us")), 5);
    json_free(root);

    assert_true(explain_code_json(&text, 7));
    root = parsed(&text);
    assert_true(json_truth(json_member(root, "known"), &known));
    assert_false(known);
    assert_null(json_member(root, "name"));
    assert_int_equal(json_count(json_member(root, "causes")), 1);
    json_free(root);
}

static void causes_and_the_table_are_json(void **state)
{
    struct buf text;
    struct json *root;
    size_t codes = 0;

    (void)state;
    buf_init(&text, LIMIT);
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_info *info = cause_info((enum cause)i);

        assert_true(explain_cause_json(&text, (enum cause)i));
        root = parsed(&text);
        assert_string_equal(json_text(json_member(root, "cause")), info->name);
        assert_int_equal(json_type_of(json_member(root, "state")), info->keeps ? JSON_NULL : JSON_STRING);
        assert_string_equal(json_text(json_member(root, "actor")), actor_name(info->actor));
        json_free(root);
    }
    assert_true(explain_all_json(&text));
    root = parsed(&text);
    while (catalog_at(codes))
        codes++;
    assert_int_equal(json_count(json_member(root, "codes")), codes);
    assert_int_equal(json_count(json_member(root, "causes")), CAUSE_COUNT);
    json_free(root);
}

static void every_code_has_causes_told_apart(void **state)
{
    enum cause causes[TOLD_CAUSES_MAX];

    (void)state;
    for (size_t i = 0; catalog_at(i); i++) {
        size_t count = explain_causes_of(catalog_at(i)->first, causes);
        bool has_own = false;

        assert_in_range(count, 1, TOLD_CAUSES_MAX);
        for (size_t j = 0; j < count; j++) {
            has_own = has_own || causes[j] == catalog_at(i)->cause;
            for (size_t k = 0; k < j; k++)
                assert_int_not_equal(causes[k], causes[j]);
        }
        assert_true(has_own);
    }
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const char *told = explain_told_by((enum cause)i);

        assert_non_null(told);
        assert_int_equal(told[strlen(told) - 1], '.');
    }
}

static bool explain_everything(void *arg)
{
    bool (*const all[])(struct buf *) = {explain_all, explain_all_json};
    struct buf text;
    bool ok = true;

    (void)arg;
    buf_init(&text, LIMIT);
    for (size_t i = 0; i < TTA_LEN(all); i++) {
        ok = all[i](&text) && ok;
        buf_free(&text);
    }
    return ok;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(explain_everything, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_explanation_fits_a_terminal),
        cmocka_unit_test(the_permission_error_is_told_apart),
        cmocka_unit_test(an_unknown_code_is_said_to_be_one),
        cmocka_unit_test(the_table_has_all),
        cmocka_unit_test(a_code_is_json),
        cmocka_unit_test(causes_and_the_table_are_json),
        cmocka_unit_test(every_code_has_causes_told_apart),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
