/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * When a token is refreshed, and what became of it. */
#include "core/refresh.h"

#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const NAME[] = {
    [REFRESH_NEVER] = "",      [REFRESH_DONE] = "done",     [REFRESH_KEPT] = "kept", [REFRESH_REFUSED] = "refused",
    [REFRESH_FAULT] = "fault", [REFRESH_UNABLE] = "unable", [REFRESH_LOST] = "lost",
};

enum {
    MARGIN_S = 2 * 3600, /* before the access token ends, */
    SPREAD_S = 3600,     /* and up to so much more, */
    MARGIN_INTERVALS = 2,
    MARGIN_SHARE = 2,   /* but no more than this part of its life */
    FIRST_PAUSE_S = 30, /* after the first failure, twice as long after each further one, */
    LONGEST_PAUSE_S = 1800,
    LEAST_PAUSE_S = 300, /* between two that brought tokens, whatever the API says of their life */
};

const char *refresh_result_name(enum refresh_result result)
{
    return NAME[result];
}

enum refresh_result refresh_result_from_name(const char *name)
{
    for (size_t i = 0; i < TTA_LEN(NAME); i++)
        if (strcmp(NAME[i], name) == 0)
            return (enum refresh_result)i;
    return REFRESH_NEVER;
}

void refresh_free(struct refresh *refresh)
{
    said_clear(&refresh->said);
    free(refresh->stamp);
    *refresh = (struct refresh){.said = {.cause = CAUSE_AUTHORIZED}};
}

void refresh_watch_free(struct refresh_watch *watch)
{
    refresh_free(&watch->known);
    free(watch->fault);
    free(watch->stamp);
    *watch = (struct refresh_watch){.known = {.said = {.cause = CAUSE_AUTHORIZED}}};
}

static const char *text(const char *maybe)
{
    return maybe ? maybe : "";
}

void refresh_of_file(struct refresh *refresh, const char *stamp)
{
    int64_t began_ms = refresh->began_ms, ended_ms = refresh->ended_ms;

    if (strcmp(text(refresh->stamp), text(stamp)) == 0)
        return;
    refresh_free(refresh);
    refresh->began_ms = began_ms;
    refresh->ended_ms = ended_ms < began_ms ? began_ms : ended_ms;
}

void refresh_set_ends(struct refresh_watch *watch, int64_t expires, int64_t refresh_expires)
{
    watch->expires = expires ? expires : watch->known.expires;
    watch->refresh_expires = refresh_expires ? refresh_expires : watch->known.refresh_expires;
}

bool refresh_is_under_way(const struct refresh *refresh)
{
    return refresh->ended_ms < refresh->began_ms;
}

/* --- when --------------------------------------------------------------------------------------------------- */

static int64_t pause_s(int64_t failures)
{
    int64_t pause = FIRST_PAUSE_S;

    for (int64_t n = 1; n < failures && pause < LONGEST_PAUSE_S; n++)
        pause *= 2;
    return pause < LONGEST_PAUSE_S ? pause : LONGEST_PAUSE_S;
}

/* When it is due as the ends say; 0: at once. */
static int64_t due_at(const struct refresh_watch *watch, const char *name)
{
    const struct refresh *known = &watch->known;
    int64_t least = MARGIN_INTERVALS * watch->interval_s;
    int64_t margin = (least > MARGIN_S ? least : MARGIN_S) + (int64_t)(hash_text(name) % SPREAD_S);
    int64_t life = known->result == REFRESH_DONE ? watch->expires - known->ended_ms / 1000 : 0;

    if (!watch->expires || watch->expired_seen)
        return 0;
    if (life > 0 && margin > life / MARGIN_SHARE)
        margin = life / MARGIN_SHARE;
    return watch->expires - margin;
}

/* Later than `at` by more than the longest pause is no pause: the clock was set back. */
static bool holds(int64_t at, int64_t longest, int64_t now)
{
    return at > now && at - now <= longest;
}

enum refresh_turn refresh_turn_of(const struct refresh_watch *watch, const char *name, bool at_once, int64_t now,
                                  int64_t *at)
{
    const struct refresh *known = &watch->known;

    *at = 0;
    if (!watch->watched || !watch->wanted)
        return REFRESH_NOT_WANTED;
    if (refresh_is_under_way(known))
        return REFRESH_UNDER_WAY;
    if (watch->kept)
        return REFRESH_NOW; /* to be written: no request */
    if (!watch->has_pair)
        return REFRESH_NO_PAIR;
    if (known->result == REFRESH_REFUSED || known->lost >= REFRESH_LOST_MAX ||
        (watch->refresh_expires && now >= watch->refresh_expires))
        return REFRESH_OVER;
    if (known->failures > 0) {
        *at = known->ended_ms / 1000 + pause_s(known->failures);
        return !at_once && holds(*at, LONGEST_PAUSE_S, now) ? REFRESH_HELD_BACK : REFRESH_NOW;
    }
    if (at_once)
        return REFRESH_NOW;
    *at = due_at(watch, name);
    if (*at > now)
        return REFRESH_LATER;
    *at = known->ended_ms / 1000 + LEAST_PAUSE_S;
    return known->result == REFRESH_DONE && holds(*at, LEAST_PAUSE_S, now) ? REFRESH_LATER : REFRESH_NOW;
}

