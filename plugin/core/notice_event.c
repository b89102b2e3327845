/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Notices of what an engine's notification command was given. State and type are the engine's word; what is behind
 * them is the snapshot's. */
#include "base/hash.h"
#include "base/jsonw.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/notice_join.h"
#include "core/roster.h"
#include "ext/json.h"

#include <inttypes.h>
#include <string.h>

static const char APP[] = "{app}";
static const char STANDARD_HOST[] = "tiktok-{app}";
static const char TOKEN_BEGIN[] = "token-";
static const char CLIENT_BEGIN[] = "client-";

enum { EVENT_VERSION = 1, ID_DRAFT_MAX = 64 * 1024 };

static const struct {
    const char *name;
    size_t offset;
} TEXT[] = {
    {"engine", offsetof(struct engine_event, engine)},
    {"type", offsetof(struct engine_event, type)},
    {"host", offsetof(struct engine_event, host)},
    {"service", offsetof(struct engine_event, service)},
    {"state", offsetof(struct engine_event, state)},
    {"old_state", offsetof(struct engine_event, old_state)},
    {"time", offsetof(struct engine_event, time)},
    {"since", offsetof(struct engine_event, since)},
    {"last_ok", offsetof(struct engine_event, last_ok)},
    {"event_id", offsetof(struct engine_event, event_id)},
    {"output", offsetof(struct engine_event, output)},
    {"author", offsetof(struct engine_event, author)},
    {"comment", offsetof(struct engine_event, comment)},
    {"display_name", offsetof(struct engine_event, display_name)},
    {"engine_url", offsetof(struct engine_event, engine_url)},
    {"notes_url", offsetof(struct engine_event, notes_url)},
};

static const char **text_at(struct engine_event *event, size_t i)
{
    return (const char **)((char *)event + TEXT[i].offset);
}

static const char *given(const char *text)
{
    return text ? text : "";
}

/* --- kept as it was given --------------------------------------------------------------------------------------
 */

bool engine_event_encode(const struct engine_event *event, struct buf *out)
{
    struct engine_event copy = *event;
    struct buf safe;
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "event", EVENT_VERSION);
    buf_init(&safe, NOTICE_TEXT_MAX);
    for (size_t i = 0; i < TTA_LEN(TEXT); i++) {
        const char *text = *text_at(&copy, i);

        buf_reset(&safe);
        if (!text || !text[0])
            continue;
        if (!text_safe(&safe, text, strlen(text), false, NOTICE_TEXT_MAX))
            buf_fail(out);
        jsonw_string(&w, TEXT[i].name, buf_text(&safe));
    }
    buf_free(&safe);
    jsonw_object_end(&w);
    return buf_ok(out);
}

static bool read_event(const struct json *object, struct arena *arena, struct engine_event *out, struct err *err)
{
    int64_t version = 0;

    if (!json_whole(json_member(object, "event"), &version) || version != EVENT_VERSION)
        return err_set(err, "is no event, or of another version of this program");
    for (size_t i = 0; i < TTA_LEN(TEXT); i++) {
        const struct json *value = json_member(object, TEXT[i].name);

        if (value && !json_text(value))
            return err_set(err, "%s is no text", TEXT[i].name);
        if (value)
            *text_at(out, i) = arena_dup(arena, json_text(value));
    }
    return !arena->failed || err_set(err, "out of memory");
}

bool engine_event_decode(const char *line, size_t len, struct arena *arena, struct engine_event *out,
                         struct err *err)
{
    struct err why = {""};
    struct json *object;
    bool ok;

    *out = (struct engine_event){0};
    if (len > NOTICE_LINE_MAX)
        return err_set(err, "is longer than %d bytes", NOTICE_LINE_MAX);
    object = json_parse(line, len, &why);
    if (!object) {
        arena->failed = arena->failed || json_lacked_memory(&why);
        return err_set(err, "%s", why.text);
    }
    ok = read_event(object, arena, out, err);
    json_free(object);
    if (!ok)
        *out = (struct engine_event){0};
    return ok;
}

/* --- what it is about ------------------------------------------------------------------------------------------
 */

/* Whether the host is the one of this app by this pattern. */
static bool is_host(const char *pattern, const char *app, const char *host)
{
    while (*pattern) {
        bool is_app = strncmp(pattern, APP, sizeof(APP) - 1) == 0;
        const char *part = is_app ? app : pattern;
        size_t len = is_app ? strlen(app) : 1;

        if (strncmp(host, part, len) != 0)
            return false;
        host += len;
        pattern += is_app ? sizeof(APP) - 1 : 1;
    }
    return *host == '\0';
}

