/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes "inventory.accepted" beside the store. */
#include "probe/accepted.h"

#include "base/csv.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

static const char ACCEPTED_NAME[] = "inventory.accepted";

static bool count_row(void *arg, const struct csv_row *row)
{
    size_t *rows = arg;

    if (!row->fault)
        ++*rows;
    return true;
}

bool accepted_read(const struct config *config, struct accepted *out, struct err *err)
{
    char *path = config_state_file(config, ACCEPTED_NAME);
    struct file_stamp stamp;
    bool missing = false, ok = true;
    size_t rows = 0;

    *out = (struct accepted){.found = false};
    buf_init(&out->csv, INVENTORY_BYTES_MAX);
    if (!path)
        return err_set(err, "out of memory");
    if (file_stamp_of(path, &stamp, &missing) || !missing) {
        ok = file_read(path, &out->csv, err);
        if (ok && !csv_read(buf_text(&out->csv), buf_len(&out->csv), count_row, &rows))
            ok = err_set(err, "out of memory");
        if (ok && rows == 0)
            ok = err_set(err, "%s: empty or damaged", path);
    }
    if (ok && rows > 0) {
        out->found = true;
        out->count = rows - 1; /* the header line */
    }
    free(path);
    return ok;
}

void accepted_free(struct accepted *accepted)
{
    buf_free(&accepted->csv);
    accepted->found = false;
    accepted->count = 0;
}

struct inventory *accepted_inventory(const struct config *config, const struct accepted *accepted)
{
    /* Complaints about rows are told of the files that people write, not of this copy of them. */
    struct complaints unheard;
    struct inventory_builder *builder;
    struct inventory *inventory = NULL;

    complaints_init(&unheard);
    builder = inventory_begin(config, &unheard);
    if (builder) {
        inventory_csv(builder, ACCEPTED_NAME, buf_text(&accepted->csv), buf_len(&accepted->csv));
        inventory = inventory_finish(builder);
    }
    complaints_free(&unheard);
    return inventory;
}

bool accepted_write(const struct config *config, const struct inventory *inventory, const struct accepted *before,
                    struct err *err)
{
    struct buf csv;
    char *path = config_state_file(config, ACCEPTED_NAME);
    bool ok;

    buf_init(&csv, INVENTORY_BYTES_MAX);
    if (!path || !inventory_write_csv(config, inventory, &csv))
        ok = err_set(err, "out of memory");
    else if (before->found && buf_len(&before->csv) == buf_len(&csv) &&
             memcmp(buf_text(&before->csv), buf_text(&csv), buf_len(&csv)) == 0)
        ok = true;
    else
        ok = file_replace(path, buf_text(&csv), buf_len(&csv), 0640, err);
    buf_free(&csv);
    free(path);
    return ok;
}
