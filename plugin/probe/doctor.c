/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The order of the examination, and what needs neither files nor network. */
#include "probe/doctor.h"

#include "base/buf.h"
#include "base/clock.h"
#include "core/plan.h"
#include "core/quota.h"
#include "probe/doctor_private.h"

#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096, NAMES_SHOWN = 5, CLOCK_SLACK_S = 300 };

const char *doctor_level_name(enum doctor_level level)
{
    switch (level) {
    case DOCTOR_OK:
        return "OK";
    case DOCTOR_NOTE:
        return "NOTE";
    case DOCTOR_PROBLEM:
        return "PROBLEM";
    }
    return "";
}

void doctor_say(const struct doctor *d, enum doctor_level level, const char *area, const char *todo,
                const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args); /* cut is fine */
    va_end(args);
    d->options->find(d->options->arg,
                     &(struct doctor_finding){.level = level, .area = area, .text = text, .todo = todo});
}

const char *doctor_user(uid_t uid, char *out, size_t size)
{
    const struct passwd *user = getpwuid(uid);

    if (user)
        (void)snprintf(out, size, "%s", user->pw_name); /* cut is fine */
    else
        (void)snprintf(out, size, "uid %lu", (unsigned long)uid); /* cut is fine */
    return out;
}

const char *doctor_group(gid_t gid, char *out, size_t size)
{
    const struct group *group = getgrgid(gid);

    if (group)
        (void)snprintf(out, size, "%s", group->gr_name); /* cut is fine */
    else
        (void)snprintf(out, size, "gid %lu", (unsigned long)gid); /* cut is fine */
    return out;
}

/* --- configuration and inventory ----------------------------------------------------------------------------- */

/* A row or line that was left out is about nobody only because it has no name: whoever it means goes unwatched. */
static enum doctor_level level_of(const struct complaint *complaint)
{
    return complaint->subject == SUBJECT_NOBODY && !strstr(complaint->text, "left out") ? DOCTOR_NOTE
                                                                                        : DOCTOR_PROBLEM;
}

static void tell_complaints(struct doctor *d)
{
    const struct complaints *list = setup_complaints(d->setup);
    char text[TEXT_MAX];

    for (size_t i = 0; i < list->count; i++) {
        complaint_text(&list->item[i], text, sizeof(text));
        doctor_say(d, level_of(&list->item[i]), "configuration", "", "%s", text);
    }
    if (list->dropped > 0)
        doctor_say(d, DOCTOR_NOTE, "configuration", "mend those above first", "%zu more complaints are not listed",
                   list->dropped);
    if (setup_inventory_refused(d->setup))
        doctor_say(d, DOCTOR_PROBLEM, "configuration",
                   "mend the inventory files; if they are meant so: tiktok-auth sweep --accept-shrink",
                   "the inventory as it stands in its files is refused, the accepted one is used");
}

static size_t count_unowned(const struct inventory *inventory)
{
    size_t count = 0;

    for (size_t i = 0; i < inventory->count; i++)
        if (!inventory->item[i].owner[0])
            count++;
    return count;
}

static void tell_idle_tokens(struct doctor *d)
{
    const struct inventory *inventory = d->inventory;
    bool *named = calloc(d->config->token_count + 1, sizeof(*named));
    struct buf names;
    size_t idle = 0;

    buf_init(&names, TEXT_MAX);
    for (size_t i = 0; named && i < inventory->count; i++)
        for (size_t k = 0; k < inventory->item[i].token_count; k++)
            named[inventory->item[i].token[k]] = true;
    for (size_t i = 0; named && i < d->config->token_count; i++)
        if (!named[i] && ++idle <= NAMES_SHOWN)
            buf_printf(&names, "%s%s", idle > 1 ? ", " : "", d->config->token[i].name);
    if (idle > 0)
        doctor_say(d, DOCTOR_NOTE, "configuration", "tiktok-auth discover shows what they cover",
                   "no advertiser of the inventory names the token%s %s%s", idle > 1 ? "s" : "", buf_text(&names),
                   idle > NAMES_SHOWN ? " and others" : "");
    buf_free(&names);
    free(named);
}