/* The app of a host; NULL: it is none of ours. */
static const char *app_of_host(const struct config *config, const char *host)
{
    for (size_t a = 0; config && a < config->app_count; a++) {
        const char *app = config->app[a].name;

        if (is_host(STANDARD_HOST, app, host))
            return app;
        for (size_t f = 0; f < config->feed_count; f++)
            if (is_host(config->feed[f].host, app, host))
                return app;
    }
    return NULL;
}

/* The client whose service has this slug; "" when nobody knows it. */
static const char *client_of_slug(const struct notice_source *source, const char *app, const char *slug)
{
    const struct snapshot *snapshot = source->snapshot;
    struct arena arena = {0};
    const char *found = "", *last = "";
    uint32_t first = 0, count = 0, index;
    struct board_app row;

    if (snapshot && snapshot_find_app(snapshot, app, &row, &index))
        snapshot_app_members(snapshot, index, &first, &count);
    for (uint32_t i = 0; i < count && !found[0]; i++) {
        struct board_advertiser member;

        if (!snapshot_advertiser(snapshot, first + i, &member) || !member.client[0] ||
            strcmp(member.client, last) == 0)
            continue;
        last = member.client;
        if (strcmp(roster_slug(&arena, member.client), slug) == 0)
            found = member.client;
    }
    if (arena.failed)
        source->arena->failed = true;
    arena_free(&arena);
    return found;
}

/* Without the slash at its end: an endpoint has two spellings. */
static bool same_path(const char *a, const char *b)
{
    size_t x = strlen(a), y = strlen(b);

    while (x > 1 && a[x - 1] == '/')
        x--;
    while (y > 1 && b[y - 1] == '/')
        y--;
    return x == y && memcmp(a, b, x) == 0;
}

/* "TOKEN GET /path/" as the snapshot or the configuration spells it. */
static const char *root_of_endpoint(const struct notice_source *source, const char *token, const char *path)
{
    uint32_t roots = source->snapshot ? snapshot_board(source->snapshot)->root_count : 0;
    size_t t = config_find_token(source->config, token);
    struct board_root root;

    for (uint32_t i = 0; i < roots; i++) {
        const char *space;

        if (!snapshot_root(source->snapshot, i, &root) || root.kind != SCOPE_ENDPOINT)
            continue;
        space = strrchr(root.id, ' ');
        if (space && strncmp(root.id, token, strlen(token)) == 0 && root.id[strlen(token)] == ' ' &&
            same_path(space + 1, path))
            return root.id;
    }
    for (size_t i = 0; t != SIZE_MAX && i < source->config->token[t].required.count; i++)
        if (same_path(source->config->token[t].required.item[i].path, path))
            path = source->config->token[t].required.item[i].path;
    return arena_printf(source->arena, "%s GET %s", token, path);
}

static bool identify_token(const struct notice_source *source, const char *name, struct notice *out)
{
    const char *slash = strchr(name, '/');
    const char *token = arena_printf(source->arena, "%.*s", (int)strcspn(name, "/"), name);

    if (!parse_section_name(token))
        return false;
    out->kind = slash ? SCOPE_ENDPOINT : SCOPE_TOKEN;
    out->root = slash ? root_of_endpoint(source, token, slash) : token;
    return true;
}

/* False: nothing that we know. */
static bool identify(const struct notice_source *source, const char *host, const char *service, struct notice *out)
{
    const char *app = app_of_host(source->config, host);

    if (!app)
        return false;
    out->app = app;
    if (strcmp(service, "api") == 0) {
        out->kind = SCOPE_API;
        out->app = "";
        return true;
    }
    if (!service[0] || strcmp(service, "app") == 0) {
        out->kind = SCOPE_APP;
        out->root = app;
        return true;
    }
    if (parse_advertiser_id(service)) {
        out->kind = SCOPE_ADVERTISER;
        out->root = service;
        return true;
    }
    if (strncmp(service, TOKEN_BEGIN, sizeof(TOKEN_BEGIN) - 1) == 0)
        return identify_token(source, service + sizeof(TOKEN_BEGIN) - 1, out);
    if (strncmp(service, CLIENT_BEGIN, sizeof(CLIENT_BEGIN) - 1) == 0) {
        out->kind = SCOPE_CLIENT;
        out->root = client_of_slug(source, app, service + sizeof(CLIENT_BEGIN) - 1);
        return out->root[0] != '\0';
    }
    return false;
}

/* --- what happened ---------------------------------------------------------------------------------------------
 */

