/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Codes and messages: equal to the facts, and right about wordings that nobody listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "tsv.h"

static int64_t number(const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    assert_true(end != text && *end == '\0');
    return value;
}

static void assert_cause(int64_t code, const char *message, const char *expected)
{
    struct finding found;

    catalog_classify(code, message, &found);
    if (strcmp(cause_name(found.cause), expected) != 0)
        fail_msg("%lld '%s' is %s, not %s", (long long)code, message ? message : "(null)", cause_name(found.cause),
                 expected);
}

static void compare_code(char **field, void *arg)
{
    static const char *const sources[] = {"docs", "sdk", "seen", "claim"};
    char *dash = strchr(field[0] + 1, '-');
    const struct code_info *info;

    (void)arg;
    if (dash)
        *dash++ = '\0';
    info = catalog_code(number(field[0]));
    if (!info)
        fail_msg("no code %s", field[0]);
    assert_int_equal(info->first, number(field[0]));
    assert_int_equal(info->last, number(dash ? dash : field[0]));
    assert_string_equal(info->name, strcmp(field[1], "-") == 0 ? "" : field[1]);
    assert_string_equal(class_name(info->class), field[2]);
    assert_string_equal(sources[info->source], field[3]);
    assert_string_equal(cause_name(info->cause), field[4]);
    assert_true(strlen(info->meaning) > 5);
    assert_int_equal(info->meaning[strlen(info->meaning) - 1], '.');
    /* Without a message, and with one of no family, the code decides. */
    assert_cause(info->first, NULL, field[4]);
    assert_cause(info->last, "", field[4]);
    assert_cause(info->last, "Zyzzyva", field[4]);
}

static void codes_equal_the_facts(void **state)
{
    size_t count = 0;

    (void)state;
    while (catalog_at(count))
        count++;
    assert_int_equal(tsv_each("codes.tsv", 5, compare_code, NULL), count);
    for (size_t i = 1; i < count; i++)
        assert_true(catalog_at(i - 1)->last < catalog_at(i)->first);
}

static void codes_beside_a_range_are_unknown(void **state)
{
    static const int64_t unknown[] = {-2,    1,     39999, 40014, 50003,     50999,
                                      51100, 51304, 51306, 52205, INT64_MAX, INT64_MIN};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(unknown); i++) {
        assert_null(catalog_code(unknown[i]));
        assert_cause(unknown[i], "Zyzzyva", "unknown");
    }
    assert_string_equal(catalog_code(51077)->name, "INTERNAL_*");
    assert_string_equal(catalog_code(52204)->name, "STORAGE_*");
}

/* Each known message: as it is, changed in ways that mean nothing, and under every other code. */
static void assert_message(int64_t code, const char *message, char **field)
{
    struct finding found;

    catalog_classify(code, message, &found);
    if (strcmp(cause_name(found.cause), field[3]) != 0 || strcmp(class_name(found.class), field[2]) != 0)
        fail_msg("%lld '%s' is %s of class %s, not %s of class %s", (long long)code, message,
                 cause_name(found.cause), class_name(found.class), field[3], field[2]);
    assert_true(found.by_family);
}

static void change_case(const char *message, char *out, int style)
{
    size_t i;

    for (i = 0; message[i]; i++) {
        bool starts = i == 0 || message[i - 1] == ' ';
        char c = message[i];
        bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';

        if (lower && (style == 0 || (style == 2 && starts)))
            c = (char)(c - ('a' - 'A'));
        if (upper && style == 1)
            c = (char)(c + ('a' - 'A'));
        out[i] = c;
    }
    out[i] = '\0';
}

static void swap_chars(const char *message, char *out, char from, char to)
{
    size_t i;

    for (i = 0; message[i]; i++)
        out[i] = message[i] == from ? to : message[i];
    out[i] = '\0';
}

static void check_message(char **field, void *arg)
{
    int64_t code = number(field[0]);
    char changed[1024];
    struct finding found;
    size_t len = strlen(field[1]);

    (void)arg;
    assert_message(code, field[1], field);
    catalog_classify(code, field[1], &found);
    assert_string_equal(scope_name(found.scope), field[4]);
    for (int style = 0; style < 3; style++) {
        change_case(field[1], changed, style);
        assert_message(code, changed, field);
    }
    if (!strchr(field[1], '/')) { /* a path is not spelled otherwise */
        swap_chars(field[1], changed, '_', ' ');
        assert_message(code, changed, field);
        swap_chars(field[1], changed, ' ', '_');
        assert_message(code, changed, field);
    }
    (void)snprintf(changed, sizeof changed, "  Error:\t%s  [request_id: 2025112202140001] Please contact support!",
                   field[1]);
    assert_message(code, changed, field);
    (void)snprintf(changed, sizeof changed, "%s", field[1]);
    while (len && strchr(".!", changed[len - 1]))
        changed[--len] = '\0';
    assert_message(code, changed, field);
    for (char *c = changed; *c; c++)
        if (*c >= '0' && *c <= '9')
            *c = (char)('0' + ('9' - *c));
    assert_message(code, changed, field);
    for (size_t i = 0; catalog_at(i); i++)
        if (catalog_at(i)->class != CLASS_OK && catalog_at(i)->class != CLASS_PARTIAL)
            assert_message(catalog_at(i)->first, field[1], field);
    assert_message(123456789, field[1], field);
}

