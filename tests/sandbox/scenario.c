/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Making a world from a scenario file. */
#include "scenario.h"

#include "mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCENARIO_FILE_LIMIT ((size_t)256 * 1024 * 1024)
#define YEAR_S INT64_C(31536000)

/* What every builder of one kind of thing gets. */
struct builder {
    struct world *world;
    int64_t now_ms;
};

typedef bool (*builder_function)(const struct builder *builder, const struct fields *fields);

static bool fine(const struct fields *fields)
{
    return fields->problem->text[0] == '\0';
}

cJSON *scenario_read(const char *path, struct problem *problem)
{
    FILE *file = fopen(path, "re");
    struct buf text = {0};
    cJSON *scenario = NULL;
    char part[65536];
    size_t count;

    if (file == NULL) {
        problem_set(problem, "%s", strerror(errno));
        return NULL;
    }
    while (text.len <= SCENARIO_FILE_LIMIT && (count = fread(part, 1, sizeof part, file)) > 0) {
        buf_add(&text, part, count);
    }
    if (ferror(file) != 0) {
        problem_set(problem, "%s", strerror(errno));
    } else if (text.len > SCENARIO_FILE_LIMIT) {
        problem_set(problem, "larger than %zu bytes", SCENARIO_FILE_LIMIT);
    } else {
        scenario = fields_parse(buf_string(&text), text.len, problem);
    }
    (void)fclose(file);
    buf_free(&text);
    return scenario;
}

void scenario_quota(const struct fields *fields, struct quota *quota)
{
    const char *tier = fields_text(fields, "tier", false);

    if (tier != NULL && !quota_tier(quota, tier)) {
        problem_set(fields->problem,
                    "%s: \"tier\" must be none, basic, advanced, premium or ultimate, not \"%.40s\"",
                    fields->where, tier);
    }
    fields_number(fields, "qps", 0, INT32_MAX, &quota->qps);
    fields_number(fields, "qpm", 0, INT32_MAX, &quota->qpm);
    fields_number(fields, "qpd", 0, INT32_MAX, &quota->qpd);
}

struct bits scenario_ids(const struct world *world, const struct fields *fields, const char *name)
{
    const cJSON *array = fields_array(fields, name);
    struct bits bits = {0};
    const cJSON *item;
    size_t at = 0;

    cJSON_ArrayForEach(item, array)
    {
        const struct world_advertiser *advertiser;

        if (!cJSON_IsString(item)) {
            problem_set(fields->problem, "%s: \"%s\"[%zu] must be a string%s", fields->where, name, at,
                        cJSON_IsNumber(item) ? ", not a number" : "");
            break;
        }
        advertiser = world_advertiser(world, item->valuestring);
        if (advertiser == NULL) {
            problem_set(fields->problem, "%s: \"%s\"[%zu]: no advertiser \"%.40s\"", fields->where, name, at,
                        item->valuestring);
            break;
        }
        bits_set(&bits, advertiser->at, true);
        at++;
    }
    return bits;
}

static int64_t *scenario_numbers(const struct fields *fields, const char *name, size_t *count)
{
    const cJSON *array = fields_array(fields, name);
    int64_t *numbers = NULL;
    const cJSON *item;

    *count = 0;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > INT32_MAX) {
            problem_set(fields->problem, "%s: \"%s\"[%zu] must be a number", fields->where, name, *count);
            break;
        }
        numbers = mem_grow(numbers, *count + 1, sizeof *numbers);
        numbers[(*count)++] = (int64_t)item->valuedouble;
    }
    return numbers;
}

