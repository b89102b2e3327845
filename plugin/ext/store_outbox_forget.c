/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forgetting what is on its way about a person. */
#include "ext/store_outbox_private.h"

/* Alerts about it go, and others lose the mention; their bodies stay JSON, as a mention is a part of a string. */
static const char *const FORGET[] = {
    "DELETE FROM deliveries WHERE forget_word(key, ?1) <> key",
    "DELETE FROM alerts WHERE forget_word(key, ?1) <> key",
    "DELETE FROM said WHERE forget_word(key, ?1) <> key",
    "DELETE FROM notices WHERE forget_word(id, ?1) <> id",
    ("UPDATE deliveries SET body = forget_word(body, ?1), fault = forget_word(fault, ?1)"
     " WHERE forget_word(body, ?1) <> body OR forget_word(fault, ?1) <> fault"),
    ("UPDATE alerts SET first = forget_word(first, ?1), body = forget_word(body, ?1)"
     " WHERE forget_word(first, ?1) <> first OR forget_word(body, ?1) <> body"),
};

bool outbox_forget(struct outbox *outbox, const char *const *word, size_t count, int64_t *changed, struct err *err)
{
    bool ok = store_know_forget_word(outbox->store, err) && sql_begin(outbox->store, err);

    *changed = 0;
    if (!ok)
        return false;
    for (size_t i = 0; i < count && ok; i++) {
        for (size_t k = 0; k < TTA_LEN(FORGET) && ok; k++) {
            struct sql sql = sql_start(outbox->store, FORGET[k]);

            sql_bind_text(&sql, word[i]);
            ok = sql_run(&sql, err);
            *changed += sqlite3_changes(outbox->store->db);
        }
    }
    return sql_end(outbox->store, ok, err);
}

bool outbox_purge(struct outbox *outbox, struct err *err)
{
    return store_purge(outbox->store, err);
}
