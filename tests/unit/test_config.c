/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration as a whole: defaults, what is kept, what is complained about and about whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "config_fixture.h"

#define APP "[app main]\napp_id = 123\n"
#define TOKEN "[token t]\napp = main\ntoken_file = t.token\n"
#define BOTH APP TOKEN /* five lines, nothing wrong with them */

static struct complaints complaints;

static int setup(void **state)
{
    (void)state;
    complaints_init(&complaints);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    complaints_free(&complaints);
    return 0;
}

/* Reads `ini` behind an app and a token, and compares the complaints. */
static void assert_said(const char *ini, const char *shown)
{
    struct buf text;

    buf_init(&text, 1 << 20);
    buf_printf(&text, BOTH "%s", ini);
    config_free(config_fixture(buf_text(&text), &complaints));
    buf_free(&text);
    assert_complaints(&complaints, shown);
}

static void defaults(void **state)
{
    struct config *c = config_fixture(BOTH, &complaints);

    (void)state;
    assert_complaints(&complaints, "");
    assert_string_equal(c->path, config_fixture_path);
    assert_string_equal(c->api.base_url, "https://business-api.tiktok.com/open_api/v1.3");
    assert_null(c->api.ca_file);
    assert_null(c->api.proxy);
    assert_int_equal(c->api.connect_timeout_ms, 5000);
    assert_int_equal(c->api.request_timeout_ms, 10000);
    assert_int_equal(c->api.max_response, 64 << 20);
    assert_int_equal(c->api.retries, 5);
    assert_int_equal(c->api.retry_base_ms, 1000);
    assert_int_equal(c->app_count, 1);
    assert_int_equal(c->app[0].tier, TIER_BASIC);
    assert_int_equal(c->app[0].budget_percent, 10);
    assert_true(c->app[0].usable);
    assert_null(c->app[0].secret_file);
    assert_null(c->app[0].reauth_url);
    assert_int_equal(c->token_count, 1);
    assert_true(c->token[0].usable);
    assert_int_equal(c->token[0].granted_by, GRANTED_BY_CLIENT);
    assert_int_equal(c->token[0].kind, TOKEN_MARKETING);
    assert_false(c->token[0].refresh);
    assert_true(c->token[0].discover);
    assert_null(c->token[0].secret);
    assert_int_equal(c->token[0].required.count, 0);
    assert_null(c->tokens_file);
    assert_null(c->tokens_command);
    assert_int_equal(c->inventory_count, 0);
    assert_int_equal(c->advertiser_count, 0);
    assert_false(c->sweep.by_service);
    assert_int_equal(c->sweep.interval_s, 300);
    assert_int_equal(c->sweep.stale_after_s, 1800);
    assert_int_equal(c->sweep.confirm_reads, 2);
    assert_int_equal(c->sweep.confirm_delay_ms, 2000);
    assert_int_equal(c->sweep.mass_confirm_s, 600);
    assert_int_equal(c->sweep.known_after_s, 86400);
    assert_false(c->sweep.account_status);
    assert_int_equal(c->sweep.permission_interval_s, 3600);
    assert_int_equal(c->sweep.diagnose_max, 20);
    assert_int_equal(c->sweep.hosts, 1);
    assert_int_equal(c->keep_s, 400 * 86400);
    for (size_t i = 0; i < CAUSE_COUNT; i++)
        assert_true(c->severity[i] == -1 && !c->fix_text[i] && !c->runbook_url[i]);
    config_free(c);
}