static bool build_app(const struct builder *builder, const struct fields *fields)
{
    static const char *const names[] = {"app_id", "secret",  "name",           "tier",  "qps",
                                        "qpm",    "qpd",     "redirect_uris",  "scope", "state",
                                        "code",   "message", "callback_param", NULL};
    const char *id = NULL;
    const char *secret = NULL;
    const char *text;
    const cJSON *uri;
    struct world_app *app;

    if (fields_only(fields, names)) {
        id = fields_id(fields, "app_id", true);
        secret = fields_text(fields, "secret", true);
    }
    if (id == NULL || secret == NULL) {
        return false;
    }
    app = world_add_app(builder->world, id, secret);
    if (app == NULL) {
        return problem_set(fields->problem, "%s: app \"%s\" is there already", fields->where, id);
    }
    scenario_quota(fields, &app->quota);
    if ((text = fields_text(fields, "name", false)) != NULL) {
        mem_replace(&app->name, text);
    }
    if ((text = fields_text(fields, "callback_param", false)) != NULL) {
        mem_replace(&app->callback_param, text);
    }
    if ((text = fields_text(fields, "message", false)) != NULL) {
        mem_replace(&app->blocked_message, text);
    }
    fields_number(fields, "code", -1, INT32_MAX, &app->blocked_code);
    if ((text = fields_text(fields, "state", false)) != NULL) {
        app->blocked = strcmp(text, "blocked") == 0;
        if (!app->blocked && strcmp(text, "live") != 0) {
            problem_set(fields->problem, "%s: \"state\" must be live or blocked", fields->where);
        }
    }
    cJSON_ArrayForEach(uri, fields_array(fields, "redirect_uris"))
    {
        if (!cJSON_IsString(uri) || app->redirect_count == 10) {
            return problem_set(fields->problem, "%s: \"redirect_uris\" takes at most 10 strings", fields->where);
        }
        app->redirect_uris = mem_grow(app->redirect_uris, app->redirect_count + 1, sizeof *app->redirect_uris);
        app->redirect_uris[app->redirect_count++] = mem_text(uri->valuestring);
    }
    app->scope = scenario_numbers(fields, "scope", &app->scope_count);
    return fine(fields);
}

static bool build_advertiser(const struct builder *builder, const struct fields *fields)
{
    static const char *const names[] = {"advertiser_id", "advertiser_name", "status",  "company", "currency",
                                        "timezone",      "country",         "deleted", "role",    NULL};
    struct world_advertiser *advertiser;
    const char *id = NULL;
    const char *name;
    struct {
        const char *name;
        char **slot;
    } texts[6];

    if (fields_only(fields, names)) {
        id = fields_id(fields, "advertiser_id", true);
    }
    if (id == NULL) {
        return false;
    }
    name = fields_text(fields, "advertiser_name", false);
    advertiser = world_add_advertiser(builder->world, id, name == NULL ? id : name);
    if (advertiser == NULL) {
        return problem_set(fields->problem, "%s: advertiser \"%s\" is there already", fields->where, id);
    }
    texts[0].name = "status", texts[0].slot = &advertiser->status;
    texts[1].name = "company", texts[1].slot = &advertiser->company;
    texts[2].name = "currency", texts[2].slot = &advertiser->currency;
    texts[3].name = "timezone", texts[3].slot = &advertiser->timezone;
    texts[4].name = "country", texts[4].slot = &advertiser->country;
    texts[5].name = "role", texts[5].slot = &advertiser->role;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mem_replace(texts[i].slot, fields_text(fields, texts[i].name, false));
    }
    fields_flag(fields, "deleted", &advertiser->deleted);
    return fine(fields);
}

static bool build_login(const struct builder *builder, const struct fields *fields)
{
    static const char *const names[] = {"name", "display_name", "email", "core_user_id", "advertisers", NULL};
    struct world_login *login;
    const char *name = NULL;
    const char *text;
    const cJSON *every;

    if (fields_only(fields, names)) {
        name = fields_text(fields, "name", true);
    }
    if (name == NULL) {
        return false;
    }
    login = world_login(builder->world, name);
    if (login == NULL) {
        login = world_add_login(builder->world, name);
    }
    if (login->declared) {
        return problem_set(fields->problem, "%s: login \"%.60s\" is there already", fields->where, name);
    }
    login->declared = true;
    if ((text = fields_text(fields, "display_name", false)) != NULL) {
        mem_replace(&login->display_name, text);
    }
    if ((text = fields_text(fields, "email", false)) != NULL) {
        mem_replace(&login->email, text);
    }
    if ((text = fields_id(fields, "core_user_id", false)) != NULL) {
        mem_replace(&login->core_user_id, text);
    }
    every = fields_item(fields, "advertisers");
    if (cJSON_IsString(every) && strcmp(every->valuestring, "all") == 0) {
        for (size_t i = 0; i < builder->world->advertiser_count; i++) {
            bits_set(&login->access, i, true);
        }
    } else {
        struct bits listed = scenario_ids(builder->world, fields, "advertisers");

        for (size_t i = 0; i < builder->world->advertiser_count && listed.count > 0; i++) {
            if (bits_has(&listed, i)) {
                bits_set(&login->access, i, true);
            }
        }
        bits_free(&listed);
    }
    return fine(fields);
}

