/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One value of the configuration: read as its key says, kept where its key says. */
#ifndef TTA_CORE_CONFIG_VALUE_H
#define TTA_CORE_CONFIG_VALUE_H

#include "base/err.h"
#include "core/config_table.h"

#include <stdbool.h>

enum value_result { VALUE_KEPT, VALUE_REFUSED, VALUE_NO_MEMORY };

/* Reads `text` and keeps it at base + key->offset, in place of what is there (a key that repeats adds to it).
 * Relative paths are taken from the folder of `beside`. VALUE_REFUSED: nothing changed, *why says what is wrong,
 * and quotes the value only where it can't be a secret. */
enum value_result value_keep(const struct key_info *key, const char *beside, const char *text, void *base,
                             struct err *why) TTA_MUST_CHECK;
/* One address, plain enough for a mail program's command line. */
bool value_is_email(const char *text);

#endif
