/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the published snapshot knows of a root cause, for the files behind notice_source.h. */
#ifndef TTA_CORE_NOTICE_JOIN_H
#define TTA_CORE_NOTICE_JOIN_H

#include "core/judgement.h"
#include "core/notice_source.h"

/* How it reads now. `member`: of a client or an endpoint, an advertiser that it took. */
struct joined {
    bool is_known;
    enum state state;
    struct judgement judgement;
};

/* Fills who it is (kind, app and root are set): key, name, owner, client, token, app_id, links, last_ok. What is
 * set already stays. False: out of memory. */
bool notice_join(const struct notice_source *source, struct notice *notice, struct joined *out) TTA_MUST_CHECK;
/* Fills what is wrong, as the snapshot has it: cause, code, fix, who acts, since. Only where it is known and not
 * OK.
 */
void notice_take_trouble(const struct notice_source *source, const struct joined *joined, struct notice *notice);
/* The steps for this cause, as configured or as the catalog has them. */
void notice_take_fix(const struct config *config, enum cause cause, enum actor actor, struct notice *notice);
/* Whether any advertiser of this client under this app is not OK. */
bool notice_client_is_lost(const struct snapshot *snapshot, const char *app, const char *client);

#endif
