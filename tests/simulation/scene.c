/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes the files, runs the rounds, reads what they left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../unit/scratch.h"
#include "base/clock.h"
#include "base/file.h"
#include "scene.h"

enum { TEXT_MAX = 32 << 20 };

struct scene *scene_new(size_t tokens, size_t advertisers)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    scene->world = world_new(tokens, advertisers);
    scene->env = world_env(scene->world);
    scene->expected = calloc(advertisers + 1, sizeof(*scene->expected));
    scene->client = calloc(advertisers + 1, sizeof(*scene->client));
    assert_non_null(scene->expected);
    assert_non_null(scene->client);
    for (size_t i = 0; i < advertisers; i++)
        scene->expected[i] = 1;
    scene->api = scene->app = scene->sweep = scene->token = scene->rest = "";
    scene->state_folder = "state";
    buf_init(&scene->bytes, SNAPSHOT_SIZE_MAX);
    return scene;
}

static void close_snapshot(struct scene *scene)
{
    snapshot_close(scene->snapshot);
    scene->snapshot = NULL;
    buf_reset(&scene->bytes);
}

void scene_free(struct scene *scene)
{
    close_snapshot(scene);
    buf_free(&scene->bytes);
    setup_free(scene->setup);
    world_free(scene->world);
    free(scene->expected);
    free(scene->client);
    free(scene);
}

/* --- files --------------------------------------------------------------------------------------------------- */

static void write_text(const char *name, const struct buf *text, mode_t mode)
{
    assert_true(buf_ok(text));
    scratch_write(name, buf_text(text), buf_len(text), mode);
}

/* With its refresh token, where it has one. */
static void write_token(const struct scene *scene, const struct world_token *token, const char *name)
{
    char end[CLOCK_TEXT_MAX];
    struct buf text;

    buf_init(&text, 1000);
    buf_str(&text, token->text);
    if (token->refresh[0])
        buf_printf(&text, "\n%s\n", token->refresh);
    if (scene->ends_told && token->expires_ms)
        buf_printf(&text, "expires %s\n", clock_rfc3339(token->expires_ms / 1000, end));
    if (scene->ends_told && token->refresh_expires_ms)
        buf_printf(&text, "refresh_expires %s\n", clock_rfc3339(token->refresh_expires_ms / 1000, end));
    write_text(name, &text, 0600);
    buf_free(&text);
}

static void write_config(const struct scene *scene)
{
    const struct world *world = scene->world;
    size_t apps = 0;
    struct buf text;

    buf_init(&text, TEXT_MAX);
    buf_printf(&text, "[api]\nbase_url = http://127.0.0.1:1/open_api/v1.3\n%s\n", scene->api);
    for (size_t t = 0; t < world->token_count; t++)
        apps = world->token[t].app >= apps ? world->token[t].app + 1 : apps;
    for (size_t a = 0; a < apps; a++) {
        char name[32];

        buf_printf(&text, "[app app-%zu]\napp_id = %s\n%s\n", a, world->app[a].app_id, scene->app);
        if (scene->no_app_secret)
            continue;
        snprintf(name, sizeof(name), "app-%zu.secret", a);
        buf_printf(&text, "secret_file = %s\n", name);
        scratch_write(name, world->app[a].secret, strlen(world->app[a].secret), 0600);
    }
    for (size_t t = 0; t < world->token_count; t++) {
        char name[32];

        snprintf(name, sizeof(name), "tok-%zu.token", t);
        buf_printf(&text, "[token tok-%zu]\napp = app-%zu\ntoken_file = %s\n%s\n", t, world->token[t].app, name,
                   scene->token);
        write_token(scene, &world->token[t], name);
    }
    buf_printf(&text, "[inventory]\nfile = a.csv\n[sweep]\n%s\n[store]\npath = %s\n%s\n", scene->sweep,
               scene_state_path(scene, "state.db"), scene->rest);
    write_text("t.conf", &text, 0644);
    buf_free(&text);
}

static void write_inventory(const struct scene *scene)
{
    const struct world *world = scene->world;
    struct buf text;

    buf_init(&text, TEXT_MAX);
    buf_str(&text, "advertiser_id,name,token,owner,client\n");
    for (size_t i = 0; i < world->advertiser_count; i++) {
        const char *blank = "";

        if (!scene->expected[i])
            continue;
        buf_printf(&text, "%s,Account %zu,", world->advertiser[i].id, i);
        for (size_t t = 0; t < world->token_count; t++) {
            if (!(scene->expected[i] >> t & 1))
                continue;
            buf_printf(&text, "%stok-%zu", blank, t);
            blank = " ";
        }
        buf_printf(&text, ",owner,%s\n", scene->client[i] ? scene->client[i] : "");
    }
    write_text("a.csv", &text, 0644);
    buf_free(&text);
}

