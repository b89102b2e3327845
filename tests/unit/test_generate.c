/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/generate: who is called for what, thresholds, texts; the engines themselves judge the whole in
 * tests/integration/test_generate.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alloc_fail.h"
#include "config_fixture.h"
#include "core/cause.h"
#include "core/generate.h"

static struct config *config;
static struct inventory *inventory;
static struct roster roster;

static bool never_retired(void *arg, const char *app, const char *id)
{
    (void)arg;
    (void)app;
    (void)id;
    return false;
}

#define EMEA "[app emea]\napp_id = 1\n[token a]\napp = emea\ntoken_file = t\n"

static void load(const char *ini, const char *csv)
{
    struct complaints complaints;

    complaints_init(&complaints);
    config = config_fixture(ini, &complaints);
    inventory = inventory_fixture(config, csv, &complaints);
    complaints_free(&complaints);
    assert_true(roster_make(config, inventory, "tiktok-{app}", never_retired, NULL, 1795500000, &roster));
}

static struct generate_options given(void)
{
    return (struct generate_options){.config = config, .inventory = inventory, .roster = &roster};
}

static void unload(void)
{
    roster_free(&roster);
    inventory_free(inventory);
    config_free(config);
}

/* The service of this name. */
static size_t at(const char *name)
{
    for (size_t i = 0; i < roster.count; i++)
        if (strcmp(roster.item[i].name, name) == 0)
            return i;
    fail_msg("no service %s", name);
    return 0;
}

static void assert_called(const struct generate *g, size_t service, const char *expected)
{
    size_t count;
    const uint32_t *owner = generate_called(g, service, &count);
    struct buf shown;

    buf_init(&shown, 1000);
    for (size_t i = 0; i < count; i++)
        buf_printf(&shown, "%s%s", i > 0 ? " " : "", g->owner[owner[i]].name);
    assert_string_equal(buf_text(&shown), expected);
    buf_free(&shown);
}

