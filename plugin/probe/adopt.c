/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Appends rows to an inventory file in the form that the file has. */
#include "probe/adopt.h"

#include "base/arena.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "core/name_index.h"
#include "probe/accepted.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES_MAX = 512 };
enum column { COLUMN_ID, COLUMN_NAME, COLUMN_TOKEN, COLUMN_OWNER, COLUMN_OTHER };

static const char NEW_HEADER[] = "advertiser_id,name,token,owner,client\n";
static const char *const COLUMN_NAMES[] = {"advertiser_id", "name", "token", "owner"};

/* The file as it is: which column is which, and the ids in it. */
struct layout {
    bool has_header;
    enum column column[CSV_FIELDS_MAX];
    size_t columns;
    size_t id_at;
    struct name_index ids;
    struct arena arena;
    bool failed;
};

static void read_header(struct layout *layout, const struct csv_row *row)
{
    layout->has_header = true;
    layout->columns = row->count;
    for (size_t i = 0; i < row->count; i++) {
        layout->column[i] = COLUMN_OTHER;
        for (size_t k = 0; k < TTA_LEN(COLUMN_NAMES); k++)
            if (strcmp(row->field[i], COLUMN_NAMES[k]) == 0)
                layout->column[i] = (enum column)k;
        if (layout->column[i] == COLUMN_ID)
            layout->id_at = i;
    }
}

static bool look_at_row(void *arg, const struct csv_row *row)
{
    struct layout *layout = arg;
    const char *id;

    if (row->fault)
        return true;
    if (!layout->has_header) {
        read_header(layout, row);
        return true;
    }
    if (layout->id_at >= row->count)
        return true;
    id = arena_dup(&layout->arena, row->field[layout->id_at]);
    if (name_index_find(&layout->ids, id) == SIZE_MAX && !name_index_add(&layout->ids, id, 0))
        layout->failed = true;
    return !layout->failed && !layout->arena.failed;
}

static bool has_columns(const struct layout *layout, const char *path, struct err *err)
{
    for (size_t k = 0; k < TTA_LEN(COLUMN_NAMES); k++) {
        bool found = false;

        for (size_t i = 0; i < layout->columns; i++)
            found = found || layout->column[i] == (enum column)k;
        if (!found)
            return err_set(err, "%s: its first line does not name the column %s; nothing was written", path,
                           COLUMN_NAMES[k]);
    }
    return true;
}

/* --- rows ---------------------------------------------------------------------------------------------------- */

/* A name as TikTok has it, fit for a file that people open in a spreadsheet: what it would take for a formula
 * becomes text. */
static void clean_name(const char *name, struct buf *out)
{
    if (name[0] && strchr("=+-@", name[0]))
        buf_char(out, '\'');
    text_safe(out, name, strlen(name), false, NAME_BYTES_MAX);
}

static void token_names(const struct config *config, const struct discover_item *item, struct buf *out)
{
    for (size_t i = 0; i < item->token_count; i++)
        buf_printf(out, "%s%s", i > 0 ? " " : "", config->token[item->token[i]].name);
}

static void add_row(const struct config *config, const struct layout *layout, const struct discover_item *item,
                    const char *line_end, struct buf *out)
{
    struct buf name, tokens;

    buf_init(&name, 2 * NAME_BYTES_MAX);
    buf_init(&tokens, (SECTION_NAME_MAX + 1) * ADVERTISER_TOKENS_MAX);
    clean_name(item->name, &name);
    token_names(config, item, &tokens);
    for (size_t i = 0; i < layout->columns; i++) {
        const char *text = "";

        switch (layout->column[i]) {
        case COLUMN_ID:
            text = item->id;
            break;
        case COLUMN_NAME:
            text = buf_text(&name);
            break;
        case COLUMN_TOKEN:
            text = buf_text(&tokens);
            break;
        case COLUMN_OWNER: /* for people to fill in */
        case COLUMN_OTHER:
            break;
        }
        csv_write_field(out, text, i == 0);
    }
    buf_str(out, line_end);
    buf_free(&name);
    buf_free(&tokens);
}

/* True when the file has a row for the id that the inventory could not take. */
static bool stands_in_file(const struct setup *setup, const struct layout *layout, const char *id)
{
    return name_index_find(&layout->ids, id) != SIZE_MAX &&
           !inventory_find(setup_config(setup), setup_inventory(setup), NULL, id, NULL);
}