static void messages_equal_the_facts(void **state)
{
    (void)state;
    assert_int_equal(tsv_each("messages.tsv", 5, check_message, NULL), 24);
}

struct wrong {
    size_t count;
};

static void check_wording(char **field, void *arg)
{
    struct wrong *wrong = arg;
    struct finding found;

    catalog_classify(number(field[0]), field[1], &found);
    if (strcmp(cause_name(found.cause), field[2]) != 0) {
        print_error("%s '%s' is %s, not %s\n", field[0], field[1], cause_name(found.cause), field[2]);
        wrong->count++;
    }
}

static void wordings_that_nobody_listed(void **state)
{
    struct wrong wrong = {0};

    (void)state;
    assert_true(tsv_each("wordings.tsv", 3, check_wording, &wrong) > 700);
    assert_int_equal(wrong.count, 0);
}

static void success_is_success_whatever_the_text(void **state)
{
    struct finding found;

    (void)state;
    catalog_classify(0, "Access token is incorrect or has been revoked. /a/b/:GET", &found);
    assert_int_equal(found.class, CLASS_OK);
    assert_int_equal(found.cause, CAUSE_AUTHORIZED);
    assert_false(found.by_family);
    assert_string_equal(found.path, "");
    assert_int_equal(found.window, THROTTLE_NONE);
    catalog_classify(20001, "No permission to operate advertiser: 7502022393087590401", &found);
    assert_int_equal(found.class, CLASS_PARTIAL);
    assert_true(cause_info(found.cause)->keeps);
    assert_string_equal(found.advertiser_id, "");
}

static void tells_which_endpoint_and_whom(void **state)
{
    struct finding found;

    (void)state;
    catalog_classify(40001, "advertiser does not grant you /file/video/ad/search/:GET permission", &found);
    assert_string_equal(found.method, "GET");
    assert_string_equal(found.path, "/file/video/ad/search/");
    assert_int_equal(found.scope, SCOPE_ENDPOINT);
    catalog_classify(40001, "No permission to operate advertiser: 7502022393087590401", &found);
    assert_string_equal(found.advertiser_id, "7502022393087590401");
    assert_int_equal(found.scope, SCOPE_ADVERTISER);
    assert_string_equal(found.path, "");
}

static void assert_throttle(int64_t code, const char *message, enum scope scope, enum throttle_window window)
{
    struct finding found;

    catalog_classify(code, message, &found);
    assert_int_equal(found.cause, CAUSE_THROTTLED);
    assert_int_equal(found.class, CLASS_RATE);
    if (found.scope != scope || found.window != window)
        fail_msg("'%s': %s, window %d", message, scope_name(found.scope), (int)found.window);
}

static void tells_whose_quota_and_for_how_long(void **state)
{
    (void)state;
    assert_throttle(40100, "App 7055107885017071618 reaches the QPS limit 50", SCOPE_APP, THROTTLE_SECOND);
    assert_throttle(40100, "App 7055107885017071618 reaches the QPM limit 600", SCOPE_APP, THROTTLE_MINUTE);
    assert_throttle(40100, "App 7055107885017071618 reaches the QPD limit 864000", SCOPE_APP, THROTTLE_DAY);
    assert_throttle(40100, "reached the daily request limit", SCOPE_APP, THROTTLE_DAY);
    assert_throttle(40100, "600 requests per minute exceeded", SCOPE_APP, THROTTLE_MINUTE);
    assert_throttle(40100, "Too many requests. Please retry in some time.", SCOPE_APP, THROTTLE_UNSAID);
    assert_throttle(40100, NULL, SCOPE_APP, THROTTLE_UNSAID);
    assert_throttle(40016, "limit", SCOPE_ENDPOINT, THROTTLE_UNSAID);
    assert_throttle(40133, "limit", SCOPE_ADVERTISER, THROTTLE_UNSAID);
    assert_throttle(61000, "", SCOPE_APP, THROTTLE_UNSAID);
    assert_throttle(40100, "Current path reaches QPS limit 5", SCOPE_ENDPOINT, THROTTLE_SECOND);
    assert_throttle(
        40133,
        "Advertiser (7502022393087590401)'s QPS (21) reaches QPS limit 20 for current path, request is "
        "temporarily restricted.",
        SCOPE_ADVERTISER, THROTTLE_SECOND);
}