static void build_token_life(const struct builder *builder, const struct fields *fields, struct world_token *token)
{
    const char *kind = fields_text(fields, "kind", false);
    const char *state = fields_text(fields, "state", false);
    int64_t expires_in = 0;
    int64_t refresh_in = YEAR_S;

    token->tt_user = kind != NULL && strcmp(kind, "tt_user") == 0;
    if (kind != NULL && !token->tt_user && strcmp(kind, "marketing") != 0) {
        problem_set(fields->problem, "%s: \"kind\" must be marketing or tt_user", fields->where);
    }
    if (state != NULL && strcmp(state, "revoked") == 0) {
        token->state = WORLD_TOKEN_REVOKED;
    } else if (state != NULL && strcmp(state, "alive") != 0) {
        problem_set(fields->problem, "%s: \"state\" must be alive or revoked", fields->where);
    }
    expires_in = token->tt_user ? 86400 : 0;
    fields_number(fields, "expires_in", -YEAR_S, 100 * YEAR_S, &expires_in);
    fields_number(fields, "refresh_expires_in", -YEAR_S, 100 * YEAR_S, &refresh_in);
    fields_flag(fields, "rotate_refresh", &token->rotate_refresh);
    token->expires_ms = expires_in == 0 ? 0 : builder->now_ms + expires_in * 1000;
    token->refresh_expires_ms = builder->now_ms + refresh_in * 1000;
    token->lifetime_ms = expires_in > 0 ? expires_in * 1000 : 86400 * 1000;
}

static void build_token_limits(const struct builder *builder, const struct fields *fields,
                               struct world_token *token)
{
    const cJSON *item;

    if (fields_item(fields, "scope") != NULL) {
        free(token->scope);
        token->scope = scenario_numbers(fields, "scope", &token->scope_count);
    }
    if (fields_item(fields, "advertisers") != NULL) {
        token->has_chosen = true;
        token->chosen = scenario_ids(builder->world, fields, "advertisers");
    }
    cJSON_ArrayForEach(item, fields_array(fields, "withheld"))
    {
        if (!cJSON_IsString(item) || item->valuestring[0] != '/') {
            problem_set(fields->problem, "%s: \"withheld\" takes paths such as \"/file/video/ad/search/\"",
                        fields->where);
            break;
        }
        world_put_endpoint(builder->world, "GET", item->valuestring, token)->granted = false;
    }
}

static bool build_token(const struct builder *builder, const struct fields *fields)
{
    static const char *const names[] = {"token",
                                        "app_id",
                                        "login",
                                        "kind",
                                        "state",
                                        "scope",
                                        "expires_in",
                                        "refresh_token",
                                        "refresh_expires_in",
                                        "rotate_refresh",
                                        "advertisers",
                                        "withheld",
                                        NULL};
    struct world_token *token;
    struct world_app *app;
    struct world_login *login;
    const char *text = NULL;
    const char *app_id = NULL;
    const char *login_name = NULL;
    const char *refresh;

    if (fields_only(fields, names)) {
        text = fields_text(fields, "token", true);
        app_id = fields_id(fields, "app_id", true);
        login_name = fields_text(fields, "login", true);
    }
    if (text == NULL || app_id == NULL || login_name == NULL) {
        return false;
    }
    app = world_app(builder->world, app_id);
    login = world_login(builder->world, login_name);
    if (app == NULL || login == NULL) {
        return problem_set(fields->problem, "%s: no %s \"%.60s\"", fields->where, app == NULL ? "app" : "login",
                           app == NULL ? app_id : login_name);
    }
    if (text[0] == '\0' || (token = world_add_token(builder->world, text, app, login)) == NULL) {
        return problem_set(fields->problem, "%s: this token is empty or there already", fields->where);
    }
    build_token_life(builder, fields, token);
    build_token_limits(builder, fields, token);
    refresh = fields_text(fields, "refresh_token", false);
    if (refresh != NULL) {
        world_set_refresh(builder->world, token, refresh);
    }
    return fine(fields);
}

bool scenario_endpoint(struct world *world, const struct fields *fields)
{
    static const char *const names[] = {"method", "path", "token", "granted", "code", "message", "words", NULL};
    const char *method = NULL;
    const char *path = NULL;
    const char *text;
    struct world_token *token = NULL;
    struct world_endpoint *endpoint;

    if (!fields_only(fields, names)) {
        return false;
    }
    method = fields_text(fields, "method", false);
    path = fields_text(fields, "path", true);
    text = fields_text(fields, "token", false);
    if (!fine(fields) || path == NULL) {
        return false;
    }
    if (path[0] != '/' || path[strlen(path) - 1] != '/') {
        return problem_set(fields->problem, "%s: \"path\" must begin and end with a slash", fields->where);
    }
    if (text != NULL && (token = world_token(world, text)) == NULL) {
        return problem_set(fields->problem, "%s: no such token", fields->where);
    }
    endpoint = world_put_endpoint(world, method == NULL ? "GET" : method, path, token);
    fields_flag(fields, "granted", &endpoint->granted);
    fields_number(fields, "code", -1, INT32_MAX, &endpoint->code);
    mem_replace(&endpoint->message, fields_text(fields, "message", false));
    if ((text = fields_text(fields, "words", false)) != NULL) {
        endpoint->scope_words = strcmp(text, "scope") == 0;
        if (!endpoint->scope_words && strcmp(text, "grant") != 0) {
            problem_set(fields->problem, "%s: \"words\" must be grant or scope", fields->where);
        }
    }
    return fine(fields);
}

