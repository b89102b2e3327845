/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the worker share. Only notify*.c and
 * doctor_notify.c include this. */
#ifndef TTA_PROBE_NOTIFY_PRIVATE_H
#define TTA_PROBE_NOTIFY_PRIVATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/secret.h"
#include "core/group.h"
#include "core/message.h"
#include "core/receiver.h"
#include "core/route.h"
#include "ext/store_outbox.h"
#include "probe/latest.h"
#include "probe/notify.h"
#include "probe/spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NOTIFY_FLIGHTS_MAX = 4,       /* at one receiver at once */
    NOTIFY_IDENTITY_MAX = 2048,   /* bytes */
    NOTIFY_REACH_MAX = 32 * 1024, /* bytes */
    NOTIFY_LINE_MAX = NOTICE_LINE_MAX + 1,
};

/* --- notify_target.c: where deliveries go ---------------------------------------------------------------------
 */
struct target {
    char *id;                       /* receiver_identity */
    char *section;                  /* the one that used it last */
    char *reach;                    /* receiver_encode */
    struct arena arena;             /* of `receiver` */
    struct receiver receiver;       /* decoded from `reach` */
    const struct config_notify *by; /* the section as it is now; NULL: there is none any more */
    void *server;                   /* NULL: not reached yet */
    struct env env;                 /* its requests */
    struct file_stamp stamp;        /* of password_file when it was reached */
    bool moved;                     /* it is reached in another way than it was */
    size_t calls;                   /* requests that its server has */
    size_t flights;
    unsigned failures; /* in a row */
    bool picks;        /* it answered: what failed last may be one that it never takes, and others go first */
    int64_t pause_ms;  /* mono: nothing is sent before */
    int64_t resend_ms; /* mono: open alerts are said again then */
    size_t again;      /* requests of that under way; nothing else is sent meanwhile */
    char fault[ERR_TEXT_MAX]; /* why it fails; "" it does not */
};

/* The limits of a target without a section are the defaults. */
int64_t target_group_wait_ms(const struct target *target);
int target_group_over(const struct target *target);
int64_t target_resend_ms(const struct target *target);
int64_t target_expire_s(const struct target *target);
/* The pause after what has failed. */
int64_t target_pause_of_ms(const struct target *target, int64_t retry_after_s, uint32_t random);
/* Appends the identity of a receiver. A secret that can't be read now has none, which is an identity too. */
bool target_identity(const struct receiver *receiver, struct buf *out);
/* A copy; NULL: out of memory, or `reach` can't be read (*err). */
struct target *target_new(const char *id, const char *section, const char *reach, struct err *err) TTA_MUST_CHECK;
/* Its server was left before. */
void target_free(struct target *target);
/* Its section may say another way to the same receiver by now: other files, a proxy. A key that could not be read
 * when the target was made is the one that the section has now. */
void target_follow(struct target *target, const struct config *config);
/* Reaches the server, anew where its password is another one. False with *err. */
bool target_reach(struct target *target, const struct notify_env *env, struct err *err) TTA_MUST_CHECK;
void target_leave(struct target *target, const struct notify_env *env);

/* --- notify_book.c: what waits and what is open, as the outbox has it ------------------------------------------
 */
struct flight;

/* A delivery that waits or is under way. */
struct item {
    int64_t id;
    struct target *target;
    char *key;
    uint64_t hash; /* of the key */
    enum tell tell;
    bool group;
    int64_t due_ms; /* mono */
    bool windowed;  /* a loss that waits for others to come, so that they are told together */
    bool together;  /* of its window's losses one alert is made, however few */
    char *part;     /* while windowed: group_part */
    int64_t at;     /* wall, s: when it was taken in */
    int64_t age_ms; /* when it came into the book, and when that was (mono) */
    int64_t came_ms;
    int64_t attempts;
    bool marked;                 /* in the outbox, as one that may have got out */
    bool maybe_out;              /* it was so when it was read: a process died, or gave up, with it under way */
    struct flight *flight;       /* NULL: not under way */
    struct item *before, *after; /* of the same target and key */
    struct item *prev, *next;    /* by id */
};

/* An alert that is open at a target. */
struct standing_alert {
    struct target *target;
    char *key;
    uint64_t hash;
    char *first, *body;
    char *group; /* "" alone */
    bool acknowledged, over;
    int64_t at;
    struct standing_alert *next;
};

struct book {
    struct target **target;
    size_t target_count;
    struct item *first, *last; /* by id */
    size_t item_count;
    struct standing_alert *alert; /* newest first */
    size_t alert_count;
};

void book_clear(struct book *book);
/* Adds what the outbox has and the book has not; what is under way stays. Targets get their sections. False with
 * *err. */
bool book_load(struct book *book, struct outbox *outbox, const struct config *config, int64_t wall_ms,
               int64_t mono_ms, struct err *err) TTA_MUST_CHECK;
/* Gives targets their sections of this configuration. */
void book_configure(struct book *book, const struct config *config);
/* Then target_follow of each. */
void book_follow(struct book *book, const struct config *config);

struct target *book_find_target(const struct book *book, const char *id);
/* NULL: out of memory, or `reach` can't be read. */
struct target *book_add_target(struct book *book, const char *id, const char *section, const char *reach,
                               struct err *err) TTA_MUST_CHECK;
/* The newest that waits for this key there; NULL: none. */
struct item *book_find_item(const struct book *book, const struct target *target, const char *key);
/* NULL: out of memory. */
struct item *book_add_item(struct book *book, struct target *target, const struct outbox_delivery *row,
                           int64_t wall_ms, int64_t mono_ms) TTA_MUST_CHECK;
