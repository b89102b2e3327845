/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asking about the uploads of one advertiser. */
#include "core/upload_poll.h"

#include "core/batches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct upload_poll {
    struct upload *const *upload;
    size_t count;
    struct batches batches;
    size_t calls_left;
    bool refused;
    bool over;
};

struct upload_poll *upload_poll_new(struct upload *const *upload, size_t count)
{
    struct upload_poll *poll = calloc(1, sizeof(*poll));

    if (!poll)
        return NULL;
    poll->upload = upload;
    poll->count = count;
    poll->calls_left = (count + UPLOAD_BATCH_MAX - 1) / UPLOAD_BATCH_MAX + UPLOAD_SEARCH_MAX;
    if (!batches_init(&poll->batches, count)) {
        upload_poll_free(poll);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        batches_add(&poll->batches, (uint32_t)i);
    batches_cut(&poll->batches, UPLOAD_BATCH_MAX);
    return poll;
}

void upload_poll_free(struct upload_poll *poll)
{
    if (!poll)
        return;
    batches_free(&poll->batches);
    free(poll);
}

static struct upload *current(const struct upload_poll *poll, size_t index)
{
    return poll->upload[batches_current(&poll->batches, index)];
}

bool upload_poll_next(struct upload_poll *poll, struct question *question)
{
    size_t count = batches_current_count(&poll->batches);

    if (poll->over || poll->refused || count == 0)
        return false;
    *question = (struct question){.kind = ASK_VIDEOS, .id_count = count};
    question->advertiser_id = current(poll, 0)->advertiser_id;
    for (size_t i = 0; i < count; i++)
        question->id[i] = current(poll, i)->id;
    if (poll->calls_left > 0)
        poll->calls_left--;
    return true;
}

/* --- answers ------------------------------------------------------------------------------------------------- */

struct listing {
    const struct upload_poll *poll;
    bool *listed; /* by place in the current batch */
};

static bool note_listed(void *arg, const char *video_id)
{
    struct listing *listing = arg;

    for (size_t i = 0; i < batches_current_count(&listing->poll->batches); i++)
        if (strcmp(current(listing->poll, i)->id, video_id) == 0)
            listing->listed[i] = true;
    return true;
}

void upload_poll_stop(struct upload_poll *poll, const struct answer *answer)
{
    struct batches *batches = &poll->batches;

    for (size_t d = 0; d < batches->depth; d++)
        for (size_t i = 0; i < batches->stack[d].count; i++)
            upload_miss(poll->upload[batches->member[batches->stack[d].first + i]], answer);
    poll->over = true;
}

/* Those that are listed are usable. Of a list that is partial nothing follows for the others. */
static void take_list(struct upload_poll *poll, const struct answer *answer, int64_t now)
{
    bool listed[UPLOAD_BATCH_MAX] = {false};
    struct listing listing = {poll, listed};
    struct answer broken = *answer;
    struct err why = {""};

    if (!answer_each_video(answer, note_listed, &listing, &why)) {
        broken.finding.cause = CAUSE_EDGE_FAULT;
        broken.has_code = false;
        (void)snprintf(broken.message, sizeof(broken.message), "%s", why.text); /* cut is fine */
        upload_poll_stop(poll, &broken);
        return;
    }
    for (size_t i = 0; i < batches_current_count(&poll->batches); i++) {
        if (listed[i])
            upload_use(current(poll, i), now);
        else if (answer->finding.class == CLASS_OK)
            upload_wait(current(poll, i), NULL, now);
        else
            upload_miss(current(poll, i), answer);
    }
    batches_done(&poll->batches);
}

/* The one id of the current batch that the text names, as a whole word; SIZE_MAX: none or several. */
static size_t named(const struct upload_poll *poll, const char *text)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t found = SIZE_MAX;

    for (text += strcspn(text, word); *text; text += strcspn(text, word)) {
        size_t len = strspn(text, word);

        for (size_t i = 0; i < batches_current_count(&poll->batches); i++) {
            const char *id = current(poll, i)->id;

            if (strlen(id) != len || memcmp(id, text, len) != 0 || i == found)
                continue;
            if (found != SIZE_MAX)
                return SIZE_MAX;
            found = i;
        }
        text += len;
    }
    return found;
}

/* Said of one id, which spoils the call of all: which one it is shows by its name, or when it is asked alone. */
static void take_one(struct upload_poll *poll, const struct answer *answer, int64_t now)
{
    size_t count = batches_current_count(&poll->batches), at = count == 1 ? 0 : named(poll, answer->message);
    bool waits = answer->finding.cause == CAUSE_VIDEO_PROCESSING;
    struct upload *upload;

    if (at == SIZE_MAX && poll->calls_left > 0) {
        batches_split(&poll->batches);
        return;
    }
    if (at ==
        SIZE_MAX) { /* too many of them: that they wait is all that is known, and the next poll looks again */
        for (size_t i = 0; i < count && waits; i++)
            upload_wait(current(poll, i), answer, now);
        batches_done(&poll->batches);
        return;
    }
    upload = current(poll, at);
    if (waits)
        upload_wait(upload, answer, now);
    else if (answer->finding.cause == CAUSE_VIDEO_FAILED)
        upload_fail(upload, answer, now);
    else
        upload_miss(upload, answer);
    batches_drop(&poll->batches, batches_current(&poll->batches, at));
}

void upload_poll_answer(struct upload_poll *poll, const struct answer *answer, int64_t now)
{
    switch (answer->finding.class) {
    case CLASS_OK:
    case CLASS_PARTIAL:
        take_list(poll, answer, now);
        return;
    case CLASS_FILE:
    case CLASS_PARAM:
        take_one(poll, answer, now);
        return;
    case CLASS_AUTHZ:
    case CLASS_TOKEN:
    case CLASS_APP:
    case CLASS_ACCOUNT:
        upload_poll_stop(poll, answer);
        poll->refused = true;
        return;
    case CLASS_RATE:
    case CLASS_TRANSIENT:
    case CLASS_NETWORK:
    case CLASS_NONE:
    case CLASS_UNKNOWN:
        upload_poll_stop(poll, answer);
        return;
    }
}

bool upload_poll_is_refused(const struct upload_poll *poll)
{
    return poll->refused;
}

void upload_poll_again(struct upload_poll *poll)
{
    poll->over = false;
    poll->refused = false;
}
