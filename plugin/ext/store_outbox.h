/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The outbox: notices on their way to the receivers, what is open there, and what could not be delivered, in a
 * database of its own (SQLite inside). */
#ifndef TTA_EXT_STORE_OUTBOX_H
#define TTA_EXT_STORE_OUTBOX_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The way of a notice:
 *
 *     taken in --one delivery for each target--> waiting --delivered--> gone; an alert is open, or no more
 *                                                  |  ^
 *                                        given up  |  | retried
 *                                                  v  |
 *                                              dead letter
 *
 * Times are seconds since the epoch unless the name says _ms. Strings in rows handed to a callback live during the
 * call; NULL strings are stored as "". No secret is ever stored. After a failure all is as before the call, which
 * is one transaction, durable when it returns. */
struct outbox;

/* Opens; `write` creates (mode 0660) and upgrades. NULL with *err. Waits at most `patience_ms` for other processes
 * at each step. A handle belongs to one thread, and isn't carried over a fork. */
struct outbox *outbox_open(const char *path, bool write, int patience_ms, struct err *err) TTA_MUST_CHECK;
void outbox_close(struct outbox *outbox);

/* Where deliveries go: a receiver as it is reached, whatever its section is called. */
struct outbox_target {
    const char *id;
    const char *receiver; /* name of the section that used it last */
    const char *reach;    /* how it is reached, should the section be gone */
};

/* One notice for one target. */
struct outbox_delivery {
    int64_t id;         /* given by the outbox, ascending, never twice; ignored when adding */
    const char *notice; /* the notice's stable id */
    const char *target;
    const char *receiver; /* for people */
    const char *key;      /* of the alert */
    const char *kind;     /* "trigger", "resolve", ... */
    const char *body;     /* the notice itself; of a group: "" */
    bool group;           /* tells how the group `key` is when it is sent */
    int64_t at;           /* when it was taken in */
    int64_t due_ms;       /* not before; ms since the epoch. 0: at once, and it may have got out before */
    int64_t attempts;     /* that failed */
    const char *fault;    /* of the last one; "" none */
    bool dead;            /* a dead letter: nobody tries any more */
};

/* An alert that is open at a target: its trigger was delivered (or is on its way in a group), its resolve was not.
 */
struct outbox_alert {
    const char *target;
    const char *key;
    const char *first; /* the notice that opened it */
    const char *body;  /* the newest of it */
    const char *group; /* key of the group that it is told in; "" alone */
    bool acknowledged;
    bool over;  /* it is OK again, and its group is not */
    int64_t at; /* when it was opened */
};

/* What becomes of one step, together. All arrays may be empty. */
struct outbox_step {
    const char *notice; /* this notice is taken in; NULL: none is */
    int64_t at;
    const char *place; /* this place in a log is reached; NULL: none is */
    int64_t number;
    const struct outbox_target *target; /* put */
    size_t target_count;
    const struct outbox_delivery *add;
    size_t add_count;
    int64_t *added;                    /* their ids; NULL: not wanted */
    const struct outbox_delivery *put; /* by id: due_ms, attempts, fault and dead */
    size_t put_count;
    const int64_t *drop; /* ids of deliveries */
    size_t drop_count;
    const struct outbox_alert *open; /* put, by target and key */
    size_t open_count;
    const struct outbox_alert *close; /* removed, by target and key */
    size_t close_count;
};
bool outbox_commit(struct outbox *outbox, const struct outbox_step *step, struct err *err) TTA_MUST_CHECK;

/* *known: this notice was taken in before. */
bool outbox_knows(struct outbox *outbox, const char *notice, bool *known, struct err *err) TTA_MUST_CHECK;
/* *known: false, and 0, when that place was never set. */
bool outbox_place(struct outbox *outbox, const char *place, int64_t *number, bool *known,
                  struct err *err) TTA_MUST_CHECK;

typedef bool outbox_target_fn(void *arg, const struct outbox_target *row);
typedef bool outbox_delivery_fn(void *arg, const struct outbox_delivery *row);
typedef bool outbox_alert_fn(void *arg, const struct outbox_alert *row);
/* Each hands the rows over; a false return of the callback ends the walk and is an error without text. */
bool outbox_each_target(struct outbox *outbox, outbox_target_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* By id: dead letters, or what waits. */
bool outbox_each_delivery(struct outbox *outbox, bool dead, outbox_delivery_fn *fn, void *arg,
                          struct err *err) TTA_MUST_CHECK;
/* One; nothing is called when there is none. */
bool outbox_load_delivery(struct outbox *outbox, int64_t id, outbox_delivery_fn *fn, void *arg,
                          struct err *err) TTA_MUST_CHECK;
/* By target, group and key. */
bool outbox_each_alert(struct outbox *outbox, outbox_alert_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;

/* Forgets what is on its way, open or dead about what these words name, and takes them out of the rest. An alert
 * that is open at its receiver stays so there. *changed: rows. */
bool outbox_forget(struct outbox *outbox, const char *const *word, size_t count, int64_t *changed,
                   struct err *err) TTA_MUST_CHECK;
/* As store_purge. */
bool outbox_purge(struct outbox *outbox, struct err *err) TTA_MUST_CHECK;

/* A number that another one's commit changes: what is remembered of the outbox is to be read anew then. */
bool outbox_changed(struct outbox *outbox, int64_t *number, struct err *err) TTA_MUST_CHECK;
/* Dead letters become deliveries again that are due at once (taken in at `now_ms`) with all their attempts before
 * them; id 0: all.
 * Those of an alert of which something newer is on its way, or was delivered, are dropped: they would tell what is
 * over.
 */
struct outbox_retried {
    int64_t again, dropped;
};
bool outbox_retry(struct outbox *outbox, int64_t id, int64_t now_ms, struct outbox_retried *out,
                  struct err *err) TTA_MUST_CHECK;
/* Forgets that notices were taken in, dead letters, and targets of which nothing is left, of before `before`. */
bool outbox_prune(struct outbox *outbox, int64_t before, struct err *err) TTA_MUST_CHECK;

#endif
