/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A gzip stream that is small on the wire and huge once unpacked. */
#ifndef SANDBOX_BOMB_H
#define SANDBOX_BOMB_H

#include "buf.h"

#include <stdint.h>

/* Appends a gzip stream of prefix, about size bytes of 'x' (a multiple of 258, and one), and suffix.
 * It is correct to its checksum. prefix and suffix are shorter than 64 KiB. */
void bomb_make(struct buf *stream, const char *prefix, uint64_t size, const char *suffix);

#endif
