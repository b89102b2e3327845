/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * cli: command lines, and what the commands that need no network print; options, help and manual say the same. */
#include "cli/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "board_fixture.h"
#include "cli/changes.h"
#include "core/catalog.h"
#include "core/config_table.h"
#include "core/mib.h"
#include "ext/json.h"
#include "ext/store.h"
#include "probe_fixture.h"
#include "scratch.h"

enum { OUTPUT_MAX = 4 << 20 };

static char out_text[OUTPUT_MAX], err_text[64 * 1024];

static void take(FILE *file, char *text, size_t size)
{
    size_t len;

    rewind(file);
    len = fread(text, 1, size - 1, file);
    text[len] = '\0';
    fclose(file);
}

/* Runs "WORD WORD ..." of tiktok-auth with its outputs kept. The command's own path of the configuration is
 * t.conf. */
static int run(const char *line)
{
    char words[1024], *argv[32];
    int argc = 0, code = -1, saved_out = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO);
    FILE *out = tmpfile(), *err = tmpfile();
    struct call call;

    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    assert_true(argc > 0 && out && err && saved_out >= 0 && saved_err >= 0);
    fflush(stdout);
    fflush(stderr);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i]->name, argv[0]) == 0 && call_read(commands[i], argc, argv, &call, &code))
            code = commands[i]->run(&call);
    fflush(stdout);
    fflush(stderr);
    dup2(saved_out, STDOUT_FILENO);
    dup2(saved_err, STDERR_FILENO);
    close(saved_out);
    close(saved_err);
    take(out, out_text, sizeof(out_text));
    take(err, err_text, sizeof(err_text));
    return code;
}

static void assert_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("not there: %s\n%s", part, text);
}

static void assert_not_in(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("there: %s\n%s", part, text);
}

static void assert_misused(const char *line, const char *part)
{
    assert_int_equal(run(line), COMMAND_USAGE);
    assert_in(err_text, part);
    assert_in(err_text, "--help");
    assert_string_equal(out_text, "");
}

static struct json *parsed(void)
{
    struct err err = {.text = ""};
    struct json *root = json_parse(out_text, strlen(out_text), &err);

    if (!root)
        fail_msg("no JSON: %s\n%s", err.text, out_text);
    return root;
}

/* Publishes the board of board_fixture.h, as made a minute ago, with its advertiser under a made-up name. */
static void publish(const char *name)
{
    struct board_fixture fixture;
    int64_t now = (int64_t)time(NULL), shift;

    board_fixture(&fixture);
    shift = now - BOARD_NOW;
    fixture.board.made_at = now - 60;
    fixture.board.api.verified_at += shift;
    for (size_t i = 0; i < TTA_LEN(fixture.app); i++)
        fixture.app[i].verdict.verified_at += shift;
    for (size_t i = 0; i < TTA_LEN(fixture.token); i++)
        fixture.token[i].verdict.verified_at += shift;
    for (size_t i = 0; i < TTA_LEN(fixture.advertiser); i++)
        fixture.advertiser[i].verdict.verified_at += shift;
    if (name)
        fixture.advertiser[AT_LOST].name = name;
    assert_non_null(board_fixture_snapshot(&fixture));
    scratch_write("snapshot", buf_text(&fixture.bytes), buf_len(&fixture.bytes), 0640);
    board_fixture_free(&fixture);
}

static int setup(void **state)
{
    int code = scratch_setup(state);

    if (code == 0) {
        probe_config("[inventory]\nfile = a.csv\n");
        probe_file("a.csv", "advertiser_id,name,token,owner\n7502022393087590401,Acme,one,me\n");
        setenv("TIKTOK_AUTH_CONFIG", scratch_path("t.conf"), 1);
    }
    return code;
}

/* --- command lines ------------------------------------------------------------------------------------------- */

