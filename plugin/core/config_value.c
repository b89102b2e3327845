/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading a value by the type of its key. */
#include "core/config_value.h"

#include "base/file.h"
#include "base/net.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/config.h"
#include "core/grow.h"
#include "core/hours.h"
#include "core/url.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { ECHO_MAX = 60, APP_ID_MAX = 20 };

static enum value_result refuse(struct err *why, const char *what)
{
    err_set(why, "%s", what);
    return VALUE_REFUSED;
}

/* For values that are a number or one of a few words: nobody keeps a secret there. */
static enum value_result refuse_quoted(struct err *why, const char *text, const char *what)
{
    struct buf shown;

    buf_init(&shown, ECHO_MAX);
    text_safe(&shown, text, strlen(text), false, ECHO_MAX);
    err_set(why, "'%s' %s", buf_text(&shown), what);
    buf_free(&shown);
    return VALUE_REFUSED;
}

/* Puts the owned text in place of the one at `at`. */
static enum value_result replace(char **at, char *text)
{
    if (!text)
        return VALUE_NO_MEMORY;
    free(*at);
    *at = text;
    return VALUE_KEPT;
}

static bool line_ok(const char *text, size_t max, struct err *why)
{
    size_t len = strlen(text);
    uint32_t code = 0;

    if (len > max)
        return err_set(why, "is longer than %zu bytes", max);
    for (size_t i = 0, n; i < len; i += n) {
        n = text_char(text + i, len - i, &code);
        if (n == 0)
            return err_set(why, "holds bytes that are no UTF-8");
        if (text_is_control(code))
            return err_set(why, "holds a control character");
    }
    return true;
}

static enum value_result keep_text(const struct key_info *key, const char *text, char **at, struct err *why)
{
    return line_ok(text, (size_t)key->max, why) ? replace(at, text_dup(text)) : VALUE_REFUSED;
}

static enum value_result keep_list(const struct key_info *key, const char *text, char **at, struct err *why)
{
    struct buf joined;
    enum value_result result;
    size_t before = *at ? strlen(*at) : 0;

    if (before + strlen(text) + 2 > (size_t)key->max) {
        err_set(why, "is longer than %lld bytes in all", (long long)key->max);
        return VALUE_REFUSED;
    }
    if (!line_ok(text, (size_t)key->max, why))
        return VALUE_REFUSED;
    buf_init(&joined, (size_t)key->max);
    if (before > 0)
        buf_printf(&joined, "%s, ", *at);
    buf_str(&joined, text);
    result = replace(at, buf_take(&joined, NULL));
    buf_free(&joined);
    return result;
}

static enum value_result keep_app_id(const char *text, char **at, struct err *why)
{
    size_t len = strspn(text, "0123456789");

    if (text[len] || len > APP_ID_MAX)
        return refuse(why, "is not 1 to 20 digits");
    return replace(at, text_dup(text));
}

static enum value_result keep_path(const char *beside, const char *text, char **at, struct err *why)
{
    return line_ok(text, PATH_MAX - 1, why) ? replace(at, file_path_beside(beside, text)) : VALUE_REFUSED;
}

static enum value_result keep_inventory(const char *beside, const char *text, struct config *config,
                                        struct err *why)
{
    char *path = NULL;
    enum value_result result = keep_path(beside, text, &path, why);
    char **file;

    if (result != VALUE_KEPT)
        return result;
    for (size_t i = 0; i < config->inventory_count; i++) {
        if (strcmp(config->inventory_file[i], path) != 0)
            continue;
        free(path);
        return refuse(why, "names the same file a second time");
    }
    file = grow_by_one(config->inventory_file, config->inventory_count, sizeof(*file));
    if (!file) {
        free(path);
        return VALUE_NO_MEMORY;
    }
    config->inventory_file = file;
    file[config->inventory_count++] = path;
    return VALUE_KEPT;
}

static enum value_result keep_url(const char *text, enum url_rule rule, char **at, struct err *why)
{
    size_t len = strlen(text);

    if (!url_check(text, rule, why))
        return VALUE_REFUSED;
    while (rule == URL_API && text[len - 1] == '/')
        len--;
    return replace(at, text_dup_n(text, len));
}

/* `unit`: how many milliseconds the key counts in. */
static enum value_result keep_duration(const struct key_info *key, const char *text, int64_t unit, int64_t *at,
                                       struct err *why)
{
    int64_t ms;
    uint64_t bare;

    if (!parse_duration(text, &ms))
        return refuse_quoted(why, text, parse_u64(text, UINT64_MAX, &bare) ? "has no unit" : "is no duration");
    if (ms < key->min * unit)
        return refuse_quoted(why, text, "is too short");
    if (ms > key->max * unit)
        return refuse_quoted(why, text, "is too long");
    if (ms % unit != 0)
        return refuse_quoted(why, text, "is no whole number of seconds");
    *at = ms / unit;
    return VALUE_KEPT;
}

static enum value_result keep_size(const struct key_info *key, const char *text, uint64_t *at, struct err *why)
{
    uint64_t bytes;

    if (!parse_size(text, &bytes))
        return refuse_quoted(why, text, "is no size");
    if (bytes < (uint64_t)key->min || bytes > (uint64_t)key->max)
        return refuse_quoted(why, text, bytes < (uint64_t)key->min ? "is too small" : "is too large");
    *at = bytes;
    return VALUE_KEPT;
}

