/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Files for setup, and an environment without network, whose time passes when it is waited. */
#include "probe_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "scratch.h"

const int64_t PROBE_NOW = 1795316400;

static const char BEGINNING[] = "[app main]\n"
                                "app_id = 7055107885017071618\n"
                                "secret_file = main.secret\n"
                                "tier = ultimate\n"
                                "budget = 100%\n"
                                "[token one]\n"
                                "app = main\n"
                                "token_file = one.token\n"
                                "[token two]\n"
                                "app = main\n"
                                "token_file = two.token\n"
                                "granted_by = us\n"
                                "[api]\n"
                                "base_url = http://127.0.0.1:1/open_api/v1.3\n"
                                "retries = 0\n"
                                "[store]\n"
                                "path = state.db\n";

const char *probe_file(const char *name, const char *text)
{
    return scratch_write(name, text, strlen(text), 0644);
}

const char *probe_secret(const char *name, const char *text)
{
    return scratch_write(name, text, strlen(text), 0600);
}

const char *probe_config_alone(const char *text)
{
    return probe_file("t.conf", text);
}

const char *probe_config(const char *more)
{
    static char text[64 * 1024];
    int len = snprintf(text, sizeof(text), "%s%s", BEGINNING, more);

    assert_in_range(len, 1, sizeof(text) - 1);
    probe_secret("main.secret", "app-secret\n");
    probe_secret("one.token", "token-of-one\n");
    probe_secret("two.token", "token-of-two\n");
    return probe_file("t.conf", text);
}

struct setup *probe_setup(const char *path, bool accept_shrink, bool remember)
{
    struct err err = {.text = ""};
    struct setup *setup = setup_load(
        &(struct setup_options){.config_path = path, .accept_shrink = accept_shrink, .remember = remember}, &err);

    if (!setup)
        fail_msg("setup_load: %s", err.text);
    return setup;
}

static const struct complaint *find(const struct setup *setup, const char *part)
{
    const struct complaints *list = setup_complaints(setup);

    for (size_t i = 0; i < list->count; i++)
        if (strstr(list->item[i].text, part))
            return &list->item[i];
    return NULL;
}

void assert_complained(const struct setup *setup, enum subject subject, const char *part)
{
    const struct complaint *c = find(setup, part);

    if (!c) {
        const struct complaints *list = setup_complaints(setup);

        for (size_t i = 0; i < list->count; i++)
            print_error("complaint: %s\n", list->item[i].text);
        fail_msg("no complaint holds: %s", part);
    } else
        assert_int_equal(c->subject, subject);
}

void assert_not_complained(const struct setup *setup, const char *part)
{
    const struct complaint *c = find(setup, part);

    if (c)
        fail_msg("complaint: %s", c->text);
}

const char *probe_read(const char *name)
{
    static char text[1 << 20];
    FILE *file = fopen(scratch_path(name), "re");
    size_t len = 0;

    if (file) {
        len = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
    }
    text[len] = '\0';
    return text;
}

/* --- the API ------------------------------------------------------------------------------------------------- */

static int64_t wall_ms(void *ctx)
{
    return ((struct fake_api *)ctx)->wall_ms;
}

static int64_t mono_ms(void *ctx)
{
    return ((struct fake_api *)ctx)->mono_ms;
}

static uint32_t no_chance(void *ctx)
{
    (void)ctx;
    return 0;
}

static const struct fake_reply *choose(const struct fake_api *api, const char *token, const char *path)
{
    for (size_t i = 0; i < api->replies; i++) {
        const struct fake_reply *r = &api->reply[i];

        if ((!r->token || strcmp(r->token, token) == 0) && (!r->path || strcmp(r->path, path) == 0))
            return r;
    }
    fail_msg("no reply for %s with %s", path, token);
    return NULL;
}

static struct http_call *start(void *ctx, const struct http_request *request, http_done_fn *done, void *arg)
{
    struct fake_api *api = ctx;
    const char *token = request->access_token ? secret_reveal(request->access_token) : "";

    assert_int_equal(request->method, strstr(request->path, "oauth2/access_token") ? HTTP_POST : HTTP_GET);
    api->asked++;
    for (size_t i = 0; i < TTA_LEN(api->pending); i++) {
        if (api->pending[i].used)
            continue;
        api->pending[i].used = true;
        api->pending[i].done = done;
        api->pending[i].arg = arg;
        api->pending[i].reply = choose(api, token, request->path);
        return (struct http_call *)(void *)&api->pending[i];
    }
    fail_msg("too many requests at once");
    return NULL;
}

static void cancel(void *ctx, struct http_call *call)
{
    struct fake_api *api = ctx;

    for (size_t i = 0; i < TTA_LEN(api->pending); i++)
        if ((void *)&api->pending[i] == (void *)call)
            api->pending[i].used = false;
}

static void pass(struct fake_api *api, int64_t ms)
{
    api->wall_ms += ms;
    api->mono_ms += ms;
}

static void wait(void *ctx, int64_t timeout_ms)
{
    struct fake_api *api = ctx;

    for (size_t i = 0; i < TTA_LEN(api->pending); i++) {
        const struct fake_reply *r = api->pending[i].reply;

        if (!api->pending[i].used)
            continue;
        pass(api, 5);
        api->pending[i].used = false;
        api->pending[i].done(api->pending[i].arg, &(struct http_answer){
                                                      .outcome = r->outcome,
                                                      .status = r->outcome == HTTP_DONE ? 200 : 0,
                                                      .body = r->body ? r->body : "",
                                                      .body_len = r->body ? strlen(r->body) : 0,
                                                      .detail = r->detail ? r->detail : "",
                                                      .took_ms = 5,
                                                  });
        return;
    }
    pass(api, timeout_ms > 0 ? timeout_ms : 1);
}

void fake_api(struct fake_api *api)
{
    *api = (struct fake_api){.wall_ms = PROBE_NOW * 1000, .mono_ms = 1000};
    api->env = (struct env){.ctx = api,
                            .wall_ms = wall_ms,
                            .mono_ms = mono_ms,
                            .random = no_chance,
                            .start = start,
                            .cancel = cancel,
                            .wait = wait};
}

void fake_reply(struct fake_api *api, const char *token, const char *path, const char *body)
{
    assert_true(api->replies < FAKE_REPLIES_MAX);
    api->reply[api->replies++] = (struct fake_reply){.token = token, .path = path, .body = body};
}
