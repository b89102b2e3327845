/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the store share: the handle, its statements, its errors. Seen by store*.c and their tests. */
#ifndef TTA_EXT_STORE_PRIVATE_H
#define TTA_EXT_STORE_PRIVATE_H

#include "base/file.h"
#include "ext/store.h"

#include <sqlite3.h>

struct store_statement {
    const char *text;
    sqlite3_stmt *statement;
};

struct store_schema;

struct store {
    sqlite3 *db;
    char *path;
    const struct store_schema *schema; /* whose database this is */
    enum store_mode mode;
    int patience_ms;         /* for other processes */
    bool immutable;          /* read without locks, because nothing may be written beside the file */
    struct file_stamp stamp; /* while immutable: of the file as it was opened */
    struct store_statement *statements;
    size_t statement_count;
};

/* --- store_error.c: sentences for a person ------------------------------------------------------------------- */
/* Says what an SQLite result (extended) means for this store; errno was zeroed before the call that gave it.
 * Returns false. */
bool store_fail(const struct store *store, int code, struct err *err);
/* Says that the file is not a sound store, and what to do. Returns false. */
bool store_damaged(const struct store *store, const char *what, struct err *err);
/* Says which folder or file this process may not use as its mode needs; true when there is none. */
bool store_may_use(const struct store *store, struct err *err) TTA_MUST_CHECK;
/* True when there is a -wal file that holds changes. */
bool store_has_wal(const struct store *store);

/* --- store_schema.c: versions of the schema ------------------------------------------------------------------ */
/* steps[n] leads from version n to version n + 1. */
struct store_schema {
    const char *const *steps;
    int version;      /* how many */
    int application;  /* in the file's header beside the version: tells our databases from any other */
    const char *none; /* why there may be no such file: "no sweep has been recorded" */
    const char *next; /* who makes or upgrades it: "the next sweep" */
};
extern const struct store_schema store_schema_current;
/* Reads whose database this is and its version (0: empty). False for another program's, or one newer than
 * `schema`. */
bool store_schema_read(struct store *store, const struct store_schema *schema, int *version,
                       struct err *err) TTA_MUST_CHECK;
/* Takes the database to the version of `schema`, all steps in one transaction. */
bool store_schema_upgrade(struct store *store, const struct store_schema *schema, struct err *err) TTA_MUST_CHECK;

/* --- store.c ------------------------------------------------------------------------------------------------- */
/* As store_open_within, for a database of this schema. */
struct store *store_open_as(const char *path, const struct store_schema *schema, enum store_mode mode,
                            int patience_ms, struct err *err) TTA_MUST_CHECK;

/* --- store_sql.c: statements --------------------------------------------------------------------------------- */
/* A running statement. A failure sticks: what follows does nothing, and sql_done tells. */
struct sql {
    struct store *store;
    sqlite3_stmt *statement;
    int next; /* parameter to bind */
    int code; /* SQLITE_OK until something failed */
};

/* A member of a row's struct. A code is NULL in the database while its flag is false. */
enum sql_kind { SQL_TEXT, SQL_INT, SQL_BOOL, SQL_CODE };
struct sql_field {
    enum sql_kind kind;
    size_t at;
    size_t flag_at;
};
#define SQL_FIELD(type, member)                                                                                        \
    {                                                                                                                  \
        _Generic(((type *)0)->member, const char *: SQL_TEXT, int64_t: SQL_INT, bool: SQL_BOOL),                     \
     offsetof(type, member), 0 \
    }
#define SQL_FIELD_CODE(type, flag, member)                     \
    {                                                          \
        SQL_CODE, offsetof(type, member), offsetof(type, flag) \
    }

/* A struct store_fault inside a row's struct, as the columns of every table name it. */
#define SQL_FAULT_COLUMNS \
    "fault_cause, fault_scope, fault_code, fault_message, fault_request_id, fault_http_status"
#define SQL_FAULT_FIELDS(type, fault)                                                                             \
    SQL_FIELD(type, fault.cause), SQL_FIELD(type, fault.scope), SQL_FIELD_CODE(type, fault.has_code, fault.code), \
        SQL_FIELD(type, fault.message), SQL_FIELD(type, fault.request_id), SQL_FIELD(type, fault.http_status)

/* Starts a statement; `text` is a constant by whose address the prepared statement is kept. Ends with sql_done. */
struct sql sql_start(struct store *store, const char *text);
/* Bind the next parameters. Texts must live until sql_done; NULL is bound as "". */
void sql_bind_text(struct sql *sql, const char *text);
void sql_bind_int(struct sql *sql, int64_t value);
void sql_bind_row(struct sql *sql, const struct sql_field *fields, size_t count, const void *row);
/* Steps; true when there is a row. */
bool sql_next(struct sql *sql);
/* Reads one column, of any type; the text lives until the next sql_next or sql_done. */
bool sql_text(struct sql *sql, int column, const char **text);
/* Reads the first `count` columns into the members; texts live as long. */
bool sql_read(struct sql *sql, const struct sql_field *fields, size_t count, void *row);
/* Ends the statement; false with *err when anything failed since its start. */
bool sql_done(struct sql *sql, struct err *err) TTA_MUST_CHECK;
/* Steps a statement that gives no rows, and ends it. */
bool sql_run(struct sql *sql, struct err *err) TTA_MUST_CHECK;
/* Reads each row into `row`, hands it to `visit`, and ends the statement. */
typedef bool sql_visit(void *visitor, const void *row);
bool sql_walk(struct sql *sql, const struct sql_field *fields, size_t count, void *row, sql_visit *visit,
              void *visitor, struct err *err) TTA_MUST_CHECK;

/* The write lock, at once. Fails when the schema has become another one since the store was opened. */
bool sql_begin(struct store *store, struct err *err) TTA_MUST_CHECK;
/* Commits when `ok`, else (or when that fails) rolls back. True when committed. */
bool sql_end(struct store *store, bool ok, struct err *err) TTA_MUST_CHECK;

/* --- store_forget.c ------------------------------------------------------------------------------------------ */
/* Gives SQL forget_word(TEXT, WORD), the text without the word, and wipes what is deleted from here on. */
bool store_know_forget_word(struct store *store, struct err *err) TTA_MUST_CHECK;

/* --- parts of transactions that are under way ---------------------------------------------------------------- */
bool store_put_verdicts(struct store *store, const struct store_verdict *verdicts, size_t verdict_count,
                        const struct store_event *events, size_t event_count, struct err *err) TTA_MUST_CHECK;
bool store_put_value(struct store *store, const char *name, const char *value, struct err *err) TTA_MUST_CHECK;

#endif
