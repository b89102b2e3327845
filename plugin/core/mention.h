/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a message names: the endpoint, the advertiser, the quota. Of a long text only the beginning is read. */
#ifndef TTA_CORE_MENTION_H
#define TTA_CORE_MENTION_H

#include "core/catalog.h"
#include "core/words.h"

/* The endpoint, as "GET" and "/campaign/get/"; what is not named is "". */
void mention_endpoint(const char *message, char method[FINDING_METHOD_MAX], char path[FINDING_PATH_MAX]);
/* The id of 15 to 20 digits that is called an advertiser's, else the first that is called nothing else's; "" when
 * there is none. */
void mention_advertiser(const char *message, char id[ADVERTISER_ID_MAX + 1]);
/* The span of time a quota is for; THROTTLE_UNSAID when the text does not say. The shortest of several: a back-off
 * that proves too short is repeated, one that is too long leaves us blind. */
enum throttle_window mention_window(const struct words *words);
/* Whose quota it is; `otherwise` when the text does not say. */
enum scope mention_throttled(const struct words *words, enum scope otherwise);

#endif
