/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the fix table: one for each cause, from the catalog and [fix CAUSE]. */
#include "agent/columns.h"

#include "base/buf.h"

static void put_steps(const struct picture *picture, enum cause cause, enum grantor granted_by, struct value *out)
{
    struct buf line;

    buf_init(&line, FIX_LINE_MAX);
    fix_line_of(picture->config, cause, granted_by, &line);
    value_text(out, MIB_LONG_TEXT, buf_text(&line));
    buf_free(&line);
}

bool fix_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out)
{
    enum cause cause = (enum cause)row->at;
    const struct cause_info *info = cause_info(cause);
    const char *url = picture->config->runbook_url[cause];

    switch ((int)object) {
    case MIB_FIX_CAUSE:
        value_text(out, MIB_WORD, info->name);
        return true;
    case MIB_FIX_CLASS:
        value_text(out, MIB_WORD, class_name(info->class));
        return true;
    case MIB_FIX_STATE:
        value_enum(out, MIB_STATE, config_state_of(picture->config, cause));
        return true;
    case MIB_FIX_URGENCY:
        value_enum(out, MIB_URGENCY, info->urgency);
        return true;
    case MIB_FIX_ACTOR:
        value_enum(out, MIB_ACTOR, info->actor);
        return true;
    case MIB_FIX_MEANING:
        value_text(out, MIB_LONG_TEXT, info->meaning);
        return true;
    case MIB_FIX_IMPACT:
        value_text(out, MIB_LONG_TEXT, info->impact);
        return true;
    case MIB_FIX_CLIENT:
        put_steps(picture, cause, GRANTED_BY_CLIENT, out);
        return true;
    case MIB_FIX_US:
        put_steps(picture, cause, GRANTED_BY_US, out);
        return true;
    case MIB_FIX_RUNBOOK_URL:
        value_text(out, MIB_LONG_TEXT, url ? url : "");
        return true;
    default:
        return false;
    }
}
