/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth-sweep: one round for a check, run by check_tiktok_auth and not by people. */
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "probe/probe.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_PUBLISHED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_ON_FD = 4 };

struct request {
    const char *config;
    struct selection selection;
    bool selected;
    bool videos; /* the watched uploads are asked about, and no token is swept */
    int64_t max_age_ms;
    int64_t began_ms;
    int64_t deadline_ms; /* from now */
    int result_fd;
    bool verbose;
};

enum {
    OPT_CONFIG = 256,
    OPT_ADVERTISER,
    OPT_TOKEN,
    OPT_APP,
    OPT_API,
    OPT_ALL,
    OPT_MAX_AGE,
    OPT_BEGAN,
    OPT_DEADLINE,
    OPT_RESULT_FD,
    OPT_VERBOSE,
    OPT_VIDEOS
};

static const struct option options[] = {
    {"config", required_argument, NULL, OPT_CONFIG},
    {"advertiser", required_argument, NULL, OPT_ADVERTISER},
    {"token", required_argument, NULL, OPT_TOKEN},
    {"app", required_argument, NULL, OPT_APP},
    {"api", no_argument, NULL, OPT_API},
    {"all", no_argument, NULL, OPT_ALL},
    {"max-age", required_argument, NULL, OPT_MAX_AGE},
    {"began", required_argument, NULL, OPT_BEGAN},
    {"deadline", required_argument, NULL, OPT_DEADLINE},
    {"result-fd", required_argument, NULL, OPT_RESULT_FD},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"videos", no_argument, NULL, OPT_VIDEOS},
    {NULL, 0, NULL, 0},
};

static bool select_kind(struct request *request, enum selection_kind kind, const char *id)
{
    if (request->selected && kind != request->selection.kind)
        return false;
    request->selection.kind = kind;
    request->selection.id = id;
    request->selected = true;
    return true;
}

static bool read_number(const char *text, int64_t max, int64_t *out)
{
    return parse_i64(text, 0, max, out);
}

static bool take_option(struct request *request, int option, const char *value)
{
    int64_t number;

    switch (option) {
    case OPT_CONFIG:
        request->config = value;
        return true;
    case OPT_ADVERTISER:
        return select_kind(request, SELECT_ADVERTISER, value);
    case OPT_TOKEN:
        return select_kind(request, SELECT_TOKEN, value);
    case OPT_APP:
        request->selection.app = value;
        return true;
    case OPT_API:
        return select_kind(request, SELECT_API, NULL);
    case OPT_ALL:
        return select_kind(request, SELECT_ALL, NULL);
    case OPT_MAX_AGE:
        return read_number(value, INT64_MAX, &request->max_age_ms);
    case OPT_BEGAN:
        return read_number(value, INT64_MAX, &request->began_ms);
    case OPT_DEADLINE:
        return read_number(value, INT32_MAX, &request->deadline_ms);
    case OPT_RESULT_FD:
        if (!read_number(value, 1024, &number))
            return false;
        request->result_fd = (int)number;
        return true;
    case OPT_VERBOSE:
        request->verbose = true;
        return true;
    case OPT_VIDEOS:
        request->videos = true;
        return true;
    default:
        return false;
    }
}

static bool read_request(int argc, char **argv, struct request *request)
{
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!take_option(request, option, optarg))
            return false;
    if (!request->selected && request->selection.app)
        return select_kind(request, SELECT_APP, NULL);
    return request->selected != request->videos && optind == argc && request->config;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t wrote = write(fd, bytes, len);

        if (wrote <= 0)
            return false;
        bytes += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static int run_round(const struct request *request, const struct setup *setup, int64_t deadline_ms)
{
    struct err err = {""};
    struct http *http = setup_http(setup, &err);
    struct env env = env_real(http);
    struct round *round = NULL;
    int status = EXIT_FAILED;

    if (http)
        round = round_new(&env, setup,
                          &(struct round_options){
                              .selection = request->selection,
                              .max_age_ms = request->max_age_ms,
                              .began_ms = request->began_ms,
                              .deadline_ms = deadline_ms,
                          });
    if (!round) {
        fprintf(stderr, "%s\n", http ? "out of memory" : err.text);
        http_free(http);
        return EXIT_FAILED;
    }
    round_run(round);
    if (round_result(round)->published) {
        status = EXIT_PUBLISHED;
    } else if (request->result_fd > STDERR_FILENO && buf_len(round_snapshot(round)) &&
               write_all(request->result_fd, buf_text(round_snapshot(round)), buf_len(round_snapshot(round)))) {
        status = EXIT_ON_FD;
    } else {
        fprintf(stderr, "%s\n", round_result(round)->publish_fault);
    }
    round_free(round);
    http_free(http);
    return status;
}

static int poll_videos(const struct setup *setup, int64_t deadline_ms)
{
    struct err err = {""};
    struct http *http = setup_http(setup, &err);
    struct env env = env_real(http);
    bool ok =
        http && watch_poll(&(struct watch_options){.env = &env, .setup = setup, .deadline_ms = deadline_ms}, &err);

    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    http_free(http);
    return ok ? EXIT_PUBLISHED : EXIT_FAILED;
}

int main(int argc, char **argv)
{
    struct request request = {.deadline_ms = INT32_MAX, .result_fd = -1};
    int64_t began_ms = clock_mono_ms();
    struct setup *setup;
    struct err err = {""};
    int status;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file's limit is a failed write, like a full disk */
    if (!read_request(argc, argv, &request)) {
        fputs("tiktok-auth-sweep: run by check_tiktok_auth; people use tiktok-auth sweep\n", stderr);
        return EXIT_USAGE;
    }
    log_setup(request.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, 0);
    setup = setup_load(&(struct setup_options){.config_path = request.config, .remember = true}, &err);
    if (!setup) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILED;
    }
    status = request.videos ? poll_videos(setup, began_ms + request.deadline_ms)
                            : run_round(&request, setup, began_ms + request.deadline_ms);
    setup_free(setup);
    return status;
}
