/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as INI: at most one event a line, in order, and nothing in it that ini.h rules out. */
#include "base/text.h"
#include "ext/ini.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    unsigned line;
    bool below_key;
    char key[64];
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_trimmed_text(const char *text)
{
    size_t len = strlen(text);
    return text_is_utf8(text, len) && (len == 0 || (!strchr(" \t", text[0]) && !strchr(" \t", text[len - 1])));
}

static bool check_line(void *arg, const struct ini_line *line)
{
    struct seen *seen = arg;

    require(line->line > seen->line);
    seen->line = line->line;
    require(is_trimmed_text(line->section));
    switch (line->event) {
    case INI_SECTION:
        require(line->section[0] && !line->key && !line->value);
        seen->below_key = false;
        break;
    case INI_KEY:
        require(line->key[0] && strlen(line->key) < sizeof(seen->key) && is_trimmed_text(line->key));
        require(is_trimmed_text(line->value));
        require(!line->continues || (seen->below_key && strcmp(seen->key, line->key) == 0));
        memcpy(seen->key, line->key, strlen(line->key) + 1);
        seen->below_key = true;
        break;
    case INI_FAULT:
        require(line->value[0] && !line->key);
        seen->below_key = false;
        break;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {0};
    require(ini_read((const char *)data, size, check_line, &seen));
    return 0;
}
