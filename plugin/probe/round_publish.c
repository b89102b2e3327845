/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Publishing what a round found, in its course and at its end. */
#include "probe/round_private.h"

#include "base/file.h"
#include "base/log.h"
#include "core/snapshot.h"
#include "probe/audit.h"
#include "probe/publish.h"
#include "probe/published.h"

#include <string.h>

enum {
    PUBLISH_EVERY_MS = 2000, /* while a long round goes on, */
    PUBLISH_SHARE = 10       /* and at most this part of its time */
};

/* True when the snapshot knows of the newest attempts that the store knows of: their process may have died before
 * it published. */
static bool snapshot_is_complete(const struct round *round, const struct snapshot *snapshot)
{
    for (size_t t = 0; t < round->config->token_count; t++) {
        struct board_token row;

        if (round->memory[t].ended_ms &&
            (!snapshot_find_token(snapshot, round->config->token[t].name, &row, NULL) ||
             row.ended < round->memory[t].ended_ms / 1000))
            return false;
    }
    return true;
}

/* True when the snapshot carries the complaints that there are now. */
static bool snapshot_tells_complaints(const struct round *round, const struct snapshot *last)
{
    const struct complaints *complaints = setup_complaints(round->setup);
    bool same = snapshot_board(last)->complaint_count == complaints->count;

    for (uint32_t i = 0; same && i < complaints->count; i++) {
        struct board_complaint then;
        char text[COMPLAINT_TEXT_MAX];

        complaint_text(&complaints->item[i], text, sizeof(text));
        same = snapshot_complaint(last, i, &then) && strcmp(then.text, text) == 0;
    }
    return same;
}

bool round_is_published(const struct round *round)
{
    struct published published = published_open(round->config);
    const struct snapshot *last = published.snapshot;
    const struct board_input *inputs;
    size_t count = setup_inputs(round->setup, &inputs);
    bool current = last && snapshot_board(last)->input_count == count;

    for (uint32_t i = 0; current && i < count; i++) {
        struct board_input then;

        current = snapshot_input(last, i, &then) && strcmp(then.path, inputs[i].path) == 0 &&
                  file_stamp_equal(&then.stamp, &inputs[i].stamp);
    }
    current = current && snapshot_is_complete(round, last) && snapshot_tells_complaints(round, last);
    published_close(&published);
    return current;
}

/* What is older than the store is to keep goes. */
static void prune(struct round *round)
{
    int64_t now = round_wall_ms(round) / 1000;
    struct err err = {""};

    if (round->store && !store_prune(round->store, now - round->config->keep_s, now - AUDIT_REMOTE_KEPT_S, &err))
        log_warning("store", "%s", err.text);
}

static void publish_now(struct round *round)
{
    int64_t began_ms = round_mono(round);
    struct publish_result result;
    bool made = publish(
        &(struct publish_input){
            .setup = round->setup,
            .store = round->store,
            .store_fault = round->store_fault.text,
            .own = round->memory,
            .is_own = round->is_own,
            .secret_stamp = (const char *const *)round->stamp,
            .last = round->last,
            .now = round_wall_ms(round) / 1000,
        },
        &round->snapshot, &result);

    if (result.store_fault.text[0])
        round_lose_store(round, &result.store_fault);
    err_clear(&round->publish_fault);
    if (!made || !result.published) {
        err_set(&round->publish_fault, "%s", result.fault.text);
        log_warning("publish", "%s", result.fault.text);
    }
    round->result.published = made && result.published;
    round->result.changes += result.changes;
    round->published_at_ms = round_mono(round);
    round->publish_pause_ms = PUBLISH_SHARE * (round->published_at_ms - began_ms);
    if (round->publish_pause_ms < PUBLISH_EVERY_MS)
        round->publish_pause_ms = PUBLISH_EVERY_MS;
    round->unpublished = false;
}

bool round_publish(struct round *round, int64_t *wake_ms)
{
    struct err err = {""};
    enum lock_result lock = round->locks ? lock_try(round->locks, "publish", &err) : LOCK_FAILED;

    if (lock == LOCK_BUSY && round_mono(round) < round->options.deadline_ms) {
        *wake_ms = round_mono(round) + ROUND_BUSY_POLL_MS;
        return false;
    }
    publish_now(round);
    if (round->last)
        prune(round);
    if (lock == LOCK_HELD)
        lock_release(round->locks, "publish");
    for (size_t t = 0; t < round->config->token_count; t++)
        if (round->todo[t] == TODO_DONE)
            round_unlock(round, t);
    return true;
}
