/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes a board of all that is known, records its changes, and publishes it as the snapshot. */
#include "probe/publish.h"

#include "base/file.h"
#include "base/log.h"
#include "base/parse.h"
#include "core/snapshot.h"
#include "probe/audit.h"
#include "probe/published.h"
#include "probe/reauth_sign.h"
#include "probe/recall.h"
#include "probe/renewal.h"

#include <stdio.h>
#include <stdlib.h>

enum { SNAPSHOT_MODE = 0640, PRUNE_EVERY_S = 86400 };

/* What the merge works from; the memory of some tokens may be the caller's. */
struct recalled {
    struct memory *memory; /* by token */
    bool *borrowed;        /* by token */
    struct recollection recollection;
    struct refresh_watch *watch; /* by token */
};

static void forget(const struct publish_input *input, struct recalled *recalled)
{
    for (size_t t = 0; t < setup_config(input->setup)->token_count; t++) {
        if (recalled->borrowed[t])
            memory_init(&recalled->memory[t]);
        memory_free(&recalled->memory[t]);
        recalled->borrowed[t] = false;
    }
    recollection_free(&recalled->recollection);
    renewal_free_all(input->setup, recalled->watch);
    recalled->watch = NULL;
}

static bool recall_all(const struct publish_input *input, struct recalled *recalled, struct err *err)
{
    const struct config *config = setup_config(input->setup);
    bool ok = recall_past(input->store, &recalled->recollection, err) &&
              (recalled->watch = renewal_read_all(input->setup, input->store, err)) != NULL;

    for (size_t t = 0; ok && t < config->token_count; t++) {
        struct members members;

        if (config->token[t].app == SIZE_MAX)
            continue;
        if (!members_of(setup_inventory(input->setup), t, &members))
            return err_set(err, "out of memory");
        ok = recall_token(input->store, input->setup, t, &members, &recalled->memory[t], NULL, err);
        members_free(&members);
    }
    return ok;
}

/* Without a store: the last snapshot, and over it what this process has seen itself. */
static bool recall_without_store(const struct publish_input *input, const struct snapshot *last,
                                 struct recalled *recalled, struct err *err)
{
    size_t count = setup_config(input->setup)->token_count;

    if (!recall_snapshot(last, input->setup, recalled->memory) ||
        !recall_past_snapshot(last, &recalled->recollection))
        return err_set(err, "out of memory");
    recalled->watch = renewal_read_all(input->setup, NULL, err);
    if (!recalled->watch)
        return false;
    for (size_t t = 0; t < count; t++) {
        if (!input->is_own[t])
            continue;
        memory_free(&recalled->memory[t]);
        recalled->memory[t] = input->own[t];
        recalled->borrowed[t] = true;
    }
    return true;
}

/* Encodes the board with what only the caller knows. */
static bool encode(const struct publish_input *input, const struct publish_result *result, struct merged *merged,
                   struct buf *out)
{
    const struct board_input *inputs;

    merged->board.store_fault = result->store_fault.text[0] ? result->store_fault.text : input->store_fault;
    merged->board.version = PACKAGE_VERSION;
    merged->board.input_count = (uint32_t)setup_inputs(input->setup, &inputs);
    merged->board.input = reallocarray(NULL, merged->board.input_count + 1, sizeof(*inputs));
    if (!merged->board.input)
        return false;
    for (uint32_t i = 0; i < merged->board.input_count; i++)
        merged->board.input[i] = inputs[i];
    buf_reset(out);
    if (!snapshot_encode(&merged->board, out)) {
        free(merged->board.input);
        return false;
    }
    free(merged->board.input);
    return true;
}

/* Once a day what is older than [store] keep is forgotten. */
static void prune(struct store *store, const struct config *config, int64_t now)
{
    static const char name[] = "pruned_at";
    struct err err = {""};
    char *value = NULL;
    int64_t pruned_at = 0;
    char text[32];

    if (!store_get_value(store, name, &value, &err)) {
        log_warning("store", "%s", err.text);
        return;
    }
    if (!value || !parse_i64(value, 0, INT64_MAX, &pruned_at) || pruned_at > now)
        pruned_at = 0;
    free(value);
    if (pruned_at && now - pruned_at < PRUNE_EVERY_S)
        return;
    snprintf(text, sizeof(text), "%lld", (long long)now);
    if (!store_prune(store, now - config->keep_s, now - AUDIT_REMOTE_KEPT_S, &err) ||
        !store_set_value(store, name, text, &err))
        log_warning("store", "%s", err.text);
}

/* Merges, records what changed, encodes. False with *err: out of memory. */
static bool make(const struct publish_input *input, struct store *store, const struct recalled *recalled,
                 struct buf *out, struct publish_result *result)
{
    const struct setup *setup = input->setup;
    const struct recollection *recollection = &recalled->recollection;
    struct merged *merged = merge(&(struct merge_input){
        .config = setup_config(setup),
        .inventory = setup_inventory(setup),
        .complaints = setup_complaints(setup),
        .memory = recalled->memory,
        .secret_stamp = input->secret_stamp,
        .watch = recalled->watch,
        .past = recollection->past,
        .past_count = recollection->past_count,
        .retired = recollection->retired,
        .retired_count = recollection->retired_count,
        .untaken = recollection->untaken,
        .untaken_count = recollection->untaken_count,
        .now = input->now,
    });
    struct err link_fault = {""};
    bool ok;

    if (!merged)
        return err_set(&result->fault, "out of memory");
    result->changes = merged->change_count;
    if (!reauth_sign_board(setup_config(setup), &merged->board, &merged->arena, input->now, &link_fault))
        log_warning("link", "alerts carry no link to authorize again: %s", link_fault.text);
    if (store)
        prune(store, setup_config(setup), input->now);
    if (store && !recall_record(store, setup_config(setup), merged, input->last, input->now, &result->store_fault))
        log_warning("store", "%s", result->store_fault.text);
    ok = encode(input, result, merged, out) || err_set(&result->fault, "out of memory");
    merged_free(merged);
    return ok;
}

static void write_out(const struct publish_input *input, const struct buf *out, struct publish_result *result)
{
    char *path = config_state_file(setup_config(input->setup), "snapshot");

    if (!path)
        err_set(&result->fault, "out of memory");
    else
        result->published = file_replace(path, buf_text(out), buf_len(out), SNAPSHOT_MODE, &result->fault);
    free(path);
}

bool publish(const struct publish_input *input, struct buf *out, struct publish_result *result)
{
    const struct config *config = setup_config(input->setup);
    struct recalled recalled = {
        .memory = calloc(config->token_count + 1, sizeof(*recalled.memory)),
        .borrowed = calloc(config->token_count + 1, sizeof(bool)),
    };
    struct store *store = input->store;
    bool ok = recalled.memory && recalled.borrowed;

    *result = (struct publish_result){.published = false};
    if (!ok) {
        free(recalled.memory);
        free(recalled.borrowed);
        return err_set(&result->fault, "out of memory");
    }
    if (store && !recall_all(input, &recalled, &result->store_fault)) {
        log_warning("store", "%s", result->store_fault.text);
        forget(input, &recalled);
        store = NULL;
    }
    if (!store) {
        struct published last = published_open(config);

        ok = recall_without_store(input, last.snapshot, &recalled, &result->fault) &&
             make(input, NULL, &recalled, out, result);
        published_close(&last);
    } else {
        ok = make(input, store, &recalled, out, result);
    }
    if (ok)
        write_out(input, out, result);
    forget(input, &recalled);
    free(recalled.memory);
    free(recalled.borrowed);
    return ok;
}
