/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was asked and what was answered. */
#include "reqlog.h"

#include "mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BODY_KEPT ((size_t)16384)
#define PATHS_COUNTED 1000

static void entry_free(struct reqlog_entry *entry)
{
    request_free(entry->request);
    free(entry->fault);
    *entry = (struct reqlog_entry){0};
}

static void reqlog_count(struct reqlog *log, const char *path)
{
    struct reqlog_count *count = map_find(&log->count_by_path, path);

    if (count == NULL) {
        if (log->count_count >= PATHS_COUNTED) {
            return;
        }
        count = mem_new(1, sizeof *count);
        count->path = mem_text(path);
        log->counts = mem_grow(log->counts, log->count_count + 1, sizeof(struct reqlog_count *));
        log->counts[log->count_count++] = count;
        map_put(&log->count_by_path, count->path, count);
    }
    count->calls++;
}

void reqlog_add(struct reqlog *log, struct reqlog_entry *entry)
{
    size_t at;

    if (log->cap < REQLOG_LIMIT && log->total >= log->cap) {
        size_t cap = log->cap == 0 ? 1024 : log->cap * 2;

        cap = cap > REQLOG_LIMIT ? REQLOG_LIMIT : cap;
        log->ring = mem_grow(log->ring, cap, sizeof *log->ring);
        memset(log->ring + log->cap, 0, (cap - log->cap) * sizeof *log->ring);
        log->cap = cap;
    }
    at = (size_t)(log->total % log->cap);
    entry->number = ++log->total;
    cJSON_Delete(entry->request->json);
    entry->request->json = NULL;
    if (entry->request->body.len > BODY_KEPT) {
        entry->request->body.len = BODY_KEPT;
        entry->request->body.data[BODY_KEPT] = '\0';
    }
    entry_free(&log->ring[at]);
    log->ring[at] = *entry;
    reqlog_count(log, entry->request->path);
}

void reqlog_clear(struct reqlog *log)
{
    for (size_t i = 0; i < log->cap; i++) {
        entry_free(&log->ring[i]);
    }
    for (size_t i = 0; i < log->count_count; i++) {
        free(log->counts[i]->path);
        free(log->counts[i]);
    }
    free(log->ring);
    free(log->counts);
    map_free(&log->count_by_path);
    *log = (struct reqlog){0};
}

static void add_text(struct buf *json, const char *name, const char *text)
{
    buf_format(json, ",\"%s\":", name);
    buf_json(json, text);
}

static void entry_list(const struct reqlog_entry *entry, struct buf *json)
{
    const struct request *request = entry->request;
    const char *query = strchr(request->target, '?');

    buf_format(json,
               "{\"number\":%" PRIu64 ",\"time_ms\":%" PRId64 ",\"monotonic_ms\":%" PRId64
               ",\"connection\":%" PRIu64 ",\"http_status\":%u,\"code\":%ld",
               entry->number, entry->time_ms, entry->monotonic_ms, entry->connection, entry->status, entry->code);
    add_text(json, "request_id", entry->request_id);
    add_text(json, "fault", entry->fault);
    add_text(json, "method", request->method);
    add_text(json, "path", request->path);
    add_text(json, "query", query == NULL ? "" : query + 1);
    add_text(json, "version", request->version);
    add_text(json, "token", request->token);
    add_text(json, "authorization", request->authorization);
    add_text(json, "host", request->host);
    add_text(json, "user_agent", request->user_agent);
    add_text(json, "body", buf_string(&request->body));
    buf_text(json, ",\"params\":{");
    for (size_t i = 0; i < request->param_count; i++) {
        buf_text(json, i == 0 ? "" : ",");
        buf_json(json, request->params[i].name);
        buf_char(json, ':');
        buf_json(json, request->params[i].value);
    }
    buf_text(json, "}}");
}

void reqlog_list(const struct reqlog *log, uint64_t since, const char *path, struct buf *json)
{
    uint64_t first = log->total > log->cap ? log->total - log->cap : 0;
    const char *comma = "";

    buf_format(json, "{\"total\":%" PRIu64 ",\"entries\":[", log->total);
    for (uint64_t i = first > since ? first : since; i < log->total; i++) {
        const struct reqlog_entry *entry = &log->ring[i % log->cap];

        if (path == NULL || strstr(entry->request->path, path) != NULL) {
            buf_text(json, comma);
            entry_list(entry, json);
            comma = ",";
        }
    }
    buf_text(json, "]}");
}

void reqlog_counts(const struct reqlog *log, struct buf *json)
{
    buf_char(json, '{');
    for (size_t i = 0; i < log->count_count; i++) {
        buf_text(json, i == 0 ? "" : ",");
        buf_json(json, log->counts[i]->path);
        buf_format(json, ":%" PRIu64, log->counts[i]->calls);
    }
    buf_char(json, '}');
}