static void examine_configuration(struct doctor *d)
{
    const struct inventory *inventory = d->inventory;
    size_t unowned = count_unowned(inventory);

    doctor_say(d, DOCTOR_OK, "configuration", "", "%s: %zu app%s, %zu token%s, %zu advertiser%s expected",
               d->config->path, d->config->app_count, d->config->app_count == 1 ? "" : "s", d->config->token_count,
               d->config->token_count == 1 ? "" : "s", inventory->count, inventory->count == 1 ? "" : "s");
    tell_complaints(d);
    if (inventory->count == 0)
        doctor_say(d, DOCTOR_NOTE, "configuration",
                   "name one under [inventory], or begin with: tiktok-auth discover "
                   "--adopt --output FILE",
                   "the inventory is empty: no advertiser is expected to be authorized, none is missed");
    else
        tell_idle_tokens(d);
    if (unowned > 0)
        doctor_say(d, DOCTOR_NOTE, "configuration", "fill in the column owner; tiktok-auth discover lists them",
                   "%zu of %zu advertisers have no owner: nobody is named when they are lost", unowned,
                   inventory->count);
}

/* --- clock and budget ---------------------------------------------------------------------------------------- */

static void examine_clock(struct doctor *d)
{
    int64_t now = d->env ? d->env->wall_ms(d->env->ctx) / 1000 : clock_wall();
    char now_text[CLOCK_TEXT_MAX], newest[CLOCK_TEXT_MAX];

    clock_rfc3339(now, now_text);
    if (now < clock_of_date(2024, 1, 1) || now >= clock_of_date(2100, 1, 1))
        doctor_say(d, DOCTOR_PROBLEM, "clock", "set the clock and keep it with NTP",
                   "it says %s: certificates and ages can't be judged by it", now_text);
    else if (d->newest > now + CLOCK_SLACK_S)
        doctor_say(d, DOCTOR_PROBLEM, "clock",
                   "set the clock and keep it with NTP; if it is right now, the next sweeps mend the rest",
                   "it says %s, and an earlier sweep was at %s: it was set back", now_text,
                   clock_rfc3339(d->newest, newest));
    else
        doctor_say(d, DOCTOR_OK, "clock", "", "%s", now_text);
}

static void examine_budget(struct doctor *d)
{
    int64_t round = plan_round_s(d->config, d->inventory), real = plan_real_interval_s(d->config, d->inventory);
    int64_t interval = d->config->sweep.interval_s;
    char round_text[CLOCK_TEXT_MAX], interval_text[CLOCK_TEXT_MAX], real_text[CLOCK_TEXT_MAX];

    for (size_t i = 0; i < d->config->app_count; i++) {
        const struct config_app *app = &d->config->app[i];
        struct quota_budget budget = quota_budget_of(app, d->config->sweep.hosts);

        doctor_say(d, DOCTOR_OK, "budget", "",
                   "app %s: %" PRId64 " calls a round; %d %% of tier %s over %d host%s allow %" PRId64
                   " a minute and %" PRId64 " a day",
                   app->name, plan_round_calls(d->config, d->inventory, i), app->budget_percent,
                   tier_name(app->tier), d->config->sweep.hosts, d->config->sweep.hosts == 1 ? "" : "s",
                   budget.per_minute, budget.per_day);
    }
    clock_span(round, round_text);
    clock_duration(interval * 1000, interval_text);
    if (real > interval)
        doctor_say(d, DOCTOR_NOTE, "budget", "raise budget or tier of the app if its quota has room, or interval",
                   "a full round takes %s at this budget; the interval of %s is stretched to %s", round_text,
                   interval_text, clock_span(real, real_text));
    else
        doctor_say(d, DOCTOR_OK, "budget", "", "a full round takes %s at this budget, the interval is %s",
                   round_text, interval_text);
}

/* ------------------------------------------------------------------------------------------------------------- */

void doctor_run(const struct env *env, const struct setup *setup, const struct doctor_options *options)
{
    struct doctor d = {
        .env = env,
        .setup = setup,
        .config = setup_config(setup),
        .inventory = setup_inventory(setup),
        .options = options,
    };

    examine_configuration(&d);
    doctor_secrets(&d);
    doctor_state(&d);
    doctor_store(&d);
    doctor_renewal(&d);
    doctor_snapshot(&d);
    doctor_feeds(&d);
    doctor_notify(&d);
    doctor_links(&d);
    doctor_connect(&d);
    examine_clock(&d);
    examine_budget(&d);
    doctor_api(&d);
    store_close(d.store);
}
