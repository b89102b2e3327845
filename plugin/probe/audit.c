/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes an event of a repair. */
#include "probe/audit.h"

#include "base/buf.h"
#include "base/text.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The verdict as it stands. */
struct standing_verdict {
    char state[16];
    char cause[64];
};

static bool look_at_verdict(void *arg, const struct store_verdict *row)
{
    struct standing_verdict *s = arg;

    (void)snprintf(s->state, sizeof(s->state), "%s", row->state); /* words of ours */
    (void)snprintf(s->cause, sizeof(s->cause), "%s", row->cause);
    return true;
}

static void write_note(const struct audit *audit, struct buf *out)
{
    size_t what = strlen(audit->what);

    buf_init(out, AUDIT_NOTE_MAX);
    text_safe(out, audit->what, what, false, AUDIT_NOTE_MAX / 2);
    if (!audit->result || !audit->result[0])
        return;
    buf_str(out, ": ");
    text_safe(out, audit->result, strlen(audit->result), false, AUDIT_NOTE_MAX - buf_len(out));
}

bool audit_record(struct store *store, const struct audit *audit, struct err *err)
{
    struct standing_verdict standing = {.state = ""};
    struct buf note, who;
    bool ok;

    write_note(audit, &note);
    buf_init(&who, AUDIT_WHO_MAX);
    text_safe(&who, audit->who, strlen(audit->who), false, AUDIT_WHO_MAX - 1);
    ok = store_load_verdict(store, audit->kind, audit->app, audit->object, look_at_verdict, &standing, err) &&
         store_commit_verdicts(store, NULL, 0,
                               &(struct store_event){
                                   .at = audit->at,
                                   .kind = audit->kind,
                                   .app = audit->app,
                                   .object = audit->object,
                                   .name = audit->name,
                                   .state = standing.state,
                                   .old_state = standing.state,
                                   .cause = standing.cause,
                                   .old_cause = standing.cause,
                                   .root_kind = audit->kind,
                                   .root_id = audit->object,
                                   .note = buf_text(&note),
                                   .who = buf_text(&who),
                               },
                               1, err);
    buf_free(&note);
    buf_free(&who);
    return ok;
}

void audit_local(char out[AUDIT_WHO_MAX])
{
    /* Only root's environment can be trusted with that name. */
    const char *sudo = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
    const struct passwd *user = getpwuid(getuid());

    if (sudo && sudo[0])
        (void)snprintf(out, AUDIT_WHO_MAX, "%s", sudo); /* cut is fine */
    else if (user)
        (void)snprintf(out, AUDIT_WHO_MAX, "%s", user->pw_name); /* cut is fine */
    else
        (void)snprintf(out, AUDIT_WHO_MAX, "uid %ld", (long)getuid()); /* fits */
}

void audit_remote(const char *address, char out[AUDIT_WHO_MAX])
{
    (void)snprintf(out, AUDIT_WHO_MAX, "remote %s", address); /* cut is fine */
}
