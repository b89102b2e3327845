/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The store as a file: created, opened for writing or reading, checked, closed. */
#include "base/parse.h"
#include "base/text.h"
#include "ext/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 5000, RETRY_MS = 10, FILE_MODE = 0660 };

/* Makes the empty file ourselves: SQLite would let the umask take the group's rights. Only where there is none:
 * closing a descriptor of a database drops every lock that this process has on it. */
static bool create(const struct store *store, struct err *err)
{
    int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0) {
        int reason = errno;
        return reason == EEXIST ||
               (store_may_use(store, err) && err_set(err, "can't create %s: %s", store->path, strerror(reason)));
    }
    bool ok =
        fchmod(fd, FILE_MODE) == 0 || err_set(err, "can't set the mode of %s: %s", store->path, strerror(errno));
    return close(fd) == 0 && ok;
}

/* Group members write this file, and root may read it: nothing in it is more than data. */
static int harden(sqlite3 *db)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < TTA_LEN(options) && code == SQLITE_OK; i++)
        code = sqlite3_db_config(db, options[i].option, options[i].value, (int *)NULL);
    return code;
}

static bool connect_as(struct store *store, const char *name, int flags, struct err *err)
{
    errno = 0;
    int code = sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    if (code != SQLITE_OK)
        return store_fail(store, code, err);
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, store->patience_ms);
    code = harden(store->db);
    return code == SQLITE_OK || store_fail(store, code, err);
}

/* Some of these read the file. */
static bool set_up(struct store *store, struct err *err)
{
    /* No mapping: a truncated file would be a SIGBUS. No temporary files elsewhere. A log that one large commit
     * has grown shrinks again. */
    static const char settings[] = "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                                   "PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 4194304";
    errno = 0;
    int code = sqlite3_exec(store->db, settings, NULL, NULL, NULL);
    return code == SQLITE_OK || store_fail(store, code, err);
}

static void disconnect(struct store *store)
{
    for (size_t i = 0; i < store->statement_count; i++)
        (void)sqlite3_finalize(store->statements[i].statement); /* repeats an old error */
    store->statement_count = 0;
    (void)sqlite3_close(store->db); /* every statement is finalized: it cannot be busy */
    store->db = NULL;
}

static bool try_wal(struct store *store, bool *busy, struct err *err)
{
    struct sql sql = sql_start(store, "PRAGMA journal_mode = WAL");
    const char *mode = "";
    bool wal = sql_next(&sql) && sql_text(&sql, 0, &mode) && strcmp(mode, "wal") == 0;
    *busy = (sql.code & 0xff) == SQLITE_BUSY;
    return sql_done(&sql, err) &&
           (wal || err_set(err, "%s can't have a write-ahead log: is it on a network file system?", store->path));
}

static bool use_wal(struct store *store, struct err *err)
{
    bool busy, wal;
    /* Of two processes that change the mode together, SQLite refuses one without waiting: the waiting is ours. */
    (void)sqlite3_busy_timeout(store->db, 0);
    for (int waited = 0; !(wal = try_wal(store, &busy, err)) && busy && waited < store->patience_ms;
         waited += RETRY_MS)
        (void)sqlite3_sleep(RETRY_MS);
    (void)sqlite3_busy_timeout(store->db, store->patience_ms);
    if (wal)
        err_clear(err);
    return wal;
}

static bool open_to_write(struct store *store, struct err *err)
{
    int version;
    if (!create(store, err) || !store_may_use(store, err) ||
        !connect_as(store, store->path, SQLITE_OPEN_READWRITE, err) || !set_up(store, err) ||
        !store_schema_read(store, store->schema, &version, err) || !use_wal(store, err))
        return false;
    return version == store->schema->version || store_schema_upgrade(store, store->schema, err);
}

/* Without locks and without the -wal and -shm files that SQLite needs otherwise. */
static bool connect_immutable(struct store *store, struct err *err)
{
    struct buf name;
    buf_init(&name, 3 * PATH_MAX);
    bool ok = buf_str(&name, "file:") && text_percent_encode(&name, store->path, strlen(store->path)) &&
              buf_str(&name, "?immutable=1");
    if (!ok)
        err_set(err, "out of memory while using %s", store->path);
    store->immutable = true;
    (void)file_stamp_of(store->path, &store->stamp, NULL); /* zeroed, it differs from any */
    ok = ok && connect_as(store, buf_text(&name), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    buf_free(&name);
    return ok;
}

static bool open_to_read(struct store *store, struct err *err)
{
    struct stat info;
    int version;
    if (!store_may_use(store, err))
        return false;
    if (stat(store->path, &info) != 0)
        return errno == ENOENT ? err_set(err, "%s does not exist yet: %s", store->path, store->schema->none)
                               : err_set(err, "can't see %s: %s", store->path, strerror(errno));
    if (!connect_as(store, store->path, SQLITE_OPEN_READONLY, err))
        return false;
    /* Where it may not make its files, SQLite reads only beside those of a writer. Without any change in a -wal
     * the file is all there is. */
    int code = sqlite3_exec(store->db, "PRAGMA user_version", NULL, NULL, NULL) & 0xff;
    if ((code == SQLITE_READONLY || code == SQLITE_CANTOPEN) && !store_has_wal(store)) {
        disconnect(store);
        if (!connect_immutable(store, err))
            return false;
    }
    if (!set_up(store, err) || !store_schema_read(store, store->schema, &version, err))
        return false;
    if (version < store->schema->version)
        return err_set(err, "%s holds nothing of this release yet (schema %d of %d): %s makes it", store->path,
                       version, store->schema->version, store->schema->next);
    return true;
}

struct store *store_open(const char *path, enum store_mode mode, struct err *err)
{
    return store_open_within(path, mode, BUSY_MS, err);
}

struct store *store_open_within(const char *path, enum store_mode mode, int patience_ms, struct err *err)
{
    return store_open_as(path, &store_schema_current, mode, patience_ms, err);
}

struct store *store_open_as(const char *path, const struct store_schema *schema, enum store_mode mode,
                            int patience_ms, struct err *err)
{
    struct store *store = calloc(1, sizeof(*store));
    char *copy = text_dup(path);
    if (!store || !copy) {
        free(store);
        free(copy);
        err_set(err, "out of memory while opening %s", path);
        return NULL;
    }
    store->path = copy;
    store->schema = schema;
    store->mode = mode;
    store->patience_ms = patience_ms;
    bool ok = mode == STORE_WRITE ? open_to_write(store, err) : open_to_read(store, err);
    if (ok)
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    disconnect(store);
    free(store->statements);
    free(store->path);
    free(store);
}

/* SQLite puts what kept it from reading a page into its findings: that is no damage. */
static bool judge(const struct store *store, const char *finding, struct err *err)
{
    static const char mark[] = "error code=";
    const char *number = strstr(finding, mark);
    int64_t code;
    if (strcmp(finding, "ok") == 0)
        return true;
    if (number && parse_i64(number + strlen(mark), 0, INT_MAX, &code))
        return store_fail(store, (int)code, err);
    return store_damaged(store, finding, err);
}

bool store_check(struct store *store, struct err *err)
{
    struct sql sql = sql_start(store, "PRAGMA integrity_check(1)");
    const char *finding;
    bool sound = !sql_next(&sql) || !sql_text(&sql, 0, &finding) || judge(store, finding, err);
    return sql_done(&sql, err) && sound;
}
