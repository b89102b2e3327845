/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the doctor share. Only doctor*.c include this. */
#ifndef TTA_PROBE_DOCTOR_PRIVATE_H
#define TTA_PROBE_DOCTOR_PRIVATE_H

#include "base/attr.h"
#include "ext/store.h"
#include "probe/doctor.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct doctor {
    const struct env *env; /* NULL: offline */
    const struct setup *setup;
    const struct config *config;
    const struct inventory *inventory;
    const struct doctor_options *options;
    struct store *store; /* NULL: not to be had */
    bool store_writable;
    int64_t newest; /* the newest time that store and snapshot know */
};

void doctor_say(const struct doctor *d, enum doctor_level level, const char *area, const char *todo,
                const char *format, ...) TTA_PRINTF(5, 6);

/* The folder that holds the store. The caller frees; NULL out of memory. */
char *doctor_state_folder(const struct doctor *d) TTA_MUST_CHECK;
/* The name of a user or group, or its number. */
const char *doctor_user(uid_t uid, char *out, size_t size);
const char *doctor_group(gid_t gid, char *out, size_t size);

void doctor_secrets(struct doctor *d);
void doctor_state(struct doctor *d);
void doctor_store(struct doctor *d);
void doctor_renewal(struct doctor *d);
void doctor_snapshot(struct doctor *d);
void doctor_feeds(struct doctor *d);
void doctor_notify(struct doctor *d);
void doctor_links(struct doctor *d);
void doctor_connect(struct doctor *d);
void doctor_api(struct doctor *d);

#endif
