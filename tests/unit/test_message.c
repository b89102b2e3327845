/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/message: bodies for each kind of receiver, their limits, and what their answers mean. Each body is read
 * again as the receiver would read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/file.h"
#include "base/text.h"
#include "core/message_words.h"
#include "ext/json.h"
#include "notice_fixture.h"

enum { MANY = 1000 };

static struct message a_message(const struct notice *notice, enum tell tell)
{
    return (struct message){
        .tell = tell, .notice = notice, .hours = "mon-fri 09:00-18:00", .version = "1.0", .now = NOTICE_NOW};
}

static struct notice token_notice(void)
{
    struct notice n = notice_fixture();

    n.key = "tiktok-auth/741/token/emea-01";
    n.kind = SCOPE_TOKEN;
    n.root = n.name = "emea-01";
    n.advertiser_id = "";
    n.members = 75;
    n.cause = CAUSE_TOKEN_REVOKED;
    n.action = "its owner must re-authorize now";
    n.owner = "platform";
    return n;
}

static const char *phone(const struct message *message)
{
    static char text[PHONE_MAX + 1];
    struct buf out;

    buf_init(&out, PHONE_MAX);
    assert_true(message_phone(message, &out));
    snprintf(text, sizeof(text), "%s", buf_text(&out));
    buf_free(&out);
    assert_true(text_is_utf8(text, strlen(text)));
    return text;
}

/* The body, read as JSON; *text is what was read, both to be freed. */
static struct json *body(enum notify_kind kind, const struct message *message, char **text)
{
    struct buf out;
    struct err err = {""};
    struct json *root;

    buf_init(&out, MESSAGE_MAX);
    if (!message_body(kind, message, &out))
        fail_msg("%s: no body", message_path(kind));
    root = json_parse(buf_text(&out), buf_len(&out), &err);
    if (!root)
        fail_msg("%s in %s", err.text, buf_text(&out));
    *text = buf_take(&out, NULL);
    return root;
}

/* The text at "payload.summary"; "" when there is none. */
static const char *at(const struct json *value, const char *path)
{
    char word[64];
    size_t len;

    for (;; path += len + 1) {
        len = strcspn(path, ".");
        snprintf(word, sizeof(word), "%.*s", (int)len, path);
        value = json_type_of(value) == JSON_ARRAY ? json_first(value) : json_member(value, word);
        if (!path[len])
            return json_text(value) ? json_text(value) : "";
    }
}

static void first_sentences(void **state)
{
    struct notice n = notice_fixture(), token = token_notice();
    struct message m = a_message(&n, TELL_TRIGGER);

    (void)state;
    assert_string_equal(phone(&m), "Acme GmbH (7502022393087590401): app access lost - client must re-authorize");
    n.urgency = URGENCY_LOW;
    assert_string_equal(phone(&m),
                        "Nothing to do tonight, the client must act: Acme GmbH (7502022393087590401): app "
                        "access lost");
    n.actor = ACTOR_US;
    assert_string_equal(phone(&m),
                        "Nothing to do tonight, we act in working hours: Acme GmbH (7502022393087590401): "
                        "app access lost");
    n.actor = ACTOR_NOBODY;
    assert_string_equal(phone(&m), "Nothing to do tonight: Acme GmbH (7502022393087590401): app access lost");
    m.notice = &token;
    assert_string_equal(phone(&m), "token emea-01: dead, 75 advertisers - its owner must re-authorize now");
    m.tell = TELL_ACKNOWLEDGE;
    token.author = "anna";
    token.type = NOTICE_ACKNOWLEDGEMENT;
    assert_string_equal(phone(&m), "Acknowledged by anna: token emea-01: dead, 75 advertisers");
    m.tell = TELL_ONCE;
    token.author = "";
    token.type = NOTICE_DOWNTIME_START;
    assert_string_equal(phone(&m), "Downtime begins: token emea-01: dead, 75 advertisers");
    m.tell = TELL_RESOLVE;
    token.type = NOTICE_RECOVERY;
    token.old_state = token.state;
    token.old_cause = token.cause;
    token.state = STATE_OK;
    token.cause = CAUSE_AUTHORIZED;
    assert_string_equal(phone(&m), "Resolved: token emea-01: OK again, was: dead");
    m.tell = TELL_ONCE;
    token.type = NOTICE_CUSTOM;
    token.author = "anna";
    assert_string_equal(phone(&m), "Message by anna: token emea-01: OK");
    n = notice_fixture();
    n.kind = SCOPE_API;
    n.root = n.advertiser_id = "";
    n.cause = CAUSE_NOT_VERIFIED;
    n.action = "find out why sweeps fail";
    m = a_message(&n, TELL_TRIGGER);
    assert_string_equal(phone(&m), "TikTok API: not verified - find out why sweeps fail");
    notice_init(&n);
    n.is_foreign = true;
    n.kind = SCOPE_ADVERTISER;
    n.root = "db1/disk /";
    n.name = "disk / on db1";
    n.state = STATE_CRITICAL;
    n.urgency = URGENCY_HIGH;
    assert_string_equal(phone(&m), "disk / on db1: CRITICAL");
}

