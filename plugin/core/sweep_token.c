/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a sweep learns of the token itself. */
#include "base/text.h"
#include "core/sweep_private.h"

#include <string.h>

void sweep_token_alive(struct sweep *sweep, int64_t now)
{
    struct memory *memory = sweep->memory;

    if (memory->status != TOKEN_ALIVE) {
        memory->status = TOKEN_ALIVE;
        memory->since = now;
        said_clear(&memory->said);
    }
    memory->last_ok = now;
    memory->verified_at = now;
    sweep->verified = true;
}

void sweep_token_dead(struct sweep *sweep, const struct answer *answer, int64_t now)
{
    struct memory *memory = sweep->memory;

    if (memory->status != TOKEN_DEAD || memory->said.cause != answer->finding.cause)
        memory->since = now;
    memory->status = TOKEN_DEAD;
    memory->verified_at = now;
    sweep_must(sweep, said_take(&memory->said, answer));
    said_clear(&memory->fault);
    sweep->verified = true;
    sweep->phase = PHASE_OVER;
}

enum reach sweep_reach(const struct answer *answer)
{
    const struct finding *finding = &answer->finding;

    switch (finding->class) {
    case CLASS_TOKEN:
        return finding->cause == CAUSE_TOKEN_USER ? REACH_SUBJECT : REACH_TOKEN;
    case CLASS_APP:
        return finding->cause == CAUSE_AUTH_CODE ? REACH_FAULT : REACH_TOKEN;
    case CLASS_AUTHZ:
    case CLASS_ACCOUNT:
        return REACH_SUBJECT;
    case CLASS_OK:
    case CLASS_PARTIAL:
    case CLASS_RATE:
    case CLASS_TRANSIENT:
    case CLASS_PARAM:
    case CLASS_FILE:
    case CLASS_NETWORK:
    case CLASS_NONE:
    case CLASS_UNKNOWN:
        break;
    }
    return REACH_FAULT;
}

bool sweep_succeeded(const struct answer *answer)
{
    return answer->finding.class == CLASS_OK || answer->finding.class == CLASS_PARTIAL;
}

void sweep_note_fault(struct sweep *sweep, const struct answer *answer)
{
    sweep_must(sweep, said_take(&sweep->memory->fault, answer));
}

void sweep_note_bad_body(struct sweep *sweep, const struct answer *answer, const struct err *why)
{
    struct memory *memory = sweep->memory;

    /* The code was 0: it explains nothing, so it is not shown. */
    sweep_must(sweep, said_own(&memory->fault, CAUSE_EDGE_FAULT, why->text));
    memory->fault.http_status = answer->http_status;
    if (answer->request_id[0])
        memory->fault.request_id = text_dup(answer->request_id);
}