static void wrong_usage_is_one_sentence(void **state)
{
    (void)state;
    assert_misused("status --banana", "--banana");
    assert_misused("status --app", "a value is missing");
    assert_misused("status --json=yes", "--json=yes");
    assert_misused("status word", "'word' is one word too many");
    assert_misused("status --state red", "allowed: ok, warning, critical, unknown");
    assert_misused("status --color red", "allowed: always, never, auto");
    assert_misused("history", "ID is missing");
    assert_misused("history a b", "'b'");
    assert_misused("history a --most 0", "allowed: 1 to");
    assert_misused("history a --most -5", "allowed: 1 to");
    assert_misused("history a --most 1e9", "allowed: 1 to");
    assert_misused("message 75x", "1 to 20 digits");
    assert_misused("message 75 --language de", "allowed: en");
    assert_misused("retire 75x", "1 to 20 digits");
    assert_misused("oid 75x", "1 to 20 digits");
    assert_misused("oid 75 76", "'76'");
    assert_misused("oid 75 --token one", "stands alone");
    assert_misused("oid --app main --token one", "stands alone");
    assert_misused("sweep --all --token one", "one of them");
    assert_misused("sweep --app main --token one", "one of them");
    assert_misused("sweep --advertiser x", "1 to 20 digits");
    assert_misused("sweep --max-age 5", "duration");
    assert_misused("sweep --max-age -5m", "duration");
    assert_misused("discover --output x", "--adopt");
    assert_misused("explain nonsense", "neither a code nor a cause");
    assert_misused("explain --all 40001", "one or the other");
    assert_misused("explain -1 -2", "'-2' is one word too many");
    assert_misused("explain -1x", "-1x");
    assert_misused("status -1", "'-1' is one word too many");
}

static void words_and_options_come_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(run("explain revoked --json"), COMMAND_DONE);
    json_free(parsed());
    assert_int_equal(run("explain --json -- revoked"), COMMAND_DONE);
    assert_int_equal(run("explain -1 --json"), COMMAND_DONE);
    assert_int_equal(run("explain -12345"), COMMAND_DONE);
    assert_in(out_text, "-12345");
    assert_int_equal(run("explain --js revoked"), COMMAND_DONE);
    json_free(parsed());
}

static void a_hostile_word_is_printed_safely(void **state)
{
    (void)state;
    assert_int_equal(run("explain \033[2J\xff"), COMMAND_USAGE);
    assert_null(strchr(err_text, '\033'));
    assert_true(text_is_utf8(err_text, strlen(err_text)));
}

static void a_missing_configuration_is_said_by_all(void **state)
{
    static const char *const LINE[] = {"status",    "history 1", "sweep",    "doctor",
                                       "message 1", "retire 1",  "discover", "oid 1"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(LINE); i++) {
        char line[256];

        snprintf(line, sizeof(line), "%s --config /nonexistent/t.conf", LINE[i]);
        assert_int_equal(run(line), COMMAND_FAILED);
        assert_in(strcmp(LINE[i], "doctor") == 0 ? out_text : err_text, "/nonexistent/t.conf");
    }
}

/* --- help and manual ----------------------------------------------------------------------------------------- */

static void help_is_complete_and_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        char line[64];

        snprintf(line, sizeof(line), "%s --help", commands[i]->name);
        assert_int_equal(run(line), COMMAND_DONE);
        assert_string_equal(err_text, "");
        for (const struct option_row *row = commands[i]->options; row->name; row++) {
            snprintf(line, sizeof(line), "  --%s", row->name);
            assert_in(out_text, line);
        }
        for (const char *at = out_text; *at; at += strcspn(at, "\n") + 1)
            if (strcspn(at, "\n") > 79)
                fail_msg("over 79 columns: %.*s", (int)strcspn(at, "\n"), at);
        snprintf(line, sizeof(line), "%s -h --banana", commands[i]->name);
        assert_int_equal(run(line), COMMAND_DONE);
    }
}

static void no_table_is_over_its_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        size_t count = 0;

        while (commands[i]->options[count].name)
            count++;
        assert_in_range(count, 1, COMMAND_OPTIONS_MAX);
        assert_in_range(commands[i]->words_max, 0, COMMAND_WORDS_MAX);
        assert_true(commands[i]->words_min <= commands[i]->words_max);
        assert_in_range(strlen(commands[i]->summary), 10, 79 - strlen("  reauthorize "));
    }
}