static void keeps_what_is_given(void **state)
{
    struct config *c = config_fixture("[api]\n"
                                      "base_url = http://127.0.0.1:8080/open_api/v1.3//\n"
                                      "ca_file = ca.pem\n"
                                      "connect_timeout = 250ms\n"
                                      "request_timeout = 2m\n"
                                      "max_response = 1MiB\n"
                                      "proxy = http://proxy.example.com:3128\n"
                                      "retries = 0\n"
                                      "retry_base = 10ms\n"
                                      "[app main]\n"
                                      "app_id = 7412345678901234567\n"
                                      "secret_file = /run/secret\n"
                                      "tier = ultimate\n"
                                      "budget = 100%\n"
                                      "redirect_uri = https://c.example.com/cb?x=1\n"
                                      "reauth_url = https://c.example.com/{advertiser_id}\n"
                                      "public_url = https://m.example.com/\n"
                                      "on_new_token = /bin/store 'it' now\n"
                                      "[token emea-07]\n"
                                      "app = main\n"
                                      "token_file = ../emea.token\n"
                                      "granted_by = us\n"
                                      "kind = tt_user\n"
                                      "refresh = yes\n"
                                      "discover = no\n"
                                      "required_permissions = GET /a/,\n"
                                      "  POST /b/, /a/\n"
                                      "[tokens]\n"
                                      "file = tokens.jsonl\n"
                                      "[inventory]\n"
                                      "file = a.csv\n"
                                      "file = /b.csv\n"
                                      "[advertiser 7502022393087590401]\n"
                                      "name = Acme \xc3\xbc\n"
                                      "token = emea-07\n"
                                      "owner = o\n"
                                      "client = c\n"
                                      "until = 2026-11-30\n"
                                      "required_permissions = GET /a/\n"
                                      "  GET /b/\n"
                                      "[sweep]\n"
                                      "by = service\n"
                                      "interval = 10s\n"
                                      "stale_after = 2h\n"
                                      "confirm_reads = 3\n"
                                      "confirm_delay = 0\n"
                                      "mass_confirm = 0\n"
                                      "known_after = 2d\n"
                                      "account_status = yes\n"
                                      "permission_interval = 1d\n"
                                      "diagnose_max = 1000\n"
                                      "hosts = 2\n"
                                      "[store]\n"
                                      "path = state/s.db\n"
                                      "keep = 30d\n"
                                      "[severity]\n"
                                      "revoked = warning\n"
                                      "account_suspended = ok\n"
                                      "[fix revoked]\n"
                                      "text = Call them\n"
                                      "runbook_url = https://wiki.example.com/revoked\n"
                                      "[fix deleted]\n"
                                      "text = Retire it\n",
                                      &complaints);

    (void)state;
    assert_complaints(&complaints, "");
    assert_string_equal(c->api.base_url, "http://127.0.0.1:8080/open_api/v1.3");
    assert_string_equal(c->api.ca_file, "/etc/tta/ca.pem");
    assert_string_equal(c->api.proxy, "http://proxy.example.com:3128");
    assert_int_equal(c->api.connect_timeout_ms, 250);
    assert_int_equal(c->api.request_timeout_ms, 120000);
    assert_int_equal(c->api.max_response, 1 << 20);
    assert_int_equal(c->api.retries, 0);
    assert_int_equal(c->api.retry_base_ms, 10);
    assert_string_equal(c->app[0].name, "main");
    assert_string_equal(c->app[0].app_id, "7412345678901234567");
    assert_string_equal(c->app[0].secret_file, "/run/secret");
    assert_int_equal(c->app[0].tier, TIER_ULTIMATE);
    assert_int_equal(c->app[0].budget_percent, 100);
    assert_string_equal(c->app[0].redirect_uri, "https://c.example.com/cb?x=1");
    assert_string_equal(c->app[0].reauth_url, "https://c.example.com/{advertiser_id}");
    assert_string_equal(c->app[0].public_url, "https://m.example.com");
    assert_string_equal(c->app[0].on_new_token, "/bin/store 'it' now");
    assert_int_equal(c->app[0].line, 10);
    assert_string_equal(c->token[0].name, "emea-07");
    assert_string_equal(c->token[0].app_name, "main");
    assert_int_equal(c->token[0].app, 0);
    assert_string_equal(c->token[0].token_file, "/etc/tta/../emea.token");
    assert_int_equal(c->token[0].granted_by, GRANTED_BY_US);
    assert_int_equal(c->token[0].kind, TOKEN_TT_USER);
    assert_true(c->token[0].refresh);
    assert_false(c->token[0].discover);
    assert_int_equal(c->token[0].required.count, 2);
    assert_string_equal(c->token[0].required.item[1].method, "POST");
    assert_string_equal(c->token[0].required.item[1].path, "/b/");
    assert_int_equal(c->token[0].line, 19);
    assert_string_equal(c->tokens_file, "/etc/tta/tokens.jsonl");
    assert_int_equal(c->tokens_line, 28);
    assert_int_equal(c->inventory_count, 2);
    assert_string_equal(c->inventory_file[0], "/etc/tta/a.csv");
    assert_string_equal(c->inventory_file[1], "/b.csv");
    assert_int_equal(c->advertiser_count, 1);
    assert_string_equal(c->advertiser[0].id, "7502022393087590401");
    assert_string_equal(c->advertiser[0].name, "Acme \xc3\xbc");
    assert_string_equal(c->advertiser[0].tokens, "emea-07");
    assert_string_equal(c->advertiser[0].owner, "o");
    assert_string_equal(c->advertiser[0].client, "c");
    assert_string_equal(c->advertiser[0].until, "2026-11-30");
    assert_string_equal(c->advertiser[0].required, "GET /a/, GET /b/");
    assert_int_equal(c->advertiser[0].line, 33);
    assert_true(c->sweep.by_service);
    assert_int_equal(c->sweep.interval_s, 10);
    assert_int_equal(c->sweep.stale_after_s, 7200);
    assert_int_equal(c->sweep.confirm_reads, 3);
    assert_int_equal(c->sweep.confirm_delay_ms, 0);
    assert_int_equal(c->sweep.mass_confirm_s, 0);
    assert_int_equal(c->sweep.known_after_s, 172800);
    assert_true(c->sweep.account_status);
    assert_int_equal(c->sweep.permission_interval_s, 86400);
    assert_int_equal(c->sweep.diagnose_max, 1000);
    assert_int_equal(c->sweep.hosts, 2);
    assert_string_equal(c->store_path, "/etc/tta/state/s.db");
    assert_int_equal(c->keep_s, 30 * 86400);
    assert_int_equal(c->severity[CAUSE_REVOKED], STATE_WARNING);
    assert_int_equal(c->severity[CAUSE_ACCOUNT_SUSPENDED], STATE_OK);
    assert_int_equal(c->severity[CAUSE_DELETED], -1);
    assert_string_equal(c->fix_text[CAUSE_REVOKED], "Call them");
    assert_string_equal(c->runbook_url[CAUSE_REVOKED], "https://wiki.example.com/revoked");
    assert_string_equal(c->fix_text[CAUSE_DELETED], "Retire it");
    assert_null(c->runbook_url[CAUSE_DELETED]);
    config_free(c);
}

