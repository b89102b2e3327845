/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One table of options makes getopt_long's and the help. */
#include "agent/options.h"

#include "probe/probe.h"

#include <getopt.h>
#include <string.h>

enum which {
    OPTION_CONFIG,
    OPTION_SOCKET,
    OPTION_FOREGROUND,
    OPTION_ONCE,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
};

static const struct {
    const char *name, *argument, *help;
} OPTION[OPTION_COUNT] = {
    [OPTION_CONFIG] = {"config", "FILE",
                       "configuration; default $TIKTOK_AUTH_CONFIG, or\n" SYSCONFDIR
                       "/tiktok-auth/tiktok-auth.conf"},
    [OPTION_SOCKET] = {"agentx-socket", "ADDR", "where the master agent listens, instead of [snmp]"},
    [OPTION_FOREGROUND] = {"foreground", NULL, "stay in the foreground and log to standard error"},
    [OPTION_ONCE] = {"once", NULL, "one round, hand over what is to be told, and end"},
    [OPTION_VERBOSE] = {"verbose", NULL, "log more"},
    [OPTION_HELP] = {"help", NULL, "print this help"},
    [OPTION_VERSION] = {"version", NULL, "print the version"},
};

static void add_help(struct buf *say)
{
    enum { COLUMN = 24 };

    buf_str(say, "Asks TikTok on schedule for the authorization of every advertiser, and serves the\n"
                 "answers to SNMP through the master agent (AgentX), with notifications of changes.\n\n"
                 "Usage: tiktok-auth-agent [OPTION...]\n\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *help = OPTION[i].help;
        size_t start = buf_len(say);

        buf_printf(say, "  --%s%s%s", OPTION[i].name, OPTION[i].argument ? " " : "",
                   OPTION[i].argument ? OPTION[i].argument : "");
        for (start = buf_len(say) - start; start < COLUMN; start++)
            buf_char(say, ' ');
        for (; *help; help++) {
            buf_char(say, *help);
            for (size_t n = 0; *help == '\n' && n < COLUMN; n++)
                buf_char(say, ' ');
        }
        buf_char(say, '\n');
    }
    buf_str(say, "\nSIGHUP reads configuration and inventory anew, SIGTERM ends it.\n");
}

static bool take(struct agent_options *out, enum which which, const char *value, struct buf *say)
{
    switch (which) {
    case OPTION_CONFIG:
        out->config = value;
        return true;
    case OPTION_SOCKET:
        out->socket = value;
        return true;
    case OPTION_FOREGROUND:
        out->foreground = true;
        return true;
    case OPTION_ONCE:
        out->once = out->foreground = true;
        return true;
    case OPTION_VERBOSE:
        out->verbose = true;
        return true;
    case OPTION_HELP:
        add_help(say);
        return false;
    case OPTION_VERSION:
        buf_str(say, "tiktok-auth-agent " PACKAGE_VERSION "\n");
        return false;
    case OPTION_COUNT:
        break;
    }
    return false;
}

bool agent_options_read(int argc, char **argv, struct agent_options *out, struct buf *say, bool *bad)
{
    enum { FIRST = 256 };
    struct option options[OPTION_COUNT + 1] = {{0}};
    int got;

    for (int i = 0; i < OPTION_COUNT; i++)
        options[i] = (struct option){.name = OPTION[i].name,
                                     .has_arg = OPTION[i].argument ? required_argument : no_argument,
                                     .val = FIRST + i};
    *out = (struct agent_options){.config = view_default_config()};
    *bad = false;
    opterr = 0;
    optind = 1;
    while ((got = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (got >= FIRST && !take(out, (enum which)(got - FIRST), optarg, say))
            return false;
        if (got < FIRST)
            break;
    }
    if (got == -1 && optind == argc)
        return true;
    *bad = true;
    buf_str(say, "tiktok-auth-agent: an option is not known, or misses its value; see tiktok-auth-agent --help\n");
    return false;
}
