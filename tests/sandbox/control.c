/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How tests steer the sandbox while it runs: one table of commands below /_sandbox/. */
#include "control.h"

#include "mem.h"
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One control request: what it carries and where its answer goes. */
struct command {
    struct sandbox *sandbox;
    const struct request *request;
    struct fields fields;
    struct buf *answer; /* a JSON value; empty: {"ok":true} */
    bool last;          /* the sandbox is to end after the answer */
};

static bool fine(const struct command *command)
{
    return command->fields.problem->text[0] == '\0';
}

static void wrong(const struct command *command, const char *what, const char *name)
{
    problem_set(command->fields.problem, "%s: no %s \"%.60s\"", command->fields.where, what,
                name == NULL ? "" : name);
}

/* The token, or app, that the command names: NULL if it names none, or none that is there (a problem). */
static struct world_token *named_token(const struct command *command, bool required)
{
    const char *text = fields_text(&command->fields, "token", required);
    struct world_token *token = world_token(command->sandbox->world, text);

    if (text != NULL && token == NULL) {
        wrong(command, "token", text);
    }
    return token;
}

static struct world_app *named_app(const struct command *command, bool required)
{
    const char *id = fields_text(&command->fields, "app_id", required);
    struct world_app *app = world_app(command->sandbox->world, id);

    if (id != NULL && app == NULL) {
        wrong(command, "app", id);
    }
    return app;
}

/* The advertisers of "advertiser_id" and "advertiser_ids". At least one, or it is a problem. */
static struct bits named_advertisers(const struct command *command)
{
    const char *id = fields_text(&command->fields, "advertiser_id", false);
    struct bits bits = scenario_ids(command->sandbox->world, &command->fields, "advertiser_ids");

    if (id != NULL) {
        const struct world_advertiser *advertiser = world_advertiser(command->sandbox->world, id);

        if (advertiser == NULL) {
            wrong(command, "advertiser", id);
        } else {
            bits_set(&bits, advertiser->at, true);
        }
    } else if (fields_item(&command->fields, "advertiser_ids") == NULL) {
        wrong(command, "advertiser_id or advertiser_ids given, nor an advertiser", NULL);
    }
    return bits;
}

/* Calls for every advertiser named, if all is well so far. */
static void each_advertiser(struct command *command,
                            void (*visit)(struct command *command, struct world_advertiser *advertiser))
{
    struct bits named = named_advertisers(command);
    struct world *world = command->sandbox->world;

    for (size_t i = 0; fine(command) && i < world->advertiser_count; i++) {
        if (bits_has(&named, i)) {
            visit(command, world->advertisers[i]);
        }
    }
    bits_free(&named);
    world_touch(world);
}

static void set_revoked(struct command *command, const struct world_advertiser *advertiser, bool revoked)
{
    struct world *world = command->sandbox->world;
    struct world_token *token = named_token(command, false);
    struct world_app *app = named_app(command, false);

    if (token != NULL) {
        bits_set(&token->revoked, advertiser->at, revoked);
        return;
    }
    for (size_t i = 0; fine(command) && i < world->app_count; i++) {
        if (app == NULL || app == world->apps[i]) {
            bits_set(&world->apps[i]->revoked, advertiser->at, revoked);
        }
    }
    for (size_t i = 0; fine(command) && !revoked && i < world->token_count; i++) {
        if (app == NULL || app == world->tokens[i]->app) {
            bits_set(&world->tokens[i]->revoked, advertiser->at, false);
        }
    }
}

static void revoke_one(struct command *command, struct world_advertiser *advertiser)
{
    set_revoked(command, advertiser, true);
}

static void restore_one(struct command *command, struct world_advertiser *advertiser)
{
    set_revoked(command, advertiser, false);
    advertiser->deleted = false;
}

static void status_one(struct command *command, struct world_advertiser *advertiser)
{
    const char *status = fields_text(&command->fields, "status", true);

    if (status != NULL) {
        mem_replace(&advertiser->status, status);
    }
}

