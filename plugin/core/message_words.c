/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sentences of messages. All that others wrote passes text_safe on its way. */
#include "core/message_words.h"

#include "base/clock.h"
#include "base/text.h"
#include "core/html.h"
#include "core/output_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DRAFT_MAX = 4096, MEMBER_NAME_MAX = 80, ID_SHOWN_MAX = 40, LINE_TEXT_MAX = 1000, REST_LEAST = 16 };

static void put_safe(struct buf *out, const char *text, size_t max)
{
    text_safe(out, text, strlen(text), false, max);
}

/* --- the subject --------------------------------------------------------------------------------------------- */

/* Name and id of an advertiser; the id stays whole. */
static void put_advertiser(const struct notice *notice, size_t max, struct buf *out)
{
    size_t id = strlen(notice->advertiser_id);

    if (id > ID_SHOWN_MAX || max < id + 4 || !notice->name[0] ||
        strcmp(notice->name, notice->advertiser_id) == 0) {
        buf_str(out, "advertiser ");
        put_safe(out, notice->advertiser_id, ID_SHOWN_MAX);
        return;
    }
    put_safe(out, notice->name, max - id - 3);
    buf_printf(out, " (");
    put_safe(out, notice->advertiser_id, id);
    buf_char(out, ')');
}

static void put_subject(const struct notice *notice, bool is_group, size_t max, struct buf *out)
{
    if (is_group || notice->is_foreign) {
        put_safe(out, notice->name, max);
        return;
    }
    switch (notice->kind) {
    case SCOPE_API:
        buf_str(out, "TikTok API");
        break;
    case SCOPE_ADVERTISER:
        put_advertiser(notice, max, out);
        break;
    case SCOPE_APP:
    case SCOPE_TOKEN:
    case SCOPE_CLIENT:
    case SCOPE_ENDPOINT:
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        buf_printf(out, "%s ", notice->kind == SCOPE_CONNECT ? "connection" : scope_name(notice->kind));
        put_safe(out, notice->root, max > REST_LEAST ? max - REST_LEAST : REST_LEAST);
        break;
    }
}

void message_subject(const struct message *message, size_t max, struct buf *out)
{
    put_subject(message->notice, message->member != NULL, max, out);
}

/* --- what happened ------------------------------------------------------------------------------------------- */

static void put_lost(const struct notice *notice, bool is_group, struct buf *out)
{
    enum cause cause = notice_trouble_cause(notice);
    bool own = !is_group && !notice->is_foreign && notice->kind != SCOPE_ADVERTISER;

    if (cause != CAUSE_COUNT && cause != CAUSE_AUTHORIZED)
        buf_str(out, output_lost_words(cause, own));
    else if (is_group)
        buf_str(out, "lost for several causes");
    else
        buf_str(out, state_upper_name(notice_trouble_state(notice)));
    if (!is_group && own && notice->kind != SCOPE_API && notice->members > 0 && notice_is_trouble(notice)) {
        buf_str(out, ", ");
        output_advertisers(notice->members, out);
    }
}

void message_member(const struct group_member *member, struct buf *out)
{
    const struct notice *notice = member->notice;

    put_subject(notice, false, MEMBER_NAME_MAX + ID_SHOWN_MAX, out);
    buf_str(out, ": ");
    put_lost(notice, false, out);
    if (notice->owner[0]) {
        buf_str(out, ", owner ");
        put_safe(out, notice->owner, MEMBER_NAME_MAX);
    }
    if (member->acknowledged)
        buf_str(out, ", acknowledged");
}

void message_actor(enum actor actor, struct buf *out)
{
    buf_printf(out, "%s must act", actor == ACTOR_US ? "we" : output_actor_words(actor));
}

bool message_is_urgent(const struct notice *notice)
{
    return notice->urgency == URGENCY_HIGH;
}

void message_calm(const struct notice *notice, struct buf *out)
{
    if (message_is_urgent(notice) || !notice_is_trouble(notice))
        return;
    buf_str(out, "Nothing to do tonight");
    if (notice->actor == ACTOR_US)
        buf_str(out, ", we act in working hours");
    else if (notice->actor != ACTOR_NOBODY) {
        buf_str(out, ", ");
        message_actor(notice->actor, out);
    }
}

/* --- the phone's sentence ------------------------------------------------------------------------------------ */

