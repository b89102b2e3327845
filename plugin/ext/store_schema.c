/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The schema of the store: each version is a step from the one before, and none is ever changed once released. */
#include "ext/store_private.h"

#include <errno.h>

/* Not STRICT: that needs SQLite 3.37, and old supported systems have 3.34. Every value is bound with its type. */
static const char version_1[] =
    "CREATE TABLE tokens ("
    " app TEXT NOT NULL, token TEXT NOT NULL,"
    " began_ms INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER NOT NULL DEFAULT 0,"
    " status TEXT NOT NULL DEFAULT '', cause TEXT NOT NULL DEFAULT '', code INTEGER,"
    " message TEXT NOT NULL DEFAULT '', request_id TEXT NOT NULL DEFAULT '',"
    " since INTEGER NOT NULL DEFAULT 0, last_ok INTEGER NOT NULL DEFAULT 0,"
    " verified_at INTEGER NOT NULL DEFAULT 0, list_at INTEGER NOT NULL DEFAULT 0,"
    " mass_since INTEGER NOT NULL DEFAULT 0, account_at INTEGER NOT NULL DEFAULT 0,"
    " login TEXT NOT NULL DEFAULT '', login_mail TEXT NOT NULL DEFAULT '',"
    " verified INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
    " secret_stamp TEXT NOT NULL DEFAULT '',"
    " fault_cause TEXT NOT NULL DEFAULT '', fault_scope TEXT NOT NULL DEFAULT '', fault_code INTEGER,"
    " fault_message TEXT NOT NULL DEFAULT '', fault_request_id TEXT NOT NULL DEFAULT '',"
    " fault_http_status INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (app, token)) WITHOUT ROWID;"

    "CREATE TABLE grants ("
    " app TEXT NOT NULL, token TEXT NOT NULL, advertiser_id TEXT NOT NULL,"
    " status TEXT NOT NULL, cause TEXT NOT NULL, code INTEGER, message TEXT NOT NULL, request_id TEXT NOT NULL,"
    " since INTEGER NOT NULL, last_ok INTEGER NOT NULL, verified_at INTEGER NOT NULL,"
    " missing_since INTEGER NOT NULL, by_info INTEGER NOT NULL,"
    " fault_cause TEXT NOT NULL, fault_scope TEXT NOT NULL, fault_code INTEGER, fault_message TEXT NOT NULL,"
    " fault_request_id TEXT NOT NULL, fault_http_status INTEGER NOT NULL,"
    " PRIMARY KEY (app, token, advertiser_id)) WITHOUT ROWID;"

    "CREATE TABLE endpoints ("
    " app TEXT NOT NULL, token TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,"
    " status TEXT NOT NULL, cause TEXT NOT NULL, code INTEGER, message TEXT NOT NULL, request_id TEXT NOT NULL,"
    " since INTEGER NOT NULL, last_ok INTEGER NOT NULL, verified_at INTEGER NOT NULL, asked_at INTEGER NOT NULL,"
    " PRIMARY KEY (app, token, method, path)) WITHOUT ROWID;"

    /* In order of time, so that pruning is one range. */
    "CREATE TABLE sweeps ("
    " ended INTEGER NOT NULL, app TEXT NOT NULL, token TEXT NOT NULL, began INTEGER NOT NULL,"
    " verified INTEGER NOT NULL, calls INTEGER NOT NULL, throttled INTEGER NOT NULL, fault TEXT NOT NULL,"
    " PRIMARY KEY (ended, app, token, began)) WITHOUT ROWID;"

    "CREATE TABLE verdicts ("
    " kind TEXT NOT NULL, app TEXT NOT NULL, id TEXT NOT NULL,"
    " state TEXT NOT NULL, cause TEXT NOT NULL, since INTEGER NOT NULL, first_ok INTEGER NOT NULL,"
    " first_seen INTEGER NOT NULL,"
    " PRIMARY KEY (kind, app, id)) WITHOUT ROWID;"

    /* AUTOINCREMENT: the number of a pruned event is never given again. */
    "CREATE TABLE events ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " kind TEXT NOT NULL, app TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL,"
    " state TEXT NOT NULL, old_state TEXT NOT NULL, cause TEXT NOT NULL, old_cause TEXT NOT NULL,"
    " code INTEGER, message TEXT NOT NULL, request_id TEXT NOT NULL,"
    " root_kind TEXT NOT NULL, root_id TEXT NOT NULL, note TEXT NOT NULL);"
    /* The object first, because kind and app may be left open; it is nearly unique by itself. */
    "CREATE INDEX events_by_object ON events (object, id);"
    "CREATE INDEX events_by_time ON events (at);"

    "CREATE TABLE retired ("
    " app TEXT NOT NULL, advertiser_id TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,"
    " PRIMARY KEY (app, advertiser_id)) WITHOUT ROWID;"

    "CREATE TABLE quotas ("
    " app TEXT NOT NULL PRIMARY KEY, next_ms INTEGER NOT NULL, minute INTEGER NOT NULL,"
    " minute_count INTEGER NOT NULL, day INTEGER NOT NULL, day_count INTEGER NOT NULL,"
    " stopped_until INTEGER NOT NULL, slow_until INTEGER NOT NULL, throttled INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE named_values (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

