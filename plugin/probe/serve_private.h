/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files of serve share. */
#ifndef TTA_PROBE_SERVE_PRIVATE_H
#define TTA_PROBE_SERVE_PRIVATE_H

#include "core/rate.h"
#include "core/serve_page.h"
#include "ext/httpd.h"
#include "probe/audit.h"
#include "probe/connect.h"
#include "probe/reauth_sign.h"
#include "probe/serve.h"
#include "probe/standing.h"
#include "probe/worker.h"

/* What is done in a process of its own, and who waits for it. */
enum serve_work { SERVE_BEGIN, SERVE_FINISH, SERVE_RESUME };

struct serve_job {
    struct serve *serve;
    struct worker *worker;
    enum serve_work work;
    struct httpd_request *request; /* NULL: nobody waits */
    struct connect_target target;  /* SERVE_BEGIN */
    char who[AUDIT_WHO_MAX];
};

struct serve {
    struct standing *standing;
    struct setup *setup;
    struct reauth_signer *signer; /* NULL: there is no key, signer_fault says why */
    struct err signer_fault;
    struct httpd *httpd;
    struct rate *rate;
    char address[64];
    const char *css;
    const char *css_hash;
    char *policy;      /* the pages' Content-Security-Policy */
    int64_t looked_ms; /* when files were looked at last */
    struct serve_job job[SERVE_JOBS_MAX];
    bool resume_due; /* an exchange may have lost its process */
};

struct serve_look serve_look_of(const struct serve *serve);

/* --- serve_answer.c -------------------------------------------------------------------------------------------
 */
/* Each answers the request. The page is freed; one that failed is an answer without words. */
void serve_answer_page(const struct serve *serve, struct httpd_request *request, unsigned status,
                       struct buf *page);
void serve_answer_note(const struct serve *serve, struct httpd_request *request, enum serve_note note);
void serve_answer_outcome(const struct serve *serve, struct httpd_request *request,
                          const struct connect_outcome *outcome);
void serve_answer_redirect(struct httpd_request *request, const char *url);
/* The policy for pages whose form leads to TikTok; NULL: out of memory. */
char *serve_policy(const struct config *config, const char *css_hash);

/* --- serve_job.c ----------------------------------------------------------------------------------------------
 */
/* Makes the places. False: out of memory. */
bool serve_jobs_new(struct serve *serve);
void serve_jobs_free(struct serve *serve);
/* Begins; answers the request itself where that can't be done. `target`: of SERVE_BEGIN. */
void serve_job_start(struct serve *serve, enum serve_work work, struct httpd_request *request,
                     const struct connect_target *target);
void serve_jobs_step(struct serve *serve, int64_t mono_ms);

#endif
