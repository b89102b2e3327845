/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth: the operator's tool. Finds the command, runs it, leaves. */
#include "base/text.h"
#include "cli/command.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A database or lock file must not get the number of a standard stream that the caller closed. */
static bool standard_streams_open(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) != fd)
            return false;
    return true;
}

static void list_commands(FILE *to)
{
    fprintf(to, "Usage: tiktok-auth COMMAND [--config FILE] [OPTION]...\n"
                "Shows which TikTok ad accounts an app may act for,\nand helps to mend what is lost.\n\n");
    for (size_t i = 0; i < command_count; i++)
        call_fold(to, commands[i]->summary, fprintf(to, "  %-11s ", commands[i]->name));
    fprintf(to, "\nMore: tiktok-auth COMMAND --help, man tiktok-auth, man tiktok-auth.conf\n");
}

static int run(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    struct call call;
    struct buf safe;
    int code = COMMAND_USAGE;

    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        list_commands(stdout);
        return COMMAND_DONE;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("tiktok-auth %s\n", PACKAGE_VERSION);
        return COMMAND_DONE;
    }
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(word, commands[i]->name) == 0)
            return call_read(commands[i], argc - 1, argv + 1, &call, &code) ? commands[i]->run(&call) : code;
    buf_init(&safe, 256);
    text_safe(&safe, word, strlen(word), false, 80);
    if (argc > 1)
        fprintf(stderr, "tiktok-auth: '%s' is not a command\nSee: tiktok-auth --help\n", buf_text(&safe));
    else
        list_commands(stderr);
    buf_free(&safe);
    return COMMAND_USAGE;
}

/* Not worth a word: whoever read our output has seen enough. */
static bool reader_has_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int main(int argc, char **argv)
{
    int code;

    if (!standard_streams_open())
        return COMMAND_FAILED;
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that has gone shows as an error of the write, */
    (void)signal(SIGXFSZ, SIG_IGN); /* and so does a file's limit */
    (void)setlocale(LC_CTYPE, "");  /* for the width of characters; without it text is ASCII */
    code = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (!reader_has_gone())
        fprintf(stderr, "tiktok-auth: can't write all of the output\n");
    return code == COMMAND_UNKNOWN ? code : COMMAND_FAILED; /* a plugin's */
}
