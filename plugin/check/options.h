/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The command line of check_tiktok_auth. */
#ifndef TTA_CHECK_OPTIONS_H
#define TTA_CHECK_OPTIONS_H

#include "base/attr.h"
#include "base/buf.h"
#include "probe/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMEOUT_MAX_S = 3600 };

struct options {
    const char *config;
    struct selection selection;
    struct thresholds thresholds;
    bool has_max_age;
    int64_t max_age_ms;
    bool json;
    int64_t timeout_ms;
    enum state timeout_state;
    int verbose;
    const char *feed;  /* NULL: none */
    bool videos;       /* watched uploads are judged: those of selection.app and selection.id, NULL any */
    const char *video; /* and of them this one; NULL: all */
};

/* One option: getopt_long, --help and the tests read this table. */
struct option_row {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* what --help calls it; NULL: none */
    const char *help;
};

/* In the order of --help; a row without a name ends it. */
extern const struct option_row option_table[];

/* Reads the whole command line. False: nothing is to be judged, and `say` is to be printed on standard output
 * before the exit with UNKNOWN: help, version, or a sentence that names the fault, with the usage. Strings of the
 * result are argv's and the environment's. */
bool options_read(int argc, char **argv, struct options *out, struct buf *say) TTA_MUST_CHECK;

#endif
