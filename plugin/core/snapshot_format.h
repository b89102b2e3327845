/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a snapshot, version 2. Only the encoder and the reader include this. */
#ifndef TTA_CORE_SNAPSHOT_FORMAT_H
#define TTA_CORE_SNAPSHOT_FORMAT_H

#include <stdint.h>

/* A header, then the sections below in this order, each beginning on a multiple of 8 bytes from the header, then
 * the pool of strings to the end of the file. Where a section lies follows from the counts alone. Numbers are in
 * the order of the host, which `order` tells.
 *
 * A string is its offset in the pool. The pool's first byte is the empty string, and its last byte is NUL: so any
 * offset inside the pool is a terminated string. */
enum { SNAPSHOT_VERSION = 2, SNAPSHOT_ORDER = 0x01020304, SNAPSHOT_ALIGN = 8 };

#define SNAPSHOT_MAGIC "TTASNAP\n"

enum section {
    SECTION_APP,
    SECTION_TOKEN,
    SECTION_ADVERTISER,
    SECTION_ROOT,
    SECTION_PROBLEM,
    SECTION_INPUT,
    SECTION_COMPLAINT,
    SECTION_APP_BY_NAME,   /* indices of apps, ordered by name */
    SECTION_TOKEN_BY_NAME, /* indices of tokens, ordered by name */
    SECTION_COUNT
};

struct row_verdict {
    int64_t code;
    int64_t since;
    int64_t last_ok;
    int64_t verified_at;
    uint32_t message;
    uint32_t request_id;
    uint32_t endpoint;
    uint32_t root_id;
    uint8_t cause;
    uint8_t state;
    uint8_t urgency;
    uint8_t actor;
    uint8_t has_code;
    uint8_t root_kind;
    uint8_t zero[2];
};

struct row_fault {
    int64_t code;
    int32_t http_status;
    uint32_t message;
    uint32_t request_id;
    uint8_t cause;
    uint8_t scope;
    uint8_t has_code;
    uint8_t zero;
};

struct row_counts {
    uint32_t state[4];
    uint32_t unauthorized;
    uint32_t zero;
};

struct row_app {
    struct row_verdict verdict;
    struct row_fault fault;
    struct row_counts members;
    int64_t oldest;
    uint32_t name;
    uint32_t app_id;
    uint32_t reauth_url;
    uint32_t first; /* its advertisers lie together: the first one's index, */
    uint32_t count; /* and how many */
    uint32_t zero;
};

struct row_token {
    struct row_verdict verdict;
    struct row_fault fault;
    struct row_counts members;
    int64_t oldest;
    int64_t began;
    int64_t ended;
    int64_t not_before;
    int64_t mass_since;
    uint32_t name;
    uint32_t app;
    uint32_t login;
    uint32_t note;
    uint32_t granted_by;
    uint32_t link;
};

struct row_advertiser {
    uint32_t id; /* first: a search reads nothing else of a row */
    uint32_t app;
    uint32_t token;
    uint32_t name;
    uint32_t owner;
    uint32_t client;
    uint32_t tokens;
    uint32_t held;
    uint32_t link;
    uint32_t zero;
    struct row_verdict verdict;
    struct row_fault fault;
};

struct row_root {
    int64_t since;
    uint32_t app;
    uint32_t id;
    uint32_t members;
    uint8_t kind;
    uint8_t state;
    uint8_t cause;
    uint8_t urgency;
    uint8_t actor;
    uint8_t zero[7];
};

struct row_input {
    uint64_t inode;
    int64_t size;
    int64_t mtime_ns;
    uint32_t path;
    uint32_t zero;
};

struct row_complaint {
    int32_t subject;
    uint32_t name;
    uint32_t text;
};

struct row_header {
    char magic[8];
    uint32_t order;
    uint32_t version;
    uint64_t length; /* of all, pool included */
    uint32_t count[SECTION_COUNT];
    uint32_t pool_length;
    int64_t made_at;
    int64_t interval_s;
    int64_t real_interval_s;
    int64_t stale_after_s;
    int64_t oldest;
    int64_t oldest_attempt;
    struct row_verdict api;
    struct row_fault api_fault;
    struct row_counts members;
    uint32_t store_fault;
    uint32_t version_text;
    uint32_t by_service;
    uint32_t zero;
};

/* No padding that the compiler chooses: the same board gives the same bytes. */
_Static_assert(sizeof(struct row_verdict) == 56, "row_verdict");
_Static_assert(sizeof(struct row_fault) == 24, "row_fault");
_Static_assert(sizeof(struct row_counts) == 24, "row_counts");
_Static_assert(sizeof(struct row_app) == 136, "row_app");
_Static_assert(sizeof(struct row_token) == 168, "row_token");
_Static_assert(sizeof(struct row_advertiser) == 120, "row_advertiser");
_Static_assert(sizeof(struct row_root) == 32, "row_root");
_Static_assert(sizeof(struct row_input) == 32, "row_input");
_Static_assert(sizeof(struct row_complaint) == 12, "row_complaint");
_Static_assert(sizeof(struct row_header) == 232, "row_header");

/* Bytes of one row of each section. */
extern const uint32_t snapshot_row_size[SECTION_COUNT];

/* Bytes of a section with its padding. */
static inline uint64_t snapshot_section_size(enum section section, uint32_t count)
{
    uint64_t size = (uint64_t)count * snapshot_row_size[section];

    return (size + SNAPSHOT_ALIGN - 1) / SNAPSHOT_ALIGN * SNAPSHOT_ALIGN;
}

#endif