/* Whatever the name, the sentence fits a phone, ends in a whole character, and has id and loss. */
static void long_names_give_way(void **state)
{
    struct notice n = notice_fixture();
    struct message m = a_message(&n, TELL_TRIGGER);
    char name[NOTICE_NAME_MAX + 1];

    (void)state;
    for (size_t len = 0; len + 3 < sizeof(name); len += 3) {
        memcpy(name + len, "\xe2\x82\xac", 4);
        n.name = name;
        for (int urgency = URGENCY_NONE; urgency <= URGENCY_HIGH; urgency++) {
            n.urgency = (enum urgency)urgency;
            n.actor = ACTOR_BUSINESS_CENTER_ADMIN;
            assert_true(strlen(phone(&m)) <= PHONE_MAX);
            assert_non_null(strstr(phone(&m), "(7502022393087590401): app access lost"));
            assert_null(strstr(phone(&m), "lost..."));
            if (urgency == URGENCY_HIGH)
                assert_non_null(strstr(phone(&m), " - client must re-authorize"));
        }
    }
}

static void pagerduty_has_its_schema(void **state)
{
    struct notice n = notice_fixture();
    struct message m = a_message(&n, TELL_TRIGGER);
    char *text;
    struct json *root = body(NOTIFY_PAGERDUTY, &m, &text);

    (void)state;
    assert_string_equal(message_path(NOTIFY_PAGERDUTY), "/v2/enqueue");
    assert_string_equal(at(root, "event_action"), "trigger");
    assert_string_equal(at(root, "dedup_key"), n.key);
    assert_string_equal(at(root, "payload.severity"), "critical");
    assert_string_equal(at(root, "payload.source"), "main");
    assert_string_equal(at(root, "payload.component"), n.root);
    assert_string_equal(at(root, "payload.group"), "main");
    assert_string_equal(at(root, "payload.class"), "revoked");
    assert_string_equal(at(root, "payload.timestamp"), "2026-11-22T03:00:00Z");
    assert_string_equal(
        at(root, "payload.summary"),
        "Acme GmbH (7502022393087590401): app access lost - client must re-authorize. Since Nov 22 "
        "02:58Z, last OK Nov 22 02:53Z. TikTok 40001: No permission (request 2026). Owner: "
        "emea-team (mon-fri 09:00-18:00). Fix: 1. first 2. second");
    assert_string_equal(at(root, "payload.custom_details.who_acts"), "the client must act");
    assert_string_equal(at(root, "payload.custom_details.owner_hours"), "mon-fri 09:00-18:00");
    assert_string_equal(at(root, "payload.custom_details.fix.0"), "first");
    assert_string_equal(at(root, "links.0"), "");
    assert_string_equal(json_text(json_member(json_first(json_member(root, "links")), "href")), n.reauth_url);
    assert_null(json_member(root, "routing_key"));
    assert_true(text[0] == '{' && text[1] != '}');
    json_free(root);
    free(text);

    n.urgency = URGENCY_LOW;
    root = body(NOTIFY_PAGERDUTY, &m, &text);
    assert_string_equal(at(root, "payload.severity"), "warning");
    json_free(root);
    free(text);
    n.urgency = URGENCY_HIGH;
    n.state = STATE_UNKNOWN;
    root = body(NOTIFY_PAGERDUTY, &m, &text);
    assert_string_equal(at(root, "payload.severity"), "error");
    json_free(root);
    free(text);

    m.tell = TELL_ACKNOWLEDGE;
    root = body(NOTIFY_PAGERDUTY, &m, &text);
    assert_string_equal(at(root, "event_action"), "acknowledge");
    assert_string_equal(at(root, "dedup_key"), n.key);
    assert_null(json_member(root, "payload"));
    json_free(root);
    free(text);
    m.tell = TELL_RESOLVE;
    root = body(NOTIFY_PAGERDUTY, &m, &text);
    assert_string_equal(at(root, "event_action"), "resolve");
    json_free(root);
    free(text);

    /* Said of what is OK: an incident of its own, which nobody takes for the trouble's. */
    n.state = STATE_OK;
    n.type = NOTICE_CUSTOM;
    m.tell = TELL_ONCE;
    root = body(NOTIFY_PAGERDUTY, &m, &text);
    assert_string_equal(at(root, "event_action"), "trigger");
    assert_string_equal(at(root, "payload.severity"), "info");
    assert_string_not_equal(at(root, "dedup_key"), n.key);
    assert_memory_equal(at(root, "dedup_key"), n.key, strlen(n.key));
    json_free(root);
    free(text);
}

