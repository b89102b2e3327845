/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a configuration file into a configuration that is not finished yet. */
#include "probe/config_file.h"

#include "base/file.h"
#include "ext/ini.h"

#include <string.h>

enum { CONFIG_BYTES_MAX = 4 << 20 };

struct feeding {
    struct config *config;
    bool advertisers;
};

static bool is_advertiser(const char *section)
{
    static const char WORD[] = "advertiser";
    size_t len = sizeof(WORD) - 1;

    return strncmp(section, WORD, len) == 0 && (section[len] == ' ' || section[len] == '\t');
}

static bool take_line(void *arg, const struct ini_line *line)
{
    const struct feeding *feeding = arg;
    struct config *config = feeding->config;

    if (!feeding->advertisers && is_advertiser(line->section))
        return true;
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

bool config_file_text(const char *path, struct buf *text, struct err *err)
{
    buf_init(text, CONFIG_BYTES_MAX);
    return file_read(path, text, err);
}

struct config *config_text_read(const char *path, const struct buf *text, bool advertisers,
                                struct complaints *complaints, struct err *err)
{
    struct feeding feeding = {.config = config_new(path, complaints), .advertisers = advertisers};

    if (feeding.config && ini_read(buf_text(text), buf_len(text), take_line, &feeding))
        return feeding.config;
    err_set(err, "out of memory");
    config_free(feeding.config);
    return NULL;
}

struct config *config_file_read(const char *path, bool advertisers, struct complaints *complaints, struct err *err)
{
    struct config *config = NULL;
    struct buf text;

    if (config_file_text(path, &text, err))
        config = config_text_read(path, &text, advertisers, complaints, err);
    buf_free(&text);
    return config;
}
