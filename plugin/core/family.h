/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Message families: wordings that mean one cause, whatever the code. */
#ifndef TTA_CORE_FAMILY_H
#define TTA_CORE_FAMILY_H

#include "core/cause.h"
#include "core/words.h"

#include <stdbool.h>
#include <stdint.h>

/* The family of a message that came with this code, of this class. False: of none, *out untouched. */
bool family_find(const struct words *words, int64_t code, enum answer_class code_class,
                 enum cause *out) TTA_MUST_CHECK;

#endif