static void alertmanager_labels_are_identity(void **state)
{
    struct notice n = notice_fixture(), later = notice_fixture();
    struct message m = a_message(&n, TELL_TRIGGER);
    char *text, *other;
    struct json *root, *second;
    const struct json *labels;

    (void)state;
    m.ends_at = NOTICE_NOW + 240;
    root = body(NOTIFY_ALERTMANAGER, &m, &text);
    assert_int_equal(json_count(root), 1);
    labels = json_member(json_first(root), "labels");
    assert_int_equal(json_count(labels), 8);
    assert_string_equal(at(labels, "alertname"), "TikTokAuth");
    assert_string_equal(at(labels, "key"), n.key);
    assert_string_equal(at(labels, "kind"), "advertiser");
    assert_string_equal(at(labels, "owner"), "emea-team");
    assert_string_equal(at(labels, "advertiser_id"), n.root);
    assert_string_equal(at(json_first(root), "annotations.cause"), "revoked");
    assert_string_equal(at(json_first(root), "annotations.fix"), "1. first\n2. second");
    assert_string_equal(at(json_first(root), "startsAt"), "2026-11-22T02:58:20Z");
    assert_string_equal(at(json_first(root), "endsAt"), "2026-11-22T03:04:00Z");
    assert_string_equal(at(json_first(root), "generatorURL"), n.reauth_url);
    /* All that changes, and what an inventory can change, leaves the labels as they were. */
    later.state = STATE_WARNING;
    later.cause = CAUSE_ACCOUNT_ACCESS;
    later.owner = "apac-team";
    later.token = "emea-02";
    later.client = "Acme Inc";
    later.code = 1;
    later.at = NOTICE_NOW + 1000;
    m.first = &n;
    m.notice = &later;
    m.tell = TELL_RESOLVE;
    m.ends_at = 0;
    second = body(NOTIFY_ALERTMANAGER, &m, &other);
    assert_int_equal(strcspn(text, "{"), strcspn(other, "{"));
    assert_memory_equal(text, other, (size_t)(strstr(text, "\"annotations\"") - text));
    assert_string_equal(at(json_first(second), "startsAt"), at(json_first(root), "startsAt"));
    assert_string_equal(at(json_first(second), "endsAt"), "2026-11-22T03:00:00Z");
    json_free(root);
    json_free(second);
    free(text);
    free(other);
    /* By a clock that is behind it ended before it began: that would be refused. */
    m.ends_at = NOTICE_NOW - 1000;
    root = body(NOTIFY_ALERTMANAGER, &m, &text);
    assert_string_equal(at(json_first(root), "endsAt"), at(json_first(root), "startsAt"));
    json_free(root);
    free(text);
    /* By one that was ahead, and was set back since, it would not be over yet. */
    n.at = n.since = NOTICE_NOW + 3600;
    m.ends_at = NOTICE_NOW + 7200;
    root = body(NOTIFY_ALERTMANAGER, &m, &text);
    assert_string_equal(at(json_first(root), "startsAt"), "2026-11-22T03:00:00Z");
    assert_string_equal(at(json_first(root), "endsAt"), "2026-11-22T03:00:00Z");
    json_free(root);
    free(text);
    n = notice_fixture();
    /* What is said once ends by itself. */
    m = a_message(&n, TELL_ONCE);
    root = body(NOTIFY_ALERTMANAGER, &m, &text);
    assert_string_equal(at(json_first(root), "labels.alertname"), "TikTokAuthMessage");
    assert_string_equal(at(json_first(root), "endsAt"), "2026-11-22T03:05:00Z");
    json_free(root);
    free(text);
}

