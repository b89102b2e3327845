/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forgetting what is kept of a person: rows, mentions in texts, and the bytes of both. */
#include "base/parse.h"
#include "ext/store_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char FORGOTTEN[] = "[forgotten]";

enum { PURGE_RETRY_MS = 50 };

/* --- mentions in texts --------------------------------------------------------------------------------------- */

static bool is_word_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

/* Where `word` stands in the text, no letter or digit beside it; NULL: nowhere. */
static const char *find_word(const char *text, const char *from, const char *word, size_t len)
{
    for (const char *at = strstr(from, word); at; at = strstr(at + 1, word))
        if ((at == text || !is_word_byte((unsigned char)at[-1]) || !is_word_byte((unsigned char)word[0])) &&
            (!is_word_byte((unsigned char)at[len]) || !is_word_byte((unsigned char)word[len - 1])))
            return at;
    return NULL;
}

/* forget_word(TEXT, WORD): TEXT without the word. */
static void forget_word(sqlite3_context *context, int count, sqlite3_value **value)
{
    const char *text = (const char *)sqlite3_value_text(value[0]);
    const char *word = (const char *)sqlite3_value_text(value[1]);
    size_t len = word ? strlen(word) : 0;
    sqlite3_str *out;
    const char *at, *rest = text;

    (void)count;
    if (!text || len == 0 || !find_word(text, text, word, len)) {
        sqlite3_result_value(context, value[0]);
        return;
    }
    out = sqlite3_str_new(NULL);
    while ((at = find_word(text, rest, word, len))) {
        sqlite3_str_append(out, rest, (int)(at - rest)); /* a text of the database is shorter than 2^31 */
        sqlite3_str_appendall(out, FORGOTTEN);
        rest = at + len;
    }
    sqlite3_str_appendall(out, rest);
    if (sqlite3_str_errcode(out) == SQLITE_OK)
        sqlite3_result_text(context, sqlite3_str_value(out), -1, SQLITE_TRANSIENT);
    else
        sqlite3_result_error_nomem(context);
    sqlite3_free(sqlite3_str_finish(out));
}

/* Texts that others wrote, or that name things; nothing of them is part of a key. */
#define WITHOUT(column) column " = forget_word(" column ", ?1)"
#define WITH(column) "forget_word(" column ", ?1) <> " column
static const char *const MENTION[] = {
    "UPDATE events SET " WITHOUT("message") ", " WITHOUT("note") ", " WITHOUT("name") " WHERE " WITH(
        "message") " OR " WITH("note") " OR " WITH("name"),
    "UPDATE alerts SET " WITHOUT("message") ", " WITHOUT("note") ", " WITHOUT("fix") ", " WITHOUT(
        "reauth_"
        "url") ", " WITHOUT("client") " WHERE " WITH("message") " OR " WITH("note") " OR " WITH("fix") " OR " WITH("reauth_"
                                                                                                                   "url") " OR"
                                                                                                                          " " WITH(
                                                                                                                              "client"),
    "UPDATE told SET " WITHOUT("client") " WHERE " WITH("client"),
    "UPDATE tokens SET " WITHOUT("message") ", " WITHOUT("fault_message") " WHERE " WITH("message") " OR " WITH(
        "fault_message"),
    "UPDATE grants SET " WITHOUT("message") ", " WITHOUT("fault_message") " WHERE " WITH("message") " OR " WITH(
        "fault_message"),
    "UPDATE endpoints SET " WITHOUT("message") " WHERE " WITH("message"),
    "UPDATE refreshes SET " WITHOUT("fault_message") " WHERE " WITH("fault_message"),
    "UPDATE handovers SET " WITHOUT("why") " WHERE " WITH("why"),
    "UPDATE uploads SET " WITHOUT("message") " WHERE " WITH("message"),
    "UPDATE named_values SET " WITHOUT("value") " WHERE " WITH("value"),
};

/* --- rows ---------------------------------------------------------------------------------------------------- */

/* ?1: kind, ?2: id. The first ones are all that --history means. */
static const char *const PAST[] = {
    /* Who came from where to repair what is named: the address goes before the mention does. */
    "UPDATE events SET who = 'remote' WHERE ?1 = 'advertiser' AND who GLOB 'remote *' AND instr(note, ?2)",
    "DELETE FROM events WHERE kind = ?1 AND object = ?2",
    "DELETE FROM alerts WHERE kind = ?1 AND object = ?2",
    "UPDATE events SET root_id = '[forgotten]' WHERE root_kind = ?1 AND root_id = ?2",
};
static const char *const PRESENT[] = {
    "DELETE FROM verdicts WHERE kind = ?1 AND id = ?2",
    "DELETE FROM told WHERE kind = ?1 AND id = ?2",
    "DELETE FROM grants WHERE ?1 = 'advertiser' AND advertiser_id = ?2",
    "DELETE FROM retired WHERE ?1 = 'advertiser' AND advertiser_id = ?2",
    "DELETE FROM uploads WHERE ?1 = 'advertiser' AND advertiser_id = ?2",
    "DELETE FROM links WHERE ?1 = 'advertiser' AND advertiser_id = ?2",
    "DELETE FROM exchanges WHERE ?1 = 'advertiser' AND advertiser_id = ?2",
};

