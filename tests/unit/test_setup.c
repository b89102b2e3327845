/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/setup, with tokens and accepted: what is loaded, what is complained about, and the shrink guard. */
#include "probe/setup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/file.h"
#include "probe/own.h"
#include "probe_fixture.h"
#include "scratch.h"

static const char WITH_CSV[] = "[inventory]\nfile = a.csv\n";

/* Writes a.csv with so many advertisers of token "one"; returns the text. */
static void write_rows(unsigned count)
{
    static char text[64 * 1024];
    int len = snprintf(text, sizeof(text), "advertiser_id,name,token,owner\n");

    for (unsigned i = 0; i < count; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "75020223930%08u,Name %u,one,me\n", i, i);
    probe_file("a.csv", text);
}

static size_t load_count(const char *path, bool accept_shrink, bool remember, bool *refused)
{
    struct setup *setup = probe_setup(path, accept_shrink, remember);
    size_t count = setup_inventory(setup)->count;

    if (refused)
        *refused = setup_inventory_refused(setup);
    setup_free(setup);
    return count;
}

/* --- loading ------------------------------------------------------------------------------------------------- */

static void loads_all_and_remembers_stamps(void **state)
{
    const char *path = probe_config("[inventory]\nfile = a.csv\nfile = b.csv\n[tokens]\nfile = t.jsonl\n"
                                    "[advertiser 33]\nname = Three\ntoken = one\nowner = me\n");
    const struct board_input *input;
    struct file_stamp stamp;
    struct setup *setup;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,Eleven,one,me\n");
    probe_file("b.csv", "advertiser_id,name,token,owner\n22,\"Two, twenty\",many two,me\n");
    probe_secret("t.jsonl", "{\"name\":\"many\",\"app\":\"main\",\"token\":\"abc\"}\n\n");
    setup = probe_setup(path, false, false);
    assert_int_equal(setup_complaints(setup)->count, 0);
    assert_int_equal(setup_inventory(setup)->count, 3);
    assert_int_equal(setup_config(setup)->token_count, 3);
    assert_false(setup_inventory_refused(setup));
    assert_int_equal(setup_inputs(setup, &input), 5);
    assert_string_equal(input[0].path, path);
    assert_string_equal(input[1].path, scratch_path("t.jsonl"));
    assert_string_equal(input[2].path, scratch_path("tokens.own")); /* not there yet */
    assert_string_equal(input[3].path, scratch_path("a.csv"));
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(file_stamp_of(input[i].path, &stamp, NULL), i != 2);
        assert_true(file_stamp_equal(&stamp, &input[i].stamp));
    }
    setup_free(setup);
    assert_string_equal(probe_read("inventory.accepted"), "");
}

/* --- our own list of tokens ---------------------------------------------------------------------------------- */

static const char OWN_LINES[] = "{\"name\":\"one-acme\",\"app\":\"main\",\"of\":\"one\",\"granted_by\":\"client\","
                                "\"advertisers\":[\"11\",\"99\"]}\n";
static const char OWN_ROWS[] = "advertiser_id,name,token,owner\n11,Eleven,one,me\n22,Two,one two,me\n";

/* Names of an advertiser's tokens, a blank between two. */
static const char *tokens_of(const struct setup *setup, const char *id)
{
    static char names[256];
    const struct advertiser *a = inventory_find(setup_config(setup), setup_inventory(setup), NULL, id, NULL);

    assert_non_null(a);
    names[0] = '\0';
    for (size_t i = 0; i < a->token_count; i++)
        (void)snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i ? " " : "",
                       setup_config(setup)->token[a->token[i]].name);
    return names;
}

