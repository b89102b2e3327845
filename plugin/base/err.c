/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Setting and prefixing the sentence of an error, cut at a character boundary. */
#include "base/err.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for one more character than an error holds: text_cut looks at the byte behind the cut. */
enum { DRAFT_MAX = ERR_TEXT_MAX + 4 };

static void store(struct err *err, const char *draft)
{
    size_t len = text_cut(draft, strlen(draft), ERR_TEXT_MAX - 1);

    memcpy(err->text, draft, len);
    err->text[len] = '\0';
}

bool err_set(struct err *err, const char *format, ...)
{
    char draft[DRAFT_MAX];
    va_list args;

    if (!err)
        return false;
    /* The arguments may hold err->text itself, so the sentence is made beside it. */
    va_start(args, format);
    if (vsnprintf(draft, sizeof(draft), format, args) < 0)
        draft[0] = '\0';
    va_end(args);
    store(err, draft);
    return false;
}

bool err_prefix(struct err *err, const char *format, ...)
{
    char draft[DRAFT_MAX];
    va_list args;
    size_t len;

    if (!err)
        return false;
    va_start(args, format);
    if (vsnprintf(draft, sizeof(draft), format, args) < 0)
        draft[0] = '\0';
    va_end(args);
    len = strlen(draft);
    if (err->text[0])
        snprintf(draft + len, sizeof(draft) - len, ": %s", err->text);
    store(err, draft);
    return false;
}

void err_clear(struct err *err)
{
    if (err)
        err->text[0] = '\0';
}