/* What was told of root causes, and what is to be told. */
static const char version_2[] =
    "CREATE TABLE told ("
    " kind TEXT NOT NULL, app TEXT NOT NULL, id TEXT NOT NULL,"
    " name TEXT NOT NULL, owner TEXT NOT NULL, client TEXT NOT NULL, state TEXT NOT NULL, cause TEXT NOT NULL,"
    " at INTEGER NOT NULL, alone INTEGER NOT NULL, seen_state TEXT NOT NULL, seen_cause TEXT NOT NULL, unheard "
    "INTEGER NOT NULL,"
    " PRIMARY KEY (kind, app, id)) WITHOUT ROWID;"

    "CREATE TABLE alerts ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, summary INTEGER NOT NULL,"
    " kind TEXT NOT NULL, app TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL,"
    " client TEXT NOT NULL, state TEXT NOT NULL, old_state TEXT NOT NULL, cause TEXT NOT NULL,"
    " old_cause TEXT NOT NULL, code INTEGER, message TEXT NOT NULL, request_id TEXT NOT NULL,"
    " urgency TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, fix TEXT NOT NULL,"
    " reauth_url TEXT NOT NULL, members INTEGER NOT NULL, since INTEGER NOT NULL, changes INTEGER NOT NULL,"
    " suppressed INTEGER NOT NULL, note TEXT NOT NULL);"
    "CREATE INDEX alerts_by_time ON alerts (at);";

/* Who did it, where an event is a repair and not a change that was found. */
static const char version_3[] = "ALTER TABLE events ADD COLUMN who TEXT NOT NULL DEFAULT '';"
                                "CREATE INDEX events_by_doer ON events (at) WHERE who <> '';";

/* Refreshes of tokens, the intent before the result. */
static const char version_4[] =
    "CREATE TABLE refreshes ("
    " app TEXT NOT NULL, token TEXT NOT NULL, began_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
    " result TEXT NOT NULL,"
    " fault_cause TEXT NOT NULL, fault_scope TEXT NOT NULL, fault_code INTEGER, fault_message TEXT NOT NULL,"
    " fault_request_id TEXT NOT NULL, fault_http_status INTEGER NOT NULL,"
    " failures INTEGER NOT NULL, lost INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " refresh_expires INTEGER NOT NULL, stamp TEXT NOT NULL,"
    " PRIMARY KEY (app, token)) WITHOUT ROWID;";

