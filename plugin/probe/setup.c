/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads what a sweep works from; only a configuration that can't be read at all is a failure. */
#include "probe/setup.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "ext/http.h"
#include "probe/accepted.h"
#include "probe/config_file.h"
#include "probe/own.h"
#include "probe/renewal.h"
#include "probe/tokens.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct setup {
    struct config *config;
    struct inventory *inventory;
    struct complaints complaints;
    struct board_input *input; /* paths are the config's */
    size_t input_count;
    char *own_path;
    struct err own_fault; /* why the tokens that we keep can't be read; "" they can */
    bool refused;
};

static char *absolute(const char *path)
{
    char folder[PATH_MAX];
    struct buf whole;
    size_t len = 0;

    if (path[0] == '/' || !getcwd(folder, sizeof(folder)))
        return text_dup(path);
    buf_init(&whole, 2 * PATH_MAX);
    buf_printf(&whole, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
    return buf_take(&whole, &len);
}

/* --- the configuration --------------------------------------------------------------------------------------- */

static bool load_config(struct setup *setup, const struct setup_options *options, const char *path,
                        struct file_stamp *stamp, struct err *err)
{
    if (options->config_text) {
        *stamp = options->config_stamp;
        setup->config = config_text_read(path, options->config_text, true, &setup->complaints, err);
        return setup->config != NULL;
    }
    /* The stamp first: what changes while it is read makes the stamp old, never the contents. */
    (void)file_stamp_of(path, stamp, NULL); /* zeroed when it is missing, and reading it says so */
    setup->config = config_file_read(path, true, &setup->complaints, err);
    return setup->config != NULL;
}

static void add_input(struct setup *setup, const char *path, const struct file_stamp *stamp)
{
    setup->input[setup->input_count++] = (struct board_input){.path = path, .stamp = *stamp};
}

/* The shrink guard of the token list, whose first token is `first`. */
static bool tokens_stand(struct setup *setup, const struct setup_options *options, size_t first)
{
    const struct config *config = setup->config;
    size_t now = config->token_count - first, gone = 0;
    size_t before = *tokens_source(config) ? tokens_remembered(config, &gone) : 0;

    if (gone > 0 && inventory_shrinks(before, now) && !options->accept_shrink) {
        complain(&setup->complaints, config->path, config->tokens_line, SUBJECT_ALL, "",
                 "[tokens] shrank from %zu to %zu tokens at once; those that are gone are not asked, and the last "
                 "states of their advertisers stand; if that is meant: tiktok-auth sweep --accept-shrink",
                 before, now);
        return false;
    }
    if (*tokens_source(config) && now == 0)
        complain(&setup->complaints, config->path, config->tokens_line,
                 config->token_count == 0 ? SUBJECT_ALL : SUBJECT_NOBODY, "", "[tokens] gives no token%s",
                 config->token_count == 0 ? ": nothing can be asked" : "");
    return true;
}

/* The tokens that we keep ourselves. */
static void load_own(struct setup *setup)
{
    struct file_stamp stamp;

    (void)file_stamp_of(setup->own_path, &stamp, NULL); /* zeroed when missing: there are none */
    add_input(setup, setup->own_path, &stamp);
    if (own_feed(setup->config, setup->own_path, &setup->own_fault))
        err_clear(&setup->own_fault); /* else it is told behind what is wrong with the user's own files */
}

/* The tokens of [tokens], or what is remembered of them, and the end of the configuration. */
static bool load_tokens(struct setup *setup, const struct setup_options *options)
{
    struct config *config = setup->config;
    size_t first = config->token_count, kept, end;
    struct buf text;
    struct err err = {.text = ""};
    bool stand;

    if (config->tokens_file) {
        struct file_stamp stamp;

        (void)file_stamp_of(config->tokens_file, &stamp, NULL); /* zeroed when missing: told below */
        add_input(setup, config->tokens_file, &stamp);
    }
    stand = tokens_read(config, &text, &err);
    if (stand) {
        tokens_feed(config, tokens_source(config), &text);
        stand = tokens_stand(setup, options, first);
    } else
        complain(&setup->complaints, config->path, config->tokens_line, SUBJECT_ALL, "",
                 "[tokens] can't be read, its tokens are not asked: %s", err.text);
    buf_wipe(&text);
    kept = stand ? config->token_count : tokens_recall(config);
    end = config->token_count;
    load_own(setup);
    if (!config_finish(config))
        return false;
    if (stand && options->remember && *tokens_source(config) && !tokens_remember(config, first, &err))
        complain(&setup->complaints, config->path, config->tokens_line, SUBJECT_NOBODY, "",
                 "the names of the tokens can't be kept: %s", err.text);
    for (size_t i = kept; i < end; i++) {
        secret_free(config->token[i].secret);
        config->token[i].secret = NULL;
        config->token[i].usable = false;
    }
    return true;
}

/* --- the inventory ------------------------------------------------------------------------------------------- */

/* The inventory as it stands in its files. *whole: every file could be read; where that is not so, `affected` says
 * whom it affects. NULL: out of memory. */
static struct inventory *read_inventory(struct setup *setup, enum subject affected, bool *whole)
{
    const struct config *config = setup->config;
    struct inventory_builder *builder = inventory_begin(config, &setup->complaints);

    *whole = true;
    for (size_t i = 0; builder && i < config->inventory_count; i++) {
        const char *path = config->inventory_file[i];
        struct file_stamp stamp;
        struct buf text;
        struct err err = {.text = ""};

        buf_init(&text, INVENTORY_BYTES_MAX);
        (void)file_stamp_of(path, &stamp, NULL); /* zeroed when missing: told below */
        add_input(setup, path, &stamp);
        if (file_read(path, &text, &err))
            inventory_csv(builder, path, buf_text(&text), buf_len(&text));
        else {
            complain(&setup->complaints, path, 0, affected, "", "inventory file: %s", err.text);
            *whole = false;
        }
        buf_free(&text);
    }
    return builder ? inventory_finish(builder) : NULL;
}

static void refuse(struct setup *setup, const struct accepted *accepted, struct inventory *kept, bool whole)
{
    const struct config *config = setup->config;
    const char *file = config->inventory_count > 0 ? config->inventory_file[0] : config->path;
    size_t now = setup->inventory->count;

    inventory_free(setup->inventory);
    setup->inventory = kept;
    setup->refused = true;
    if (whole)
        complain(&setup->complaints, file, 0, SUBJECT_NOBODY, "",
                 "the inventory shrank from %zu to %zu advertisers at once and is refused; the accepted one "
                 "stands; if that is meant: tiktok-auth sweep --accept-shrink",
                 accepted->count, now);
    else
        complain(&setup->complaints, file, 0, SUBJECT_NOBODY, "",
                 "the inventory can't be read whole; the accepted one with %zu advertisers stands until it can",
                 accepted->count);
    if (kept->count < accepted->count)
        complain(&setup->complaints, file, 0, SUBJECT_NOBODY, "",
                 "%zu of the %zu accepted advertisers name only tokens that are no longer configured",
                 accepted->count - kept->count, accepted->count);
}

/* The shrink guard. */
static bool guard(struct setup *setup, const struct setup_options *options, const struct accepted *accepted,
                  bool whole, struct err *err)
{
    const struct config *config = setup->config;
    struct err why = {.text = ""};
    bool shrinks = accepted->found && inventory_shrinks(accepted->count, setup->inventory->count);

    if (accepted->found && (!whole || (shrinks && !options->accept_shrink))) {
        struct inventory *kept = accepted_inventory(config, accepted);

        if (!kept)
            return err_set(err, "out of memory");
        refuse(setup, accepted, kept, whole);
    } else if (options->remember && whole && !accepted_write(config, setup->inventory, accepted, &why))
        complain(&setup->complaints, config->path, 0, SUBJECT_NOBODY, "",
                 "the accepted inventory can't be kept: %s", why.text);
    return true;
}

static bool load_inventory(struct setup *setup, const struct setup_options *options, struct err *err)
{
    struct accepted accepted;
    struct err why = {.text = ""};
    bool whole = false, ok;

    if (!accepted_read(setup->config, &accepted, &why))
        complain(&setup->complaints, setup->config->path, 0, SUBJECT_NOBODY, "",
                 "the accepted inventory can't be compared: %s", why.text);
    /* Where nothing stands in for a file that can't be read, nobody is known to be expected. */
    setup->inventory = read_inventory(setup, accepted.found ? SUBJECT_NOBODY : SUBJECT_ALL, &whole);
    ok = setup->inventory ? guard(setup, options, &accepted, whole, err) : err_set(err, "out of memory");
    accepted_free(&accepted);
    return ok;
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static bool load_all(struct setup *setup, const struct setup_options *options, const char *path, struct err *err)
{
    struct file_stamp stamp = {.size = 0};

    if (!load_config(setup, options, path, &stamp, err))
        return false;
    setup->input = calloc(setup->config->inventory_count + 3, sizeof(*setup->input));
    setup->own_path = config_own_list(setup->config);
    if (!setup->input || !setup->own_path)
        return err_set(err, "out of memory");
    add_input(setup, setup->config->path, &stamp);
    if (!load_tokens(setup, options))
        return err_set(err, "out of memory");
    if (!load_inventory(setup, options, err))
        return false;
    if (setup->own_fault.text[0])
        complain(&setup->complaints, setup->own_path, 0, SUBJECT_ALL, "",
                 "tokens that were kept from authorizations are not asked: %s", setup->own_fault.text);
    return true;
}

struct setup *setup_load(const struct setup_options *options, struct err *err)
{
    struct setup *setup = calloc(1, sizeof(*setup));
    char *path = absolute(options->config_path);

    if (setup)
        complaints_init(&setup->complaints);
    if (!setup || !path) {
        err_set(err, "out of memory");
        setup_free(setup);
        setup = NULL;
    } else if (!load_all(setup, options, path, err)) {
        setup_free(setup);
        setup = NULL;
    }
    free(path);
    return setup;
}

void setup_free(struct setup *setup)
{
    if (!setup)
        return;
    inventory_free(setup->inventory);
    config_free(setup->config);
    complaints_free(&setup->complaints);
    free(setup->input);
    free(setup->own_path);
    free(setup);
}

const struct config *setup_config(const struct setup *setup)
{
    return setup->config;
}

const struct inventory *setup_inventory(const struct setup *setup)
{
    return setup->inventory;
}

const struct complaints *setup_complaints(const struct setup *setup)
{
    return &setup->complaints;
}

size_t setup_inputs(const struct setup *setup, const struct board_input **inputs)
{
    *inputs = setup->input;
    return setup->input_count;
}

bool setup_inventory_refused(const struct setup *setup)
{
    return setup->refused;
}

/* --- what it opens the doors with ---------------------------------------------------------------------------- */

struct secret *setup_token_secret(const struct setup *setup, size_t token, struct err *err)
{
    const struct config_token *t = &setup->config->token[token];
    struct secret *copy;
    char *path;

    if (!t->secret && !t->token_file) {
        err_set(err, "token %s: no token is configured", t->name);
        return NULL;
    }
    if (!t->secret) {
        path = renewal_file(setup->config, token);
        copy = path ? secret_read(path, err) : NULL;
        if (!path)
            err_set(err, "out of memory");
        free(path);
        return copy;
    }
    copy = secret_new(secret_reveal(t->secret), secret_len(t->secret));
    if (!copy)
        err_set(err, "out of memory");
    return copy;
}

struct secret *setup_app_secret(const struct setup *setup, size_t app, struct err *err)
{
    const struct config_app *a = &setup->config->app[app];

    if (!a->secret_file) {
        err_set(err, "app %s: no secret_file is configured", a->name);
        return NULL;
    }
    return secret_read(a->secret_file, err);
}

struct http *setup_http(const struct setup *setup, struct err *err)
{
    const struct config_api *api = &setup->config->api;

    return http_new(
        &(struct http_options){
            .base_url = api->base_url,
            .ca_file = api->ca_file,
            .proxy = api->proxy,
            .connect_timeout_ms = api->connect_timeout_ms,
            .request_timeout_ms = api->request_timeout_ms,
            .max_response = (size_t)api->max_response,
        },
        err);
}