static void names_place_key_and_what_is_allowed(void **state)
{
    (void)state;
    assert_said("[sweep]\ninterval = 5\n",
                "/etc/tta/t.conf line 7: [sweep] interval: '5' has no unit; allowed: a duration from 1s to 1d, "
                "such as 5m @all\n");
    assert_said("[sweep]\ninterval = 0s\n",
                "/etc/tta/t.conf line 7: [sweep] interval: '0s' is too short; allowed: a duration from 1s to 1d, "
                "such as 5m @all\n");
    assert_said("[sweep]\ninterval = 2d\n",
                "/etc/tta/t.conf line 7: [sweep] interval: '2d' is too long; allowed: a duration from 1s to 1d, "
                "such as 5m @all\n");
    assert_said("[sweep]\ninterval = 10500ms\n",
                "/etc/tta/t.conf line 7: [sweep] interval: '10500ms' is no whole number of seconds; allowed: a "
                "duration from 1s to 1d, such as 5m @all\n");
    assert_said("[sweep]\ninterval = soon\n",
                "/etc/tta/t.conf line 7: [sweep] interval: 'soon' is no duration; allowed: a duration from 1s to "
                "1d, such as 5m @all\n");
    assert_said("[sweep]\ninterval =\n",
                "/etc/tta/t.conf line 7: [sweep] interval: is empty; allowed: a duration from 1s to 1d, such as "
                "5m @all\n");
    assert_said("[api]\nretries = 6\n",
                "/etc/tta/t.conf line 7: [api] retries: '6' is too large; allowed: a whole "
                "number from 0 to 5 @all\n");
    assert_said("[api]\nretries = -1\n", "/etc/tta/t.conf line 7: [api] retries: '-1' is too small; allowed: a "
                                         "whole number from 0 to 5 @all\n");
    assert_said("[api]\nretries = 1.5\n", "/etc/tta/t.conf line 7: [api] retries: '1.5' is no whole number; "
                                          "allowed: a whole number from 0 to 5 @all\n");
    assert_said("[api]\nmax_response = 1023\n", "/etc/tta/t.conf line 7: [api] max_response: '1023' is too small; "
                                                "allowed: a size from 1KiB to 1GiB, such as 64MiB @all\n");
    assert_said("[api]\nmax_response = 2GiB\n", "/etc/tta/t.conf line 7: [api] max_response: '2GiB' is too large; "
                                                "allowed: a size from 1KiB to 1GiB, such as 64MiB @all\n");
    assert_said("[api]\nmax_response = 64MB\n", "/etc/tta/t.conf line 7: [api] max_response: '64MB' is no size; "
                                                "allowed: a size from 1KiB to 1GiB, such as 64MiB @all\n");
    assert_said("[api]\nbase_url = http://example.com/\n",
                "/etc/tta/t.conf line 7: [api] base_url: is not https; allowed: https://HOST/PATH, or http:// for "
                "a loopback host @all\n");
    assert_said(
        "[api]\nproxy = proxy:3128\n",
        "/etc/tta/t.conf line 7: [api] proxy: is no http:// or https:// address; allowed: http://HOST:PORT or "
        "https://HOST:PORT @all\n");
    assert_said("[app b]\napp_id = 1\ntier = gold\n",
                "/etc/tta/t.conf line 8: [app b] tier: 'gold' is not known; allowed: basic, advanced, premium, "
                "ultimate @app b\n");
    assert_said("[app b]\napp_id = 1\nbudget = 10\n",
                "/etc/tta/t.conf line 8: [app b] budget: '10' has no percent sign; allowed: a percentage from 1% "
                "to 100%, such as 10% @app b\n");
    assert_said("[app b]\napp_id = 1\nbudget = 101%\n",
                "/etc/tta/t.conf line 8: [app b] budget: '101%' is no such percentage; allowed: a percentage from "
                "1% to 100%, such as 10% @app b\n");
    assert_said("[severity]\nrevoked = crit\n",
                "/etc/tta/t.conf line 7: [severity] revoked: 'crit' is not known; allowed: ok, warning, critical, "
                "unknown @all\n");
    assert_said("[sweep]\nby = agent\n",
                "/etc/tta/t.conf line 7: [sweep] by: 'agent' is not known; allowed: check, service @all\n");
    assert_said(
        "[fix revoked]\nrunbook_url = wiki\n",
        "/etc/tta/t.conf line 7: [fix revoked] runbook_url: is no http:// or https:// address; allowed: an "
        "https:// address, or http:// for a loopback host @nobody\n");
}

static void a_fault_leaves_the_default(void **state)
{
    struct config *c = config_fixture(BOTH "granted_by = them\n[sweep]\ninterval = 5\n[api]\nretries = 9\n"
                                           "[severity]\nrevoked = x\n",
                                      &complaints);

    (void)state;
    assert_int_equal(complaints.count, 4);
    assert_int_equal(c->sweep.interval_s, 300);
    assert_int_equal(c->api.retries, 5);
    assert_int_equal(c->severity[CAUSE_REVOKED], -1);
    assert_int_equal(c->token[0].granted_by, GRANTED_BY_CLIENT);
    assert_true(c->token[0].usable);
    config_free(c);
}

