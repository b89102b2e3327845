/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's look at tokens of TikTok users: whether they can be refreshed, and when they end. */
#include "base/clock.h"
#include "base/text.h"
#include "probe/doctor_private.h"
#include "probe/renewal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char AREA[] = "renewal";

/* False, and said: what is refreshed is written beside the old file first. */
static bool examine_folder(const struct doctor *d, const struct config_token *token)
{
    const char *slash = strrchr(token->token_file, '/');
    char *folder = slash ? text_dup_n(token->token_file, (size_t)(slash - token->token_file) + 1) : text_dup(".");
    bool writable = !folder || faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
    int why = errno;

    if (!writable)
        doctor_say(d, DOCTOR_PROBLEM, AREA,
                   "let who sweeps write into that folder, or keep this token in one where that is so",
                   "token %s: refresh = yes, but no file can be made beside %s: %s", token->name,
                   token->token_file, strerror(why));
    free(folder);
    return writable;
}

/* True when nothing is to be done. */
static bool say_verdict(const struct doctor *d, const struct config_token *token,
                        const struct refresh_watch *watch, const struct refresh_verdict *verdict)
{
    if (verdict->due)
        doctor_say(d, DOCTOR_PROBLEM, AREA,
                   "mend what it names, or authorize again and write a new pair of tokens into the file",
                   "token %s: %s", token->name, verdict->said.message ? verdict->said.message : "");
    else if (!watch->refresh_expires)
        doctor_say(
            d, DOCTOR_NOTE, AREA,
            "add a line such as 'refresh_expires 2027-11-22T02:14:05Z' to its file, behind the refresh token",
            "token %s: it is not known when its refresh token ends, so nobody will be warned", token->name);
    return !verdict->due && watch->refresh_expires;
}

void doctor_renewal(struct doctor *d)
{
    size_t good = 0;

    for (size_t t = 0; t < d->config->token_count; t++) {
        const struct config_token *token = &d->config->token[t];
        struct refresh_watch watch;
        struct refresh_verdict verdict;
        struct err err = {.text = ""};

        if (token->kind != TOKEN_TT_USER || !token->usable)
            continue;
        if (!renewal_read(d->setup, d->store, t, &watch, &err)) {
            doctor_say(d, DOCTOR_PROBLEM, AREA, "", "token %s: %s", token->name, err.text);
            continue;
        }
        if (!token->refresh || examine_folder(d, token)) {
            if (refresh_judge(&watch, clock_wall(), &verdict))
                good += say_verdict(d, token, &watch, &verdict);
            said_clear(&verdict.said);
        }
        refresh_watch_free(&watch);
    }
    if (good > 0)
        doctor_say(d, DOCTOR_OK, AREA, "", "%zu token%s of TikTok users: the end of %s refresh token is watched",
                   good, good == 1 ? "" : "s", good == 1 ? "its" : "each");
}