static void webhook_has_every_field(void **state)
{
    static const char *const KEYS[] = {
        "schema",    "version", "id",         "key",         "event",         "type",        "sender",
        "at",        "summary", "text",       "name",        "advertiser_id", "owner",       "client",
        "token",     "app",     "app_id",     "endpoint",    "root_cause",    "advertisers", "state",
        "old_state", "cause",   "old_cause",  "code",        "message",       "request_id",  "urgency",
        "actor",     "fix",     "since",      "last_ok",     "verified_at",   "note",        "owner_hours",
        "author",    "comment", "reauth_url", "runbook_url", "engine",        "group",
    };
    struct notice n;
    struct message m = a_message(&n, TELL_TRIGGER);
    struct json *root;
    char *text;

    (void)state;
    notice_init(&n);
    n.id = "a";
    n.key = "b";
    for (int full = 0; full <= 1; full++) {
        root = body(NOTIFY_WEBHOOK, &m, &text);
        assert_int_equal(json_count(root), TTA_LEN(KEYS));
        for (size_t i = 0; i < TTA_LEN(KEYS); i++)
            if (!json_member(root, KEYS[i]))
                fail_msg("no %s in %s", KEYS[i], text);
        json_free(root);
        free(text);
        n = notice_fixture();
        n.from_engine = true;
    }
    root = body(NOTIFY_WEBHOOK, &m, &text);
    assert_string_equal(at(root, "event"), "trigger");
    assert_string_equal(at(root, "root_cause.kind"), "advertiser");
    assert_string_equal(at(root, "since"), "2026-11-22T02:58:20Z");
    assert_int_equal(json_type_of(json_member(root, "engine")), JSON_OBJECT);
    assert_int_equal(json_type_of(json_member(root, "comment")), JSON_NULL);
    json_free(root);
    free(text);
}