static void unknown_keys_are_about_their_section(void **state)
{
    (void)state;
    assert_said("tokenfile = x\n", "/etc/tta/t.conf line 6: [token t] 'tokenfile' is not known; did you mean "
                                   "'token_file'? @token t\n");
    assert_said("Token-File = x\n", "/etc/tta/t.conf line 6: [token t] 'Token-File' is not known; did you mean "
                                    "'token_file'? @token t\n");
    assert_said("colour = x\n",
                "/etc/tta/t.conf line 6: [token t] 'colour' is not known; allowed: app, token_file, granted_by, "
                "kind, refresh, discover, required_permissions @token t\n");
    assert_said("[severity]\nrevokd = ok\n",
                "/etc/tta/t.conf line 7: [severity] 'revokd' is not known; did you mean 'revoked'? @all\n");
    assert_said("[severity]\ncolour = ok\n",
                "/etc/tta/t.conf line 7: [severity] 'colour' is not known; allowed: the name of a cause, such as "
                "revoked @all\n");
    assert_said("[advertiser 7]\ntoken = t\nowners = x\n",
                "/etc/tta/t.conf line 8: [advertiser 7] 'owners' is not known; did you mean 'owner'? @advertiser "
                "7\n");
    assert_said("[fix revoked]\nrunbook = x\n",
                "/etc/tta/t.conf line 7: [fix revoked] 'runbook' is not known; allowed: text, runbook_url "
                "@nobody\n");
}

static void unknown_sections_are_about_nobody(void **state)
{
    (void)state;
    assert_said("[gizmo nagios]\nkind = nagios\ndir = /x\n[deploy]\nport = x\n",
                "/etc/tta/t.conf line 6: [gizmo]: section is not known to this release; it is ignored @nobody\n"
                "/etc/tta/t.conf line 9: [deploy]: section is not known to this release; it is ignored @nobody\n");
    assert_said("[apps b]\napp_id = 1\n", "/etc/tta/t.conf line 6: [apps]: section is not known to this release; "
                                          "it is ignored; did you mean [app NAME]? @nobody\n");
    assert_said("[0123456789abcdef]\n",
                "/etc/tta/t.conf line 6: section is not known to this release; it is ignored @nobody\n");
}

static void bad_section_names(void **state)
{
    static const char RULE[] = "NAME is 1 to 32 letters, digits, '.', '_' or '-', a letter or digit first";
    struct buf said;

    (void)state;
    buf_init(&said, 1000);
    for (unsigned line = 6; line <= 9; line++)
        buf_printf(&said, "/etc/tta/t.conf line %u: [token NAME]: %s; the section is ignored @nobody\n", line,
                   RULE);
    assert_said("[token]\n[token a b]\n[token -a]\n[token 0123456789abcdef0123456789abcdef0]\napp = x\n",
                buf_text(&said));
    buf_free(&said);
    assert_said("[sweep fast]\ninterval = 10s\n",
                "/etc/tta/t.conf line 6: [sweep]: it takes no name; the section is ignored @all\n");
    assert_said("[advertiser 12x]\nname = x\n",
                "/etc/tta/t.conf line 6: [advertiser ID]: ID is 1 to 20 digits; the section is ignored @nobody\n");
    assert_said("[fix broken]\ntext = x\n",
                "/etc/tta/t.conf line 6: [fix CAUSE]: CAUSE is the name of a cause, such as revoked; the section "
                "is ignored @nobody\n");
}

static void blanks_in_a_header_do_not_count(void **state)
{
    struct config *c = config_fixture(APP "[  token\t t ]\napp = main\ntoken_file = x\n[token t]\n", &complaints);

    (void)state;
    assert_int_equal(c->token_count, 1);
    assert_string_equal(c->token[0].name, "t");
    assert_complaints(&complaints, "/etc/tta/t.conf line 6: [token t] is given a second time (first on line 3); "
                                   "the first stands @token t\n");
    config_free(c);
}

static void the_first_of_two_sections_stands(void **state)
{
    struct config *c = config_fixture(BOTH "[app main]\napp_id = 9\n"
                                           "[token t]\napp = x\n"
                                           "[sweep]\ninterval = 10s\n"
                                           "[advertiser 7]\nname = a\ntoken = t\n"
                                           "[fix revoked]\ntext = a\n"
                                           "[sweep]\ninterval = 20s\nhosts = 3\n"
                                           "[advertiser 7]\nname = b\n"
                                           "[fix revoked]\ntext = b\n"
                                           "[inventory]\nfile = a\n"
                                           "[inventory]\nfile = b\n",
                                      &complaints);

    (void)state;
    assert_complaints(
        &complaints,
        "/etc/tta/t.conf line 6: [app main] is given a second time (first on line 1); the first stands @app main\n"
        "/etc/tta/t.conf line 8: [token t] is given a second time (first on line 3); the first stands @token t\n"
        "/etc/tta/t.conf line 17: [sweep] is given a second time (first on line 10); the first stands @all\n"
        "/etc/tta/t.conf line 20: [advertiser 7] is given a second time (first on line 12); the first stands "
        "@advertiser 7\n"
        "/etc/tta/t.conf line 22: [fix revoked] is given a second time (first on line 15); the first stands "
        "@nobody\n"
        "/etc/tta/t.conf line 26: [inventory] is given a second time (first on line 24); the first stands @all\n");
    assert_string_equal(c->app[0].app_id, "123");
    assert_string_equal(c->token[0].app_name, "main");
    assert_int_equal(c->sweep.interval_s, 10);
    assert_int_equal(c->sweep.hosts, 1);
    assert_string_equal(c->advertiser[0].name, "a");
    assert_string_equal(c->fix_text[CAUSE_REVOKED], "a");
    assert_int_equal(c->inventory_count, 1);
    assert_true(c->token[0].usable);
    config_free(c);
}