static void delete_one(struct command *command, struct world_advertiser *advertiser)
{
    fields_number(&command->fields, "code", -1, INT32_MAX, &advertiser->deleted_code);
    advertiser->deleted = true;
    fields_flag(&command->fields, "deleted", &advertiser->deleted);
}

static void rename_one(struct command *command, struct world_advertiser *advertiser)
{
    const char *name = fields_text(&command->fields, "advertiser_name", true);

    if (name != NULL) {
        mem_replace(&advertiser->name, name);
    }
}

static void do_revoke(struct command *command)
{
    each_advertiser(command, revoke_one);
}

static void do_restore(struct command *command)
{
    each_advertiser(command, restore_one);
}

static void do_status(struct command *command)
{
    each_advertiser(command, status_one);
}

static void do_delete(struct command *command)
{
    each_advertiser(command, delete_one);
}

static void do_rename(struct command *command)
{
    each_advertiser(command, rename_one);
}

static void do_kill(struct command *command)
{
    struct world_token *token = named_token(command, true);

    if (token != NULL) {
        token->state = WORLD_TOKEN_REVOKED;
    }
}

static void do_revive(struct command *command)
{
    struct world_token *token = named_token(command, true);

    if (token != NULL) {
        token->state = WORLD_TOKEN_ALIVE;
    }
}

static void do_expire(struct command *command)
{
    struct world_token *token = named_token(command, true);
    int64_t in = 0;

    fields_number(&command->fields, "in", 0, INT64_C(100000000000), &in);
    if (token != NULL) {
        token->expires_ms = sandbox_now_ms(command->sandbox) + in * 1000;
    }
}

static void do_token(struct command *command)
{
    const char *text = fields_text(&command->fields, "token", true);
    struct world_app *app = named_app(command, true);
    struct world_login *login = world_login(command->sandbox->world, fields_text(&command->fields, "login", true));

    if (login == NULL) {
        wrong(command, "login", fields_text(&command->fields, "login", false));
    } else if (fine(command) && world_add_token(command->sandbox->world, text, app, login) == NULL) {
        problem_set(command->fields.problem, "token: it is there already");
    }
}

static void do_block(struct command *command)
{
    struct world_app *app = named_app(command, true);
    const char *message = fields_text(&command->fields, "message", false);

    if (app != NULL) {
        app->blocked = true;
        fields_number(&command->fields, "code", -1, INT32_MAX, &app->blocked_code);
        if (message != NULL) {
            mem_replace(&app->blocked_message, message);
        }
    }
}

static void do_unblock(struct command *command)
{
    struct world_app *app = named_app(command, true);

    if (app != NULL) {
        app->blocked = false;
    }
}

static void do_secret(struct command *command)
{
    struct world_app *app = named_app(command, true);
    const char *secret = fields_text(&command->fields, "secret", true);
    bool kill = false;

    fields_flag(&command->fields, "kill_tokens", &kill);
    if (app == NULL || secret == NULL) {
        return;
    }
    mem_replace(&app->secret, secret);
    for (size_t i = 0; kill && i < command->sandbox->world->token_count; i++) {
        if (command->sandbox->world->tokens[i]->app == app) {
            command->sandbox->world->tokens[i]->state = WORLD_TOKEN_REVOKED;
        }
    }
}

static void do_quota(struct command *command)
{
    struct world_app *app = named_app(command, true);

    if (app != NULL) {
        scenario_quota(&command->fields, &app->quota);
        app->quota.minute_stop_ms = 0;
        app->quota.day_stop_ms = 0;
        app->quota.second = app->quota.minute = app->quota.day = -1;
    }
}

static void do_endpoint(struct command *command)
{
    (void)scenario_endpoint(command->sandbox->world, &command->fields);
}

static void set_access(struct command *command, bool on)
{
    const char *name = fields_text(&command->fields, "login", true);
    struct world_login *login = world_login(command->sandbox->world, name);
    struct bits named = named_advertisers(command);

    if (login == NULL) {
        wrong(command, "login", name);
    }
    for (size_t i = 0; fine(command) && i < command->sandbox->world->advertiser_count; i++) {
        if (bits_has(&named, i)) {
            bits_set(&login->access, i, on);
        }
    }
    bits_free(&named);
    world_touch(command->sandbox->world);
}

