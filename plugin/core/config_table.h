/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sections and keys that this release knows: one table that the parser, its sentences and the sample share. */
#ifndef TTA_CORE_CONFIG_TABLE_H
#define TTA_CORE_CONFIG_TABLE_H

#include "base/buf.h"
#include "core/complaint.h"

#include <stddef.h>
#include <stdint.h>

enum section {
    SECTION_API,
    SECTION_APP,
    SECTION_TOKEN,
    SECTION_TOKENS,
    SECTION_INVENTORY,
    SECTION_ADVERTISER,
    SECTION_SWEEP,
    SECTION_STORE,
    SECTION_SEVERITY,
    SECTION_FIX,
    SECTION_SNMP,
    SECTION_FEED,
    SECTION_OWNER,
    SECTION_NOTIFY,
    SECTION_SERVE,
    SECTION_VIDEOS,
    SECTION_COUNT
};

enum section_form {
    FORM_ALONE,      /* [sweep] */
    FORM_NAME,       /* [app NAME] */
    FORM_ADVERTISER, /* [advertiser ID] */
    FORM_CAUSE,      /* [fix CAUSE] */
    FORM_TEXT        /* [owner NAME]: any text */
};

struct section_info {
    const char *name;
    enum section_form form;
    enum subject subject; /* whom a fault in it affects */
    const char *written;  /* as people write it: "[app NAME]" */
};

enum key_type {
    KEY_TEXT,         /* char *; at most max bytes */
    KEY_LIST,         /* char *; as KEY_TEXT, each further line added behind a comma */
    KEY_NAME,         /* char *; the name of a section */
    KEY_APP_ID,       /* char * */
    KEY_PATH,         /* char *; made absolute */
    KEY_INVENTORY,    /* struct config: one more of inventory_file */
    KEY_URL_API,      /* char *; no slash at its end */
    KEY_URL_PROXY,    /* char * */
    KEY_URL_LINK,     /* char * */
    KEY_URL_TEMPLATE, /* char * */
    KEY_SECONDS,      /* int64_t s; min and max too */
    KEY_MILLISECONDS, /* int64_t ms; min and max too */
    KEY_SIZE,         /* uint64_t */
    KEY_NUMBER,       /* int */
    KEY_PERCENT,      /* int */
    KEY_WORD,         /* int or enum: the index of the word */
    KEY_SWITCH,       /* bool: the index of the word */
    KEY_PERMISSIONS,  /* struct permissions; each further line adds to it */
    KEY_HOST,         /* char *; a host's name, {app} in it stands for an app's */
    KEY_EMAIL,        /* char * */
    KEY_HOURS,        /* char *; as core/hours.h reads it */
    KEY_LISTEN,       /* char *; as net_parse_endpoint reads it */
    KEY_NETWORKS      /* char *; as net_list_ok reads it */
};

enum { KEY_WORDS_MAX = 4 };

/* Offsets count from config->api for [api], config->sweep for [sweep], config->snmp for [snmp], config->serve for
 * [serve], config->videos for [videos], from the app, token, advertiser, feed, owner or notify for theirs, and
 * from the config for the rest. */
struct key_info {
    enum section section;
    const char *name; /* NULL: the name of a cause */
    enum key_type type;
    size_t offset;
    const char *standard; /* the default, as people write it; NULL: none */
    int64_t min, max;
    const char *word[KEY_WORDS_MAX + 1];
};

const struct section_info *section_info(enum section section);
/* SECTION_COUNT: not known. */
enum section section_find(const char *name);
/* The name of the section that a mistyped one is closest to; NULL: none is close. */
const char *section_nearest(const char *name);

/* Walks the table: NULL behind the last. */
const struct key_info *key_at(size_t index);
enum { KEYS_MAX = 128 }; /* the table has no more */
size_t key_index(const struct key_info *key);
/* NULL: not known in this section. */
const struct key_info *key_find(enum section section, const char *name);
const char *key_nearest(enum section section, const char *name);
/* Whether the key may stand in its section more than once. */
bool key_repeats(const struct key_info *key);
/* Appends what is allowed: "a duration from 10s to 1d, such as 5m". */
bool key_allowed(const struct key_info *key, struct buf *out);

#endif