static void the_first_of_two_keys_stands(void **state)
{
    struct config *c = config_fixture(BOTH "app = b\n"
                                           "[severity]\nrevoked = ok\ndeleted = ok\nrevoked = warning\n"
                                           "[sweep]\ninterval = 10s\n  hosts = 3\n",
                                      &complaints);

    (void)state;
    assert_complaints(
        &complaints,
        "/etc/tta/t.conf line 6: [token t] app is given a second time (first on line 4); the first stands (an "
        "indented line continues the one above it) @token t\n"
        "/etc/tta/t.conf line 10: [severity] revoked is given a second time (first on line 8); the first stands "
        "(an indented line continues the one above it) @all\n"
        "/etc/tta/t.conf line 13: [sweep] interval is given a second time (first on line 12); the first stands "
        "(an indented line continues the one above it) @all\n");
    assert_string_equal(c->token[0].app_name, "main");
    assert_int_equal(c->severity[CAUSE_REVOKED], STATE_OK);
    assert_int_equal(c->sweep.interval_s, 10);
    assert_int_equal(c->sweep.hosts, 1);
    config_free(c);
}

static void the_same_key_in_two_sections_is_fine(void **state)
{
    (void)state;
    assert_said("[token u]\napp = main\ntoken_file = u\nkind = marketing\n[token v]\napp = main\ntoken_file = v\n",
                "");
}

static void an_inventory_file_counts_once(void **state)
{
    struct config *c = config_fixture(BOTH "[inventory]\nfile = a\nfile = b\nfile = /etc/tta/a\n", &complaints);

    (void)state;
    assert_complaints(&complaints, "/etc/tta/t.conf line 9: [inventory] file: names the same file a second time; "
                                   "allowed: the path of a file; a relative one is taken from the folder of this "
                                   "file @all\n");
    assert_int_equal(c->inventory_count, 2);
    config_free(c);
}

static void what_a_token_needs(void **state)
{
    struct config *c = config_fixture("[token a]\ntoken_file = x\n"
                                      "[token b]\napp = nowhere\ntoken_file = x\n"
                                      "[token c]\napp = bad\ntoken_file = x\n"
                                      "[token d]\napp = good\n"
                                      "[token e]\napp = good\ntoken_file = x\nrefresh = yes\n"
                                      "[token f]\napp = good\ntoken_file = x\nrefresh = yes\nkind = tt_user\n"
                                      "[app bad]\ntier = basic\n"
                                      "[app good]\napp_id = 1\n",
                                      &complaints);

    (void)state;
    assert_complaints(
        &complaints,
        "/etc/tta/t.conf line 20: [app bad] app_id: is missing; without it the app and its tokens are not asked "
        "@app bad\n"
        "/etc/tta/t.conf line 1: [token a] app: is missing; allowed: the name of an [app NAME] section @token a\n"
        "/etc/tta/t.conf line 3: token b: there is no [app nowhere]; without its app it is not asked @token b\n"
        "/etc/tta/t.conf line 6: token c: its app bad can't be used, so it is not asked @token c\n"
        "/etc/tta/t.conf line 9: [token d] token_file: is missing; without it the token is not asked @token d\n"
        "/etc/tta/t.conf line 11: [token e] refresh: a long-term Marketing token can't be refreshed; allowed with "
        "kind = tt_user @token e\n");
    for (size_t i = 0; i < 4; i++)
        assert_false(c->token[i].usable);
    assert_int_equal(c->token[0].app, SIZE_MAX);
    assert_int_equal(c->token[1].app, SIZE_MAX);
    assert_int_equal(c->token[2].app, 0);
    assert_int_equal(c->token[3].app, 1);
    assert_true(c->token[4].usable);
    assert_false(c->token[4].refresh);
    assert_true(c->token[5].usable);
    assert_true(c->token[5].refresh);
    assert_true(c->token[5].discover);
    assert_false(c->app[0].usable);
    assert_true(c->app[1].usable);
    config_free(c);
}

static void a_refused_app_id_makes_the_app_unusable(void **state)
{
    struct config *c = config_fixture("[app main]\napp_id = 123x\n" TOKEN, &complaints);

    (void)state;
    assert_complaints(
        &complaints,
        "/etc/tta/t.conf line 2: [app main] app_id: is not 1 to 20 digits; allowed: 1 to 20 digits, "
        "as the developer portal shows them @app main\n"
        "/etc/tta/t.conf line 1: [app main] app_id: is missing; without it the app and its tokens are "
        "not asked @app main\n"
        "/etc/tta/t.conf line 3: token t: its app main can't be used, so it is not asked @token t\n");
    assert_false(c->app[0].usable);
    config_free(c);
}

static void an_app_id_has_twenty_digits_at_most(void **state)
{
    (void)state;
    assert_said("[app b]\napp_id = 12345678901234567890\n", "");
    assert_said(
        "[app b]\napp_id = 123456789012345678901\n",
        "/etc/tta/t.conf line 7: [app b] app_id: is not 1 to 20 digits; allowed: 1 to 20 digits, as the "
        "developer portal shows them @app b\n"
        "/etc/tta/t.conf line 6: [app b] app_id: is missing; without it the app and its tokens are not asked "
        "@app b\n");
}