static enum state state_of(const char *word, enum state otherwise)
{
    static const struct {
        const char *word;
        enum state state;
    } WORD[] = {
        {"OK", STATE_OK},
        {"UP", STATE_OK},
        {"WARNING", STATE_WARNING},
        {"CRITICAL", STATE_CRITICAL},
        {"DOWN", STATE_CRITICAL},
        {"UNKNOWN", STATE_UNKNOWN},
        {"UNREACHABLE", STATE_UNKNOWN},
    };

    for (size_t i = 0; i < TTA_LEN(WORD); i++)
        if (text_equal_nocase(given(word), WORD[i].word))
            return WORD[i].state;
    return otherwise;
}

static int64_t time_of(const char *text)
{
    int64_t t = 0;

    return parse_i64(given(text), 0, INT64_C(1) << 40, &t) ? t : 0;
}

/* The same for every contact that the engine runs the command for. */
static const char *id_of(const struct notice_source *source, const struct engine_event *event)
{
    bool numbered = given(event->event_id)[0] != '\0';
    const char *const part[] = {
        event->host,  event->service, event->type,    event->state,
        event->since, event->author,  event->comment, numbered ? event->event_id : event->time,
    };
    const char *id = "";
    struct buf draft;

    buf_init(&draft, ID_DRAFT_MAX);
    for (size_t i = 0; i < TTA_LEN(part); i++)
        buf_printf(&draft, "%.*s\n", NOTICE_TEXT_MAX, given(part[i]));
    if (buf_ok(&draft))
        id = arena_printf(source->arena, "%.20s/%016" PRIx64, given(event->engine), hash_text(buf_text(&draft)));
    else
        source->arena->failed = true;
    buf_free(&draft);
    return id;
}

static void take_event(const struct notice_source *source, const struct engine_event *event, struct notice *out)
{
    int64_t at = time_of(event->time);

    out->id = id_of(source, event);
    out->from_engine = true;
    out->sender = given(event->engine);
    out->at = at > 0 ? at : source->now;
    out->state = state_of(event->state, STATE_UNKNOWN);
    out->old_state = state_of(event->old_state, STATE_OK);
    if (out->type == NOTICE_RECOVERY)
        out->state = STATE_OK;
    out->since = time_of(event->since);
    out->last_ok = time_of(event->last_ok);
    out->host = event->host;
    out->service = given(event->service);
    out->output = given(event->output);
    out->author = given(event->author);
    out->comment = given(event->comment);
    out->engine_url = given(event->engine_url);
    out->notes_url = given(event->notes_url);
}

static void take_foreign(const struct notice_source *source, const struct engine_event *event, struct notice *out)
{
    bool named = given(event->display_name)[0] != '\0';

    out->is_foreign = true;
    out->kind = SCOPE_API;
    out->app = "";
    out->root = arena_printf(source->arena, "%s%s%s", out->host, out->service[0] ? "/" : "", out->service);
    if (named)
        out->name = event->display_name;
    else if (out->service[0])
        out->name = arena_printf(source->arena, "%s on %s", out->service, out->host);
    else
        out->name = out->host;
    out->owner = roster_platform;
    out->key = notice_key_of_object(source->arena, out->host, out->service);
}

/* A trouble whose cause nobody knows is the platform's to look at. */
static void take_unknown(struct notice *out)
{
    out->urgency = out->state == STATE_WARNING ? URGENCY_LOW : URGENCY_HIGH;
    out->actor = ACTOR_US;
}

static bool take_known(const struct notice_source *source, struct notice *out)
{
    struct joined joined;

    if (!notice_join(source, out, &joined))
        return false;
    /* The host is up, the app is not: its trouble is not over. */
    if (!out->service[0] && out->state == STATE_OK && joined.is_known && joined.state != STATE_OK) {
        out->state = joined.state;
        out->type = out->type == NOTICE_RECOVERY ? NOTICE_PROBLEM : out->type;
    }
    if (notice_is_trouble(out))
        notice_take_trouble(source, &joined, out);
    return !source->arena->failed;
}

bool notice_of_event(const struct notice_source *source, const struct engine_event *event, struct notice *out,
                     struct err *err)
{
    notice_init(out);
    if (!notice_type_from_name(given(event->type), &out->type))
        return err_set(err, "the type of the notification is missing or not known");
    if (!given(event->host)[0])
        return err_set(err, "the host of the notification is missing");
    take_event(source, event, out);
    if (!identify(source, out->host, out->service, out))
        take_foreign(source, event, out);
    else if (!take_known(source, out))
        return err_set(err, "out of memory");
    if (notice_is_trouble(out) && out->cause == CAUSE_COUNT)
        take_unknown(out);
    if (out->state == STATE_OK)
        out->cause = CAUSE_AUTHORIZED;
    return !source->arena->failed || err_set(err, "out of memory");
}
