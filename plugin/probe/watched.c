/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The published list of watched uploads. */
#include "probe/watched.h"

#include "base/file.h"

#include <stdlib.h>

const char watched_file[] = "videos";

bool watched_read(const struct config *config, struct upload_list *list, struct err *err)
{
    char *path = config_state_file(config, watched_file);
    struct file_stamp stamp;
    bool missing = false, ok;
    struct buf bytes;

    if (!path)
        return err_set(err, "out of memory");
    buf_init(&bytes, UPLOAD_LIST_BYTES_MAX);
    ok = !file_stamp_of(path, &stamp, &missing) && missing;
    if (!ok)
        ok = file_read(path, &bytes, err) && (upload_list_decode(buf_text(&bytes), buf_len(&bytes), list, err) ||
                                              err_prefix(err, "the list of watched uploads"));
    buf_free(&bytes);
    free(path);
    return ok;
}

bool watched_is_due(const struct upload *upload, int64_t now)
{
    /* A pause that is longer than any: the clock was set back. */
    return !upload_is_settled(upload) && (upload->next_at <= now || upload->next_at > now + WATCHED_LONGEST_S + 1);
}
