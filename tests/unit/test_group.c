/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/group: what is told together, for how long, and in whose name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "core/group.h"

static struct notice loss(const char *key, enum state state, enum cause cause, const char *owner)
{
    struct notice n;

    notice_init(&n);
    n.id = "agent/1";
    n.key = key;
    n.kind = SCOPE_ADVERTISER;
    n.root = n.advertiser_id = "1";
    n.name = "one";
    n.state = state;
    n.cause = cause;
    n.urgency = cause_info(cause)->urgency;
    n.actor = ACTOR_CLIENT;
    n.action = "client must re-authorize";
    n.fix[0] = "first";
    n.owner = owner;
    n.app = "main";
    n.members = 1;
    n.at = 100;
    n.since = 90;
    return n;
}

static void what_explains_many_is_told_alone(void **state)
{
    struct notice n = loss("k", STATE_CRITICAL, CAUSE_REVOKED, "");

    (void)state;
    assert_true(group_takes(&n));
    n.kind = SCOPE_CLIENT;
    assert_true(group_takes(&n));
    n.kind = SCOPE_TOKEN;
    assert_false(group_takes(&n));
    n.kind = SCOPE_API;
    assert_false(group_takes(&n));
    n.kind = SCOPE_ADVERTISER;
    n.type = NOTICE_RECOVERY;
    assert_false(group_takes(&n));
    n.type = NOTICE_CUSTOM;
    assert_false(group_takes(&n));
    assert_string_equal(group_part(NOTIFY_PAGERDUTY, &n), "");
    n.owner = "emea";
    assert_string_equal(group_part(NOTIFY_ALERTMANAGER, &n), "emea");
}

static void choices(void **state)
{
    (void)state;
    assert_int_equal(group_choose(10, 10, 0, 5000), GROUP_ALONE);
    assert_int_equal(group_choose(11, 10, 0, 5000), GROUP_NEW);
    assert_int_equal(group_choose(1, 10, 5000 - GROUP_JOIN_S + 1, 5000), GROUP_JOIN);
    /* An old group calls nobody again: many at once are a new one, few are told alone. */
    assert_int_equal(group_choose(1, 10, 5000 - GROUP_JOIN_S, 5000), GROUP_ALONE);
    assert_int_equal(group_choose(11, 10, 5000 - GROUP_JOIN_S, 5000), GROUP_NEW);
}

static void a_group_lasts_as_long_as_one_of_it(void **state)
{
    struct notice a = loss("a", STATE_WARNING, CAUSE_ACCOUNT_SUSPENDED, "x");
    struct notice b = loss("b", STATE_CRITICAL, CAUSE_REVOKED, "y");
    struct notice c = loss("c", STATE_CRITICAL, CAUSE_REVOKED, "y");
    struct group_member member[3] = {{.notice = &a}, {.notice = &b}, {.notice = &c}};
    struct arena arena = {0};
    struct notice n;
    const struct group_member **left;
    size_t count;

    (void)state;
    a.actor = ACTOR_ADVERTISER;
    b.since = 80;
    c.at = 200;
    assert_int_equal(group_tell(member, 3), TELL_TRIGGER);
    assert_true(group_notice(member, 3, "tiktok-auth/group/x", "id", &arena, &n));
    assert_string_equal(n.key, "tiktok-auth/group/x");
    assert_string_equal(n.id, "id");
    assert_string_equal(n.name, "3 advertisers");
    assert_string_equal(n.note, "");
    assert_int_equal(n.type, NOTICE_PROBLEM);
    assert_int_equal(n.state, STATE_CRITICAL);
    assert_int_equal(n.cause, CAUSE_COUNT);
    assert_int_equal(n.members, 3);
    assert_int_equal(n.since, 80);
    assert_int_equal(n.at, 200);
    assert_string_equal(n.owner, "");
    assert_string_equal(n.app, "main");
    assert_null(n.fix[0]);
    assert_int_equal(n.actor, ACTOR_US); /* who sorts out which is whose */

    /* The worst stands first. */
    left = group_left(member, 3, &count);
    assert_int_equal(count, 3);
    assert_ptr_equal(left[0]->notice, &b);
    assert_ptr_equal(left[2]->notice, &a);
    free(left);

    /* One is well again: it leaves the list, and what the others have in common is said. */
    member[0].over = true;
    assert_int_equal(group_tell(member, 3), TELL_TRIGGER);
    assert_true(group_notice(member, 3, "k", "id", &arena, &n));
    assert_string_equal(n.name, "2 advertisers");
    assert_string_equal(n.note, "1 of 3 are well again");
    assert_int_equal(n.cause, CAUSE_REVOKED);
    assert_int_equal(n.actor, ACTOR_CLIENT);
    assert_string_equal(n.owner, "y");
    assert_string_equal(n.fix[0], "first");

    /* Somebody has all that are left. */
    member[1].acknowledged = true;
    assert_int_equal(group_tell(member, 3), TELL_TRIGGER);
    member[2].acknowledged = true;
    assert_int_equal(group_tell(member, 3), TELL_ACKNOWLEDGE);
    c.type = NOTICE_ACKNOWLEDGEMENT;
    c.author = "anna";
    assert_true(group_notice(member, 3, "k", "id", &arena, &n));
    assert_int_equal(n.type, NOTICE_ACKNOWLEDGEMENT);
    assert_string_equal(n.author, "anna");

    for (size_t i = 0; i < 3; i++) {
        struct notice *one = i == 0 ? &a : i == 1 ? &b : &c;

        member[i].over = true;
        one->type = NOTICE_RECOVERY;
        one->old_state = one->state;
        one->old_cause = one->cause;
        one->state = STATE_OK;
        one->cause = CAUSE_AUTHORIZED;
    }
    assert_int_equal(group_tell(member, 3), TELL_RESOLVE);
    assert_true(group_notice(member, 3, "k", "id", &arena, &n));
    assert_int_equal(n.type, NOTICE_RECOVERY);
    assert_int_equal(n.state, STATE_OK);
    assert_int_equal(n.old_state, STATE_CRITICAL);
    assert_int_equal(n.old_cause, CAUSE_COUNT);
    assert_string_equal(n.name, "3 advertisers");
    assert_false(group_notice(member, 0, "k", "id", &arena, &n));
    arena_free(&arena);
}

static void its_key_is_stable(void **state)
{
    struct notice a = loss("a", STATE_WARNING, CAUSE_REVOKED, "x"), b = a;
    struct arena arena = {0};

    (void)state;
    assert_string_equal(group_key(&arena, &a), group_key(&arena, &b));
    assert_memory_equal(group_key(&arena, &a), "tiktok-auth/group/", 18);
    b.id = "agent/2";
    assert_string_not_equal(group_key(&arena, &a), group_key(&arena, &b));
    arena_free(&arena);
}

static bool speak(void *arg)
{
    struct arena arena = {0};
    struct notice n;
    bool ok = group_notice(arg, 2, group_key(&arena, ((struct group_member *)arg)->notice), "id", &arena, &n) &&
              !arena.failed;

    arena_free(&arena);
    return ok;
}

static void without_memory_it_says_so(void **state)
{
    struct notice a = loss("a", STATE_WARNING, CAUSE_REVOKED, "x");
    struct group_member member[2] = {{.notice = &a}, {.notice = &a, .over = true}};

    (void)state;
    assert_true(alloc_fail_each(speak, member) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_explains_many_is_told_alone),   cmocka_unit_test(choices),
        cmocka_unit_test(a_group_lasts_as_long_as_one_of_it), cmocka_unit_test(its_key_is_stable),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