static void assert_text(const struct generate *g, void (*text)(const struct generate *, size_t, struct buf *),
                        size_t service, const char *expected)
{
    struct buf out;

    buf_init(&out, 2048);
    text(g, service, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void who_is_called(void **state)
{
    struct generate_options options;
    struct generate g;

    (void)state;
    load(EMEA "[owner zoe]\nemail = zoe@x.example\nhours = mon 09:00-10:00\n[owner absent]\nemail = a@x.example\n",
         "advertiser_id,name,token,owner,client\n1,n,a,zoe,c\n2,n,a,zoe,c\n3,n,a,anna@x.example,d\n4,n,a,,d\n"
         "5,n,a,platform,\n");
    options = given();
    assert_true(generate_make(&options, &g));
    assert_int_equal(g.owner_count, 3); /* in order, each once; who owns nothing is none */
    assert_string_equal(g.owner[0].name, "anna@x.example");
    assert_string_equal(g.owner[0].email, "anna@x.example");
    assert_string_equal(g.owner[1].name, "platform");
    assert_null(g.owner[1].email);
    assert_string_equal(g.owner[2].slug, "zoe");
    assert_string_equal(g.owner[2].email, "zoe@x.example");
    assert_called(&g, at("api"), "platform");
    assert_called(&g, at("token-a"), "platform");
    assert_called(&g, at("1"), "zoe");
    assert_called(&g, at("4"), "platform");
    assert_called(&g, at("5"), "platform");
    assert_called(&g, at("client-c"), "zoe");
    assert_called(&g, at("client-d"), "anna@x.example platform");
    assert_ptr_equal(generate_hours_of(&g, at("1")), &g.owner[2]);
    assert_ptr_equal(generate_hours_of(&g, at("client-c")), &g.owner[2]);
    assert_null(generate_hours_of(&g, at("3")));
    assert_null(generate_hours_of(&g, at("client-d")));
    assert_true(generate_is_urgent(&g, at("app")) && generate_is_urgent(&g, at("token-a")));
    assert_false(generate_is_urgent(&g, at("client-c")) || generate_is_urgent(&g, at("1")));
    generate_free(&g);
    unload();
}

static void assert_fresh(const char *interval, int64_t api, int64_t below)
{
    struct generate_options options;
    struct generate g;
    struct buf ini;

    buf_init(&ini, 1000);
    buf_printf(&ini, EMEA "[sweep]\ninterval = %s\n", interval);
    load(buf_text(&ini), "advertiser_id,name,token,owner\n1,n,a,\n");
    buf_free(&ini);
    options = given();
    assert_true(generate_make(&options, &g));
    assert_int_equal(generate_fresh_s(&g, at("api")), api);
    assert_int_equal(generate_fresh_s(&g, at("app")), below);
    assert_int_equal(generate_fresh_s(&g, at("1")), below);
    generate_free(&g);
    unload();
}

/* The api is missed first, and noticed before what is below it is missed. */
static void how_old_results_may_grow(void **state)
{
    (void)state;
    assert_fresh("5m", 900, 1800);
    assert_fresh("30s", 90, 180);
    assert_fresh("10s", 30, 120);
    assert_fresh("1s", 3, 93);
}

static void assert_explains(const char *more, bool token, bool api)
{
    struct generate_options options;
    struct generate g;
    struct buf ini;

    buf_init(&ini, 1000);
    buf_printf(&ini, EMEA "%s", more);
    load(buf_text(&ini), "advertiser_id,name,token,owner,client\n1,n,a,,c\n2,n,a,,c\n");
    buf_free(&ini);
    options = given();
    assert_true(generate_make(&options, &g));
    assert_int_equal(generate_warning_explains(&g, at("token-a")), token);
    assert_int_equal(generate_warning_explains(&g, at("app")), token);
    assert_int_equal(generate_warning_explains(&g, at("api")), api);
    assert_true(generate_warning_explains(&g, at("client-c")));
    generate_free(&g);
    unload();
}

/* A WARNING of a token is about itself, unless [severity] makes one of its death. */
static void which_warnings_silence_what_is_below(void **state)
{
    (void)state;
    assert_explains("", false, false);
    assert_explains("[severity]\ntoken_revoked = warning\n", true, false);
    assert_explains("[severity]\nrevoked = warning\n", false, false);
}

static void texts(void **state)
{
    struct generate_options options;
    struct generate g;

    (void)state;
    load("[app emea]\napp_id = 1\nreauth_url = https://x.example/?a=1&id={advertiser_id};$HOME\n"
         "[token a]\napp = emea\ntoken_file = t\nrequired_permissions = GET /x/y/\n"
         "[token b]\napp = emea\ntoken_file = t\ngranted_by = us\n"
         "[fix revoked]\nrunbook_url = https://wiki.example/r?a=1&b=2\n",
         "advertiser_id,name,token,owner,client\n1,\"A \"\"`q`; {\",a,anna,\"C;1\"\n2,,a b,,C;1\n3,n,b,,\n");
    options = given();
    assert_true(generate_make(&options, &g));
    assert_text(&g, generate_display_name, at("api"), "TikTok API");
    assert_text(&g, generate_display_name, at("app"), "app emea");
    assert_text(&g, generate_display_name, at("token-a"), "token a");
    assert_text(&g, generate_display_name, at("token-a/x/y"), "endpoint a GET /x/y/");
    assert_text(&g, generate_display_name, at("1"), "A q (1)");
    assert_text(&g, generate_display_name, at("2"), "2");
    assert_text(&g, generate_notes, at("1"),
                "Client C 1. Token a of app emea. Owner anna. When it is lost: client must re-authorize");
    assert_text(&g, generate_tokens, at("2"), "a b");
    assert_text(&g, generate_tokens, at("token-a"), "a");
    assert_text(&g, generate_client, at("2"), "C 1");
    assert_text(&g, generate_notes_url, at("1"), "https://wiki.example/r?a=1&b=2");
    assert_text(&g, generate_notes_url, at("app"), cause_documentation);
    assert_text(&g, generate_action_url, at("1"), "https://x.example/?a=1&id=1%3B%24HOME");
    assert_text(&g, generate_action_url, at("token-a"), ""); /* it needs an id */
    generate_free(&g);
    unload();
}

static bool write_nagios(void *arg)
{
    struct generate g;
    struct buf out;
    bool ok;

    buf_init(&out, 1 << 20);
    ok = generate_make(arg, &g) && generate_nagios(&g, &out);
    generate_free(&g);
    buf_free(&out);
    return ok;
}

static bool write_icinga2(void *arg)
{
    struct generate g;
    struct buf out;
    bool ok;

    buf_init(&out, 1 << 20);
    ok = generate_make(arg, &g) && generate_icinga2(&g, &out);
    generate_free(&g);
    buf_free(&out);
    return ok;
}

static void out_of_memory(void **state)
{
    struct generate_options options;

    (void)state;
    load(EMEA "[owner o]\nhours = mon 09:00-10:00\n",
         "advertiser_id,name,token,owner,client\n1,n,a,o,c\n2,n,a,p,c\n");
    options = given();
    options.check_path = "/etc/tiktok-auth/tiktok-auth.conf";
    options.feed = "f";
    options.videos = true;
    /* Lenient: core/plan, asked how long a round takes, does without its memory. */
    assert_true(alloc_fail_each_lenient(write_nagios, &options) > 0);
    assert_true(alloc_fail_each_lenient(write_icinga2, &options) > 0);
    unload();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_called),
        cmocka_unit_test(how_old_results_may_grow),
        cmocka_unit_test(which_warnings_silence_what_is_below),
        cmocka_unit_test(texts),
        cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