/* A page of the manual; from `begin` up to the next heading. */
static char *section_of(const char *page, const char *begin)
{
    static struct buf text;
    const char *srcdir = getenv("srcdir");
    char path[4096];
    struct err err = {.text = ""};
    char *at;

    snprintf(path, sizeof(path), "%s/plugin/cli/%s", srcdir ? srcdir : ".", page);
    buf_free(&text);
    buf_init(&text, 1 << 20);
    if (!file_read(path, &text, &err))
        fail_msg("%s", err.text);
    at = strstr(text.bytes, begin);
    if (!at)
        fail_msg("%s does not hold: %s", page, begin);
    at += strlen(begin);
    for (char *stop = at; (stop = strstr(stop, "\n.S")) != NULL; stop++)
        if (strncmp(stop, "\n.Ss ", 5) == 0 || strncmp(stop, "\n.Sh ", 5) == 0) {
            *stop = '\0';
            break;
        }
    return at;
}

static void the_manual_knows_each_command_and_option(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        char begin[64], item[64];
        const char *text;
        size_t items = 0, options = 0;

        snprintf(begin, sizeof(begin), "\n.Ss %s", commands[i]->name);
        text = section_of("tiktok-auth.1", begin);
        for (const struct option_row *row = commands[i]->options; row->name; row++, options++) {
            int len = snprintf(item, sizeof(item), "\n.It Fl -%s", row->name);
            const char *at = strstr(text, item);

            if (!at)
                fail_msg("tiktok-auth.1: %s: no --%s", commands[i]->name, row->name);
            if (strncmp(at + len, row->value ? " Ar " : "\n", row->value ? 4 : 1) != 0)
                fail_msg("tiktok-auth.1: %s: --%s takes %s", commands[i]->name, row->name,
                         row->value ? row->value : "nothing");
        }
        for (const char *at = text; (at = strstr(at, "\n.It Fl -")) != NULL; at++)
            items++;
        assert_int_equal(items, options);
    }
}

static void the_manual_knows_each_key_and_its_default(void **state)
{
    size_t keys = 0;

    (void)state;
    for (const struct key_info *key; (key = key_at(keys)) != NULL; keys++) {
        char begin[64], item[128];
        const char *text, *at;

        snprintf(begin, sizeof(begin), "\n.Ss %s\n", section_info(key->section)->written);
        text = section_of("tiktok-auth.conf.5", begin);
        if (!key->name)
            continue; /* [severity] has causes for keys */
        snprintf(item, sizeof(item), "\n.It Ic %s = ", key->name);
        at = strstr(text, item);
        if (!at)
            fail_msg("tiktok-auth.conf.5: %s: no %s", section_info(key->section)->written, key->name);
        snprintf(item, sizeof(item), " Pq Ql %s\n", key->standard ? key->standard : "");
        /* The path of the store depends on how it was built. */
        if (key->standard && key->standard[0] != '/' &&
            strncmp(strchr(at + 1, '\n') + 1 - strlen(item), item, strlen(item)) != 0)
            fail_msg("tiktok-auth.conf.5: %s: the default is %s", key->name, key->standard);
        if (!key->standard && strncmp(strstr(at + 1, "\n") - 1, ")", 1) == 0)
            fail_msg("tiktok-auth.conf.5: %s has no default", key->name);
        for (size_t i = 0; i < KEY_WORDS_MAX && key->word[i]; i++)
            if (!strstr(at, key->word[i]) || strstr(at, key->word[i]) > strchr(at + 1, '\n'))
                fail_msg("tiktok-auth.conf.5: %s: no word %s", key->name, key->word[i]);
    }
    assert_true(keys > 30);
}

/* --- status -------------------------------------------------------------------------------------------------- */

