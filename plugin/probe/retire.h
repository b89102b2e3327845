/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes an advertiser out of the judgement on purpose, or back into it. */
#ifndef TTA_PROBE_RETIRE_H
#define TTA_PROBE_RETIRE_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "core/inventory.h"

#include <stdbool.h>
#include <stdint.h>

struct retire_options {
    const char *id;
    const char *app;    /* NULL: the one app that has it */
    const char *who;    /* the person, for the history */
    const char *reason; /* NULL: none given */
    bool undo;
    int64_t now; /* s */
};

struct retire_result {
    char app[SECTION_NAME_MAX + 1];
    bool changed;           /* false: it was so already */
    int64_t since;          /* when it was retired, where `changed` is false and undo is not asked for */
    char by[ERR_TEXT_MAX];  /* and by whom; safe */
    char gap[ERR_TEXT_MAX]; /* why the history has no line of it; "" it has */
};

/* Remembers it in the store, with a line of history. Takes effect with the next sweep. False with *err: no such
 * advertiser, more than one app has it, or the store can't be written. */
bool retire_advertiser(const struct config *config, const struct inventory *inventory,
                       const struct retire_options *options, struct retire_result *out,
                       struct err *err) TTA_MUST_CHECK;

#endif
