/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any bytes as the file of a token; what is taken, written again, reads the same. */
#include "base/token_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct token_file file, again;
    struct err err = {""};
    struct buf text;

    if (!token_file_parse((const char *)data, size, &file, &err)) {
        if (!err.text[0] || file.access || file.refresh)
            abort();
        return 0;
    }
    buf_init_secret(&text, TOKEN_FILE_MAX);
    if (!token_file_format(&file, &text) || !token_file_parse(buf_text(&text), buf_len(&text), &again, &err) ||
        !secret_equal(file.access, again.access) || !secret_equal(file.refresh, again.refresh) ||
        file.expires != again.expires || file.refresh_expires != again.refresh_expires)
        abort();
    buf_wipe(&text);
    token_file_free(&file);
    token_file_free(&again);
    return 0;
}
