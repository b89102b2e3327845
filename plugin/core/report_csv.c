/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes losses as CSV: names are somebody else's, and a spreadsheet runs what looks like a formula. */
#include "core/report_csv.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum { FIELD_MAX = 2000 };

static const char *const COLUMN[] = {
    "app",       "advertiser_id", "name",    "owner",       "client",           "cause", "state", "code",
    "root_kind", "root_id",       "lost_at", "repaired_at", "time_to_repair_s", "open",  "ended",
};

/* Whether a spreadsheet may take it for a formula, blanks before it or not, in ASCII or full width. */
static bool is_formula(const char *text)
{
    static const char *const BEGINS[] = {
        "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

    text += strspn(text, " \t\r\n");
    for (size_t i = 0; i < TTA_LEN(BEGINS); i++)
        if (strncmp(text, BEGINS[i], strlen(BEGINS[i])) == 0)
            return true;
    return false;
}

void report_csv_text(const char *text, bool first, struct buf *out)
{
    bool formula = is_formula(text) || text[0] == '\t' || text[0] == '\r';
    struct buf safe;

    buf_init(&safe, FIELD_MAX + 8);
    if (formula)
        buf_char(&safe, '\'');
    text_safe(&safe, text, strlen(text), false, FIELD_MAX);
    if (!buf_ok(&safe))
        buf_fail(out);
    csv_write_field(out, buf_text(&safe), first);
    buf_free(&safe);
}

static void put_number(int64_t value, bool known, struct buf *out)
{
    buf_char(out, ',');
    if (known)
        buf_printf(out, "%" PRId64, value);
}

static void put_time(int64_t t, struct buf *out)
{
    char text[CLOCK_TEXT_MAX];

    csv_write_field(out, t > 0 ? clock_rfc3339(t, text) : "", false);
}

static void put_loss(const struct loss *loss, struct buf *out)
{
    int64_t repair_s = loss_repair_s(loss);

    report_csv_text(loss->app, true, out);
    report_csv_text(loss->id, false, out);
    report_csv_text(loss->name, false, out);
    report_csv_text(loss->owner, false, out);
    report_csv_text(loss->client, false, out);
    report_csv_text(cause_name(loss->cause), false, out);
    report_csv_text(state_name(loss->state), false, out);
    put_number(loss->code, loss->has_code, out);
    report_csv_text(loss->root_kind, false, out);
    report_csv_text(loss->root_id, false, out);
    put_time(loss->lost_at, out);
    put_time(loss->end == LOSS_REPAIRED ? loss->ended_at : 0, out);
    put_number(repair_s, repair_s >= 0, out);
    csv_write_field(out, loss->end == LOSS_OPEN ? "yes" : "no", false);
    csv_write_field(out, loss_end_name(loss->end), false);
    buf_char(out, '\n');
}

bool report_csv(const struct losses *losses, struct buf *out)
{
    for (size_t i = 0; i < TTA_LEN(COLUMN); i++)
        csv_write_field(out, COLUMN[i], i == 0);
    buf_char(out, '\n');
    for (size_t i = 0; i < losses->count && buf_ok(out); i++)
        put_loss(&losses->item[i], out);
    return buf_ok(out);
}
