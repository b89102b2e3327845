/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the query of a callback, an address that was pasted, and the answer of an exchange. */
#include "core/memory.h"
#include "core/oauth_callback.h"
#include "core/oauth_grant.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text <= 0x20 || *text >= 0x7f)
            return false;
    return true;
}

static void read_query(const char *text)
{
    struct oauth_callback callback;
    struct err why = {""};

    if (oauth_callback_read(text, &callback, &why)) {
        require(callback.code != NULL || callback.error[0] != '\0');
        require(callback.state[0] == '\0' || oauth_state_ok(callback.state));
        require(is_printable(callback.error));
        if (callback.code != NULL)
            require(secret_len(callback.code) > 0 && is_printable(secret_reveal(callback.code)));
    } else
        require(why.text[0] != '\0');
    oauth_callback_clear(&callback);
}

static void read_address(const char *text)
{
    static const char uri[] = "https://a.example/cb";
    const char *query = NULL;
    size_t len = 0;
    struct err why = {""};

    if (oauth_callback_of_url(text, uri, &query, &len, &why))
        require(query > text && len <= strlen(query));
}

static void read_answer(const char *text, size_t size)
{
    struct answer answer;
    struct oauth_grant grant;
    struct err why = {""};

    answer_read(&(struct exchange){.http_status = 200, .body = text, .body_len = size, .detail = ""}, &answer);
    if (oauth_grant_read(&answer, &grant, &why)) {
        require(grant.token != NULL && is_printable(secret_reveal(grant.token)));
        require(grant.ids_known || grant.count == 0);
        for (size_t i = 0; i < grant.count; i++) {
            require(parse_advertiser_id(grant.id[i]) && oauth_grant_has(&grant, grant.id[i]));
            require(i == 0 || advertiser_id_order(grant.id[i - 1], grant.id[i]) < 0);
        }
    }
    oauth_grant_clear(&grant);
    answer_wipe(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    read_query(text);
    read_address(text);
    read_answer(text, size);
    free(text);
    return 0;
}
