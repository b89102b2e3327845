/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the log of alerts in small batches and keeps count of what is in flight. */
#include "agent/notifier.h"

#include "agent/link.h"
#include "agent/notification.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char READER[] = "snmp";

/* LOOK_MS: alerts also come from rounds of others. PAUSE_MS: after a failure. */
enum { LOOK_MS = 5000, PAUSE_MS = 5000 };

struct flight {
    int64_t number;
    bool taken;
    int64_t suppressed; /* changes that it stands for */
};

struct notifier {
    struct picture *picture;
    bool begun;                                   /* the place in the log is known */
    int64_t told;                                 /* taken by the master, all up to here */
    int64_t kept;                                 /* as the store remembers it */
    int64_t sent;                                 /* the highest that was sent */
    struct flight flight[NOTIFIER_IN_FLIGHT_MAX]; /* oldest first */
    size_t flights;
    int64_t look_ms;  /* the log is read then */
    int64_t pause_ms; /* nothing is sent before */
    int64_t store_ms; /* nothing is written before: each try may wait for others, and who asks us waits with it */
    bool empty;       /* the log had no more when it was read last */
    bool failing;     /* of the store; said once */
};

struct notifier *notifier_new(struct picture *picture)
{
    struct notifier *notifier = calloc(1, sizeof(*notifier));

    if (notifier)
        notifier->picture = picture;
    return notifier;
}

void notifier_free(struct notifier *notifier)
{
    free(notifier);
}

void notifier_wake(struct notifier *notifier)
{
    notifier->look_ms = 0;
}

static void forget_flights(struct notifier *notifier)
{
    notifier->flights = 0;
    notifier->sent = notifier->told;
    notifier->empty = false;
}

void notifier_begin_anew(struct notifier *notifier)
{
    forget_flights(notifier);
    notifier->begun = false;
}

void notifier_link_down(struct notifier *notifier)
{
    forget_flights(notifier);
}

/* Those at the head that are taken are told. */
static void land(struct notifier *notifier)
{
    size_t landed = 0;

    while (landed < notifier->flights && notifier->flight[landed].taken) {
        notifier->told = notifier->flight[landed].number;
        notifier->picture->self->sent++;
        notifier->picture->self->suppressed += (uint64_t)notifier->flight[landed].suppressed;
        landed++;
    }
    notifier->flights -= landed;
    for (size_t i = 0; i < notifier->flights; i++)
        notifier->flight[i] = notifier->flight[i + landed];
}

void notifier_answer(struct notifier *notifier, int64_t number, bool taken, int64_t mono_ms)
{
    for (size_t i = 0; i < notifier->flights; i++) {
        if (notifier->flight[i].number != number)
            continue;
        if (taken) {
            notifier->flight[i].taken = true;
            land(notifier);
        } else {
            log_warning("snmp", "notification %" PRId64 " was not taken by the master agent; it is sent again",
                        number);
            forget_flights(notifier);
            notifier->pause_ms = mono_ms + PAUSE_MS;
        }
        return;
    }
}

static void say_store_fault(struct notifier *notifier, const struct err *err)
{
    if (!notifier->failing)
        log_warning("snmp", "notifications wait for the store: %s", err->text);
    notifier->failing = true;
}

/* Nothing but the first round of this process has published yet. A long one does so in parts, so that what it
 * finds in the later ones looks like news; all of it is the baseline. */
static bool is_first_round(const struct picture *picture)
{
    return !picture->snapshot ||
           (picture->self->rounds == 0 && snapshot_board(picture->snapshot)->made_at >= picture->self->started);
}

static bool begin(struct notifier *notifier, int64_t mono_ms)
{
    struct err err = {""};

    if (notifier->begun)
        return true;
    if (mono_ms < notifier->store_ms || is_first_round(notifier->picture))
        return false;
    if (!alert_log_begin(notifier->picture->config, READER, "monitoring begins", &notifier->told, &err)) {
        say_store_fault(notifier, &err);
        notifier->store_ms = mono_ms + PAUSE_MS;
        return false;
    }
    notifier->kept = notifier->sent = notifier->told;
    notifier->begun = true;
    return true;
}

/* One write for a batch; until it succeeds the place is known to this process alone. */
static void remember(struct notifier *notifier, int64_t mono_ms)
{
    struct err err = {""};

    if (notifier->kept == notifier->told || notifier->flights > 0 || mono_ms < notifier->store_ms)
        return;
    if (alert_log_told(notifier->picture->config, READER, notifier->told, &err)) {
        notifier->kept = notifier->told;
        notifier->failing = false;
    } else {
        say_store_fault(notifier, &err);
        notifier->store_ms = mono_ms + PAUSE_MS;
    }
}

static bool send_one(void *arg, const struct store_alert *alert)
{
    struct notifier *notifier = arg;
    void *varbinds = notification_varbinds(notifier->picture, alert);

    if (!varbinds || !link_notify(varbinds, alert->number))
        return false;
    notifier->flight[notifier->flights++] =
        (struct flight){.number = alert->number, .suppressed = alert->suppressed > 0 ? alert->suppressed : 0};
    notifier->sent = alert->number;
    log_info("snmp", "notification %" PRId64 ": %s %s %s is %s", alert->number,
             alert->summary ? "summary" : alert->kind, alert->app, alert->object, alert->state);
    return true;
}

static void read_log(struct notifier *notifier, int64_t mono_ms)
{
    size_t room = NOTIFIER_IN_FLIGHT_MAX - notifier->flights;
    bool may_send = link_is_up() && notifier->picture->config->snmp.notify && mono_ms >= notifier->pause_ms;
    int64_t last = 0, pending = 0;
    int64_t sent = notifier->sent;
    struct err err = {""};

    if (!alert_log_read(notifier->picture->config, notifier->sent, may_send ? room : 0, send_one, notifier, &last,
                        &pending, &err)) {
        if (err.text[0])
            say_store_fault(notifier, &err);
        else
            notifier->pause_ms = mono_ms + PAUSE_MS; /* it could not be sent */
        notifier->look_ms = mono_ms + LOOK_MS;
        return;
    }
    notifier->failing = false;
    notifier->empty = notifier->sent >= last || pending == 0;
    notifier->picture->self->last_event = last;
    notifier->picture->self->pending = pending - (notifier->sent > sent ? (int64_t)notifier->flights : 0);
    /* A store that was made anew counts from the beginning. */
    if (last < notifier->told) {
        notifier_begin_anew(notifier);
    }
    notifier->look_ms = mono_ms + LOOK_MS;
}

/* With notifications off, what would be told is passed over. */
static void pass_over(struct notifier *notifier)
{
    if (!notifier->picture->config->snmp.notify && notifier->picture->self->last_event > notifier->told)
        notifier->told = notifier->sent = notifier->picture->self->last_event;
}

void notifier_step(struct notifier *notifier, int64_t mono_ms, int64_t *wake_ms)
{
    if (begin(notifier, mono_ms)) {
        bool more = !notifier->empty && notifier->flights == 0 && link_is_up() && mono_ms >= notifier->pause_ms;

        remember(notifier, mono_ms);
        if (more || mono_ms >= notifier->look_ms)
            read_log(notifier, mono_ms);
        pass_over(notifier);
    }
    *wake_ms = notifier->look_ms > mono_ms ? notifier->look_ms : mono_ms + LOOK_MS;
}

bool notifier_is_idle(const struct notifier *notifier)
{
    return notifier->begun && notifier->flights == 0 && notifier->kept == notifier->told &&
           (notifier->empty || !link_is_up());
}
