/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/roster: hosts, services, and what stands below what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alloc_fail.h"
#include "config_fixture.h"
#include "core/roster.h"

#define TWO_APPS                                                                          \
    "[app emea]\napp_id = 1\n[app apac]\napp_id = 2\n"                                    \
    "[token a]\napp = emea\ntoken_file = t\nrequired_permissions = GET /x/y/, POST /p/\n" \
    "[token b]\napp = emea\ntoken_file = t\n"                                             \
    "[token c]\napp = apac\ntoken_file = t\n"

enum { NOW = 1795500000 }; /* in November 2026 */

static bool is_retired(void *arg, const char *app, const char *id)
{
    return arg && strcmp(app, "emea") == 0 && strcmp(id, arg) == 0;
}

/* "host!name [root] < parent parent", one a line, "(retired)" behind those that are. */
static void show(const struct roster *roster, struct buf *out)
{
    for (size_t i = 0; i < roster->count; i++) {
        const struct service *s = &roster->item[i];

        buf_printf(out, "%s!%s [%s]", s->host, s->name, s->root);
        for (uint32_t p = 0; p < s->count; p++) {
            const struct service *parent = &roster->item[roster->parent[s->first + p]];

            buf_printf(out, "%s%s!%s", p > 0 ? " " : " < ", parent->host, parent->name);
        }
        buf_printf(out, "%s\n", s->retired ? " (retired)" : "");
    }
}

static void assert_roster(const char *ini, const char *csv, char *retired, const char *expected)
{
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;
    struct roster roster;
    struct buf shown;

    complaints_init(&complaints);
    config = config_fixture(ini, &complaints);
    inventory = inventory_fixture(config, csv, &complaints);
    assert_true(roster_make(config, inventory, "tiktok-{app}", is_retired, retired, NOW, &roster));
    buf_init(&shown, 1 << 16);
    show(&roster, &shown);
    assert_string_equal(buf_text(&shown), expected);
    buf_free(&shown);
    roster_free(&roster);
    inventory_free(inventory);
    config_free(config);
    complaints_free(&complaints);
}

static void the_whole(void **state)
{
    (void)state;
    assert_roster(TWO_APPS,
                  "advertiser_id,name,token,owner,client,required_permissions\n"
                  "101,n,a,,Acme GmbH,GET /z\n"
                  "102,n,a b,,Acme GmbH,\n"
                  "103,n,b,,Solo,\n"
                  "104,n,a c,,,\n",
                  NULL,
                  "tiktok-emea!api []\n"
                  "tiktok-emea!app [emea] < tiktok-emea!api\n"
                  "tiktok-emea!token-a [a] < tiktok-emea!app\n"
                  "tiktok-emea!token-b [b] < tiktok-emea!app\n"
                  "tiktok-emea!token-a/x/y [a GET /x/y/] < tiktok-emea!token-a\n"
                  "tiktok-emea!token-a/z [a GET /z] < tiktok-emea!token-a\n"
                  "tiktok-emea!client-acme-gmbh-8b84e7b7 [Acme GmbH] < tiktok-emea!app\n"
                  "tiktok-emea!101 [101] < tiktok-emea!token-a tiktok-emea!token-a/x/y tiktok-emea!token-a/z "
                  "tiktok-emea!client-acme-gmbh-8b84e7b7\n"
                  "tiktok-emea!102 [102] < tiktok-emea!app tiktok-emea!client-acme-gmbh-8b84e7b7\n"
                  "tiktok-emea!103 [103] < tiktok-emea!token-b\n"
                  "tiktok-emea!104 [104] < tiktok-emea!token-a tiktok-emea!token-a/x/y\n"
                  "tiktok-apac!api [] < tiktok-emea!api\n"
                  "tiktok-apac!app [apac] < tiktok-apac!api\n"
                  "tiktok-apac!token-c [c] < tiktok-apac!app\n"
                  "tiktok-apac!104 [104] < tiktok-apac!token-c\n");
}

static void retired_ones(void **state)
{
    char id[] = "102";

    (void)state;
    assert_roster("[app emea]\napp_id = 1\n[token a]\napp = emea\ntoken_file = t\n",
                  "advertiser_id,name,token,owner,client,until\n"
                  "101,n,a,,Acme,2020-01-01\n"
                  "102,n,a,,Zeta,\n"
                  "103,n,a,,Zeta,2999-01-01\n"
                  "104,n,a,,Acme,\n"
                  "105,n,a,,Acme,\n",
                  id,
                  "tiktok-emea!api []\n"
                  "tiktok-emea!app [emea] < tiktok-emea!api\n"
                  "tiktok-emea!token-a [a] < tiktok-emea!app\n"
                  "tiktok-emea!client-acme-8f54a964 [Acme] < tiktok-emea!app\n"
                  "tiktok-emea!client-zeta-7ca5da12 [Zeta] < tiktok-emea!app (retired)\n"
                  "tiktok-emea!101 [101] < tiktok-emea!token-a tiktok-emea!client-acme-8f54a964 (retired)\n"
                  "tiktok-emea!102 [102] < tiktok-emea!token-a tiktok-emea!client-zeta-7ca5da12 (retired)\n"
                  "tiktok-emea!103 [103] < tiktok-emea!token-a tiktok-emea!client-zeta-7ca5da12\n"
                  "tiktok-emea!104 [104] < tiktok-emea!token-a tiktok-emea!client-acme-8f54a964\n"
                  "tiktok-emea!105 [105] < tiktok-emea!token-a tiktok-emea!client-acme-8f54a964\n");
}

