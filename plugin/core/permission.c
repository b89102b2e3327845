/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading and joining lists of permissions. */
#include "core/permission.h"

#include "base/buf.h"
#include "base/parse.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { ECHO_MAX = 60 };

const char permission_allowed[] = "GET or POST and a path such as /file/video/ad/search/, a comma between two";
static const char PATH_BYTES[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.-";

static bool fault(struct err *err, const char *item, size_t len, const char *what)
{
    struct buf shown;

    buf_init(&shown, ECHO_MAX);
    text_safe(&shown, item, len, false, ECHO_MAX);
    err_set(err, "'%s' %s; allowed: %s", buf_text(&shown), what, permission_allowed);
    buf_free(&shown);
    return false;
}

static bool same(const struct permission *a, const struct permission *b)
{
    return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0;
}

static bool holds(const struct permissions *list, const struct permission *permission)
{
    for (size_t i = 0; i < list->count; i++)
        if (same(&list->item[i], permission))
            return true;
    return false;
}

static bool add(struct permissions *list, const char *method, const char *path, size_t path_len)
{
    struct permission permission = {text_dup(method), text_dup_n(path, path_len)};
    bool made = permission.method && permission.path;

    if (made && !holds(list, &permission)) {
        struct permission *item = realloc(list->item, (list->count + 1) * sizeof(*item));

        if (item) {
            list->item = item;
            list->item[list->count++] = permission;
            return true;
        }
        made = false;
    }
    free(permission.method);
    free(permission.path);
    return made;
}

static const char *path_fault(const char *path, size_t len)
{
    if (len == 0 || path[0] != '/')
        return "has no path that begins with a slash";
    if (len > PERMISSION_PATH_MAX)
        return "has a path of more than 127 bytes";
    if (strspn(path, PATH_BYTES) < len)
        return "has a path with a character that no path of the API has";
    for (size_t i = 0; i + 1 < len; i++)
        if (path[i] == '.' && path[i + 1] == '.')
            return "has a path with two dots in a row";
    return NULL;
}

/* The method that the item names, with *used bytes of it and of the blanks behind it; a bare path is a GET. NULL:
 * another word. */
static const char *method_of(const char *item, size_t len, size_t *used)
{
    static const char *const METHOD[] = {"GET", "POST"};
    size_t word = 0;

    *used = 0;
    if (item[0] == '/')
        return METHOD[0];
    while (word < len && item[word] != ' ' && item[word] != '\t')
        word++;
    for (size_t i = 0; i < TTA_LEN(METHOD); i++) {
        if (strlen(METHOD[i]) != word || memcmp(METHOD[i], item, word) != 0)
            continue;
        while (word < len && (item[word] == ' ' || item[word] == '\t'))
            word++;
        *used = word;
        return METHOD[i];
    }
    return NULL;
}

static bool read_item(struct permissions *out, const char *item, size_t len, struct err *err)
{
    size_t used;
    const char *method = method_of(item, len, &used);
    const char *what;

    /* What begins like no permission is not shown: it may be anything, a secret too. */
    if (!method)
        return err_set(err, "it does not begin with a method or a slash; allowed: %s", permission_allowed);
    what = path_fault(item + used, len - used);
    if (what)
        return fault(err, item, len, what);
    if (add(out, method, item + used, len - used))
        return true;
    err_clear(err);
    return false;
}

bool permissions_read(const char *text, struct permissions *out, struct err *err)
{
    const char *item;
    size_t len;
    bool ok = true;

    *out = (struct permissions){0};
    while (ok && (len = parse_word(&text, ",", &item)) > 0) {
        ok = read_item(out, item, len, err);
        if (ok && out->count > PERMISSIONS_MAX)
            ok = err_set(err, "there are more than %d permissions; allowed: at most %d", PERMISSIONS_MAX,
                         PERMISSIONS_MAX);
    }
    if (ok && out->count == 0)
        ok = err_set(err, "no permission is given; allowed: %s", permission_allowed);
    if (!ok)
        permissions_free(out);
    return ok;
}

bool permissions_merge(struct permissions *into, const struct permissions *more)
{
    for (size_t i = 0; i < more->count; i++)
        if (!add(into, more->item[i].method, more->item[i].path, strlen(more->item[i].path)))
            return false;
    return true;
}

void permissions_free(struct permissions *permissions)
{
    for (size_t i = 0; i < permissions->count; i++) {
        free(permissions->item[i].method);
        free(permissions->item[i].path);
    }
    free(permissions->item);
    *permissions = (struct permissions){0};
}
