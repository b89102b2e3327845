/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a command line by the command's table of options, and makes its help from the same table. */
#include "base/buf.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/command.h"
#include "probe/probe.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* What getopt_long returns: above all characters. */
enum { PICK_CONFIG = 256, PICK_HELP, PICK_ROWS };
enum { HELP_COLUMN = 26, HELP_WIDTH = 79, SENTENCE_MAX = 2000 };

static void say(const char *command, const char *format, va_list args) TTA_PRINTF(2, 0);

static void say(const char *command, const char *format, va_list args)
{
    struct buf draft, text;

    buf_init(&draft, 16 * SENTENCE_MAX);
    buf_init(&text, 2 * SENTENCE_MAX);
    buf_vprintf(&draft, format, args);
    /* Arguments and file contents are quoted in it. */
    text_safe(&text, buf_text(&draft), buf_len(&draft), false, SENTENCE_MAX);
    fprintf(stderr, "tiktok-auth %s: %s\n", command, buf_text(&text));
    buf_free(&draft);
    buf_free(&text);
}

int call_misused(const struct call *call, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(call->command->name, format, args);
    va_end(args);
    fprintf(stderr, "See: tiktok-auth %s --help\n", call->command->name);
    return call->command->is_plugin ? COMMAND_UNKNOWN : COMMAND_USAGE;
}

int call_failed(const struct call *call, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(call->command->name, format, args);
    va_end(args);
    return call->command->is_plugin ? COMMAND_UNKNOWN : COMMAND_FAILED;
}

void call_note(const struct call *call, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(call->command->name, format, args);
    va_end(args);
}

/* --- help ---------------------------------------------------------------------------------------------------- */

void call_fold(FILE *to, const char *text, int indent)
{
    int column = indent;

    while (*text) {
        int len = (int)strcspn(text, " ");

        if (column > indent && column + 1 + len > HELP_WIDTH) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(to, "%s%.*s", column > indent ? " " : "", len, text);
        text += len;
        text += strspn(text, " ");
    }
    putc('\n', to);
}

static void help_row(const char *name, const char *value, const char *help)
{
    int column = printf("  --%s%s%s", name, value ? " " : "", value ? value : "");

    if (column > HELP_COLUMN - 2) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", HELP_COLUMN - column, "");
    call_fold(stdout, help, HELP_COLUMN);
}

static void help(const struct command *command)
{
    printf("Usage: tiktok-auth %s [OPTION]...%s%s\n", command->name, command->words[0] ? " " : "", command->words);
    call_fold(stdout, command->summary, 0);
    printf("\nOptions:\n");
    for (const struct option_row *row = command->options; row->name; row++)
        help_row(row->name, row->value, row->help);
    help_row("config", "FILE", "configuration; default $TIKTOK_AUTH_CONFIG or the system's tiktok-auth.conf");
    help_row("help", NULL, "this text");
    if (command->more) {
        putchar('\n');
        call_fold(stdout, command->more, 0);
    }
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static void fill_options(const struct command *command, struct option *out)
{
    int count = 0;

    for (const struct option_row *row = command->options; row->name; row++, count++)
        out[count] = (struct option){
            .name = row->name, .has_arg = row->value ? required_argument : no_argument, .val = PICK_ROWS + count};
    out[count++] = (struct option){.name = "config", .has_arg = required_argument, .val = PICK_CONFIG};
    out[count++] = (struct option){.name = "help", .val = PICK_HELP};
    out[count] = (struct option){.name = NULL};
}

static bool add_to_list(struct call *call, const char *word, int *exit_code)
{
    if (call->list_count == COMMAND_LIST_MAX) {
        *exit_code = call_misused(call, "--%s: more than %d are too many", call->command->list, COMMAND_LIST_MAX);
        return false;
    }
    call->list[call->list_count++] = word;
    return true;
}

static bool add_word(struct call *call, const char *word, int *exit_code)
{
    if (call->list_count > 0)
        return add_to_list(call, word, exit_code);
    if (call->word_count == call->command->words_max) {
        *exit_code = call_misused(call, "'%s' is one word too many", word);
        return false;
    }
    call->word[call->word_count++] = word;
    return true;
}

/* "-1" is a word: TikTok has such a code. */
static bool is_negative_number(const char *word)
{
    return word[0] == '-' && word[1] && word[1 + strspn(word + 1, "0123456789")] == '\0';
}

static bool read_words_and_options(struct call *call, int argc, char **argv, int *exit_code)
{
    struct option options[COMMAND_OPTIONS_MAX + 3];
    int at, number_at = 0;

    fill_options(call->command, options);
    opterr = 0;
    optind = 0; /* GNU: begin anew; '-' below: words come in their order, as option 1 */
    for (;;) {
        int pick;

        at = optind > 0 ? optind : 1;
        pick = getopt_long(argc, argv, "-:h", options, NULL);
        if (pick == -1)
            break;
        if (pick == '?' && at < argc && is_negative_number(argv[at])) {
            /* getopt comes once for each digit. */
            if (at != number_at && !add_word(call, argv[at], exit_code))
                return false;
            number_at = at;
        } else if (pick == 1) {
            if (!add_word(call, optarg, exit_code))
                return false;
        } else if (pick == PICK_HELP || pick == 'h') {
            help(call->command);
            *exit_code = COMMAND_DONE;
            return false;
        } else if (pick == PICK_CONFIG)
            call->config = optarg;
        else if (pick >= PICK_ROWS && pick < PICK_ROWS + COMMAND_OPTIONS_MAX) {
            const char *name = call->command->options[pick - PICK_ROWS].name;

            call->value[pick - PICK_ROWS] = optarg ? optarg : "";
            if (call->command->list && strcmp(name, call->command->list) == 0 &&
                !add_to_list(call, optarg, exit_code))
                return false;
        } else {
            *exit_code = call_misused(call, "%s%s", argv[at],
                                      pick == ':' ? ": a value is missing"
                                                  : ": is not an option of it, or can't be told from others");
            return false;
        }
    }
    for (; optind < argc; optind++) /* behind "--" */
        if (!add_word(call, argv[optind], exit_code))
            return false;
    return true;
}

bool call_read(const struct command *command, int argc, char **argv, struct call *out, int *exit_code)
{
    memset(out, 0, sizeof(*out));
    out->command = command;
    out->config = view_default_config();
    if (!read_words_and_options(out, argc, argv, exit_code))
        return false;
    if (out->word_count < command->words_min) {
        *exit_code = call_misused(out, "%s is missing", command->words);
        return false;
    }
    return true;
}

const char *call_value(const struct call *call, const char *option)
{
    for (size_t i = 0; call->command->options[i].name; i++)
        if (strcmp(call->command->options[i].name, option) == 0)
            return call->value[i];
    return NULL;
}

bool call_has(const struct call *call, const char *option)
{
    return call_value(call, option) != NULL;
}

bool call_number(const struct call *call, const char *option, size_t least, size_t most, size_t *out)
{
    const char *text = call_value(call, option);
    uint64_t number = 0;

    if (!text)
        return true;
    if (!parse_u64(text, most, &number) || number < least) {
        (void)call_misused(call, "--%s '%s': allowed: %zu to %zu", option, text, least, most);
        return false;
    }
    *out = (size_t)number;
    return true;
}
