/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a mail tells and asks for, per cause and grantor. Only mail.c includes this. */
#ifndef TTA_CORE_MAIL_CASE_H
#define TTA_CORE_MAIL_CASE_H

#include "core/cause.h"

#include <stdbool.h>

/* What the reader is asked to do. */
enum way { WAY_CONNECT, WAY_SHARE, WAY_ASSET, WAY_CONFIRM, WAY_REPLACE, WAY_APPEAL, WAY_CORRECT };

struct mail_case {
    enum cause cause;
    bool from_client, from_us; /* whose grants it is for */
    enum way way;
    const char *subject; /* before the name of the account */
    const char *happened;
    const char *effect;
    const char *before; /* what we must do first; NULL: nothing */
};

/* NULL: the client can do nothing. */
const struct mail_case *mail_case_of(enum cause cause, enum grantor granted_by);

#endif
