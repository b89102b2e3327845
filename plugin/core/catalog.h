/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Return codes and message families of the API, and what an answer means by them. */
#ifndef TTA_CORE_CATALOG_H
#define TTA_CORE_CATALOG_H

#include "base/parse.h"
#include "core/cause.h"

#include <stddef.h>
#include <stdint.h>

enum code_source { SOURCE_DOCUMENTED, SOURCE_SDK, SOURCE_SEEN, SOURCE_CLAIMED };

struct code_info {
    int64_t first, last; /* a range; equal for one code */
    const char *name;    /* "PERMISSION_ERROR"; "" unknown */
    enum answer_class class;
    enum cause cause; /* what the code means when no message family decides */
    enum code_source source;
    const char *meaning; /* one sentence of ours */
};

/* NULL: not in the catalog. */
const struct code_info *catalog_code(int64_t code);
/* Walks the catalog in order of codes: index from 0; NULL behind the last. */
const struct code_info *catalog_at(size_t index);

enum { FINDING_PATH_MAX = 128, FINDING_METHOD_MAX = 8 };

enum throttle_window { THROTTLE_NONE, THROTTLE_SECOND, THROTTLE_MINUTE, THROTTLE_DAY, THROTTLE_UNSAID };

/* What an answer's code and message say. */
struct finding {
    enum answer_class class;
    enum cause cause;                /* CAUSE_AUTHORIZED for code 0 */
    enum scope scope;                /* what it is said of: narrower than the cause's where the text names it */
    bool by_family;                  /* a message family decided, not the code's class */
    char method[FINDING_METHOD_MAX]; /* the endpoint the text names: "GET", "/file/video/ad/search/"; "" none */
    char path[FINDING_PATH_MAX];
    char advertiser_id[ADVERTISER_ID_MAX + 1]; /* the advertiser the text names; "" none */
    enum throttle_window window;               /* of a throttle */
};

/* Pure: message family, then code, then unknown. `message` may be NULL, hostile, not UTF-8, of any length. Code 0
 * is OK whatever the text. Code 20001 (partly successful) is CLASS_PARTIAL whatever the text, as that speaks of
 * the part: nothing may be concluded from what such an answer lacks, so its cause is one that keeps the state. */
void catalog_classify(int64_t code, const char *message, struct finding *out);
/* The cause that a class means when no family decides. */
enum cause catalog_default_cause(enum answer_class class);

/* What advertiser/info's `status` says of an account: authorized for STATUS_ENABLE, an account cause otherwise,
 * CAUSE_UNKNOWN for a word that is not known. */
enum cause catalog_account_status(const char *status);

#endif
