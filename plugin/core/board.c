/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a verdict of the board counts as. */
#include "core/board.h"

static bool is_loss(const struct cause_info *info)
{
    return info->state == STATE_CRITICAL && (info->class == CLASS_AUTHZ || info->class == CLASS_TOKEN ||
                                             info->class == CLASS_APP || info->class == CLASS_ACCOUNT);
}

bool verdict_is_unauthorized(const struct verdict *verdict)
{
    return verdict->state != STATE_OK && verdict->verified_at != 0 && is_loss(cause_info(verdict->cause));
}