static void nothing_to_ask(void **state)
{
    (void)state;
    config_free(config_fixture("", &complaints));
    assert_complaints(&complaints, "/etc/tta/t.conf: there is no [app NAME]: nothing can be asked @all\n");
    config_free(config_fixture(APP, &complaints));
    assert_complaints(&complaints, "/etc/tta/t.conf: there is no [token NAME] and no [tokens] to take them from: "
                                   "nothing can be asked @all\n");
    config_free(config_fixture(APP "[tokens]\n", &complaints));
    assert_complaints(&complaints, "/etc/tta/t.conf: there is no [token NAME] and no [tokens] to take them from: "
                                   "nothing can be asked @all\n");
    /* Whoever runs or reads [tokens] says so when nothing comes of it. */
    config_free(config_fixture(APP "[tokens]\nfile = t\n", &complaints));
    assert_complaints(&complaints, "");
    config_free(config_fixture(APP "[tokens]\ncommand = /bin/x\n", &complaints));
    assert_complaints(&complaints, "");
}

static void one_source_of_tokens(void **state)
{
    struct config *c = config_fixture(BOTH "[tokens]\ncommand = /bin/x\nfile = t\n", &complaints);

    (void)state;
    assert_complaints(
        &complaints, "/etc/tta/t.conf line 6: [tokens] file and command are both given; the file is taken @all\n");
    assert_string_equal(c->tokens_file, "/etc/tta/t");
    assert_null(c->tokens_command);
    config_free(c);
}

static void stale_after_is_six_intervals(void **state)
{
    struct config *c = config_fixture(BOTH "[sweep]\ninterval = 10m\n", &complaints);

    (void)state;
    assert_int_equal(c->sweep.stale_after_s, 3600);
    config_free(c);
    c = config_fixture(BOTH "[sweep]\ninterval = 10s\nstale_after = 10s\n", &complaints);
    assert_int_equal(c->sweep.stale_after_s, 60);
    config_free(c);
    c = config_fixture(BOTH "[sweep]\ninterval = 10s\nstale_after = 61s\n", &complaints);
    assert_int_equal(c->sweep.stale_after_s, 61);
    config_free(c);
    assert_complaints(&complaints, "");
}

static void severity_of_what_keeps_cannot_be_set(void **state)
{
    struct config *c = config_fixture(BOTH "[severity]\nthrottled = critical\n", &complaints);

    (void)state;
    assert_complaints(&complaints, "/etc/tta/t.conf line 7: [severity] throttled: its severity can't be set: with "
                                   "this cause the last known state stands @all\n");
    assert_int_equal(c->severity[CAUSE_THROTTLED], -1);
    config_free(c);
}

static void severity_of_what_is_well_cannot_be_set(void **state)
{
    struct config *c = config_fixture(BOTH "[severity]\nauthorized = critical\nretired = ok\n", &complaints);

    (void)state;
    assert_complaints(&complaints,
                      "/etc/tta/t.conf line 7: [severity] authorized: its severity can't be set: with "
                      "this cause nothing is wrong @all\n"
                      "/etc/tta/t.conf line 8: [severity] retired: its severity can't be set: with "
                      "this cause nothing is wrong @all\n");
    assert_int_equal(c->severity[CAUSE_AUTHORIZED], -1);
    assert_int_equal(config_state_of(c, CAUSE_AUTHORIZED), STATE_OK);
    config_free(c);
}

static void state_of_a_cause(void **state)
{
    struct config *c = config_fixture(BOTH "[severity]\nrevoked = warning\naccount_closed = ok\n", &complaints);

    (void)state;
    assert_int_equal(config_state_of(c, CAUSE_REVOKED), STATE_WARNING);
    assert_int_equal(config_state_of(c, CAUSE_ACCOUNT_CLOSED), STATE_OK);
    assert_int_equal(config_state_of(c, CAUSE_DELETED), STATE_CRITICAL);
    assert_int_equal(config_state_of(c, CAUSE_AUTHORIZED), STATE_OK);
    assert_int_equal(config_state_of(c, CAUSE_THROTTLED), STATE_UNKNOWN);
    config_free(c);
}

static void faulty_lines(void **state)
{
    (void)state;
    config_free(
        config_fixture("key = 1\njunk\n" BOTH "junk\n[gizmo x]\njunk\n[token u\napp = main\n", &complaints));
    assert_complaints(
        &complaints,
        "/etc/tta/t.conf line 1: a key stands before the first [section]; it is ignored @all\n"
        "/etc/tta/t.conf line 2: neither [section] nor key = value @all\n"
        "/etc/tta/t.conf line 8: [token t] neither [section] nor key = value @token t\n"
        "/etc/tta/t.conf line 9: [gizmo]: section is not known to this release; it is ignored @nobody\n"
        "/etc/tta/t.conf line 10: neither [section] nor key = value @nobody\n"
        "/etc/tta/t.conf line 11: no ']' behind the section name @nobody\n");
}

