/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth notify --list, --retry and --test. */
#ifndef TTA_CLI_NOTIFY_LETTERS_H
#define TTA_CLI_NOTIFY_LETTERS_H

#include "cli/command.h"

/* Each returns the exit code. */
int notify_letters_list(const struct call *call);
int notify_letters_retry(const struct call *call);
int notify_letters_test(const struct call *call);

#endif