static void do_access_add(struct command *command)
{
    set_access(command, true);
}

static void do_access_remove(struct command *command)
{
    set_access(command, false);
}

static void do_auth_code(struct command *command)
{
    struct world_app *app = named_app(command, true);
    const char *name = fields_text(&command->fields, "login", true);
    struct world_login *login = world_login(command->sandbox->world, name);
    struct bits chosen;
    struct world_code *code;

    if (login == NULL) {
        wrong(command, "login", name);
    }
    chosen = scenario_ids(command->sandbox->world, &command->fields, "advertiser_ids");
    if (!fine(command)) {
        bits_free(&chosen);
        return;
    }
    if (fields_item(&command->fields, "advertiser_ids") == NULL) {
        chosen = bits_copy(&login->access);
    }
    code = world_add_code(command->sandbox->world, app, login, chosen, sandbox_now_ms(command->sandbox));
    buf_text(command->answer, "{\"ok\":true,\"auth_code\":");
    buf_json(command->answer, code->text);
    buf_char(command->answer, '}');
}

static void do_video(struct command *command)
{
    (void)scenario_video(command->sandbox->world, &command->fields, sandbox_now_ms(command->sandbox));
}

static void do_incidents(struct command *command)
{
    const cJSON *array = fields_array(&command->fields, "incidents");
    const cJSON *item;

    world_clear_incidents(command->sandbox->world);
    cJSON_ArrayForEach(item, array)
    {
        struct fields fields = {.object = item, .where = "incidents", .problem = command->fields.problem};

        if (!scenario_incident(command->sandbox->world, &fields)) {
            return;
        }
    }
}

static void do_fault_add(struct command *command)
{
    uint64_t id = fault_add(&command->sandbox->faults, &command->fields);

    buf_format(command->answer, "{\"ok\":true,\"id\":%" PRIu64 "}", id);
}

static void do_fault_remove(struct command *command)
{
    const char *label = fields_text(&command->fields, "label", false);
    int64_t id = 0;
    size_t removed = command->sandbox->faults.count;

    fields_number(&command->fields, "id", 1, INT32_MAX, &id);
    if (label == NULL && id == 0) {
        fault_clear(&command->sandbox->faults);
    } else {
        removed = fault_remove(&command->sandbox->faults, (uint64_t)id, label);
    }
    buf_format(command->answer, "{\"ok\":true,\"removed\":%zu}", removed);
}

static void do_faults(struct command *command)
{
    fault_list(&command->sandbox->faults, command->answer);
}

static void do_log(struct command *command)
{
    const char *since = request_param(command->request, "since");

    reqlog_list(&command->sandbox->log, since == NULL ? 0 : strtoull(since, NULL, 10),
                request_param(command->request, "path"), command->answer);
}

static void do_log_clear(struct command *command)
{
    reqlog_clear(&command->sandbox->log);
}

static void do_counts(struct command *command)
{
    reqlog_counts(&command->sandbox->log, command->answer);
}

static void do_clock(struct command *command)
{
    struct clock *clock = &command->sandbox->clock;
    int64_t set = -1;
    int64_t advance = 0;
    int64_t advance_ms = 0;

    fields_number(&command->fields, "set", 0, INT64_C(253402300799), &set);
    fields_number(&command->fields, "advance", 0, INT64_C(253402300799), &advance);
    fields_number(&command->fields, "advance_ms", 0, INT64_C(253402300799), &advance_ms);
    if (!clock->manual && fields_item(&command->fields, "set") != NULL) {
        problem_set(command->fields.problem, "clock: the clock is real, start with --clock manual to move it");
    }
    if (!clock->manual && advance + advance_ms > 0) {
        problem_set(command->fields.problem, "clock: the clock is real, start with --clock manual to move it");
    }
    if (fine(command) && set >= 0) {
        clock->now_ms = set * 1000;
    }
    if (fine(command)) {
        clock->now_ms += advance * 1000 + advance_ms;
    }
    buf_format(command->answer, "{\"ok\":true,\"manual\":%s,\"now_ms\":%" PRId64 "}",
               clock->manual ? "true" : "false", sandbox_now_ms(command->sandbox));
}

