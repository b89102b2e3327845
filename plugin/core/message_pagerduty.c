/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Events of PagerDuty's Events API v2. */
#include "base/hash.h"
#include "base/text.h"
#include "core/message_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MAX = 300, MEMBER_MAX = 400, ONCE_HASH_LEN = 26 };

static const char *action_of(enum tell tell)
{
    switch (tell) {
    case TELL_NOTHING:
    case TELL_TRIGGER:
    case TELL_ONCE:
        break;
    case TELL_ACKNOWLEDGE:
        return "acknowledge";
    case TELL_RESOLVE:
        return "resolve";
    }
    return "trigger";
}

static const char *severity_of(const struct message *message)
{
    if (!notice_is_trouble(message->notice))
        return "info";
    if (!message_is_urgent(message->notice))
        return "warning";
    switch (message->notice->state) {
    case STATE_OK:
        return "info";
    case STATE_WARNING:
        return "warning";
    case STATE_CRITICAL:
        return "critical";
    case STATE_UNKNOWN:
        break;
    }
    return "error";
}

/* What is said once opens an incident of its own: nobody shall take the trouble's for ended or begun. */
static void put_key(struct jsonw *w, const struct message *message)
{
    const struct notice *notice = message->notice;
    char key[NOTICE_KEY_MAX + 1];
    size_t cut = text_cut(notice->key, strlen(notice->key), NOTICE_KEY_MAX - ONCE_HASH_LEN);

    if (message->tell != TELL_ONCE) {
        jsonw_string(w, "dedup_key", notice->key);
        return;
    }
    snprintf(key, sizeof(key), "%.*s/message/%016" PRIx64, (int)cut, notice->key, hash_text(notice->id));
    jsonw_string(w, "dedup_key", key);
}

static void put_members(struct jsonw *w, const struct message *message)
{
    size_t left = 0;
    const struct group_member **list = group_left(message->member, message->member_count, &left);
    struct buf line;

    if (!list) {
        buf_fail(w->out);
        return;
    }
    jsonw_int(w, "lost", (int64_t)left);
    jsonw_array(w, "list");
    buf_init(&line, 4 * (size_t)MEMBER_MAX);
    for (size_t i = 0; i < left && i < GROUP_LISTED_MAX; i++) {
        buf_reset(&line);
        message_member(list[i], &line);
        if (!buf_ok(&line))
            buf_fail(w->out);
        message_put_null(w, NULL, buf_text(&line), MEMBER_MAX);
    }
    buf_free(&line);
    jsonw_array_end(w);
    if (left > GROUP_LISTED_MAX)
        jsonw_int(w, "list_left_out", (int64_t)left - GROUP_LISTED_MAX);
    free(list);
}

static void put_details(struct jsonw *w, const struct message *message)
{
    const struct notice *notice = message->notice;

    jsonw_object(w, "custom_details");
    jsonw_string(w, "state", state_name(notice->state));
    if (notice->cause != CAUSE_COUNT)
        jsonw_string(w, "cause", cause_name(notice->cause));
    if (notice->has_code)
        jsonw_int(w, "code", notice->code);
    message_put(w, "message", notice->message, NOTICE_TEXT_MAX);
    message_put(w, "request_id", notice->request_id, FIELD_MAX);
    jsonw_string(w, "urgency", urgency_name(notice->urgency));
    message_put_actor(w, "who_acts", notice->actor);
    message_put_fix(w, "fix", notice);
    jsonw_string(w, "root_cause", notice_kind_name(notice));
    message_put(w, "advertiser_id", notice->advertiser_id, FIELD_MAX);
    message_put(w, "name", notice->name, FIELD_MAX);
    message_put(w, "owner", notice->owner, FIELD_MAX);
    message_put(w, "owner_hours", message->hours, FIELD_MAX);
    message_put(w, "client", notice->client, FIELD_MAX);
    message_put(w, "app", notice->app, FIELD_MAX);
    message_put(w, "token", notice->token, FIELD_MAX);
    message_put(w, "endpoint", notice->endpoint, FIELD_MAX);
    if (notice->members > 0)
        jsonw_int(w, "advertisers", notice->members);
    message_put_time(w, "since", notice->since);
    message_put_time(w, "last_ok", notice->last_ok);
    message_put_time(w, "verified_at", notice->verified_at);
    message_put(w, "author", notice->author, FIELD_MAX);
    message_put(w, "comment", notice->comment, NOTICE_TEXT_MAX);
    message_put(w, "check_output", notice->output, NOTICE_TEXT_MAX);
    message_put(w, "note", notice->note, NOTICE_TEXT_MAX);
    if (message->member)
        put_members(w, message);
    jsonw_object_end(w);
}

static void put_payload(struct jsonw *w, const struct message *message)
{
    const struct notice *notice = message->notice;
    struct buf summary;

    buf_init(&summary, SUMMARY_MAX);
    if (!message_summary(message, SUMMARY_MAX, &summary))
        buf_fail(w->out);
    jsonw_object(w, "payload");
    jsonw_string(w, "summary", buf_text(&summary));
    buf_free(&summary);
    message_put(w, "source",
                notice->host[0]  ? notice->host
                : notice->app[0] ? notice->app
                                 : "tiktok-auth",
                FIELD_MAX);
    jsonw_string(w, "severity", severity_of(message));
    message_put_time(w, "timestamp", notice->at);
    message_put(w, "component", notice->root[0] ? notice->root : "TikTok API", FIELD_MAX);
    message_put(w, "group", notice->app, FIELD_MAX);
    if (notice->cause != CAUSE_COUNT)
        jsonw_string(w, "class", cause_name(notice->cause));
    put_details(w, message);
    jsonw_object_end(w);
}

static void put_links(struct jsonw *w, const struct notice *notice)
{
    struct message_link link[MESSAGE_LINKS_MAX + 1];

    message_links(notice, link);
    jsonw_array(w, "links");
    for (size_t i = 0; link[i].href; i++) {
        jsonw_object(w, NULL);
        jsonw_string(w, "href", link[i].href);
        jsonw_string(w, "text", link[i].text);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

bool message_pagerduty(const struct message *message, struct buf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_string(&w, "event_action", action_of(message->tell));
    put_key(&w, message);
    if (message->tell == TELL_TRIGGER || message->tell == TELL_ONCE) {
        put_payload(&w, message);
        put_links(&w, message->notice);
        jsonw_string(&w, "client", "tiktok-auth-monitor");
        message_put(&w, "client_url", message->notice->engine_url, NOTICE_URL_MAX);
    }
    jsonw_object_end(&w);
    return buf_ok(out);
}
