/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The texts of a notice as a table, for the files behind notice.h. */
#ifndef TTA_CORE_NOTICE_PRIVATE_H
#define TTA_CORE_NOTICE_PRIVATE_H

#include "core/notice.h"

#include <stddef.h>

struct notice_text {
    const char *name; /* in the encoded form */
    size_t offset;
    size_t max; /* bytes that are kept */
    bool is_link;
};

extern const struct notice_text notice_texts[];
extern const size_t notice_text_count;

const char **notice_text_at(struct notice *notice, const struct notice_text *text);
const char *notice_text_of(const struct notice *notice, const struct notice_text *text);

#endif