/* Authorizations under way. */
static const char version_5[] =
    "CREATE TABLE links ("
    " digest TEXT NOT NULL PRIMARY KEY, app TEXT NOT NULL, token TEXT NOT NULL, advertiser_id TEXT NOT NULL,"
    " who TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX links_by_end ON links (expires);"

    "CREATE TABLE exchanges ("
    " app TEXT NOT NULL, token TEXT NOT NULL, advertiser_id TEXT NOT NULL, who TEXT NOT NULL,"
    " began INTEGER NOT NULL, PRIMARY KEY (app, token)) WITHOUT ROWID;"

    "CREATE TABLE handovers ("
    " app TEXT NOT NULL, token TEXT NOT NULL, since INTEGER NOT NULL, why TEXT NOT NULL,"
    " PRIMARY KEY (app, token)) WITHOUT ROWID;"

    "CREATE TABLE scopes ("
    " app TEXT NOT NULL, token TEXT NOT NULL, at INTEGER NOT NULL, scope TEXT NOT NULL,"
    " PRIMARY KEY (app, token)) WITHOUT ROWID;";

/* Uploads that are watched. */
static const char version_6[] =
    "CREATE TABLE uploads ("
    " app TEXT NOT NULL, advertiser_id TEXT NOT NULL, video_id TEXT NOT NULL,"
    " granted_by TEXT NOT NULL, cause TEXT NOT NULL, fault TEXT NOT NULL, code INTEGER,"
    " message TEXT NOT NULL, request_id TEXT NOT NULL, since INTEGER NOT NULL, verified_at INTEGER NOT NULL,"
    " asked_at INTEGER NOT NULL, next_at INTEGER NOT NULL, asked INTEGER NOT NULL, deadline INTEGER NOT NULL,"
    " PRIMARY KEY (app, advertiser_id, video_id)) WITHOUT ROWID;";

static const char *const steps[] = {version_1, version_2, version_3, version_4, version_5, version_6};
enum { APPLICATION = 0x54544173 }; /* "TTAs" */
const struct store_schema store_schema_current = {
    .steps = steps,
    .version = TTA_LEN(steps),
    .application = APPLICATION,
    .none = "no sweep has been recorded",
    .next = "the next sweep",
};

static bool read_number(struct store *store, const char *text, int64_t *number, struct err *err)
{
    struct sql sql = sql_start(store, text);
    if (sql_next(&sql))
        *number = sqlite3_column_int64(sql.statement, 0);
    return sql_done(&sql, err);
}

static bool identify(struct store *store, const struct store_schema *schema, int *version, struct err *err)
{
    int64_t application = 0, number = 0, tables = 0;
    if (!read_number(store, "PRAGMA application_id", &application, err) ||
        !read_number(store, "PRAGMA user_version", &number, err) ||
        (application == 0 && !read_number(store, "SELECT count(*) FROM sqlite_master", &tables, err)))
        return false;
    bool empty = application == 0 && number == 0 && tables == 0;
    if (!empty && application != store->schema->application)
        return err_set(err, "%s is a database of another program: name another path in [store]", store->path);
    if (number < 0 || number > schema->version)
        return err_set(err, "%s was made by a newer release (schema %lld, this one knows %d): update this program",
                       store->path, (long long)number, schema->version);
    *version = (int)number;
    return true;
}

static bool execute(struct store *store, const char *text, struct err *err)
{
    errno = 0;
    int code = sqlite3_exec(store->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK || store_fail(store, code, err);
}

bool store_schema_read(struct store *store, const struct store_schema *schema, int *version, struct err *err)
{
    if (!sqlite3_get_autocommit(store->db))
        return identify(store, schema, version, err);
    /* The numbers belong together: another process may be making the schema right now. */
    return execute(store, "BEGIN", err) && sql_end(store, identify(store, schema, version, err), err);
}

static bool take_steps(struct store *store, const struct store_schema *schema, struct err *err)
{
    int version;
    /* Again, under the lock: another process may have been faster. */
    if (!store_schema_read(store, schema, &version, err))
        return false;
    for (int i = version; i < schema->version; i++) {
        if (!execute(store, schema->steps[i], err))
            return err_prefix(err, "upgrade to schema %d", i + 1);
    }
    char numbers[96];
    (void)sqlite3_snprintf(sizeof(numbers), numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                           store->schema->application, schema->version);
    return execute(store, numbers, err);
}

bool store_schema_upgrade(struct store *store, const struct store_schema *schema, struct err *err)
{
    if (!execute(store, "BEGIN IMMEDIATE", err))
        return false;
    return sql_end(store, take_steps(store, schema, err), err);
}