static void tokens_of_our_own_are_asked_and_bound(void **state)
{
    const char *path = probe_config(WITH_CSV);
    struct setup *setup;
    const struct config_token *token;
    struct secret *secret;
    struct err err = {.text = ""};

    (void)state;
    probe_file("a.csv", OWN_ROWS);
    probe_file("tokens.own", OWN_LINES);
    assert_int_equal(mkdir(scratch_path("tokens"), 0770), 0);
    probe_secret("tokens/one-acme", "token-of-acme\nmore\n");
    setup = probe_setup(path, false, true);
    assert_int_equal(setup_complaints(setup)->count, 0);
    assert_int_equal(setup_config(setup)->token_count, 3);
    token = &setup_config(setup)->token[2];
    assert_true(token->own && token->usable);
    assert_string_equal(token->own_of, "one");
    assert_string_equal(tokens_of(setup, "11"), "one one-acme");
    assert_string_equal(tokens_of(setup, "22"), "one two");
    secret = setup_token_secret(setup, 2, &err);
    assert_non_null(secret);
    assert_string_equal(secret_reveal(secret), "token-of-acme");
    secret_free(secret);
    assert_null(strstr(probe_read("tokens.accepted"), "one-acme")); /* it is no token of [tokens] */
    setup_free(setup);
}

/* The lines that were printed stand in the configuration, the column of the inventory is still as it was. */
static void a_token_made_permanent_stays_bound(void **state)
{
    struct setup *setup;

    (void)state;
    probe_file("a.csv", OWN_ROWS);
    probe_file("tokens.own", OWN_LINES);
    setup = probe_setup(
        probe_config("[token one-acme]\napp = main\ntoken_file = two.token\n[inventory]\nfile = a.csv\n"), false,
        false);
    assert_int_equal(setup_complaints(setup)->count, 0);
    assert_int_equal(setup_config(setup)->token_count, 3);
    assert_false(setup_config(setup)->token[2].own);
    assert_string_equal(tokens_of(setup, "11"), "one one-acme");
    setup_free(setup);
}

static void our_own_list_is_written_entry_by_entry(void **state)
{
    static const char ids[2][ADVERTISER_ID_MAX + 1] = {"22", "11"};
    const struct config_own two = {
        .name = "two-b", .app = "main", .of = "two", .granted_by = GRANTED_BY_US, .advertiser = ids, .count = 2};
    struct setup *setup;
    struct err err = {.text = ""};

    (void)state;
    probe_file("a.csv", OWN_ROWS);
    probe_file("tokens.own", OWN_LINES);
    setup = probe_setup(probe_config(WITH_CSV), false, false);
    assert_true(own_put(setup_config(setup), &two, &err));
    setup_free(setup);
    setup = probe_setup(scratch_path("t.conf"), false, false);
    assert_int_equal(setup_config(setup)->token_count, 4);
    assert_int_equal(setup_config(setup)->token[3].granted_by, GRANTED_BY_US);
    assert_string_equal(tokens_of(setup, "11"), "one one-acme two-b");
    assert_string_equal(tokens_of(setup, "22"), "one two two-b");
    assert_true(own_forget(setup_config(setup), "11", &err));
    setup_free(setup);
    setup = probe_setup(scratch_path("t.conf"), false, false);
    assert_string_equal(tokens_of(setup, "11"), "one");
    assert_string_equal(tokens_of(setup, "22"), "one two two-b");
    assert_int_equal(setup_config(setup)->token_count, 4);
    setup_free(setup);
}

static void a_damaged_list_of_our_own_is_told(void **state)
{
    struct setup *setup;

    (void)state;
    probe_file("a.csv", OWN_ROWS);
    probe_file("tokens.own",
               "garbage\n{\"name\":\"../x\"}\n{\"name\":\"lost\",\"app\":\"gone\",\"advertisers\":[7]}\n");
    setup = probe_setup(probe_config(WITH_CSV), false, false);
    assert_complained(setup, SUBJECT_NOBODY, "the line is not one JSON object");
    assert_complained(setup, SUBJECT_NOBODY, "names no token");
    assert_complained(setup, SUBJECT_TOKEN, "there is no [app gone]");
    assert_string_equal(tokens_of(setup, "11"), "one");
    setup_free(setup);
    assert_int_equal(unlink(scratch_path("tokens.own")), 0);
    assert_int_equal(mkdir(scratch_path("tokens.own"), 0770), 0);
    setup = probe_setup(scratch_path("t.conf"), false, false);
    assert_complained(setup, SUBJECT_ALL, "kept from authorizations");
    setup_free(setup);
}

