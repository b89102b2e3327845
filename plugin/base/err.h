/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An error as a value: one sentence for a person. */
#ifndef TTA_BASE_ERR_H
#define TTA_BASE_ERR_H

#include "base/attr.h"

#include <stdbool.h>

enum { ERR_TEXT_MAX = 400 };

struct err {
    char text[ERR_TEXT_MAX]; /* "" = none; printable, remote parts already escaped; no final full stop */
};

/* Sets the sentence (cut at ERR_TEXT_MAX) and returns false, so that `return err_set(err, ...)` reads well. err
 * may be NULL. */
bool err_set(struct err *err, const char *format, ...) TTA_PRINTF(2, 3);
/* Puts "context: " before the sentence. Returns false. */
bool err_prefix(struct err *err, const char *format, ...) TTA_PRINTF(2, 3);
void err_clear(struct err *err);

#endif
