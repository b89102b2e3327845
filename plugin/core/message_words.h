/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words that the messages of all receivers share. */
#ifndef TTA_CORE_MESSAGE_WORDS_H
#define TTA_CORE_MESSAGE_WORDS_H

#include "base/jsonw.h"
#include "core/message.h"

enum { LONG_MAX_BYTES = 32 * 1024 };

/* "Acme GmbH (7502022393087590401)", "token emea-07", "12 advertisers": at most `max` bytes, the name gives way.
 */
void message_subject(const struct message *message, size_t max, struct buf *out);
/* The same of a member of a group, with what was lost and who takes care: "Acme GmbH (750...): app access lost".
 */
void message_member(const struct group_member *member, struct buf *out);
/* "Nothing to do tonight, the client must act"; "" where it can't wait. */
void message_calm(const struct notice *notice, struct buf *out);
/* "the client must act", "we must act", "nobody must act" */
void message_actor(enum actor actor, struct buf *out);
/* The phone's sentence and more of the facts behind it, in one line of at most `max` bytes. */
bool message_summary(const struct message *message, size_t max, struct buf *out);
/* Lines for a person: impact, fix, who, since when, what TikTok said, the list of a group. No links. At most
 * LONG_MAX_BYTES. */
bool message_long(const struct message *message, struct buf *out);

/* The links that there are, in order of use: NULL behind the last. */
struct message_link {
    const char *href, *text;
};
enum { MESSAGE_LINKS_MAX = 5 };
void message_links(const struct notice *notice, struct message_link link[MESSAGE_LINKS_MAX + 1]);

/* A member of a JSON object; nothing when the text is empty. Remote text is made safe and cut at `max`. */
void message_put(struct jsonw *w, const char *key, const char *text, size_t max);
/* The same with null for what is empty. */
void message_put_null(struct jsonw *w, const char *key, const char *text, size_t max);
/* RFC 3339; nothing for 0. */
void message_put_time(struct jsonw *w, const char *key, int64_t t);
/* The phone's sentence, the lines for a person, who must act. */
void message_put_phone(struct jsonw *w, const char *key, const struct message *message);
void message_put_long(struct jsonw *w, const char *key, const struct message *message);
void message_put_actor(struct jsonw *w, const char *key, enum actor actor);
/* An array of the steps of the fix. */
void message_put_fix(struct jsonw *w, const char *key, const struct notice *notice);
/* Whether a PagerDuty incident or a page is warranted: what is not urgent is a warning whatever its state. */
bool message_is_urgent(const struct notice *notice);

#endif