static void add_app_state(const struct world_app *app, struct buf *json)
{
    const struct quota *quota = &app->quota;

    buf_text(json, "{\"app_id\":");
    buf_json(json, app->id);
    buf_format(json,
               ",\"blocked\":%s,\"quota\":{\"qps\":%" PRId64 ",\"qpm\":%" PRId64 ",\"qpd\":%" PRId64
               ",\"taken\":%" PRId64 ",\"refused\":%" PRId64 ",\"peak_second\":%" PRId64
               ",\"peak_minute\":%" PRId64 "}}",
               app->blocked ? "true" : "false", quota->qps, quota->qpm, quota->qpd, quota->taken, quota->refused,
               quota->peak_second, quota->peak_minute);
}

static void add_token_state(const struct world *world, const struct world_token *token, int64_t now_ms,
                            struct buf *json)
{
    buf_text(json, "{\"token\":");
    buf_json(json, token->text);
    buf_text(json, ",\"app_id\":");
    buf_json(json, token->app->id);
    buf_text(json, ",\"login\":");
    buf_json(json, token->login->name);
    buf_text(json, ",\"refresh_token\":");
    buf_json(json, token->refresh_token);
    buf_format(json, ",\"kind\":\"%s\",\"state\":\"%s\",\"expires_ms\":%" PRId64 ",\"covers\":%zu}",
               token->tt_user ? "tt_user" : "marketing",
               token->state == WORLD_TOKEN_REVOKED ? "revoked"
               : world_expired(token, now_ms)      ? "expired"
                                                   : "alive",
               token->expires_ms, world_covered(world, token, NULL, NULL));
}

static void do_state(struct command *command)
{
    const struct sandbox *sandbox = command->sandbox;
    const struct world *world = sandbox->world;
    struct buf *json = command->answer;

    buf_format(json,
               "{\"now_ms\":%" PRId64 ",\"manual_clock\":%s,\"advertisers\":%zu,\"logins\":%zu,"
               "\"faults\":%zu,\"requests\":%" PRIu64 ",\"apps\":[",
               sandbox_now_ms(sandbox), sandbox->clock.manual ? "true" : "false", world->advertiser_count,
               world->login_count, sandbox->faults.count, sandbox->log.total);
    for (size_t i = 0; i < world->app_count; i++) {
        buf_text(json, i == 0 ? "" : ",");
        add_app_state(world->apps[i], json);
    }
    buf_text(json, "],\"tokens\":[");
    for (size_t i = 0; i < world->token_count; i++) {
        buf_text(json, i == 0 ? "" : ",");
        add_token_state(world, world->tokens[i], sandbox_now_ms(sandbox), json);
    }
    buf_text(json, "]}");
}

static void do_advertiser(struct command *command)
{
    const char *id = request_param(command->request, "advertiser_id");
    const struct world *world = command->sandbox->world;
    const struct world_advertiser *advertiser = world_advertiser(world, id);
    const char *comma = "";

    if (advertiser == NULL) {
        wrong(command, "advertiser", id);
        return;
    }
    buf_text(command->answer, "{\"advertiser_id\":");
    buf_json(command->answer, advertiser->id);
    buf_text(command->answer, ",\"advertiser_name\":");
    buf_json(command->answer, advertiser->name);
    buf_text(command->answer, ",\"status\":");
    buf_json(command->answer, advertiser->status);
    buf_format(command->answer, ",\"deleted\":%s,\"tokens\":[", advertiser->deleted ? "true" : "false");
    for (size_t i = 0; i < world->token_count; i++) {
        if (world_covers(world->tokens[i], advertiser)) {
            buf_text(command->answer, comma);
            buf_json(command->answer, world->tokens[i]->text);
            comma = ",";
        }
    }
    buf_text(command->answer, "]}");
}

static void do_reset(struct command *command)
{
    (void)sandbox_reset(command->sandbox, command->fields.problem);
}

static void do_shutdown(struct command *command)
{
    command->last = true;
}

#define WHOM "advertiser_id", "advertiser_ids"

