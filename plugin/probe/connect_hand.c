/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The hand-over of what an authorization brought. */
#include "probe/connect_private.h"
#include "probe/handover.h"

static struct handover handover_of(const struct connecting *c, const char *token)
{
    return (struct handover){
        .store = c->store,
        .app = connect_app(c),
        .token = token,
        .beside = c->out->own[0] ? connect_token(c)->name : "",
        .who = c->who,
        .now = connect_now(c),
    };
}

void connect_expect_hand(const struct connecting *c, const char *token)
{
    const struct handover handover = handover_of(c, token);

    handover_expect(&handover);
}

enum connect_hand connect_hand(const struct connecting *c, const char *token, struct err *err)
{
    const struct handover handover = handover_of(c, token);

    return handover_run(&handover, c->grant.token, HANDOVER_TIME_MS, err);
}
