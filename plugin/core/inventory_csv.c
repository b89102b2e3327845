/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The inventory as CSV: read by the columns that its header line names, and written so that it reads back. */
#include "base/clock.h"
#include "base/csv.h"
#include "base/text.h"
#include "core/grow.h"
#include "core/inventory_build.h"
#include "core/nearest.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_ECHO_MAX = 40, DATE_LEN = 10 };

static const struct {
    const char *name;
    bool needed;
    size_t offset; /* of the text in struct row_text */
} COLUMN[] = {
    {"advertiser_id", true, offsetof(struct row_text, id)},
    {"name", true, offsetof(struct row_text, name)},
    {"token", true, offsetof(struct row_text, tokens)},
    {"owner", true, offsetof(struct row_text, owner)},
    {"client", false, offsetof(struct row_text, client)},
    {"until", false, offsetof(struct row_text, until)},
    {"required_permissions", false, offsetof(struct row_text, required)},
};

enum { COLUMNS = TTA_LEN(COLUMN), NONE = CSV_FIELDS_MAX };
static const char NEEDED[] = "needed: advertiser_id, name, token, owner";

/* One CSV text being read. */
struct reading {
    struct inventory_builder *builder;
    const char *file;
    bool has_header;
    bool left_out;      /* the header line can't be used */
    size_t at[COLUMNS]; /* the field that holds the column; NONE: the file has none */
    size_t fields;      /* in the header line */
};

static size_t column_of(const char *name)
{
    size_t i = 0;

    while (i < COLUMNS && strcmp(COLUMN[i].name, name) != 0)
        i++;
    return i;
}

static const char *nearest_column(const char *name)
{
    struct nearest search;

    nearest_begin(&search, name);
    for (size_t i = 0; i < COLUMNS; i++)
        nearest_try(&search, COLUMN[i].name);
    return search.best;
}

static void map_columns(struct reading *reading, const struct csv_row *row)
{
    for (size_t field = 0; field < row->count; field++) {
        size_t column = column_of(row->field[field]);

        if (column < COLUMNS && reading->at[column] == NONE)
            reading->at[column] = field;
    }
}

/* False, with a complaint: a needed column is not there. */
static bool has_needed(const struct reading *reading, const struct csv_row *row)
{
    struct nearest search;

    for (size_t i = 0; i < COLUMNS; i++) {
        if (!COLUMN[i].needed || reading->at[i] != NONE)
            continue;
        nearest_begin(&search, COLUMN[i].name);
        for (size_t field = 0; field < row->count; field++)
            nearest_try(&search, row->field[field]);
        complain(reading->builder->complaints, reading->file, row->line, SUBJECT_ALL, "",
                 "the header line has no column '%s'%s%s%s; %s%s; the file is left out", COLUMN[i].name,
                 search.best ? ", but '" : "", search.best ? search.best : "", search.best ? "'" : "", NEEDED,
                 row->count == 1 && strpbrk(row->field[0], ";\t") ? ", with commas between them" : "");
        return false;
    }
    return true;
}

static void complain_columns(const struct reading *reading, const struct csv_row *row)
{
    for (size_t field = 0; field < row->count; field++) {
        const char *name = row->field[field];
        size_t column = column_of(name);
        const char *nearest = column < COLUMNS ? NULL : nearest_column(name);
        struct buf shown;

        if (!*name || (column < COLUMNS && reading->at[column] == field))
            continue;
        buf_init(&shown, COLUMN_ECHO_MAX);
        text_safe(&shown, name, strlen(name), false, COLUMN_ECHO_MAX);
        complain(reading->builder->complaints, reading->file, row->line, SUBJECT_NOBODY, "",
                 "column '%s' is %s%s%s%s", buf_text(&shown),
                 column < COLUMNS ? "given twice; the first stands" : "not known and ignored",
                 nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
        buf_free(&shown);
    }
}

static void read_header(struct reading *reading, const struct csv_row *row)
{
    reading->has_header = true;
    reading->fields = row->count;
    map_columns(reading, row);
    if (row->fault)
        complain(reading->builder->complaints, reading->file, row->line, SUBJECT_ALL, "",
                 "%s in the header line; the file is left out", row->fault);
    reading->left_out = row->fault || !has_needed(reading, row);
    if (!reading->left_out)
        complain_columns(reading, row);
}

/* What the row's form lacks or has too much of; NULL: nothing. *column names what is missing. */
static const char *form_fault(const struct reading *reading, const struct csv_row *row, const char **column)
{
    if (row->fault)
        return row->fault;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!COLUMN[i].needed || reading->at[i] < row->count)
            continue;
        *column = COLUMN[i].name;
        return "the row is short, without column ";
    }
    for (size_t field = reading->fields; field < row->count; field++)
        if (*row->field[field])
            return "the row has more fields than the header line (a field with a comma in it needs quotes)";
    return NULL;
}

