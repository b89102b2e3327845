/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of RFC 8259, checked before cJSON sees the bytes; for json.c alone. */
#ifndef TTA_EXT_JSON_SCAN_H
#define TTA_EXT_JSON_SCAN_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_DEPTH_MAX = 32 };

/* True when the bytes are one JSON value that json_parse may take, except that keys may repeat. Else false, and
 * *err says what is wrong and at which byte, from 1. Reads each byte a fixed number of times. */
bool json_scan(const char *bytes, size_t len, struct err *err) TTA_MUST_CHECK;

#endif
