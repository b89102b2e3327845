/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whose turn it is: the order in which a round asks the tokens. */
#ifndef TTA_PROBE_TURN_H
#define TTA_PROBE_TURN_H

#include "core/config.h"

#include <stddef.h>

/* The indices of all tokens, those first whose last attempt, by the published snapshot, ended longest ago. A round
 * that ends early leaves its last ones to the beginning of the next, so that no token in trouble keeps the others
 * from their turn. The caller frees; NULL: out of memory. */
size_t *turn_order(const struct config *config);

#endif
