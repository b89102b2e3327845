/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One request as it came in. */
#ifndef SANDBOX_REQUEST_H
#define SANDBOX_REQUEST_H

#include "buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Larger bodies are refused. */
#define REQUEST_BODY_LIMIT ((size_t)16 * 1024 * 1024)

struct request_param {
    char *name;
    char *value;
};

struct request {
    uint64_t connection; /* counts from 1; the same number is the same TCP connection */
    char *target;        /* path and query as sent */
    char *method;
    char *path; /* decoded, without query */
    char *version;
    char *host;
    char *user_agent;
    char *token; /* the Access-Token header, NULL without one */
    char *authorization;
    struct request_param *params;
    size_t param_count;
    struct buf body;
    bool body_too_large;
    cJSON *json; /* of a POST with a JSON object in its body, else NULL */
};

struct request *request_new(const char *target);
void request_free(struct request *request);

void request_add_param(struct request *request, const char *name, const char *value);

/* Adds the parameters of an application/x-www-form-urlencoded body. */
void request_add_form(struct request *request);

/* The first parameter of that name, or NULL. */
const char *request_param(const struct request *request, const char *name);

/* A parameter of the query, or a string field of the JSON body; NULL if neither is there. */
const char *request_value(const struct request *request, const char *name);

/* True if the request speaks of that advertiser, in advertiser_id or among advertiser_ids. */
bool request_names_advertiser(const struct request *request, const char *id);

#endif