static void status_shows_what_was_published(void **state)
{
    (void)state;
    assert_int_equal(run("status"), COMMAND_FAILED);
    assert_in(err_text, "snapshot");
    publish(NULL);
    assert_int_equal(run("status"), COMMAND_DONE);
    assert_string_equal(err_text, "");
    assert_in(out_text, "1 min ago");
    assert_in(out_text, "Root causes");
    assert_in(out_text, "emea-07");
    assert_in(out_text, "app access lost [40001]");
    assert_null(strchr(out_text, '\033'));
    /* What is lost stands before what is only a warning, and that before what is well. */
    assert_true(strstr(out_text, "7502022393087590406") < strstr(out_text, "7502022393087590404"));
    assert_true(strstr(out_text, "7502022393087590404") < strstr(out_text, "7502022393087590400"));
}

static void status_takes_filters(void **state)
{
    (void)state;
    publish(NULL);
    assert_int_equal(run("status --token emea-07"), COMMAND_DONE);
    assert_in(out_text, "7502022393087590402");
    assert_not_in(out_text, "7502022393087590404");
    assert_int_equal(run("status --app second"), COMMAND_DONE);
    assert_in(out_text, "Advertisers  1: 1 ok");
    assert_int_equal(run("status --state warning"), COMMAND_DONE);
    assert_in(out_text, "7502022393087590404");
    assert_not_in(out_text, "7502022393087590400");
    assert_int_equal(run("status --owner nobody-at-all"), COMMAND_DONE);
    assert_in(out_text, "No advertiser is shown");
}

static void status_paints_when_asked(void **state)
{
    (void)state;
    publish(NULL);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(run("status --color always"), COMMAND_DONE);
    assert_non_null(strchr(out_text, '\033'));
    assert_int_equal(run("status --no-color --color always"), COMMAND_DONE);
    assert_null(strchr(out_text, '\033'));
    unsetenv("NO_COLOR");
    assert_int_equal(run("status --color auto"), COMMAND_DONE);
    assert_null(strchr(out_text, '\033'));
}

static void status_is_json_too(void **state)
{
    struct json *root;
    const struct json *first;
    int64_t number = 0;

    (void)state;
    publish("evil \033[2J \"quoted\" \xff name");
    assert_int_equal(run("status --json"), COMMAND_DONE);
    root = parsed();
    assert_true(json_whole(json_member(root, "schema"), &number));
    assert_int_equal(number, 1);
    assert_int_equal(json_count(json_member(root, "advertisers")), BOARD_ADVERTISERS);
    assert_int_equal(json_count(json_member(root, "tokens")), BOARD_TOKENS);
    assert_true(json_whole(json_member(json_member(root, "counts"), "warning"), &number));
    assert_int_equal(number, 1);
    /* Revoked, two under a dead token, one endpoint; the suspended account is a warning. */
    assert_true(json_whole(json_member(json_member(root, "counts"), "unauthorized"), &number));
    assert_int_equal(number, 4);
    first = json_first(json_member(root, "advertisers"));
    assert_string_equal(json_text(json_member(first, "state")), "critical");
    assert_int_equal(json_type_of(json_member(first, "advertiser_id")), JSON_STRING);
    json_free(root);
    assert_null(strchr(out_text, '\033'));
}

static void a_hostile_name_stays_in_its_cell(void **state)
{
    (void)state;
    publish("evil\nCRITICAL  \033[2J\xe2\x80\xae");
    assert_int_equal(run("status"), COMMAND_DONE);
    assert_null(strchr(out_text, '\033'));
    assert_not_in(out_text, "\xe2\x80\xae");
    assert_not_in(out_text, "\nCRITICAL  ?");
}

static void a_damaged_snapshot_is_said(void **state)
{
    (void)state;
    scratch_write("snapshot", "TTASNAP\n rubbish", 16, 0640);
    assert_int_equal(run("status"), COMMAND_FAILED);
    assert_true(err_text[0]);
}

/* --- what changed between two snapshots ---------------------------------------------------------------------- */

