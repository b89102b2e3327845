/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is asked for, and by whom it may be. */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/net.h"
#include "base/text.h"
#include "probe/published.h"
#include "probe/serve_private.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { LOOK_MS = 2000 };

struct serve_look serve_look_of(const struct serve *serve)
{
    const struct config_serve *given = &standing_config(serve->standing)->serve;

    return (struct serve_look){.name = given->name, .contact = given->contact, .css = serve->css};
}

/* --- what it works from ----------------------------------------------------------------------------------------
 */

static void open_signer(struct serve *serve)
{
    struct err err = {""};

    if (serve->signer)
        return;
    serve->signer = reauth_signer_open(standing_config(serve->standing), &err);
    if (!serve->signer && strcmp(err.text, serve->signer_fault.text) != 0)
        log_error("serve", "no link can be told from another: %s", err.text);
    serve->signer_fault = err;
}

static void say_what_is_missing(const struct serve *serve)
{
    const struct config *config = standing_config(serve->standing);
    bool any = false;

    for (size_t a = 0; a < config->app_count; a++)
        any |= config->app[a].public_url && config->app[a].redirect_uri && config->app[a].secret_file;
    if (!any)
        log_warning("serve", "no app has public_url, redirect_uri and secret_file: there is nothing to answer");
}

static bool files_changed(const struct serve *serve)
{
    const struct board_input *inputs;
    size_t count = setup_inputs(serve->setup, &inputs);

    for (size_t i = 0; i < count; i++) {
        struct file_stamp now;

        /* The configuration is read again when we are told to. */
        if (strcmp(inputs[i].path, standing_path(serve->standing)) == 0)
            continue;
        (void)file_stamp_of(inputs[i].path, &now, NULL);
        if (!file_stamp_equal(&now, &inputs[i].stamp))
            return true;
    }
    return false;
}

/* A new client must not wait for a restart. */
static void look_at_files(struct serve *serve)
{
    int64_t now_ms = clock_mono_ms();
    struct setup *fresh;
    struct err err = {""};

    if (now_ms < serve->looked_ms + LOOK_MS)
        return;
    serve->looked_ms = now_ms;
    open_signer(serve);
    if (!files_changed(serve))
        return;
    fresh = standing_setup(serve->standing, &err);
    if (!fresh) {
        log_warning("serve", "%s", err.text);
        return;
    }
    setup_free(serve->setup);
    serve->setup = fresh;
}

/* --- which page ------------------------------------------------------------------------------------------------
 */

/* The path of an address, up to its query; "" none. */
static const char *path_of(const char *url, size_t *len)
{
    const char *host = strstr(url, "://");
    const char *path = host ? host + 3 + strcspn(host + 3, "/?#") : url + strlen(url);

    *len = strcspn(path, "?#");
    return path;
}

static bool equal(const char *path, const char *part, size_t len)
{
    return strlen(path) == len && strncmp(path, part, len) == 0;
}

/* What stands behind the path of public_url, which a proxy may have taken off; NULL: none of ours. */
static const char *behind_public(const struct config_app *app, const char *path)
{
    size_t len;
    const char *prefix = path_of(app->public_url, &len);

    return strncmp(path, prefix, len) == 0 && path[len] == '/' ? path + len : path;
}

/* "ID/SIGNATURE" of a link; NULL: it is none. */
static const char *link_of_path(const struct serve *serve, const char *path)
{
    static const char LINK[] = "/r/";
    const struct config *config = setup_config(serve->setup);

    for (size_t a = 0; a < config->app_count; a++) {
        const char *rest = config->app[a].public_url ? behind_public(&config->app[a], path) : path;

        if (strncmp(rest, LINK, strlen(LINK)) == 0)
            return rest + strlen(LINK);
    }
    return NULL;
}

static bool is_callback(const struct serve *serve, const char *path)
{
    const struct config *config = setup_config(serve->setup);

    for (size_t a = 0; a < config->app_count; a++) {
        const struct config_app *app = &config->app[a];
        size_t len, prefix_len;
        const char *callback, *prefix;

        if (!app->redirect_uri || !app->public_url)
            continue;
        callback = path_of(app->redirect_uri, &len);
        prefix = path_of(app->public_url, &prefix_len);
        if (equal(path, callback, len))
            return true;
        if (prefix_len > 0 && len > prefix_len && strncmp(callback, prefix, prefix_len) == 0 &&
            equal(path, callback + prefix_len, len - prefix_len))
            return true;
    }
    return false;
}

