/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A configuration with its files in the scratch folder, and an API that answers from a list. */
#ifndef TTA_TESTS_PROBE_FIXTURE_H
#define TTA_TESTS_PROBE_FIXTURE_H

#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2026-11-22T03:00:00Z: what the fake clock begins with. */
extern const int64_t PROBE_NOW;

/* --- files: in the scratch folder, so between scratch_setup and scratch_teardown ----------------------------- */

/* Writes "t.conf" (0644) and returns its path: `more` behind an app "main" with its secret, tokens "one" (client)
 * and "two" (us) with their files, an ultimate tier, and the store in the folder. */
const char *probe_config(const char *more);
/* The same text without anything before it. */
const char *probe_config_alone(const char *text);
/* Writes a text file (0644), returns its path. */
const char *probe_file(const char *name, const char *text);
/* The same, readable for us alone (0600). */
const char *probe_secret(const char *name, const char *text);
/* Loads, or fails the test. */
struct setup *probe_setup(const char *path, bool accept_shrink, bool remember);
/* Fails the test unless a complaint of this subject holds the text. */
void assert_complained(const struct setup *setup, enum subject subject, const char *part);
void assert_not_complained(const struct setup *setup, const char *part);
/* The whole of a file in the scratch folder, "" when there is none; good until the next call. */
const char *probe_read(const char *name);

/* --- the API ------------------------------------------------------------------------------------------------- */

enum { FAKE_REPLIES_MAX = 16 };

/* The first reply that fits is given: token and path NULL fit all. */
struct fake_reply {
    const char *token;
    const char *path;
    const char *body;
    enum http_outcome outcome; /* HTTP_DONE unless said */
    const char *detail;
};

struct fake_api {
    struct env env;
    int64_t wall_ms, mono_ms;
    struct fake_reply reply[FAKE_REPLIES_MAX];
    size_t replies;
    size_t asked; /* requests */
    struct {
        bool used;
        http_done_fn *done;
        void *arg;
        const struct fake_reply *reply;
    } pending[4];
};

void fake_api(struct fake_api *api);
void fake_reply(struct fake_api *api, const char *token, const char *path, const char *body);

#endif
