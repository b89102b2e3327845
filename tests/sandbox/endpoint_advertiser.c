/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Endpoint of account data: name, status and the like of up to 100 advertisers. */
#include "api.h"

#include <string.h>

#define IDS_MOST 100

static const char *of(const char *text, const char *otherwise)
{
    return text == NULL ? otherwise : text;
}

static bool wanted(const cJSON *fields, const char *name)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, fields)
    {
        if (strcmp(item->valuestring, name) == 0) {
            return true;
        }
    }
    return fields == NULL;
}

static void add_advertiser(struct buf *data, const struct world_advertiser *advertiser, const cJSON *fields)
{
    const struct {
        const char *name;
        const char *value;
    } texts[] = {
        {"name", advertiser->name},
        {"status", of(advertiser->status, "STATUS_ENABLE")},
        {"company", of(advertiser->company, advertiser->name)},
        {"currency", of(advertiser->currency, "EUR")},
        {"timezone", of(advertiser->timezone, "Europe/Berlin")},
        {"display_timezone", of(advertiser->timezone, "Europe/Berlin")},
        {"country", of(advertiser->country, "DE")},
        {"role", of(advertiser->role, "ROLE_ADVERTISER")},
        {"language", "en"},
        {"email", "a***@example.com"},
        {"industry", "291905"},
        {"rejection_reason", ""},
        {"advertiser_account_type", "AUCTION"},
    };

    buf_text(data, "{\"advertiser_id\":");
    buf_json(data, advertiser->id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (wanted(fields, texts[i].name)) {
            buf_format(data, ",\"%s\":", texts[i].name);
            buf_json(data, texts[i].value);
        }
    }
    buf_text(data, wanted(fields, "create_time") ? ",\"create_time\":1700000000" : "");
    buf_text(data, wanted(fields, "balance") ? ",\"balance\":1000" : "");
    buf_char(data, '}');
}

void advertiser_info(struct api_call *call)
{
    cJSON *ids = api_need_texts(call, "advertiser_ids", IDS_MOST);
    cJSON *fields = NULL;
    const cJSON *item;
    struct buf data = {0};
    bool fine = ids != NULL;

    if (fine && request_param(call->request, "fields") != NULL) {
        fields = api_need_texts(call, "fields", 50);
        fine = fields != NULL;
    }
    buf_text(&data, "{\"list\":[");
    cJSON_ArrayForEach(item, ids)
    {
        fine = fine && api_check_advertiser(call, item->valuestring);
        if (!fine) {
            break;
        }
        buf_text(&data, item == ids->child ? "" : ",");
        add_advertiser(&data, world_advertiser(call->sandbox->world, item->valuestring), fields);
    }
    buf_text(&data, "]}");
    if (fine) {
        buf_add(&call->reply->data, data.data, data.len);
    }
    buf_free(&data);
    cJSON_Delete(fields);
    cJSON_Delete(ids);
}