/* The man page names every key of the webhook's object. */
static void webhook_keys_are_told(void **state)
{
    const char *srcdir = getenv("srcdir");
    struct notice n = notice_fixture();
    struct message m = a_message(&n, TELL_TRIGGER);
    struct buf path, page;
    struct err err = {""};
    struct json *root;
    char *text, word[64];

    (void)state;
    buf_init(&path, 4096);
    buf_printf(&path, "%s/plugin/cli/tiktok-auth.1", srcdir ? srcdir : ".");
    buf_init(&page, 1 << 20);
    if (!file_read(buf_text(&path), &page, &err))
        fail_msg("%s", err.text);
    root = body(NOTIFY_WEBHOOK, &m, &text);
    for (const struct json *item = json_first(root); item; item = json_next(item)) {
        bool told = false;

        for (const char *line = buf_text(&page); (line = strstr(line, "\n.It Va ")); line++) {
            snprintf(word, sizeof(word), " %s", json_key(item));
            const char *at_key = strstr(line, word), *end = strchr(line + 1, '\n');

            told = told || (at_key && at_key < end && strchr(" \n", at_key[strlen(word)]));
        }
        if (!told)
            fail_msg("tiktok-auth.1 does not tell of %s", json_key(item));
    }
    json_free(root);
    free(text);
    buf_free(&path);
    buf_free(&page);
}

/* --- hostile text -------------------------------------------------------------------------------------------- */

static const char HOSTILE[] =
    "<!channel> <@U1> <https://evil.example|click> *b* _i_ `c` @here #x [a](http://evil) & "
    "\"},{\"x\":1}\r\nX-Header: 1\xff\xe2\x80\xae\x1b[2J $(reboot)";

static void make_hostile(struct notice *n)
{
    *n = notice_fixture();
    n->name = n->owner = n->client = n->message = n->author = n->comment = n->output = n->token = HOSTILE;
    n->request_id = n->note = HOSTILE;
    n->fix[0] = HOSTILE;
    n->engine_url = "https://a.example/|<x>";
    n->notes_url = "javascript:alert(1)";
}

/* No control characters anywhere, at any depth. */
static void assert_tame(const struct json *value)
{
    const char *text = json_text(value);

    if (text) {
        assert_true(text_is_utf8(text, strlen(text)));
        for (size_t i = 0, n; text[i]; i += n) {
            uint32_t code = 0;

            n = text_char(text + i, strlen(text + i), &code);
            if (text_is_control(code) && code != '\n')
                fail_msg("U+%04x in %s", (unsigned)code, text);
        }
        return;
    }
    for (const struct json *item = json_first(value); item; item = json_next(item))
        assert_tame(item);
}

static void hostile_text_injects_nothing(void **state)
{
    struct notice n;
    struct message m = a_message(&n, TELL_TRIGGER);

    (void)state;
    make_hostile(&n);
    for (int kind = NOTIFY_PAGERDUTY; kind <= NOTIFY_SLACK; kind++) {
        for (int tell = TELL_TRIGGER; tell <= TELL_ONCE; tell++) {
            struct json *root;
            char *text;

            m.tell = (enum tell)tell;
            root = body((enum notify_kind)kind, &m, &text);
            assert_tame(root);
            assert_null(strchr(text, '\n'));
            assert_null(strstr(text, "javascript:"));
            json_free(root);
            free(text);
        }
    }
}

static void slack_shows_names_as_they_are(void **state)
{
    struct notice n;
    struct message m = a_message(&n, TELL_TRIGGER);
    const struct json *block;
    struct json *root;
    char *text;

    (void)state;
    n = notice_fixture();
    n.name = "<!all> @here [a](http://e.example)";
    root = body(NOTIFY_SLACK, &m, &text);
    assert_null(strchr(at(root, "text"), '<'));
    assert_non_null(strstr(at(root, "text"), "&lt;!"));
    assert_null(strstr(at(root, "text"), "@here"));
    assert_non_null(strstr(at(root, "text"), "here"));
    assert_null(strstr(at(root, "text"), "://"));
    assert_null(strstr(at(root, "text"), "]("));
    json_free(root);
    free(text);
    make_hostile(&n);
    root = body(NOTIFY_SLACK, &m, &text);
    block = json_first(json_member(root, "blocks"));
    assert_string_equal(at(block, "type"), "section");
    assert_string_equal(at(block, "text.type"), "plain_text");
    assert_null(strchr(at(block, "text.text"), '<'));
    assert_null(strchr(at(block, "text.text"), '>'));
    assert_non_null(strstr(at(block, "text.text"), "&lt;!channel&gt;"));
    /* The one text with markup has our words and checked links alone. */
    block = json_next(block);
    assert_string_equal(at(block, "text.type"), "mrkdwn");
    assert_string_equal(at(block, "text.text"), "<https://a.example/c?id=1&amp;x=2|Authorize again>\n"
                                                "<https://business-api.tiktok.com/portal/docs?id=1738373164380162|"
                                                "TikTok return codes>");
    assert_null(json_next(block));
    json_free(root);
    free(text);
}

