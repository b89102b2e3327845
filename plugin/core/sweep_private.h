/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the phases of a sweep share. */
#ifndef TTA_CORE_SWEEP_PRIVATE_H
#define TTA_CORE_SWEEP_PRIVATE_H

#include "core/batches.h"
#include "core/sweep.h"

enum phase { PHASE_LIST, PHASE_CONFIRM, PHASE_STATUS, PHASE_DIAGNOSE, PHASE_PROBE, PHASE_OVER };

/* What this sweep has seen of a member. */
enum mark {
    MARK_LISTED = 1,   /* some list of this sweep has it */
    MARK_MISSING = 2,  /* newly missing: not confirmed before, in no list so far */
    MARK_SUSPECT = 4,  /* advertiser/info left it out or refused it in company */
    MARK_DECIDED = 8,  /* diagnosed in this sweep */
    MARK_RECHECK = 16, /* lost by advertiser/info, asked again within the budget */
    MARK_SAMPLE = 32,  /* of a mass loss: asked alone */
};

struct sweep {
    struct sweep_plan plan;
    struct memory *memory;
    enum phase phase;
    uint8_t *mark;        /* by member */
    struct grant **grant; /* by member */
    int reads;            /* lists of this sweep that counted */
    bool paused;          /* the pause before the next list read is done */
    bool holds;           /* a mass loss is held, or a read failed: nothing missing is diagnosed */
    bool mass_due;        /* a mass loss has lasted long enough */
    size_t refuted, lost; /* by diagnosis in this sweep */
    int64_t lost_at;      /* the moment that all losses of this sweep get */
    int suspects;         /* found by STATUS: each has to be asked alone */
    struct batches batches;
    int extra_calls; /* of advertiser/info beyond the plain batches */
    bool status_begun;
    bool pass_complete;
    size_t need;         /* next to probe */
    size_t asked_member; /* the member that the probe asked with */
    size_t next_asked;   /* of those that need it, the first that was not asked */
    bool refused_alone;  /* a member was refused by itself, another one is asked */
    bool verified;
    bool out_of_memory;
};

/* What an answer that is no success says of the whole token, whatever was asked. */
enum reach { REACH_TOKEN, REACH_FAULT, REACH_SUBJECT /* of what was asked about alone */ };

enum reach sweep_reach(const struct answer *answer);
bool sweep_succeeded(const struct answer *answer);

/* Remembers a failed allocation. */
void sweep_must(struct sweep *sweep, bool worked);
/* The member with this id; SIZE_MAX: none. */
size_t sweep_member(const struct sweep *sweep, const char *id);

void sweep_token_alive(struct sweep *sweep, int64_t now);
/* The token is lost by what the answer says: the sweep is over. */
void sweep_token_dead(struct sweep *sweep, const struct answer *answer, int64_t now);
void sweep_note_fault(struct sweep *sweep, const struct answer *answer);
/* A body that said code 0 and then was not what it should be: an edge fault. */
void sweep_note_bad_body(struct sweep *sweep, const struct answer *answer, const struct err *why);

void sweep_answer_list(struct sweep *sweep, const struct answer *answer, int64_t now);

/* STATUS and DIAGNOSE: queue, ask, take answers, conclude. sweep_next_info: false when nothing is left to ask. */
void sweep_begin_status(struct sweep *sweep);
void sweep_end_status(struct sweep *sweep, int64_t now);
void sweep_begin_diagnose(struct sweep *sweep);
void sweep_end_diagnose(struct sweep *sweep, int64_t now);
bool sweep_next_info(struct sweep *sweep, struct question *question);
void sweep_answer_info(struct sweep *sweep, const struct answer *answer, int64_t now);
/* Where a list is all that a sweep may ask: ids that an earlier sweep's list lacked too are lost. */
void sweep_lose_missed_again(struct sweep *sweep, int64_t now);

bool sweep_next_probe(struct sweep *sweep, int64_t now, struct question *question);
void sweep_answer_probe(struct sweep *sweep, const struct answer *answer, int64_t now);

#endif
