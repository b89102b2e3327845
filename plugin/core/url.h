/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which addresses a configuration may name. */
#ifndef TTA_CORE_URL_H
#define TTA_CORE_URL_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>

enum { URL_MAX = 1000 };

enum url_rule {
    URL_API,     /* https, or http to a loopback host; no query, no fragment */
    URL_PROXY,   /* http or https, host and port, nothing behind them */
    URL_LINK,    /* https, or http to a loopback host; safe to print */
    URL_TEMPLATE /* as URL_LINK, and may hold {advertiser_id} */
};

/* False with what is wrong in *why, which never quotes the address: it may hold a password. A user or password is
 * refused everywhere. Loopback hosts are localhost, 127.0.0.0/8 and [::1]. */
bool url_check(const char *url, enum url_rule rule, struct err *why) TTA_MUST_CHECK;

#endif