/* A reader that announces sections only by their keys is followed too. */
static void keys_bring_their_section(void **state)
{
    struct config *c = config_new("/x/t.conf", &complaints);

    (void)state;
    config_key(c, 2, "app main", "app_id", "1");
    config_key(c, 3, "app main", "tier", "premium");
    config_bad_line(c, 5, "token t", "junk");
    config_key(c, 6, "token t", "app", "main");
    config_key(c, 7, "token t", "token_file", "x");
    assert_true(config_finish(c));
    assert_complaints(&complaints, "/x/t.conf line 5: [token t] junk @token t\n");
    assert_int_equal(c->app[0].tier, TIER_PREMIUM);
    assert_true(c->token[0].usable);
    config_free(c);
}

static void never_shows_a_secret(void **state)
{
    static const char *const LEAK[] = {
        "[token u]\napp = main\ntoken = hunter2\n",
        "[app b]\nsecret = hunter2\n",
        "[app b]\napp_id = hunter2\n",
        "[app b]\napp_id = 1\nsecret_file =\n",
        "[api]\nproxy = http://admin:hunter2@proxy:3128\n",
        "[api]\nbase_url = https://u:hunter2@h/\n",
        "[api]\nbase_url = https://h/?token=hunter2\n",
        "[app b]\nreauth_url = https://h/hunter2 x\n",
        "[token u]\napp = hunter2 hunter2\n",
        "[token hunter2 hunter2]\n",
        "[hunter2]\nkey = x\n",
        "[token u]\nhunter2 = hunter2\n",
        "[token u]\nrequired_permissions = GET /a/,\n  token = hunter2\n",
        "[tokens]\ncommand = /bin/x \x01hunter2\n",
        "hunter2\n",
        "aHVudGVyMg== hunter2 = hunter2\n",
        "[advertiser hunter2]\n",
        "[fix hunter2]\n",
        "[sweep hunter2]\n",
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(LEAK); i++) {
        struct config *c = config_fixture(LEAK[i], &complaints);

        assert_true(complaints.count > 1);
        if (strstr(complaints_shown(&complaints), "hunter2") || strstr(complaints_shown(&complaints), "aHVud"))
            fail_msg("%s leaks:\n%s", LEAK[i], complaints_shown(&complaints));
        complaints_free(&complaints);
        config_free(c);
    }
}

static void hostile_values_are_shown_short_and_safe(void **state)
{
    char value[151];
    struct config *c = config_new("/x", &complaints);

    (void)state;
    memset(value, 'x', sizeof(value));
    value[150] = '\0';
    memcpy(value, "\x1b[2J", 4);
    config_key(c, 1, "sweep", "interval", value);
    config_key(c, 2, "tokens", "command", "a\tb");
    config_key(c, 3, "advertiser 1", "name", "\xff");
    assert_true(config_finish(c));
    assert_complaint_holds(&complaints, "interval: '?[2Jxxxx");
    assert_complaint_holds(&complaints, "xxxx...' is no duration");
    assert_complaint_holds(&complaints, "command: holds a control character; allowed: 1 to 1000 bytes of text");
    assert_complaint_holds(&complaints, "name: holds bytes that are no UTF-8; allowed: 1 to 300 bytes of text");
    assert_null(strchr(complaints_shown(&complaints), '\x1b'));
    assert_true(strlen(complaints.item[0].text) < 160);
    config_free(c);
}

static void limits_of_text(void **state)
{
    static char text[5000];
    struct config *c = config_new("/x", &complaints);

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    config_key(c, 1, "advertiser 1", "name", text + sizeof(text) - 1 - 300);
    config_key(c, 2, "advertiser 1", "owner", text + sizeof(text) - 1 - 301);
    config_key(c, 3, "advertiser 1", "required_permissions", text + sizeof(text) - 1 - 3000);
    config_key(c, 4, "advertiser 1", "required_permissions", text + sizeof(text) - 1 - 1000);
    config_key(c, 5, "store", "path", text);
    assert_int_equal(strlen(c->advertiser[0].name), 300);
    assert_null(c->advertiser[0].owner);
    assert_int_equal(strlen(c->advertiser[0].required), 3000);
    assert_complaint_holds(&complaints, "line 2: [advertiser 1] owner: is longer than 300 bytes");
    assert_complaint_holds(&complaints, "line 4: [advertiser 1] required_permissions: is longer than 4000 bytes");
    assert_complaint_holds(&complaints, "line 5: [store] path: is longer than 4095 bytes");
    assert_true(config_finish(c));
    config_free(c);
}

static void too_many_permissions(void **state)
{
    struct config *c = config_new("/x", &complaints);
    char path[16];

    (void)state;
    for (unsigned i = 0; i < PERMISSIONS_MAX; i++) {
        snprintf(path, sizeof(path), "/%u/", i);
        config_key(c, i + 1, "token t", "required_permissions", path);
    }
    assert_int_equal(complaints.count, 0);
    config_key(c, 99, "token t", "required_permissions", "/x/");
    assert_complaint_holds(&complaints, "line 99: [token t] required_permissions: holds more than 32 permissions");
    assert_int_equal(c->token[0].required.count, PERMISSIONS_MAX);
    assert_true(config_finish(c));
    config_free(c);
}

