/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The exchange of a code for a token, once, and what becomes of the link that brought it. */
#include "base/log.h"
#include "probe/connect_private.h"
#include "probe/post.h"

#include <stdio.h>

void connect_spend_link(struct connecting *c, const char *digest)
{
    const struct store_exchange exchange = {c->out->target.app, c->out->target.token, c->out->target.advertiser,
                                            c->who, connect_now(c)};
    struct err err = {""};
    bool fresh;

    if (!store_begin_exchange(c->store, digest, &exchange, &fresh, &err) ||
        (fresh && !store_end_exchange(c->store, exchange.app, exchange.token, &err)))
        log_warning("connect", "%s", err.text);
}

void connect_end_exchange(struct connecting *c)
{
    struct err err = {""};

    if (!store_end_exchange(c->store, c->out->target.app, c->out->target.token, &err))
        log_warning("connect", "%s", err.text);
}

/* Nothing was spent: the same callback may come again. */
static void take_back(struct connecting *c, const char *digest)
{
    struct err err = {""};

    connect_end_exchange(c);
    if (digest && !store_renew_link(c->store, digest, &err))
        log_warning("connect", "%s", err.text);
}

/* What TikTok said, with its code. */
static void quote(struct connecting *c, const struct answer *answer)
{
    if (answer->has_code)
        (void)snprintf(c->said, sizeof(c->said), "%.300s [%lld]", answer->message, (long long)answer->code);
    else
        (void)snprintf(c->said, sizeof(c->said), "%.380s", answer->message);
}

static enum connect_end refused(const struct answer *answer)
{
    return answer->finding.class == CLASS_APP && answer->finding.cause != CAUSE_AUTH_CODE ? CONNECT_APP_REFUSED
                                                                                          : CONNECT_CODE_REFUSED;
}

bool connect_exchange(struct connecting *c, const struct secret *code, const struct secret *app_secret,
                      const char *digest)
{
    const struct http_param params[] = {
        {.name = "app_id", .value = connect_app(c)->app_id},
        {.name = "secret", .secret = app_secret},
        {.name = "auth_code", .secret = code},
    };
    struct err why = {""};
    struct answer answer;
    enum post_end sent = post_once(
        &(struct post){
            .env = c->env,
            .setup = c->setup,
            .store = c->store,
            .app = connect_token(c)->app,
            .path = "/oauth2/access_token/",
            .params = params,
            .param_count = TTA_LEN(params),
            .deadline_ms = c->deadline_ms,
        },
        &answer);
    bool ok = false;

    quote(c, &answer);
    if (sent == POST_UNSENT) {
        take_back(c, digest);
        c->out->end = CONNECT_NOT_NOW;
    } else if (sent == POST_UNKNOWN)
        c->out->end = CONNECT_SPENT;
    else if (answer.finding.class != CLASS_OK)
        c->out->end = refused(&answer);
    else if (!oauth_grant_read(&answer, &c->grant, &why)) {
        c->out->end = CONNECT_SPENT;
        (void)snprintf(c->said, sizeof(c->said), "%s", why.text); /* fits */
    } else
        ok = true;
    answer_wipe(&answer);
    if (!ok && sent != POST_UNSENT)
        connect_end_exchange(c);
    return ok;
}
