/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any bytes as a published list of uploads, behind the first row that it must have; what is taken is
 * printed in every way, line 1 keeps its bounds, and written again it reads the same. */
#include "core/output.h"
#include "core/upload_list.h"
#include "core/upload_output.h"
#include "small_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t NOW = 1795316400;

static void print(const struct upload_list *list)
{
    const struct upload **all = calloc(list->count + 1, sizeof(*all));
    struct upload_report report = {
        .config = small_config(), .upload = all, .count = list->count, .stale_after_s = 1800, .now = NOW};
    struct buf out;

    buf_init(&out, 64 << 20);
    for (size_t i = 0; all && i < list->count; i++)
        all[i] = &list->item[i];
    if (all && upload_report_text(&report, true, &out)) {
        size_t len = strcspn(buf_text(&out), "\n");

        if (len > OUTPUT_LINE_MAX)
            abort();
        for (size_t i = 0; i < len; i++)
            if (buf_text(&out)[i] < 0x20 || buf_text(&out)[i] > 0x7e || strchr("`~$&|'\"<>", buf_text(&out)[i]))
                abort();
    }
    buf_reset(&out);
    if (all)
        upload_report_json(&report, &out);
    buf_free(&out);
    free(all);
}

/* Writes it, and reads that into `again`. */
static void pass_on(const struct upload_list *list, struct buf *text, struct upload_list *again)
{
    struct err err = {""};

    buf_init(text, 64 << 20);
    if (!upload_list_encode(list, text) || !upload_list_decode(buf_text(text), buf_len(text), again, &err) ||
        again->count != list->count)
        abort();
}

/* The first time line ends in a field become blanks. */
static void write_and_read_again(const struct upload_list *list)
{
    struct upload_list second = {.item = NULL}, third = {.item = NULL}, fourth = {.item = NULL};
    struct buf text[3];

    pass_on(list, &text[0], &second);
    pass_on(&second, &text[1], &third);
    pass_on(&third, &text[2], &fourth);
    if (strcmp(buf_text(&text[1]), buf_text(&text[2])) != 0)
        abort();
    upload_list_free(&second);
    upload_list_free(&third);
    upload_list_free(&fourth);
    for (size_t i = 0; i < TTA_LEN(text); i++)
        buf_free(&text[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct upload_list list = {.item = NULL};
    struct err err = {""};
    struct buf text;

    buf_init(&text, 64 << 20);
    buf_str(&text, "tiktok-auth-videos 1\n");
    buf_add(&text, data, size);
    if (upload_list_decode(buf_text(&text), buf_len(&text), &list, &err)) {
        print(&list);
        write_and_read_again(&list);
    }
    upload_list_free(&list);
    buf_free(&text);
    return 0;
}