/* --- limits -------------------------------------------------------------------------------------------------- */

static char *filled(size_t len, const char *with)
{
    char *text = malloc(len + strlen(with) + 1);
    size_t at = 0;

    assert_non_null(text);
    while (at < len) {
        memcpy(text + at, with, strlen(with) + 1);
        at += strlen(with);
    }
    return text;
}

static void limits_hold(void **state)
{
    static const char *const FILL[] = {"&", "\"", "\xe2\x82\xac", "\xff", "\\", "<"};

    (void)state;
    for (size_t f = 0; f < TTA_LEN(FILL); f++) {
        char *huge = filled(200000, FILL[f]);
        char *key = filled(240, "k");
        struct notice n = notice_fixture();
        struct message m = a_message(&n, TELL_TRIGGER);
        struct json *root;
        char *text;

        n.name = n.owner = n.client = n.message = n.author = n.comment = n.output = n.token = n.note = huge;
        n.request_id = n.app = n.host = n.action = n.endpoint = huge;
        for (size_t i = 0; i < FIX_STEPS_MAX; i++)
            n.fix[i] = huge;
        n.key = key;
        n.engine_url = huge;
        for (int kind = NOTIFY_PAGERDUTY; kind <= NOTIFY_SLACK; kind++) {
            root = body((enum notify_kind)kind, &m, &text);
            assert_true(strlen(text) <= MESSAGE_MAX);
            if (kind == NOTIFY_PAGERDUTY) {
                assert_true(strlen(at(root, "payload.summary")) <= SUMMARY_MAX);
                assert_true(strlen(at(root, "payload.summary")) >= SUMMARY_MAX - 3);
                assert_true(text_is_utf8(at(root, "payload.summary"), strlen(at(root, "payload.summary"))));
            }
            if (kind == NOTIFY_SLACK) {
                const char *block = at(json_first(json_member(root, "blocks")), "text.text");

                assert_true(strlen(block) <= 3000 && strlen(block) > 2900);
                assert_true(text_is_utf8(block, strlen(block)));
            }
            json_free(root);
            free(text);
        }
        m.tell = TELL_ONCE;
        root = body(NOTIFY_PAGERDUTY, &m, &text);
        assert_true(strlen(at(root, "dedup_key")) <= NOTICE_KEY_MAX);
        json_free(root);
        free(text);
        free(huge);
        free(key);
    }
}

/* --- groups -------------------------------------------------------------------------------------------------- */

