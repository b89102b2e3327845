/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's look at on call: whether receivers can be told and by whom, and what could not be delivered. */
#include "base/clock.h"
#include "base/parse.h"
#include "base/secret.h"
#include "core/roster.h"
#include "probe/doctor_private.h"
#include "probe/enqueue.h"
#include "probe/notify_private.h"
#include "probe/notify_run.h"
#include "probe/notify_try.h"
#include "probe/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AREA "on call"

enum { OWNERS_MAX = 1000, OWNERS_SHOWN = 5, WAITS_MAX_S = 300, NAMES_BYTES = 2048, SPOOLED_MAX = 100 };

/* --- receivers ------------------------------------------------------------------------------------------------
 */

static bool is_readable(const struct doctor *d, const char *section, const char *path)
{
    struct err err = {""};
    struct secret *secret = path ? secret_read(path, &err) : NULL;

    if (path && !secret)
        doctor_say(d, DOCTOR_PROBLEM, AREA, "", "[notify %s] %s", section, err.text);
    secret_free(secret);
    return !path || secret != NULL;
}

static bool is_usable(const struct doctor *d, const struct config_notify *section)
{
    bool ok = is_readable(d, section->name, section->key_file);

    ok = is_readable(d, section->name, section->secret_file) && ok;
    ok = is_readable(d, section->name, section->path_file) && ok;
    ok = is_readable(d, section->name, section->password_file) && ok;
    if (section->ca_file && access(section->ca_file, R_OK) != 0) {
        doctor_say(d, DOCTOR_PROBLEM, AREA, "", "[notify %s] ca_file %s can't be read: %s", section->name,
                   section->ca_file, strerror(errno));
        ok = false;
    }
    return ok;
}

static bool is_owner(const struct doctor *d, const char *name, size_t len)
{
    if (strlen(roster_platform) == len && memcmp(roster_platform, name, len) == 0)
        return true;
    for (size_t i = 0; i < d->config->owner_count; i++)
        if (strlen(d->config->owner[i].name) == len && memcmp(d->config->owner[i].name, name, len) == 0)
            return true;
    for (size_t i = 0; i < d->inventory->count; i++)
        if (strlen(d->inventory->item[i].owner) == len && memcmp(d->inventory->item[i].owner, name, len) == 0)
            return true;
    return false;
}

static bool has_owner(const struct doctor *d, const char *list)
{
    const char *cursor = list, *word;
    size_t len;

    while ((len = parse_word(&cursor, ",", &word)) > 0)
        if (is_owner(d, word, len))
            return true;
    return false;
}

static bool takes_all(const struct config_notify *section)
{
    return section->usable && !section->is_default && !section->owner && !section->cause && !section->urgency &&
           !section->state;
}

/* Whether any notice can get there. */
static bool is_reached(const struct doctor *d, const struct config_notify *section)
{
    if (section->owner && !section->is_default && !has_owner(d, section->owner)) {
        doctor_say(d, DOCTOR_NOTE, AREA, "name owners as the inventory does, or platform",
                   "[notify %s] nobody of its owners owns anything: it is never told", section->name);
        return false;
    }
    for (size_t i = 0; section->is_default && i < d->config->notify_count; i++) {
        const struct config_notify *other = &d->config->notify[i];

        if (takes_all(other) && other->from_engine == section->from_engine) {
            doctor_say(d, DOCTOR_NOTE, AREA, "give the other one filters, or this one no default",
                       "[notify %s] is the default, but [notify %s] takes everything: it is never told",
                       section->name, other->name);
            return false;
        }
    }
    return true;
}

static void examine_section(const struct doctor *d, const struct config_notify *section)
{
    if (!section->usable) {
        doctor_say(d, DOCTOR_PROBLEM, AREA, "see what is said of the configuration here",
                   "[notify %s] is not usable", section->name);
        return;
    }
    if (is_usable(d, section) && is_reached(d, section))
        doctor_say(d, DOCTOR_OK, AREA, "", "[notify %s] %s %s, told by the %s", section->name,
                   notify_kind_name((enum notify_kind)section->kind), section->url,
                   section->from_engine ? "engine" : "agent");
}

static void examine_owners(const struct doctor *d)
{
    for (size_t i = 0; i < d->config->owner_count; i++) {
        struct err err = {""};
        struct secret *secret =
            d->config->owner[i].key_file ? secret_read(d->config->owner[i].key_file, &err) : NULL;

        if (err.text[0])
            doctor_say(d, DOCTOR_PROBLEM, AREA, "", "[owner %s] %s", d->config->owner[i].name, err.text);
        secret_free(secret);
    }
}

/* --- who is told twice ----------------------------------------------------------------------------------------
 */

/* Who would be told of a problem of this owner by both. */
struct twice {
    struct buf owners;
    size_t count;
    bool same; /* even by the same receiver */
};

