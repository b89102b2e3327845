/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the text of the configuration, so that a file that was spoilt meanwhile changes nothing. */
#include "probe/standing.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "probe/config_file.h"

#include <stdlib.h>
#include <string.h>

/* One reading of the file. */
struct reading {
    struct buf text;
    struct file_stamp stamp;
    struct config *config;
    struct complaints complaints;
};

struct standing {
    char *path;
    struct reading reading;
};

static void drop(struct reading *reading)
{
    config_free(reading->config);
    complaints_free(&reading->complaints);
    buf_free(&reading->text);
}

static bool take(const char *path, struct reading *out, struct err *err)
{
    complaints_init(&out->complaints);
    out->config = NULL;
    /* The stamp first: what changes while it is read makes the stamp old, never the contents. */
    (void)file_stamp_of(path, &out->stamp, NULL);
    if (config_file_text(path, &out->text, err) &&
        (out->config = config_text_read(path, &out->text, false, &out->complaints, err)) != NULL &&
        (config_finish(out->config) || err_set(err, "out of memory")))
        return true;
    drop(out);
    return false;
}

struct standing *standing_new(const char *config_path, struct err *err)
{
    struct standing *standing = calloc(1, sizeof(*standing));
    char *path = text_dup(config_path);

    if (!standing || !path) {
        err_set(err, "out of memory");
    } else if (take(path, &standing->reading, err)) {
        standing->path = path;
        return standing;
    }
    free(path);
    free(standing);
    return NULL;
}

void standing_free(struct standing *standing)
{
    if (!standing)
        return;
    drop(&standing->reading);
    free(standing->path);
    free(standing);
}

static bool has(const struct complaints *list, const struct complaint *complaint)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].subject == complaint->subject && strcmp(list->item[i].name, complaint->name) == 0 &&
            strcmp(list->item[i].text, complaint->text) == 0)
            return true;
    return false;
}

bool standing_reload(struct standing *standing, struct err *err)
{
    struct reading fresh;

    if (!take(standing->path, &fresh, err))
        return false;
    for (size_t i = 0; i < fresh.complaints.count; i++) {
        char text[COMPLAINT_TEXT_MAX];

        if (has(&standing->reading.complaints, &fresh.complaints.item[i]))
            continue;
        complaint_text(&fresh.complaints.item[i], text, sizeof(text));
        drop(&fresh);
        return err_set(err, "%s", text);
    }
    drop(&standing->reading);
    standing->reading = fresh;
    return true;
}

const struct config *standing_config(const struct standing *standing)
{
    return standing->reading.config;
}

const struct complaints *standing_complaints(const struct standing *standing)
{
    return &standing->reading.complaints;
}

const char *standing_path(const struct standing *standing)
{
    return standing->path;
}

const struct buf *standing_text(const struct standing *standing)
{
    return &standing->reading.text;
}

struct setup *standing_setup(const struct standing *standing, struct err *err)
{
    return setup_load(
        &(struct setup_options){
            .config_path = standing->path,
            .remember = true,
            .config_text = &standing->reading.text,
            .config_stamp = standing->reading.stamp,
        },
        err);
}