static void only_the_configuration_itself_is_needed(void **state)
{
    struct err err = {.text = ""};

    (void)state;
    assert_null(setup_load(&(struct setup_options){.config_path = scratch_path("none.conf")}, &err));
    assert_non_null(strstr(err.text, "none.conf"));
    assert_null(setup_load(&(struct setup_options){.config_path = scratch_path("")}, &err));
    setup_free(probe_setup(probe_config_alone(""), false, true));
    setup_free(probe_setup(probe_config_alone("][ nonsense\n= \n[app\n"), false, true));
}

static void a_configuration_over_its_limit_is_refused(void **state)
{
    size_t len = (4 << 20) + 1;
    char *text = malloc(len);
    struct err err = {.text = ""};

    (void)state;
    assert_non_null(text);
    memset(text, '\n', len);
    scratch_write("t.conf", text, len, 0644);
    assert_null(setup_load(&(struct setup_options){.config_path = scratch_path("t.conf")}, &err));
    assert_true(err.text[0]);
    free(text);
}

static void a_relative_path_becomes_absolute(void **state)
{
    char before[4096];
    const struct board_input *input;
    struct setup *setup;

    (void)state;
    probe_config(WITH_CSV);
    write_rows(3);
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(scratch_path("")), 0);
    setup = probe_setup("t.conf", false, false);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(setup_inputs(setup, &input), 3);
    assert_int_equal(input[0].path[0], '/');
    assert_int_equal(input[1].path[0], '/');
    assert_int_equal(setup_inventory(setup)->count, 3);
    setup_free(setup);
}

static void faults_of_lines_and_rows_stay_where_they_are(void **state)
{
    struct setup *setup;

    (void)state;
    probe_file("a.csv",
               "advertiser_id,name,token,owner\n11,Eleven,one,me\n12,Twelve,nobody,me\nx1,X,one,me\n13,short\n");
    setup = probe_setup(probe_config("[inventory]\nfile = a.csv\n[sweep]\nbanana = 3\nthis is no line\n"), false,
                        false);
    assert_int_equal(setup_inventory(setup)->count, 1);
    assert_complained(setup, SUBJECT_ADVERTISER, "nobody");
    assert_complained(setup, SUBJECT_ALL, "banana");
    setup_free(setup);
}

/* --- secrets ------------------------------------------------------------------------------------------------- */

static void secrets_are_read_when_asked_for(void **state)
{
    struct setup *setup = probe_setup(probe_config(""), false, false);
    struct secret *secret;
    struct err err = {.text = ""};

    (void)state;
    secret = setup_token_secret(setup, 0, &err);
    assert_string_equal(secret_reveal(secret), "token-of-one");
    secret_free(secret);
    secret = setup_app_secret(setup, 0, &err);
    assert_string_equal(secret_reveal(secret), "app-secret");
    secret_free(secret);
    assert_int_equal(chmod(scratch_path("one.token"), 0644), 0);
    assert_null(setup_token_secret(setup, 0, &err));
    assert_non_null(strstr(err.text, "one.token"));
    assert_int_equal(unlink(scratch_path("main.secret")), 0);
    assert_null(setup_app_secret(setup, 0, &err));
    assert_non_null(strstr(err.text, "main.secret"));
    setup_free(setup);
}

static void an_app_without_a_secret_says_so(void **state)
{
    struct setup *setup =
        probe_setup(probe_config_alone("[app bare]\napp_id = 1\n[token t]\napp = bare\n"), false, false);
    struct err err = {.text = ""};

    (void)state;
    assert_null(setup_app_secret(setup, 0, &err));
    assert_non_null(strstr(err.text, "app bare"));
    assert_null(setup_token_secret(setup, 0, &err));
    assert_non_null(strstr(err.text, "token t"));
    setup_free(setup);
}

/* --- [tokens] ------------------------------------------------------------------------------------------------ */

static const char LINES[] = "{\"name\":\"t1\",\"app\":\"main\",\"token\":\"S3CRET-1\",\"granted_by\":\"us\"}\r\n"
                            "  \n"
                            "{\"name\":\"t2\",\"app\":\"main\",\"token\":\"S3CRET-2\"}";