static bool build_endpoint(const struct builder *builder, const struct fields *fields)
{
    return scenario_endpoint(builder->world, fields);
}

bool scenario_video(struct world *world, const struct fields *fields, int64_t now_ms)
{
    static const char *const names[] = {"video_id", "advertiser_id", "file_name", "state",
                                        "ready_in", "code",          "message",   NULL};
    const char *id = NULL;
    const char *owner;
    const char *text;
    struct world_video *video;
    int64_t ready_in = 0;

    if (fields_only(fields, names)) {
        id = fields_text(fields, "video_id", true);
    }
    if (id == NULL) {
        return false;
    }
    video = map_find(&world->video_by_id, id);
    owner = fields_id(fields, "advertiser_id", video == NULL);
    if (video == NULL && owner != NULL) {
        struct world_advertiser *advertiser = world_advertiser(world, owner);

        if (advertiser == NULL) {
            return problem_set(fields->problem, "%s: no advertiser \"%s\"", fields->where, owner);
        }
        video = world_add_video(world, id, advertiser);
    }
    if (video == NULL) {
        return false;
    }
    if ((text = fields_text(fields, "file_name", false)) != NULL || video->file_name == NULL) {
        mem_replace(&video->file_name, text == NULL ? "video.mp4" : text);
    }
    if ((text = fields_text(fields, "state", false)) != NULL) {
        if (strcmp(text, "ready") == 0) {
            video->state = WORLD_VIDEO_READY;
        } else if (strcmp(text, "processing") == 0) {
            video->state = WORLD_VIDEO_PROCESSING;
        } else if (strcmp(text, "failed") == 0) {
            video->state = WORLD_VIDEO_FAILED;
        } else {
            problem_set(fields->problem, "%s: \"state\" must be ready, processing or failed", fields->where);
        }
    }
    fields_number(fields, "ready_in", 0, YEAR_S, &ready_in);
    video->ready_ms = ready_in == 0 ? 0 : now_ms + ready_in * 1000;
    fields_number(fields, "code", 0, INT32_MAX, &video->code);
    if ((text = fields_text(fields, "message", false)) != NULL) {
        mem_replace(&video->message, text);
    }
    return fine(fields);
}

static bool build_video(const struct builder *builder, const struct fields *fields)
{
    return scenario_video(builder->world, fields, builder->now_ms);
}

bool scenario_incident(struct world *world, const struct fields *fields)
{
    static const char *const names[] = {"title", "description", "guid", "date", NULL};
    struct world_incident incident;

    if (!fields_only(fields, names) || fields_text(fields, "title", true) == NULL) {
        return false;
    }
    incident.title = mem_text(fields_text(fields, "title", true));
    incident.description = mem_text(fields_text(fields, "description", false));
    incident.guid = mem_text(fields_text(fields, "guid", false));
    incident.date = mem_text(fields_text(fields, "date", false));
    world->incidents = mem_grow(world->incidents, world->incident_count + 1, sizeof *world->incidents);
    world->incidents[world->incident_count++] = incident;
    return fine(fields);
}

static bool build_incident(const struct builder *builder, const struct fields *fields)
{
    return scenario_incident(builder->world, fields);
}

/* What a "generate" entry asks for. */
struct crop {
    int64_t count;
    int64_t per_token; /* 0: one login holds them all */
    uint64_t first_id;
    const char *name;
    const char *login;
    const char *token;
    const char *status;
    struct world_app *app;
};

static struct world_login *crop_login(const struct builder *builder, const struct fields *fields,
                                      const struct crop *crop, int64_t share)
{
    struct world_login *login;
    char name[128];
    char text[128];

    if (crop->per_token == 0) {
        login = world_login(builder->world, crop->login);
        return login != NULL ? login : world_add_login(builder->world, crop->login);
    }
    (void)snprintf(name, sizeof name, "%.60s-%04" PRId64, crop->login, share + 1);
    (void)snprintf(text, sizeof text, "%.60s-%04" PRId64, crop->token, share + 1);
    login = world_add_login(builder->world, name);
    if (login == NULL || world_add_token(builder->world, text, crop->app, login) == NULL) {
        problem_set(fields->problem, "%s: login \"%s\" or its token is there already, or there are too many",
                    fields->where, name);
        return NULL;
    }
    return login;
}

