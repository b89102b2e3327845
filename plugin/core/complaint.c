/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The list of complaints: bounded, every text made safe when it goes in. */
#include "core/complaint.h"

#include "base/buf.h"
#include "base/text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 600, NAME_MAX_BYTES = 64, DRAFT_MAX = 2048 };

void complaints_init(struct complaints *list)
{
    *list = (struct complaints){0};
}

static void free_one(struct complaint *complaint)
{
    free(complaint->file);
    free(complaint->name);
    free(complaint->text);
}

void complaints_free(struct complaints *list)
{
    for (size_t i = 0; i < list->count; i++)
        free_one(&list->item[i]);
    free(list->item);
    complaints_init(list);
}

static char *safe_copy(const char *text, size_t max)
{
    struct buf copy;

    buf_init(&copy, max);
    text_safe(&copy, text, strlen(text), false, max);
    return buf_take(&copy, NULL);
}

void complain(struct complaints *list, const char *file, unsigned line, enum subject subject, const char *name,
              const char *format, ...)
{
    char draft[DRAFT_MAX];
    struct complaint complaint = {.line = line, .subject = subject};
    va_list args;

    if (list->count >= COMPLAINTS_MAX) {
        list->dropped++;
        return;
    }
    if (!list->item)
        list->item = calloc(COMPLAINTS_MAX, sizeof(*list->item));
    va_start(args, format);
    if (vsnprintf(draft, sizeof(draft), format, args) < 0)
        draft[0] = '\0';
    va_end(args);
    complaint.file = safe_copy(file ? file : "", PATH_MAX);
    complaint.name = safe_copy(name ? name : "", NAME_MAX_BYTES);
    complaint.text = safe_copy(draft, TEXT_MAX);
    if (!list->item || !complaint.file || !complaint.name || !complaint.text) {
        free_one(&complaint);
        list->dropped++;
        return;
    }
    list->item[list->count++] = complaint;
}

const struct complaint *complaints_about(const struct complaints *list, enum subject subject, const char *name)
{
    bool named = subject == SUBJECT_APP || subject == SUBJECT_TOKEN || subject == SUBJECT_ADVERTISER;

    for (size_t i = 0; i < list->count; i++) {
        const struct complaint *c = &list->item[i];

        if (c->subject == SUBJECT_ALL || (named && c->subject == subject && strcmp(c->name, name) == 0))
            return c;
    }
    return NULL;
}

void complaint_text(const struct complaint *complaint, char *out, size_t size)
{
    struct buf text;
    size_t len;

    if (size == 0)
        return;
    buf_init(&text, PATH_MAX + TEXT_MAX + 64);
    buf_str(&text, complaint->file);
    if (complaint->line > 0)
        buf_printf(&text, "%sline %u", complaint->file[0] ? " " : "", complaint->line);
    if (buf_len(&text) > 0)
        buf_str(&text, ": ");
    buf_str(&text, complaint->text);
    len = text_cut(buf_text(&text), buf_len(&text), size - 1);
    memcpy(out, buf_text(&text), len);
    out[len] = '\0';
    buf_free(&text);
}
