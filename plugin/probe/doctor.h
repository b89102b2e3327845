/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks at everything that monitoring needs and says what to do about what is wrong. */
#ifndef TTA_PROBE_DOCTOR_H
#define TTA_PROBE_DOCTOR_H

#include "probe/env.h"
#include "probe/setup.h"

#include <stddef.h>

enum doctor_level { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_PROBLEM };

/* Strings live during the call and may hold remote or hostile text. */
struct doctor_finding {
    enum doctor_level level;
    const char *area; /* "configuration", "secrets", "state", "store", "snapshot", "feed", "on call", "links",
                        "authorizing", "clock", "budget", "api" */
    const char *text;
    const char *todo; /* "" nothing */
};
typedef void doctor_finding_fn(void *arg, const struct doctor_finding *finding);
typedef void doctor_progress_fn(void *arg, size_t done, size_t total, const char *token);

struct doctor_options {
    const char *version;       /* of this program */
    doctor_finding_fn *find;   /* called as each finding is made */
    doctor_progress_fn *token; /* before a token is asked; NULL: none */
    void *arg;                 /* of both */
};

/* `env` NULL: nothing is sent. With it every usable token is asked for its list and its login, through slots of
 * the quota; the login is kept in the store. Changes nothing else. */
void doctor_run(const struct env *env, const struct setup *setup, const struct doctor_options *options);

const char *doctor_level_name(enum doctor_level level); /* "OK", "NOTE", "PROBLEM" */

#endif
