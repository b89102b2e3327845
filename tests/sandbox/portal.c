/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pages on which a person authorizes an app: choose a login, tick its accounts, authorize or cancel. */
#include "portal.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

/* A login with more accounts is offered as a whole. */
#define ACCOUNTS_SHOWN 200

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<title>Authorize an app - sandbox</title><style>"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#161823}"
    "h1{font-size:1.4rem}fieldset{border:1px solid #ccc;border-radius:8px;margin:1rem 0;padding:1rem}"
    "li,label{display:block;margin:.4rem 0}small{color:#595959}ul{padding:0}"
    "button,a.login{font:inherit;padding:.5rem 1.2rem;border-radius:8px;border:1px solid #595959;background:#fff;"
    "color:#161823;text-decoration:none;display:inline-block}button.go{background:#b3002d;border-color:#b3002d;"
    "color:#fff}</style></head><body><main>";
static const char page_foot[] = "<p><small>This is the sandbox of tiktok-auth-monitor, not TikTok.</small></p>"
                                "</main></body></html>\n";

/* What a visit to the portal is about. */
struct visit {
    struct sandbox *sandbox;
    struct request *request;
    struct reply *reply;
    const char *state;
    const char *redirect_uri;
    struct world_app *app;
    struct world_login *login; /* NULL until chosen */
};

static void send_page(struct visit *visit, unsigned int status, struct buf *content)
{
    struct buf page = {0};

    buf_text(&page, page_head);
    buf_add(&page, buf_string(content), content->len);
    buf_text(&page, page_foot);
    reply_raw(visit->reply, status, "text/html; charset=utf-8", page.data, page.len);
    reply_header(visit->reply, "Cache-Control", "no-store");
    buf_free(&page);
    buf_free(content);
}

static void send_refusal(struct visit *visit, const char *why)
{
    struct buf content = {0};

    buf_text(&content, "<h1>This app can&#39;t be authorized</h1><p id=\"error\">");
    buf_html(&content, why);
    buf_text(&content, "</p>");
    send_page(visit, 400, &content);
}

static bool registered(const struct world_app *app, const char *uri)
{
    for (size_t i = 0; i < app->redirect_count; i++) {
        if (strcmp(app->redirect_uris[i], uri) == 0) {
            return true;
        }
    }
    return false;
}

/* Reads what both pages get; false once the visit is refused. */
static bool visit_read(struct visit *visit)
{
    const char *app_id = request_param(visit->request, "app_id");
    const char *login = request_param(visit->request, "login");

    visit->state = request_param(visit->request, "state");
    visit->redirect_uri = request_param(visit->request, "redirect_uri");
    visit->app = world_app(visit->sandbox->world, app_id);
    if (visit->app == NULL) {
        send_refusal(visit, "There is no app of this app_id.");
    } else if (visit->app->blocked) {
        send_refusal(visit, visit->app->blocked_message);
    } else if (visit->redirect_uri == NULL || !registered(visit->app, visit->redirect_uri)) {
        send_refusal(visit, "The redirect_uri is not registered for this app.");
    } else if (login != NULL && (visit->login = world_login(visit->sandbox->world, login)) == NULL) {
        send_refusal(visit, "There is no such login.");
    } else {
        return true;
    }
    return false;
}

/* The portal's address with everything known so far, escaped for an attribute. */
static void add_address(const struct visit *visit, const char *login, struct buf *content)
{
    buf_text(content, "/portal/auth?app_id=");
    buf_url(content, visit->app->id);
    buf_text(content, "&amp;redirect_uri=");
    buf_url(content, visit->redirect_uri);
    if (visit->state != NULL) {
        buf_text(content, "&amp;state=");
        buf_url(content, visit->state);
    }
    buf_text(content, "&amp;login=");
    buf_url(content, login);
}

static void show_logins(struct visit *visit)
{
    const struct world *world = visit->sandbox->world;
    struct buf content = {0};

    buf_text(&content, "<h1>Log in</h1><p>Who authorizes <b>");
    buf_html(&content, visit->app->name);
    buf_text(&content, "</b>?</p><ul>");
    for (size_t i = 0; i < world->login_count; i++) {
        buf_text(&content, "<li><a class=\"login\" href=\"");
        add_address(visit, world->logins[i]->name, &content);
        buf_text(&content, "\">");
        buf_html(&content, world->logins[i]->display_name);
        buf_text(&content, "</a> <small>");
        buf_html(&content, world->logins[i]->email);
        buf_text(&content, "</small></li>");
    }
    buf_text(&content, "</ul>");
    send_page(visit, 200, &content);
}

static void add_hidden(struct buf *content, const char *name, const char *value)
{
    buf_format(content, "<input type=\"hidden\" name=\"%s\" value=\"", name);
    buf_html(content, value);
    buf_text(content, "\">");
}

