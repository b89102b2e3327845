/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Messages of any kind. */
#include "core/message.h"

const char *message_path(enum notify_kind kind)
{
    switch (kind) {
    case NOTIFY_PAGERDUTY:
        return "/v2/enqueue";
    case NOTIFY_ALERTMANAGER:
        return "/api/v2/alerts";
    case NOTIFY_WEBHOOK:
    case NOTIFY_SLACK:
        break;
    }
    return "";
}

bool message_body(enum notify_kind kind, const struct message *message, struct buf *out)
{
    switch (kind) {
    case NOTIFY_PAGERDUTY:
        return message_pagerduty(message, out);
    case NOTIFY_ALERTMANAGER:
        buf_char(out, '[');
        message_alertmanager(message, out);
        return buf_char(out, ']');
    case NOTIFY_WEBHOOK:
        return message_webhook(message, out);
    case NOTIFY_SLACK:
        return message_slack(message, out);
    }
    return false;
}
