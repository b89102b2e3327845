/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Endpoint of videos: those that are usable, the others are silently left out. */
#include "api.h"

#define IDS_MOST 60

/* A video that spoils the whole call. */
static bool spoils(struct api_call *call, const struct world_video *video, int64_t now)
{
    if (video == NULL || video->code == 0 || world_video_usable(video, now)) {
        return false;
    }
    reply_error(call->reply, (long)video->code, "%s", video->message == NULL ? "Video error" : video->message);
    return true;
}

void video_info(struct api_call *call)
{
    const char *owner = api_need(call, "advertiser_id");
    int64_t now = sandbox_now_ms(call->sandbox);
    struct buf *data = &call->reply->data;
    const char *comma = "";
    const cJSON *item;
    cJSON *ids;

    if (owner == NULL || !api_check_advertiser(call, owner) ||
        (ids = api_need_texts(call, "video_ids", IDS_MOST)) == NULL) {
        return;
    }
    buf_text(data, "{\"list\":[");
    cJSON_ArrayForEach(item, ids)
    {
        const struct world_video *video = map_find(&call->sandbox->world->video_by_id, item->valuestring);

        if (spoils(call, video, now)) {
            cJSON_Delete(ids);
            return;
        }
        if (video == NULL || video->advertiser != world_advertiser(call->sandbox->world, owner) ||
            !world_video_usable(video, now)) {
            continue;
        }
        buf_format(data, "%s{\"video_id\":", comma);
        buf_json(data, video->id);
        buf_text(data, ",\"file_name\":");
        buf_json(data, video->file_name);
        buf_text(data,
                 ",\"displayable\":true,\"format\":\"mp4\",\"duration\":15.0,\"width\":1080,\"height\":1920}");
        comma = ",";
    }
    buf_text(data, "]}");
    cJSON_Delete(ids);
}
