/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a judgement as values. */
#include "agent/columns_part.h"

static void show(enum part part, const struct judgement *j, struct value *out)
{
    const struct verdict *v = &j->verdict;

    switch (part) {
    case PART_STATE:
        value_enum(out, MIB_STATE, v->state);
        break;
    case PART_CAUSE:
        value_enum(out, MIB_CAUSE, v->cause);
        break;
    case PART_CODE:
        value_code(out, v->has_code, v->code);
        break;
    case PART_MESSAGE:
        value_text(out, MIB_TEXT, v->message);
        break;
    case PART_SINCE:
        value_time(out, v->since);
        break;
    case PART_SINCE_AGE:
        value_age(out, v->since, j->now);
        break;
    case PART_LAST_OK:
        value_time(out, v->last_ok);
        break;
    case PART_LAST_OK_AGE:
        value_age(out, v->last_ok, j->now);
        break;
    case PART_VERIFIED:
        value_time(out, v->verified_at);
        break;
    case PART_VERIFIED_AGE:
        value_age(out, v->verified_at, j->now);
        break;
    case PART_URGENCY:
        value_enum(out, MIB_URGENCY, v->urgency);
        break;
    case PART_ACTOR:
        value_enum(out, MIB_ACTOR, v->actor);
        break;
    case PART_ADVERTISERS:
        value_number(out, MIB_GAUGE, j->total);
        break;
    case PART_OK:
        value_number(out, MIB_GAUGE, j->counts.state[STATE_OK]);
        break;
    case PART_WARNING:
        value_number(out, MIB_GAUGE, j->counts.state[STATE_WARNING]);
        break;
    case PART_CRITICAL:
        value_number(out, MIB_GAUGE, j->counts.state[STATE_CRITICAL]);
        break;
    case PART_UNKNOWN:
        value_number(out, MIB_GAUGE, j->counts.state[STATE_UNKNOWN]);
        break;
    case PART_UNAUTHORIZED:
        value_number(out, MIB_GAUGE, j->counts.unauthorized);
        break;
    }
}

bool part_value(const struct part_column *columns, size_t count, enum mib_object object,
                const struct judgement *judgement, struct value *out)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i].object == object) {
            show(columns[i].part, judgement, out);
            return true;
        }
    return false;
}
