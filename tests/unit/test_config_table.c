/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of keys against itself and against the samples that are installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "config_fixture.h"
#include "core/config_table.h"
#include "core/config_value.h"

/* A file of the source tree. */
static char *read_source(const char *name)
{
    const char *srcdir = getenv("srcdir");
    struct buf path, text;
    struct err err = {""};

    buf_init(&path, 4096);
    buf_printf(&path, "%s/%s", srcdir ? srcdir : ".", name);
    buf_init(&text, 1 << 20);
    if (!file_read(buf_text(&path), &text, &err))
        fail_msg("%s", err.text);
    buf_free(&path);
    return buf_take(&text, NULL);
}

static void lookups(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct key_info *key; (key = key_at(count)); count++) {
        assert_int_equal(key_index(key), count);
        assert_ptr_equal(key_find(key->section, key->name ? key->name : "revoked"), key);
    }
    assert_true(count > 40 && count <= KEYS_MAX);
    assert_null(key_find(SECTION_API, "interval"));
    assert_null(key_find(SECTION_SEVERITY, "interval"));
    assert_int_equal(section_find("token"), SECTION_TOKEN);
    assert_int_equal(section_find("tokenz"), SECTION_COUNT);
    assert_string_equal(section_nearest("tokenz"), "token");
    assert_string_equal(key_nearest(SECTION_SWEEP, "intervall"), "interval");
    assert_null(key_nearest(SECTION_STORE, "intervall"));
}

/* Every default passes the rule of its own key, and every key says what it allows. */
static void defaults_are_allowed(void **state)
{
    const struct key_info *key;

    (void)state;
    for (size_t i = 0; (key = key_at(i)); i++) {
        union {
            struct config_api api;
            struct config_sweep sweep;
            struct config config;
            struct config_app app;
            struct config_token token;
            struct config_serve serve;
        } *base = calloc(1, sizeof(*base));
        struct err why = {""};
        struct buf allowed;

        buf_init(&allowed, 200);
        assert_true(key_allowed(key, &allowed));
        assert_true(buf_len(&allowed) > 0);
        buf_free(&allowed);
        if (key->standard && value_keep(key, "/x/y", key->standard, base, &why) != VALUE_KEPT)
            fail_msg("%s: %s", key->name, why.text);
        if (key->standard && (key->type == KEY_PATH || key->type == KEY_URL_API || key->type == KEY_TEXT ||
                              key->type == KEY_HOST || key->type == KEY_LISTEN || key->type == KEY_NETWORKS))
            free(*(char **)((char *)base + key->offset));
        free(base);
    }
}

/* What each key with a range allows. */
static void ranges(void **state)
{
    static const char EXPECTED[] = "connect_timeout: a duration from 10ms to 2m, such as 5s\n"
                                   "request_timeout: a duration from 10ms to 5m, such as 10s\n"
                                   "max_response: a size from 1KiB to 1GiB, such as 64MiB\n"
                                   "retries: a whole number from 0 to 5\n"
                                   "retry_base: a duration from 10ms to 1m, such as 1s\n"
                                   "budget: a percentage from 1% to 100%, such as 10%\n"
                                   "interval: a duration from 1s to 1d, such as 5m\n"
                                   "stale_after: a duration from 1s to 30d, such as 30m\n"
                                   "confirm_reads: a whole number from 1 to 3\n"
                                   "confirm_delay: a duration from 0 to 1m, such as 2s\n"
                                   "mass_confirm: a duration from 0 to 1d, such as 10m\n"
                                   "known_after: a duration from 0 to 365d, such as 1d\n"
                                   "permission_interval: a duration from 1s to 30d, such as 1h\n"
                                   "diagnose_max: a whole number from 1 to 1000\n"
                                   "hosts: a whole number from 1 to 100\n"
                                   "keep: a duration from 1d to 3650d, such as 400d\n"
                                   "notify_burst: a whole number from 1 to 1000\n"
                                   "notify_interval: a duration from 0 to 1d, such as 1m\n"
                                   "group_wait: a duration from 0 to 1h, such as 30s\n"
                                   "group_over: a whole number from 1 to 100000\n"
                                   "resend: a duration from 100ms to 1h, such as 1m\n"
                                   "retry_base: a duration from 10ms to 10m, such as 5s\n"
                                   "retry_max: a duration from 10ms to 1d, such as 5m\n"
                                   "expire: a duration from 1s to 30d, such as 1d\n"
                                   "rate: a whole number from 1 to 100000\n"
                                   "rate_total: a whole number from 1 to 1000000\n"
                                   "deadline: a duration from 1s to 7d, such as 1h\n"
                                   "pause: a duration from 10ms to 5m, such as 5s\n"
                                   "keep: a duration from 1s to 30d, such as 1d\n";
    const struct key_info *key;
    struct buf shown;

    (void)state;
    buf_init(&shown, 10000);
    for (size_t i = 0; (key = key_at(i)); i++) {
        if (key->type < KEY_SECONDS || key->type > KEY_PERCENT)
            continue;
        buf_printf(&shown, "%s: ", key->name);
        key_allowed(key, &shown);
        buf_char(&shown, '\n');
    }
    assert_string_equal(buf_text(&shown), EXPECTED);
    buf_free(&shown);
}

