/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Endpoint of the person behind a token. */
#include "api.h"

void user_info(struct api_call *call)
{
    const struct world_login *login = call->token->login;
    struct buf *data = &call->reply->data;

    buf_text(data, "{\"core_user_id\":");
    buf_json(data, login->core_user_id);
    buf_text(data, ",\"display_name\":");
    buf_json(data, login->display_name);
    buf_text(data, ",\"email\":");
    buf_json(data, login->email);
    buf_text(data, ",\"avatar_url\":\"\",\"create_time\":1700000000}");
}