static void tokens_come_from_a_file(void **state)
{
    struct err err = {.text = ""};
    struct secret *secret;
    struct setup *setup;
    size_t at;

    (void)state;
    scratch_write("t.jsonl", LINES, strlen(LINES), 0640);
    setup = probe_setup(probe_config("[tokens]\nfile = t.jsonl\n"), false, false);
    assert_int_equal(setup_complaints(setup)->count, 0);
    at = config_find_token(setup_config(setup), "t2");
    assert_int_equal(at, 3);
    assert_int_equal(setup_config(setup)->token[2].granted_by, GRANTED_BY_US);
    secret = setup_token_secret(setup, at, &err);
    assert_string_equal(secret_reveal(secret), "S3CRET-2");
    secret_free(secret);
    setup_free(setup);
}

static void no_complaint_shows_a_token(void **state)
{
    static const char BAD[] =
        "{\"name\":\"t1\",\"app\":\"nowhere\",\"token\":\"S3CRET-1\"}\n{\"token\":\"S3CRET-2\"}\n"
        "S3CRET-3\n{\"name\":\"S3CRET 4\"}\n";
    struct setup *setup;

    (void)state;
    probe_secret("t.jsonl", BAD);
    setup = probe_setup(probe_config("[tokens]\nfile = t.jsonl\n"), false, false);
    assert_true(setup_complaints(setup)->count >= 3);
    assert_not_complained(setup, "S3CRET");
    setup_free(setup);
}

static void a_tokens_file_that_others_can_read_is_not_read(void **state)
{
    struct setup *setup;

    (void)state;
    scratch_write("t.jsonl", LINES, strlen(LINES), 0644);
    setup = probe_setup(probe_config("[tokens]\nfile = t.jsonl\n"), false, false);
    assert_complained(setup, SUBJECT_ALL, "[tokens] can't be read");
    assert_complained(setup, SUBJECT_ALL, "0644");
    assert_int_equal(setup_config(setup)->token_count, 2);
    setup_free(setup);
}

static struct setup *with_command(const char *script, const char *arguments)
{
    char conf[8192];
    const char *path = scratch_write("give", script, strlen(script), 0700);

    snprintf(conf, sizeof(conf), "[tokens]\ncommand = %s%s\n", path, arguments);
    return probe_setup(probe_config(conf), false, false);
}

static void tokens_come_from_a_command(void **state)
{
    struct setup *setup =
        with_command("#!/bin/sh\nprintf '{\"name\":\"%s\",\"app\":\"%s\",\"token\":\"abc\"}\\n' \"$1\" \"$2\"\n",
                     "   cmd   main $(id)");

    (void)state;
    assert_not_complained(setup, "");
    assert_int_equal(config_find_token(setup_config(setup), "cmd"), 2);
    setup_free(setup);
}

static void a_command_that_fails_brings_nothing(void **state)
{
    struct setup *setup =
        with_command("#!/bin/sh\necho '{\"name\":\"cmd\",\"app\":\"main\",\"token\":\"S3CRET\"}'\n"
                     "echo S3CRET >&2\nexit 3\n",
                     " S3CRET-argument");

    (void)state;
    assert_complained(setup, SUBJECT_ALL, "exit status 3");
    assert_not_complained(setup, "S3CRET");
    assert_int_equal(setup_config(setup)->token_count, 2);
    setup_free(setup);
}

static void a_command_needs_an_absolute_path(void **state)
{
    struct setup *setup = probe_setup(probe_config("[tokens]\ncommand = sh -c true\n"), false, false);

    (void)state;
    assert_true(setup_complaints(setup)->count > 0);
    assert_int_equal(setup_config(setup)->token_count, 2);
    setup_free(setup);
    setup = probe_setup(probe_config("[tokens]\ncommand = /nonexistent/program\n"), false, false);
    assert_complained(setup, SUBJECT_ALL, "[tokens] can't be read");
    setup_free(setup);
}

