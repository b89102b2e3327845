/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decides where a notice goes and what it does there. */
#include "core/route.h"

#include "base/parse.h"
#include "core/roster.h"

#include <string.h>

static const int64_t REPEAT_S = 60; /* an engine is through with all contacts of one notification by then */

static bool has_word(const char *list, const char *wanted)
{
    const char *cursor = list, *word;
    size_t len;

    while ((len = parse_word(&cursor, ",", &word)) > 0)
        if (strlen(wanted) == len && memcmp(word, wanted, len) == 0)
            return true;
    return false;
}

bool route_takes(const struct config_notify *notify, const struct notice *notice)
{
    enum cause cause = notice_trouble_cause(notice);
    const char *owner = notice->owner[0] ? notice->owner : roster_platform;

    if (notify->owner && !has_word(notify->owner, owner))
        return false;
    if (notify->cause && (cause == CAUSE_COUNT || !has_word(notify->cause, cause_name(cause))))
        return false;
    if (notify->urgency && !has_word(notify->urgency, urgency_name(notice_trouble_urgency(notice))))
        return false;
    return !notify->state || has_word(notify->state, state_name(notice_trouble_state(notice)));
}

size_t route_targets(const struct config *config, const struct notice *notice, size_t *section)
{
    size_t count = 0;

    for (int defaults = 0; defaults <= 1 && count == 0; defaults++) {
        for (size_t i = 0; i < config->notify_count; i++) {
            const struct config_notify *notify = &config->notify[i];

            if (notify->usable && notify->from_engine == notice->from_engine && notify->is_default == defaults &&
                (defaults || route_takes(notify, notice)))
                section[count++] = i;
        }
    }
    return count;
}

const char *tell_name(enum tell tell)
{
    switch (tell) {
    case TELL_NOTHING:
        return "nothing";
    case TELL_TRIGGER:
        return "trigger";
    case TELL_ACKNOWLEDGE:
        return "acknowledge";
    case TELL_RESOLVE:
        return "resolve";
    case TELL_ONCE:
        return "message";
    }
    return "nothing";
}

/* Whether it is read by people as it comes, and keeps no alerts of its own. */
static bool is_talk(enum notify_kind kind)
{
    switch (kind) {
    case NOTIFY_WEBHOOK:
    case NOTIFY_SLACK:
        return true;
    case NOTIFY_PAGERDUTY:
    case NOTIFY_ALERTMANAGER:
        break;
    }
    return false;
}

static enum tell tell_acknowledgement(enum notify_kind kind, const struct notice *notice, bool is_open)
{
    if (kind == NOTIFY_ALERTMANAGER || !notice_is_trouble(notice))
        return TELL_NOTHING;
    return is_open || is_talk(kind) ? TELL_ACKNOWLEDGE : TELL_NOTHING;
}

enum tell route_tell(enum notify_kind kind, const struct notice *notice, bool is_open)
{
    enum tell aside = is_talk(kind) ? TELL_ONCE : TELL_NOTHING;

    switch (notice->type) {
    case NOTICE_PROBLEM:
        return notice_is_trouble(notice) ? TELL_TRIGGER : TELL_RESOLVE;
    case NOTICE_RECOVERY:
        return TELL_RESOLVE;
    case NOTICE_ACKNOWLEDGEMENT:
        return tell_acknowledgement(kind, notice, is_open);
    case NOTICE_FLAPPING_START:
    case NOTICE_DOWNTIME_START:
        return aside;
    case NOTICE_FLAPPING_STOP:
    case NOTICE_FLAPPING_DISABLED:
    case NOTICE_DOWNTIME_END:
    case NOTICE_DOWNTIME_CANCELLED:
        if (notice_is_trouble(notice))
            return TELL_TRIGGER;
        return is_open ? TELL_RESOLVE : aside;
    case NOTICE_CUSTOM:
        return notice_is_trouble(notice) ? TELL_TRIGGER : TELL_ONCE;
    }
    return TELL_NOTHING;
}

bool route_is_repeat(const struct notice *notice, const struct notice *last)
{
    int64_t apart = notice->at - last->at;

    if (strcmp(notice->id, last->id) == 0)
        return true;
    return notice->from_engine && last->from_engine && notice->type == last->type &&
           notice->state == last->state && notice->since == last->since && apart >= -REPEAT_S &&
           apart < REPEAT_S && strcmp(notice->key, last->key) == 0 &&
           strcmp(notice->service, last->service) == 0 && strcmp(notice->author, last->author) == 0 &&
           strcmp(notice->comment, last->comment) == 0;
}
