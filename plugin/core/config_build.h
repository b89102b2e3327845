/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a configuration needs to remember only while it is being built. */
#ifndef TTA_CORE_CONFIG_BUILD_H
#define TTA_CORE_CONFIG_BUILD_H

#include "core/config.h"
#include "core/config_table.h"

struct config_build {
    struct complaints *complaints;
    bool no_memory; /* something given was not kept */

    /* The section that is being read. */
    char *header;                       /* as it came; NULL before the first */
    const struct section_info *section; /* NULL: its keys are ignored */
    char *name;                         /* its NAME, ID or CAUSE; "" none; set where section is */
    void *base;                         /* where its keys count their offsets from */
    unsigned key_line[KEYS_MAX];        /* where each key stood first in it; 0 not yet */

    /* Where things stood first; 0 not yet. */
    unsigned section_line[SECTION_COUNT];
    unsigned fix_line[CAUSE_COUNT];
    unsigned severity_line[CAUSE_COUNT];

    struct name_index advertiser_index;
    size_t section_tokens; /* how many of config->token are sections: they come first */
    bool said_unknown_member;
};

/* Adds an app, token or advertiser of this name, with its defaults and its line, and indexes it. The name is
 * copied and not in there yet. NULL: out of memory, which the build notes. */
struct config_app *config_add_app(struct config *config, unsigned line, const char *name);
struct config_token *config_add_token(struct config *config, unsigned line, const char *name);
struct config_advertiser *config_add_advertiser(struct config *config, unsigned line, const char *id);

struct config_feed *config_add_feed(struct config *config, unsigned line, const char *name);
struct config_owner *config_add_owner(struct config *config, unsigned line, const char *name);
struct config_notify *config_add_notify(struct config *config, unsigned line, const char *name);
/* Says what a receiver lacks, and gives it the address that is the same for all. */
void config_finish_notify(struct config *config, struct config_notify *notify);
void config_free_notify(struct config *config);
/* Says what a feed lacks. */
void config_finish_feed(struct config *config, struct config_feed *feed);
void config_free_feeds(struct config *config);
/* Gives the keys of a section their defaults. They are ours and valid: only memory can be missing. */
bool config_keep_standard(enum section section, void *base) TTA_MUST_CHECK;

/* Finds the token's app by app_name. False, with a complaint placed at file and line: there is none, or none that
 * can be used. */
bool config_join_token(const struct config *config, struct config_token *token, const char *file, unsigned line);

#endif