/* --- transitions -------------------------------------------------------------------------------------------- */

static bool set_stamp(struct refresh *refresh, const char *stamp)
{
    char *copy = stamp ? text_dup(stamp) : NULL;

    free(refresh->stamp);
    refresh->stamp = copy;
    return copy || !stamp;
}

bool refresh_begin(struct refresh *refresh, const char *stamp, int64_t now_ms)
{
    /* Later than the end of the one before, also where the clock was set back. */
    refresh->began_ms = now_ms > refresh->ended_ms ? now_ms : refresh->ended_ms + 1;
    return set_stamp(refresh, stamp);
}

static void set_end(struct refresh *refresh, int64_t now_ms)
{
    refresh->ended_ms = now_ms > refresh->began_ms ? now_ms : refresh->began_ms;
}

void refresh_bury(struct refresh *refresh, int64_t now_ms)
{
    set_end(refresh, now_ms);
    refresh->result = REFRESH_LOST;
    refresh->lost++;
    said_clear(&refresh->said);
}

bool refresh_end(struct refresh *refresh, enum refresh_result result, const struct said *said, int64_t now_ms)
{
    set_end(refresh, now_ms);
    refresh->result = result;
    if (result == REFRESH_LOST)
        refresh->lost++; /* once more is tried as soon as may be: a pause would not bring the answer back */
    else
        refresh->failures++;
    said_clear(&refresh->said);
    return said_copy(&refresh->said, said);
}

bool refresh_end_new(struct refresh *refresh, enum refresh_result result, const struct said *said, int64_t expires,
                     int64_t refresh_expires, const char *stamp, int64_t now_ms)
{
    set_end(refresh, now_ms);
    refresh->result = result;
    refresh->failures = refresh->lost = 0;
    refresh->expires = expires;
    refresh->refresh_expires = refresh_expires;
    said_clear(&refresh->said);
    return (!said || said_copy(&refresh->said, said)) && set_stamp(refresh, stamp);
}

/* --- answers ------------------------------------------------------------------------------------------------ */

/* A token as secret_new would take it. */
static const char *token_of(const struct json *value)
{
    const char *token = json_text(value);
    size_t len = token ? strlen(token) : 0;

    if (len == 0 || len > SECRET_MAX)
        return NULL;
    for (size_t i = 0; i < len; i++)
        if (token[i] < 0x21 || token[i] > 0x7e)
            return NULL;
    return token;
}

/* Seconds; 0 where they are not told. */
static bool read_seconds(const struct json *value, int64_t *out)
{
    static const int64_t longest = INT64_C(100) * 366 * 86400;

    *out = 0;
    if (json_type_of(value) == JSON_NULL)
        return true;
    return json_whole(value, out) && *out >= 0 && *out <= longest;
}

bool refresh_read_answer(const struct answer *answer, struct refresh_tokens *out, struct err *why)
{
    const struct json *refresh = json_member(answer->data, "refresh_token");

    *out = (struct refresh_tokens){
        .access = token_of(json_member(answer->data, "access_token")),
        .refresh = token_of(refresh),
    };
    if (!out->access)
        return err_set(why, "the answer brings no access token");
    if (!out->refresh && json_type_of(refresh) != JSON_NULL)
        return err_set(why, "the answer brings a refresh token that is none");
    if (!read_seconds(json_member(answer->data, "expires_in"), &out->expires_in) ||
        !read_seconds(json_member(answer->data, "refresh_token_expires_in"), &out->refresh_expires_in))
        return err_set(why, "the answer brings tokens whose ends can't be read");
    return true;
}

enum refresh_result refresh_result_of(const struct answer *answer, bool sent)
{
    switch (answer->finding.class) {
    case CLASS_TOKEN:
        return REFRESH_REFUSED;
    case CLASS_OK:
    case CLASS_PARTIAL:
        return REFRESH_LOST;
    case CLASS_TRANSIENT:
        /* A code, or a refusal of the edge: it was not carried out. Else nobody knows. */
        return sent && !answer->has_code && answer->http_status < 400 ? REFRESH_LOST : REFRESH_FAULT;
    case CLASS_AUTHZ:
    case CLASS_APP:
    case CLASS_RATE:
    case CLASS_PARAM:
    case CLASS_ACCOUNT:
    case CLASS_FILE:
    case CLASS_NETWORK:
    case CLASS_NONE:
    case CLASS_UNKNOWN:
        break;
    }
    return REFRESH_FAULT;
}