static const char *aside_words(enum notice_type type)
{
    switch (type) {
    case NOTICE_FLAPPING_START:
        return "Flapping";
    case NOTICE_FLAPPING_STOP:
    case NOTICE_FLAPPING_DISABLED:
        return "No longer flapping";
    case NOTICE_DOWNTIME_START:
        return "Downtime begins";
    case NOTICE_DOWNTIME_END:
        return "Downtime is over";
    case NOTICE_DOWNTIME_CANCELLED:
        return "Downtime cancelled";
    case NOTICE_PROBLEM:
    case NOTICE_RECOVERY:
    case NOTICE_ACKNOWLEDGEMENT:
    case NOTICE_CUSTOM:
        break;
    }
    return "Message";
}

/* What stands before the subject, and behind it. */
struct sentence {
    struct buf before, after, last; /* `last` is left out where it does not fit */
};

static void put_by(struct buf *out, const char *author, const char *before)
{
    if (!author[0])
        return;
    buf_str(out, before);
    put_safe(out, author, ID_SHOWN_MAX);
}

static void make_sentence(const struct message *message, struct sentence *s)
{
    const struct notice *notice = message->notice;
    bool is_group = message->member != NULL;

    switch (message->tell) {
    case TELL_NOTHING:
    case TELL_TRIGGER:
        message_calm(notice, &s->before);
        put_lost(notice, is_group, &s->after);
        if (buf_len(&s->before) == 0 && notice->action[0]) {
            buf_str(&s->last, " - ");
            put_safe(&s->last, notice->action, ID_SHOWN_MAX);
        }
        break;
    case TELL_ACKNOWLEDGE:
        buf_str(&s->before, "Acknowledged");
        put_by(&s->before, notice->author, " by ");
        put_lost(notice, is_group, &s->after);
        break;
    case TELL_RESOLVE:
        buf_str(&s->before, "Resolved");
        buf_str(&s->after, "OK again");
        if (notice_trouble_cause(notice) != CAUSE_COUNT && notice_trouble_cause(notice) != CAUSE_AUTHORIZED) {
            buf_str(&s->last, ", was: ");
            put_lost(notice, is_group, &s->last);
        }
        break;
    case TELL_ONCE:
        buf_str(&s->before, aside_words(notice->type));
        put_by(&s->before, notice->author, " by ");
        buf_str(&s->after, notice_is_trouble(notice) ? "" : "OK");
        if (notice_is_trouble(notice))
            put_lost(notice, is_group, &s->after);
        break;
    }
}

/* Fits the sentence into `max` bytes: what is last goes first, then the name is cut. */
static void fit_sentence(const struct message *message, const struct sentence *s, size_t max, struct buf *out)
{
    size_t fixed = buf_len(&s->before) + (buf_len(&s->before) > 0 ? 2 : 0) + 2 + buf_len(&s->after);
    bool has_last = fixed + buf_len(&s->last) + REST_LEAST + ID_SHOWN_MAX <= max;
    size_t room;

    if (has_last)
        fixed += buf_len(&s->last);
    room = fixed + REST_LEAST < max ? max - fixed : REST_LEAST;
    if (buf_len(&s->before) > 0)
        buf_printf(out, "%s: ", buf_text(&s->before));
    message_subject(message, room, out);
    buf_printf(out, ": %s%s", buf_text(&s->after), has_last ? buf_text(&s->last) : "");
}

bool message_phone(const struct message *message, struct buf *out)
{
    struct sentence s;
    struct buf draft;

    buf_init(&s.before, DRAFT_MAX);
    buf_init(&s.after, DRAFT_MAX);
    buf_init(&s.last, DRAFT_MAX);
    buf_init(&draft, DRAFT_MAX);
    make_sentence(message, &s);
    fit_sentence(message, &s, PHONE_MAX, &draft);
    if (!buf_ok(&s.before) || !buf_ok(&s.after) || !buf_ok(&s.last) || !buf_ok(&draft))
        buf_fail(out);
    text_safe(out, buf_text(&draft), buf_len(&draft), false, PHONE_MAX);
    buf_free(&s.before);
    buf_free(&s.after);
    buf_free(&s.last);
    buf_free(&draft);
    return buf_ok(out);
}

/* --- more ---------------------------------------------------------------------------------------------------- */