static enum value_result keep_number(const struct key_info *key, const char *text, int *at, struct err *why)
{
    int64_t number;

    if (!parse_i64(text, INT64_MIN, INT64_MAX, &number))
        return refuse_quoted(why, text, "is no whole number");
    if (number < key->min || number > key->max)
        return refuse_quoted(why, text, number < key->min ? "is too small" : "is too large");
    *at = (int)number;
    return VALUE_KEPT;
}

static enum value_result keep_percent(const char *text, int *at, struct err *why)
{
    uint64_t bare;

    if (parse_percent(text, at))
        return VALUE_KEPT;
    return refuse_quoted(why, text,
                         parse_u64(text, UINT64_MAX, &bare) ? "has no percent sign" : "is no such percentage");
}

static bool word_index(const struct key_info *key, const char *text, unsigned *index)
{
    for (unsigned i = 0; i < KEY_WORDS_MAX && key->word[i]; i++) {
        if (strcmp(key->word[i], text) != 0)
            continue;
        *index = i;
        return true;
    }
    return false;
}

static enum value_result keep_permissions(const char *text, struct permissions *at, struct err *why)
{
    struct permissions more;
    enum value_result result = VALUE_KEPT;

    if (!permissions_read(text, &more, why))
        return why->text[0] ? VALUE_REFUSED : VALUE_NO_MEMORY;
    if (at->count + more.count > PERMISSIONS_MAX) {
        err_set(why, "holds more than %d permissions; allowed: at most %d", PERMISSIONS_MAX, PERMISSIONS_MAX);
        result = VALUE_REFUSED;
    } else if (!permissions_merge(at, &more))
        result = VALUE_NO_MEMORY;
    permissions_free(&more);
    return result;
}

static bool host_pattern_ok(const char *text, size_t max)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        if (strncmp(text + i, "{app}", 5) == 0)
            i += 4;
        else if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", text[i]))
            return false;
    }
    return len <= max;
}

bool value_is_email(const char *text)
{
    static const char part[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
    size_t before = strspn(text, part);
    size_t after = text[before] == '@' ? strspn(text + before + 1, part) : 0;

    return before > 0 && before <= 64 && after > 0 && after <= 255 && text[0] != '-' && text[before + 1] != '-' &&
           text[before + 1 + after] == '\0';
}

_Static_assert(sizeof(enum tier) == sizeof(int) && sizeof(enum grantor) == sizeof(int) &&
                   sizeof(enum token_kind) == sizeof(int),
               "KEY_WORD keeps an enum as an int");

enum value_result value_keep(const struct key_info *key, const char *beside, const char *text, void *base,
                             struct err *why)
{
    void *at = (char *)base + key->offset;
    struct net_address address;
    struct hours hours;
    uint16_t port;
    unsigned index;

    if (!*text)
        return refuse(why, "is empty");
    switch (key->type) {
    case KEY_TEXT:
        return keep_text(key, text, at, why);
    case KEY_LIST:
        return keep_list(key, text, at, why);
    case KEY_NAME:
        if (!parse_section_name(text))
            return refuse(why, "is not the name of a section");
        return replace(at, text_dup(text));
    case KEY_APP_ID:
        return keep_app_id(text, at, why);
    case KEY_PATH:
        return keep_path(beside, text, at, why);
    case KEY_INVENTORY:
        return keep_inventory(beside, text, base, why);
    case KEY_URL_API:
        return keep_url(text, URL_API, at, why);
    case KEY_URL_PROXY:
        return keep_url(text, URL_PROXY, at, why);
    case KEY_URL_LINK:
        return keep_url(text, URL_LINK, at, why);
    case KEY_URL_TEMPLATE:
        return keep_url(text, URL_TEMPLATE, at, why);
    case KEY_SECONDS:
        return keep_duration(key, text, 1000, at, why);
    case KEY_MILLISECONDS:
        return keep_duration(key, text, 1, at, why);
    case KEY_SIZE:
        return keep_size(key, text, at, why);
    case KEY_NUMBER:
        return keep_number(key, text, at, why);
    case KEY_PERCENT:
        return keep_percent(text, at, why);
    case KEY_WORD:
    case KEY_SWITCH:
        if (!word_index(key, text, &index))
            return refuse_quoted(why, text, "is not known");
        if (key->type == KEY_SWITCH)
            *(bool *)at = index == 1;
        else
            memcpy(at, &index, sizeof(index));
        return VALUE_KEPT;
    case KEY_PERMISSIONS:
        return keep_permissions(text, at, why);
    case KEY_HOST:
        return host_pattern_ok(text, (size_t)key->max) ? replace(at, text_dup(text))
                                                       : refuse_quoted(why, text, "is no name of a host");
    case KEY_EMAIL:
        return value_is_email(text) ? replace(at, text_dup(text)) : refuse(why, "is no e-mail address");
    case KEY_HOURS:
        return hours_read(text, &hours, why) ? replace(at, text_dup(text)) : VALUE_REFUSED;
    case KEY_LISTEN:
        return net_parse_endpoint(text, &address, &port) ? replace(at, text_dup(text))
                                                         : refuse_quoted(why, text, "is no address with a port");
    case KEY_NETWORKS:
        return strlen(text) <= (size_t)key->max && net_list_ok(text)
                   ? replace(at, text_dup(text))
                   : refuse_quoted(why, text, "is no list of addresses and networks");
    }
    return VALUE_REFUSED;
}
