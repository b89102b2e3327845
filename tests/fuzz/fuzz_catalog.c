/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a message, under many codes: what is found keeps catalog.h's promises. */
#include "core/catalog.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(int64_t code, const char *message)
{
    const struct code_info *info = catalog_code(code);
    struct finding found;

    catalog_classify(code, message, &found);
    require(found.cause < CAUSE_COUNT);
    require(memchr(found.path, '\0', sizeof found.path) != NULL);
    require(memchr(found.method, '\0', sizeof found.method) != NULL);
    require(memchr(found.advertiser_id, '\0', sizeof found.advertiser_id) != NULL);
    require(!found.advertiser_id[0] || parse_advertiser_id(found.advertiser_id));
    require(!found.path[0] || (found.path[0] == '/' && found.path[strlen(found.path) - 1] == '/'));
    require(!found.method[0] || found.path[0]);
    require((found.window != THROTTLE_NONE) == (found.cause == CAUSE_THROTTLED));
    if (found.by_family)
        require(found.class == cause_info(found.cause)->class);
    else if (info)
        require(found.class == info->class && found.cause == info->cause);
    else
        require(found.class == CLASS_UNKNOWN && found.cause == CAUSE_UNKNOWN);
    if (code == 0)
        require(found.class == CLASS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t codes[] = {0, 20001, 40001, 40002, 40100, 40102, 40104, 40113, 40133, 50000, 99999};
    char *message = malloc(size + 1);

    if (!message)
        return 0;
    if (size)
        memcpy(message, data, size);
    message[size] = '\0';
    for (size_t i = 0; i < TTA_LEN(codes); i++)
        check(codes[i], message);
    (void)catalog_account_status(message); /* any cause is right */
    free(message);
    return 0;
}