static void tokens_stay_known_while_they_cannot_be_read(void **state)
{
    const char *path;
    struct err err = {.text = ""};
    struct setup *setup;
    size_t at;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,t1,me\n2,B,t2,me\n3,C,one,me\n");
    probe_secret("t.jsonl", LINES);
    path = probe_config("[inventory]\nfile = a.csv\n[tokens]\nfile = t.jsonl\n");
    setup_free(probe_setup(path, false, true));
    assert_non_null(strstr(probe_read("tokens.accepted"), "\"t1\""));
    assert_null(strstr(probe_read("tokens.accepted"), "S3CRET"));
    assert_int_equal(unlink(scratch_path("t.jsonl")), 0);
    setup = probe_setup(path, false, true);
    assert_complained(setup, SUBJECT_ALL, "[tokens] can't be read");
    assert_int_equal(setup_inventory(setup)->count, 3);
    assert_false(setup_inventory_refused(setup));
    at = config_find_token(setup_config(setup), "t1");
    assert_true(at != SIZE_MAX);
    assert_false(setup_config(setup)->token[at].usable);
    assert_int_equal(setup_config(setup)->token[at].granted_by, GRANTED_BY_US);
    assert_null(setup_token_secret(setup, at, &err));
    assert_true(setup_config(setup)->token[0].usable);
    setup_free(setup);
}

/* Writes t.jsonl with so many tokens and a.csv with an advertiser for each of ten, and the configuration. */
static void write_tokens(unsigned count)
{
    char text[4096] = "", rows[4096];
    int len = 0, end = snprintf(rows, sizeof(rows), "advertiser_id,name,token,owner\n");

    for (unsigned i = 0; i < count; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        "{\"name\":\"t%u\",\"app\":\"main\",\"token\":\"S%u\"}\n", i, i);
    for (unsigned i = 0; i < 10; i++)
        end += snprintf(rows + end, sizeof(rows) - (size_t)end, "%u,A,t%u,me\n", i + 1, i);
    probe_secret("t.jsonl", text);
    probe_file("a.csv", rows);
    probe_config("[inventory]\nfile = a.csv\n[tokens]\nfile = t.jsonl\n");
}

static void assert_tokens(bool accept_shrink, size_t count, size_t usable)
{
    struct setup *setup = probe_setup(scratch_path("t.conf"), accept_shrink, true);
    const struct config *config = setup_config(setup);
    size_t found = 0;

    assert_int_equal(config->token_count, 2 + count);
    for (size_t i = 2; i < config->token_count; i++) {
        assert_true(config->token[i].usable == (config->token[i].secret != NULL));
        found += config->token[i].usable;
    }
    assert_int_equal(found, usable);
    assert_int_equal(setup_inventory(setup)->count, count);
    setup_free(setup);
}

static void a_token_list_that_is_cut_short_keeps_the_rest_known(void **state)
{
    static const unsigned LEFT[] = {3, 0};

    (void)state;
    write_tokens(10);
    assert_tokens(false, 10, 10);
    for (size_t i = 0; i < TTA_LEN(LEFT); i++) {
        struct setup *setup;
        char sizes[32];

        write_tokens(LEFT[i]);
        assert_tokens(false, 10, LEFT[i]);
        /* Again: what is remembered has not shrunk with it. */
        setup = probe_setup(scratch_path("t.conf"), false, true);
        snprintf(sizes, sizeof(sizes), "from 10 to %u tokens", LEFT[i]);
        assert_complained(setup, SUBJECT_ALL, sizes);
        assert_complained(setup, SUBJECT_ALL, "tiktok-auth sweep --accept-shrink");
        assert_int_equal(setup_complaints(setup)->count, 1);
        assert_false(setup_inventory_refused(setup));
        setup_free(setup);
    }
    write_tokens(10);
    assert_tokens(false, 10, 10);
    write_tokens(3);
    assert_tokens(true, 3, 3);
    assert_tokens(false, 3, 3);
}

