/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rules by which chosen requests are answered wrongly. */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include "fields.h"
#include "reply.h"
#include "request.h"
#include "wire.h"
#include "world.h"

#include <stddef.h>
#include <stdint.h>

struct fault;

/* {0} is an empty rule book. */
struct faults {
    struct fault **rules;
    size_t count;
    uint64_t issued;
};

/* Adds the rule that the object describes (tests/sandbox/README.md). Returns its id, or 0 and what is wrong. */
uint64_t fault_add(struct faults *faults, const struct fields *fields);

/* Adds a rule for every element of the array, which may be NULL; false and what is wrong otherwise. */
bool fault_add_all(struct faults *faults, const cJSON *array, struct problem *problem);

/* Removes the rule of that id, or those of that label. Returns how many there were. */
size_t fault_remove(struct faults *faults, uint64_t id, const char *label);
void fault_clear(struct faults *faults);

/* The first rule that is due for the request, counted as used; NULL if there is none.
 * It stays valid until the book is changed. app is whom the request belongs to, NULL if nobody knows. */
const struct fault *fault_due(struct faults *faults, const struct request *request, const struct world_app *app);

/* Should the request be worked on although a fault is due? */
bool fault_wants_answer(const struct fault *fault);

/* Does the rule only bend what the list of advertisers shows? */
const cJSON *fault_omits(const struct fault *fault, bool *all);

/* Puts the fault into the (worked on or fresh) reply and the way it is delivered. */
void fault_apply(const struct fault *fault, const struct request *request, const struct world_app *app,
                 struct reply *reply, struct delivery *delivery);

/* What the log calls it. */
const char *fault_label(const struct fault *fault);
uint64_t fault_id(const struct fault *fault);

/* The rules as a JSON array. */
void fault_list(const struct faults *faults, struct buf *json);

#endif
