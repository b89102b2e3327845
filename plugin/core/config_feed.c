/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Feeds and owners in the configuration: few, found by walking. */
#include "base/text.h"
#include "core/config_build.h"
#include "core/grow.h"

#include <stdlib.h>
#include <string.h>

struct config_feed *config_add_feed(struct config *config, unsigned line, const char *name)
{
    struct config_feed *feed = grow_by_one(config->feed, config->feed_count, sizeof(*feed));

    if (feed) {
        config->feed = feed;
        feed += config->feed_count;
        *feed = (struct config_feed){.name = text_dup(name), .kind = -1, .line = line};
        if (feed->name && config_keep_standard(SECTION_FEED, feed)) {
            config->feed_count++;
            return feed;
        }
        free(feed->name);
    }
    config->build->no_memory = true;
    return NULL;
}

struct config_owner *config_add_owner(struct config *config, unsigned line, const char *name)
{
    struct config_owner *owner = grow_by_one(config->owner, config->owner_count, sizeof(*owner));

    if (owner) {
        config->owner = owner;
        owner += config->owner_count;
        *owner = (struct config_owner){.name = text_dup(name), .line = line};
        if (owner->name) {
            config->owner_count++;
            return owner;
        }
    }
    config->build->no_memory = true;
    return NULL;
}

/* What keeps a feed from being used; NULL: nothing. */
static const char *lack(const struct config_feed *feed)
{
    switch (feed->kind) {
    case FEED_NAGIOS:
        return feed->dir ? NULL : "dir: is missing; allowed: the engine's check_result_path";
    case FEED_ICINGA2:
        if (!feed->url)
            return "url: is missing; allowed: https://HOST:5665";
        if (!feed->cert_file != !feed->key_file)
            return "cert_file and key_file: one is given without the other";
        if (!feed->user != !feed->password_file)
            return "user and password_file: one is given without the other";
        return feed->user || feed->cert_file
                   ? NULL
                   : "user with password_file, or cert_file with key_file: one of the two is needed";
    default:
        return "kind: is missing; allowed: nagios, icinga2";
    }
}

/* Each removes its own last file alone, and of two files the engine may take the older one last. */
static void refuse_same_folder(struct config *config, struct config_feed *feed)
{
    for (const struct config_feed *other = config->feed; other < feed && feed->usable; other++) {
        if (!other->usable || !other->dir || !feed->dir || strcmp(other->dir, feed->dir) != 0)
            continue;
        feed->usable = false;
        complain(config->build->complaints, config->path, feed->line, SUBJECT_NOBODY, "",
                 "[feed %s] dir: [feed %s] has the same folder; allowed: one feed for a folder", feed->name,
                 other->name);
    }
}

void config_finish_feed(struct config *config, struct config_feed *feed)
{
    struct complaints *complaints = config->build->complaints;
    const char *what = lack(feed);

    feed->usable = !what;
    if (what)
        complain(complaints, config->path, feed->line, SUBJECT_NOBODY, "", "[feed %s] %s", feed->name, what);
    if (config->app_count > 1 && !strstr(feed->host, "{app}")) {
        feed->usable = false;
        complain(complaints, config->path, feed->line, SUBJECT_NOBODY, "",
                 "[feed %s] host: with more than one app it must hold {app}, such as tiktok-{app}", feed->name);
    }
    refuse_same_folder(config, feed);
}

void config_free_feeds(struct config *config)
{
    for (size_t i = 0; i < config->feed_count; i++) {
        struct config_feed *feed = &config->feed[i];

        free(feed->name);
        free(feed->dir);
        free(feed->url);
        free(feed->user);
        free(feed->password_file);
        free(feed->ca_file);
        free(feed->cert_file);
        free(feed->key_file);
        free(feed->host);
    }
    free(config->feed);
    for (size_t i = 0; i < config->owner_count; i++) {
        free(config->owner[i].name);
        free(config->owner[i].email);
        free(config->owner[i].hours);
        free(config->owner[i].key_file);
    }
    free(config->owner);
}

const struct config_feed *config_find_feed(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->feed_count; i++)
        if (strcmp(config->feed[i].name, name) == 0)
            return &config->feed[i];
    return NULL;
}

const struct config_owner *config_find_owner(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->owner_count; i++)
        if (strcmp(config->owner[i].name, name) == 0)
            return &config->owner[i];
    return NULL;
}
