/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A command of the configuration: run without a shell. */
#ifndef TTA_PROBE_COMMAND_H
#define TTA_PROBE_COMMAND_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/spawn.h"

/* Runs it as `spawn` says, whose argv is made here: the words are split at blanks, the first is an absolute path.
 * `what` names it in sentences ("the [tokens] command"), in which its arguments are not shown. False with *err: it
 * can't be run, took too long, or ended with another status than 0. */
bool command_run(const char *command, const char *what, struct spawn *spawn, struct err *err) TTA_MUST_CHECK;

#endif
