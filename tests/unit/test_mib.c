/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/mib.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/cause.h"

/* Below the root, whatever it is. */
static void assert_below_root(struct mib_oid oid, const char *expected)
{
    struct mib_oid root = mib_root();
    struct buf text;

    assert_true(oid.len > root.len);
    assert_memory_equal(oid.id, root.id, root.len * sizeof(root.id[0]));
    oid.len -= root.len;
    memmove(oid.id, oid.id + root.len, oid.len * sizeof(oid.id[0]));
    buf_init(&text, 2048);
    assert_true(mib_oid_write(&oid, &text));
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void assert_oid(struct mib_oid oid, const char *expected)
{
    struct buf text;

    buf_init(&text, 2048);
    assert_true(mib_oid_write(&oid, &text));
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void objects_lie_where_their_group_is(void **state)
{
    struct mib_oid oid = mib_object_oid(MIB_ADVERTISER_STATE);
    struct mib_oid index = mib_index_advertiser("a", "12");

    (void)state;
    assert_in_range(mib_root().len, 5, MIB_ROOT_MAX);
    assert_below_root(mib_group_oid(MIB_GROUP_SCALARS), "1.1");
    assert_below_root(mib_group_oid(MIB_GROUP_EVENT), "1.7");
    assert_below_root(mib_object_oid(MIB_SUMMARY), "1.1.1");
    assert_below_root(mib_object_oid(MIB_APP_NAME), "1.2.1.2");
    assert_below_root(mib_object_oid(MIB_TOKEN_STATE), "1.3.1.5");
    assert_below_root(oid, "1.4.1.6");
    assert_below_root(mib_object_oid(MIB_PROBLEM_FIX), "1.5.1.24");
    assert_below_root(mib_object_oid(MIB_FIX_US), "1.6.1.10");
    assert_below_root(mib_object_oid(MIB_EVENT_NUMBER), "1.7.1");
    assert_below_root(mib_notification_oid(MIB_NOTE_CRITICAL), "0.1");
    assert_below_root(mib_notification_oid(MIB_NOTE_SUMMARY), "0.5");
    mib_oid_append(&oid, &index);
    assert_below_root(oid, "1.4.1.6.1.97.2.49.50");
}

/* Numbers rise within a group without a gap, groups lie together, and only tables have indexes, which come first.
 */
static void the_table_of_objects_is_in_order(void **state)
{
    size_t seen = 0;

    (void)state;
    for (unsigned group = 0; group < MIB_GROUP_COUNT; group++) {
        size_t count;
        enum mib_object first = mib_group_first((enum mib_group)group, &count);
        bool readable = false;

        assert_int_equal(first, seen);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            const struct mib_object_info *info = mib_object((enum mib_object)(first + i));

            assert_int_equal(info->group, group);
            assert_int_equal(info->number, i + 1);
            assert_int_equal(info->access == MIB_NOTIFY, group == MIB_GROUP_EVENT);
            if (info->access == MIB_INDEX)
                assert_false(readable);
            readable = readable || info->access == MIB_READ;
            for (unsigned other = 0; other < first + i; other++)
                assert_string_not_equal(mib_object((enum mib_object)other)->name, info->name);
        }
        seen += count;
    }
    assert_int_equal(seen, MIB_OBJECT_COUNT);
}

/* A time that no age stands beside would be lost on tools that can't read DateAndTime. */
static void every_time_has_its_age(void **state)
{
    (void)state;
    for (unsigned i = 0; i + 1 < MIB_OBJECT_COUNT; i++) {
        const struct mib_object_info *info = mib_object((enum mib_object)i);
        const struct mib_object_info *next = mib_object((enum mib_object)(i + 1));

        if (info->syntax != MIB_TIME || info->access != MIB_READ)
            continue;
        assert_int_equal(next->syntax, MIB_AGE);
    }
}

static void indexes_begin_with_their_length(void **state)
{
    (void)state;
    assert_oid(mib_index_app("main"), "4.109.97.105.110");
    assert_oid(mib_index_token("main", "t-1"), "4.109.97.105.110.3.116.45.49");
    assert_oid(mib_index_advertiser("m", "7502"), "1.109.4.55.53.48.50");
    assert_oid(mib_index_problem(SCOPE_API, "", ""), "1.0.0");
    assert_oid(mib_index_problem(SCOPE_ADVERTISER, "m", "75"), "6.1.109.2.55.53");
    assert_oid(mib_index_problem(SCOPE_CLIENT, "m", "\xc3\xa9"), "4.1.109.2.195.169");
    assert_oid(mib_index_fix(1), "1");
}

static void long_names_are_cut_and_stay_apart(void **state)
{
    char name[200], other[200];
    struct mib_oid a, b, root = mib_object_oid(MIB_PROBLEM_FIX);

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    memcpy(other, name, sizeof(name));
    other[sizeof(other) - 2] = 'y';
    name[64] = '\0';
    a = mib_index_problem(SCOPE_CLIENT, "m", name);
    assert_int_equal(a.len, 1 + 2 + 1 + 64);
    for (size_t i = 4; i < a.len; i++)
        assert_int_equal(a.id[i], 'x');
    name[64] = 'x';
    a = mib_index_problem(SCOPE_CLIENT, "m", name);
    b = mib_index_problem(SCOPE_CLIENT, "m", other);
    assert_int_equal(a.len, 1 + 2 + 1 + MIB_ID_MAX);
    assert_int_equal(a.id[3], MIB_ID_MAX);
    assert_int_equal(a.id[4 + 46], 'x');
    assert_int_equal(a.id[4 + 47], '~');
    for (size_t i = 4 + 48; i < a.len; i++)
        assert_non_null(strchr("0123456789abcdef", (int)a.id[i]));
    assert_int_not_equal(mib_oid_order(&a, &b), 0);
    b = mib_index_problem(SCOPE_CLIENT, "m", name);
    assert_int_equal(mib_oid_order(&a, &b), 0);
    /* The longest there is fits behind the longest root. */
    name[32] = '\0';
    a = mib_index_problem(SCOPE_CLIENT, name, other);
    assert_int_equal(a.len, MIB_INDEX_MAX);
    assert_true(root.len - mib_root().len + MIB_ROOT_MAX + a.len <= MIB_OID_MAX);
}

static void oids_are_ordered_as_snmp_does(void **state)
{
    struct mib_oid a = mib_index_app("b"), b = mib_index_app("aa"), none = {.len = 0};

    (void)state;
    assert_int_equal(mib_oid_order(&a, &b), -1); /* the shorter name first */
    assert_int_equal(mib_oid_order(&b, &a), 1);
    assert_int_equal(mib_oid_order(&a, &a), 0);
    assert_int_equal(mib_oid_order(&none, &a), -1);
    a = mib_index_advertiser("m", "7502022393087590401");
    b = mib_index_advertiser("m", "7502022393087590410");
    assert_int_equal(mib_oid_order(&a, &b), -1);
    b = mib_index_advertiser("m", "9");
    assert_int_equal(mib_oid_order(&a, &b), 1);
    a = (struct mib_oid){.id = {2147483647}, .len = 1};
    b = (struct mib_oid){.id = {4294967295}, .len = 1};
    assert_int_equal(mib_oid_order(&a, &b), -1);
    assert_oid(b, "4294967295");
}

static void an_oid_never_overflows(void **state)
{
    struct mib_oid oid = mib_root(), piece = mib_index_problem(SCOPE_API, "abcdefghijklmnopqrstuvwxyz", "x");

    (void)state;
    for (int i = 0; i < 10; i++)
        mib_oid_append(&oid, &piece);
    assert_int_equal(oid.len, MIB_OID_MAX);
}

static void labels_have_no_underscores(void **state)
{
    (void)state;
    assert_string_equal(mib_label(MIB_STATE, 1), "ok");
    assert_string_equal(mib_label(MIB_STATE, 4), "unknown");
    assert_null(mib_label(MIB_STATE, 5));
    assert_null(mib_label(MIB_STATE, 0));
    assert_null(mib_label(MIB_TEXT, 1));
    assert_null(mib_label(MIB_AGE, 1));
    assert_string_equal(mib_label(MIB_ACTOR, 6), "businessCenterAdmin");
    assert_string_equal(mib_label(MIB_KIND, 1), "api");
    assert_string_equal(mib_label(MIB_KIND, 8), "connect");
    assert_null(mib_label(MIB_KIND, 9));
    assert_string_equal(mib_label(MIB_GRANTOR, 2), "us");
    assert_string_equal(mib_label(MIB_CONFIG, 2), "refused");
    assert_null(mib_label(MIB_CONFIG, 3));
    assert_string_equal(mib_label(MIB_URGENCY, 3), "high");
    for (uint32_t cause = 1; cause <= CAUSE_COUNT; cause++) {
        assert_non_null(mib_label(MIB_CAUSE, cause));
        assert_null(strchr(mib_label(MIB_CAUSE, cause), '_'));
    }
    assert_null(mib_label(MIB_CAUSE, CAUSE_COUNT + 1));
}

static void notifications_name_what_an_nms_may_know(void **state)
{
    (void)state;
    for (unsigned i = MIB_NOTE_CRITICAL; i <= MIB_NOTE_SUMMARY; i++) {
        const struct mib_notification_info *info = mib_notification((enum mib_notification)i);

        assert_int_equal(strncmp(info->name, "tta", 3), 0);
        assert_int_equal(info->object[0], MIB_EVENT_NUMBER);
        for (size_t n = 0; n < info->object_count; n++) {
            assert_int_not_equal(mib_object(info->object[n])->access, MIB_INDEX);
            for (size_t other = 0; other < n; other++)
                assert_int_not_equal(info->object[other], info->object[n]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_lie_where_their_group_is),
        cmocka_unit_test(the_table_of_objects_is_in_order),
        cmocka_unit_test(every_time_has_its_age),
        cmocka_unit_test(indexes_begin_with_their_length),
        cmocka_unit_test(long_names_are_cut_and_stay_apart),
        cmocka_unit_test(oids_are_ordered_as_snmp_does),
        cmocka_unit_test(an_oid_never_overflows),
        cmocka_unit_test(labels_have_no_underscores),
        cmocka_unit_test(notifications_name_what_an_nms_may_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
