/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/oauth_*: links and states, callbacks read strictly, hostile answers, names, and who may replace whom. */
#include "base/attr.h"
#include "core/oauth_callback.h"
#include "core/oauth_choice.h"
#include "core/oauth_grant.h"
#include "core/oauth_name.h"
#include "core/oauth_portal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the portal ---------------------------------------------------------------------------------------------- */

static void states_are_text_that_nothing_encodes(void **state)
{
    unsigned char bytes[OAUTH_STATE_BYTES];
    char text[OAUTH_STATE_LEN + 1];

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    oauth_state_write(bytes, text);
    assert_string_equal(text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    memset(bytes, 0xff, sizeof(bytes));
    oauth_state_write(bytes, text);
    assert_string_equal(text, "__________________________________________8");
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    oauth_state_write(bytes, text);
    assert_string_equal(text, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_true(oauth_state_ok(text));
    assert_false(oauth_state_ok(""));
    assert_false(oauth_state_ok("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh")); /* one short */
    text[3] = '=';
    assert_false(oauth_state_ok(text));
}

static void the_link_has_the_host_of_the_api(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1024);
    oauth_portal_url("https://business-api.tiktok.com/open_api/v1.3", "705", "http://127.0.0.1:8765/cb?a=1", "s-_",
                     &out);
    assert_string_equal(buf_text(&out), "https://business-api.tiktok.com/portal/auth?app_id=705&state=s-_"
                                        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcb%3Fa%3D1");
    buf_reset(&out);
    oauth_portal_url("http://[::1]:99", "1", "x", "y", &out);
    assert_string_equal(buf_text(&out), "http://[::1]:99/portal/auth?app_id=1&state=y&redirect_uri=x");
    buf_free(&out);
}

/* --- callbacks ----------------------------------------------------------------------------------------------- */

#define STATE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static void callbacks_are_read_strictly(void **state)
{
    static const struct {
        const char *query, *code, *state, *error; /* code NULL: refused */
    } ROW[] = {
        {"auth_code=abc&state=" STATE, "abc", STATE, ""},
        {"code=abc&state=" STATE, "abc", STATE, ""},
        {"auth_code=abc&code=abc&state=" STATE "&lang=en", "abc", STATE, ""},
        {"&&auth_code=a%2Db&", "a-b", "", ""},
        {"error=access_denied&state=" STATE, "", STATE, "access_denied"},
        {"error=&state=" STATE, "", STATE, "?"},
        {"error=%1b%5b31m%00", "", "", "?[31m?"},
        {"auth_code=abc&state=short", "abc", "", ""},
        {"auth_code=abc&state=" STATE "x", "abc", "", ""},
        {"auth_code=abc&state=" STATE "%00", "abc", "", ""},
        {"auth_code=abc&auth_code=abc", NULL, "", ""},
        {"auth_code=abc&code=abd", NULL, "", ""},
        {"auth_code=abc&state=" STATE "&state=" STATE, NULL, "", ""},
        {"auth_code=", NULL, "", ""},
        {"auth_code=a+b", NULL, "", ""},
        {"auth_code=a%00b", NULL, "", ""},
        {"auth_code=a%c3%a9", NULL, "", ""},
        {"auth_code=a%", NULL, "", ""},
        {"auth_code=a%4", NULL, "", ""},
        {"auth_code=a%4g", NULL, "", ""},
        {"auth_code%00=abc", NULL, "", ""},
        {"state=" STATE, NULL, "", ""},
        {"", NULL, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        struct oauth_callback c;
        struct err why = {""};
        bool ok = oauth_callback_read(ROW[i].query, &c, &why);

        if (ok != (ROW[i].code != NULL))
            fail_msg("%s: %s", ROW[i].query, ok ? "taken" : why.text);
        if (ok) {
            assert_string_equal(c.code ? secret_reveal(c.code) : "", ROW[i].code);
            assert_string_equal(c.state, ROW[i].state);
            assert_string_equal(c.error, ROW[i].error);
        } else
            assert_true(why.text[0] != '\0');
        oauth_callback_clear(&c);
    }
}

static void long_callbacks_are_refused(void **state)
{
    char *much = malloc(1 << 20);
    struct oauth_callback c;
    struct err why = {""};

    (void)state;
    assert_non_null(much);
    memset(much, 'a', (1 << 20) - 1);
    memcpy(much, "auth_code=", 10);
    much[(1 << 20) - 1] = '\0';
    assert_false(oauth_callback_read(much, &c, &why));
    oauth_callback_clear(&c);
    much[OAUTH_QUERY_MAX] = '\0'; /* a code longer than any secret */
    assert_false(oauth_callback_read(much, &c, &why));
    oauth_callback_clear(&c);
    much[10 + SECRET_MAX] = '\0';
    assert_true(oauth_callback_read(much, &c, &why));
    oauth_callback_clear(&c);
    free(much);
}

static void pasted_addresses_are_the_apps(void **state)
{
    static const struct {
        const char *url, *redirect_uri, *query; /* NULL: refused */
    } ROW[] = {
        {"https://a.example/cb?x=1#f", "https://a.example/cb", "x=1"},
        {"https://a.example/cb?x=1", "https://a.example/cb", "x=1"},
        {"https://a.example/cb?k=1&x=1", "https://a.example/cb?k=1", "x=1"},
        {"https://a.example/cb", "https://a.example/cb", NULL},
        {"https://a.example/cb/?x=1", "https://a.example/cb", NULL},
        {"https://a.example/cbx?x=1", "https://a.example/cb", NULL},
        {"http://a.example/cb?x=1", "https://a.example/cb", NULL},
        {"https://b.example/cb?x=1", "https://a.example/cb", NULL},
        {"", "https://a.example/cb", NULL},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        const char *query = "";
        size_t len = 0;
        struct err why = {""};
        bool ok = oauth_callback_of_url(ROW[i].url, ROW[i].redirect_uri, &query, &len, &why);

        assert_int_equal(ok, ROW[i].query != NULL);
        if (ok) {
            assert_int_equal(len, strlen(ROW[i].query));
            assert_memory_equal(query, ROW[i].query, len);
        }
    }
}

/* --- answers ------------------------------------------------------------------------------------------------- */

static void answers_are_not_trusted(void **state)
{
    static const struct {
        const char *data, *token; /* NULL: no token */
        int ids;                  /* -1: not known */
        const char *scope;
    } ROW[] = {
        {"{\"access_token\":\"t\",\"advertiser_ids\":[\"22\",\"7\",\"22\"],\"scope\":[1,4]}", "t", 2, "1 4"},
        {"{\"access_token\":\"t\",\"advertiser_ids\":[],\"scope\":[]}", "t", 0, ""},
        {"{\"access_token\":\"t\"}", "t", -1, ""},
        {"{\"access_token\":\"t\",\"advertiser_ids\":[7],\"scope\":[\"1\"]}", "t", -1, ""},
        {"{\"access_token\":\"t\",\"advertiser_ids\":[\"7\",\"../x\"],\"scope\":[-1]}", "t", -1, ""},
        {"{\"access_token\":\"t\",\"advertiser_ids\":{\"0\":\"7\"},\"scope\":{\"0\":1}}", "t", -1, ""},
        {"{\"access_token\":\"t\\n\"}", NULL, -1, ""},
        {"{\"access_token\":\"\"}", NULL, -1, ""},
        {"{\"access_token\":7}", NULL, -1, ""},
        {"{\"access_token\":null}", NULL, -1, ""},
        {"{}", NULL, -1, ""},
        {"[]", NULL, -1, ""},
        {"null", NULL, -1, ""},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        struct answer answer = {.has_code = true};
        struct oauth_grant grant;
        struct err why = {""};
        char body[512];
        bool ok;

        (void)snprintf(body, sizeof(body), "{\"code\":0,\"message\":\"OK\",\"data\":%s}", ROW[i].data);
        answer_read(&(struct exchange){.http_status = 200, .body = body, .body_len = strlen(body), .detail = ""},
                    &answer);
        ok = oauth_grant_read(&answer, &grant, &why);
        if (ok != (ROW[i].token != NULL))
            fail_msg("%s: %s", ROW[i].data, ok ? "taken" : why.text);
        if (ok) {
            assert_string_equal(secret_reveal(grant.token), ROW[i].token);
            assert_int_equal(grant.ids_known ? (int)grant.count : -1, ROW[i].ids);
            assert_string_equal(grant.scope, ROW[i].scope);
            assert_int_equal(oauth_grant_has(&grant, "7"), ROW[i].ids == 2);
            assert_false(oauth_grant_has(&grant, "8"));
        }
        oauth_grant_clear(&grant);
        answer_wipe(&answer);
    }
}

/* --- names --------------------------------------------------------------------------------------------------- */

static void names_are_clear_and_always_names(void **state)
{
    static const struct {
        const char *old, *client, *id;
        unsigned attempt;
        const char *name;
    } ROW[] = {
        {"emea", "Acme GmbH", "7502022393087590401", 1, "emea-acme-gmbh"},
        {"emea", "Acme GmbH", "7502022393087590401", 2, "emea-acme-gmbh-2"},
        {"emea", "", "7502022393087590401", 1, "emea-7502022393087590401"},
        {"emea", NULL, "7502022393087590401", 1, "emea-7502022393087590401"},
        {"emea", "\xd0\x96\xd0\x96", "7502022393087590401", 1, "emea-7502022393087590401"},
        {"emea", "  M\xc3\xbcller & S\xc3\xb6hne, Internationale Beteiligungen", "7", 1, "emea-m-ller-s-hne-int"},
        {"a23456789-123456789-123456789-12", NULL, "7502022393087590401", 99, "a23456789-7502022393087590401-99"},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        char name[SECTION_NAME_MAX + 1];

        oauth_own_name(ROW[i].old, ROW[i].client, ROW[i].id, ROW[i].attempt, name);
        assert_string_equal(name, ROW[i].name);
        assert_true(parse_section_name(name));
    }
}

/* --- the choice ---------------------------------------------------------------------------------------------- */

/* A member as letters: n named by the old token's row, a asked for, o the old one covers, + the new one covers, t
 * so it was told. */
static struct oauth_judgement judge(const char *members, enum oauth_old old, bool replaceable)
{
    struct oauth_member m[16] = {{.named = false}};
    size_t count = 0;
    bool asked = strchr(members, 'a') != NULL;

    for (const char *at = members; *at; at++) {
        if (*at == ' ')
            count++;
        m[count].named |= *at == 'n';
        m[count].asked |= *at == 'a';
        m[count].old_covers |= *at == 'o';
        m[count].new_covers |= *at == '+';
        m[count].new_told |= *at == 't';
    }
    return oauth_choose(m, count + (members[0] != '\0'), old, asked, replaceable, true);
}

static void nothing_that_works_is_replaced_by_less(void **state)
{
    static const struct {
        const char *members;
        enum oauth_old old;
        bool fixed; /* the file may not be rewritten */
        enum oauth_choice choice;
        bool satisfied;
    } ROW[] = {
        {"no+ no+ no+", OLD_ALIVE, false, CHOOSE_REPLACE, true},
        {"no+ no+ n+", OLD_ALIVE, false, CHOOSE_REPLACE, true}, /* wider than the old one */
        {"no+ no no", OLD_ALIVE, false, CHOOSE_KEEP, true},     /* narrower */
        {"no no na+", OLD_ALIVE, false, CHOOSE_KEEP, true},     /* one client's own */
        {"no+ no+ na+", OLD_ALIVE, false, CHOOSE_REPLACE, true},
        {"no+ o", OLD_ALIVE, false, CHOOSE_KEEP, true}, /* another row's counts too */
        {"no+ no+", OLD_ALIVE, true, CHOOSE_KEEP, true},
        {"n+ n+", OLD_UNKNOWN, false, CHOOSE_KEEP, true},  /* who knows what it covers */
        {"n+ n n", OLD_DEAD, false, CHOOSE_REPLACE, true}, /* the token was asked for: better than none */
        {"na+ n n", OLD_DEAD, false, CHOOSE_KEEP, true},   /* one was: the dead token stays to be seen */
        {"na+ n+", OLD_DEAD, false, CHOOSE_REPLACE, true},
        {"na+", OLD_DEAD, false, CHOOSE_REPLACE, true},
        {"na+ n", OLD_ALIVE, false, CHOOSE_KEEP, true}, /* alive, and covers nothing any more */
        {"n+ n", OLD_NONE, false, CHOOSE_REPLACE, true},
        {"", OLD_NONE, false, CHOOSE_REPLACE, true}, /* nobody is expected yet */
        {"no no na", OLD_ALIVE, false, CHOOSE_DROP, false},
        {"no+ no+ na", OLD_ALIVE, false, CHOOSE_DROP, false}, /* the same login as before: no gain */
        {"no n+ na", OLD_ALIVE, false, CHOOSE_KEEP, false},   /* another account, and a lost one: a gain */
        {"n+ na", OLD_DEAD, false, CHOOSE_KEEP, false},
        {"n n", OLD_DEAD, false, CHOOSE_DROP, false},
        {"n +", OLD_DEAD, false, CHOOSE_KEEP, false},
        {"no+ not", OLD_ALIVE, false, CHOOSE_KEEP, true}, /* who knows whether the list or the answer is right */
        {"nt nat", OLD_DEAD, false, CHOOSE_REPLACE, true},
        {"no+ nat", OLD_ALIVE, false, CHOOSE_REPLACE, true},
        {"not nat", OLD_UNKNOWN, false, CHOOSE_KEEP, true},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        struct oauth_judgement j = judge(ROW[i].members, ROW[i].old, !ROW[i].fixed);

        if (j.choice != ROW[i].choice || j.satisfied != ROW[i].satisfied)
            fail_msg("'%s' with %d: choice %d, satisfied %d", ROW[i].members, (int)ROW[i].old, (int)j.choice,
                     j.satisfied);
        assert_true(j.choice != CHOOSE_REPLACE || j.lost == 0);
    }
}

/* Every world of three members: whatever is covered stays covered. */
static void no_world_loses_anything(void **state)
{
    (void)state;
    for (unsigned world = 0; world < 1U << 15; world++) {
        struct oauth_member m[3];
        unsigned bits = world;
        bool asked = false;

        for (size_t i = 0; i < TTA_LEN(m); i++, bits >>= 5) {
            m[i] = (struct oauth_member){bits & 1, (bits & 2) && !asked, bits & 4, bits & 8, bits & 16};
            asked = asked || m[i].asked;
        }
        for (int old = OLD_NONE; old <= OLD_UNKNOWN; old++) {
            struct oauth_judgement j = oauth_choose(m, TTA_LEN(m), (enum oauth_old)old, asked, true, true);

            for (size_t i = 0; i < TTA_LEN(m) && j.choice == CHOOSE_REPLACE; i++)
                assert_false(m[i].old_covers && !m[i].new_covers && old == OLD_ALIVE);
            /* What is forgotten would have covered nothing that isn't covered. */
            for (size_t i = 0; i < TTA_LEN(m) && j.choice == CHOOSE_DROP; i++)
                assert_false((m[i].new_covers || m[i].new_told) && old != OLD_UNKNOWN &&
                             !(old == OLD_ALIVE && m[i].old_covers));
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_text_that_nothing_encodes),
        cmocka_unit_test(the_link_has_the_host_of_the_api),
        cmocka_unit_test(callbacks_are_read_strictly),
        cmocka_unit_test(long_callbacks_are_refused),
        cmocka_unit_test(pasted_addresses_are_the_apps),
        cmocka_unit_test(answers_are_not_trusted),
        cmocka_unit_test(names_are_clear_and_always_names),
        cmocka_unit_test(nothing_that_works_is_replaced_by_less),
        cmocka_unit_test(no_world_loses_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
