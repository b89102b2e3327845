/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forgets what is kept of a person. */
#include "probe/forget.h"

#include "base/file.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "ext/store.h"
#include "ext/store_outbox.h"
#include "probe/enqueue.h"
#include "probe/notify.h"
#include "probe/own.h"
#include "probe/round.h"
#include "probe/spool.h"
#include "probe/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64, WORD_LEAST = 3, OUTBOX_PATIENCE_MS = 5000, ESCAPED_MAX = 8192 };

struct forgetting {
    const struct setup *setup;
    const struct config *config;
    const struct forget_options *options;
    struct forget_found *found;
    struct store *store;
    char app[SECTION_NAME_MAX + 1]; /* FORGET_LOGIN: the token's; "" it is no token */
    char *word[WORDS_MAX];          /* what it is called: the id first; owned */
    size_t word_count;
    char *client[WORDS_MAX]; /* owned */
    size_t client_count;
};

void forget_found_clear(struct forget_found *found)
{
    free(found->client);
    found->client = NULL;
}

/* --- what is meant ------------------------------------------------------------------------------------------- */

/* A word so short that it would be found everywhere is left. What there is no room for, too. */
static bool add_word(char **list, size_t *count, const char *text)
{
    if (strlen(text) < WORD_LEAST || *count == WORDS_MAX)
        return true;
    list[*count] = text_dup(text);
    return list[(*count)++] != NULL;
}

/* As it stands in JSON, where that is otherwise. */
static bool add_escaped(struct forgetting *f, const char *text)
{
    struct jsonw w;
    struct buf json;
    char *inner;
    bool ok;

    buf_init(&json, ESCAPED_MAX);
    jsonw_init(&w, &json, false);
    jsonw_string(&w, NULL, text);
    ok = buf_len(&json) > 2;
    inner = ok ? text_dup_n(buf_text(&json) + 1, buf_len(&json) - 2) : NULL;
    ok = inner && (strcmp(inner, text) == 0 || add_word(f->word, &f->word_count, inner));
    free(inner);
    buf_free(&json);
    return ok;
}

static bool take_word(void *arg, const char *kind, const char *word)
{
    struct forgetting *f = arg;

    if (strcmp(kind, "client") == 0)
        return add_word(f->client, &f->client_count, word);
    return add_word(f->word, &f->word_count, word) && add_escaped(f, word);
}

/* Also of a token that has left the configuration. */
static bool take_login(void *arg, const char *app, const char *token, const struct store_token *row)
{
    struct forgetting *f = arg;

    if (strcmp(token, f->options->id) != 0)
        return true;
    (void)snprintf(f->app, sizeof(f->app), "%s", app); /* the name of a section: it fits */
    return add_word(f->word, &f->word_count, row->login) && add_word(f->word, &f->word_count, row->login_mail);
}

static const struct advertiser *any_of_client(const struct forgetting *f, const char *client)
{
    const struct inventory *inventory = setup_inventory(f->setup);

    for (size_t i = 0; i < inventory->count; i++)
        if (strcmp(inventory->item[i].client, client) == 0)
            return &inventory->item[i];
    return NULL;
}

/* A row of the inventory that was left out for its faults; NULL: none. */
static const struct complaint *faulty_row(const struct forgetting *f, const char *id)
{
    const struct complaints *complaints = setup_complaints(f->setup);

    for (size_t i = 0; i < complaints->count; i++)
        if (complaints->item[i].subject == SUBJECT_ADVERTISER && strcmp(complaints->item[i].name, id) == 0)
            return &complaints->item[i];
    return NULL;
}

/* What is expected would be learned again by the next sweep. */
static bool refuse_expected(const struct forgetting *f, struct err *err)
{
    static const char then[] =
        "take it out and run tiktok-auth sweep first, or forget the past alone with --history";
    bool client = f->found->kind == FORGET_CLIENT;
    const char *id = f->options->id;
    const struct complaint *row = client ? NULL : faulty_row(f, id);
    const struct advertiser *a =
        client ? any_of_client(f, id) : inventory_find(f->config, setup_inventory(f->setup), NULL, id, NULL);

    if (f->options->history_only)
        return true;
    if (a)
        return err_set(err, "%s is in the inventory of app %s, and the next sweep would learn it again: %s%s", id,
                       f->config->app[a->app].name, then,
                       setup_inventory_refused(f->setup)
                           ? "; a smaller inventory waits for tiktok-auth sweep --accept-shrink"
                           : "");
    return !row || err_set(err, "%s is in %s, line %u: %s", id, row->file, row->line, then);
}

