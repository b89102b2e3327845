/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Alerts of Alertmanager's API v2. Two alerts are one when their labels are the same, so labels hold what it is
 * about and nothing that changes; all else is annotations. */
#include "base/text.h"
#include "core/message_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 300 };

static const int64_t ONCE_S = 300; /* how long what is said once stays */

static void put_labels(struct jsonw *w, const struct message *message)
{
    const struct notice *notice = message->first ? message->first : message->notice;

    jsonw_object(w, "labels");
    jsonw_string(w, "alertname", message->tell == TELL_ONCE ? "TikTokAuthMessage" : "TikTokAuth");
    message_put(w, "key", notice->key, NOTICE_KEY_MAX);
    jsonw_string(w, "kind", message->member ? "group" : notice_kind_name(notice));
    message_put(w, "app", notice->app, LABEL_MAX);
    message_put(w, "token", notice->token, LABEL_MAX);
    message_put(w, "endpoint", notice->endpoint, LABEL_MAX);
    message_put(w, "client", notice->client, LABEL_MAX);
    message_put(w, "advertiser_id", notice->advertiser_id, LABEL_MAX);
    message_put(w, "owner", notice->owner, LABEL_MAX);
    if (notice->is_foreign) {
        message_put(w, "host", notice->host, LABEL_MAX);
        message_put(w, "service", notice->service, LABEL_MAX);
    }
    if (message->tell == TELL_ONCE)
        message_put(w, "message_id", message->notice->id, NOTICE_ID_MAX);
    jsonw_object_end(w);
}

static void put_fix(struct jsonw *w, const struct notice *notice)
{
    struct buf fix;

    buf_init(&fix, FIX_STEPS_MAX * (NOTICE_TEXT_MAX + 8));
    for (size_t i = 0; notice->fix[i]; i++) {
        buf_printf(&fix, "%s%zu. ", i > 0 ? "\n" : "", i + 1);
        text_safe(&fix, notice->fix[i], strlen(notice->fix[i]), false, NOTICE_TEXT_MAX);
    }
    if (!buf_ok(&fix))
        buf_fail(w->out);
    if (buf_len(&fix) > 0)
        jsonw_string(w, "fix", buf_text(&fix));
    buf_free(&fix);
}

/* Annotations are texts, all of them. */
static void put_annotations(struct jsonw *w, const struct message *message)
{
    const struct notice *notice = message->notice;
    char number[32];

    jsonw_object(w, "annotations");
    message_put_phone(w, "summary", message);
    message_put_long(w, "description", message);
    message_put_actor(w, "who_acts", notice->actor);
    message_put(w, "name", notice->name, LABEL_MAX);
    jsonw_string(w, "state", state_name(notice->state));
    if (notice->cause != CAUSE_COUNT)
        jsonw_string(w, "cause", cause_name(notice->cause));
    jsonw_string(w, "urgency", urgency_name(notice->urgency));
    put_fix(w, notice);
    if (notice->has_code) {
        snprintf(number, sizeof(number), "%lld", (long long)notice->code);
        jsonw_string(w, "code", number);
    }
    message_put(w, "message", notice->message, NOTICE_TEXT_MAX);
    message_put(w, "request_id", notice->request_id, LABEL_MAX);
    if (notice->members > 0) {
        snprintf(number, sizeof(number), "%u", notice->members);
        jsonw_string(w, "advertisers", number);
    }
    message_put_time(w, "since", notice->since);
    message_put_time(w, "last_ok", notice->last_ok);
    message_put_time(w, "verified_at", notice->verified_at);
    message_put(w, "owner_hours", message->hours, LABEL_MAX);
    message_put(w, "author", notice->author, LABEL_MAX);
    message_put(w, "comment", notice->comment, NOTICE_TEXT_MAX);
    message_put(w, "note", notice->note, NOTICE_TEXT_MAX);
    message_put(w, "reauth_url", notice->reauth_url, NOTICE_URL_MAX);
    message_put(w, "runbook_url", notice->runbook_url, NOTICE_URL_MAX);
    message_put(w, "engine_url", notice->engine_url, NOTICE_URL_MAX);
    jsonw_object_end(w);
}

/* Not later than now: by a clock that was set back since then it would be a while until it begins. */
static int64_t start_of(const struct message *message, const struct notice *first)
{
    int64_t starts_at = first->since > 0 && first->since < first->at ? first->since : first->at;

    return starts_at < message->now ? starts_at : message->now;
}

/* When it ends; 0: nobody says. One that ends before it began, by two clocks that differ, is refused there, and
 * one that is to end later is open until then. */
static int64_t end_of(const struct message *message, int64_t starts_at)
{
    int64_t ends_at = message->ends_at;

    if (message->tell == TELL_RESOLVE && (ends_at == 0 || ends_at > message->now))
        ends_at = message->now;
    if (ends_at == 0 && message->tell == TELL_ONCE)
        ends_at = message->now + ONCE_S;
    return ends_at > 0 && ends_at < starts_at ? starts_at : ends_at;
}

bool message_alertmanager(const struct message *message, struct buf *out)
{
    const struct notice *notice = message->notice;
    const struct notice *first = message->first ? message->first : notice;
    struct message_link link[MESSAGE_LINKS_MAX + 1];
    int64_t starts_at = start_of(message, first);
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    put_labels(&w, message);
    put_annotations(&w, message);
    message_put_time(&w, "startsAt", starts_at);
    message_put_time(&w, "endsAt", end_of(message, starts_at));
    message_links(notice, link);
    if (notice->engine_url[0])
        message_put(&w, "generatorURL", notice->engine_url, NOTICE_URL_MAX);
    else if (link[0].href)
        jsonw_string(&w, "generatorURL", link[0].href);
    jsonw_object_end(&w);
    return buf_ok(out);
}