static void add_rows(const struct setup *setup, const struct discover *discover, const struct layout *layout,
                     const char *line_end, struct adopt_result *result, struct buf *text)
{
    const struct discover_item *item;
    size_t count = discover_items(discover, &item);

    for (size_t i = 0; i < count; i++) {
        if (item[i].kind != DISCOVER_NEW)
            continue;
        if (stands_in_file(setup, layout, item[i].id))
            result->in_file++;
        else {
            add_row(setup_config(setup), layout, &item[i], line_end, text);
            result->added++;
        }
    }
}

/* --- the file ------------------------------------------------------------------------------------------------ */

static const char *line_end_of(const struct buf *text)
{
    const char *end = memchr(buf_text(text), '\n', buf_len(text));

    return end && end > buf_text(text) && end[-1] == '\r' ? "\r\n" : "\n";
}

static bool extend(const struct setup *setup, const struct discover *discover, struct buf *text,
                   struct layout *layout, struct adopt_result *result, struct err *err)
{
    const char *line_end;

    if (buf_len(text) == 0)
        buf_str(text, NEW_HEADER);
    if (!csv_read(buf_text(text), buf_len(text), look_at_row, layout))
        return err_set(err, "out of memory");
    if (!has_columns(layout, result->path, err))
        return false;
    line_end = line_end_of(text);
    if (buf_text(text)[buf_len(text) - 1] != '\n')
        buf_str(text, line_end);
    add_rows(setup, discover, layout, line_end, result, text);
    return buf_ok(text) || err_set(err, "%s: grows beyond what an inventory file may be", result->path);
}

/* What an editor saved since it was read is not overwritten. */
static bool unchanged(const char *path, const struct file_stamp *before)
{
    struct file_stamp now;

    (void)file_stamp_of(path, &now, NULL); /* zeroed when there is none, as before then */
    return file_stamp_equal(before, &now);
}

static bool write_file(const struct setup *setup, const struct discover *discover, struct adopt_result *result,
                       struct err *err)
{
    struct layout layout = {.has_header = false};
    struct file_stamp stamp;
    struct buf text;
    bool ok = true;

    buf_init(&text, INVENTORY_BYTES_MAX);
    if (file_stamp_of(result->path, &stamp, &result->created))
        ok = file_read(result->path, &text, err);
    else if (!result->created)
        ok = err_set(err, "can't see %s", result->path);
    ok = ok && extend(setup, discover, &text, &layout, result, err);
    if (ok && result->added > 0) {
        if (unchanged(result->path, &stamp))
            ok = file_replace(result->path, buf_text(&text), buf_len(&text), 0640, err);
        else
            ok = err_set(err, "%s changed while it was read; nothing was written, try again", result->path);
    }
    name_index_free(&layout.ids);
    arena_free(&layout.arena);
    buf_free(&text);
    return ok;
}

static bool is_same_file(const char *a, const char *b)
{
    char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);
    bool same = real_a && real_b && strcmp(real_a, real_b) == 0;

    free(real_a);
    free(real_b);
    return same;
}

static bool is_inventory_file(const struct config *config, const char *path)
{
    for (size_t i = 0; i < config->inventory_count; i++)
        if (is_same_file(config->inventory_file[i], path))
            return true;
    return false;
}

bool adopt(const struct setup *setup, const struct discover *discover, const char *output,
           struct adopt_result *out, struct err *err)
{
    const struct config *config = setup_config(setup);

    *out = (struct adopt_result){.path = NULL};
    if (setup_inventory_refused(setup))
        return err_set(err,
                       "the inventory as it stands in its files is refused: mend it first (tiktok-auth doctor)");
    if (!output && config->inventory_count == 0)
        return err_set(err, "there is no inventory file in the configuration: name one with --output FILE");
    out->path = text_dup(output ? output : config->inventory_file[0]);
    if (!out->path)
        return err_set(err, "out of memory");
    if (!write_file(setup, discover, out, err)) {
        adopt_free(out);
        return false;
    }
    out->unlisted = !is_inventory_file(config, out->path);
    return true;
}

void adopt_free(struct adopt_result *result)
{
    free(result->path);
    *result = (struct adopt_result){.path = NULL};
}
