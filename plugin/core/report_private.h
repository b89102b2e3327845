/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the report page share. Only report_*.c include this. */
#ifndef TTA_CORE_REPORT_PRIVATE_H
#define TTA_CORE_REPORT_PRIVATE_H

#include "core/html.h"
#include "core/member_walk.h"
#include "core/report_page.h"

/* An advertiser that is not OK. */
struct report_problem {
    uint32_t index;
    uint32_t group;
    enum state state;
    int64_t since;
};

/* Advertisers whom the same steps mend. */
struct report_group {
    enum cause cause;
    enum cause fault; /* what keeps us from verifying; CAUSE_AUTHORIZED: nothing */
    enum grantor granted_by;
    uint32_t members;
    uint32_t first; /* place of its first one among the problems */
};

struct report {
    const struct report_input *in;
    struct buf *out;
    const struct board *board; /* NULL: no snapshot */
    int64_t stale_after_s;
    bool several_apps;
    struct counts counts;
    struct member_ages ages;
    uint32_t total;
    struct report_problem *problem; /* the worst first, and of these the newest */
    uint32_t problem_count;
    struct report_group *group; /* in the order of their first problems */
    uint32_t group_count;
};

/* --- report_gather.c ----------------------------------------------------------------------------------------- */
/* Counts, and finds problems and groups. False: out of memory. report_free in any case. */
bool report_gather(struct report *report) TTA_MUST_CHECK;
void report_free(struct report *report);
/* The advertiser as it reads now. */
bool report_member(const struct report *report, uint32_t index, struct member *out) TTA_MUST_CHECK;
/* What the check says of it: fix, links, and what keeps us from asking. */
bool report_judge(const struct report *report, uint32_t index, struct judgement *out) TTA_MUST_CHECK;

/* --- report_words.c ------------------------------------------------------------------------------------------ */
void report_badge(struct buf *out, enum state state);
/* "1 advertiser", "10,000 advertisers" */
void report_number(struct buf *out, uint64_t number);
void report_advertisers(struct buf *out, uint64_t number);
void report_span(struct buf *out, int64_t seconds);
/* "client must re-authorize" as the beginning of a line */
void report_sentence(struct buf *out, const char *text);
/* Begins a table cell; the label of ours ("" none) stands before it where columns have no room. */
void report_begin_cell(const struct report *report, const char *label);

/* --- parts of the page --------------------------------------------------------------------------------------- */
void report_write_roots(const struct report *report);
void report_write_curve(const struct report *report);
/* Problems up to REPORT_PROBLEMS_MAX, under what mends them. */
void report_write_problems(const struct report *report);
/* The form that searches and filters, shown by the script. */
void report_write_filters(const struct report *report);
/* The table that the script fills with all other advertisers, and their data. */
void report_write_rows(const struct report *report);

#endif
