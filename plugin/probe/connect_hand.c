/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hands a new token to the user's own software: on_new_token gets it on standard input. */
#include "base/clock.h"
#include "base/log.h"
#include "probe/audit.h"
#include "probe/command.h"
#include "probe/connect_private.h"

#include <stdio.h>

enum { HAND_TIME_MS = 60 * 1000 };

static const char WHAT[] = "on_new_token";

/* Told in the check until it is done: whatever happens to this process, the token is not forgotten. */
static void put(const struct connecting *c, const char *token, const char *why)
{
    struct err err = {""};

    if (!store_put_handover(c->store,
                            &(struct store_handover){
                                .app = connect_app(c)->name, .token = token, .since = connect_now(c), .why = why},
                            &err))
        log_warning("connect", "%s", err.text);
}

void connect_expect_hand(const struct connecting *c, const char *token)
{
    if (connect_app(c)->on_new_token)
        put(c, token, "it was not run to its end");
}

static bool run(const struct connecting *c, const char *token, struct err *err)
{
    char app[SECTION_NAME_MAX + 32], name[SECTION_NAME_MAX + 32], beside[SECTION_NAME_MAX + 32];
    const char *const more[] = {app, name, beside, NULL};
    struct buf in;
    struct spawn spawn = {.in = &in, .more = more, .keep_fd = -1, .deadline_ms = clock_mono_ms() + HAND_TIME_MS};
    bool ok;

    (void)snprintf(app, sizeof(app), "TIKTOK_AUTH_APP=%s", connect_app(c)->name);
    (void)snprintf(name, sizeof(name), "TIKTOK_AUTH_TOKEN=%s", token);
    (void)snprintf(beside, sizeof(beside), "TIKTOK_AUTH_BESIDE=%s", c->out->own[0] ? connect_token(c)->name : "");
    buf_init_secret(&in, SECRET_MAX + 2);
    buf_add(&in, secret_reveal(c->grant.token), secret_len(c->grant.token));
    buf_char(&in, '\n');
    ok =
        buf_ok(&in) ? command_run(connect_app(c)->on_new_token, WHAT, &spawn, err) : err_set(err, "out of memory");
    buf_wipe(&in);
    return ok;
}

static void record(const struct connecting *c, const char *token, const char *what, const char *result)
{
    struct err err = {""};

    if (!audit_record(c->store,
                      &(struct audit){
                          .at = connect_now(c),
                          .kind = "token",
                          .app = connect_app(c)->name,
                          .object = token,
                          .who = c->who,
                          .what = what,
                          .result = result,
                      },
                      &err))
        log_warning("connect", "%s", err.text);
}

enum connect_hand connect_hand(const struct connecting *c, const char *token, struct err *err)
{
    struct err fault = {""};

    err_clear(err);
    if (!connect_app(c)->on_new_token)
        return HAND_NOBODY;
    if (!run(c, token, err)) {
        put(c, token, err->text);
        record(c, token, "new token not handed over", err->text);
        return HAND_FAILED;
    }
    if (!store_end_handover(c->store, connect_app(c)->name, token, &fault))
        log_warning("connect", "%s", fault.text);
    record(c, token, "handed over", "on_new_token took the token");
    return HAND_DONE;
}
