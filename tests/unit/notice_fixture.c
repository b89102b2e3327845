/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A notice to begin with. */
#include "notice_fixture.h"

const int64_t NOTICE_NOW = 1795316400;

struct notice notice_fixture(void)
{
    struct notice n;

    notice_init(&n);
    n.id = "agent/17";
    n.key = "tiktok-auth/741/7502022393087590401";
    n.sender = "agent";
    n.at = NOTICE_NOW;
    n.kind = SCOPE_ADVERTISER;
    n.root = n.advertiser_id = "7502022393087590401";
    n.name = "Acme GmbH";
    n.app = "main";
    n.app_id = "741";
    n.token = "emea-01";
    n.owner = "emea-team";
    n.client = "Acme";
    n.members = 1;
    n.state = STATE_CRITICAL;
    n.cause = CAUSE_REVOKED;
    n.old_cause = CAUSE_AUTHORIZED;
    n.has_code = true;
    n.code = 40001;
    n.message = "No permission";
    n.request_id = "2026";
    n.urgency = URGENCY_HIGH;
    n.actor = ACTOR_CLIENT;
    n.action = "client must re-authorize";
    n.fix[0] = "first";
    n.fix[1] = "second";
    n.since = NOTICE_NOW - 100;
    n.last_ok = NOTICE_NOW - 400;
    n.verified_at = NOTICE_NOW;
    n.reauth_url = "https://a.example/c?id=1&x=2";
    return n;
}
