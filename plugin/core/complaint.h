/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with the configuration or the inventory: a list of sentences, each with its place and whom it
 * affects. */
#ifndef TTA_CORE_COMPLAINT_H
#define TTA_CORE_COMPLAINT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

/* Whom a complaint affects. */
enum subject {
    SUBJECT_ALL,
    SUBJECT_APP,
    SUBJECT_TOKEN,
    SUBJECT_ADVERTISER,
    SUBJECT_NOBODY /* worth saying, affects nothing */
};

struct complaint {
    char *file;
    unsigned line; /* 0: the whole file */
    enum subject subject;
    char *name; /* of the app or token, or the advertiser id; "" for SUBJECT_ALL and SUBJECT_NOBODY */
    char *text; /* "key 'tier': 'gold' is not known; allowed: basic, advanced, premium, ultimate" */
};

struct complaints {
    struct complaint *item;
    size_t count;
    size_t dropped; /* beyond COMPLAINTS_MAX, or out of memory */
};

enum { COMPLAINTS_MAX = 1000, COMPLAINT_TEXT_MAX = 512 };

void complaints_init(struct complaints *list);
void complaints_free(struct complaints *list);
/* Adds a copy. Remote or hostile parts of the arguments are made safe here. */
void complain(struct complaints *list, const char *file, unsigned line, enum subject subject, const char *name,
              const char *format, ...) TTA_PRINTF(6, 7);
/* The first complaint that affects this subject (SUBJECT_ALL ones affect all); NULL: none. */
const struct complaint *complaints_about(const struct complaints *list, enum subject subject, const char *name);
/* "FILE line N: text" into `out` (size bytes, cut safely). */
void complaint_text(const struct complaint *complaint, char *out, size_t size);

#endif