static void classes_have_defaults(void **state)
{
    (void)state;
    assert_int_equal(catalog_default_cause(CLASS_AUTHZ), CAUSE_ACCOUNT_ACCESS);
    assert_int_equal(catalog_default_cause(CLASS_TOKEN), CAUSE_TOKEN_REVOKED);
    assert_int_equal(catalog_default_cause(CLASS_APP), CAUSE_APP_CREDENTIALS);
    assert_int_equal(catalog_default_cause(CLASS_RATE), CAUSE_THROTTLED);
    assert_int_equal(catalog_default_cause(CLASS_TRANSIENT), CAUSE_TIKTOK_FAULT);
    assert_int_equal(catalog_default_cause(CLASS_PARAM), CAUSE_REQUEST_FAULT);
    assert_int_equal(catalog_default_cause(CLASS_ACCOUNT), CAUSE_DELETED);
    assert_int_equal(catalog_default_cause(CLASS_FILE), CAUSE_VIDEO_PROCESSING);
    assert_int_equal(catalog_default_cause(CLASS_NETWORK), CAUSE_EGRESS_BLOCKED);
    assert_int_equal(catalog_default_cause(CLASS_UNKNOWN), CAUSE_UNKNOWN);
    assert_int_equal(catalog_default_cause(CLASS_OK), CAUSE_AUTHORIZED);
    assert_int_equal(catalog_default_cause(CLASS_PARTIAL), CAUSE_TIKTOK_FAULT);
    assert_int_equal(catalog_default_cause(CLASS_NONE), CAUSE_NOT_VERIFIED);
}

static void account_status_is_a_cause(void **state)
{
    static const struct {
        const char *status;
        enum cause cause;
    } rows[] = {
        {"STATUS_ENABLE", CAUSE_AUTHORIZED},
        {"STATUS_LIMIT", CAUSE_ACCOUNT_SUSPENDED},
        {"STATUS_DISABLE", CAUSE_ACCOUNT_CLOSED},
        {"STATUS_PENDING_CONFIRM", CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_PENDING_VERIFIED", CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_PENDING_CONFIRM_MODIFY", CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_WAIT_FOR_BPM_AUDIT", CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_SELF_SERVICE_UNAUDITED", CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_CONTRACT_PENDING", CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_CONFIRM_FAIL", CAUSE_ACCOUNT_REJECTED},
        {"STATUS_CONFIRM_FAIL_END", CAUSE_ACCOUNT_REJECTED},
        {"STATUS_CONFIRM_MODIFY_FAIL", CAUSE_ACCOUNT_REJECTED},
        {"STATUS_ENABLED", CAUSE_UNKNOWN},
        {"status_enable", CAUSE_UNKNOWN},
        {"", CAUSE_UNKNOWN},
        {NULL, CAUSE_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++)
        assert_int_equal(catalog_account_status(rows[i].status), rows[i].cause);
}

static void any_text_is_survived(void **state)
{
    static const char *const pieces[] = {"\"",   "'",         "(",   "advertiser Aa ", "\xff\xfe", "/a/b",
                                         "7",    "reach ",    "://", "\xe2\x80\x99",   "Not ",     "\n",
                                         "AaBb", "token not "};
    enum { LONG = 100000 };
    char *text = malloc(LONG + 1);
    struct finding found;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < TTA_LEN(pieces); i++) {
        for (size_t at = 0; at < LONG; at++)
            text[at] = pieces[i][at % strlen(pieces[i])];
        text[LONG] = '\0';
        catalog_classify(99999, text, &found);
        assert_true(strlen(found.path) < FINDING_PATH_MAX);
        assert_true(strlen(found.advertiser_id) <= ADVERTISER_ID_MAX);
    }
    memset(text, ' ', LONG);
    memcpy(text + LONG - 40, "Access token is incorrect", 25);
    catalog_classify(99999, text, &found); /* past what is read */
    assert_int_equal(found.cause, CAUSE_UNKNOWN);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_equal_the_facts),
        cmocka_unit_test(codes_beside_a_range_are_unknown),
        cmocka_unit_test(messages_equal_the_facts),
        cmocka_unit_test(wordings_that_nobody_listed),
        cmocka_unit_test(success_is_success_whatever_the_text),
        cmocka_unit_test(tells_which_endpoint_and_whom),
        cmocka_unit_test(tells_whose_quota_and_for_how_long),
        cmocka_unit_test(classes_have_defaults),
        cmocka_unit_test(account_status_is_a_cause),
        cmocka_unit_test(any_text_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
