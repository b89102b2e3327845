/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The JSON of our own webhook, schema 1. Keys are added, never taken away or given another meaning; what is not
 * known is null. tiktok-auth(1) lists them. */
#include "core/message_words.h"

#include <stdlib.h>

enum { WEBHOOK_SCHEMA = 1, FIELD_MAX = NOTICE_NAME_MAX };

static void put_time(struct jsonw *w, const char *key, int64_t t)
{
    if (t > 0)
        message_put_time(w, key, t);
    else
        jsonw_null(w, key);
}

static void put_cause(struct jsonw *w, const char *key, enum cause cause)
{
    jsonw_string(w, key, cause == CAUSE_COUNT ? NULL : cause_name(cause));
}

static void put_about(struct jsonw *w, const struct notice *notice)
{
    message_put_null(w, "advertiser_id", notice->advertiser_id, FIELD_MAX);
    message_put_null(w, "name", notice->name, FIELD_MAX);
    message_put_null(w, "owner", notice->owner, FIELD_MAX);
    message_put_null(w, "client", notice->client, FIELD_MAX);
    message_put_null(w, "token", notice->token, FIELD_MAX);
    message_put_null(w, "app", notice->app, FIELD_MAX);
    message_put_null(w, "app_id", notice->app_id, FIELD_MAX);
    message_put_null(w, "endpoint", notice->endpoint, FIELD_MAX);
    jsonw_object(w, "root_cause");
    jsonw_string(w, "kind", notice_kind_name(notice));
    message_put_null(w, "id", notice->root, FIELD_MAX);
    jsonw_object_end(w);
    jsonw_int(w, "advertisers", notice->members);
}

static void put_state(struct jsonw *w, const struct notice *notice)
{
    jsonw_string(w, "state", state_name(notice->state));
    jsonw_string(w, "old_state", state_name(notice->old_state));
    put_cause(w, "cause", notice->cause);
    put_cause(w, "old_cause", notice->old_cause);
    if (notice->has_code)
        jsonw_int(w, "code", notice->code);
    else
        jsonw_null(w, "code");
    message_put_null(w, "message", notice->message, NOTICE_TEXT_MAX);
    message_put_null(w, "request_id", notice->request_id, FIELD_MAX);
    jsonw_string(w, "urgency", urgency_name(notice->urgency));
    jsonw_string(w, "actor", actor_name(notice->actor));
    message_put_fix(w, "fix", notice);
    put_time(w, "since", notice->since);
    put_time(w, "last_ok", notice->last_ok);
    put_time(w, "verified_at", notice->verified_at);
    message_put_null(w, "note", notice->note, NOTICE_TEXT_MAX);
}

static void put_engine(struct jsonw *w, const struct notice *notice)
{
    if (!notice->from_engine) {
        jsonw_null(w, "engine");
        return;
    }
    jsonw_object(w, "engine");
    message_put_null(w, "host", notice->host, FIELD_MAX);
    message_put_null(w, "service", notice->service, FIELD_MAX);
    message_put_null(w, "output", notice->output, NOTICE_TEXT_MAX);
    message_put_null(w, "url", notice->engine_url, NOTICE_URL_MAX);
    message_put_null(w, "notes_url", notice->notes_url, NOTICE_URL_MAX);
    jsonw_object_end(w);
}

static void put_member(struct jsonw *w, const struct group_member *member)
{
    const struct notice *notice = member->notice;

    jsonw_object(w, NULL);
    jsonw_string(w, "key", notice->key);
    message_put_null(w, "advertiser_id", notice->advertiser_id, FIELD_MAX);
    message_put_null(w, "name", notice->name, FIELD_MAX);
    message_put_null(w, "owner", notice->owner, FIELD_MAX);
    message_put_null(w, "client", notice->client, FIELD_MAX);
    jsonw_string(w, "state", state_name(notice->state));
    put_cause(w, "cause", notice->cause);
    put_time(w, "since", notice->since);
    jsonw_bool(w, "acknowledged", member->acknowledged);
    jsonw_object_end(w);
}

static void put_group(struct jsonw *w, const struct message *message)
{
    const struct group_member **list;
    size_t left = 0;

    if (!message->member) {
        jsonw_null(w, "group");
        return;
    }
    list = group_left(message->member, message->member_count, &left);
    if (!list) {
        buf_fail(w->out);
        return;
    }
    jsonw_object(w, "group");
    jsonw_int(w, "members", (int64_t)message->member_count);
    jsonw_int(w, "lost", (int64_t)left);
    jsonw_array(w, "list");
    for (size_t i = 0; i < left && i < GROUP_LISTED_MAX; i++)
        put_member(w, list[i]);
    jsonw_array_end(w);
    jsonw_int(w, "list_left_out", left > GROUP_LISTED_MAX ? (int64_t)left - GROUP_LISTED_MAX : 0);
    jsonw_object_end(w);
    free(list);
}

bool message_webhook(const struct message *message, struct buf *out)
{
    const struct notice *notice = message->notice;
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", WEBHOOK_SCHEMA);
    message_put_null(&w, "version", message->version, FIELD_MAX);
    jsonw_string(&w, "id", notice->id);
    jsonw_string(&w, "key", notice->key);
    jsonw_string(&w, "event", tell_name(message->tell));
    jsonw_string(&w, "type", notice_type_name(notice->type));
    jsonw_string(&w, "sender", notice->sender);
    put_time(&w, "at", notice->at);
    message_put_phone(&w, "summary", message);
    message_put_long(&w, "text", message);
    put_about(&w, notice);
    put_state(&w, notice);
    message_put_null(&w, "owner_hours", message->hours, FIELD_MAX);
    message_put_null(&w, "author", notice->author, FIELD_MAX);
    message_put_null(&w, "comment", notice->comment, NOTICE_TEXT_MAX);
    message_put_null(&w, "reauth_url", notice->reauth_url, NOTICE_URL_MAX);
    message_put_null(&w, "runbook_url", notice->runbook_url, NOTICE_URL_MAX);
    put_engine(&w, notice);
    put_group(&w, message);
    jsonw_object_end(&w);
    return buf_ok(out);
}