static void finds_by_name(void **state)
{
    struct config *c = config_new("/x", &complaints);
    char name[40];

    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "%s n%u", i % 3 == 0 ? "app" : "token", i);
        config_section(c, i + 1, name);
    }
    assert_int_equal(c->app_count, 1000);
    assert_int_equal(c->token_count, 2000);
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "n%u", i);
        if (i % 3 == 0) {
            assert_string_equal(config_find_app(c, name)->name, name);
            assert_int_equal(config_find_token(c, name), SIZE_MAX);
        } else {
            assert_null(config_find_app(c, name));
            assert_string_equal(c->token[config_find_token(c, name)].name, name);
        }
    }
    assert_null(config_find_app(c, ""));
    assert_int_equal(config_find_token(c, "n"), SIZE_MAX);
    config_free(c); /* before it is finished */
}

static void state_files(void **state)
{
    struct config *c = config_fixture(BOTH "[store]\npath = /var/lib/x/state.db\n", &complaints);
    char *file = config_state_file(c, "snapshot");

    (void)state;
    assert_string_equal(file, "/var/lib/x/snapshot");
    free(file);
    config_free(c);
}

static void tiers(void **state)
{
    (void)state;
    assert_string_equal(tier_name(TIER_BASIC), "basic");
    assert_string_equal(tier_name(TIER_ULTIMATE), "ultimate");
    assert_int_equal(tier_limits_of(TIER_BASIC).qps, 10);
    assert_int_equal(tier_limits_of(TIER_BASIC).qpm, 600);
    assert_int_equal(tier_limits_of(TIER_BASIC).qpd, 864000);
    assert_int_equal(tier_limits_of(TIER_ADVANCED).qpd, 1728000);
    assert_int_equal(tier_limits_of(TIER_PREMIUM).qpm, 1800);
    assert_int_equal(tier_limits_of(TIER_ULTIMATE).qps, 50);
}

static void assert_all_is_kept(const struct config *c)
{
    assert_int_equal(c->app_count, 2);
    assert_non_null(c->app[0].app_id);
    assert_non_null(c->app[0].secret_file);
    assert_non_null(c->app[0].reauth_url);
    assert_int_equal(c->token_count, 3);
    assert_non_null(c->token[0].token_file);
    assert_int_equal(c->token[0].required.count, 2);
    assert_string_equal(c->token[1].app_name, "c");
    assert_true(c->token[2].usable);
    assert_non_null(c->tokens_file);
    assert_int_equal(c->inventory_count, 2);
    assert_int_equal(c->advertiser_count, 1);
    assert_non_null(c->advertiser[0].name);
    assert_string_equal(c->advertiser[0].required, "/a/, /b/");
    assert_non_null(c->fix_text[CAUSE_REVOKED]);
}

static bool build_all(void *arg)
{
    static const char INI[] = APP "secret_file = s\nreauth_url = https://h/\n[app b]\ntier = x\n" TOKEN
                                  "required_permissions = /a/,\n  /b/\n[token u]\napp = c\n"
                                  "[tokens]\nfile = x\n[inventory]\nfile = a\nfile = b\n"
                                  "[advertiser 1]\nname = x\nrequired_permissions = /a/\n  /b/\n"
                                  "[severity]\nrevoked = x\n[fix revoked]\ntext = x\nfoo = x\n[foo]\n";
    static const char LINE[] = "{\"name\":\"x\",\"app\":\"main\",\"token\":\"s\"}";
    struct complaints list;
    struct config *c;
    bool ok;

    (void)arg;
    complaints_init(&list);
    c = config_fixture_begin(INI, &list);
    if (!c) {
        complaints_free(&list);
        return false;
    }
    config_token_line(c, "t", 1, LINE, sizeof(LINE) - 1);
    ok = config_finish(c);
    if (ok)
        assert_all_is_kept(c);
    if (ok && list.dropped == 0 && list.count != 7)
        fail_msg("complaints without a loss:\n%s", complaints_shown(&list));
    config_free(c);
    complaints_free(&list);
    return ok;
}

/* Lenient: a complaint may be lost or come without its quotation, but no key may go missing without a word. */
static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_true(alloc_fail_each_lenient(build_all, NULL) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_what_is_given, setup, teardown),
        cmocka_unit_test_setup_teardown(names_place_key_and_what_is_allowed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fault_leaves_the_default, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_keys_are_about_their_section, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_sections_are_about_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_section_names, setup, teardown),
        cmocka_unit_test_setup_teardown(blanks_in_a_header_do_not_count, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_of_two_sections_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_of_two_keys_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_key_in_two_sections_is_fine, setup, teardown),
        cmocka_unit_test_setup_teardown(an_inventory_file_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_token_needs, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_app_id_makes_the_app_unusable, setup, teardown),
        cmocka_unit_test_setup_teardown(an_app_id_has_twenty_digits_at_most, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_to_ask, setup, teardown),
        cmocka_unit_test_setup_teardown(one_source_of_tokens, setup, teardown),
        cmocka_unit_test_setup_teardown(stale_after_is_six_intervals, setup, teardown),
        cmocka_unit_test_setup_teardown(severity_of_what_keeps_cannot_be_set, setup, teardown),
        cmocka_unit_test_setup_teardown(severity_of_what_is_well_cannot_be_set, setup, teardown),
        cmocka_unit_test_setup_teardown(state_of_a_cause, setup, teardown),
        cmocka_unit_test_setup_teardown(faulty_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_bring_their_section, setup, teardown),
        cmocka_unit_test_setup_teardown(never_shows_a_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_values_are_shown_short_and_safe, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_of_text, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_permissions, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(state_files, setup, teardown),
        cmocka_unit_test_setup_teardown(tiers, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory_it_says_so, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
