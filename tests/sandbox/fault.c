/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rules by which chosen requests are answered wrongly. */
#include "fault.h"

#include "mangle.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOREVER (-1)
#define RULES_MAX 10000

enum fault_body { BODY_JSON, BODY_HTML, BODY_TEXT, BODY_EMPTY, BODY_GIVEN };

struct fault {
    uint64_t id;
    char *label;
    cJSON *source; /* the rule as it was given; the texts below point into it */
    struct {
        const char *method, *path, *token, *app_id, *advertiser_id;
        bool path_exact;
    } match;
    int64_t skip;  /* how many matching requests still pass */
    int64_t times; /* how many are still hit; FOREVER: all */
    int64_t hits;
    bool processed; /* the request takes effect although its answer is spoilt */
    bool processed_given;
    bool has_code;
    int64_t code;
    const char *message;
    const cJSON *data;
    int64_t http; /* 0: as it would be */
    enum fault_body body_kind;
    struct buf body;
    const char *content_type;
    const cJSON *headers;
    const char *throttle;
    const cJSON *omit;
    int mangle; /* -1: none */
    struct delivery delivery;
};

static void fault_free(struct fault *fault)
{
    free(fault->label);
    cJSON_Delete(fault->source);
    buf_free(&fault->body);
    free(fault);
}

/* Decodes base64 without line breaks. */
static bool decode_base64(struct buf *to, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t pending = 0;
    unsigned int count = 0;

    for (; *text != '\0' && *text != '='; text++) {
        const char *digit = strchr(digits, *text);

        if (digit == NULL) {
            return false;
        }
        pending = (pending << 6 | (uint32_t)(digit - digits)) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_char(to, (char)(pending >> count & 0xff));
        }
    }
    return strspn(text, "=") == strlen(text);
}

static void read_match(struct fault *fault, const struct fields *rule)
{
    static const char *const names[] = {"method", "path", "exact", "token", "app_id", "advertiser_id", NULL};
    struct fields match = {.object = fields_item(rule, "match"), .where = "match", .problem = rule->problem};

    if (match.object == NULL || !fields_only(&match, names)) {
        return;
    }
    fault->match.method = fields_text(&match, "method", false);
    fault->match.path = fields_text(&match, "path", false);
    fault->match.token = fields_text(&match, "token", false);
    fault->match.app_id = fields_text(&match, "app_id", false);
    fault->match.advertiser_id = fields_id(&match, "advertiser_id", false);
    fields_flag(&match, "exact", &fault->match.path_exact);
}

static void read_body(struct fault *fault, const struct fields *rule)
{
    static const char *const kinds[] = {"json", "html", "text", "empty"};
    const char *kind = fields_text(rule, "body_kind", false);
    const char *body = fields_text(rule, "body", false);
    const char *base64 = fields_text(rule, "body_b64", false);
    size_t i = 0;

    fields_number(rule, "http", 100, 999, &fault->http);
    fault->content_type = fields_text(rule, "content_type", false);
    fault->headers = fields_item(rule, "headers");
    fault->body_kind = fault->http != 0 && !fault->has_code ? BODY_HTML : BODY_JSON;
    if (kind != NULL) {
        while (i < 4 && strcmp(kinds[i], kind) != 0) {
            i++;
        }
        if (i == 4) {
            problem_set(rule->problem, "%s: \"body_kind\" must be json, html, text or empty", rule->where);
        }
        fault->body_kind = (enum fault_body)i;
    }
    if (body != NULL) {
        fault->body_kind = BODY_GIVEN;
        buf_text(&fault->body, body);
    } else if (base64 != NULL) {
        fault->body_kind = BODY_GIVEN;
        if (!decode_base64(&fault->body, base64)) {
            problem_set(rule->problem, "%s: \"body_b64\" is not base64", rule->where);
        }
    }
    if (fault->headers != NULL && !cJSON_IsObject(fault->headers)) {
        problem_set(rule->problem, "%s: \"headers\" must be an object of strings", rule->where);
    }
}

