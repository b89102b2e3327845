/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is read at one moment: a snapshot under a configuration, with what follows from both for the whole. */
#ifndef TTA_AGENT_PICTURE_H
#define TTA_AGENT_PICTURE_H

#include "probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

/* Counts that begin with this process, and what it knows of itself. */
struct picture_self {
    int64_t started; /* s since the epoch */
    uint64_t rounds, rounds_failed, calls, throttled, faulty;
    uint64_t sent, suppressed;
    int64_t pending, last_event;
    const char *config_fault; /* why the configuration as it stands in its file is refused; "" it is not */
};

struct picture {
    const struct config *config;
    const struct complaints *complaints;
    const struct snapshot *snapshot; /* NULL: none yet */
    struct picture_self *self;
    int64_t now; /* s; set it with picture_at */
    /* Judged when asked for, and then kept for as long as `now` stays. */
    struct {
        bool known;
        struct judgement judgement;
        char line[OUTPUT_LINE_MAX + 1];
    } all, api;
    struct {
        bool known;
        struct selection selection;
        struct judgement judgement;
    } one;
};

/* What the strings of judgements were borrowed from is gone: call it after every change of snapshot or config. */
void picture_renew(struct picture *picture, const struct config *config, const struct complaints *complaints,
                   const struct snapshot *snapshot);
void picture_at(struct picture *picture, int64_t now);
const struct judgement *picture_all(struct picture *picture);
const char *picture_all_line(struct picture *picture);
const struct judgement *picture_api(struct picture *picture);
const char *picture_api_line(struct picture *picture);
/* The judgement of one app, token or advertiser; good until the next call. */
const struct judgement *picture_of(struct picture *picture, const struct selection *selection);

#endif