static bool crop_read(const struct builder *builder, const struct fields *fields, struct crop *crop)
{
    static const char *const names[] = {"count",  "first_id",  "login",        "name", "status",
                                        "app_id", "per_token", "token_prefix", NULL};
    const char *first = NULL;
    const char *app_id;

    if (!fields_only(fields, names)) {
        return false;
    }
    fields_number(fields, "count", 1, (int64_t)WORLD_ADVERTISERS_MAX, &crop->count);
    fields_number(fields, "per_token", 1, (int64_t)WORLD_ADVERTISERS_MAX, &crop->per_token);
    first = fields_id(fields, "first_id", true);
    crop->login = fields_text(fields, "login", true);
    crop->name = fields_text(fields, "name", false);
    crop->status = fields_text(fields, "status", false);
    app_id = fields_id(fields, "app_id", crop->per_token != 0);
    crop->token = fields_text(fields, "token_prefix", crop->per_token != 0);
    if (!fine(fields)) {
        return false;
    }
    crop->app = world_app(builder->world, app_id);
    if (crop->count == 0 || (crop->per_token != 0 && crop->app == NULL)) {
        return problem_set(fields->problem, "%s: %s", fields->where,
                           crop->count == 0 ? "\"count\" is missing" : "no such app");
    }
    errno = 0;
    crop->first_id = strtoull(first, NULL, 10);
    if (errno != 0 || crop->first_id > UINT64_MAX - WORLD_ADVERTISERS_MAX) {
        return problem_set(fields->problem, "%s: \"first_id\" is too large", fields->where);
    }
    return true;
}

static bool build_crop(const struct builder *builder, const struct fields *fields)
{
    struct crop crop = {0};
    struct world_login *login = NULL;

    if (!crop_read(builder, fields, &crop)) {
        return false;
    }
    for (int64_t i = 0; i < crop.count; i++) {
        struct world_advertiser *advertiser;
        char id[24];
        char name[128];

        if (i == 0 || (crop.per_token != 0 && i % crop.per_token == 0)) {
            login = crop_login(builder, fields, &crop, crop.per_token == 0 ? 0 : i / crop.per_token);
        }
        if (login == NULL) {
            return false;
        }
        (void)snprintf(id, sizeof id, "%" PRIu64, crop.first_id + (uint64_t)i);
        (void)snprintf(name, sizeof name, "%.60s %06" PRId64, crop.name == NULL ? "Advertiser" : crop.name, i + 1);
        advertiser = world_add_advertiser(builder->world, id, name);
        if (advertiser == NULL) {
            return problem_set(fields->problem, "%s: advertiser \"%s\" is there already, or too many",
                               fields->where, id);
        }
        advertiser->status = mem_text(crop.status);
        bits_set(&login->access, advertiser->at, true);
    }
    return true;
}

static bool build_each(const struct builder *builder, const struct fields *scenario, const char *name,
                       builder_function build)
{
    const cJSON *array = fields_array(scenario, name);
    const cJSON *item;
    size_t at = 0;

    cJSON_ArrayForEach(item, array)
    {
        char where[64];
        struct fields fields = {.object = item, .where = where, .problem = scenario->problem};

        (void)snprintf(where, sizeof where, "%s[%zu]", name, at++);
        if (!build(builder, &fields)) {
            return problem_set(scenario->problem, "%s: not accepted", where);
        }
    }
    return fine(scenario);
}

struct world *scenario_build(const cJSON *scenario, int64_t now_ms, struct problem *problem)
{
    static const char *const names[] = {"description", "apps",   "logins", "advertisers", "tokens", "generate",
                                        "endpoints",   "videos", "faults", "incidents",   NULL};
    static const struct {
        const char *name;
        builder_function build;
    } kinds[] = {
        {"apps", build_app},     {"advertisers", build_advertiser}, {"generate", build_crop},
        {"logins", build_login}, {"tokens", build_token},           {"endpoints", build_endpoint},
        {"videos", build_video}, {"incidents", build_incident},
    };
    struct fields fields = {.object = scenario, .where = "the scenario", .problem = problem};
    struct builder builder = {.world = world_new(), .now_ms = now_ms};
    bool built = fields_only(&fields, names);

    for (size_t i = 0; built && i < sizeof kinds / sizeof *kinds; i++) {
        built = build_each(&builder, &fields, kinds[i].name, kinds[i].build);
    }
    if (!built) {
        world_free(builder.world);
        return NULL;
    }
    return builder.world;
}