static void read_kinds(struct fault *fault, const struct fields *rule)
{
    static const char *const windows[] = {"qps", "qpm", "qpd", "plain", "advertiser"};
    const char *json = fields_text(rule, "json", false);
    const char *wire = fields_text(rule, "wire", false);
    struct buf names = {0};
    size_t i = 0;

    fault->mangle = json == NULL ? -1 : mangle_kind(json);
    if (json != NULL && fault->mangle < 0) {
        mangle_names(&names);
        problem_set(rule->problem, "%s: \"json\" must be one of %s", rule->where, buf_string(&names));
    }
    fault->delivery.kind = wire == NULL ? WIRE_NONE : wire_kind(wire);
    if (wire != NULL && fault->delivery.kind == WIRE_NONE) {
        wire_names(&names);
        problem_set(rule->problem, "%s: \"wire\" must be one of %s", rule->where, buf_string(&names));
    }
    buf_free(&names);
    fault->throttle = fields_text(rule, "throttle", false);
    while (fault->throttle != NULL && i < 5 && strcmp(windows[i], fault->throttle) != 0) {
        i++;
    }
    if (i == 5) {
        problem_set(rule->problem, "%s: \"throttle\" must be qps, qpm, qpd, plain or advertiser", rule->where);
    }
    fault->omit = fields_item(rule, "omit");
    if (fault->omit != NULL && !cJSON_IsArray(fault->omit) &&
        !(cJSON_IsString(fault->omit) && strcmp(fault->omit->valuestring, "all") == 0)) {
        problem_set(rule->problem, "%s: \"omit\" must be an array of ids, or \"all\"", rule->where);
    }
}

static bool fault_read(struct fault *fault, const struct fields *rule)
{
    static const char *const names[] = {
        "label",     "match", "times",    "skip",        "processed", "code",    "message", "data",         "http",
        "body_kind", "body",  "body_b64", "retry_after", "location",  "headers", "json",    "content_type", "wire",
        "throttle",  "omit",  "delay_ms", "interval_ms", "piece",     "size",    NULL};
    const int64_t large = INT64_C(1) << 40;

    if (!fields_only(rule, names)) {
        return false;
    }
    fault->times = FOREVER;
    fields_number(rule, "times", FOREVER, large, &fault->times);
    fields_number(rule, "skip", 0, large, &fault->skip);
    fault->processed_given = fields_item(rule, "processed") != NULL;
    fields_flag(rule, "processed", &fault->processed);
    fault->has_code = fields_item(rule, "code") != NULL;
    fields_number(rule, "code", INT32_MIN, large, &fault->code);
    fault->message = fields_text(rule, "message", false);
    fault->data = fields_item(rule, "data");
    (void)fields_text(rule, "retry_after", false);
    (void)fields_text(rule, "location", false);
    read_match(fault, rule);
    read_body(fault, rule);
    read_kinds(fault, rule);
    fields_number(rule, "delay_ms", 0, 3600000, &fault->delivery.delay_ms);
    fields_number(rule, "interval_ms", 0, 3600000, &fault->delivery.interval_ms);
    fields_number(rule, "piece", 1, large, &fault->delivery.piece);
    fields_number(rule, "size", 1, large, &fault->delivery.size);
    if (!fault->has_code && fault->http == 0 && fault->mangle < 0 && fault->delivery.kind == WIRE_NONE &&
        fault->throttle == NULL && fault->omit == NULL && fault->body_kind == BODY_JSON &&
        fault->delivery.delay_ms == 0 && fault->headers == NULL && fault->message == NULL) {
        problem_set(rule->problem,
                    "%s: the rule does nothing: give code, message, http, body, json, wire, throttle, omit, "
                    "headers or delay_ms",
                    rule->where);
    }
    return rule->problem->text[0] == '\0';
}

/* A name for the log when the rule gives none: its first action. */
static char *fault_name(const struct fault *fault, const struct fields *rule)
{
    static const char *const actions[] = {"label", "wire", "json", "throttle"};
    char number[32];

    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        const cJSON *item = fields_item(rule, actions[i]);

        if (cJSON_IsString(item)) {
            return mem_text(item->valuestring);
        }
    }
    if (fault->omit != NULL) {
        return mem_text("lag");
    }
    if (fault->has_code || fault->http != 0) {
        (void)snprintf(number, sizeof number, "%s %" PRId64, fault->has_code ? "code" : "http",
                       fault->has_code ? fault->code : fault->http);
        return mem_text(number);
    }
    return mem_text("answer");
}

