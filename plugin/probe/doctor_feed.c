/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's look at feeds: whether they could deliver, and what became of the last time. */
#include "base/clock.h"
#include "base/secret.h"
#include "probe/doctor_private.h"
#include "probe/feed_private.h"

#include <inttypes.h>
#include <unistd.h>

enum { UNTAKEN_MAX_S = 60 };

static bool secret_is_readable(const char *path, struct err *err)
{
    struct secret *secret = secret_read(path, err);
    bool ok = secret != NULL;

    secret_free(secret);
    return ok;
}

/* What it delivers with and to, as far as it can be seen from here. */
static bool is_usable(const struct config_feed *feed, struct err *err)
{
    switch ((enum feed_kind)feed->kind) {
    case FEED_NAGIOS:
        return feed_spool_usable(feed->dir, err);
    case FEED_ICINGA2:
        if (feed->password_file && !secret_is_readable(feed->password_file, err))
            return false;
        if (feed->key_file && !secret_mode_ok(feed->key_file, err))
            return false;
        if (feed->cert_file && access(feed->cert_file, R_OK) != 0)
            return err_set(err, "cert_file %s can't be read", feed->cert_file);
        return !feed->ca_file || access(feed->ca_file, R_OK) == 0 ||
               err_set(err, "ca_file %s can't be read", feed->ca_file);
    }
    return true;
}

static int64_t now_of(const struct doctor *d)
{
    return d->env ? d->env->wall_ms(d->env->ctx) / 1000 : clock_wall();
}

static void tell_last(const struct doctor *d, const struct config_feed *feed, const struct feed_state *state)
{
    int64_t interval = d->config->sweep.interval_s, now = now_of(d);
    char age[CLOCK_TEXT_MAX], since[CLOCK_TEXT_MAX];

    clock_span(now - state->delivered_at, age);
    if (state->tried_at == 0)
        doctor_say(d, DOCTOR_NOTE, "feed",
                   "the agent does it after each round, or: check_tiktok_auth --all --feed NAME",
                   "%s: nothing was delivered yet", feed->name);
    else if (state->failed_since != 0)
        doctor_say(d, DOCTOR_PROBLEM, "feed", "", "%s: failed since %s: %s", feed->name,
                   clock_short(state->failed_since, now, since), state->fault);
    else if (feed->kind == FEED_NAGIOS && now - state->tried_at > UNTAKEN_MAX_S && feed_spool_is_untaken(state))
        doctor_say(d, DOCTOR_PROBLEM, "feed", "is the engine running, and is this folder its check_result_path?",
                   "%s: the engine has not taken what was put into %s %s ago", feed->name, state->dir, age);
    else if (now - state->delivered_at > 3 * interval)
        doctor_say(d, DOCTOR_PROBLEM, "feed", "does the agent run, or a check with --feed?",
                   "%s: the last delivery was %s ago", feed->name, age);
    else if (state->newer > 0)
        doctor_say(d, DOCTOR_OK, "feed", "",
                   "%s: %" PRId64 " of %" PRId64 " results delivered %s ago, %" PRId64
                   " newer ones of another feeder stand",
                   feed->name, state->delivered, state->total, age, state->newer);
    else
        doctor_say(d, DOCTOR_OK, "feed", "", "%s: %" PRId64 " of %" PRId64 " results delivered %s ago", feed->name,
                   state->delivered, state->total, age);
    if (state->missing > 0) /* a loss there calls nobody */
        doctor_say(d, DOCTOR_PROBLEM, "feed", "tiktok-auth generate icinga2, then reload Icinga",
                   "%s: %" PRId64 " services are not in the engine", feed->name, state->missing);
}

static void examine_feed(const struct doctor *d, const struct config_feed *feed)
{
    struct feed_state state;
    struct err err = {""};

    if (!feed->usable) {
        doctor_say(d, DOCTOR_PROBLEM, "feed", "see what is said of the configuration here", "%s: not usable",
                   feed->name);
        return;
    }
    if (!is_usable(feed, &err))
        doctor_say(d, DOCTOR_PROBLEM, "feed", "", "%s: %s", feed->name, err.text);
    if (feed_state_read(d->config, feed->name, &state, &err))
        tell_last(d, feed, &state);
    else
        doctor_say(d, DOCTOR_PROBLEM, "feed", "the next delivery writes it anew", "%s: %s", feed->name, err.text);
}

void doctor_feeds(struct doctor *d)
{
    for (size_t i = 0; i < d->config->feed_count; i++)
        examine_feed(d, &d->config->feed[i]);
}
