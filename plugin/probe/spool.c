/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A folder of notices on their way to the worker. */
#include "probe/spool.h"

#include "base/file.h"
#include "base/parse.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name: 16 digits of milliseconds, "-", 8 hexadecimal digits, SUFFIX. */
enum { DIGITS = 16, FOLDER_MODE = 02770, MADE_MODE = 0700, FILE_MODE = 0660, LIST_MAX = 1000000 };
static const int64_t NUMBER_MAX = INT64_C(999999999999999); /* there is always one above it */
static const char SUFFIX[] = ".notice";
static const char ASIDE[] = ".aside";

bool spool_make(const char *folder, struct err *err)
{
    if (mkdir(folder, MADE_MODE) != 0) {
        struct stat status;

        if (errno != EEXIST)
            return err_set(err, "can't make the folder %s: %s", folder, strerror(errno));
        /* Of our own making, and we were killed before the next step: others of the group could not go in. */
        if (stat(folder, &status) != 0 || status.st_uid != geteuid() || (status.st_mode & 0777) != MADE_MODE)
            return true;
    }
    /* Not by mkdir: the umask would take the group's rights. */
    return chmod(folder, FOLDER_MODE) == 0 ||
           err_set(err, "can't set the mode of the folder %s: %s", folder, strerror(errno));
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name), end = strlen(suffix);

    return len > end && strcmp(name + len - end, suffix) == 0;
}

static bool number_of(const char *name, int64_t *number)
{
    char digits[DIGITS + 1];

    if (strlen(name) <= DIGITS || name[DIGITS] != '-')
        return false;
    memcpy(digits, name, DIGITS);
    digits[DIGITS] = '\0';
    return parse_i64(digits, 0, NUMBER_MAX, number);
}

static bool is_notice(const char *name)
{
    int64_t number;

    return strlen(name) < SPOOL_NAME_MAX && ends_with(name, SUFFIX) && number_of(name, &number);
}

/* The highest number there is; 0: none. */
static bool highest(const char *folder, int64_t *out, struct err *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    *out = 0;
    if (!dir)
        return err_set(err, "can't look into the folder %s: %s", folder, strerror(errno));
    while ((entry = readdir(dir)) != NULL) {
        int64_t number;

        if (is_notice(entry->d_name) && number_of(entry->d_name, &number) && number > *out)
            *out = number;
    }
    closedir(dir);
    return true;
}

static bool path_of(const char *folder, const char *name, const char *suffix, char out[PATH_MAX], struct err *err)
{
    int len = snprintf(out, PATH_MAX, "%s/%s%s", folder, name, suffix);

    return (len > 0 && len < PATH_MAX) || err_set(err, "the path of %s is too long", folder);
}

bool spool_put(const char *folder, int64_t now_ms, uint32_t random, const void *bytes, size_t len, struct err *err)
{
    char name[SPOOL_NAME_MAX], path[PATH_MAX];
    int64_t number;

    if (!highest(folder, &number, err))
        return false;
    number = now_ms > number ? now_ms : number + 1;
    (void)snprintf(name, sizeof(name), "%0*" PRId64 "-%08" PRIx32 "%s", DIGITS, number, random, SUFFIX); /* fits */
    return path_of(folder, name, "", path, err) && file_replace(path, bytes, len, FILE_MODE, err);
}

/* --- the other end --------------------------------------------------------------------------------------------
 */

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool add(struct spool_list *list, size_t *room, const char *name)
{
    if (list->count == *room) {
        size_t more = *room ? 2 * *room : 64;
        char(*grown)[SPOOL_NAME_MAX] = realloc(list->name, more * sizeof(*grown));

        if (!grown)
            return false;
        list->name = grown;
        *room = more;
    }
    memcpy(list->name[list->count++], name, strlen(name) + 1);
    return true;
}

bool spool_list(const char *folder, struct spool_list *out, struct err *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t room = 0;
    bool ok = true;

    *out = (struct spool_list){0};
    if (!dir)
        return errno == ENOENT || err_set(err, "can't look into the folder %s: %s", folder, strerror(errno));
    while (ok && out->count < LIST_MAX && (entry = readdir(dir)) != NULL) {
        if (is_notice(entry->d_name))
            ok = add(out, &room, entry->d_name);
        else if (ends_with(entry->d_name, ASIDE))
            out->aside++;
    }
    closedir(dir);
    if (out->count > 1)
        qsort(out->name, out->count, sizeof(*out->name), by_name);
    return ok || err_set(err, "out of memory");
}

void spool_list_free(struct spool_list *list)
{
    free(list->name);
    *list = (struct spool_list){0};
}

bool spool_read(const char *folder, const char *name, struct buf *out, struct err *err)
{
    char path[PATH_MAX];

    return path_of(folder, name, "", path, err) && file_read(path, out, err);
}

bool spool_has(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct err unheard = {""};
    struct stat status;

    return path_of(folder, name, "", path, &unheard) && lstat(path, &status) == 0;
}

bool spool_drop(const char *folder, const char *name, struct err *err)
{
    char path[PATH_MAX];

    if (!path_of(folder, name, "", path, err))
        return false;
    return unlink(path) == 0 || errno == ENOENT || err_set(err, "can't remove %s: %s", path, strerror(errno));
}

bool spool_set_aside(const char *folder, const char *name, struct err *err)
{
    char path[PATH_MAX], aside[PATH_MAX];

    if (!path_of(folder, name, "", path, err) || !path_of(folder, name, ASIDE, aside, err))
        return false;
    return rename(path, aside) == 0 || err_set(err, "can't rename %s: %s", path, strerror(errno));
}