static bool find_out(struct forgetting *f, struct err *err)
{
    const char *id = f->options->id;
    bool ok;

    f->found->kind = FORGET_ADVERTISER;
    if (!parse_advertiser_id(id)) {
        ok = store_each_token(f->store, take_login, f, err);
        f->found->kind = f->app[0] || config_find_token(f->config, id) != SIZE_MAX ? FORGET_LOGIN : FORGET_CLIENT;
        if (!ok || f->found->kind == FORGET_LOGIN)
            return ok ? !f->options->history_only ||
                            err_set(err, "%s is a token, which has no past of a person: leave --history out", id)
                   : err->text[0] ? false
                                  : err_set(err, "out of memory");
    }
    if (!refuse_expected(f, err))
        return false;
    ok = add_word(f->word, &f->word_count, id) &&
         (f->found->kind == FORGET_CLIENT || store_each_word_of(f->store, id, take_word, f, err));
    return ok || err->text[0] ? ok : err_set(err, "out of memory");
}

/* --- the store ----------------------------------------------------------------------------------------------- */

static const char *kind_word(enum forget_kind kind)
{
    switch (kind) {
    case FORGET_ADVERTISER:
        return "advertiser";
    case FORGET_CLIENT:
        return "client";
    case FORGET_LOGIN:
        break;
    }
    return "token";
}

/* An event that says what was done, and not to whom. */
static struct store_event event_of(const struct forgetting *f)
{
    bool login = f->found->kind == FORGET_LOGIN;
    const char *app = f->config->app_count > 0 ? f->config->app[0].name : "";
    const char *of = login ? f->options->id : app;

    return (struct store_event){
        .at = f->options->now,
        .kind = login ? "token" : "app",
        .app = login ? f->app : app,
        .object = of,
        .root_kind = login ? "token" : "app",
        .root_id = of,
        .note = login                             ? "forgot: whose login it is"
                : f->options->history_only        ? "forgot: the history of one"
                : f->found->kind == FORGET_CLIENT ? "forgot: a client"
                                                  : "forgot: an advertiser",
        .who = f->options->who,
    };
}

static bool forget_rows(struct forgetting *f, const char *kind, const char *id, bool only_count, int64_t *rows,
                        struct err *err)
{
    struct store_event event = event_of(f);
    struct store_forget what = {
        .kind = kind,
        .id = id,
        .history_only = f->options->history_only,
        .word = (const char *const *)f->word,
        .word_count = f->options->history_only ? 0 : f->word_count,
        .event = &event,
        .only_count = only_count,
    };

    if (f->found->kind == FORGET_LOGIN)
        what.app = f->app;
    return store_forget(f->store, &what, rows, err);
}

/* A client of its that has left with it, and of whom there still are rows. */
static bool look_for_client(struct forgetting *f, struct err *err)
{
    for (size_t i = 0; i < f->client_count && !f->found->client; i++) {
        struct store_event none = {.at = 0};
        struct store_forget what = {.kind = "client", .id = f->client[i], .event = &none, .only_count = true};
        int64_t rows = 0;

        if (any_of_client(f, f->client[i]))
            continue;
        if (!store_forget(f->store, &what, &rows, err))
            return false;
        if (rows > 0)
            f->found->client = text_dup(f->client[i]);
    }
    return true;
}

/* --- notifications on their way ------------------------------------------------------------------------------ */

static bool speaks_of(const struct forgetting *f, const struct buf *bytes)
{
    for (size_t i = 0; i < f->word_count; i++)
        if (memmem(buf_text(bytes), buf_len(bytes), f->word[i], strlen(f->word[i])))
            return true;
    return false;
}

