/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hands a new token to the user's own software: on_new_token gets it on standard input. */
#include "probe/handover.h"

#include "base/clock.h"
#include "base/log.h"
#include "probe/audit.h"
#include "probe/command.h"

#include <stdio.h>

static const char WHAT[] = "on_new_token";

static void put(const struct handover *h, const char *why)
{
    struct err err = {""};

    if (!store_put_handover(
            h->store,
            &(struct store_handover){.app = h->app->name, .token = h->token, .since = h->now, .why = why}, &err))
        log_warning("handover", "%s", err.text);
}

void handover_expect(const struct handover *h)
{
    if (h->app->on_new_token)
        put(h, "it was not run to its end");
}

static bool run(const struct handover *h, const struct secret *secret, int64_t time_ms, struct err *err)
{
    char app[SECTION_NAME_MAX + 32], name[SECTION_NAME_MAX + 32], beside[SECTION_NAME_MAX + 32];
    const char *const more[] = {app, name, beside, NULL};
    struct buf in;
    struct spawn spawn = {.in = &in, .more = more, .keep_fd = -1, .deadline_ms = clock_mono_ms() + time_ms};
    bool ok;

    (void)snprintf(app, sizeof(app), "TIKTOK_AUTH_APP=%s", h->app->name);
    (void)snprintf(name, sizeof(name), "TIKTOK_AUTH_TOKEN=%s", h->token);
    (void)snprintf(beside, sizeof(beside), "TIKTOK_AUTH_BESIDE=%s", h->beside);
    buf_init_secret(&in, SECRET_MAX + 2);
    buf_add(&in, secret_reveal(secret), secret_len(secret));
    buf_char(&in, '\n');
    ok = buf_ok(&in) ? command_run(h->app->on_new_token, WHAT, &spawn, err) : err_set(err, "out of memory");
    buf_wipe(&in);
    return ok;
}

static void record(const struct handover *h, const char *what, const char *result)
{
    struct err err = {""};

    if (!audit_record(h->store,
                      &(struct audit){
                          .at = h->now,
                          .kind = "token",
                          .app = h->app->name,
                          .object = h->token,
                          .who = h->who,
                          .what = what,
                          .result = result,
                      },
                      &err))
        log_warning("handover", "%s", err.text);
}

enum connect_hand handover_run(const struct handover *h, const struct secret *secret, int64_t time_ms,
                               struct err *err)
{
    struct err fault = {""};

    err_clear(err);
    if (!h->app->on_new_token)
        return HAND_NOBODY;
    if (!run(h, secret, time_ms, err)) {
        put(h, err->text);
        record(h, "new token not handed over", err->text);
        return HAND_FAILED;
    }
    if (!store_end_handover(h->store, h->app->name, h->token, &fault))
        log_warning("handover", "%s", fault.text);
    record(h, "handed over", "on_new_token took the token");
    return HAND_DONE;
}