static void changes_are_found_by_identity_not_by_place(void **state)
{
    struct board_fixture older, newer;
    const struct snapshot *before, *after;
    struct change *change;
    size_t count = 0;

    (void)state;
    board_fixture(&older);
    board_fixture(&newer);
    before = board_fixture_snapshot(&older);
    newer.advertiser[AT_LOST].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, "7502022393087590401");
    newer.advertiser[AT_WARNING].verdict.message = "other words for the same";
    newer.advertiser[AT_ENDPOINT].id = "7502022393087590407";
    after = board_fixture_snapshot(&newer);
    change = changes_between(before, after, &count);
    assert_non_null(change);
    assert_int_equal(count, 2);
    assert_int_equal(change[0].index, AT_LOST);
    assert_false(change[0].is_new);
    assert_int_equal(change[0].old_state, STATE_CRITICAL);
    assert_int_equal(change[0].old_cause, CAUSE_REVOKED);
    assert_int_equal(change[1].index, AT_ENDPOINT);
    assert_true(change[1].is_new);
    free(change);
    change = changes_between(after, after, &count);
    assert_int_equal(count, 0);
    free(change);
    board_fixture_free(&older);
    board_fixture_free(&newer);
}

/* --- the others ---------------------------------------------------------------------------------------------- */

static void every_code_and_cause_is_explained(void **state)
{
    const struct code_info *code;

    (void)state;
    for (size_t i = 0; (code = catalog_at(i)) != NULL; i++) {
        char line[64];

        snprintf(line, sizeof(line), "explain %lld", (long long)code->first);
        assert_int_equal(run(line), COMMAND_DONE);
        assert_true(strlen(out_text) > 40);
        snprintf(line, sizeof(line), "explain --json %lld", (long long)code->first);
        assert_int_equal(run(line), COMMAND_DONE);
        json_free(parsed());
    }
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        char line[64];

        snprintf(line, sizeof(line), "explain %s", cause_name((enum cause)cause));
        assert_int_equal(run(line), COMMAND_DONE);
        assert_in(out_text, cause_name((enum cause)cause));
    }
    assert_int_equal(run("explain"), COMMAND_DONE);
    assert_in(out_text, "40001");
    assert_in(out_text, "account_access");
    assert_int_equal(run("explain --all --json"), COMMAND_DONE);
    json_free(parsed());
    assert_int_equal(run("explain 123456"), COMMAND_DONE);
}

static void a_mail_is_written_or_refused_with_a_sentence(void **state)
{
    (void)state;
    assert_int_equal(run("message 7502022393087590401"), COMMAND_FAILED);
    publish(NULL);
    assert_int_equal(run("message 7502022393087590401 --app main"), COMMAND_DONE);
    assert_int_equal(strncmp(out_text, "Subject: ", 9), 0);
    assert_in(out_text, "7502022393087590401");
    assert_int_equal(run("message 7502022393087590400"), COMMAND_FAILED);
    assert_in(err_text, "nothing to ask");
    assert_string_equal(out_text, "");
    assert_int_equal(run("message 999"), COMMAND_FAILED);
    assert_in(err_text, "not in the inventory");
}

static const struct json *object_in(const struct json *objects, const char *name)
{
    const struct json *o = json_first(objects);

    while (o && strcmp(json_text(json_member(o, "name")), name) != 0)
        o = json_next(o);
    if (!o)
        fail_msg("no object %s", name);
    return o;
}

static void assert_oid_of(const struct json *objects, const char *name, enum mib_object object,
                          struct mib_oid index)
{
    struct mib_oid oid = mib_object_oid(object);
    struct buf text;

    mib_oid_append(&oid, &index);
    buf_init(&text, 2048);
    assert_true(mib_oid_write(&oid, &text));
    assert_string_equal(json_text(json_member(object_in(objects, name), "oid")), buf_text(&text));
    buf_free(&text);
}

