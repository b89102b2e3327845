/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Statements of the store: prepared once, bound from and read into the members of a struct, in transactions. */
#include "ext/store_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int prepare(struct store *store, const char *text, sqlite3_stmt **statement)
{
    for (size_t i = 0; i < store->statement_count; i++) {
        if (store->statements[i].text == text) {
            *statement = store->statements[i].statement;
            return SQLITE_OK;
        }
    }
    struct store_statement *more =
        realloc(store->statements, (store->statement_count + 1) * sizeof(store->statements[0]));
    if (!more)
        return SQLITE_NOMEM;
    store->statements = more;
    int code = sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    if (code == SQLITE_OK)
        more[store->statement_count++] = (struct store_statement){text, *statement};
    return code;
}

struct sql sql_start(struct store *store, const char *text)
{
    struct sql sql = {.store = store, .next = 1};
    sqlite3_stmt *statement = NULL;
    errno = 0;
    sql.code = prepare(store, text, &statement);
    if (sql.code != SQLITE_OK)
        return sql;
    /* Its callback walks the same rows again: binding anew would end the outer walk unseen. */
    if (sqlite3_stmt_busy(statement)) {
        sql.code = SQLITE_MISUSE;
        return sql;
    }
    sql.statement = statement;
    return sql;
}

void sql_bind_text(struct sql *sql, const char *text)
{
    if (sql->code == SQLITE_OK)
        sql->code = sqlite3_bind_text(sql->statement, sql->next++, text ? text : "", -1, SQLITE_STATIC);
}

void sql_bind_int(struct sql *sql, int64_t value)
{
    if (sql->code == SQLITE_OK)
        sql->code = sqlite3_bind_int64(sql->statement, sql->next++, value);
}

static void bind_code(struct sql *sql, const char *row, const struct sql_field *field)
{
    bool known;
    memcpy(&known, row + field->flag_at, sizeof(known));
    if (known) {
        int64_t value;
        memcpy(&value, row + field->at, sizeof(value));
        sql_bind_int(sql, value);
    } else if (sql->code == SQLITE_OK) {
        sql->code = sqlite3_bind_null(sql->statement, sql->next++);
    }
}

void sql_bind_row(struct sql *sql, const struct sql_field *fields, size_t count, const void *row)
{
    for (size_t i = 0; i < count; i++) {
        const char *member = (const char *)row + fields[i].at;
        const char *text;
        int64_t value;
        bool flag;
        switch (fields[i].kind) {
        case SQL_TEXT:
            memcpy(&text, member, sizeof(text));
            sql_bind_text(sql, text);
            break;
        case SQL_INT:
            memcpy(&value, member, sizeof(value));
            sql_bind_int(sql, value);
            break;
        case SQL_BOOL:
            memcpy(&flag, member, sizeof(flag));
            sql_bind_int(sql, flag);
            break;
        case SQL_CODE:
            bind_code(sql, row, &fields[i]);
            break;
        }
    }
}

bool sql_next(struct sql *sql)
{
    if (sql->code != SQLITE_OK)
        return false;
    errno = 0;
    int code = sqlite3_step(sql->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        sql->code = code;
    return code == SQLITE_ROW;
}

bool sql_text(struct sql *sql, int column, const char **text)
{
    *text = (const char *)sqlite3_column_text(sql->statement, column);
    if (*text)
        return true;
    /* A NULL value and a failed conversion look the same but for the error. */
    if (sqlite3_errcode(sql->store->db) == SQLITE_NOMEM) {
        sql->code = SQLITE_NOMEM;
        return false;
    }
    *text = "";
    return true;
}

bool sql_read(struct sql *sql, const struct sql_field *fields, size_t count, void *row)
{
    for (size_t i = 0; i < count; i++) {
        char *member = (char *)row + fields[i].at;
        int column = (int)i;
        int64_t value = sqlite3_column_int64(sql->statement, column);
        bool flag = value != 0;
        const char *text;
        switch (fields[i].kind) {
        case SQL_TEXT:
            if (!sql_text(sql, column, &text))
                return false;
            memcpy(member, &text, sizeof(text));
            break;
        case SQL_INT:
            memcpy(member, &value, sizeof(value));
            break;
        case SQL_BOOL:
            memcpy(member, &flag, sizeof(flag));
            break;
        case SQL_CODE:
            flag = sqlite3_column_type(sql->statement, column) != SQLITE_NULL;
            memcpy(member, &value, sizeof(value));
            memcpy((char *)row + fields[i].flag_at, &flag, sizeof(flag));
            break;
        }
    }
    return true;
}

bool sql_done(struct sql *sql, struct err *err)
{
    bool ok = sql->code == SQLITE_OK || store_fail(sql->store, sql->code, err);
    if (sql->statement) {
        /* Its result repeats what sqlite3_step said. */
        (void)sqlite3_reset(sql->statement);
        (void)sqlite3_clear_bindings(sql->statement);
    }
    return ok;
}

bool sql_run(struct sql *sql, struct err *err)
{
    (void)sql_next(sql); /* sql_done tells */
    return sql_done(sql, err);
}

bool sql_walk(struct sql *sql, const struct sql_field *fields, size_t count, void *row, sql_visit *visit,
              void *visitor, struct err *err)
{
    bool wanted = true;
    while (wanted && sql_next(sql))
        wanted = sql_read(sql, fields, count, row) && visit(visitor, row);
    if (!sql_done(sql, err))
        return false;
    if (!wanted)
        err_clear(err);
    return wanted;
}

static void roll_back(struct store *store)
{
    /* SQLite has rolled back by itself after some errors. A rollback that fails leaves the next writer to recover
     * from the WAL: nothing of this transaction is ever seen. */
    if (!sqlite3_get_autocommit(store->db))
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

bool sql_begin(struct store *store, struct err *err)
{
    struct sql sql = sql_start(store, "BEGIN IMMEDIATE");
    if (!sql_run(&sql, err))
        return false;
    int version;
    if (store_schema_read(store, store->schema, &version, err))
        return true;
    roll_back(store);
    return false;
}

bool sql_end(struct store *store, bool ok, struct err *err)
{
    if (ok) {
        struct sql sql = sql_start(store, "COMMIT");
        ok = sql_run(&sql, err);
    }
    if (!ok)
        roll_back(store);
    return ok;
}
