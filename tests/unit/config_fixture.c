/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Feeds the configuration the way a loader does: from what the INI reader hands out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config_fixture.h"
#include "ext/ini.h"

const char config_fixture_path[] = "/etc/tta/t.conf";

enum { SHOWN_MAX = 1 << 20 };

static bool feed(void *arg, const struct ini_line *line)
{
    struct config *config = arg;

    switch (line->event) {
    case INI_SECTION:
        config_section(config, line->line, line->section);
        break;
    case INI_KEY:
        config_key(config, line->line, line->section, line->key, line->value);
        break;
    case INI_FAULT:
        config_bad_line(config, line->line, line->section, line->value);
        break;
    }
    return true;
}

struct config *config_fixture_begin(const char *ini, struct complaints *complaints)
{
    struct config *config = config_new(config_fixture_path, complaints);

    if (config && !ini_read(ini, strlen(ini), feed, config)) {
        config_free(config);
        return NULL;
    }
    return config;
}

struct config *config_fixture(const char *ini, struct complaints *complaints)
{
    struct config *config = config_fixture_begin(ini, complaints);

    assert_non_null(config);
    assert_true(config_finish(config));
    return config;
}

struct inventory *inventory_fixture(const struct config *config, const char *csv, struct complaints *complaints)
{
    struct inventory_builder *builder = inventory_begin(config, complaints);
    struct inventory *inventory;

    assert_non_null(builder);
    if (csv)
        inventory_csv(builder, "a.csv", csv, strlen(csv));
    inventory = inventory_finish(builder);
    assert_non_null(inventory);
    return inventory;
}

const char *complaints_shown(const struct complaints *complaints)
{
    static const char *const SUBJECT[] = {"all", "app", "token", "advertiser", "nobody"};
    static char shown[SHOWN_MAX];
    struct buf out;

    buf_init(&out, SHOWN_MAX - 1);
    for (size_t i = 0; i < complaints->count; i++) {
        const struct complaint *c = &complaints->item[i];
        char text[1000];

        complaint_text(c, text, sizeof(text));
        buf_printf(&out, "%s @%s%s%s\n", text, SUBJECT[c->subject], c->name[0] ? " " : "", c->name);
    }
    assert_true(buf_ok(&out));
    memcpy(shown, buf_text(&out), buf_len(&out) + 1);
    buf_free(&out);
    return shown;
}

void assert_complaints(struct complaints *complaints, const char *shown)
{
    assert_string_equal(complaints_shown(complaints), shown);
    complaints_free(complaints);
}

void assert_complaint_holds(const struct complaints *complaints, const char *part)
{
    if (!strstr(complaints_shown(complaints), part))
        fail_msg("no complaint holds \"%s\":\n%s", part, complaints_shown(complaints));
}
