/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Answers of the service: pages with their policy, and the way to the portal. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "probe/serve_private.h"

#include <stdio.h>
#include <string.h>

enum { POLICY_MAX = 1000 };

static const struct httpd_header KEPT_NOWHERE[] = {
    {"Cache-Control", "no-store"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"X-Robots-Tag", "noindex, nofollow"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

enum { FIXED_HEADERS = TTA_LEN(KEPT_NOWHERE), HEADERS_MAX = FIXED_HEADERS + 4 };

/* The form leads to us, who send the browser on to the portal, which may send it on to TikTok's login: browsers
 * follow only where the form may lead. */
char *serve_policy(const struct config *config, const char *css_hash)
{
    static const char TIKTOK[] = ".tiktok.com";
    const char *url = config->api.base_url, *host = strstr(url, "://");
    size_t origin = host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/") : 0;
    bool is_tiktok =
        origin > strlen(TIKTOK) && strncmp(url + origin - strlen(TIKTOK), TIKTOK, strlen(TIKTOK)) == 0;
    char *policy;
    struct buf text;

    buf_init(&text, POLICY_MAX);
    buf_printf(&text,
               "default-src 'none'; style-src '%s'; form-action 'self' %.*s%s; base-uri 'none'; "
               "frame-ancestors 'none'",
               css_hash, (int)origin, url, is_tiktok ? " https://*.tiktok.com" : "");
    policy = buf_take(&text, NULL);
    buf_free(&text);
    return policy;
}

static void answer(struct httpd_request *request, unsigned status, const struct httpd_header *more, size_t count,
                   const char *body, size_t len)
{
    struct httpd_header headers[HEADERS_MAX];

    memcpy(headers, KEPT_NOWHERE, sizeof(KEPT_NOWHERE));
    memcpy(headers + FIXED_HEADERS, more, count * sizeof(*more));
    httpd_answer(request, &(struct httpd_reply){.status = status,
                                                .headers = headers,
                                                .header_count = FIXED_HEADERS + count,
                                                .body = body,
                                                .len = len});
}

void serve_answer_page(const struct serve *serve, struct httpd_request *request, unsigned status, struct buf *page)
{
    const struct httpd_header more[] = {
        {"Content-Type", "text/html; charset=utf-8"},
        {"Content-Security-Policy", serve->policy},
        {"Retry-After", "60"},
    };
    bool later = status == 429 || status == 503;

    if (!buf_ok(page))
        log_error("serve", "out of memory");
    answer(request, buf_ok(page) ? status : 503, more, TTA_LEN(more) - !later, buf_text(page), buf_len(page));
    buf_free(page);
}

void serve_answer_note(const struct serve *serve, struct httpd_request *request, enum serve_note note)
{
    const struct serve_look look = serve_look_of(serve);
    struct buf page;

    buf_init(&page, SERVE_PAGE_MAX);
    if (!serve_page_note(&look, note, &page))
        buf_fail(&page);
    serve_answer_page(serve, request, serve_note_status(note), &page);
}

void serve_answer_redirect(struct httpd_request *request, const char *url)
{
    const struct httpd_header more[] = {{"Location", url}};

    answer(request, 303, more, TTA_LEN(more), NULL, 0);
}

/* --- how it went -----------------------------------------------------------------------------------------------
 */

static const struct end_row {
    unsigned status;
    bool good;
    bool again; /* the link leads to another try */
    const char *title;
} END[] = {
    [CONNECT_REPLACED] = {200, true, false, "It worked"},
    [CONNECT_KEPT] = {200, true, false, "It worked"},
    [CONNECT_DENIED] = {200, false, true, "Nothing was confirmed"},
    [CONNECT_NO_ACCOUNTS] = {200, false, true, "No ad account was chosen"},
    [CONNECT_WRONG_ACCOUNT] = {200, false, true, "A different ad account was chosen"},
    [CONNECT_CODE_REFUSED] = {200, false, true, "TikTok did not accept the confirmation"},
    [CONNECT_APP_REFUSED] = {500, false, false, "The fault is on our side"},
    [CONNECT_UNREADABLE] = {400, false, false, "This link does not work"},
    [CONNECT_FORGED] = {400, false, false, "This link does not work"},
    [CONNECT_REPLAYED] = {200, false, false, "This was done before"},
    [CONNECT_EXPIRED] = {200, false, true, "That took too long"},
    [CONNECT_OTHER] = {400, false, false, "This link does not work"},
    [CONNECT_BUSY] = {503, false, true, "Somebody is doing this right now"},
    [CONNECT_NOT_NOW] = {503, false, false, "Please try again in some minutes"},
    [CONNECT_SPENT] = {200, false, true, "Please confirm once more"},
    [CONNECT_UNSAVED] = {200, true, false, "Your part is done"},
};

/* The address of another try; "" none. */
static void way_back(const struct serve *serve, const struct connect_target *target, struct buf *out)
{
    const struct config *config = setup_config(serve->setup);
    const struct config_app *app = config_find_app(config, target->app);
    char link[REAUTH_LINK_MAX + 1];

    if (!app || !app->app_id || !app->public_url || !target->token[0] || !serve->signer)
        return;
    buf_printf(out, "%s/r/%s", app->public_url,
               target->advertiser[0]
                   ? reauth_sign(serve->signer, app->app_id, REAUTH_ADVERTISER, target->advertiser,
                                 clock_wall() / DAY_SECONDS + REAUTH_LINK_DAYS, link)
                   : reauth_sign(serve->signer, app->app_id, REAUTH_TOKEN, target->token,
                                 clock_wall() / DAY_SECONDS + REAUTH_LINK_DAYS, link));
}

void serve_answer_outcome(const struct serve *serve, struct httpd_request *request,
                          const struct connect_outcome *outcome)
{
    const struct serve_look look = serve_look_of(serve);
    const struct end_row *row = &END[outcome->end];
    struct buf page, again;

    buf_init(&page, SERVE_PAGE_MAX);
    buf_init(&again, 2048);
    if (row->again)
        way_back(serve, &outcome->target, &again);
    if (!serve_page_end(&look, row->good, row->title, outcome->plain, buf_text(&again), &page))
        buf_fail(&page);
    buf_free(&again);
    serve_answer_page(serve, request, row->status, &page);
}
