/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Uploads that are watched until they are usable. */
#include "ext/store_private.h"

static const struct sql_field upload_fields[] = {
    SQL_FIELD(struct store_upload, granted_by), SQL_FIELD(struct store_upload, cause),
    SQL_FIELD(struct store_upload, fault),      SQL_FIELD_CODE(struct store_upload, has_code, code),
    SQL_FIELD(struct store_upload, message),    SQL_FIELD(struct store_upload, request_id),
    SQL_FIELD(struct store_upload, since),      SQL_FIELD(struct store_upload, verified_at),
    SQL_FIELD(struct store_upload, asked_at),   SQL_FIELD(struct store_upload, next_at),
    SQL_FIELD(struct store_upload, asked),      SQL_FIELD(struct store_upload, deadline),
    SQL_FIELD(struct store_upload, app),        SQL_FIELD(struct store_upload, advertiser_id),
    SQL_FIELD(struct store_upload, video_id),
};
/* What names it stands last in the table above, as in the WHERE of an update. */
enum { KEY_FIELDS = 3, VALUE_FIELDS = TTA_LEN(upload_fields) - KEY_FIELDS };

/* One statement for each row, all in one transaction: values and key, or the key alone. */
static bool write_each(struct store *store, const char *text, bool key_only, const struct store_upload *rows,
                       size_t count, struct err *err)
{
    size_t skipped = key_only ? (size_t)VALUE_FIELDS : 0;
    bool ok = true;

    if (!sql_begin(store, err))
        return false;
    for (size_t i = 0; i < count && ok; i++) {
        struct sql sql = sql_start(store, text);

        sql_bind_row(&sql, upload_fields + skipped, TTA_LEN(upload_fields) - skipped, &rows[i]);
        ok = sql_run(&sql, err);
    }
    return sql_end(store, ok, err);
}

bool store_watch(struct store *store, const struct store_upload *rows, size_t count, struct err *err)
{
    static const char text[] =
        "REPLACE INTO uploads (granted_by, cause, fault, code, message, request_id, since, verified_at, asked_at,"
        " next_at, asked, deadline, app, advertiser_id, video_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    return write_each(store, text, false, rows, count, err);
}

bool store_note_uploads(struct store *store, const struct store_upload *rows, size_t count, struct err *err)
{
    static const char text[] = "UPDATE uploads SET granted_by = ?, cause = ?, fault = ?, code = ?, message = ?, "
                               "request_id = ?, since = ?,"
                               " verified_at = ?, asked_at = ?, next_at = ?, asked = ?, deadline = ?"
                               " WHERE app = ? AND advertiser_id = ? AND video_id = ?";
    return write_each(store, text, false, rows, count, err);
}

bool store_unwatch(struct store *store, const struct store_upload *rows, size_t count, struct err *err)
{
    static const char text[] = "DELETE FROM uploads WHERE app = ? AND advertiser_id = ? AND video_id = ?";
    return write_each(store, text, true, rows, count, err);
}

struct upload_visitor {
    store_upload_fn *fn;
    void *arg;
};

static bool visit_upload(void *visitor, const void *row)
{
    const struct upload_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_upload(struct store *store, store_upload_fn *fn, void *arg, struct err *err)
{
    static const char text[] =
        "SELECT granted_by, cause, fault, code, message, request_id, since, verified_at, asked_at, next_at, asked,"
        " deadline, app, advertiser_id, video_id FROM uploads ORDER BY app, advertiser_id, video_id";
    struct sql sql = sql_start(store, text);
    struct upload_visitor visitor = {fn, arg};
    struct store_upload row;
    return sql_walk(&sql, upload_fields, TTA_LEN(upload_fields), &row, visit_upload, &visitor, err);
}
