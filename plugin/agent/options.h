/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The command line of tiktok-auth-agent. */
#ifndef TTA_AGENT_OPTIONS_H
#define TTA_AGENT_OPTIONS_H

#include "base/attr.h"
#include "base/buf.h"

#include <stdbool.h>

struct agent_options {
    const char *config;
    const char *socket; /* NULL: as [snmp] says */
    bool foreground;
    bool once;
    bool verbose;
};

/* Reads the whole command line. False: nothing is to be done; `say` is to be printed, on standard error when *bad
 * (a usage fault), and the program ends. Strings of the result are argv's and the environment's. */
bool agent_options_read(int argc, char **argv, struct agent_options *out, struct buf *say,
                        bool *bad) TTA_MUST_CHECK;

#endif
