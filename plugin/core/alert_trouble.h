/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Troubles: the root causes of a board with what is to be said of each. alert.c's own. */
#ifndef TTA_CORE_ALERT_TROUBLE_H
#define TTA_CORE_ALERT_TROUBLE_H

#include "core/alert.h"

struct trouble {
    enum scope kind;
    const char *app;
    const char *id;
    const char *name, *owner, *client; /* owner "" where its members have several */
    struct verdict verdict;            /* its own, or its worst member's words with the root's state and cause */
    enum grantor granted_by;
    const char *reauth_url; /* template; "" none */
    const char *link;       /* for it; "" none */
    uint32_t members;
    const struct board_root *root; /* NULL: none is listed: the api, or a token that can't be verified */
    bool spoken;                   /* `verdict` was given by somebody */
};

struct troubles {
    struct trouble *item; /* in the order of told_order */
    size_t count;
    const struct alert_input *input;
};

/* NULL: out of memory. The items borrow from the board. */
struct troubles *troubles_of(const struct alert_input *input) TTA_MUST_CHECK;
void troubles_free(struct troubles *troubles);
const struct trouble *troubles_find(const struct troubles *troubles, const struct told *row);

/* What is left of a root cause that is none any more. */
enum trouble_rest {
    REST_TROUBLED, /* not OK all the same: something higher explains it */
    REST_OVER,
    REST_GONE /* no longer configured */
};
enum trouble_rest troubles_rest(const struct troubles *troubles, const struct told *row);

/* What history makes of a lost access may become more exact with time: nobody is called again for that. */
bool cause_is_access(enum cause cause);

/* Fills what the alert says beyond its row; trouble NULL: it is over. */
void trouble_describe(const struct config *config, const struct trouble *trouble, struct arena *arena,
                      struct alert *alert);

#endif