/* Counts those that speak of it; `drop` removes them. */
static bool look_at_spool(struct forgetting *f, bool drop, struct err *err)
{
    char *folder = notify_spool_folder(f->config);
    struct spool_list list = {.count = 0};
    bool ok = folder ? spool_list(folder, &list, err) : err_set(err, "out of memory");
    struct buf bytes;

    f->found->spooled = 0;
    buf_init(&bytes, SPOOL_FILE_MAX);
    for (size_t i = 0; ok && i < list.count; i++) {
        struct err gone = {""}; /* taken by the worker meanwhile */

        buf_reset(&bytes);
        if (!spool_read(folder, list.name[i], &bytes, &gone) || !speaks_of(f, &bytes))
            continue;
        f->found->spooled++;
        ok = !drop || spool_drop(folder, list.name[i], err);
    }
    buf_free(&bytes);
    spool_list_free(&list);
    free(folder);
    return ok;
}

/* What the worker keeps of them. */
static bool forget_sent(const struct forgetting *f, struct err *err)
{
    char *path = notify_outbox_path(f->config);
    struct outbox *outbox = NULL;
    struct file_stamp stamp;
    bool missing = false, ok;
    int64_t changed;

    if (!path)
        return err_set(err, "out of memory");
    if (!file_stamp_of(path, &stamp, &missing) && missing) {
        free(path);
        return true;
    }
    outbox = outbox_open(path, true, OUTBOX_PATIENCE_MS, err);
    ok = outbox && outbox_forget(outbox, (const char *const *)f->word, f->word_count, &changed, err) &&
         outbox_purge(outbox, err);
    outbox_close(outbox);
    free(path);
    return ok;
}

/* --- what is published --------------------------------------------------------------------------------------- */

/* A round of no token: what is known is merged and published as it is now. */
static bool publish_anew(const struct forgetting *f, struct err *err)
{
    struct http *http = setup_http(f->setup, err);
    struct env env = env_real(http);
    struct round *round = NULL;
    bool ok = false;

    if (!http)
        return false;
    round =
        round_new(&env, f->setup,
                  &(struct round_options){
                      .selection = {.kind = SELECT_TOKEN, .id = ""}, .deadline_ms = INT64_MAX, .republish = true});
    if (round) {
        round_run(round);
        ok = round_result(round)->published || err_set(err, "%s", round_result(round)->publish_fault);
    } else
        err_set(err, "out of memory");
    round_free(round);
    http_free(http);
    return ok;
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static bool begin(struct forgetting *f, const struct setup *setup, const struct forget_options *options,
                  struct forget_found *found, struct err *err)
{
    *found = (struct forget_found){.rows = 0};
    *f = (struct forgetting){.setup = setup, .config = setup_config(setup), .options = options, .found = found};
    f->store = store_open(f->config->store_path, STORE_WRITE, err);
    return f->store && find_out(f, err);
}

static void end(struct forgetting *f)
{
    for (size_t i = 0; i < f->word_count; i++)
        free(f->word[i]);
    for (size_t i = 0; i < f->client_count; i++)
        free(f->client[i]);
    store_close(f->store);
}

bool forget_look(const struct setup *setup, const struct forget_options *options, struct forget_found *found,
                 struct err *err)
{
    struct forgetting f;
    bool ok = begin(&f, setup, options, found, err) &&
              forget_rows(&f, kind_word(found->kind), options->id, true, &found->rows, err) &&
              look_for_client(&f, err) && look_at_spool(&f, false, err);

    end(&f);
    return ok;
}

/* Everything beside the store, each in spite of the other's failure. */
static void clean(struct forgetting *f)
{
    struct err err = {""};
    bool ok = f->options->history_only ||
              (own_forget(f->config, f->options->id, &err) && watch_remove(f->config, NULL, 0, &err));

    ok = look_at_spool(f, true, &err) && ok;
    ok = forget_sent(f, &err) && ok;
    ok = publish_anew(f, &err) && ok;
    ok = store_purge(f->store, &err) && ok;
    if (!ok)
        (void)snprintf(f->found->fault, sizeof(f->found->fault), "%s", err.text); /* cut is fine */
}

bool forget_do(const struct setup *setup, const struct forget_options *options, struct forget_found *found,
               struct err *err)
{
    struct forgetting f;
    bool ok = begin(&f, setup, options, found, err) &&
              forget_rows(&f, kind_word(found->kind), options->id, false, &found->rows, err) &&
              look_for_client(&f, err);

    if (ok)
        clean(&f);
    end(&f);
    return ok;
}