/* Days before the end of its refresh token it alarms, and its advertisers must be heard all the same. */
static void what_is_under_a_token_that_alarms_early(void **state)
{
#define USER "[app emea]\napp_id = 1\n[token u]\napp = emea\ntoken_file = t\nkind = tt_user\n"
    static const char CSV[] = "advertiser_id,name,token,owner,client,required_permissions\n"
                              "101,n,u,,,GET /z\n";

    (void)state;
    assert_roster(USER, CSV, NULL,
                  "tiktok-emea!api []\n"
                  "tiktok-emea!app [emea] < tiktok-emea!api\n"
                  "tiktok-emea!token-u [u] < tiktok-emea!app\n"
                  "tiktok-emea!token-u/z [u GET /z] < tiktok-emea!app\n"
                  "tiktok-emea!101 [101] < tiktok-emea!app tiktok-emea!token-u/z\n");
    assert_roster(USER "[severity]\nrefresh_due = warning\n", CSV, NULL,
                  "tiktok-emea!api []\n"
                  "tiktok-emea!app [emea] < tiktok-emea!api\n"
                  "tiktok-emea!token-u [u] < tiktok-emea!app\n"
                  "tiktok-emea!token-u/z [u GET /z] < tiktok-emea!token-u\n"
                  "tiktok-emea!101 [101] < tiktok-emea!token-u tiktok-emea!token-u/z\n");
}

static void two_spellings_of_an_endpoint_are_one_service(void **state)
{
    (void)state;
    assert_roster("[app emea]\napp_id = 1\n[token a]\napp = emea\ntoken_file = t\n"
                  "required_permissions = GET /x/y/, GET /x/y\n",
                  "advertiser_id,name,token,owner\n101,n,a,\n", NULL,
                  "tiktok-emea!api []\n"
                  "tiktok-emea!app [emea] < tiktok-emea!api\n"
                  "tiktok-emea!token-a [a] < tiktok-emea!app\n"
                  "tiktok-emea!token-a/x/y [a GET /x/y/] < tiktok-emea!token-a\n"
                  "tiktok-emea!101 [101] < tiktok-emea!token-a tiktok-emea!token-a/x/y\n");
}

static void slugs(void **state)
{
    struct arena arena = {NULL, false};

    (void)state;
    assert_string_equal(roster_slug(&arena, "acme-gmbh"), "acme-gmbh");
    assert_string_equal(roster_slug(&arena, "platform"), "platform");
    assert_string_not_equal(roster_slug(&arena, "Acme"), roster_slug(&arena, "acme"));
    assert_string_not_equal(roster_slug(&arena, "a;b"), roster_slug(&arena, "a b"));
    assert_string_not_equal(roster_slug(&arena, "-"), roster_slug(&arena, "--"));
    for (const char *p = roster_slug(&arena, "`;$(rm) \"Ünï\"{}"); *p; p++)
        assert_true((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-');
    /* What our own templates and hashes look like is nobody's name. */
    assert_string_equal(roster_slug(&arena, "a-0123456"), "a-0123456");
    assert_true(strlen(roster_slug(&arena, "a-01234567")) > strlen("a-01234567"));
    assert_true(strlen(roster_slug(&arena, "auth-user")) > strlen("auth-user"));
    assert_true(strlen(roster_slug(&arena, "a very long name of a company that goes on and on and on")) <= 41);
    arena_free(&arena);
}

static void owners(void **state)
{
    char anna[] = "anna", nobody[] = "";
    struct advertiser a = {.owner = anna}, b = {.owner = nobody};
    struct service service = {.kind = SERVICE_ADVERTISER, .advertiser = &a};

    (void)state;
    assert_string_equal(roster_owner(&service), "anna");
    service.advertiser = &b;
    assert_string_equal(roster_owner(&service), "platform");
    service.kind = SERVICE_TOKEN;
    assert_string_equal(roster_owner(&service), "platform");
    service.kind = SERVICE_CLIENT;
    assert_string_equal(roster_owner(&service), "");
}

struct given {
    const struct config *config;
    const struct inventory *inventory;
};

static bool build(void *arg)
{
    const struct given *given = arg;
    struct roster roster;
    bool made = roster_make(given->config, given->inventory, "tiktok-{app}", is_retired, NULL, NOW, &roster);

    roster_free(&roster);
    return made;
}

static void out_of_memory(void **state)
{
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;

    (void)state;
    complaints_init(&complaints);
    config = config_fixture(TWO_APPS, &complaints);
    inventory = inventory_fixture(config,
                                  "advertiser_id,name,token,owner,client\n101,n,a,,A b\n102,n,a,,A b\n"
                                  "103,n,a c,,A b\n",
                                  &complaints);
    assert_true(alloc_fail_each(build, &(struct given){config, inventory}) > 0);
    inventory_free(inventory);
    config_free(config);
    complaints_free(&complaints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole),
        cmocka_unit_test(retired_ones),
        cmocka_unit_test(what_is_under_a_token_that_alarms_early),
        cmocka_unit_test(slugs),
        cmocka_unit_test(two_spellings_of_an_endpoint_are_one_service),
        cmocka_unit_test(owners),
        cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
