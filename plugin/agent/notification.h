/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An alert as the varbinds of its notification. */
#ifndef TTA_AGENT_NOTIFICATION_H
#define TTA_AGENT_NOTIFICATION_H

#include "agent/picture.h"
#include "base/attr.h"

/* snmpTrapOID and the objects that the MIB lists, in its order; link_notify takes them over. NULL: out of memory.
 */
void *notification_varbinds(struct picture *picture, const struct store_alert *alert) TTA_MUST_CHECK;

#endif