uint64_t fault_add(struct faults *faults, const struct fields *fields)
{
    struct fault *fault = mem_new(1, sizeof *fault);
    struct fields rule = *fields;

    fault->source = cJSON_Duplicate(fields->object, 1);
    rule.object = fault->source;
    if (faults->count >= RULES_MAX) {
        problem_set(fields->problem, "%s: more than %d rules", fields->where, RULES_MAX);
    }
    if (fault->source == NULL || !fault_read(fault, &rule) || fields->problem->text[0] != '\0') {
        fault_free(fault);
        return 0;
    }
    fault->id = ++faults->issued;
    fault->label = fault_name(fault, &rule);
    faults->rules = mem_grow(faults->rules, faults->count + 1, sizeof(struct fault *));
    faults->rules[faults->count++] = fault;
    return fault->id;
}

bool fault_add_all(struct faults *faults, const cJSON *array, struct problem *problem)
{
    const cJSON *item;
    size_t at = 0;

    if (array != NULL && !cJSON_IsArray(array)) {
        return problem_set(problem, "the scenario: \"faults\" must be an array");
    }
    cJSON_ArrayForEach(item, array)
    {
        char where[32];
        struct fields fields = {.object = item, .where = where, .problem = problem};

        (void)snprintf(where, sizeof where, "faults[%zu]", at++);
        if (fault_add(faults, &fields) == 0) {
            return false;
        }
    }
    return true;
}

size_t fault_remove(struct faults *faults, uint64_t id, const char *label)
{
    size_t kept = 0;
    size_t removed = 0;

    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = faults->rules[i];

        if (fault->id == id || (label != NULL && strcmp(fault->label, label) == 0)) {
            fault_free(fault);
            removed++;
        } else {
            faults->rules[kept++] = fault;
        }
    }
    faults->count = kept;
    return removed;
}

void fault_clear(struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        fault_free(faults->rules[i]);
    }
    free(faults->rules);
    faults->rules = NULL;
    faults->count = 0;
}

static bool same(const char *wanted, const char *given)
{
    return wanted == NULL || (given != NULL && strcmp(wanted, given) == 0);
}

static bool fault_matches(const struct fault *fault, const struct request *request, const struct world_app *app)
{
    const char *path = fault->match.path;

    if (path != NULL &&
        (fault->match.path_exact ? strcmp(request->path, path) != 0 : strstr(request->path, path) == NULL)) {
        return false;
    }
    if (fault->omit != NULL && strstr(request->path, "/oauth2/advertiser/get/") == NULL) {
        return false;
    }
    return same(fault->match.method, request->method) && same(fault->match.token, request->token) &&
           same(fault->match.app_id, app == NULL ? NULL : app->id) &&
           (fault->match.advertiser_id == NULL || request_names_advertiser(request, fault->match.advertiser_id));
}

const struct fault *fault_due(struct faults *faults, const struct request *request, const struct world_app *app)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = faults->rules[i];

        if (fault->times == 0 || !fault_matches(fault, request, app)) {
            continue;
        }
        if (fault->skip > 0) {
            fault->skip--;
            continue;
        }
        fault->times -= fault->times > 0 ? 1 : 0;
        fault->hits++;
        return fault;
    }
    return NULL;
}

bool fault_wants_answer(const struct fault *fault)
{
    if (fault->processed_given) {
        return fault->processed;
    }
    if (fault->has_code || fault->http != 0 || fault->throttle != NULL || fault->body_kind != BODY_JSON) {
        return false;
    }
    return wire_wants_answer(fault->delivery.kind);
}

const cJSON *fault_omits(const struct fault *fault, bool *all)
{
    *all = cJSON_IsString(fault->omit);
    return fault->omit;
}

static void apply_throttle(const struct fault *fault, const struct request *request, const struct world_app *app,
                           struct reply *reply)
{
    const char *window = fault->throttle;
    const char *advertiser = request_value(request, "advertiser_id");
    const char *app_id = app == NULL ? "0" : app->id;

