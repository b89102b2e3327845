/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the service leaves to processes of its own: they may wait, and they may die. */
#include "base/clock.h"
#include "base/log.h"
#include "probe/serve_private.h"

#include <stdlib.h>
#include <string.h>

enum {
    BEGIN_TIME_MS = 20 * 1000,
    /* connect_finish bounds itself; beyond that only on_new_token takes its time. */
    FINISH_TIME_MS = CONNECT_TIME_MS + 60 * 1000,
    RESUMES_MAX = 16 /* exchanges that one process takes up */
};

struct job_result {
    bool done; /* SERVE_BEGIN: the address is there, else the fault is; SERVE_RESUME: there was something */
    char url[CONNECT_URL_MAX];
    struct err fault;
    struct connect_outcome outcome;
};

/* --- in the child ----------------------------------------------------------------------------------------------
 */

static void work(const void *arg, void *result_bytes)
{
    const struct serve_job *job = arg;
    const char *config_path = standing_path(job->serve->standing);
    struct job_result *result = result_bytes;
    int resumes = 0;

    switch (job->work) {
    case SERVE_BEGIN:
        result->done =
            connect_begin(job->serve->setup, &job->target, job->who, clock_wall(), result->url, &result->fault);
        break;
    case SERVE_FINISH:
        connect_finish(config_path, NULL,
                       &(struct connect_callback){.query = httpd_query(job->request), .who = job->who},
                       &result->outcome);
        break;
    case SERVE_RESUME:
        while (resumes++ < RESUMES_MAX && connect_resume(config_path, NULL, NULL, job->who, &result->outcome)) {
            log_warning("serve", "an exchange that was broken off has ended: %s", result->outcome.text);
            result->done = true;
        }
        break;
    }
}

/* --- in the parent ---------------------------------------------------------------------------------------------
 */

bool serve_jobs_new(struct serve *serve)
{
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++) {
        serve->job[i].serve = serve;
        serve->job[i].worker = worker_new(sizeof(struct job_result));
        if (!serve->job[i].worker)
            return false;
    }
    return true;
}

void serve_jobs_free(struct serve *serve)
{
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        worker_free(serve->job[i].worker);
}

static struct serve_job *free_place(struct serve *serve)
{
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        if (!worker_is_running(serve->job[i].worker))
            return &serve->job[i];
    return NULL;
}

void serve_job_start(struct serve *serve, enum serve_work what, struct httpd_request *request,
                     const struct connect_target *target)
{
    struct serve_job *job = free_place(serve);
    int64_t deadline_ms = clock_mono_ms() + (what == SERVE_BEGIN ? BEGIN_TIME_MS : FINISH_TIME_MS);
    struct err err = {""};

    if (!job) {
        log_warning("serve", "%d are under way: one is sent away", SERVE_JOBS_MAX);
        if (request)
            serve_answer_note(serve, request, SERVE_NOTE_BUSY);
        return;
    }
    job->work = what;
    job->request = request;
    job->target = target ? *target : (struct connect_target){.app = ""};
    audit_remote(request ? httpd_remote(request) : "", job->who);
    if (!request)
        memcpy(job->who, "serve", sizeof("serve"));
    if (worker_start(job->worker, work, job, -1, deadline_ms, &err))
        return;
    log_error("serve", "%s", err.text);
    if (request)
        serve_answer_note(serve, request, SERVE_NOTE_FAULT);
}

static void end_begin(struct serve *serve, struct serve_job *job, const struct job_result *result)
{
    if (result && result->done) {
        log_info("serve", "%s is sent to TikTok for token %s%s%s", job->who, job->target.token,
                 job->target.advertiser[0] ? ", advertiser " : "", job->target.advertiser);
        serve_answer_redirect(job->request, result->url);
        return;
    }
    if (result)
        log_error("serve", "token %s: %s", job->target.token, result->fault.text);
    serve_answer_note(serve, job->request, SERVE_NOTE_FAULT);
}

/* What an operator has to write down, for whom a log is the only place to find it. */
static void log_lines(const char *lines)
{
    while (*lines) {
        int len = (int)strcspn(lines, "\n");

        log_warning("serve", "to make it permanent: %.*s", len, lines);
        lines += len + (lines[len] == '\n');
    }
}

static void end_finish(struct serve *serve, struct serve_job *job, const struct job_result *result)
{
    if (!result) {
        serve->resume_due = true;
        serve_answer_note(serve, job->request, SERVE_NOTE_DIED);
        return;
    }
    if (connect_worked(&result->outcome))
        log_info("serve", "%s: %s", job->who, result->outcome.text);
    else
        log_warning("serve", "%s: %s", job->who, result->outcome.text);
    log_lines(result->outcome.lines);
    serve_answer_outcome(serve, job->request, &result->outcome);
}

static void end_job(struct serve *serve, struct serve_job *job)
{
    static const char *const NAME[] = {[SERVE_BEGIN] = "making a link to TikTok",
                                       [SERVE_FINISH] = "an exchange",
                                       [SERVE_RESUME] = "going on with an exchange"};
    struct err err = {""};
    const struct job_result *result = worker_result(job->worker, NAME[job->work], &err);

    if (!result)
        log_error("serve", "%s", err.text);
    switch (job->work) {
    case SERVE_BEGIN:
        end_begin(serve, job, result);
        break;
    case SERVE_FINISH:
        end_finish(serve, job, result);
        break;
    case SERVE_RESUME:
        break;
    }
    job->request = NULL;
}

static bool resumes(const struct serve *serve)
{
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        if (worker_is_running(serve->job[i].worker) && serve->job[i].work == SERVE_RESUME)
            return true;
    return false;
}

void serve_jobs_step(struct serve *serve, int64_t mono_ms)
{
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        if (worker_step(serve->job[i].worker, mono_ms))
            end_job(serve, &serve->job[i]);
    if (serve->resume_due && free_place(serve) && !resumes(serve)) {
        serve->resume_due = false;
        serve_job_start(serve, SERVE_RESUME, NULL, NULL);
    }
}