static void a_tenth_of_the_tokens_may_go(void **state)
{
    struct setup *setup;

    (void)state;
    write_tokens(10);
    assert_tokens(false, 10, 10);
    write_tokens(9);
    setup = probe_setup(scratch_path("t.conf"), false, true);
    assert_int_equal(setup_config(setup)->token_count, 2 + 9);
    assert_not_complained(setup, "shrank from 10 to 9 tokens");
    setup_free(setup);
}

static void tokens_that_moved_into_sections_are_not_gone(void **state)
{
    struct setup *setup;

    (void)state;
    probe_secret("t.jsonl", LINES);
    setup_free(probe_setup(probe_config("[tokens]\nfile = t.jsonl\n"), false, true));
    probe_secret("t.jsonl", "");
    setup = probe_setup(probe_config("[token t1]\napp = main\ntoken_file = one.token\n"
                                     "[token t2]\napp = main\ntoken_file = one.token\n"
                                     "[tokens]\nfile = t.jsonl\n"),
                        false, true);
    assert_int_equal(setup_config(setup)->token_count, 4);
    assert_not_complained(setup, "shrank");
    setup_free(setup);
}

static void a_token_list_without_a_token_is_told(void **state)
{
    struct setup *setup;

    (void)state;
    probe_secret("t.jsonl", "\n");
    setup = probe_setup(probe_config("[tokens]\nfile = t.jsonl\n"), false, false);
    assert_complained(setup, SUBJECT_NOBODY, "[tokens] gives no token");
    setup_free(setup);
    setup = probe_setup(probe_config_alone("[app main]\napp_id = 1\n[tokens]\nfile = t.jsonl\n"), false, false);
    assert_complained(setup, SUBJECT_ALL, "[tokens] gives no token: nothing can be asked");
    assert_int_equal(setup_complaints(setup)->count, 1);
    setup_free(setup);
}

/* --- the shrink guard ---------------------------------------------------------------------------------------- */

static void an_inventory_cut_to_a_tenth_is_refused(void **state)
{
    const char *path = probe_config(WITH_CSV);
    struct setup *setup;
    bool refused;

    (void)state;
    write_rows(100);
    assert_int_equal(load_count(path, false, true, &refused), 100);
    assert_false(refused);
    write_rows(10);
    setup = probe_setup(path, false, true);
    assert_true(setup_inventory_refused(setup));
    assert_int_equal(setup_inventory(setup)->count, 100);
    assert_complained(setup, SUBJECT_NOBODY, "from 100 to 10");
    assert_complained(setup, SUBJECT_NOBODY, "tiktok-auth sweep --accept-shrink");
    setup_free(setup);
    /* Again, and whether or not we write: it stays refused until somebody says so. */
    assert_int_equal(load_count(path, false, false, &refused), 100);
    assert_true(refused);
    assert_int_equal(load_count(path, true, false, &refused), 10);
    assert_false(refused);
    assert_int_equal(load_count(path, false, true, &refused), 100);
    assert_int_equal(load_count(path, true, true, &refused), 10);
    assert_int_equal(load_count(path, false, true, &refused), 10);
    assert_false(refused);
}

static void a_tenth_less_is_taken(void **state)
{
    const char *path = probe_config(WITH_CSV);
    bool refused;

    (void)state;
    write_rows(100);
    assert_int_equal(load_count(path, false, true, NULL), 100);
    write_rows(90);
    assert_int_equal(load_count(path, false, true, &refused), 90);
    assert_false(refused);
    write_rows(80);
    assert_int_equal(load_count(path, false, true, &refused), 90);
    assert_true(refused);
    write_rows(200);
    assert_int_equal(load_count(path, false, true, &refused), 200);
    assert_false(refused);
}

static void rows_with_faults_count_as_gone(void **state)
{
    const char *path = probe_config(WITH_CSV);
    struct setup *setup;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,one,me\n2,B,one,me\n3,C,one,me\n");
    assert_int_equal(load_count(path, false, true, NULL), 3);
    probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,one,me\n2,B,one,me\n3x,C,one,me\n");
    setup = probe_setup(path, false, true);
    assert_true(setup_inventory_refused(setup));
    assert_int_equal(setup_inventory(setup)->count, 3);
    assert_complained(setup, SUBJECT_NOBODY, "from 3 to 2");
    setup_free(setup);
}