static void put_answer(const struct notice *notice, struct buf *out)
{
    if (notice->has_code)
        buf_printf(out, "TikTok %" PRId64, notice->code);
    else
        buf_str(out, "TikTok");
    if (notice->message[0]) {
        buf_str(out, ": ");
        put_safe(out, notice->message, LINE_TEXT_MAX);
    }
    if (notice->request_id[0]) {
        buf_str(out, " (request ");
        put_safe(out, notice->request_id, ID_SHOWN_MAX);
        buf_char(out, ')');
    }
}

static bool has_answer(const struct notice *notice)
{
    return notice->has_code || notice->message[0] != '\0';
}

static void put_times(const struct message *message, struct buf *out)
{
    const struct notice *notice = message->notice;
    char since[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];

    if (notice->since > 0)
        buf_printf(out, "Since %s", clock_short(notice->since, message->now, since));
    if (notice->last_ok > 0 && notice_is_trouble(notice))
        buf_printf(out, "%s %s", notice->since > 0 ? ", last OK" : "Last OK",
                   clock_short(notice->last_ok, message->now, last));
}

static void put_comment(const struct notice *notice, struct buf *out)
{
    if (!notice->comment[0])
        return;
    buf_str(out, "Comment");
    put_by(out, notice->author, " by ");
    buf_str(out, ": ");
    put_safe(out, notice->comment, LINE_TEXT_MAX);
}

static void put_owner(const struct message *message, struct buf *out)
{
    const struct notice *notice = message->notice;

    if (!notice->owner[0])
        return;
    buf_str(out, "Owner: ");
    put_safe(out, notice->owner, LINE_TEXT_MAX);
    if (message->hours[0])
        buf_printf(out, " (%s)", message->hours);
}

static void put_fix(const struct notice *notice, const char *between, struct buf *out)
{
    bool several = notice->fix[0] && notice->fix[1];

    for (size_t i = 0; notice->fix[i]; i++) {
        buf_str(out, i > 0 ? between : "");
        if (several)
            buf_printf(out, "%zu. ", i + 1);
        put_safe(out, notice->fix[i], LINE_TEXT_MAX);
    }
}

/* Ends what was written since `start` by `end`; nothing when nothing was. */
static void close(struct buf *out, size_t start, const char *end)
{
    if (buf_len(out) > start)
        buf_str(out, end);
}

bool message_summary(const struct message *message, size_t max, struct buf *out)
{
    const struct notice *notice = message->notice;
    struct buf draft;
    size_t start;

    buf_init(&draft, LONG_MAX_BYTES);
    message_phone(message, &draft);
    buf_str(&draft, ". ");
    start = buf_len(&draft);
    put_comment(notice, &draft);
    close(&draft, start, ". ");
    start = buf_len(&draft);
    put_times(message, &draft);
    close(&draft, start, ". ");
    start = buf_len(&draft);
    if (has_answer(notice))
        put_answer(notice, &draft);
    close(&draft, start, ". ");
    start = buf_len(&draft);
    put_owner(message, &draft);
    close(&draft, start, ". ");
    if (notice->fix[0]) {
        buf_str(&draft, "Fix: ");
        put_fix(notice, " ", &draft);
    } else if (notice->output[0])
        put_safe(&draft, notice->output, LINE_TEXT_MAX);
    while (buf_len(&draft) > 0 && buf_text(&draft)[buf_len(&draft) - 1] == ' ')
        buf_cut(&draft, buf_len(&draft) - 1);
    if (!buf_ok(&draft))
        buf_fail(out);
    text_safe(out, buf_text(&draft), buf_len(&draft), false, max);
    buf_free(&draft);
    return buf_ok(out);
}

static void put_named(struct buf *out, const char *label, const char *text)
{
    if (!text[0])
        return;
    buf_printf(out, "%s: ", label);
    put_safe(out, text, LINE_TEXT_MAX);
    buf_char(out, '\n');
}

static void put_members(const struct message *message, struct buf *out)
{
    size_t left = 0;
    const struct group_member **list = group_left(message->member, message->member_count, &left);
    size_t shown = left < GROUP_LISTED_MAX ? left : GROUP_LISTED_MAX;

    if (!list) {
        buf_fail(out);
        return;
    }
    if (left > 0)
        buf_str(out, "Lost:\n");
    for (size_t i = 0; i < shown && buf_len(out) < LONG_MAX_BYTES - DRAFT_MAX; i++) {
        buf_str(out, "- ");
        message_member(list[i], out);
        buf_char(out, '\n');
        if (i + 1 == shown && left > shown)
            buf_printf(out, "and %zu more\n", left - shown);
    }
    free(list);
}

