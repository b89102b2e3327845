/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A number for a text, the same everywhere and always: files, names and OIDs hold it. */
#ifndef TTA_BASE_HASH_H
#define TTA_BASE_HASH_H

#include <stdint.h>

/* FNV-1a, 64 bits. */
uint64_t hash_text(const char *text);

#endif
