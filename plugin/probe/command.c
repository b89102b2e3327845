/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Splits and runs commands. */
#include "probe/command.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_WORDS_MAX = 64 };

/* Cuts the command into words, in place. Returns how many; 0 when there are too many. */
static size_t split(char *command, const char **argv)
{
    size_t count = 0;
    char *at = command;

    for (;;) {
        at += strspn(at, " \t");
        if (!*at)
            break;
        if (count == COMMAND_WORDS_MAX)
            return 0;
        argv[count++] = at;
        at += strcspn(at, " \t");
        if (*at)
            *at++ = '\0';
    }
    argv[count] = NULL;
    return count;
}

bool command_run(const char *command, const char *what, struct spawn *spawn, struct err *err)
{
    const char *argv[COMMAND_WORDS_MAX + 1];
    char *words = text_dup(command);
    int status = 0;
    bool ok;

    spawn->argv = argv;
    if (!words)
        return err_set(err, "out of memory");
    if (split(words, argv) == 0)
        ok = err_set(err, "%s has more than %d words, or none", what, COMMAND_WORDS_MAX);
    else if (argv[0][0] != '/')
        ok = err_set(err, "%s does not begin with an absolute path", what);
    else if (!spawn_run(spawn, &status, err))
        ok = err_prefix(err, "%s", what);
    else if (status != 0)
        ok = err_set(err, "%s failed with exit status %d; run it by hand to see why", what, status);
    else
        ok = true;
    spawn->argv = NULL;
    free(words);
    return ok;
}