void scene_load(struct scene *scene)
{
    struct err err = {""};

    if (!scene->no_state_folder)
        (void)mkdir(scratch_path(scene->state_folder), 0770); /* may be there */
    write_config(scene);
    write_inventory(scene);
    setup_free(scene->setup);
    scene->setup = setup_load(
        &(struct setup_options){.config_path = scratch_path("t.conf"), .accept_shrink = true, .remember = true},
        &err);
    if (!scene->setup)
        fail_msg("%s", err.text);
}

const char *scene_state_path(const struct scene *scene, const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", scene->state_folder, name);
    return scratch_path(path);
}

/* --- rounds -------------------------------------------------------------------------------------------------- */

struct round_options scene_now(const struct scene *scene)
{
    return (struct round_options){
        .selection = {.kind = SELECT_ALL},
        .began_ms = scene->world->now_ms,
        .deadline_ms = INT64_MAX,
    };
}

void scene_take(struct scene *scene, struct round *round)
{
    const struct round_result *result = round_result(round);
    struct err err = {""};

    scene->result = (struct scene_result){
        .asked = result->asked,
        .verified = result->verified,
        .shared = result->shared,
        .left = result->left,
        .changes = result->changes,
        .calls = result->calls,
        .published = result->published,
    };
    snprintf(scene->result.publish_fault, sizeof(scene->result.publish_fault), "%s", result->publish_fault);
    snprintf(scene->result.store_fault, sizeof(scene->result.store_fault), "%s", result->store_fault);
    close_snapshot(scene);
    if (result->published)
        assert_true(file_read(scene_state_path(scene, "snapshot"), &scene->bytes, &err));
    else
        assert_true(buf_add(&scene->bytes, buf_text(round_snapshot(round)), buf_len(round_snapshot(round))));
    round_free(round);
    if (buf_len(&scene->bytes) == 0)
        return;
    scene->snapshot = snapshot_open(buf_text(&scene->bytes), buf_len(&scene->bytes), &err);
    if (!scene->snapshot)
        fail_msg("%s", err.text);
}

void scene_round_with(struct scene *scene, const struct round_options *options)
{
    struct round *round = round_new(&scene->env, scene->setup, options);

    assert_non_null(round);
    round_run(round);
    scene_take(scene, round);
}

void scene_round(struct scene *scene)
{
    struct round_options options = scene_now(scene);

    scene_round_with(scene, &options);
}

/* --- what came of it ----------------------------------------------------------------------------------------- */

struct board_advertiser scene_advertiser(const struct scene *scene, size_t i)
{
    struct board_advertiser row;
    struct board_app app;

    assert_non_null(scene->snapshot);
    for (uint32_t a = 0; snapshot_app(scene->snapshot, a, &app); a++)
        if (snapshot_find_advertiser(scene->snapshot, a, scene->world->advertiser[i].id, &row, NULL))
            return row;
    fail_msg("no advertiser %s in the snapshot", scene->world->advertiser[i].id);
    return row;
}

struct board_token scene_token(const struct scene *scene, const char *name)
{
    struct board_token row;

    assert_non_null(scene->snapshot);
    if (!snapshot_find_token(scene->snapshot, name, &row, NULL))
        fail_msg("no token %s in the snapshot", name);
    return row;
}

struct history {
    struct scene_event *event;
    size_t count, most;
};

static bool take_event(void *arg, const struct store_event *row)
{
    struct history *history = arg;
    struct scene_event event = {.at = row->at, .baseline = strcmp(row->note, "baseline") == 0};

    assert_true(state_from_name(row->state, &event.state));
    assert_true(cause_from_name(row->cause, &event.cause));
    assert_true(event.baseline || state_from_name(row->old_state, &event.old_state));
    assert_true(event.baseline || cause_from_name(row->old_cause, &event.old_cause));
    if (history->count < history->most)
        history->event[history->count] = event;
    history->count++;
    return true;
}

size_t scene_history(const struct scene *scene, const char *kind, const char *object, struct scene_event *event,
                     size_t most)
{
    struct history history = {.event = event, .most = most};
    struct err err = {""};
    struct store *store = store_open(scene_state_path(scene, "state.db"), STORE_READ, &err);

    if (!store || !store_history(store, kind, NULL, object, SIZE_MAX, take_event, &history, &err))
        fail_msg("%s", err.text);
    store_close(store);
    return history.count;
}