static void add_accounts(const struct visit *visit, struct buf *content)
{
    const struct world *world = visit->sandbox->world;
    size_t reached = 0;

    for (size_t i = 0; i < world->advertiser_count; i++) {
        reached += bits_has(&visit->login->access, i) && !world->advertisers[i]->deleted ? 1 : 0;
    }
    if (reached > ACCOUNTS_SHOWN) {
        buf_format(content,
                   "<label><input type=\"checkbox\" name=\"everything\" value=\"1\" checked> All %zu ad "
                   "accounts</label>",
                   reached);
        return;
    }
    for (size_t i = 0; i < world->advertiser_count; i++) {
        const struct world_advertiser *advertiser = world->advertisers[i];

        if (bits_has(&visit->login->access, i) && !advertiser->deleted) {
            buf_text(content, "<label><input type=\"checkbox\" name=\"advertiser_id\" value=\"");
            buf_html(content, advertiser->id);
            buf_text(content, "\" checked> ");
            buf_html(content, advertiser->name);
            buf_text(content, " <small>");
            buf_html(content, advertiser->id);
            buf_text(content, "</small></label>");
        }
    }
    buf_text(content, reached == 0 ? "<p>This login has no ad accounts.</p>" : "");
}

static void show_consent(struct visit *visit)
{
    const struct world *world = visit->sandbox->world;
    struct buf content = {0};

    buf_text(&content, "<h1>Authorize ");
    buf_html(&content, visit->app->name);
    buf_text(&content, "</h1><p>Logged in as <b id=\"login\">");
    buf_html(&content, visit->login->display_name);
    buf_text(&content, "</b>. <a href=\"");
    add_address(visit, "", &content);
    content.len -= sizeof "&amp;login=" - 1; /* without a login the page asks for one */
    buf_text(&content, "\">Switch account</a></p><form method=\"post\" action=\"/portal/authorize\">");
    add_hidden(&content, "app_id", visit->app->id);
    add_hidden(&content, "redirect_uri", visit->redirect_uri);
    add_hidden(&content, "login", visit->login->name);
    if (visit->state != NULL) {
        add_hidden(&content, "state", visit->state);
    }
    buf_text(&content, "<fieldset><legend>Ad accounts</legend>");
    add_accounts(visit, &content);
    buf_text(&content, "</fieldset><fieldset><legend>Permissions</legend><ul><li>Ad account management</li>"
                       "<li>Reporting</li>");
    for (size_t i = 0; i < world->endpoint_count; i++) {
        if (world->endpoints[i]->token == NULL && world->endpoints[i]->granted) {
            buf_text(&content, "<li>");
            buf_html(&content, world->endpoints[i]->method);
            buf_char(&content, ' ');
            buf_html(&content, world->endpoints[i]->path);
            buf_text(&content, "</li>");
        }
    }
    buf_text(&content, "</ul></fieldset><button class=\"go\" name=\"decision\" value=\"authorize\">Authorize"
                       "</button> <button name=\"decision\" value=\"cancel\">Cancel</button></form>");
    send_page(visit, 200, &content);
}

static struct bits picked_accounts(const struct visit *visit)
{
    const struct request *request = visit->request;
    struct bits picked = {0};

    if (request_param(request, "everything") != NULL) {
        return bits_copy(&visit->login->access);
    }
    for (size_t i = 0; i < request->param_count; i++) {
        if (strcmp(request->params[i].name, "advertiser_id") == 0) {
            const struct world_advertiser *advertiser =
                world_advertiser(visit->sandbox->world, request->params[i].value);

            if (advertiser != NULL && bits_has(&visit->login->access, advertiser->at)) {
                bits_set(&picked, advertiser->at, true);
            }
        }
    }
    return picked;
}

/* Consent given at the portal is a grant: what an advertiser had taken back from the app is granted again. */
static void grant_again(struct visit *visit, const struct bits *picked)
{
    for (size_t i = 0; i < visit->sandbox->world->advertiser_count; i++) {
        if (bits_has(picked, i)) {
            bits_set(&visit->app->revoked, i, false);
        }
    }
    world_touch(visit->sandbox->world);
}

static void decide(struct visit *visit)
{
    const char *decision = request_param(visit->request, "decision");
    struct buf location = {0};
    bool agreed = decision != NULL && strcmp(decision, "authorize") == 0;

    buf_text(&location, visit->redirect_uri);
    buf_char(&location, strchr(visit->redirect_uri, '?') == NULL ? '?' : '&');
    if (agreed) {
        struct bits picked = picked_accounts(visit);
        struct world_code *code;

        grant_again(visit, &picked);
        code = world_add_code(visit->sandbox->world, visit->app, visit->login, picked,
                              sandbox_now_ms(visit->sandbox));
        buf_text(&location, visit->app->callback_param);
        buf_char(&location, '=');
        buf_url(&location, code->text);
    } else {
        buf_text(&location, "error=access_denied");
    }
    if (visit->state != NULL) {
        buf_text(&location, "&state=");
        buf_url(&location, visit->state);
    }
    reply_raw(visit->reply, 302, "text/html", "", 0);
    reply_header(visit->reply, "Location", buf_string(&location));
    buf_free(&location);
}

bool portal_answer(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct visit visit = {.sandbox = sandbox, .request = request, .reply = reply};
    bool deciding = strcmp(request->path, "/portal/authorize") == 0 && strcmp(request->method, "POST") == 0;

    if (!deciding && strcmp(request->path, "/portal/auth") != 0) {
        return false;
    }
    if (deciding) {
        request_add_form(request);
    }
    if (!visit_read(&visit)) {
        return true;
    }
    if (deciding && visit.login != NULL) {
        decide(&visit);
    } else if (deciding) {
        send_refusal(&visit, "No login was chosen.");
    } else if (visit.login == NULL) {
        show_logins(&visit);
    } else {
        show_consent(&visit);
    }
    return true;
}