static void the_objects_of_one_thing_have_their_numbers(void **state)
{
    const struct mib_oid zero = {.len = 1};
    const struct json *rows, *objects;
    struct json *root;
    int64_t number = 0;
    size_t scalars;

    (void)state;
    assert_int_equal(run("oid 7502022393087590401"), COMMAND_FAILED);
    assert_in(err_text, "snapshot");
    publish("evil \033[2J name");
    assert_int_equal(run("oid 7502022393087590401"), COMMAND_DONE);
    assert_in(out_text, "ttaAdvertiserState");
    assert_in(out_text, ".1.4.1.6.4.109.97.105.110.19.55.53.48.50.48.50.50.51.57.51.48.56.55.53.57.48.52.48.49\n");
    assert_in(out_text, "ttaWorstState");
    assert_in(out_text, "critical(3)");
    assert_not_in(out_text, "ttaAdvertiserIndex ");
    assert_null(strchr(out_text, '\033'));
    assert_int_equal(run("oid 7502022393087590401 --app main --json"), COMMAND_DONE);
    root = parsed();
    rows = json_member(root, "rows");
    assert_int_equal(json_count(rows), 1);
    objects = json_member(json_first(rows), "objects");
    assert_int_equal(json_count(objects), 10);
    assert_oid_of(objects, "ttaAdvertiserState", MIB_ADVERTISER_STATE,
                  mib_index_advertiser("main", "7502022393087590401"));
    assert_true(json_whole(
        json_member(json_member(object_in(objects, "ttaAdvertiserState"), "values"), "critical"), &number));
    assert_int_equal(number, 3);
    assert_oid_of(json_member(root, "scalars"), "ttaSummary", MIB_SUMMARY, zero);
    json_free(root);
    /* Of one app, and of both where it is under both. */
    assert_int_equal(run("oid 7502022393087590401 --json"), COMMAND_DONE);
    root = parsed();
    assert_int_equal(json_count(json_member(root, "rows")), 2);
    json_free(root);
    assert_int_equal(run("oid 7502022393087590401 --app second"), COMMAND_DONE);
    assert_in(out_text, "Acme again");
    assert_not_in(out_text, "of app main");
    assert_int_equal(run("oid 7502022393087590400 --app second"), COMMAND_FAILED);
    assert_in(err_text, "not in the inventory");
    assert_int_equal(run("oid 999"), COMMAND_FAILED);
    assert_in(err_text, "not in the inventory");
    assert_string_equal(out_text, "");
    assert_int_equal(run("oid --token emea-07 --json"), COMMAND_DONE);
    root = parsed();
    objects = json_member(json_first(json_member(root, "rows")), "objects");
    assert_oid_of(objects, "ttaTokenState", MIB_TOKEN_STATE, mib_index_token("main", "emea-07"));
    json_free(root);
    assert_int_equal(run("oid --token none"), COMMAND_FAILED);
    assert_in(err_text, "none");
    assert_int_equal(run("oid --app second --json"), COMMAND_DONE);
    root = parsed();
    assert_oid_of(json_member(json_first(json_member(root, "rows")), "objects"), "ttaAppState", MIB_APP_STATE,
                  mib_index_app("second"));
    json_free(root);
    assert_int_equal(run("oid --app none"), COMMAND_FAILED);
    assert_in(err_text, "none");
    /* The whole needs no file. */
    assert_int_equal(run("oid --json --config /nonexistent"), COMMAND_DONE);
    root = parsed();
    assert_int_equal(json_count(json_member(root, "rows")), 0);
    (void)mib_group_first(MIB_GROUP_SCALARS, &scalars);
    assert_int_equal(json_count(json_member(root, "scalars")), scalars);
    assert_oid_of(json_member(root, "scalars"), "ttaUptime", MIB_UPTIME, zero);
    json_free(root);
}

static void retiring_shows_in_the_history(void **state)
{
    struct json *root;

    (void)state;
    assert_int_equal(run("history 7502022393087590401"), COMMAND_FAILED);
    assert_int_equal(run("retire 7502022393087590401 --reason over"), COMMAND_DONE);
    assert_in(out_text, "takes effect with the next sweep");
    assert_int_equal(run("retire 7502022393087590401"), COMMAND_DONE);
    assert_in(out_text, "already");
    assert_int_equal(run("retire 7502022393087590401 --undo"), COMMAND_DONE);
    assert_int_equal(run("retire 999"), COMMAND_FAILED);
    assert_in(err_text, "not in the inventory");
    assert_int_equal(run("history 7502022393087590401"), COMMAND_DONE);
    assert_in(out_text, ": over");
    assert_int_equal(run("history 7502022393087590401 --json --most 1"), COMMAND_DONE);
    root = parsed();
    assert_int_equal(json_count(json_member(root, "events")), 1);
    json_free(root);
    assert_int_equal(run("history 1"), COMMAND_FAILED);
    assert_in(err_text, "nothing is known of '1'");
}

