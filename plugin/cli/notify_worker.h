/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth notify --worker: delivers until it is told to end. */
#ifndef TTA_CLI_NOTIFY_WORKER_H
#define TTA_CLI_NOTIFY_WORKER_H

#include "cli/command.h"

/* Returns the exit code. */
int notify_worker(const struct call *call);

#endif
