/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The published list of watched uploads: what a check sees of them, without store or secret. */
#ifndef TTA_PROBE_WATCHED_H
#define TTA_PROBE_WATCHED_H

#include "base/attr.h"
#include "base/err.h"
#include "core/upload_list.h"

#include <stdbool.h>
#include <stdint.h>

/* The longest pause between two questions about one. */
enum { WATCHED_LONGEST_S = 300 };

/* Its name in the state folder. */
extern const char watched_file[];

/* Reads it into an empty list, which stays empty where nothing was ever watched. False with *err. */
bool watched_read(const struct config *config, struct upload_list *list, struct err *err) TTA_MUST_CHECK;
/* True when one that is not settled may be asked about. */
bool watched_is_due(const struct upload *upload, int64_t now);

#endif
