/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a token that can not be refreshed for long, or any more. */
#include "base/clock.h"
#include "core/refresh.h"

#include <stdarg.h>

enum { LAST_HOUR_S = 3600 };

/* Says it in our words, unless something worse is said already. */
static bool say(struct refresh_verdict *out, bool critical, const char *format, ...) TTA_PRINTF(3, 4);
static bool say(struct refresh_verdict *out, bool critical, const char *format, ...)
{
    struct buf sentence;
    va_list args;
    bool ok;

    if (out->due && (out->critical || !critical))
        return true;
    buf_init(&sentence, ANSWER_MESSAGE_MAX);
    va_start(args, format);
    ok = buf_vprintf(&sentence, format, args);
    va_end(args);
    out->due = true;
    out->critical = critical;
    said_clear(&out->said);
    ok = ok && said_own(&out->said, CAUSE_REFRESH_DUE, buf_text(&sentence));
    buf_free(&sentence);
    return ok;
}

/* The same in the words of an answer. */
static bool repeat(struct refresh_verdict *out, bool critical, const struct said *said)
{
    out->due = true;
    out->critical = critical;
    said_clear(&out->said);
    return said_copy(&out->said, said);
}

static bool judge_end(const struct refresh_watch *watch, int64_t now, struct refresh_verdict *out)
{
    char when[CLOCK_TEXT_MAX];
    int64_t left = watch->refresh_expires - now;

    if (!watch->refresh_expires || left > REFRESH_WARNING_S)
        return true;
    return say(out, left <= REFRESH_CRITICAL_S, "the refresh token %s %s", left > 0 ? "ends at" : "ended at",
               clock_rfc3339(watch->refresh_expires, when));
}

static bool judge_result(const struct refresh_watch *watch, int64_t now, struct refresh_verdict *out)
{
    const struct refresh *known = &watch->known;
    const char *why = known->said.message ? known->said.message : "";
    char when[CLOCK_TEXT_MAX];

    switch (known->result) {
    case REFRESH_NEVER:
    case REFRESH_DONE:
    case REFRESH_KEPT:
        return true;
    case REFRESH_REFUSED:
        /* After a lost answer that is what a spent refresh token looks like. */
        return repeat(out, known->lost == 0, &known->said);
    case REFRESH_UNABLE:
        return !watch->wanted || say(out, false, "it is not refreshed: %s", why);
    case REFRESH_LOST:
        if (known->lost < REFRESH_LOST_MAX)
            return true;
        return say(out, false,
                   "two refreshes in a row brought no answer, the last one begun at %s: the refresh token may be "
                   "spent",
                   clock_rfc3339(known->began_ms / 1000, when));
    case REFRESH_FAULT:
        break;
    }
    if (watch->wanted && watch->expires && now >= watch->expires - LAST_HOUR_S)
        return repeat(out, false, &known->said);
    return true;
}

bool refresh_judge(const struct refresh_watch *watch, int64_t now, struct refresh_verdict *out)
{
    const char *why = watch->known.result == REFRESH_KEPT ? watch->known.said.message : NULL;

    *out = (struct refresh_verdict){.said = {.cause = CAUSE_AUTHORIZED}};
    if (!watch->watched)
        return true;
    if (watch->kept &&
        !say(out, false,
             "the token file has old tokens%s%s; the new ones are kept in the state folder, and are "
             "written as soon as the file can be",
             why ? ": " : "", why ? why : ""))
        return false;
    if (!judge_result(watch, now, out))
        return false;
    if (watch->wanted && !watch->has_pair &&
        !say(out, false, "it can not be refreshed: %s",
             watch->fault ? watch->fault : "the token file holds no refresh token"))
        return false;
    return judge_end(watch, now, out);
}

void refresh_note(const struct refresh_watch *watch, struct buf *out)
{
    char when[CLOCK_TEXT_MAX];

    if (!watch->watched)
        return;
    if (watch->refresh_expires)
        buf_printf(out, "the refresh token ends at %s", clock_rfc3339(watch->refresh_expires, when));
    else
        buf_str(out, "it is not known when the refresh token ends");
    if (watch->expires)
        buf_printf(out, ", the access token at %s", clock_rfc3339(watch->expires, when));
    if (watch->fault)
        buf_printf(out, "; %s", watch->fault);
}
