/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One table of options makes getopt_long's, the help and the order of both. */
#include "check/options.h"

#include "base/err.h"
#include "base/parse.h"
#include "base/text.h"

#include <getopt.h>
#include <string.h>

#define PROGRAM "check_tiktok_auth"

/* Rows of the table, and what getopt_long returns for a long name. */
enum which {
    OPTION_CONFIG,
    OPTION_ADVERTISER,
    OPTION_TOKEN,
    OPTION_APP,
    OPTION_API,
    OPTION_ALL,
    OPTION_VIDEOS,
    OPTION_VIDEO,
    OPTION_MAX_AGE,
    OPTION_WARNING,
    OPTION_CRITICAL,
    OPTION_FEED,
    OPTION_FORMAT,
    OPTION_TIMEOUT,
    OPTION_TIMEOUT_RESULT,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
};

const struct option_row option_table[] = {
    [OPTION_CONFIG] = {"config", 0, "FILE",
                       "configuration; default $TIKTOK_AUTH_CONFIG, or " SYSCONFDIR
                       "/tiktok-auth/tiktok-auth.conf"},
    [OPTION_ADVERTISER] = {"advertiser", 0, "ID", "judge this advertiser; with --app where several apps have it"},
    [OPTION_TOKEN] = {"token", 0, "NAME", "judge this token; its lost advertisers are only counted"},
    [OPTION_APP] = {"app", 0, "NAME", "judge this app; its lost advertisers are only counted"},
    [OPTION_API] = {"api", 0, NULL, "judge whether the API answers, and list faults of the configuration"},
    [OPTION_ALL] = {"all", 0, NULL, "judge all advertisers together"},
    [OPTION_VIDEOS] = {"videos", 0, NULL,
                       "judge the uploads that are watched, all or those of an advertiser or app"},
    [OPTION_VIDEO] = {"video", 0, "ID", "judge one of them"},
    [OPTION_MAX_AGE] = {"max-age", 0, "DURATION",
                        "accept a sweep this young (90s, 5m, 2h); default 3 intervals; 0: sweep now"},
    [OPTION_WARNING] = {"warning", 'w', "RANGE", "WARNING by the number of unauthorized advertisers"},
    [OPTION_CRITICAL] = {"critical", 'c', "RANGE",
                         "CRITICAL by that number; with --all 0 unless a threshold is given"},
    [OPTION_FEED] = {"feed", 0, "NAME",
                     "then hand a passive result of every service to [feed NAME], or to nagios:DIR"},
    [OPTION_FORMAT] = {"format", 0, "FORMAT", "text (default) or json"},
    [OPTION_TIMEOUT] = {"timeout", 't', "SECONDS", "answer within this time; default 30"},
    [OPTION_TIMEOUT_RESULT] = {"timeout-result", 0, "STATE",
                               "ok, warning, critical or unknown (default), where no state is known"},
    [OPTION_VERBOSE] = {"verbose", 'v', NULL, "list every root cause and every advertiser that is not OK"},
    [OPTION_HELP] = {"help", 'h', NULL, "print this help"},
    [OPTION_VERSION] = {"version", 'V', NULL, "print the version"},
    [OPTION_COUNT] = {NULL, 0, NULL, NULL},
};

/* --- help and usage
 * ----------------------------------------------------------------------------------------------- */

enum { HELP_COLUMN = 28, HELP_WIDTH = 79 };

static void add_usage(struct buf *say)
{
    buf_str(say, "Usage: " PROGRAM " --advertiser ID [--app NAME] [OPTION...]\n"
                 "       " PROGRAM " --token NAME | --app NAME | --api | --all [OPTION...]\n"
                 "       " PROGRAM " --videos | --video ID [--advertiser ID] [OPTION...]\n");
}

static void add_blanks(struct buf *say, size_t count)
{
    while (count-- > 0)
        buf_char(say, ' ');
}

/* The help text word by word, so that no line is wider than a terminal. */
static void add_wrapped(struct buf *say, size_t column, const char *text)
{
    const char *word;
    size_t len;

    while ((len = parse_word(&text, " ", &word)) > 0) {
        if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH) {
            buf_char(say, '\n');
            add_blanks(say, HELP_COLUMN);
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            buf_char(say, ' ');
            column++;
        }
        buf_add(say, word, len);
        column += len;
    }
    buf_char(say, '\n');
}

static void add_help(struct buf *say)
{
    buf_str(say, "Tells which advertiser accounts a TikTok Business API app may still act for,\n"
                 "what was lost, why, and who must do what about it.\n\n");
    add_usage(say);
    buf_char(say, '\n');
    for (const struct option_row *row = option_table; row->name; row++) {
        size_t start = buf_len(say);

        if (row->letter)
            buf_printf(say, " -%c, --%s", row->letter, row->name);
        else
            buf_printf(say, "     --%s", row->name);
        if (row->argument)
            buf_printf(say, " %s", row->argument);
        start = buf_len(say) - start;
        if (start < HELP_COLUMN)
            add_blanks(say, HELP_COLUMN - start);
        else {
            buf_char(say, '\n');
            add_blanks(say, HELP_COLUMN);
        }
        add_wrapped(say, HELP_COLUMN, row->help);
    }
    buf_str(say, "\nExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n");
}