    if (strcmp(window, "plain") == 0) {
        reply_error(reply, 40100, "Too many requests. Please retry in some time.");
    } else if (strcmp(window, "advertiser") == 0) {
        reply_error(reply, 40133,
                    "Advertiser (%s)'s QPS (21) reaches QPS limit 20 for current path, request is "
                    "temporarily restricted.",
                    advertiser == NULL ? "0" : advertiser);
    } else {
        char upper[4] = "QPS";

        upper[2] = window[2] == 's' ? 'S' : window[2] == 'm' ? 'M' : 'D';
        reply_error(reply, 40100, "App %s reaches the %s limit %d", app_id, upper,
                    window[2] == 's'   ? 50
                    : window[2] == 'm' ? 3000
                                       : 4320000);
    }
}

static void apply_body(const struct fault *fault, struct reply *reply)
{
    static const char page[] =
        "<html>\r\n<head><title>%u Sandbox edge</title></head>\r\n<body>\r\n<center><h1>%u Sandbox "
        "edge</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    unsigned int status = fault->http == 0 ? reply->status : (unsigned int)fault->http;
    char text[512];

    switch (fault->body_kind) {
    case BODY_JSON:
        reply->status = status;
        break;
    case BODY_HTML:
        (void)snprintf(text, sizeof text, page, status, status);
        reply_raw(reply, status, "text/html", text, strlen(text));
        break;
    case BODY_TEXT:
        (void)snprintf(text, sizeof text, "upstream connect error or disconnect/reset before headers\n");
        reply_raw(reply, status, "text/plain", text, strlen(text));
        break;
    case BODY_EMPTY:
        reply_raw(reply, status, "text/plain", "", 0);
        break;
    case BODY_GIVEN:
        reply_raw(reply, status, "application/json", buf_string(&fault->body), fault->body.len);
        break;
    }
    if (fault->content_type != NULL) {
        reply_type(reply, fault->content_type);
    }
}

static void apply_headers(const struct fault *fault, struct reply *reply)
{
    struct problem ignored = {""};
    struct fields rule = {.object = fault->source, .where = "", .problem = &ignored};
    const char *retry_after = fields_text(&rule, "retry_after", false);
    const char *location = fields_text(&rule, "location", false);
    const cJSON *item;

    if (retry_after != NULL) {
        reply_header(reply, "Retry-After", retry_after);
    }
    if (location != NULL) {
        reply_header(reply, "Location", location);
    }
    cJSON_ArrayForEach(item, fault->headers)
    {
        if (cJSON_IsString(item)) {
            reply_header(reply, item->string, item->valuestring);
        }
    }
}

void fault_apply(const struct fault *fault, const struct request *request, const struct world_app *app,
                 struct reply *reply, struct delivery *delivery)
{
    if (fault->throttle != NULL) {
        apply_throttle(fault, request, app, reply);
    }
    if (fault->has_code) {
        char *message = mem_text(fault->message != NULL ? fault->message
                                 : fault->code == 0     ? "OK"
                                                        : "Scripted answer");

        reply_error(reply, (long)fault->code, "%s", "");
        reply_message(reply, message);
        free(message);
    } else if (fault->message != NULL) {
        reply_message(reply, fault->message);
    }
    if (fault->data != NULL) {
        char *data = cJSON_PrintUnformatted(fault->data);

        buf_free(&reply->data);
        buf_text(&reply->data, data == NULL ? "{}" : data);
        cJSON_free(data);
    }
    apply_body(fault, reply);
    if (fault->mangle >= 0) {
        mangle_reply(reply, fault->mangle, fault->delivery.size);
    }
    apply_headers(fault, reply);
    *delivery = fault->delivery;
}

const char *fault_label(const struct fault *fault)
{
    return fault->label;
}

uint64_t fault_id(const struct fault *fault)
{
    return fault->id;
}

void fault_list(const struct faults *faults, struct buf *json)
{
    buf_char(json, '[');
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = faults->rules[i];
        char *rule = cJSON_PrintUnformatted(fault->source);

        buf_format(json, "%s{\"id\":%" PRIu64 ",\"label\":", i == 0 ? "" : ",", fault->id);
        buf_json(json, fault->label);
        buf_format(json, ",\"hits\":%" PRId64 ",\"times_left\":%" PRId64 ",\"skip_left\":%" PRId64 ",\"rule\":",
                   fault->hits, fault->times, fault->skip);
        buf_text(json, rule == NULL ? "null" : rule);
        buf_char(json, '}');
        cJSON_free(rule);
    }
    buf_char(json, ']');
}