static void the_doctor_answers_offline(void **state)
{
    struct json *root;

    (void)state;
    assert_int_equal(run("doctor --offline"), COMMAND_FAILED); /* nothing was published yet */
    assert_in(out_text, "PROBLEM  snapshot");
    assert_in(out_text, "-> tiktok-auth sweep makes one");
    assert_int_equal(run("doctor --offline --json"), COMMAND_FAILED);
    root = parsed();
    assert_true(json_count(json_member(root, "findings")) > 5);
    json_free(root);
    assert_int_equal(run("doctor --json --config /nonexistent"), COMMAND_FAILED);
    json_free(parsed());
}

/* Nobody listens on port 1: what a command does when there is no network. */
static void without_a_network_there_is_a_sentence(void **state)
{
    struct json *root;

    (void)state;
    assert_int_equal(run("sweep"), COMMAND_FAILED);
    assert_in(out_text, "0 brought a result");
    assert_int_equal(run("sweep --json --token one"), COMMAND_FAILED);
    root = parsed();
    assert_non_null(json_member(root, "published"));
    json_free(root);
    assert_int_equal(run("sweep --token none"), COMMAND_FAILED);
    assert_in(err_text, "no token 'none'");
    assert_int_equal(run("sweep --app none"), COMMAND_FAILED);
    assert_in(err_text, "no app 'none'");
    assert_int_equal(run("sweep --advertiser 999"), COMMAND_FAILED);
    assert_in(err_text, "not in the inventory");
    assert_int_equal(run("discover"), COMMAND_FAILED);
    assert_in(out_text, "could not be listed");
    assert_int_equal(run("discover --json"), COMMAND_FAILED);
    json_free(parsed());
}

/* Neither the first time, when a snapshot is made, nor later, when the published one is current. */
static void a_sweep_that_can_ask_nothing_fails(void **state)
{
    struct json *root;

    (void)state;
    probe_config("[token mute]\napp = main\n[inventory]\nfile = a.csv\n[advertiser 12]\ntoken = mute\n");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run("sweep --token mute"), COMMAND_FAILED);
        assert_in(err_text, "no token could be asked");
        assert_not_in(err_text, "there is no result");
        assert_in(out_text, "Now 2 advertisers");
    }
    assert_int_equal(run("sweep --json --advertiser 12"), COMMAND_FAILED);
    root = parsed();
    assert_int_equal(json_type_of(json_member(root, "counts")), JSON_OBJECT);
    json_free(root);
    /* One that can be asked, and then needs not be. */
    assert_int_equal(run("sweep --token one"), COMMAND_FAILED);
    assert_not_in(err_text, "no token could be asked");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_usage_is_one_sentence),
        TEST(words_and_options_come_in_any_order),
        TEST(a_hostile_word_is_printed_safely),
        TEST(a_missing_configuration_is_said_by_all),
        TEST(help_is_complete_and_fits),
        TEST(no_table_is_over_its_limit),
        TEST(the_manual_knows_each_command_and_option),
        TEST(the_manual_knows_each_key_and_its_default),
        TEST(status_shows_what_was_published),
        TEST(status_takes_filters),
        TEST(status_paints_when_asked),
        TEST(status_is_json_too),
        TEST(a_hostile_name_stays_in_its_cell),
        TEST(a_damaged_snapshot_is_said),
        TEST(changes_are_found_by_identity_not_by_place),
        TEST(every_code_and_cause_is_explained),
        TEST(a_mail_is_written_or_refused_with_a_sentence),
        TEST(the_objects_of_one_thing_have_their_numbers),
        TEST(retiring_shows_in_the_history),
        TEST(the_doctor_answers_offline),
        TEST(without_a_network_there_is_a_sentence),
        TEST(a_sweep_that_can_ask_nothing_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
