/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any bytes as a snapshot, as they are and with a header that fits them, read, judged and printed in
 * every way; line 1 keeps its bounds. */
#include "core/output.h"
#include "core/snapshot_format.h"
#include "small_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_MAX = 64, OUTPUT_MAX = 4 << 20 };

static const int64_t NOW = 1795316400;

static void check_line(const struct buf *line)
{
    const char *text = buf_text(line);

    if (buf_len(line) > OUTPUT_LINE_MAX)
        abort();
    for (size_t i = 0; i < buf_len(line); i++)
        if (text[i] < 0x20 || text[i] > 0x7e || strchr("`~$&|'\"<>", text[i]))
            abort();
}

static void print(const struct judgement *j)
{
    struct buf out;

    buf_init(&out, OUTPUT_MAX);
    output_line(j, &out);
    check_line(&out);
    buf_reset(&out);
    output_text(j, 1, &out);
    buf_reset(&out);
    output_json(j, &out);
    buf_free(&out);
}

static void judge(const struct snapshot *snapshot, enum selection_kind kind, const char *app, const char *id)
{
    static struct judgement j; /* too large for the stack */
    struct selection selection = {kind, app, id};
    struct thresholds thresholds = {.has_warning = false};

    judgement_make(small_config(), NULL, snapshot, NULL, &selection, &thresholds, STATE_UNKNOWN, NOW, &j);
    print(&j);
}

/* A name as a command line may hold it. */
static bool is_name(const char *name)
{
    return strnlen(name, 65) <= 64;
}

static void use(const struct snapshot *snapshot)
{
    struct board_complaint complaint;
    struct board_advertiser a;
    struct board_input input;
    struct board_token token;
    struct board_root root;
    struct board_app app;

    for (uint32_t i = 0; i < ROWS_MAX; i++) {
        if (snapshot_app(snapshot, i, &app) && is_name(app.name))
            judge(snapshot, SELECT_APP, app.name, NULL);
        if (snapshot_token(snapshot, i, &token) && is_name(token.name))
            judge(snapshot, SELECT_TOKEN, NULL, token.name);
        if (snapshot_advertiser(snapshot, i, &a) && strnlen(a.id, 21) <= 20) {
            judge(snapshot, SELECT_ADVERTISER, NULL, a.id);
            if (snapshot_app(snapshot, a.app, &app))
                judge(snapshot, SELECT_ADVERTISER, app.name, a.id);
        }
        (void)!snapshot_root(snapshot, i, &root);
        (void)!snapshot_problem(snapshot, i, &a);
        (void)!snapshot_input(snapshot, i, &input);
        (void)!snapshot_complaint(snapshot, i, &complaint);
    }
    judge(snapshot, SELECT_API, NULL, NULL);
    judge(snapshot, SELECT_ALL, NULL, NULL);
}

static void open_and_use(const uint8_t *data, size_t size)
{
    struct snapshot *snapshot = snapshot_open(data, size, NULL);

    if (snapshot)
        use(snapshot);
    snapshot_close(snapshot);
}

/* Counts that the bytes have room for, and the rest a pool. */
static void repair(uint8_t *bytes, size_t size)
{
    struct row_header header;
    uint64_t at = sizeof(header);

    memcpy(&header, bytes, sizeof(header));
    memcpy(header.magic, SNAPSHOT_MAGIC, sizeof(header.magic));
    header.order = SNAPSHOT_ORDER;
    header.version = SNAPSHOT_VERSION;
    header.length = size;
    header.count[SECTION_APP_BY_NAME] = header.count[SECTION_APP] %= 4;
    header.count[SECTION_TOKEN_BY_NAME] = header.count[SECTION_TOKEN] %= 4;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        header.count[i] %= 16;
        at += snapshot_section_size((enum section)i, header.count[i]);
    }
    header.pool_length = at < size ? (uint32_t)(size - at) : 0;
    memcpy(bytes, &header, sizeof(header));
    bytes[size - 1] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_and_use(data, size);
    if (size > sizeof(struct row_header)) {
        uint8_t *copy = malloc(size);

        if (!copy)
            return 0;
        memcpy(copy, data, size);
        repair(copy, size);
        open_and_use(copy, size);
        free(copy);
    }
    return 0;
}