/* --- one value at a time
 * ------------------------------------------------------------------------------------------- */

static bool bad(struct err *err, const char *option, const char *value, const char *allowed)
{
    struct buf safe;

    buf_init(&safe, 64);
    text_engine(&safe, value, strlen(value), 64);
    err_set(err, "--%s %s: %s", option, buf_text(&safe), allowed);
    buf_free(&safe);
    return false;
}

static bool read_name(const char *option, const char *value, const char **out, struct err *err)
{
    if (!parse_section_name(value))
        return bad(err, option, value, "names are 1 to 32 letters, digits, dots, hyphens and underscores");
    *out = value;
    return true;
}

static bool read_state(const char *value, enum state *out)
{
    uint64_t number;

    if (parse_u64(value, STATE_UNKNOWN, &number)) {
        *out = (enum state)number;
        return true;
    }
    return state_from_name(value, out);
}

static bool read_range(const char *option, const char *value, bool *has, struct range *out, struct err *err)
{
    *has = range_read(value, out, err);
    return *has || err_prefix(err, "--%s", option);
}

/* What was given so far. */
struct given {
    bool option[OPTION_COUNT];
    const char *advertiser, *token, *app;
};

static bool read_value(enum which which, const char *value, struct options *out, struct given *given,
                       struct err *err)
{
    const char *name = option_table[which].name;
    uint64_t seconds;

    switch (which) {
    case OPTION_CONFIG:
        out->config = value;
        return value[0] || err_set(err, "--config: the name of a file is missing");
    case OPTION_ADVERTISER:
        given->advertiser = value;
        return parse_advertiser_id(value) || bad(err, name, value, "advertiser ids are 1 to 20 digits");
    case OPTION_TOKEN:
        return read_name(name, value, &given->token, err);
    case OPTION_APP:
        return read_name(name, value, &given->app, err);
    case OPTION_MAX_AGE:
        out->has_max_age = true;
        return parse_duration(value, &out->max_age_ms) ||
               bad(err, name, value, "durations are 0 or a number with its unit, such as 90s, 5m, 2h, 1d");
    case OPTION_WARNING:
        return read_range(name, value, &out->thresholds.has_warning, &out->thresholds.warning, err);
    case OPTION_CRITICAL:
        return read_range(name, value, &out->thresholds.has_critical, &out->thresholds.critical, err);
    case OPTION_FEED:
        out->feed = value;
        return parse_section_name(value) || feed_is_adhoc(value) ||
               bad(err, name, value, "it is the NAME of a section [feed NAME], or nagios:DIR");
    case OPTION_FORMAT:
        out->json = strcmp(value, "json") == 0;
        return out->json || strcmp(value, "text") == 0 || bad(err, name, value, "formats are text and json");
    case OPTION_TIMEOUT:
        if (!parse_u64(value, TIMEOUT_MAX_S, &seconds) || seconds == 0)
            return bad(err, name, value, "seconds from 1 to 3600 are allowed");
        out->timeout_ms = (int64_t)seconds * 1000;
        return true;
    case OPTION_TIMEOUT_RESULT:
        return read_state(value, &out->timeout_state) ||
               bad(err, name, value, "states are ok, warning, critical and unknown");
    case OPTION_VERBOSE:
        out->verbose++;
        return true;
    case OPTION_VIDEO:
        out->video = value;
        return parse_video_id(value) ||
               bad(err, name, value, "video ids are 1 to 48 letters, digits, hyphens and underscores");
    case OPTION_VIDEOS:
    case OPTION_API:
    case OPTION_ALL:
    case OPTION_HELP:
    case OPTION_VERSION:
    case OPTION_COUNT:
        break;
    }
    return true;
}

/* --- the whole
 * ------------------------------------------------------------------------------------------------------ */

/* Watched uploads: neither sweeps of tokens nor numbers of advertisers have to do with them. */
static bool choose_videos(struct options *out, const struct given *given, struct err *err)
{
    static const enum which strange[] = {OPTION_TOKEN,   OPTION_API,      OPTION_ALL, OPTION_MAX_AGE,
                                         OPTION_WARNING, OPTION_CRITICAL, OPTION_FEED};

    for (size_t i = 0; i < TTA_LEN(strange); i++)
        if (given->option[strange[i]])
            return err_set(err, "--videos and --video: --%s does not go with them", option_table[strange[i]].name);
    out->videos = true;
    out->selection = (struct selection){SELECT_ALL, given->app, given->advertiser};
    return true;
}