static void a_long_list_is_cut(void **state)
{
    static struct notice notice[MANY];
    static struct group_member member[MANY];
    char *huge = filled(5000, "\"");
    struct arena arena = {0};
    struct notice n;
    struct message m;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        notice[i] = notice_fixture();
        notice[i].name = notice[i].owner = notice[i].client = huge;
        notice[i].key = arena_printf(&arena, "tiktok-auth/741/%zu", i);
        member[i] = (struct group_member){.notice = &notice[i]};
    }
    assert_true(group_notice(member, MANY, "tiktok-auth/group/1", "agent/group", &arena, &n));
    m = a_message(&n, TELL_TRIGGER);
    m.member = member;
    m.member_count = MANY;
    assert_string_equal(phone(&m), "1000 advertisers: app access lost - client must re-authorize");
    for (int kind = NOTIFY_PAGERDUTY; kind <= NOTIFY_SLACK; kind++) {
        char *text;
        struct json *root = body((enum notify_kind)kind, &m, &text);

        assert_true(strlen(text) <= MESSAGE_MAX);
        if (kind == NOTIFY_WEBHOOK) {
            int64_t out = 0;

            assert_int_equal(json_count(json_member(json_member(root, "group"), "list")), GROUP_LISTED_MAX);
            assert_true(json_whole(json_member(json_member(root, "group"), "list_left_out"), &out));
            assert_int_equal(out, MANY - GROUP_LISTED_MAX);
        }
        if (kind == NOTIFY_PAGERDUTY) {
            const struct json *details = json_member(json_member(root, "payload"), "custom_details");

            assert_int_equal(json_count(json_member(details, "list")), GROUP_LISTED_MAX);
            assert_non_null(json_member(details, "list_left_out"));
        }
        if (kind == NOTIFY_ALERTMANAGER)
            assert_string_equal(at(json_first(root), "labels.kind"), "group");
        json_free(root);
        free(text);
    }
    arena_free(&arena);
    free(huge);
}

static void answers(void **state)
{
    static const int TAKEN[] = {200, 202, 204};
    static const int LATER[] = {0, 301, 401, 403, 404, 408, 429, 500, 502, 503};
    static const int NEVER[] = {400, 410, 413, 422};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(TAKEN); i++)
        assert_int_equal(message_answered(TAKEN[i]), ANSWERED_TAKEN);
    for (size_t i = 0; i < TTA_LEN(LATER); i++)
        assert_int_equal(message_answered(LATER[i]), ANSWERED_LATER);
    for (size_t i = 0; i < TTA_LEN(NEVER); i++)
        assert_int_equal(message_answered(NEVER[i]), ANSWERED_NEVER);
}

static void pauses_double(void **state)
{
    (void)state;
    assert_int_equal(message_pause_ms(1, 5000, 300000, 0, UINT32_MAX / 2 + 1), 5000);
    assert_int_equal(message_pause_ms(2, 5000, 300000, 0, 0), 8000);
    assert_int_equal(message_pause_ms(2, 5000, 300000, 0, UINT32_MAX), 12000);
    assert_int_equal(message_pause_ms(1000000, 5000, 300000, 0, 0), 240000);
    assert_int_equal(message_pause_ms(1, 5000, 300000, 30, 0), 30000);
    assert_int_equal(message_pause_ms(1, 5000, 300000, 86400, 0), 3600000);
    assert_int_equal(message_pause_ms(0, 10, 5, 0, 0), 4);
}

static bool write_all(void *arg)
{
    bool ok = true;

    for (int kind = NOTIFY_PAGERDUTY; kind <= NOTIFY_SLACK; kind++) {
        struct buf out;

        buf_init(&out, MESSAGE_MAX);
        ok = message_body((enum notify_kind)kind, arg, &out) && ok;
        buf_free(&out);
    }
    return ok;
}

static void without_memory_it_says_so(void **state)
{
    struct notice n = notice_fixture();
    struct group_member member[2] = {{.notice = &n}, {.notice = &n}};
    struct message m = a_message(&n, TELL_TRIGGER);

    (void)state;
    assert_true(alloc_fail_each(write_all, &m) > 20);
    m.member = member;
    m.member_count = 2;
    assert_true(alloc_fail_each(write_all, &m) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_sentences),
        cmocka_unit_test(long_names_give_way),
        cmocka_unit_test(pagerduty_has_its_schema),
        cmocka_unit_test(alertmanager_labels_are_identity),
        cmocka_unit_test(webhook_has_every_field),
        cmocka_unit_test(webhook_keys_are_told),
        cmocka_unit_test(hostile_text_injects_nothing),
        cmocka_unit_test(slack_shows_names_as_they_are),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_long_list_is_cut),
        cmocka_unit_test(answers),
        cmocka_unit_test(pauses_double),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
