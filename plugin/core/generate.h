/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the objects of every monitoring engine have in common: who is called when, how old a result may grow, and
 * texts and links that no engine and no shell behind it is hurt by. */
#ifndef TTA_CORE_GENERATE_H
#define TTA_CORE_GENERATE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "core/hours.h"
#include "core/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Someone who is called. */
struct generate_owner {
    const char *name;  /* as the inventory has it, or roster_platform */
    const char *slug;  /* "anna": objects are called tiktok-SLUG */
    const char *email; /* NULL: none is known */
    bool has_hours;
    struct hours hours;
};

struct generate_options {
    const struct config *config;
    const struct inventory *inventory;
    const struct roster *roster;
    const char *feed;       /* name of the [feed NAME] that a check of --all drives; NULL: none */
    const char *check_path; /* the configuration, for the checks that run; NULL: no such services */
    bool videos;            /* watched uploads have a service of their own, where checks can run */
    /* "ID/SIGNATURE" of a link that does not end (core/reauth_link), for a token or an advertiser; "" none. NULL:
     * there are none. */
    const char *(*link)(void *arg, const struct service *service);
    void *link_arg;
};

/* Fields are for reading. */
struct generate {
    struct generate_options given;
    struct generate_owner *owner; /* in the order of names */
    size_t owner_count;
    int64_t fresh_api_s; /* how old the one api may grow that is heard */
    int64_t fresh_s;     /* and all below it: so much more that the engine has noticed the api by then */
    uint32_t *called;    /* indices into owner; by service from called_first on, one more behind the last */
    size_t *called_first;
    struct arena arena;
};

/* False: out of memory; generate_free either way. What is given must outlive it. */
bool generate_make(const struct generate_options *options, struct generate *out) TTA_MUST_CHECK;
void generate_free(struct generate *g);

/* False for what has left on purpose: it has no object. */
bool generate_has(const struct generate *g, size_t service);
/* The service under which all others are: that of the first app. */
bool generate_is_first_api(const struct generate *g, size_t service);
int64_t generate_fresh_s(const struct generate *g, size_t service);
/* Indices into owner, borrowed. A client's are all those of its advertisers. */
const uint32_t *generate_called(const struct generate *g, size_t service, size_t *count);
/* The owner whose hours hold for it; NULL: those that hold for everyone. Only asked of what can wait. */
const struct generate_owner *generate_hours_of(const struct generate *g, size_t service);
/* Whether a WARNING of a service explains what is below it. Of the api, an app or a token it is about itself: a
 * fault of the configuration, a refresh that is due; unless [severity] makes a warning of a dead token or app.
 * What is shared by members is theirs, whatever its state. */
bool generate_warning_explains(const struct generate *g, size_t service);
/* What can't wait for anybody's hours: api, apps, tokens. */
bool generate_is_urgent(const struct generate *g, size_t service);

/* Each appends text of text_plain or a link of text_link; nothing where there is none. */
void generate_display_name(const struct generate *g, size_t service, struct buf *out);
void generate_notes(const struct generate *g, size_t service, struct buf *out);
void generate_notes_url(const struct generate *g, size_t service, struct buf *out);
void generate_action_url(const struct generate *g, size_t service, struct buf *out);
void generate_tokens(const struct generate *g, size_t service, struct buf *out);
void generate_client(const struct generate *g, size_t service, struct buf *out);
void generate_owner_name(const struct generate_owner *owner, struct buf *out);

/* The objects as text for the engine; false: out of memory. */
bool generate_nagios(const struct generate *g, struct buf *out);
bool generate_icinga2(const struct generate *g, struct buf *out);

#endif
