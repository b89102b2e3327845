/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Receivers of alerts in the configuration: few, found by walking. */
#include "base/parse.h"
#include "base/text.h"
#include "core/config_build.h"
#include "core/grow.h"
#include "core/state.h"

#include <stdlib.h>
#include <string.h>

static const char PAGERDUTY[] = "https://events.pagerduty.com";
static const char SLACK[] = "https://hooks.slack.com";

struct config_notify *config_add_notify(struct config *config, unsigned line, const char *name)
{
    struct config_notify *notify = grow_by_one(config->notify, config->notify_count, sizeof(*notify));

    if (notify) {
        config->notify = notify;
        notify += config->notify_count;
        *notify = (struct config_notify){.name = text_dup(name), .kind = -1, .line = line};
        if (notify->name && config_keep_standard(SECTION_NOTIFY, notify)) {
            config->notify_count++;
            return notify;
        }
        free(notify->name);
    }
    config->build->no_memory = true;
    return NULL;
}

/* What keeps a receiver from being used; NULL: nothing. */
static const char *lack(const struct config_notify *notify)
{
    if (!notify->user != !notify->password_file)
        return "user and password_file: one is given without the other";
    switch (notify->kind) {
    case NOTIFY_PAGERDUTY:
        return notify->key_file ? NULL : "key_file: is missing; allowed: a file with the integration's key";
    case NOTIFY_ALERTMANAGER:
        return notify->url ? NULL : "url: is missing; allowed: https://HOST:9093, or http:// for a loopback host";
    case NOTIFY_WEBHOOK:
        if (!notify->url)
            return "url: is missing; allowed: https://HOST/PATH, or http:// for a loopback host";
        return notify->secret_file ? NULL : "secret_file: is missing; allowed: a file with the key of signatures";
    case NOTIFY_SLACK:
        return notify->path_file ? NULL
                                 : "path_file: is missing; allowed: a file with the path of the webhook's URL, "
                                   "such as /services/T000/B000/XXXX";
    default:
        return "kind: is missing; allowed: pagerduty, alertmanager, webhook, slack";
    }
}

static bool is_cause(const char *word)
{
    enum cause cause;

    return cause_from_name(word, &cause);
}

static bool is_urgency(const char *word)
{
    enum urgency urgency;

    return urgency_from_name(word, &urgency);
}

static bool is_state(const char *word)
{
    enum state state;

    return state_from_name(word, &state) && state != STATE_OK;
}

/* A word that is not known takes nothing; the others of its filter stand. */
static void check_filter(struct config *config, const struct config_notify *notify, const char *key,
                         const char *list, bool (*known)(const char *word), const char *allowed)
{
    const char *cursor = list ? list : "", *word;
    size_t len;

    while ((len = parse_word(&cursor, ",", &word)) > 0) {
        char *copy = text_dup_n(word, len);

        if (!copy)
            config->build->no_memory = true;
        else if (!known(copy))
            complain(config->build->complaints, config->path, notify->line, SUBJECT_NOBODY, "",
                     "[notify %s] %s: '%s' is not known; allowed: %s", notify->name, key, copy, allowed);
        free(copy);
    }
}

static void give_url(struct config *config, struct config_notify *notify, const char *url)
{
    if (notify->url)
        return;
    notify->url = text_dup(url);
    if (!notify->url)
        config->build->no_memory = true;
}

void config_finish_notify(struct config *config, struct config_notify *notify)
{
    struct complaints *complaints = config->build->complaints;
    const char *what;

    if (notify->kind == NOTIFY_PAGERDUTY)
        give_url(config, notify, PAGERDUTY);
    if (notify->kind == NOTIFY_SLACK)
        give_url(config, notify, SLACK);
    what = lack(notify);
    notify->usable = !what;
    if (what)
        complain(complaints, config->path, notify->line, SUBJECT_NOBODY, "", "[notify %s] %s", notify->name, what);
    check_filter(config, notify, "cause", notify->cause, is_cause, "the name of a cause, such as revoked");
    check_filter(config, notify, "urgency", notify->urgency, is_urgency, "high, low, none");
    check_filter(config, notify, "state", notify->state, is_state, "warning, critical, unknown");
    if (notify->is_default && (notify->owner || notify->cause || notify->urgency || notify->state))
        complain(complaints, config->path, notify->line, SUBJECT_NOBODY, "",
                 "[notify %s] default: takes what no other took, so its owner, cause, urgency and state do not "
                 "count",
                 notify->name);
    if (notify->retry_max_ms < notify->retry_base_ms)
        notify->retry_max_ms = notify->retry_base_ms;
}

void config_free_notify(struct config *config)
{
    for (size_t i = 0; i < config->notify_count; i++) {
        struct config_notify *notify = &config->notify[i];

        free(notify->name);
        free(notify->url);
        free(notify->key_file);
        free(notify->secret_file);
        free(notify->path_file);
        free(notify->user);
        free(notify->password_file);
        free(notify->ca_file);
        free(notify->proxy);
        free(notify->owner);
        free(notify->cause);
        free(notify->urgency);
        free(notify->state);
    }
    free(config->notify);
}

const struct config_notify *config_find_notify(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->notify_count; i++)
        if (strcmp(config->notify[i].name, name) == 0)
            return &config->notify[i];
    return NULL;
}
