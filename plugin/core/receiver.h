/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A receiver: where alerts are delivered to, whatever the section is called that says so. */
#ifndef TTA_CORE_RECEIVER_H
#define TTA_CORE_RECEIVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/config.h"

/* How to reach one; NULL = not given. No secrets, only the files that hold them. The outbox remembers it, so that
 * a resolve goes to where its trigger went when the section is no more. */
struct receiver {
    enum notify_kind kind;
    const char *url;
    const char *secret_file; /* what tells receivers of one kind and url apart: the routing key of PagerDuty, the
                                path of Slack; of a webhook the key of signatures, which tells nothing apart */
    const char *user, *password_file;
    const char *ca_file, *proxy;
};

/* Where this section delivers what is `owner`'s ("" nobody's or several): strings are borrowed from config. */
struct receiver receiver_of(const struct config *config, const struct config_notify *notify, const char *owner);
/* Appends "pagerduty https://events.pagerduty.com 3f2a90cc51d0e7b4": the same for the same place. `print`: a few
 * characters that stand for the content of secret_file and do not tell it. */
bool receiver_identity(const struct receiver *receiver, const char *print, struct buf *out);
/* Whether its identity needs the print. */
bool receiver_has_print(enum notify_kind kind);
const char *notify_kind_name(enum notify_kind kind);

/* One line of JSON, for the outbox; and back, the strings in the arena, whose `failed` says that only memory was
 * missing. */
bool receiver_encode(const struct receiver *receiver, struct buf *out) TTA_MUST_CHECK;
bool receiver_decode(const char *line, size_t len, struct arena *arena, struct receiver *out,
                     struct err *err) TTA_MUST_CHECK;

#endif