static void sample_is_taken_as_it_is(void **state)
{
    char *ini = read_source("plugin/cli/tiktok-auth.conf.sample");
    char *csv = read_source("plugin/cli/advertisers.csv.sample");
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;

    (void)state;
    complaints_init(&complaints);
    config = config_fixture(ini, &complaints);
    inventory = inventory_fixture(config, csv, &complaints);
    assert_complaints(&complaints, "");
    assert_int_equal(inventory->count, 3);
    assert_true(config->token[0].usable);
    inventory_free(inventory);
    config_free(config);
    free(ini);
    free(csv);
}

/* What a line of the sample shows: a section or a key, commented out or not. Prose has a blank behind its '#'. */
struct sample_line {
    char text[256];
    char *section, *key, *value;
};

static bool read_sample_line(const char **cursor, struct sample_line *out)
{
    size_t len = strcspn(*cursor, "\n");

    if (**cursor == '\0')
        return false;
    assert_true(len < sizeof(out->text));
    memcpy(out->text, *cursor, len);
    out->text[len] = '\0';
    *cursor += len + ((*cursor)[len] == '\n');
    out->section = out->key = out->value = NULL;
    char *start = out->text + (out->text[0] == '#'), *equals = strstr(start, " = ");
    if (start[0] == '[') {
        start[strcspn(start, "]")] = '\0';
        out->section = start + 1;
    } else if (start[0] >= 'a' && start[0] <= 'z') {
        assert_non_null(equals);
        *equals = '\0';
        out->key = start;
        out->value = equals + 3;
    } else
        assert_true(start[0] == ' ' || start[0] == '\0');
    return true;
}

/* Each key alone, as the sample shows it, is taken without complaint. */
static void try_key(const char *section, const struct sample_line *line)
{
    struct complaints complaints;
    struct config *config;

    complaints_init(&complaints);
    config = config_new(config_fixture_path, &complaints);
    config_section(config, 1, section);
    config_key(config, 2, section, line->key, line->value);
    assert_complaints(&complaints, "");
    config_free(config);
}

static bool same_default(const struct key_info *key, const char *shown)
{
    static const char STATE_DB[] = "/lib/tiktok-auth/state.db"; /* what is before it is configured */
    size_t len = strlen(shown);

    if (key->section == SECTION_STORE && key->type == KEY_PATH)
        return len > strlen(STATE_DB) && strcmp(shown + len - strlen(STATE_DB), STATE_DB) == 0;
    return strcmp(shown, key->standard) == 0;
}

static void sample_shows_every_key_and_its_default(void **state)
{
    char *sample = read_source("plugin/cli/tiktok-auth.conf.sample");
    const char *cursor = sample;
    struct sample_line line;
    char section[64] = "", kind[64];
    bool shown[KEYS_MAX] = {false};
    const struct key_info *key;

    (void)state;
    while (read_sample_line(&cursor, &line)) {
        if (line.section) {
            snprintf(section, sizeof(section), "%s", line.section);
            snprintf(kind, sizeof(kind), "%s", line.section);
            kind[strcspn(kind, " ")] = '\0';
        }
        if (!line.key)
            continue;
        key = key_find(section_find(kind), line.key);
        if (!key)
            fail_msg("[%s] %s is not in the table", section, line.key);
        shown[key_index(key)] = true;
        try_key(section, &line);
        if (key->standard && !same_default(key, line.value))
            fail_msg("[%s] %s: the sample shows %s, the default is %s", section, line.key, line.value,
                     key->standard);
    }
    for (size_t i = 0; (key = key_at(i)); i++)
        if (!shown[i])
            fail_msg("%s %s is not in the sample", section_info(key->section)->written,
                     key->name ? key->name : "CAUSE");
    free(sample);
}

/* libinih reads no longer lines. */
static void sample_lines_are_short(void **state)
{
    char *sample = read_source("plugin/cli/tiktok-auth.conf.sample");

    (void)state;
    for (const char *line = sample; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
        assert_true(strcspn(line, "\n") <= 198);
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups),
        cmocka_unit_test(defaults_are_allowed),
        cmocka_unit_test(ranges),
        cmocka_unit_test(sample_is_taken_as_it_is),
        cmocka_unit_test(sample_shows_every_key_and_its_default),
        cmocka_unit_test(sample_lines_are_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