static bool run_each(struct store *store, const char *const *text, size_t count, const char *first,
                     const char *second, int64_t *changed, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct sql sql = sql_start(store, text[i]);

        sql_bind_text(&sql, first);
        if (second)
            sql_bind_text(&sql, second);
        if (!sql_run(&sql, err))
            return false;
        *changed += sqlite3_changes(store->db);
    }
    return true;
}

static bool forget_rows(struct store *store, const struct store_forget *what, int64_t *changed, struct err *err)
{
    if (strcmp(what->kind, "token") == 0) {
        static const char *const login[] = {
            "UPDATE tokens SET login = '', login_mail = ''"
            " WHERE app = ?1 AND token = ?2 AND (login <> '' OR login_mail <> '')"};

        return run_each(store, login, TTA_LEN(login), what->app, what->id, changed, err);
    }
    return run_each(store, PAST, TTA_LEN(PAST), what->kind, what->id, changed, err) &&
           (what->history_only || run_each(store, PRESENT, TTA_LEN(PRESENT), what->kind, what->id, changed, err));
}

bool store_know_forget_word(struct store *store, struct err *err)
{
    errno = 0;
    int code = sqlite3_create_function_v2(store->db, "forget_word", 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                          forget_word, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(store->db, "PRAGMA secure_delete = ON", NULL, NULL, NULL);
    return code == SQLITE_OK || store_fail(store, code, err);
}

bool store_forget(struct store *store, const struct store_forget *what, int64_t *changed, struct err *err)
{
    bool ok = store_know_forget_word(store, err) && sql_begin(store, err);

    *changed = 0;
    if (!ok)
        return false;
    ok = forget_rows(store, what, changed, err);
    for (size_t i = 0; ok && i < what->word_count; i++)
        ok = run_each(store, MENTION, TTA_LEN(MENTION), what->word[i], NULL, changed, err);
    if (ok && *changed > 0 && !what->only_count)
        ok = store_put_verdicts(store, NULL, 0, what->event, 1, err);
    if (ok && what->only_count) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL); /* one that fails leaves nothing either */
        return true;
    }
    return sql_end(store, ok, err);
}

bool store_each_word_of(struct store *store, const char *advertiser_id, store_word_fn *fn, void *arg,
                        struct err *err)
{
    static const char text[] =
        "SELECT 'name', name FROM events WHERE kind = 'advertiser' AND object = ?1 AND name <> ''"
        " UNION SELECT 'name', name FROM alerts WHERE kind = 'advertiser' AND object = ?1 AND name <> ''"
        " UNION SELECT 'name', name FROM told WHERE kind = 'advertiser' AND id = ?1 AND name <> ''"
        " UNION SELECT 'client', client FROM alerts WHERE kind = 'advertiser' AND object = ?1 AND client <> ''"
        " UNION SELECT 'client', root_id FROM events"
        " WHERE kind = 'advertiser' AND object = ?1 AND root_kind = 'client'"
        " UNION SELECT 'client', client FROM told WHERE kind = 'advertiser' AND id = ?1 AND client <> ''";
    struct sql sql = sql_start(store, text);
    const char *kind, *word;
    bool wanted = true;

    sql_bind_text(&sql, advertiser_id);
    while (wanted && sql_next(&sql))
        wanted = sql_text(&sql, 0, &kind) && sql_text(&sql, 1, &word) && fn(arg, kind, word);
    return sql_done(&sql, err) && wanted;
}

/* --- bytes --------------------------------------------------------------------------------------------------- */

/* *busy: somebody reads what was before, so the log could not be emptied. */
static bool empty_log(struct store *store, bool *busy, struct err *err)
{
    struct sql sql = sql_start(store, "PRAGMA wal_checkpoint(TRUNCATE)");

    if (sql_next(&sql))
        *busy = sqlite3_column_int(sql.statement, 0) != 0;
    else
        *busy = (sql.code & 0xff) == SQLITE_BUSY || (sql.code & 0xff) == SQLITE_LOCKED;
    if (*busy)
        sql.code = SQLITE_OK;
    return sql_done(&sql, err);
}

/* Empties the log, waiting for those who read. */
static bool empty_log_in_time(struct store *store, struct err *err)
{
    bool busy = true, ok = true;

    (void)sqlite3_busy_timeout(store->db, 0); /* the waiting is ours */
    for (int waited = 0; ok && busy && waited <= store->patience_ms; waited += PURGE_RETRY_MS) {
        if (waited > 0)
            (void)sqlite3_sleep(PURGE_RETRY_MS);
        ok = empty_log(store, &busy, err);
    }
    (void)sqlite3_busy_timeout(store->db, store->patience_ms);
    if (ok && busy)
        return err_set(err, "%s: another process reads what was before, so its -wal still holds it", store->path);
    return ok;
}

bool store_purge(struct store *store, struct err *err)
{
    errno = 0;
    int code = sqlite3_exec(store->db, "PRAGMA secure_delete = ON; VACUUM", NULL, NULL, NULL);

    return (code == SQLITE_OK || store_fail(store, code, err)) && empty_log_in_time(store, err);
}
