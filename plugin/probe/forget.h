/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forgets what is kept of a person: an advertiser, a client, or the login behind a token. */
#ifndef TTA_PROBE_FORGET_H
#define TTA_PROBE_FORGET_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum forget_kind { FORGET_ADVERTISER, FORGET_CLIENT, FORGET_LOGIN };

struct forget_options {
    const char *id;    /* an advertiser id, the name of a token (whose login it is), or of a client */
    bool history_only; /* events and alerts alone, also of what is still in the inventory */
    const char *who;   /* for the history */
    int64_t now;       /* s */
};

struct forget_found {
    enum forget_kind kind;
    int64_t rows;    /* that are there, each mention in a text counted */
    size_t spooled;  /* notifications on their way that speak of it */
    char *client;    /* one that nobody of the inventory has any more, and that has a history of its own; NULL */
    char fault[256]; /* of forget_do: what could not be cleaned; "" nothing */
};
void forget_found_clear(struct forget_found *found);

/* What would be forgotten. False with *err: it is in the inventory (then with what to do first), it can't be told
 * what is meant, or the store can't be used. */
bool forget_look(const struct setup *setup, const struct forget_options *options, struct forget_found *found,
                 struct err *err) TTA_MUST_CHECK;
/* Forgets it: the rows, in one transaction with an event that does not name it, the mentions in texts, what lies
 * in the state folder; publishes anew, and writes the store anew so that no byte is left. Doing it again does what
 * a death on the way left undone. Nothing found: nothing but the cleaning is done. False with *err as above; what
 * could be done then is done. */
bool forget_do(const struct setup *setup, const struct forget_options *options, struct forget_found *found,
               struct err *err) TTA_MUST_CHECK;

#endif