/* --- the question ----------------------------------------------------------------------------------------------
 */

/* What is published of the advertiser that a link is about. */
static bool find_row(const struct published *published, const struct connect_target *target,
                     struct board_advertiser *out)
{
    struct board_app app;
    uint32_t at;

    return published->snapshot && target->advertiser[0] &&
           snapshot_find_app(published->snapshot, target->app, &app, &at) &&
           snapshot_find_advertiser(published->snapshot, at, target->advertiser, out, NULL);
}

/* Ended on purpose: nobody is asked for it any more. */
static bool is_retired(const struct config *config, const struct connect_target *target)
{
    struct published published = published_open(config);
    struct board_advertiser advertiser;
    bool retired = find_row(&published, target, &advertiser) && advertiser.verdict.cause == CAUSE_RETIRED;

    published_close(&published);
    return retired;
}

static bool is_connected(const struct config *config, const struct connect_target *target)
{
    struct published published = published_open(config);
    struct board_advertiser advertiser;
    struct board_token token;
    bool connected = false;

    if (target->advertiser[0])
        connected = find_row(&published, target, &advertiser) && advertiser.verdict.cause == CAUSE_AUTHORIZED &&
                    advertiser.verdict.verified_at > 0;
    else if (published.snapshot)
        connected = snapshot_find_token(published.snapshot, target->token, &token, NULL) &&
                    token.verdict.cause == CAUSE_AUTHORIZED && token.members.unauthorized == 0 && !token.link[0];
    published_close(&published);
    return connected;
}

static size_t accounts_of(const struct inventory *inventory, size_t token)
{
    size_t count = 0;

    for (size_t i = 0; i < inventory->count; i++)
        for (size_t k = 0; k < inventory->item[i].token_count; k++)
            count += inventory->item[i].token[k] == token;
    return count;
}

static void answer_question(struct serve *serve, struct httpd_request *request,
                            const struct connect_target *target)
{
    const struct config *config = setup_config(serve->setup);
    const struct serve_look look = serve_look_of(serve);
    size_t token = config_find_token(config, target->token);
    struct serve_ask ask = {
        .account = target->advertiser[0] ? target->name : NULL,
        .id = target->advertiser[0] ? target->advertiser : target->token,
        .ours = token != SIZE_MAX && config->token[token].granted_by == GRANTED_BY_US,
        .accounts = accounts_of(setup_inventory(serve->setup), token),
        .connected = is_connected(config, target),
    };
    struct buf page;

    buf_init(&page, SERVE_PAGE_MAX);
    if (!serve_page_ask(&look, &ask, &page))
        buf_fail(&page);
    serve_answer_page(serve, request, 200, &page);
}

static void take_link(struct serve *serve, struct httpd_request *request, const char *link)
{
    const struct config *config = setup_config(serve->setup);
    struct connect_target target;
    struct reauth_found found;
    struct err err = {""};

    if (!serve->signer) {
        serve_answer_note(serve, request, SERVE_NOTE_FAULT);
        return;
    }
    switch (reauth_check(serve->signer, config, link, clock_wall(), &found)) {
    case REAUTH_STRANGE:
        serve_answer_note(serve, request, SERVE_NOTE_STRANGE);
        return;
    case REAUTH_OVER:
        serve_answer_note(serve, request, SERVE_NOTE_OVER);
        return;
    case REAUTH_GOOD:
        break;
    }
    if (!connect_target_find(serve->setup, found.kind == REAUTH_TOKEN ? found.id : NULL,
                             config->app[found.app].name, found.kind == REAUTH_ADVERTISER ? found.id : NULL,
                             &target, &err)) {
        log_info("serve", "%s has a link of ours that leads nowhere: %s", httpd_remote(request), err.text);
        serve_answer_note(serve, request, SERVE_NOTE_GONE);
    } else if (is_retired(config, &target)) {
        serve_answer_note(serve, request, SERVE_NOTE_GONE);
    } else if (httpd_method(request) == HTTPD_POST) {
        serve_job_start(serve, SERVE_BEGIN, request, &target);
    } else {
        answer_question(serve, request, &target);
    }
}

