/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was asked and what was answered. */
#ifndef SANDBOX_REQLOG_H
#define SANDBOX_REQLOG_H

#include "buf.h"
#include "map.h"
#include "request.h"

#include <stddef.h>
#include <stdint.h>

/* The log keeps so many requests; older ones leave, but stay counted. */
#define REQLOG_LIMIT ((size_t)200000)

struct reqlog_entry {
    uint64_t number; /* counts from 1 and never starts again before a clear */
    int64_t time_ms; /* of the sandbox's clock */
    int64_t monotonic_ms;
    uint64_t connection;
    struct request *request; /* kept whole, but for a large body */
    unsigned int status;
    long code;
    char *fault; /* NULL: none */
    char request_id[48];
};

struct reqlog_count {
    char *path;
    uint64_t calls;
};

/* {0} is an empty log. */
struct reqlog {
    struct reqlog_entry *ring;
    size_t cap;
    uint64_t total; /* of requests since the last clear */
    struct reqlog_count **counts;
    size_t count_count;
    struct map count_by_path;
};

/* Logs an entry; its request and fault are handed over. */
void reqlog_add(struct reqlog *log, struct reqlog_entry *entry);
void reqlog_clear(struct reqlog *log);

/* The entries after number since, of those whose path contains path (NULL: all), as {total, entries}. */
void reqlog_list(const struct reqlog *log, uint64_t since, const char *path, struct buf *json);

/* {"/open_api/...": calls, ...} */
void reqlog_counts(const struct reqlog *log, struct buf *json);

#endif
