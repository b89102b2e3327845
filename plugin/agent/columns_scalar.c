/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The scalars: the whole, for tools that cannot walk. */
#include "agent/columns.h"

static int64_t made_at(const struct picture *picture)
{
    return picture->snapshot ? snapshot_board(picture->snapshot)->made_at : 0;
}

static int64_t oldest(const struct picture *picture)
{
    return picture->snapshot ? snapshot_board(picture->snapshot)->oldest : 0;
}

static int64_t interval_s(const struct picture *picture)
{
    return picture->snapshot ? snapshot_board(picture->snapshot)->real_interval_s
                             : picture->config->sweep.interval_s;
}

static void count(struct picture *picture, enum state state, struct value *out)
{
    value_number(out, MIB_GAUGE, picture_all(picture)->counts.state[state]);
}

bool scalar_value(struct picture *picture, enum mib_object object, struct value *out)
{
    const struct picture_self *self = picture->self;

    switch ((int)object) {
    case MIB_SUMMARY:
        value_text(out, MIB_TEXT, picture_all_line(picture));
        return true;
    case MIB_WORST_STATE:
        value_enum(out, MIB_STATE, picture_all(picture)->state);
        return true;
    case MIB_ADVERTISERS:
        value_number(out, MIB_GAUGE, picture_all(picture)->total);
        return true;
    case MIB_ADVERTISERS_OK:
        count(picture, STATE_OK, out);
        return true;
    case MIB_ADVERTISERS_WARNING:
        count(picture, STATE_WARNING, out);
        return true;
    case MIB_ADVERTISERS_CRITICAL:
        count(picture, STATE_CRITICAL, out);
        return true;
    case MIB_ADVERTISERS_UNKNOWN:
        count(picture, STATE_UNKNOWN, out);
        return true;
    case MIB_ADVERTISERS_UNAUTHORIZED:
        value_number(out, MIB_GAUGE, picture_all(picture)->counts.unauthorized);
        return true;
    case MIB_ROOT_CAUSES:
        value_number(out, MIB_GAUGE, picture->snapshot ? snapshot_board(picture->snapshot)->root_count : 0);
        return true;
    case MIB_API_STATE:
        value_enum(out, MIB_STATE, picture_api(picture)->state);
        return true;
    case MIB_API_SUMMARY:
        value_text(out, MIB_TEXT, picture_api_line(picture));
        return true;
    case MIB_ROUND_TIME:
        value_time(out, made_at(picture));
        return true;
    case MIB_ROUND_AGE:
        value_age(out, made_at(picture), picture->now);
        return true;
    case MIB_OLDEST_VERIFIED:
        value_time(out, oldest(picture));
        return true;
    case MIB_OLDEST_VERIFIED_AGE:
        value_age(out, oldest(picture), picture->now);
        return true;
    case MIB_ROUND_INTERVAL:
        value_number(out, MIB_NUMBER, interval_s(picture));
        return true;
    case MIB_STALE_AFTER:
        value_number(out, MIB_NUMBER, picture_all(picture)->stale_after_s);
        return true;
    case MIB_ROUNDS:
        value_number(out, MIB_COUNTER, (int64_t)self->rounds);
        return true;
    case MIB_ROUNDS_FAILED:
        value_number(out, MIB_COUNTER, (int64_t)self->rounds_failed);
        return true;
    case MIB_API_CALLS:
        value_number(out, MIB_COUNTER, (int64_t)self->calls);
        return true;
    case MIB_THROTTLED:
        value_number(out, MIB_COUNTER, (int64_t)self->throttled);
        return true;
    case MIB_FAULTS:
        value_number(out, MIB_COUNTER, (int64_t)self->faulty);
        return true;
    case MIB_NOTIFICATIONS_SENT:
        value_number(out, MIB_COUNTER, (int64_t)self->sent);
        return true;
    case MIB_NOTIFICATIONS_SUPPRESSED:
        value_number(out, MIB_COUNTER, (int64_t)self->suppressed);
        return true;
    case MIB_NOTIFICATIONS_PENDING:
        value_number(out, MIB_GAUGE, self->pending);
        return true;
    case MIB_LAST_EVENT:
        value_number(out, MIB_NUMBER, self->last_event);
        return true;
    case MIB_CONFIG_STATE:
        value_enum(out, MIB_CONFIG, self->config_fault[0] != '\0');
        return true;
    case MIB_CONFIG_FAULT:
        value_text(out, MIB_LONG_TEXT, self->config_fault);
        return true;
    case MIB_VERSION:
        value_text(out, MIB_TEXT, PACKAGE_VERSION);
        return true;
    case MIB_STARTED:
        value_time(out, self->started);
        return true;
    case MIB_UPTIME:
        value_age(out, self->started, picture->now);
        return true;
    default:
        return false;
    }
}
