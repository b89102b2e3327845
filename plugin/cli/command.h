/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The commands of tiktok-auth as a table of entries, and one call of one of them. */
#ifndef TTA_CLI_COMMAND_H
#define TTA_CLI_COMMAND_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2, COMMAND_UNKNOWN = 3 /* of a plugin alone */ };
enum { COMMAND_OPTIONS_MAX = 24, COMMAND_WORDS_MAX = 4, COMMAND_LIST_MAX = 5000 };

struct option_row {
    const char *name;  /* "app"; NULL behind the last */
    const char *value; /* "NAME"; NULL: it takes none */
    const char *help;
};

struct call;

struct command {
    const char *name;
    const char *summary;
    const char *words; /* "ID": what stands behind the options; "" nothing */
    size_t words_min, words_max;
    const char *list; /* the option that may be given again and again, with words behind it; NULL: none */
    bool is_plugin;   /* its exit codes are a plugin's: whatever goes wrong is UNKNOWN */
    const struct option_row *options; /* --config and --help, which all have, are not among them */
    const char *more;                 /* a last paragraph of help; NULL: none */
    int (*run)(const struct call *call);
};

struct call {
    const struct command *command;
    const char *config;                     /* path of the configuration */
    const char *value[COMMAND_OPTIONS_MAX]; /* by row of options: NULL not given, "" given without a value */
    const char *word[COMMAND_WORDS_MAX];
    size_t word_count;
    const char *list[COMMAND_LIST_MAX]; /* the values of command->list, and the words behind them */
    size_t list_count;
};

/* In the order of help. */
extern const struct command *const commands[];
extern const size_t command_count;

extern const struct command command_status, command_explain, command_history, command_sweep, command_doctor,
    command_message, command_reauthorize, command_retire, command_discover, command_oid, command_report,
    command_generate, command_refresh, command_notify, command_videos, command_serve, command_forget;

/* Reads argv (argv[0] is the command's word) into *out. False: wrong, and said on standard error, or --help, which
 * is answered then; *exit_code is what to leave with. */
bool call_read(const struct command *command, int argc, char **argv, struct call *out,
               int *exit_code) TTA_MUST_CHECK;
/* The option as the command line has it; NULL: not given. The name is one of the command's own table. */
const char *call_value(const struct call *call, const char *option);
bool call_has(const struct call *call, const char *option);
/* Each says one sentence on standard error; they return COMMAND_USAGE and COMMAND_FAILED, or COMMAND_UNKNOWN
 * for a plugin. */
int call_misused(const struct call *call, const char *format, ...) TTA_PRINTF(2, 3);
int call_failed(const struct call *call, const char *format, ...) TTA_PRINTF(2, 3);
/* As call_failed, without failing: a note beside the output. */
void call_note(const struct call *call, const char *format, ...) TTA_PRINTF(2, 3);

/* Text in lines of a terminal's width, the first one begun at column `indent` already. */
void call_fold(FILE *to, const char *text, int indent);

/* Option values that several commands take. True, or false with the misuse said. */
bool call_number(const struct call *call, const char *option, size_t least, size_t most,
                 size_t *out) TTA_MUST_CHECK;

#endif