static bool choose_selection(struct options *out, const struct given *given, struct err *err)
{
    int what = given->option[OPTION_ADVERTISER] + given->option[OPTION_TOKEN] + given->option[OPTION_API] +
               given->option[OPTION_ALL] + (given->option[OPTION_APP] && !given->option[OPTION_ADVERTISER]);

    if (given->option[OPTION_VIDEOS] || given->option[OPTION_VIDEO])
        return choose_videos(out, given, err);
    if (what == 0)
        return err_set(err,
                       "what is to be judged is missing: --advertiser, --token, --app, --api, --all or --videos");
    if (what > 1)
        return err_set(err, "--advertiser, --token, --app, --api and --all: only one of them at a time");
    if (given->advertiser)
        out->selection = (struct selection){SELECT_ADVERTISER, given->app, given->advertiser};
    else if (given->token)
        out->selection = (struct selection){SELECT_TOKEN, NULL, given->token};
    else if (given->app)
        out->selection = (struct selection){SELECT_APP, given->app, NULL};
    else
        out->selection = (struct selection){given->option[OPTION_API] ? SELECT_API : SELECT_ALL, NULL, NULL};
    if ((given->advertiser || given->option[OPTION_API]) &&
        (out->thresholds.has_warning || out->thresholds.has_critical))
        return err_set(err, "--warning and --critical count advertisers: they go with --token, --app or --all");
    return true;
}

/* getopt_long's tables from ours. */
struct getopt_tables {
    struct option option[OPTION_COUNT + 1];
    char letters[2 * OPTION_COUNT + 2];
};

enum { LONG_BASE = 256 }; /* above every letter */

static void make_tables(struct getopt_tables *tables)
{
    char *letter = tables->letters;

    memset(tables, 0, sizeof(*tables));
    *letter++ = ':'; /* a missing value is told from an unknown option */
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &option_table[i];

        tables->option[i] =
            (struct option){row->name, row->argument ? required_argument : no_argument, NULL, LONG_BASE + i};
        if (row->letter)
            *letter++ = row->letter;
        if (row->letter && row->argument)
            *letter++ = ':';
    }
}

static int row_of(int got)
{
    if (got >= LONG_BASE)
        return got - LONG_BASE;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (option_table[i].letter && option_table[i].letter == got)
            return i;
    return OPTION_COUNT;
}

static bool refuse_word(struct err *err, const char *word, const char *why)
{
    struct buf safe;

    buf_init(&safe, 64);
    text_engine(&safe, word, strlen(word), 64);
    err_set(err, "%s: %s", buf_text(&safe), why);
    buf_free(&safe);
    return false;
}

/* `word` is the one that getopt_long stumbled over. */
static bool refuse_option(int got, const char *word, struct err *err)
{
    char letter[3] = {'-', (char)optopt, '\0'};
    int row = row_of(optopt);

    if (got == ':')
        return refuse_word(err, word, "its value is missing");
    if (optopt >= LONG_BASE && row < OPTION_COUNT)
        return refuse_word(err, word, "it takes no value");
    if (optopt > 0 && optopt < LONG_BASE)
        return refuse_word(err, letter, "no such option");
    return refuse_word(err, word, "no such option, or not a whole name");
}

static bool read_all(int argc, char **argv, struct options *out, struct given *given, struct err *err)
{
    struct getopt_tables tables;
    int got;

    make_tables(&tables);
    opterr = 0;
    optind = 0; /* glibc: from the start, also when called again */
    while ((got = getopt_long(argc, argv, tables.letters, tables.option, NULL)) != -1) {
        int row = row_of(got);

        if (got == '?' || got == ':')
            return refuse_option(got, argv[optind - 1], err);
        if (row == OPTION_COUNT)
            return err_set(err, "an option was not understood");
        if (given->option[row] && row != OPTION_VERBOSE)
            return err_set(err, "--%s is given twice", option_table[row].name);
        given->option[row] = true;
        if (!read_value((enum which)row, optarg, out, given, err))
            return false;
        if (row == OPTION_HELP || row == OPTION_VERSION)
            return true;
    }
    if (optind < argc)
        return refuse_word(err, argv[optind], "a word without an option in front of it");
    return true;
}

bool options_read(int argc, char **argv, struct options *out, struct buf *say)
{
    struct given given = {.advertiser = NULL};
    struct err err = {.text = ""};

    *out = (struct options){.timeout_ms = 30 * 1000, .timeout_state = STATE_UNKNOWN};
    if (read_all(argc, argv, out, &given, &err)) {
        if (given.option[OPTION_HELP]) {
            add_help(say);
            return false;
        }
        if (given.option[OPTION_VERSION]) {
            buf_str(say, PROGRAM " " PACKAGE_VERSION "\n");
            return false;
        }
        if (choose_selection(out, &given, &err)) {
            if (!out->config)
                out->config = view_default_config();
            return true;
        }
    }
    buf_printf(say, "TIKTOK AUTH UNKNOWN - %s\n", err.text);
    add_usage(say);
    buf_str(say, PROGRAM " --help explains the options.\n");
    return false;
}
