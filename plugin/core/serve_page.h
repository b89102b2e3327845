/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pages on which somebody is asked to authorize again, and told how it went: plain words, nothing of our
 * insides, no script. */
#ifndef TTA_CORE_SERVE_PAGE_H
#define TTA_CORE_SERVE_PAGE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum { SERVE_PAGE_MAX = 64 * 1024 };

/* What all pages have. */
struct serve_look {
    const char *name;    /* who asks; NULL: not given */
    const char *contact; /* whom they ask; NULL: not given */
    const char *css;
};

/* What is asked for. */
struct serve_ask {
    const char *account; /* of an advertiser: its name, "" not known; NULL: a token */
    const char *id;      /* its id, or the token's name */
    bool ours;           /* the login that authorizes is one of our own */
    size_t accounts;     /* of a token: how many it is expected to cover */
    bool connected;      /* it reads authorized at the moment */
};

/* What is said where nothing is asked. */
enum serve_note {
    SERVE_NOTE_STRANGE, /* no link of ours, no page of ours: one answer for all */
    SERVE_NOTE_OVER,    /* a link that has ended */
    SERVE_NOTE_GONE,    /* a link to what is no longer expected */
    SERVE_NOTE_OFTEN,   /* too many requests */
    SERVE_NOTE_BUSY,    /* more at once than we take */
    SERVE_NOTE_FAULT,   /* we can't, for now */
    SERVE_NOTE_DIED,    /* what was begun did not come to its end */
    SERVE_NOTE_HEAD,    /* a way of asking that this address does not take */
};

/* Each appends a page; false: out of memory. */
bool serve_page_ask(const struct serve_look *look, const struct serve_ask *ask, struct buf *out) TTA_MUST_CHECK;
bool serve_page_note(const struct serve_look *look, enum serve_note note, struct buf *out) TTA_MUST_CHECK;
/* How it went: lines of `text` are paragraphs. `again`: where another try begins; "" nowhere. */
bool serve_page_end(const struct serve_look *look, bool good, const char *title, const char *text,
                    const char *again, struct buf *out) TTA_MUST_CHECK;

/* Of the answer. */
unsigned serve_note_status(enum serve_note note);

#endif
