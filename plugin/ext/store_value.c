/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Named texts in the store. */
#include "base/text.h"
#include "ext/store_private.h"

bool store_get_value(struct store *store, const char *name, char **value, struct err *err)
{
    static const char text[] = "SELECT value FROM named_values WHERE name = ?";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, name);
    const char *found = NULL;
    *value = NULL;
    if (sql_next(&sql) && sql_text(&sql, 0, &found)) {
        *value = text_dup(found);
        if (!*value)
            sql.code = SQLITE_NOMEM;
    }
    return sql_done(&sql, err);
}

bool store_put_value(struct store *store, const char *name, const char *value, struct err *err)
{
    static const char text[] = "REPLACE INTO named_values (name, value) VALUES (?, ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, name);
    sql_bind_text(&sql, value);
    return sql_run(&sql, err);
}

bool store_set_value(struct store *store, const char *name, const char *value, struct err *err)
{
    return sql_begin(store, err) && sql_end(store, store_put_value(store, name, value, err), err);
}