static bool is_same(const struct doctor *d, const char *owner, const struct config_notify *a,
                    const struct config_notify *b)
{
    struct receiver first = receiver_of(d->config, a, owner), second = receiver_of(d->config, b, owner);
    struct buf one, other;
    bool same;

    buf_init(&one, NOTIFY_IDENTITY_MAX);
    buf_init(&other, NOTIFY_IDENTITY_MAX);
    same = target_identity(&first, &one) && target_identity(&second, &other) &&
           strcmp(buf_text(&one), buf_text(&other)) == 0;
    buf_free(&one);
    buf_free(&other);
    return same;
}

/* `section` has room for twice as many as there are. */
static bool are_both_told(const struct doctor *d, struct notice *notice, size_t *section, bool *same)
{
    size_t agents, engines;

    notice->from_engine = false;
    agents = route_targets(d->config, notice, section);
    notice->from_engine = true;
    engines = route_targets(d->config, notice, section + agents);
    for (size_t i = 0; i < agents; i++)
        for (size_t k = agents; k < agents + engines; k++)
            *same =
                *same || is_same(d, notice->owner, &d->config->notify[section[i]], &d->config->notify[section[k]]);
    return agents > 0 && engines > 0;
}

static void look_at_owner(const struct doctor *d, const char *owner, size_t *section, struct twice *twice)
{
    static const struct {
        enum urgency urgency;
        enum state state;
        enum cause cause;
    } CASE[] = {
        {URGENCY_HIGH, STATE_CRITICAL, CAUSE_TOKEN_REVOKED},
        {URGENCY_LOW, STATE_CRITICAL, CAUSE_REVOKED},
        {URGENCY_LOW, STATE_WARNING, CAUSE_ENDPOINT_PERMISSION},
        {URGENCY_HIGH, STATE_UNKNOWN, CAUSE_NOT_VERIFIED},
    };
    bool both = false;

    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct notice notice;

        notice_init(&notice);
        notice.owner = owner;
        notice.urgency = CASE[i].urgency;
        notice.state = CASE[i].state;
        notice.cause = CASE[i].cause;
        both = are_both_told(d, &notice, section, &twice->same) || both;
    }
    if (!both)
        return;
    if (twice->count < OWNERS_SHOWN)
        buf_printf(&twice->owners, "%s%s", twice->count ? ", " : "", owner);
    twice->count++;
}

static void examine_twice(const struct doctor *d)
{
    size_t *section = calloc(2 * d->config->notify_count + 1, sizeof(*section));
    struct twice twice = {.count = 0};

    buf_init(&twice.owners, NAMES_BYTES);
    if (section)
        look_at_owner(d, roster_platform, section, &twice);
    for (size_t i = 0; section && i < d->inventory->count && i < OWNERS_MAX; i++) {
        const char *owner = d->inventory->item[i].owner;
        bool again = !owner[0] || strcmp(owner, roster_platform) == 0;

        for (size_t k = 0; k < i && !again; k++)
            again = strcmp(d->inventory->item[k].owner, owner) == 0;
        if (!again)
            look_at_owner(d, owner, section, &twice);
    }
    if (twice.count > 0)
        doctor_say(d, twice.same ? DOCTOR_PROBLEM : DOCTOR_NOTE, AREA,
                   "give the sections filters that part them, or all of them the same `from`",
                   "engine and agent would both tell%s of the same: what is owned by %s%s",
                   twice.same ? " the same receiver" : "", buf_text(&twice.owners),
                   twice.count > OWNERS_SHOWN ? " and others" : "");
    buf_free(&twice.owners);
    free(section);
}

/* --- what lies there ------------------------------------------------------------------------------------------
 */

struct lying {
    size_t dead, waiting;
    int64_t oldest; /* s; of what waits */
    char dead_fault[ERR_TEXT_MAX], waiting_fault[ERR_TEXT_MAX];
};

static bool count_letter(void *arg, const struct notify_letter *letter)
{
    struct lying *lying = arg;
    char *fault = letter->dead ? lying->dead_fault : lying->waiting_fault;

    lying->dead += letter->dead;
    lying->waiting += !letter->dead;
    if (!letter->dead && (lying->oldest == 0 || letter->at < lying->oldest))
        lying->oldest = letter->at;
    if (letter->fault[0])
        (void)snprintf(fault, ERR_TEXT_MAX, "%s: %s", letter->receiver, letter->fault); /* cut is fine */
    return true;
}