static bool read_row(void *arg, const struct csv_row *row)
{
    struct reading *reading = arg;
    struct row_text text = {.file = reading->file, .line = row->line};
    const char *fault, *column = "", *id;

    if (!reading->has_header) {
        read_header(reading, row);
        return !reading->left_out;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (reading->at[i] < row->count)
            memcpy((char *)&text + COLUMN[i].offset, &row->field[reading->at[i]], sizeof(const char *));
    fault = form_fault(reading, row, &column);
    if (!fault) {
        inventory_add_row(reading->builder, &text);
        return true;
    }
    id = text.id && parse_advertiser_id(text.id) ? text.id : NULL;
    complain(reading->builder->complaints, reading->file, row->line, id ? SUBJECT_ADVERTISER : SUBJECT_NOBODY,
             id ? id : "", "%s%s%s%s%s; it is left out", id ? "advertiser " : "", id ? id : "", id ? ": " : "",
             fault, column);
    return true;
}

/* The builder's own copy of a file's name. NULL: out of memory. */
static const char *keep_file(struct inventory_builder *builder, const char *file)
{
    char *copy = text_dup(file);
    char **files = copy ? grow_by_one(builder->file, builder->files, sizeof(*files)) : NULL;

    if (!files) {
        free(copy);
        return NULL;
    }
    builder->file = files;
    files[builder->files++] = copy;
    return copy;
}

void inventory_csv(struct inventory_builder *builder, const char *file, const char *text, size_t len)
{
    struct reading reading = {.builder = builder, .file = keep_file(builder, file)};

    for (size_t i = 0; i < COLUMNS; i++)
        reading.at[i] = NONE;
    if (!reading.file || (!csv_read(text, len, read_row, &reading) && !reading.left_out))
        builder->no_memory = true;
    else if (!reading.has_header)
        complain(builder->complaints, file, 0, SUBJECT_ALL, "",
                 "there is no header line; %s; the file is left out", NEEDED);
}

static void write_tokens(const struct config *config, const struct advertiser *advertiser, struct buf *out)
{
    struct buf names;

    buf_init(&names, ADVERTISER_TOKENS_MAX * (SECTION_NAME_MAX + 1));
    for (size_t i = 0; i < advertiser->token_count; i++)
        buf_printf(&names, "%s%s", i > 0 ? " " : "", config->token[advertiser->token[i]].name);
    if (buf_ok(&names))
        csv_write_field(out, buf_text(&names), false);
    else
        buf_fail(out);
    buf_free(&names);
}

static void write_until(int64_t until, struct buf *out)
{
    char text[CLOCK_TEXT_MAX] = "";

    if (until > 0)
        clock_rfc3339(until - 1, text);
    text[DATE_LEN] = '\0';
    csv_write_field(out, text, false);
}

static void write_required(const struct permissions *required, struct buf *out)
{
    struct buf list;

    buf_init(&list, PERMISSIONS_MAX * (PERMISSION_PATH_MAX + sizeof("POST , ")));
    for (size_t i = 0; i < required->count; i++)
        buf_printf(&list, "%s%s %s", i > 0 ? ", " : "", required->item[i].method, required->item[i].path);
    if (buf_ok(&list))
        csv_write_field(out, buf_text(&list), false);
    else
        buf_fail(out);
    buf_free(&list);
}

bool inventory_write_csv(const struct config *config, const struct inventory *inventory, struct buf *out)
{
    for (size_t i = 0; i < COLUMNS; i++)
        csv_write_field(out, COLUMN[i].name, i == 0);
    buf_char(out, '\n');
    for (size_t i = 0; i < inventory->count && buf_ok(out); i++) {
        const struct advertiser *advertiser = &inventory->item[i];

        csv_write_field(out, advertiser->id, true);
        csv_write_field(out, advertiser->name, false);
        write_tokens(config, advertiser, out);
        csv_write_field(out, advertiser->owner, false);
        csv_write_field(out, advertiser->client, false);
        write_until(advertiser->until, out);
        write_required(&advertiser->required, out);
        buf_char(out, '\n');
    }
    return buf_ok(out);
}
