/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth-feed: one delivery of passive results for a check, run by check_tiktok_auth and not by people. Its
 * last line on standard output says what became of it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "probe/probe.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_DELIVERED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_BUSY = 3 };

struct request {
    const char *config;
    const char *feed;
    int64_t deadline_ms; /* from now */
};

enum { OPT_CONFIG = 256, OPT_FEED, OPT_DEADLINE };

static const struct option options[] = {
    {"config", required_argument, NULL, OPT_CONFIG},
    {"feed", required_argument, NULL, OPT_FEED},
    {"deadline", required_argument, NULL, OPT_DEADLINE},
    {NULL, 0, NULL, 0},
};

static bool read_request(int argc, char **argv, struct request *request)
{
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == OPT_CONFIG)
            request->config = optarg;
        else if (option == OPT_FEED)
            request->feed = optarg;
        else if (option != OPT_DEADLINE || !parse_i64(optarg, 0, INT32_MAX, &request->deadline_ms))
            return false;
    }
    return request->config && request->feed && optind == argc;
}

static int deliver(const struct feed_ground *ground, const struct config_feed *feed, int64_t deadline_ms)
{
    struct feed_outcome outcome;

    feed_deliver(ground, feed, NULL, deadline_ms, &outcome);
    puts(outcome.text);
    if (outcome.busy)
        return EXIT_BUSY;
    return outcome.ok ? EXIT_DELIVERED : EXIT_FAILED;
}

/* The section that feeds this folder, so that one feeder knows of both their files; NULL: none. */
static const struct config_feed *feed_of_folder(const struct config *config, const char *dir)
{
    for (size_t i = 0; i < config->feed_count; i++)
        if (config->feed[i].usable && config->feed[i].dir && strcmp(config->feed[i].dir, dir) == 0)
            return &config->feed[i];
    return NULL;
}

static int find_and_deliver(const struct feed_ground *ground, const char *name, int64_t deadline_ms)
{
    const struct config_feed *feed = config_find_feed(feed_ground_config(ground), name);
    struct config_feed adhoc;
    struct err err = {""};
    int status = EXIT_FAILED;

    if (feed && feed->usable)
        return deliver(ground, feed, deadline_ms);
    if (feed) {
        puts("it is not usable as it is configured: see tiktok-auth doctor");
    } else if (feed_adhoc(name, &adhoc, &err)) {
        feed = feed_of_folder(feed_ground_config(ground), adhoc.dir);
        status = deliver(ground, feed ? feed : &adhoc, deadline_ms);
        feed_adhoc_free(&adhoc);
    } else {
        puts(err.text);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct request request = {.deadline_ms = INT32_MAX};
    int64_t began_ms = clock_mono_ms();
    struct feed_ground *ground;
    struct err err = {""};
    int status;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file's limit is a failed write, like a full disk */
    if (!read_request(argc, argv, &request)) {
        fputs("tiktok-auth-feed: run by check_tiktok_auth --feed NAME\n", stderr);
        return EXIT_USAGE;
    }
    log_setup(LOG_LEVEL_ERROR, 0);
    ground = feed_ground_load(request.config, NULL, &err);
    if (!ground) {
        puts(err.text);
        return EXIT_FAILED;
    }
    status = find_and_deliver(ground, request.feed, began_ms + request.deadline_ms);
    feed_ground_free(ground);
    return status;
}