static void handle(void *arg, struct httpd_request *request)
{
    struct serve *serve = arg;
    const struct config_serve *given = &standing_config(serve->standing)->serve;
    const char *path = httpd_path(request), *link;

    if (!rate_take(serve->rate, httpd_origin(request), given->rate, given->rate_total, clock_mono_ms())) {
        log_debug("serve", "%s asks too often", httpd_remote(request));
        serve_answer_note(serve, request, SERVE_NOTE_OFTEN);
        return;
    }
    look_at_files(serve);
    link = link_of_path(serve, path);
    if (link)
        take_link(serve, request, link);
    else if (!is_callback(serve, path))
        serve_answer_note(serve, request, SERVE_NOTE_STRANGE);
    else if (httpd_method(request) != HTTPD_GET)
        serve_answer_note(serve, request, SERVE_NOTE_HEAD); /* nobody's look at it may spend a code */
    else
        serve_job_start(serve, SERVE_FINISH, request, NULL);
}

/* --- the service -----------------------------------------------------------------------------------------------
 */

static bool listen_at(struct serve *serve, const char *where, struct err *err)
{
    const struct config_serve *given = &standing_config(serve->standing)->serve;
    const char *at = where ? where : given->listen;

    serve->httpd =
        httpd_new(&(struct httpd_options){.listen = at, .trusted = given->trusted_proxy}, handle, serve, err);
    if (!serve->httpd)
        return false;
    (void)snprintf(serve->address, sizeof(serve->address), "%.*s:%u", (int)(strrchr(at, ':') - at), at,
                   httpd_port(serve->httpd));
    return true;
}

struct serve *serve_new(const struct serve_options *options, struct err *err)
{
    struct serve *serve = calloc(1, sizeof(*serve));
    uint64_t seed = 0;

    if (!serve) {
        err_set(err, "out of memory");
        return NULL;
    }
    serve->css = options->css;
    serve->css_hash = options->css_hash;
    serve->resume_due = true;
    (void)getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
    serve->rate = rate_new(seed);
    serve->standing = standing_new(options->config_path, err);
    if (serve->standing)
        serve->setup = standing_setup(serve->standing, err);
    if (serve->setup)
        serve->policy = serve_policy(setup_config(serve->setup), serve->css_hash);
    if (serve->setup && (!serve->policy || !serve->rate || !serve_jobs_new(serve)))
        err_set(err, "out of memory");
    else if (serve->setup && listen_at(serve, options->listen, err)) {
        open_signer(serve);
        say_what_is_missing(serve);
        return serve;
    }
    serve_free(serve);
    return NULL;
}

void serve_free(struct serve *serve)
{
    if (!serve)
        return;
    httpd_free(serve->httpd);
    serve_jobs_free(serve);
    reauth_signer_free(serve->signer);
    setup_free(serve->setup);
    standing_free(serve->standing);
    rate_free(serve->rate);
    free(serve->policy);
    free(serve);
}

const char *serve_address(const struct serve *serve)
{
    return serve->address;
}

bool serve_reload(struct serve *serve, struct err *err)
{
    struct setup *setup;
    char *policy;

    if (!standing_reload(serve->standing, err))
        return false;
    setup = standing_setup(serve->standing, err);
    policy = setup ? serve_policy(setup_config(setup), serve->css_hash) : NULL;
    if (!policy || !httpd_trust(serve->httpd, setup_config(setup)->serve.trusted_proxy)) {
        setup_free(setup);
        free(policy);
        return setup ? err_set(err, "out of memory") : false;
    }
    setup_free(serve->setup);
    free(serve->policy);
    serve->setup = setup;
    serve->policy = policy;
    reauth_signer_free(serve->signer);
    serve->signer = NULL;
    open_signer(serve);
    say_what_is_missing(serve);
    return true;
}

size_t serve_fds(const struct serve *serve, struct pollfd *fds)
{
    size_t count = 0;

    fds[count++] = (struct pollfd){.fd = httpd_fd(serve->httpd), .events = POLLIN};
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        if (worker_is_running(serve->job[i].worker))
            fds[count++] = (struct pollfd){.fd = worker_fd(serve->job[i].worker), .events = POLLIN};
    return count;
}

int64_t serve_wake_ms(const struct serve *serve)
{
    int64_t wake = httpd_wake_ms(serve->httpd);

    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        if (worker_wake_ms(serve->job[i].worker) < wake)
            wake = worker_wake_ms(serve->job[i].worker);
    return wake;
}

void serve_step(struct serve *serve, int64_t mono_ms)
{
    serve_jobs_step(serve, mono_ms);
    httpd_step(serve->httpd);
}

bool serve_is_idle(const struct serve *serve)
{
    for (size_t i = 0; i < SERVE_JOBS_MAX; i++)
        if (worker_is_running(serve->job[i].worker))
            return false;
    return true;
}