static void a_missing_file_leaves_the_accepted_inventory(void **state)
{
    const char *path = probe_config("[inventory]\nfile = a.csv\nfile = b.csv\n");
    struct setup *setup;
    bool refused;

    (void)state;
    write_rows(50);
    probe_file("b.csv", "advertiser_id,name,token,owner\n1,A,one,me\n");
    assert_int_equal(load_count(path, false, true, NULL), 51);
    assert_int_equal(unlink(scratch_path("b.csv")), 0);
    setup = probe_setup(path, true, true);
    assert_true(setup_inventory_refused(setup));
    assert_int_equal(setup_inventory(setup)->count, 51);
    assert_complained(setup, SUBJECT_NOBODY, "can't be read whole");
    assert_complained(setup, SUBJECT_NOBODY, "b.csv");
    setup_free(setup);
    probe_file("b.csv", "advertiser_id,name,token,owner\n1,A,one,me\n");
    assert_int_equal(load_count(path, false, true, &refused), 51);
    assert_false(refused);
}

static void without_an_accepted_one_what_is_there_stands(void **state)
{
    struct setup *setup;

    (void)state;
    setup = probe_setup(probe_config(WITH_CSV), false, true);
    assert_false(setup_inventory_refused(setup));
    assert_int_equal(setup_inventory(setup)->count, 0);
    assert_complained(setup, SUBJECT_ALL, "a.csv");
    setup_free(setup);
    /* What could not be read whole is not remembered. */
    assert_string_equal(probe_read("inventory.accepted"), "");
}

static void an_inventory_section_that_is_gone_is_a_shrink(void **state)
{
    bool refused;

    (void)state;
    write_rows(5);
    assert_int_equal(load_count(probe_config(WITH_CSV), false, true, NULL), 5);
    assert_int_equal(load_count(probe_config(""), false, true, &refused), 5);
    assert_true(refused);
}

static void sections_and_accepted_rows_go_together(void **state)
{
    static const char SECTIONS[] = "[inventory]\nfile = a.csv\n"
                                   "[advertiser 11]\nname = E\ntoken = one\nowner = me\n"
                                   "[advertiser 12]\nname = T\ntoken = two\nowner = me\n";
    struct setup *setup;

    (void)state;
    write_rows(20);
    assert_int_equal(load_count(probe_config(SECTIONS), false, true, NULL), 22);
    write_rows(1);
    setup = probe_setup(probe_config(SECTIONS), false, true);
    assert_true(setup_inventory_refused(setup));
    assert_int_equal(setup_inventory(setup)->count, 22);
    assert_not_complained(setup, "second time");
    setup_free(setup);
}

static void accepted_rows_of_a_token_that_is_gone_are_told(void **state)
{
    struct setup *setup;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,one,me\n2,B,two,me\n3,C,two,me\n");
    assert_int_equal(load_count(probe_config(WITH_CSV), false, true, NULL), 3);
    setup =
        probe_setup(probe_config_alone("[app main]\napp_id = 1\n[token one]\napp = main\ntoken_file = one.token\n"
                                       "[inventory]\nfile = a.csv\n[store]\npath = state.db\n"),
                    false, true);
    assert_true(setup_inventory_refused(setup));
    assert_int_equal(setup_inventory(setup)->count, 1);
    assert_complained(setup, SUBJECT_NOBODY, "2 of the 3 accepted advertisers");
    setup_free(setup);
}

static void an_accepted_copy_that_is_damaged_refuses_nothing(void **state)
{
    const char *path = probe_config(WITH_CSV);
    struct setup *setup;
    bool refused;

    (void)state;
    write_rows(10);
    probe_file("inventory.accepted", "");
    setup = probe_setup(path, false, true);
    assert_false(setup_inventory_refused(setup));
    assert_complained(setup, SUBJECT_NOBODY, "can't be compared");
    setup_free(setup);
    assert_int_equal(load_count(path, false, true, &refused), 10);
    write_rows(1);
    assert_int_equal(load_count(path, false, true, &refused), 10);
    assert_true(refused);
}

