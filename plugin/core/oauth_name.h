/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The name of a token that is kept beside another. */
#ifndef TTA_CORE_OAUTH_NAME_H
#define TTA_CORE_OAUTH_NAME_H

#include "base/parse.h"

/* "OLD-CLIENT" in letters, digits and dashes, or "OLD-ID" where no client is known, cut to the length of a name;
 * from the second attempt on with the number behind it: always a name that a section may have. */
void oauth_own_name(const char *old, const char *client, const char *advertiser_id, unsigned attempt,
                    char out[SECTION_NAME_MAX + 1]);

#endif
