/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What lies in the outbox, that again, and a test alert. */
#include "cli/notify_letters.h"

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/parse.h"
#include "cli/lines.h"
#include "cli/screen.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The configuration alone: neither inventory nor secrets are needed. NULL with the failure said. */
static struct standing *open_config(const struct call *call)
{
    struct err err = {""};
    struct standing *standing = standing_new(call->config, &err);

    if (!standing)
        (void)call_failed(call, "%s", err.text);
    return standing;
}

/* --- what lies there ------------------------------------------------------------------------------------------
 */

struct listing {
    struct screen screen;
    bool json;
    struct jsonw w;
    struct buf out;
    size_t dead, waiting;
    int64_t now;
};

static void list_text(struct listing *listing, const struct notify_letter *letter)
{
    struct buf line;
    char age[CLOCK_TEXT_MAX];

    buf_init(&line, 64 * 1024);
    buf_printf(&line, "%" PRId64 "  %s  %s: %s of %s, %s old", letter->id, letter->dead ? "dead" : "waits",
               letter->receiver, letter->kind, letter->key, clock_span(listing->now - letter->at, age));
    if (letter->attempts > 0)
        buf_printf(&line, ", %" PRId64 " attempt%s", letter->attempts, letter->attempts == 1 ? "" : "s");
    if (letter->fault[0])
        buf_printf(&line, ": %s", letter->fault);
    screen_text(&listing->screen, buf_text(&line), &listing->out);
    buf_char(&listing->out, '\n');
    buf_free(&line);
}

static void list_json(struct listing *listing, const struct notify_letter *letter)
{
    struct jsonw *w = &listing->w;

    jsonw_object(w, NULL);
    jsonw_int(w, "id", letter->id);
    jsonw_bool(w, "dead", letter->dead);
    jsonw_string(w, "receiver", letter->receiver);
    jsonw_string(w, "key", letter->key);
    jsonw_string(w, "kind", letter->kind);
    lines_json_time(w, "at", letter->at);
    jsonw_int(w, "attempts", letter->attempts);
    jsonw_string(w, "fault", letter->fault[0] ? letter->fault : NULL);
    jsonw_object_end(w);
}

static bool list_one(void *arg, const struct notify_letter *letter)
{
    struct listing *listing = arg;

    listing->dead += letter->dead;
    listing->waiting += !letter->dead;
    if (listing->json)
        list_json(listing, letter);
    else
        list_text(listing, letter);
    return true;
}

static void end_list(struct listing *listing, size_t spooled, size_t aside)
{
    if (listing->json) {
        jsonw_array_end(&listing->w);
        jsonw_int(&listing->w, "dead", (int64_t)listing->dead);
        jsonw_int(&listing->w, "waiting", (int64_t)listing->waiting);
        jsonw_int(&listing->w, "spooled", (int64_t)spooled);
        jsonw_int(&listing->w, "aside", (int64_t)aside);
        jsonw_object_end(&listing->w);
        buf_char(&listing->out, '\n');
        return;
    }
    buf_printf(&listing->out, "%zu dead letter%s, %zu wait, %zu not taken in yet", listing->dead,
               listing->dead == 1 ? "" : "s", listing->waiting, spooled);
    if (aside > 0)
        buf_printf(&listing->out, ", %zu file%s set aside", aside, aside == 1 ? "" : "s");
    buf_str(&listing->out, ".\n");
}

int notify_letters_list(const struct call *call)
{
    struct listing listing = {.json = call_has(call, "json"), .now = clock_wall()};
    struct standing *standing = open_config(call);
    struct err err = {""};
    size_t spooled = 0, aside = 0;
    bool ok;

    if (!standing)
        return COMMAND_FAILED;
    buf_init(&listing.out, LINES_OUTPUT_MAX);
    (void)!screen_of(stdout, NULL, &listing.screen); /* of no colour's name */
    if (listing.json) {
        jsonw_init(&listing.w, &listing.out, true);
        jsonw_object(&listing.w, NULL);
        jsonw_int(&listing.w, "schema", 1);
        jsonw_array(&listing.w, "letters");
    }
    ok = notify_list(standing_config(standing), list_one, &listing, &spooled, &aside, &err);
    if (ok) {
        end_list(&listing, spooled, aside);
        ok = lines_print(&listing.out);
    } else {
        (void)call_failed(call, "%s", err.text);
    }
    buf_free(&listing.out);
    standing_free(standing);
    return ok ? COMMAND_DONE : COMMAND_FAILED;
}

/* --- that again -----------------------------------------------------------------------------------------------
 */

int notify_letters_retry(const struct call *call)
{
    const char *word = call_value(call, "retry");
    struct standing *standing;
    struct err err = {""};
    int64_t id = 0, again = 0, dropped = 0;
    bool ok;

    if (strcmp(word, "all") != 0 && !parse_i64(word, 1, INT64_MAX, &id))
        return call_misused(call, "--retry '%s': allowed: the number of a dead letter, or all", word);
    standing = open_config(call);
    if (!standing)
        return COMMAND_FAILED;
    ok = notify_retry(standing_config(standing), id, clock_wall_ms(), &again, &dropped, &err);
    standing_free(standing);
    if (!ok)
        return call_failed(call, "%s", err.text);
    if (id != 0 && again + dropped == 0)
        return call_failed(call, "there is no dead letter %" PRId64 "; see: tiktok-auth notify --list", id);
    printf("%" PRId64 " on the way again", again);
    if (dropped > 0)
        printf(", %" PRId64 " dropped: something newer was said of these alerts", dropped);
    printf(".\n");
    return COMMAND_DONE;
}

/* --- a test alert ---------------------------------------------------------------------------------------------
 */

struct trial {
    struct screen screen;
    bool all_taken;
};

static void say_tried(void *arg, const struct notify_tried *tried)
{
    struct trial *trial = arg;
    struct buf said;

    buf_init(&said, 4 * ERR_TEXT_MAX);
    screen_text(&trial->screen, tried->said, &said);
    printf("%s: %s%s %s\n", tried->what, tried->taken ? "taken" : "not taken", tried->answered ? ", it said" : ":",
           buf_text(&said));
    (void)fflush(stdout); /* the exit code tells */
    trial->all_taken = trial->all_taken && tried->taken;
    buf_free(&said);
}

static int test_section(const struct call *call, const struct config *config, const struct config_notify *section)
{
    struct trial trial = {.all_taken = true};
    struct err err = {""};
    struct http *pool = notify_pool(&err);
    struct notify_env env;
    struct env real;
    bool ok = pool != NULL;

    (void)!screen_of(stdout, NULL, &trial.screen); /* of no colour's name */
    if (pool) {
        real = env_real(pool);
        env = notify_env_real(&real, pool);
        ok = notify_try(&env, config, section, say_tried, &trial, &err);
    }
    http_free(pool);
    if (!ok)
        return call_failed(call, "%s: %s", section->name, err.text);
    return trial.all_taken ? COMMAND_DONE : COMMAND_FAILED;
}

int notify_letters_test(const struct call *call)
{
    const char *name = call_value(call, "test");
    struct standing *standing = open_config(call);
    const struct config_notify *section;
    int code;

    if (!standing)
        return COMMAND_FAILED;
    section = config_find_notify(standing_config(standing), name);
    if (!section)
        code = call_failed(call, "there is no section [notify %s]", name);
    else if (!section->usable)
        code = call_failed(call, "[notify %s] is not usable as it is configured: see tiktok-auth doctor", name);
    else
        code = test_section(call, standing_config(standing), section);
    standing_free(standing);
    return code;
}