static void put_who(const struct message *message, struct buf *out)
{
    const struct notice *notice = message->notice;

    if (!notice_is_trouble(notice))
        return;
    buf_printf(out, "Urgency: %s, ", urgency_name(notice->urgency));
    message_actor(notice->actor, out);
    buf_char(out, '\n');
}

bool message_long(const struct message *message, struct buf *out)
{
    const struct notice *notice = message->notice;
    enum cause cause = notice_trouble_cause(notice);
    size_t start = buf_len(out);

    put_comment(notice, out);
    close(out, start, "\n");
    if (notice_is_trouble(notice) && cause != CAUSE_COUNT)
        put_named(out, "Impact", cause_info(cause)->impact);
    if (notice->fix[0]) {
        buf_str(out, "Fix:\n");
        put_fix(notice, "\n", out);
        buf_char(out, '\n');
    }
    put_who(message, out);
    start = buf_len(out);
    put_owner(message, out);
    close(out, start, "\n");
    put_named(out, "Client", notice->client);
    put_named(out, "App", notice->app);
    put_named(out, "Token", notice->token);
    start = buf_len(out);
    put_times(message, out);
    close(out, start, "\n");
    start = buf_len(out);
    if (has_answer(notice))
        put_answer(notice, out);
    close(out, start, "\n");
    put_named(out, "Check", notice->output);
    put_named(out, "Note", notice->note);
    if (message->member)
        put_members(message, out);
    return buf_ok(out);
}

void message_links(const struct notice *notice, struct message_link link[MESSAGE_LINKS_MAX + 1])
{
    const struct message_link all[] = {
        {notice->reauth_url, "Authorize again"},
        {notice->runbook_url, "Runbook"},
        {notice->engine_url, "In the monitoring"},
        {notice->notes_url, "Notes"},
        {notice->has_code ? cause_documentation : "", "TikTok return codes"},
    };
    size_t count = 0;

    for (size_t i = 0; i < TTA_LEN(all); i++)
        if (all[i].href[0] && strlen(all[i].href) <= NOTICE_URL_MAX && html_is_link(all[i].href))
            link[count++] = all[i];
    link[count] = (struct message_link){NULL, NULL};
}

/* --- JSON ---------------------------------------------------------------------------------------------------- */

void message_put_null(struct jsonw *w, const char *key, const char *text, size_t max)
{
    struct buf safe;

    if (!text[0]) {
        jsonw_null(w, key);
        return;
    }
    buf_init(&safe, max);
    if (!text_safe(&safe, text, strlen(text), false, max))
        buf_fail(w->out);
    jsonw_string_n(w, key, buf_text(&safe), buf_len(&safe));
    buf_free(&safe);
}

void message_put(struct jsonw *w, const char *key, const char *text, size_t max)
{
    if (text[0])
        message_put_null(w, key, text, max);
}

void message_put_time(struct jsonw *w, const char *key, int64_t t)
{
    char text[CLOCK_TEXT_MAX];

    if (t > 0)
        jsonw_string(w, key, clock_rfc3339(t, text));
}

static void put_and_free(struct jsonw *w, const char *key, struct buf *text)
{
    if (!buf_ok(text))
        buf_fail(w->out);
    jsonw_string(w, key, buf_text(text));
    buf_free(text);
}

void message_put_phone(struct jsonw *w, const char *key, const struct message *message)
{
    struct buf text;

    buf_init(&text, PHONE_MAX);
    message_phone(message, &text);
    put_and_free(w, key, &text);
}

void message_put_long(struct jsonw *w, const char *key, const struct message *message)
{
    struct buf text;

    buf_init(&text, LONG_MAX_BYTES);
    message_long(message, &text);
    put_and_free(w, key, &text);
}

void message_put_actor(struct jsonw *w, const char *key, enum actor actor)
{
    struct buf text;

    buf_init(&text, PHONE_MAX);
    message_actor(actor, &text);
    put_and_free(w, key, &text);
}

void message_put_fix(struct jsonw *w, const char *key, const struct notice *notice)
{
    jsonw_array(w, key);
    for (size_t i = 0; notice->fix[i]; i++)
        message_put_null(w, NULL, notice->fix[i], NOTICE_TEXT_MAX);
    jsonw_array_end(w);
}