static void tell_waiting(const struct doctor *d, const struct lying *lying, size_t spooled, bool runs)
{
    int64_t now = d->env ? d->env->wall_ms(d->env->ctx) / 1000 : clock_wall(), age = now - lying->oldest;
    char text[CLOCK_TEXT_MAX];

    if (!runs && lying->waiting + spooled > 0)
        doctor_say(d, DOCTOR_PROBLEM, AREA,
                   "start tiktok-auth-agent, or enable tiktok-auth-notify.service where there is no agent",
                   "%zu alert%s to be delivered and nobody delivers", lying->waiting + spooled,
                   lying->waiting + spooled == 1 ? " waits" : "s wait");
    else if (lying->waiting > 0 && age > WAITS_MAX_S)
        doctor_say(d, DOCTOR_PROBLEM, AREA, "tiktok-auth notify --list",
                   "%zu alert%s to be delivered, the oldest for %s: %s", lying->waiting,
                   lying->waiting == 1 ? " waits" : "s wait", clock_span(age, text),
                   lying->waiting_fault[0] ? lying->waiting_fault : "not tried yet");
    else if (!runs)
        doctor_say(d, DOCTOR_PROBLEM, AREA,
                   "start tiktok-auth-agent, or enable tiktok-auth-notify.service where there is no agent",
                   "nobody delivers to the receivers");
    else
        doctor_say(d, DOCTOR_OK, AREA, "", "a worker delivers, %zu wait", lying->waiting + spooled);
}

static void examine_letters(const struct doctor *d)
{
    struct lying lying = {.dead = 0};
    struct err err = {""};
    size_t spooled = 0, aside = 0;
    bool runs = notify_is_running(d->config, &err);

    if (err.text[0])
        doctor_say(d, DOCTOR_NOTE, AREA, "", "whether a worker runs can't be known: %s", err.text);
    if (!notify_list(d->config, count_letter, &lying, &spooled, &aside, &err)) {
        doctor_say(d, DOCTOR_PROBLEM, AREA, "", "%s", err.text);
        return;
    }
    if (!err.text[0])
        tell_waiting(d, &lying, spooled, runs);
    if (lying.dead > 0)
        doctor_say(d, DOCTOR_PROBLEM, AREA, "tiktok-auth notify --list, then tiktok-auth notify --retry all",
                   "%zu alert%s could not be delivered: %s", lying.dead, lying.dead == 1 ? "" : "s",
                   lying.dead_fault);
    if (aside > 0)
        doctor_say(d, DOCTOR_NOTE, AREA, "look at them, then remove them",
                   "%zu file%s in the spool set aside, being no notification", aside, aside == 1 ? "" : "s");
}

/* What the worker passes over: it reads what it can, as long as this lies there. */
static void examine_unread(const struct doctor *d)
{
    char *folder = notify_spool_folder(d->config);
    struct spool_list list = {0};
    struct err unheard = {""};
    bool told = !folder || !spool_list(folder, &list, &unheard);

    for (size_t i = 0; !told && i < list.count && i < SPOOLED_MAX; i++) {
        struct err err = {""};
        struct buf bytes;

        buf_init(&bytes, SPOOL_FILE_MAX);
        if (!spool_read(folder, list.name[i], &bytes, &err) && spool_has(folder, list.name[i])) {
            doctor_say(d, DOCTOR_PROBLEM, AREA, "mend its rights, or move it away",
                       "what lies in the spool can't be read: %s", err.text);
            told = true; /* the first one tells enough */
        }
        buf_free(&bytes);
    }
    spool_list_free(&list);
    free(folder);
}

/* The user of the engine writes there. */
static void examine_spool(const struct doctor *d)
{
    char *folder = notify_spool_folder(d->config);
    bool needed = false;
    struct stat info;

    for (size_t i = 0; i < d->config->notify_count; i++)
        needed = needed || (d->config->notify[i].usable && d->config->notify[i].from_engine);
    if (!needed || !folder || stat(folder, &info) != 0) {
        free(folder); /* none yet: the first notification makes it */
        return;
    }
    if (!S_ISDIR(info.st_mode) || (info.st_mode & 02070) != 02070)
        doctor_say(
            d, DOCTOR_PROBLEM, AREA, "chmod 2770, and the group of the state folder",
            "%s is not a folder of its group's (mode %04o): the engine's user can't put notifications there",
            folder, (unsigned)(info.st_mode & 07777));
    else if (access(folder, W_OK | X_OK) != 0)
        doctor_say(d, DOCTOR_NOTE, AREA, "run doctor as the user who delivers", "%s can't be written by this user",
                   folder);
    free(folder);
}

void doctor_notify(struct doctor *d)
{
    if (!notify_is_needed(d->config) && d->config->notify_count == 0)
        return;
    for (size_t i = 0; i < d->config->notify_count; i++)
        examine_section(d, &d->config->notify[i]);
    examine_owners(d);
    examine_twice(d);
    examine_spool(d);
    examine_letters(d);
    examine_unread(d);
}
