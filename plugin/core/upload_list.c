/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Watched uploads as the text that is published for the checks. */
#include "core/upload_list.h"

#include "base/csv.h"
#include "core/grow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first row; another one is another release's. */
static const char FORMAT[] = "tiktok-auth-videos 1";

/* The fields of a row, in this order. */
enum column {
    COLUMN_APP,
    COLUMN_ADVERTISER,
    COLUMN_ID,
    COLUMN_GRANTED_BY,
    COLUMN_CAUSE,
    COLUMN_FAULT,
    COLUMN_CODE,
    COLUMN_MESSAGE,
    COLUMN_REQUEST_ID,
    COLUMN_TIME,
    COLUMN_COUNT = COLUMN_TIME + 6
};

/* The times and the count, which stand behind the texts. */
static const size_t NUMBER[] = {offsetof(struct upload, since),    offsetof(struct upload, verified_at),
                                offsetof(struct upload, asked_at), offsetof(struct upload, next_at),
                                offsetof(struct upload, asked),    offsetof(struct upload, deadline)};
_Static_assert(TTA_LEN(NUMBER) == COLUMN_COUNT - COLUMN_TIME, "a column for each number");

struct upload *upload_list_add(struct upload_list *list)
{
    struct upload *item = list->count < UPLOADS_MAX ? grow_by_one(list->item, list->count, sizeof(*item)) : NULL;

    if (!item)
        return NULL;
    list->item = item;
    item += list->count++;
    memset(item, 0, sizeof(*item));
    return item;
}

void upload_list_free(struct upload_list *list)
{
    free(list->item);
    *list = (struct upload_list){.item = NULL};
}

/* --- writing ------------------------------------------------------------------------------------------------- */

static void put_number(struct buf *out, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number); /* fits */
    csv_write_field(out, text, false);
}

static void put_upload(const struct upload *u, struct buf *out)
{
    csv_write_field(out, u->app, true);
    csv_write_field(out, u->advertiser_id, false);
    csv_write_field(out, u->id, false);
    csv_write_field(out, u->granted_by == GRANTED_BY_US ? "us" : "client", false);
    csv_write_field(out, cause_name(u->cause), false);
    csv_write_field(out, cause_name(u->fault), false);
    if (u->has_code)
        put_number(out, u->code);
    else
        csv_write_field(out, "", false);
    csv_write_field(out, u->message, false);
    csv_write_field(out, u->request_id, false);
    for (size_t i = 0; i < TTA_LEN(NUMBER); i++) {
        int64_t number;

        memcpy(&number, (const char *)u + NUMBER[i], sizeof(number));
        put_number(out, number);
    }
    buf_char(out, '\n');
}

bool upload_list_encode(const struct upload_list *list, struct buf *out)
{
    buf_printf(out, "%s\n", FORMAT);
    for (size_t i = 0; i < list->count; i++)
        put_upload(&list->item[i], out);
    return buf_ok(out);
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static bool take(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

static bool read_upload(const struct csv_row *row, struct upload *u)
{
    if (row->fault || row->count != COLUMN_COUNT || !parse_section_name(row->field[COLUMN_APP]) ||
        !parse_advertiser_id(row->field[COLUMN_ADVERTISER]) || !parse_video_id(row->field[COLUMN_ID]) ||
        !take(u->app, sizeof(u->app), row->field[COLUMN_APP]) ||
        !take(u->advertiser_id, sizeof(u->advertiser_id), row->field[COLUMN_ADVERTISER]) ||
        !take(u->id, sizeof(u->id), row->field[COLUMN_ID]) ||
        !cause_from_name(row->field[COLUMN_CAUSE], &u->cause) ||
        !cause_from_name(row->field[COLUMN_FAULT], &u->fault) ||
        !take(u->message, sizeof(u->message), row->field[COLUMN_MESSAGE]) ||
        !take(u->request_id, sizeof(u->request_id), row->field[COLUMN_REQUEST_ID]))
        return false;
    u->granted_by = strcmp(row->field[COLUMN_GRANTED_BY], "us") == 0 ? GRANTED_BY_US : GRANTED_BY_CLIENT;
    u->has_code = row->field[COLUMN_CODE][0] != '\0';
    if (u->has_code && !parse_i64(row->field[COLUMN_CODE], INT64_MIN, INT64_MAX, &u->code))
        return false;
    for (size_t i = 0; i < TTA_LEN(NUMBER); i++) {
        int64_t number;

        if (!parse_i64(row->field[COLUMN_TIME + i], 0, INT64_MAX, &number))
            return false;
        memcpy((char *)u + NUMBER[i], &number, sizeof(number));
    }
    return true;
}

struct reading {
    struct upload_list *list;
    bool known; /* the first row was as it should be */
    const char *fault;
};

static bool read_row(void *arg, const struct csv_row *row)
{
    struct reading *reading = arg;
    struct upload upload = {.cause = CAUSE_AUTHORIZED};
    struct upload *item;

    if (!reading->known) {
        reading->known = row->count == 1 && strcmp(row->field[0], FORMAT) == 0;
        reading->fault = reading->known ? NULL : "it is of another release";
        return reading->known;
    }
    if (!read_upload(row, &upload)) {
        reading->fault = "it is damaged";
        return false;
    }
    item = upload_list_add(reading->list);
    if (!item) {
        reading->fault = "it is too long";
        return false;
    }
    *item = upload;
    return true;
}

bool upload_list_decode(const char *text, size_t len, struct upload_list *list, struct err *err)
{
    struct reading reading = {.list = list};

    if (csv_read(text, len, read_row, &reading) && reading.known)
        return true;
    upload_list_free(list);
    return err_set(err, "%s", reading.fault ? reading.fault : reading.known ? "out of memory" : "it is empty");
}