static const struct {
    const char *method;
    const char *name;
    void (*run)(struct command *command);
    const char *keys[10]; /* those allowed in the body, NULL-terminated; none: checked by run */
    bool any_keys;
} commands[] = {
    {"POST", "revoke", do_revoke, {WHOM, "app_id", "token"}, false},
    {"POST", "restore", do_restore, {WHOM, "app_id", "token"}, false},
    {"POST", "status", do_status, {WHOM, "status"}, false},
    {"POST", "delete", do_delete, {WHOM, "deleted", "code"}, false},
    {"POST", "rename", do_rename, {WHOM, "advertiser_name"}, false},
    {"POST", "kill", do_kill, {"token"}, false},
    {"POST", "revive", do_revive, {"token"}, false},
    {"POST", "expire", do_expire, {"token", "in"}, false},
    {"POST", "token", do_token, {"token", "app_id", "login"}, false},
    {"POST", "block", do_block, {"app_id", "code", "message"}, false},
    {"POST", "unblock", do_unblock, {"app_id"}, false},
    {"POST", "secret", do_secret, {"app_id", "secret", "kill_tokens"}, false},
    {"POST", "quota", do_quota, {"app_id", "tier", "qps", "qpm", "qpd"}, false},
    {"POST", "endpoint", do_endpoint, {NULL}, true},
    {"POST", "access/add", do_access_add, {"login", WHOM}, false},
    {"POST", "access/remove", do_access_remove, {"login", WHOM}, false},
    {"POST", "auth_code", do_auth_code, {"app_id", "login", "advertiser_ids"}, false},
    {"POST", "video", do_video, {NULL}, true},
    {"POST", "incidents", do_incidents, {"incidents"}, false},
    {"POST", "fault", do_fault_add, {NULL}, true},
    {"DELETE", "fault", do_fault_remove, {"id", "label"}, false},
    {"GET", "fault", do_faults, {NULL}, false},
    {"GET", "log", do_log, {NULL}, false},
    {"DELETE", "log", do_log_clear, {NULL}, false},
    {"GET", "counts", do_counts, {NULL}, false},
    {"GET", "clock", do_clock, {NULL}, false},
    {"POST", "clock", do_clock, {"set", "advance", "advance_ms"}, false},
    {"GET", "state", do_state, {NULL}, false},
    {"GET", "advertiser", do_advertiser, {NULL}, false},
    {"POST", "reset", do_reset, {NULL}, false},
    {"POST", "shutdown", do_shutdown, {NULL}, false},
};

static void control_run(struct command *command)
{
    const char *name = command->request->path + sizeof CONTROL_PREFIX - 1;

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0 && strcmp(commands[i].method, command->request->method) == 0) {
            command->fields.where = commands[i].name;
            if (commands[i].any_keys || fields_only(&command->fields, commands[i].keys)) {
                commands[i].run(command);
            }
            return;
        }
    }
    problem_set(command->fields.problem, "no control command %.16s %.60s", command->request->method, name);
}

void control_answer(struct sandbox *sandbox, const struct request *request, struct reply *reply)
{
    struct problem problem = {""};
    struct buf answer = {0};
    cJSON *empty = cJSON_CreateObject();
    struct command command = {.sandbox = sandbox, .request = request, .answer = &answer};

    command.fields.object = request->json == NULL ? empty : request->json;
    command.fields.problem = &problem;
    if (request->body_too_large || (request->json == NULL && request->body.len > 0)) {
        problem_set(&problem, "the body is not JSON, or too large");
    } else {
        control_run(&command);
    }
    if (problem.text[0] != '\0') {
        answer.len = 0;
        buf_text(&answer, "{\"ok\":false,\"error\":");
        buf_json(&answer, problem.text);
        buf_char(&answer, '}');
    } else if (answer.len == 0) {
        buf_text(&answer, "{\"ok\":true}");
    }
    reply_raw(reply, problem.text[0] == '\0' ? 200 : 400, "application/json", answer.data, answer.len);
    reply->last = command.last;
    buf_free(&answer);
    cJSON_Delete(empty);
}
