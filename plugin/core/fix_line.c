/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Joins the steps of a fix. */
#include "core/fix_line.h"

bool fix_line(const char *const *step, size_t count, struct buf *out)
{
    if (count == 1)
        return buf_str(out, step[0]);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%zu. %s", i > 0 ? " " : "", i + 1, step[i]);
    return buf_ok(out);
}

bool fix_line_of(const struct config *config, enum cause cause, enum grantor granted_by, struct buf *out)
{
    const char *step[FIX_STEPS_MAX];

    if (config->fix_text[cause])
        return buf_str(out, config->fix_text[cause]);
    return fix_line(step, cause_fix_steps(cause, granted_by, step, FIX_STEPS_MAX), out);
}
