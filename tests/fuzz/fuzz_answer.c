/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as an answer: the first byte chooses the status, the rest is the body. */
#include "base/text.h"
#include "core/answer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool see_listed(void *arg, const char *id, const char *name)
{
    size_t *count = arg;

    require(parse_advertiser_id(id) && name);
    (*count)++;
    return true;
}

static bool see_account(void *arg, const char *id, const char *status, const char *name)
{
    require(status != NULL);
    return see_listed(arg, id, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {0, 200, 204, 302, 401, 429, 500, 502};
    struct exchange exchange = {.outcome = ANSWERED};
    struct err why = {""};
    struct answer answer;
    size_t listed = 0, accounts = 0;
    bool whole;

    if (size < 1)
        return 0;
    exchange.http_status = statuses[data[0] % TTA_LEN(statuses)];
    exchange.body = (const char *)data + 1;
    exchange.body_len = size - 1;
    answer_read(&exchange, &answer);
    require(answer.finding.cause < CAUSE_COUNT);
    require(text_is_utf8(answer.message, strlen(answer.message)));
    require(text_is_utf8(answer.request_id, strlen(answer.request_id)));
    require(answer.has_code || answer.message[0]);
    require(answer.has_code || cause_info(answer.finding.cause)->keeps);
    require(answer.http_status < 300 || answer.http_status >= 400 || !answer.has_code);
    whole = answer_each_listed(&answer, see_listed, &listed, &why);
    require(whole ? why.text[0] == '\0' : why.text[0] != '\0' && listed == 0);
    require(answer_each_account(&answer, see_account, &accounts, NULL) == whole && accounts == listed);
    answer_free(&answer);
    return 0;
}
