/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox as a whole: one lock, one world, and what becomes of a request. */
#include "sandbox.h"

#include "api.h"
#include "control.h"
#include "incident.h"
#include "mem.h"
#include "portal.h"
#include "scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool sandbox_open(struct sandbox *sandbox, cJSON *scenario, struct problem *problem)
{
    sandbox->scenario = scenario;
    (void)pthread_mutex_init(&sandbox->lock, NULL);
    return sandbox_reset(sandbox, problem);
}

bool sandbox_reset(struct sandbox *sandbox, struct problem *problem)
{
    struct world *world;

    sandbox->clock.now_ms = sandbox->clock.start_ms;
    world = scenario_build(sandbox->scenario, sandbox_now_ms(sandbox), problem);
    if (world == NULL) {
        return false;
    }
    world_free(sandbox->world);
    sandbox->world = world;
    fault_clear(&sandbox->faults);
    reqlog_clear(&sandbox->log);
    return fault_add_all(&sandbox->faults, cJSON_GetObjectItemCaseSensitive(sandbox->scenario, "faults"), problem);
}

void sandbox_close(struct sandbox *sandbox)
{
    world_free(sandbox->world);
    fault_clear(&sandbox->faults);
    reqlog_clear(&sandbox->log);
    cJSON_Delete(sandbox->scenario);
    (void)pthread_mutex_destroy(&sandbox->lock);
}

int64_t sandbox_now_ms(const struct sandbox *sandbox)
{
    return clock_now_ms(&sandbox->clock);
}

static void make_request_id(struct sandbox *sandbox, struct reply *reply)
{
    time_t now = (time_t)(sandbox_now_ms(sandbox) / 1000);
    struct tm utc = {0};
    char stamp[20] = "";

    (void)gmtime_r(&now, &utc);
    (void)strftime(stamp, sizeof stamp, "%Y%m%d%H%M%S", &utc);
    (void)snprintf(reply->request_id, sizeof reply->request_id, "%s0A%016" PRIX64, stamp, ++sandbox->answers);
}

/* The app that a request belongs to: its token's, else the one it names. */
static struct world_app *app_of(const struct world *world, const struct request *request)
{
    const struct world_token *token = world_token(world, request->token);
    const char *id = request_value(request, "app_id");

    return token != NULL ? token->app : world_app(world, id != NULL ? id : request_value(request, "client_id"));
}

/* Works on the request as the real thing would. */
static void work(struct sandbox *sandbox, struct request *request, struct world_app *app, struct reply *reply,
                 const cJSON *omit)
{
    static const char nothing[] = "404 page not found\n";

    if (request->body_too_large) {
        reply_raw(reply, 413, "text/plain", "too large\n", 10);
    } else if (api_answer(sandbox, request, app, omit, reply) || portal_answer(sandbox, request, reply) ||
               incident_answer(sandbox, request, reply)) {
        return;
    } else {
        reply_raw(reply, 404, "text/plain", nothing, sizeof nothing - 1);
    }
}

static void note(struct sandbox *sandbox, struct request *request, const struct reply *reply, const char *fault)
{
    struct reqlog_entry entry = {.time_ms = sandbox_now_ms(sandbox),
                                 .monotonic_ms = clock_monotonic_ms(),
                                 .connection = request->connection,
                                 .request = request,
                                 .status = reply->status,
                                 .code = reply->code,
                                 .fault = mem_text(fault)};

    (void)snprintf(entry.request_id, sizeof entry.request_id, "%s", reply->request_id);
    if (!sandbox->quiet) {
        (void)fprintf(stderr, "sandbox: %s %s -> %u code %ld%s%s\n", request->method, request->path, reply->status,
                      reply->code, fault == NULL ? "" : ", fault ", fault == NULL ? "" : fault);
    }
    reqlog_add(&sandbox->log, &entry);
}

static void answer_locked(struct sandbox *sandbox, struct request *request, struct reply *reply,
                          struct delivery *delivery)
{
    struct world_app *app = app_of(sandbox->world, request);
    const struct fault *fault = fault_due(&sandbox->faults, request, app);
    static const cJSON everything = {.type = cJSON_String};
    const cJSON *omit = NULL;
    bool all = false;

    make_request_id(sandbox, reply);
    if (fault != NULL) {
        omit = fault_omits(fault, &all);
        omit = all ? &everything : omit;
    }
    if (fault == NULL || fault_wants_answer(fault)) {
        work(sandbox, request, app, reply, omit);
    }
    if (fault != NULL) {
        fault_apply(fault, request, app, reply, delivery);
    }
    reply_render(reply);
    if (reply->body.overflow) {
        reply_raw(reply, 500, "text/plain", "answer too large\n", 17);
    }
    note(sandbox, request, reply, fault == NULL ? NULL : fault_label(fault));
}

void sandbox_answer(struct sandbox *sandbox, struct request *request, struct reply *reply,
                    struct delivery *delivery)
{
    *delivery = (struct delivery){.kind = WIRE_NONE};
    if (strcmp(request->method, "GET") != 0 && request->body.len > 0) {
        request->json = cJSON_ParseWithLength(request->body.data, request->body.len);
    }
    (void)pthread_mutex_lock(&sandbox->lock);
    if (strncmp(request->path, CONTROL_PREFIX, sizeof CONTROL_PREFIX - 1) == 0) {
        control_answer(sandbox, request, reply);
        request_free(request);
    } else {
        answer_locked(sandbox, request, reply, delivery);
    }
    (void)pthread_mutex_unlock(&sandbox->lock);
}