static void a_state_folder_that_cannot_be_written_is_a_complaint(void **state)
{
    struct setup *setup;

    (void)state;
    write_rows(3);
    probe_config("");
    setup =
        probe_setup(probe_config_alone("[app main]\napp_id = 1\n[token one]\napp = main\ntoken_file = one.token\n"
                                       "[inventory]\nfile = a.csv\n[store]\npath = none/state.db\n"),
                    false, true);
    assert_complained(setup, SUBJECT_NOBODY, "can't be kept");
    assert_int_equal(setup_inventory(setup)->count, 3);
    setup_free(setup);
}

static void the_accepted_copy_is_written_once(void **state)
{
    const char *path = probe_config(WITH_CSV);
    struct file_stamp first, second;

    (void)state;
    write_rows(10);
    assert_int_equal(load_count(path, false, true, NULL), 10);
    assert_true(file_stamp_of(scratch_path("inventory.accepted"), &first, NULL));
    assert_int_equal(load_count(path, false, true, NULL), 10);
    assert_true(file_stamp_of(scratch_path("inventory.accepted"), &second, NULL));
    assert_true(file_stamp_equal(&first, &second));
}

/* --- out of memory ------------------------------------------------------------------------------------------- */

static bool load_and_free(void *arg)
{
    struct err err = {.text = ""};
    struct setup *setup = setup_load(&(struct setup_options){.config_path = arg, .remember = true}, &err);

    if (!setup)
        assert_true(err.text[0]);
    setup_free(setup);
    return setup != NULL;
}

static void survives_every_failing_allocation(void **state)
{
    char path[4096];

    (void)state;
    snprintf(path, sizeof(path), "%s", probe_config("[inventory]\nfile = a.csv\n[tokens]\nfile = t.jsonl\n"));
    probe_secret("t.jsonl", LINES);
    write_rows(20);
    assert_true(load_and_free(path));
    write_rows(2); /* so that the guards are on the way, too */
    probe_secret("t.jsonl", "");
    assert_true(alloc_fail_each_lenient(load_and_free, path) > 20);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loads_all_and_remembers_stamps),
        TEST(tokens_of_our_own_are_asked_and_bound),
        TEST(a_token_made_permanent_stays_bound),
        TEST(our_own_list_is_written_entry_by_entry),
        TEST(a_damaged_list_of_our_own_is_told),
        TEST(only_the_configuration_itself_is_needed),
        TEST(a_configuration_over_its_limit_is_refused),
        TEST(a_relative_path_becomes_absolute),
        TEST(faults_of_lines_and_rows_stay_where_they_are),
        TEST(secrets_are_read_when_asked_for),
        TEST(an_app_without_a_secret_says_so),
        TEST(tokens_come_from_a_file),
        TEST(no_complaint_shows_a_token),
        TEST(a_tokens_file_that_others_can_read_is_not_read),
        TEST(tokens_come_from_a_command),
        TEST(a_command_that_fails_brings_nothing),
        TEST(a_command_needs_an_absolute_path),
        TEST(tokens_stay_known_while_they_cannot_be_read),
        TEST(a_token_list_that_is_cut_short_keeps_the_rest_known),
        TEST(a_tenth_of_the_tokens_may_go),
        TEST(tokens_that_moved_into_sections_are_not_gone),
        TEST(a_token_list_without_a_token_is_told),
        TEST(an_inventory_cut_to_a_tenth_is_refused),
        TEST(a_tenth_less_is_taken),
        TEST(rows_with_faults_count_as_gone),
        TEST(a_missing_file_leaves_the_accepted_inventory),
        TEST(without_an_accepted_one_what_is_there_stands),
        TEST(an_inventory_section_that_is_gone_is_a_shrink),
        TEST(sections_and_accepted_rows_go_together),
        TEST(accepted_rows_of_a_token_that_is_gone_are_told),
        TEST(an_accepted_copy_that_is_damaged_refuses_nothing),
        TEST(a_state_folder_that_cannot_be_written_is_a_complaint),
        TEST(the_accepted_copy_is_written_once),
        TEST(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
