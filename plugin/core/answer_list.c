/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The accounts that an answer lists. */
#include "core/answer.h"

#include "base/parse.h"

/* data.list of an answer that succeeded; NULL with a sentence otherwise. */
static const struct json *list_of(const struct answer *answer, struct err *why)
{
    const struct json *list = json_member(answer->data, "list");

    if (answer->finding.class != CLASS_OK && answer->finding.class != CLASS_PARTIAL)
        (void)err_set(why, "the answer is no success, so it lists nothing");
    else if (json_type_of(answer->data) != JSON_OBJECT)
        (void)err_set(why, "the answer has no data");
    else if (!list)
        (void)err_set(why, "the answer has no data.list");
    else if (json_type_of(list) != JSON_ARRAY)
        (void)err_set(why, "data.list of the answer is no array");
    else
        return list;
    return NULL;
}

/* The id of one item; NULL with a sentence when it has none that is whole. `place` counts from 1. */
static const char *id_of(const struct json *item, size_t place, struct err *why)
{
    const struct json *value = json_member(item, "advertiser_id");
    const char *id = json_text(value);

    if (json_type_of(item) != JSON_OBJECT)
        (void)err_set(why, "item %zu of data.list is no object", place);
    else if (!value)
        (void)err_set(why, "item %zu of data.list has no advertiser_id", place);
    else if (json_type_of(value) == JSON_NUMBER)
        (void)err_set(why,
                      "advertiser_id in item %zu of data.list is a number, which may have lost digits: only a "
                      "string is sound",
                      place);
    else if (!id || !parse_advertiser_id(id))
        (void)err_set(why, "advertiser_id in item %zu of data.list is no string of 1 to 20 digits", place);
    else
        return id;
    return NULL;
}

/* The list when every item of it has a sound id. */
static const struct json *sound_list(const struct answer *answer, struct err *why)
{
    const struct json *list = list_of(answer, why);
    size_t place = 1;

    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!id_of(item, place++, why))
            return NULL;
    return list;
}

/* A text that may be missing or of another type: it is for people only. */
static const char *text_of(const struct json *item, const char *key)
{
    const char *text = json_text(json_member(item, key));

    return text ? text : "";
}

bool answer_each_listed(const struct answer *answer, answer_advertiser_fn *each, void *arg, struct err *why)
{
    const struct json *list = sound_list(answer, why);

    if (!list)
        return false;
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!each(arg, text_of(item, "advertiser_id"), text_of(item, "advertiser_name")))
            return err_set(why, "the list could not be taken over");
    return true;
}

bool answer_each_account(const struct answer *answer, answer_account_fn *each, void *arg, struct err *why)
{
    const struct json *list = sound_list(answer, why);

    if (!list)
        return false;
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!each(arg, text_of(item, "advertiser_id"), text_of(item, "status"), text_of(item, "name")))
            return err_set(why, "the list could not be taken over");
    return true;
}

bool answer_each_video(const struct answer *answer, answer_video_fn *each, void *arg, struct err *why)
{
    const struct json *list = list_of(answer, why);
    size_t place = 1;

    if (!list)
        return false;
    for (const struct json *item = json_first(list); item; item = json_next(item), place++)
        if (json_type_of(item) != JSON_OBJECT || !json_text(json_member(item, "video_id")))
            return err_set(why, "item %zu of data.list has no video_id that is a string", place);
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!each(arg, text_of(item, "video_id")))
            return err_set(why, "the list could not be taken over");
    return true;
}
