/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An uploaded video on its way to being usable. */
#include "core/upload.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void upload_begin(struct upload *upload, const char *app, const char *advertiser_id, const char *id,
                  int64_t deadline, int64_t now)
{
    *upload = (struct upload){.cause = CAUSE_VIDEO_PROCESSING, .deadline = deadline, .since = now};
    (void)snprintf(upload->app, sizeof(upload->app), "%s", app);                               /* fits, */
    (void)snprintf(upload->advertiser_id, sizeof(upload->advertiser_id), "%s", advertiser_id); /* as the caller */
    (void)snprintf(upload->id, sizeof(upload->id), "%s", id);                                  /* promises */
}

bool upload_is_settled(const struct upload *upload)
{
    return upload->cause != CAUSE_VIDEO_PROCESSING;
}

/* Code, message and request_id, where the answer is more than "all is well". */
static void take_words(struct upload *upload, const struct answer *answer)
{
    bool speaks = answer && !(answer->has_code && answer->code == 0);
    size_t len = speaks ? text_cut(answer->message, strlen(answer->message), sizeof(upload->message) - 1) : 0;

    upload->has_code = speaks && answer->has_code;
    upload->code = upload->has_code ? answer->code : 0;
    memcpy(upload->message, speaks ? answer->message : "", len);
    upload->message[len] = '\0';
    (void)snprintf(upload->request_id, sizeof(upload->request_id), "%s", speaks ? answer->request_id : "");
}

static void become(struct upload *upload, enum cause cause, const struct answer *answer, int64_t now)
{
    if (upload->cause != cause)
        upload->since = now;
    upload->cause = cause;
    upload->fault = CAUSE_AUTHORIZED;
    upload->verified_at = now;
    take_words(upload, answer);
}

void upload_use(struct upload *upload, int64_t now)
{
    become(upload, CAUSE_AUTHORIZED, NULL, now);
}

void upload_wait(struct upload *upload, const struct answer *answer, int64_t now)
{
    bool late = upload->deadline != 0 && now >= upload->deadline;

    become(upload, late ? CAUSE_VIDEO_FAILED : CAUSE_VIDEO_PROCESSING, answer, now);
}

void upload_fail(struct upload *upload, const struct answer *answer, int64_t now)
{
    become(upload, CAUSE_VIDEO_FAILED, answer, now);
}

void upload_miss(struct upload *upload, const struct answer *answer)
{
    upload->fault = answer->finding.cause;
    take_words(upload, answer);
}

int64_t upload_pause_ms(int64_t asked, int64_t first_ms, int64_t longest_s)
{
    int64_t pause = first_ms;

    for (int64_t n = 1; n < asked && pause < longest_s * 1000; n++)
        pause *= 2;
    return pause < longest_s * 1000 ? pause : longest_s * 1000;
}

void upload_asked(struct upload *upload, int64_t first_ms, int64_t longest_s, int64_t now)
{
    upload->asked++;
    upload->asked_at = now;
    upload->next_at = now + (upload_pause_ms(upload->asked, first_ms, longest_s) + 999) / 1000;
    if (upload->deadline > now && upload->deadline < upload->next_at)
        upload->next_at = upload->deadline;
}

enum state upload_state(const struct upload *upload, const struct config *config, int64_t stale_after_s,
                        int64_t now, enum cause *cause)
{
    int64_t known_at = upload->verified_at ? upload->verified_at : upload->since;
    bool lost = upload->fault != CAUSE_AUTHORIZED && !cause_info(upload->fault)->keeps;

    *cause = upload->cause;
    if (!upload_is_settled(upload)) {
        if (lost || (upload->fault != CAUSE_AUTHORIZED && upload->verified_at == 0))
            *cause = upload->fault;
        else if (stale_after_s > 0 && now - known_at > stale_after_s)
            *cause = CAUSE_NOT_VERIFIED;
    }
    return *cause == CAUSE_AUTHORIZED ? STATE_OK : config_state_of(config, *cause);
}
