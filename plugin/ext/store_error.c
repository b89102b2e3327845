/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Errors of the store in words: what is wrong, with which path, for which user, and what to do. */
#include "base/text.h"
#include "ext/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_TEXT = 64, LOOKUP_MAX = 4096, CAUSE_MAX = 160 };

static const char *user_name(uid_t id, char *out)
{
    struct passwd entry, *found = NULL;
    char room[LOOKUP_MAX];
    if (getpwuid_r(id, &entry, room, sizeof(room), &found) == 0 && found)
        (void)snprintf(out, NAME_MAX_TEXT, "%s", found->pw_name);
    else
        (void)snprintf(out, NAME_MAX_TEXT, "%lu", (unsigned long)id);
    return out;
}

static const char *group_name(gid_t id, char *out)
{
    struct group entry, *found = NULL;
    char room[LOOKUP_MAX];
    if (getgrgid_r(id, &entry, room, sizeof(room), &found) == 0 && found)
        (void)snprintf(out, NAME_MAX_TEXT, "%s", found->gr_name);
    else
        (void)snprintf(out, NAME_MAX_TEXT, "%lu", (unsigned long)id);
    return out;
}

/* `rights` as for access(2); `wish` names them. */
static bool may_use(const char *path, const struct stat *info, int rights, const char *wish, struct err *err)
{
    if (faccessat(AT_FDCWD, path, rights, AT_EACCESS) == 0)
        return true;
    int reason = errno;
    char me[NAME_MAX_TEXT], owner[NAME_MAX_TEXT], group[NAME_MAX_TEXT];
    return err_set(err, "user %s may not %s %s (owner %s, group %s, mode %04o): %s", user_name(geteuid(), me),
                   wish, path, user_name(info->st_uid, owner), group_name(info->st_gid, group),
                   (unsigned)(info->st_mode & 07777), strerror(reason));
}

static bool may_use_folder(const struct store *store, struct err *err)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(store->path, '/');
    int len = slash ? (int)(slash - store->path) : 1;
    (void)snprintf(folder, sizeof(folder), "%.*s", len ? len : 1, slash ? store->path : ".");
    struct stat info;
    if (stat(folder, &info) != 0) {
        if (errno == ENOENT)
            return err_set(err, "the folder %s of the store is missing: create it, writable for its group",
                           folder);
        return err_set(err, "can't see the folder %s of the store: %s", folder, strerror(errno));
    }
    if (store->mode == STORE_WRITE)
        return may_use(folder, &info, W_OK | X_OK, "write to the folder", err);
    return may_use(folder, &info, X_OK, "look into the folder", err);
}

bool store_may_use(const struct store *store, struct err *err)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    if (!may_use_folder(store, err))
        return false;
    for (size_t i = 0; i < TTA_LEN(suffixes); i++) {
        char path[PATH_MAX];
        struct stat info;
        (void)snprintf(path, sizeof(path), "%s%s", store->path, suffixes[i]);
        if (lstat(path, &info) != 0)
            continue;
        if (!S_ISREG(info.st_mode))
            return err_set(err, "%s is not a regular file: the store can't be there", path);
        bool may = store->mode == STORE_WRITE ? may_use(path, &info, R_OK | W_OK, "read and write", err)
                                              : may_use(path, &info, R_OK, "read", err);
        if (!may)
            return false;
    }
    return true;
}

bool store_has_wal(const struct store *store)
{
    char path[PATH_MAX];
    struct stat info;
    (void)snprintf(path, sizeof(path), "%s-wal", store->path);
    return stat(path, &info) == 0 && info.st_size > 0;
}

/* A file that is read without locks looks damaged when somebody writes to it. */
static bool changed_meanwhile(const struct store *store)
{
    struct file_stamp now;
    return store->immutable && (store_has_wal(store) || !file_stamp_of(store->path, &now, NULL) ||
                                !file_stamp_equal(&now, &store->stamp));
}

bool store_damaged(const struct store *store, const char *what, struct err *err)
{
    if (changed_meanwhile(store))
        return err_set(err, "%s was changed while it was read: try again", store->path);
    struct buf cause;
    buf_init(&cause, CAUSE_MAX + 1);
    (void)text_safe(&cause, what, strlen(what), true, CAUSE_MAX); /* failed, it reads as "" */
    err_set(err,
            "%s is damaged (%s): move it and its -wal and -shm files away; a new one is made, and history "
            "before that is lost",
            store->path, buf_text(&cause));
    buf_free(&cause);
    return false;
}

static bool fail_io(const struct store *store, int code, int reason, struct err *err)
{
    bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
    if (full || code == SQLITE_IOERR_SHMSIZE || (code & 0xff) == SQLITE_FULL)
        return err_set(err, "no room left for %s: %s; nothing of this was recorded", store->path,
                       full ? strerror(reason) : "the disk or the file's limit is full");
    return err_set(err, "reading or writing %s failed: %s", store->path,
                   reason ? strerror(reason) : sqlite3_errstr(code));
}

static bool fail_access(const struct store *store, int code, int reason, struct err *err)
{
    if (!store_may_use(store, err))
        return false;
    if (store->mode == STORE_READ && store_has_wal(store))
        return err_set(err,
                       "%s has changes in its -wal file that can be read only by a user who may write to its "
                       "folder",
                       store->path);
    return err_set(err, "can't %s %s: %s", store->mode == STORE_WRITE ? "write" : "read", store->path,
                   reason ? strerror(reason) : sqlite3_errstr(code));
}

bool store_fail(const struct store *store, int code, struct err *err)
{
    /* Not sqlite3_system_errno: it knows nothing of what failed in a commit, and may be of an older failure. */
    int reason = errno;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return err_set(err, "out of memory while using %s", store->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return store_damaged(store, sqlite3_errmsg(store->db), err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return err_set(err, "%s has been locked by another process for more than 5 s", store->path);
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return err_set(err, "out of memory while using %s", store->path);
        return fail_io(store, code, reason, err);
    case SQLITE_FULL:
        return fail_io(store, code, reason, err);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return fail_access(store, code, reason, err);
    case SQLITE_MISUSE:
        return err_set(err, "%s: a walk over it was started inside itself", store->path);
    default:
        return err_set(err, "%s: %s", store->path, sqlite3_errmsg(store->db));
    }
}