/* It is not under way. */
void book_drop_item(struct book *book, struct item *item);
void book_drop_id(struct book *book, int64_t id);
/* Whether some of it may be known at the receiver, though nobody wrote down that it was taken. */
bool book_may_be_out(const struct item *item);
struct standing_alert *book_find_alert(const struct book *book, const struct target *target, const char *key);
/* Put; false: out of memory. */
bool book_open(struct book *book, struct target *target, const struct outbox_alert *row) TTA_MUST_CHECK;
void book_close(struct book *book, const struct target *target, const char *key);

/* --- notify_letter.c: what is sent ------------------------------------------------------------------------------
 */
struct letter {
    struct buf body;
    struct secret *secret; /* routing key, key of signatures, or secret path; NULL: none */
    struct http_header header[3];
    size_t header_count;
    char timestamp[24], signature[80], id[NOTICE_ID_MAX + 1];
};
/* What the target is to be sent. Only Alertmanager takes several messages in one. False with *err: a secret can't
 * be read, or out of memory. letter_free either way. */
bool letter_write(const struct target *target, const struct message *message, size_t count, struct letter *letter,
                  struct err *err) TTA_MUST_CHECK;
void letter_free(struct letter *letter);
/* NULL with *err: out of memory, or the secret can't be sent. */
struct http_call *letter_post(const struct letter *letter, const struct target *target, http_done_fn *done,
                              void *arg, struct err *err) TTA_MUST_CHECK;
/* What the answer says, for people: "400: the key is not known"; nothing of a secret. */
void letter_answer(const struct letter *letter, const struct http_answer *answer, char *out, size_t size);

/* --- the worker -------------------------------------------------------------------------------------------------
 */
/* A request under way. */
struct flight {
    struct notify *notify;
    struct target *target;
    struct item *item; /* NULL: open alerts are said again */
    enum tell tell;    /* what it does there; TELL_NOTHING: nothing had to be sent */
    char *body;        /* the notice that it tells */
    char *first;       /* with which the alert was opened; NULL: with this */
    struct letter letter;
    struct http_call *call;
    bool ended;
    enum http_outcome outcome;
    int status;
    int64_t retry_after_s;
    char fault[ERR_TEXT_MAX];
    struct flight *next;
};

struct notify {
    const struct notify_env *env;
    const struct config *config;
    struct latest *latest; /* the snapshot */
    struct outbox *outbox; /* NULL: not open */
    char *outbox_path;     /* of it */
    int64_t version;       /* outbox_changed */
    struct book book;
    const struct config_notify *only; /* what is taken in is for this section; NULL: for those that routes say */
    bool stale;                       /* the book is to be read anew */
    bool leaving;
    struct flight *flights;
    char kept[SPOOL_NAME_MAX];      /* files of the spool up to this one wait for another configuration */
    int64_t began_ms;               /* mono */
    int64_t look_ms;                /* mono: the sources are looked at then */
    struct err look_fault;          /* of the last look; "" none */
    int64_t prune_ms;               /* mono */
    struct file_stamp log_stamp[2]; /* of the store and its -wal when the log was read */
    int64_t log_ms;                 /* mono: it is read all the same */
    char fault[ERR_TEXT_MAX];       /* what keeps it from working; "" nothing */
    int64_t fault_ms;               /* mono: it is tried again then */
    int64_t said, failed;
};

int64_t notify_mono(const struct notify *notify);
int64_t notify_wall(const struct notify *notify); /* ms */

/* --- notify_take.c */
/* Takes a notice in: one delivery for each receiver that gets it, in one commit, with the place of a log (NULL:
 * none). `together`: those of this call's window are one alert, however few. True: it is taken in, now or
 * before. */
bool notify_take(struct notify *notify, const struct notice *notice, const char *place, int64_t number,
                 bool together, struct err *err) TTA_MUST_CHECK;

/* --- notify_spool.c, notify_log.c: engines and the agent, as sources */
/* Takes in what commands have put down. False with *err: something could not be taken in, and lies there still. */
bool notify_look_at_spool(struct notify *notify, struct err *err) TTA_MUST_CHECK;
/* Takes in what the agent has told. False with *err: likewise. */
bool notify_look_at_log(struct notify *notify, struct err *err) TTA_MUST_CHECK;

/* --- notify_group.c */
/* Closes the windows that are over: more than group_over in one become a group. False with *err: not all of them.
 */
bool notify_close_windows(struct notify *notify, struct err *err) TTA_MUST_CHECK;

/* --- notify_compose.c */
/* Writes the letter of a flight's item, whose `body` was read; of a group `body` becomes what is said of it. With
 * nothing to be sent its `tell` is TELL_NOTHING. False with *err. */
bool notify_compose(struct flight *flight, struct err *err) TTA_MUST_CHECK;
/* The same of open alerts that are said again. */
bool notify_compose_again(struct flight *flight, struct standing_alert *const *alert, size_t count,
                          struct err *err) TTA_MUST_CHECK;
/* The owner's hours as configured; "" not known. */
const char *notify_hours_of(const struct config *config, const char *owner);

/* --- notify_send.c */
/* Begins what is due, and writes down before that it may have got out from then on. *wake_ms is lowered to when
 * something is. False with *err: nothing new is begun. */
bool notify_send(struct notify *notify, int64_t *wake_ms, struct err *err) TTA_MUST_CHECK;
/* Writes down what has ended. False with *err: it is still to be written down, and nothing is begun before. */
bool notify_settle(struct notify *notify, struct err *err) TTA_MUST_CHECK;
/* Ends all flights without a word. */
void notify_abandon(struct notify *notify);

#endif
