/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Feeds by name, so that they outlive a reload:
 *
 *     idle --a round ended--> due --a process is had--> under way --delivered--> idle
 *                              ^                            | failed, or another process was at it
 *                              +--back-off, or a round------+ */
#include "agent/feeding.h"

#include "base/log.h"
#include "base/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETRY_MS = 5000,       /* after a first failure, doubled each time, */
    RETRY_MAX_MS = 300000, /* up to this or the interval */
    DELIVERY_MAX_MS = 300000,
    GRACE_MS = 5000, /* so much longer the process lives */
};

struct item {
    char name[SECTION_NAME_MAX + 1];
    struct worker *worker;
    bool due;
    bool gone; /* the configuration has it no more */
    unsigned failures;
    int64_t retry_ms; /* 0: none */
    bool broken;      /* and that is logged */
};

struct feeding {
    const struct standing *standing;
    const struct latest *latest;
    struct item *item;
    size_t count;
};

/* What the child is given. */
struct work {
    const struct feeding *feeding;
    const char *name;
    int64_t deadline_ms;
};

struct feeding *feeding_new(const struct standing *standing, const struct latest *latest)
{
    struct feeding *feeding = calloc(1, sizeof(*feeding));

    if (!feeding)
        return NULL;
    feeding->standing = standing;
    feeding->latest = latest;
    return feeding;
}

void feeding_free(struct feeding *feeding)
{
    if (!feeding)
        return;
    for (size_t i = 0; i < feeding->count; i++)
        worker_free(feeding->item[i].worker);
    free(feeding->item);
    free(feeding);
}

/* --- in the child ---------------------------------------------------------------------------------------------
 */

static void deliver(const void *arg, void *result)
{
    const struct work *work = arg;
    struct feed_outcome *out = result;
    struct err err = {""};
    struct feed_ground *ground =
        feed_ground_load(standing_path(work->feeding->standing), standing_text(work->feeding->standing), &err);
    const struct config_feed *feed = ground ? config_find_feed(feed_ground_config(ground), work->name) : NULL;

    if (feed)
        feed_deliver(ground, feed, latest_snapshot(work->feeding->latest), work->deadline_ms, out);
    else
        (void)snprintf(out->text, sizeof(out->text), "%s", ground ? "it is not configured any more" : err.text);
    feed_ground_free(ground);
}

/* --- in the parent --------------------------------------------------------------------------------------------
 */

static struct item *find(struct feeding *feeding, const char *name)
{
    for (size_t i = 0; i < feeding->count; i++)
        if (strcmp(feeding->item[i].name, name) == 0)
            return &feeding->item[i];
    return NULL;
}

/* NULL: out of memory. */
static struct item *add(struct feeding *feeding, const char *name)
{
    struct item *grown = realloc(feeding->item, (feeding->count + 1) * sizeof(*grown));
    struct worker *worker = worker_new(sizeof(struct feed_outcome));

    if (grown)
        feeding->item = grown;
    if (!grown || !worker) {
        worker_free(worker);
        return NULL;
    }
    grown += feeding->count++;
    *grown = (struct item){.worker = worker};
    (void)snprintf(grown->name, sizeof(grown->name), "%s", name); /* names of sections fit */
    return grown;
}

void feeding_due(struct feeding *feeding)
{
    const struct config *config = standing_config(feeding->standing);

    for (size_t i = 0; i < feeding->count; i++)
        feeding->item[i].gone = true;
    for (size_t i = 0; i < config->feed_count; i++) {
        const char *name = config->feed[i].name;
        struct item *item = config->feed[i].usable ? find(feeding, name) : NULL;

        if (config->feed[i].usable && !item)
            item = add(feeding, name);
        if (item) {
            item->gone = false;
            item->due = true;
        } else if (config->feed[i].usable) {
            log_error("feed", "%s: out of memory", name);
        }
    }
}

static int64_t back_off_ms(const struct feeding *feeding, const struct item *item)
{
    int64_t interval_ms = standing_config(feeding->standing)->sweep.interval_s * 1000;
    int64_t most = interval_ms < RETRY_MAX_MS ? interval_ms : RETRY_MAX_MS, pause = RETRY_MS;

    for (unsigned i = 1; i < item->failures && pause < most; i++)
        pause *= 2;
    return pause < most ? pause : most;
}

static void take_result(struct feeding *feeding, struct item *item, int64_t mono_ms)
{
    struct err err = {""};
    const struct feed_outcome *brought = worker_result(item->worker, "the delivery", &err);
    struct feed_outcome outcome = {.ok = false};

    if (brought)
        outcome = *brought;
    else
        (void)snprintf(outcome.text, sizeof(outcome.text), "%s", err.text);
    outcome.text[sizeof(outcome.text) - 1] = '\0';
    log_debug("feed", "%s: %s", item->name, outcome.text);
    if (outcome.busy) { /* what the other one delivers may be older than what we have */
        item->retry_ms = mono_ms + RETRY_MS;
        return;
    }
    item->failures = outcome.ok ? 0 : item->failures + 1;
    item->retry_ms = outcome.ok ? 0 : mono_ms + back_off_ms(feeding, item);
    if (!outcome.ok && !item->broken)
        log_warning("feed", "%s: %s", item->name, outcome.text);
    if (outcome.ok && item->broken)
        log_info("feed", "%s: works again: %s", item->name, outcome.text);
    item->broken = !outcome.ok;
}

static void begin(struct feeding *feeding, struct item *item, int64_t mono_ms)
{
    struct work work = {.feeding = feeding, .name = item->name, .deadline_ms = mono_ms + DELIVERY_MAX_MS};
    struct err err = {""};

    item->due = false;
    item->retry_ms = 0;
    if (worker_start(item->worker, deliver, &work, -1, work.deadline_ms + GRACE_MS, &err))
        return;
    if (!item->broken)
        log_warning("feed", "%s: %s", item->name, err.text);
    item->broken = true;
    item->failures++;
    item->retry_ms = mono_ms + back_off_ms(feeding, item);
}

static void step(struct feeding *feeding, struct item *item, int64_t mono_ms)
{
    if (worker_step(item->worker, mono_ms))
        take_result(feeding, item, mono_ms);
    if (item->gone || worker_is_running(item->worker))
        return;
    if (item->due || (item->retry_ms && mono_ms >= item->retry_ms))
        begin(feeding, item, mono_ms);
}

void feeding_step(struct feeding *feeding, int64_t mono_ms, int64_t *wake_ms)
{
    *wake_ms = INT64_MAX;
    for (size_t i = 0; i < feeding->count; i++) {
        struct item *item = &feeding->item[i];
        int64_t wake = INT64_MAX;

        step(feeding, item, mono_ms);
        if (worker_is_running(item->worker))
            wake = worker_wake_ms(item->worker);
        else if (!item->gone && item->retry_ms)
            wake = item->retry_ms;
        *wake_ms = wake < *wake_ms ? wake : *wake_ms;
    }
}

size_t feeding_fds(const struct feeding *feeding, struct pollfd *fds)
{
    size_t count = 0;

    for (size_t i = 0; i < feeding->count && count < FEEDING_FDS_MAX; i++)
        if (worker_is_running(feeding->item[i].worker))
            fds[count++] = (struct pollfd){.fd = worker_fd(feeding->item[i].worker), .events = POLLIN};
    return count;
}

bool feeding_is_idle(const struct feeding *feeding)
{
    for (size_t i = 0; i < feeding->count; i++)
        if (worker_is_running(feeding->item[i].worker) || (feeding->item[i].due && !feeding->item[i].gone))
            return false;
    return true;
}
