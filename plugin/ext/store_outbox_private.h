/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the outbox share: the handle, and its rows as columns and members. */
#ifndef TTA_EXT_STORE_OUTBOX_PRIVATE_H
#define TTA_EXT_STORE_OUTBOX_PRIVATE_H

#include "ext/store_outbox.h"
#include "ext/store_private.h"

struct outbox {
    struct store *store;
};

enum { OUTBOX_TARGET_FIELDS = 3, OUTBOX_DELIVERY_FIELDS = 13, OUTBOX_ALERT_FIELDS = 8 };
extern const struct sql_field outbox_target_fields[OUTBOX_TARGET_FIELDS];
/* The id comes first, so that adding leaves it out. */
extern const struct sql_field outbox_delivery_fields[OUTBOX_DELIVERY_FIELDS];
extern const struct sql_field outbox_alert_fields[OUTBOX_ALERT_FIELDS];
#define OUTBOX_TARGET_COLUMNS "id, receiver, reach"
#define OUTBOX_DELIVERY_COLUMNS \
    "notice, target, receiver, key, kind, body, is_group, at, due_ms, attempts, fault, dead"
#define OUTBOX_ALERT_COLUMNS "target, key, first, body, group_key, acknowledged, is_over, at"

#endif
