/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of sections and keys. */
#include "core/config_table.h"

#include "base/clock.h"
#include "core/config.h"
#include "core/hours.h"
#include "core/nearest.h"

#include <string.h>

#ifndef LOCALSTATEDIR
#define LOCALSTATEDIR "/var"
#endif

static const struct section_info SECTION[SECTION_COUNT] = {
    [SECTION_API] = {"api", FORM_ALONE, SUBJECT_ALL, "[api]"},
    [SECTION_APP] = {"app", FORM_NAME, SUBJECT_APP, "[app NAME]"},
    [SECTION_TOKEN] = {"token", FORM_NAME, SUBJECT_TOKEN, "[token NAME]"},
    [SECTION_TOKENS] = {"tokens", FORM_ALONE, SUBJECT_ALL, "[tokens]"},
    [SECTION_INVENTORY] = {"inventory", FORM_ALONE, SUBJECT_ALL, "[inventory]"},
    [SECTION_ADVERTISER] = {"advertiser", FORM_ADVERTISER, SUBJECT_ADVERTISER, "[advertiser ID]"},
    [SECTION_SWEEP] = {"sweep", FORM_ALONE, SUBJECT_ALL, "[sweep]"},
    [SECTION_STORE] = {"store", FORM_ALONE, SUBJECT_ALL, "[store]"},
    [SECTION_SEVERITY] = {"severity", FORM_ALONE, SUBJECT_ALL, "[severity]"},
    [SECTION_FIX] = {"fix", FORM_CAUSE, SUBJECT_NOBODY, "[fix CAUSE]"},
    [SECTION_SNMP] = {"snmp", FORM_ALONE, SUBJECT_NOBODY, "[snmp]"},
    [SECTION_FEED] = {"feed", FORM_NAME, SUBJECT_NOBODY, "[feed NAME]"},
    [SECTION_OWNER] = {"owner", FORM_TEXT, SUBJECT_NOBODY, "[owner NAME]"},
    [SECTION_NOTIFY] = {"notify", FORM_NAME, SUBJECT_NOBODY, "[notify NAME]"},
    [SECTION_SERVE] = {"serve", FORM_ALONE, SUBJECT_NOBODY, "[serve]"},
    [SECTION_VIDEOS] = {"videos", FORM_ALONE, SUBJECT_NOBODY, "[videos]"},
};

#define MINUTE_MS INT64_C(60000)
#define DAY_S INT64_C(86400)
#define API(field) offsetof(struct config_api, field)
#define APP(field) offsetof(struct config_app, field)
#define TOKEN(field) offsetof(struct config_token, field)
#define ADVERTISER(field) offsetof(struct config_advertiser, field)
#define SWEEP(field) offsetof(struct config_sweep, field)
#define SNMP(field) offsetof(struct config_snmp, field)
#define FEED(field) offsetof(struct config_feed, field)
#define OWNER(field) offsetof(struct config_owner, field)
#define NOTIFY(field) offsetof(struct config_notify, field)
#define SERVE(field) offsetof(struct config_serve, field)
#define VIDEOS(field) offsetof(struct config_videos, field)
#define CONFIG(field) offsetof(struct config, field)
#define BASE_URL "https://business-api.tiktok.com/open_api/v1.3"

enum {
    COMMAND_MAX = 1000,
    FIX_TEXT_MAX = 500,
    LIST_MAX = 4000,
    SOCKET_MAX = 120,
    USER_MAX = 128,
    SERVE_NAME_MAX = 100,
    SERVE_CONTACT_MAX = 300,
    HOST_PATTERN_MAX = 64
};

/* section, name, type, offset, default, min, max, words */
static const struct key_info KEY[] = {
    {SECTION_API, "base_url", KEY_URL_API, API(base_url), BASE_URL, 0, 0, {0}},
    {SECTION_API, "ca_file", KEY_PATH, API(ca_file), NULL, 0, 0, {0}},
    {SECTION_API, "proxy", KEY_URL_PROXY, API(proxy), NULL, 0, 0, {0}},
    {SECTION_API, "connect_timeout", KEY_MILLISECONDS, API(connect_timeout_ms), "5s", 10, 2 * MINUTE_MS, {0}},
    {SECTION_API, "request_timeout", KEY_MILLISECONDS, API(request_timeout_ms), "10s", 10, 5 * MINUTE_MS, {0}},
    {SECTION_API, "max_response", KEY_SIZE, API(max_response), "64MiB", 1024, 1 << 30, {0}},
    {SECTION_API, "retries", KEY_NUMBER, API(retries), "5", 0, 5, {0}},
    {SECTION_API, "retry_base", KEY_MILLISECONDS, API(retry_base_ms), "1s", 10, MINUTE_MS, {0}},

    {SECTION_APP, "app_id", KEY_APP_ID, APP(app_id), NULL, 0, 0, {0}},
    {SECTION_APP, "secret_file", KEY_PATH, APP(secret_file), NULL, 0, 0, {0}},
    {SECTION_APP, "tier", KEY_WORD, APP(tier), "basic", 0, 0, {"basic", "advanced", "premium", "ultimate"}},
    {SECTION_APP, "budget", KEY_PERCENT, APP(budget_percent), "10%", 1, 100, {0}},
    {SECTION_APP, "redirect_uri", KEY_URL_LINK, APP(redirect_uri), NULL, 0, 0, {0}},
    {SECTION_APP, "reauth_url", KEY_URL_TEMPLATE, APP(reauth_url), NULL, 0, 0, {0}},
    {SECTION_APP, "public_url", KEY_URL_API, APP(public_url), NULL, 0, 0, {0}},
    {SECTION_APP, "on_new_token", KEY_TEXT, APP(on_new_token), NULL, 1, COMMAND_MAX, {0}},

    {SECTION_TOKEN, "app", KEY_NAME, TOKEN(app_name), NULL, 0, 0, {0}},
    {SECTION_TOKEN, "token_file", KEY_PATH, TOKEN(token_file), NULL, 0, 0, {0}},
    {SECTION_TOKEN, "granted_by", KEY_WORD, TOKEN(granted_by), "client", 0, 0, {"client", "us"}},
    {SECTION_TOKEN, "kind", KEY_WORD, TOKEN(kind), "marketing", 0, 0, {"marketing", "tt_user"}},
    {SECTION_TOKEN, "refresh", KEY_SWITCH, TOKEN(refresh), "no", 0, 0, {"no", "yes"}},
    {SECTION_TOKEN, "discover", KEY_SWITCH, TOKEN(discover), "yes", 0, 0, {"no", "yes"}},
    {SECTION_TOKEN, "required_permissions", KEY_PERMISSIONS, TOKEN(required), NULL, 0, 0, {0}},

    {SECTION_TOKENS, "file", KEY_PATH, CONFIG(tokens_file), NULL, 0, 0, {0}},
    {SECTION_TOKENS, "command", KEY_TEXT, CONFIG(tokens_command), NULL, 1, COMMAND_MAX, {0}},

    {SECTION_INVENTORY, "file", KEY_INVENTORY, CONFIG(inventory_file), NULL, 0, 0, {0}},

    {SECTION_ADVERTISER, "name", KEY_TEXT, ADVERTISER(name), NULL, 1, ADVERTISER_TEXT_MAX, {0}},
    {SECTION_ADVERTISER, "token", KEY_TEXT, ADVERTISER(tokens), NULL, 1, LIST_MAX, {0}},
    {SECTION_ADVERTISER, "owner", KEY_TEXT, ADVERTISER(owner), NULL, 1, ADVERTISER_TEXT_MAX, {0}},
    {SECTION_ADVERTISER, "client", KEY_TEXT, ADVERTISER(client), NULL, 1, ADVERTISER_TEXT_MAX, {0}},
    {SECTION_ADVERTISER, "until", KEY_TEXT, ADVERTISER(until), NULL, 1, ADVERTISER_TEXT_MAX, {0}},
    {SECTION_ADVERTISER, "required_permissions", KEY_LIST, ADVERTISER(required), NULL, 1, LIST_MAX, {0}},

    {SECTION_SWEEP, "by", KEY_SWITCH, SWEEP(by_service), "check", 0, 0, {"check", "service"}},
    {SECTION_SWEEP, "interval", KEY_SECONDS, SWEEP(interval_s), "5m", 1, DAY_S, {0}},
    {SECTION_SWEEP, "stale_after", KEY_SECONDS, SWEEP(stale_after_s), "30m", 1, 30 * DAY_S, {0}},
    {SECTION_SWEEP, "confirm_reads", KEY_NUMBER, SWEEP(confirm_reads), "2", 1, 3, {0}},
    {SECTION_SWEEP, "confirm_delay", KEY_MILLISECONDS, SWEEP(confirm_delay_ms), "2s", 0, MINUTE_MS, {0}},
    {SECTION_SWEEP, "mass_confirm", KEY_SECONDS, SWEEP(mass_confirm_s), "10m", 0, DAY_S, {0}},
    {SECTION_SWEEP, "known_after", KEY_SECONDS, SWEEP(known_after_s), "1d", 0, 365 * DAY_S, {0}},
    {SECTION_SWEEP, "account_status", KEY_SWITCH, SWEEP(account_status), "no", 0, 0, {"no", "yes"}},
    {SECTION_SWEEP, "permission_interval", KEY_SECONDS, SWEEP(permission_interval_s), "1h", 1, 30 * DAY_S, {0}},
    {SECTION_SWEEP, "diagnose_max", KEY_NUMBER, SWEEP(diagnose_max), "20", 1, 1000, {0}},
    {SECTION_SWEEP, "hosts", KEY_NUMBER, SWEEP(hosts), "1", 1, 100, {0}},

    {SECTION_STORE, "path", KEY_PATH, CONFIG(store_path), LOCALSTATEDIR "/lib/tiktok-auth/state.db", 0, 0, {0}},
    {SECTION_STORE, "keep", KEY_SECONDS, CONFIG(keep_s), "400d", DAY_S, 3650 * DAY_S, {0}},

    {SECTION_SEVERITY, NULL, KEY_WORD, CONFIG(severity), NULL, 0, 0, {"ok", "warning", "critical", "unknown"}},

    {SECTION_FIX, "text", KEY_TEXT, CONFIG(fix_text), NULL, 1, FIX_TEXT_MAX, {0}},
    {SECTION_FIX, "runbook_url", KEY_URL_LINK, CONFIG(runbook_url), NULL, 0, 0, {0}},

    {SECTION_SNMP, "agentx_socket", KEY_TEXT, SNMP(agentx_socket), "unix:/var/agentx/master", 1, SOCKET_MAX, {0}},
    {SECTION_SNMP, "notify", KEY_SWITCH, SNMP(notify), "yes", 0, 0, {"no", "yes"}},
    {SECTION_SNMP, "notify_burst", KEY_NUMBER, SNMP(notify_burst), "10", 1, 1000, {0}},
    {SECTION_SNMP, "notify_interval", KEY_SECONDS, SNMP(notify_interval_s), "1m", 0, DAY_S, {0}},

    {SECTION_FEED, "kind", KEY_WORD, FEED(kind), NULL, 0, 0, {"nagios", "icinga2"}},
    {SECTION_FEED, "dir", KEY_PATH, FEED(dir), NULL, 0, 0, {0}},
    {SECTION_FEED, "url", KEY_URL_API, FEED(url), NULL, 0, 0, {0}},
    {SECTION_FEED, "user", KEY_TEXT, FEED(user), NULL, 1, USER_MAX, {0}},
    {SECTION_FEED, "password_file", KEY_PATH, FEED(password_file), NULL, 0, 0, {0}},
    {SECTION_FEED, "ca_file", KEY_PATH, FEED(ca_file), NULL, 0, 0, {0}},
    {SECTION_FEED, "cert_file", KEY_PATH, FEED(cert_file), NULL, 0, 0, {0}},
    {SECTION_FEED, "key_file", KEY_PATH, FEED(key_file), NULL, 0, 0, {0}},
    {SECTION_FEED, "host", KEY_HOST, FEED(host), "tiktok-{app}", 1, HOST_PATTERN_MAX, {0}},

    {SECTION_OWNER, "email", KEY_EMAIL, OWNER(email), NULL, 0, 0, {0}},
    {SECTION_OWNER, "hours", KEY_HOURS, OWNER(hours), NULL, 0, 0, {0}},
    {SECTION_OWNER, "key_file", KEY_PATH, OWNER(key_file), NULL, 0, 0, {0}},

    {SECTION_NOTIFY,
     "kind",
     KEY_WORD,
     NOTIFY(kind),
     NULL,
     0,
     0,
     {"pagerduty", "alertmanager", "webhook", "slack"}},
    {SECTION_NOTIFY, "from", KEY_SWITCH, NOTIFY(from_engine), "agent", 0, 0, {"agent", "engine"}},
    {SECTION_NOTIFY, "url", KEY_URL_API, NOTIFY(url), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "key_file", KEY_PATH, NOTIFY(key_file), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "secret_file", KEY_PATH, NOTIFY(secret_file), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "path_file", KEY_PATH, NOTIFY(path_file), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "user", KEY_TEXT, NOTIFY(user), NULL, 1, USER_MAX, {0}},
    {SECTION_NOTIFY, "password_file", KEY_PATH, NOTIFY(password_file), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "ca_file", KEY_PATH, NOTIFY(ca_file), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "proxy", KEY_URL_PROXY, NOTIFY(proxy), NULL, 0, 0, {0}},
    {SECTION_NOTIFY, "owner", KEY_LIST, NOTIFY(owner), NULL, 1, LIST_MAX, {0}},
    {SECTION_NOTIFY, "cause", KEY_LIST, NOTIFY(cause), NULL, 1, LIST_MAX, {0}},
    {SECTION_NOTIFY, "urgency", KEY_LIST, NOTIFY(urgency), NULL, 1, LIST_MAX, {0}},
    {SECTION_NOTIFY, "state", KEY_LIST, NOTIFY(state), NULL, 1, LIST_MAX, {0}},
    {SECTION_NOTIFY, "default", KEY_SWITCH, NOTIFY(is_default), "no", 0, 0, {"no", "yes"}},
    {SECTION_NOTIFY, "group_wait", KEY_MILLISECONDS, NOTIFY(group_wait_ms), "30s", 0, 60 * MINUTE_MS, {0}},
    {SECTION_NOTIFY, "group_over", KEY_NUMBER, NOTIFY(group_over), "10", 1, 100000, {0}},
    {SECTION_NOTIFY, "resend", KEY_MILLISECONDS, NOTIFY(resend_ms), "1m", 100, 60 * MINUTE_MS, {0}},
    {SECTION_NOTIFY, "retry_base", KEY_MILLISECONDS, NOTIFY(retry_base_ms), "5s", 10, 10 * MINUTE_MS, {0}},
    {SECTION_NOTIFY, "retry_max", KEY_MILLISECONDS, NOTIFY(retry_max_ms), "5m", 10, 1440 * MINUTE_MS, {0}},
    {SECTION_NOTIFY, "expire", KEY_SECONDS, NOTIFY(expire_s), "1d", 1, 30 * DAY_S, {0}},

    {SECTION_SERVE, "listen", KEY_LISTEN, SERVE(listen), "127.0.0.1:8040", 0, 0, {0}},
    {SECTION_SERVE, "trusted_proxy", KEY_NETWORKS, SERVE(trusted_proxy), "127.0.0.1 ::1", 0, LIST_MAX, {0}},
    {SECTION_SERVE, "name", KEY_TEXT, SERVE(name), NULL, 1, SERVE_NAME_MAX, {0}},
    {SECTION_SERVE, "contact", KEY_TEXT, SERVE(contact), NULL, 1, SERVE_CONTACT_MAX, {0}},
    {SECTION_SERVE, "rate", KEY_NUMBER, SERVE(rate), "30", 1, 100000, {0}},
    {SECTION_SERVE, "rate_total", KEY_NUMBER, SERVE(rate_total), "600", 1, 1000000, {0}},

    {SECTION_VIDEOS, "deadline", KEY_SECONDS, VIDEOS(deadline_s), "1h", 1, 7 * DAY_S, {0}},
    {SECTION_VIDEOS, "pause", KEY_MILLISECONDS, VIDEOS(pause_ms), "5s", 10, 5 * MINUTE_MS, {0}},
    {SECTION_VIDEOS, "keep", KEY_SECONDS, VIDEOS(keep_s), "1d", 1, 30 * DAY_S, {0}},
};
_Static_assert(TTA_LEN(KEY) <= KEYS_MAX, "KEYS_MAX holds the table");
_Static_assert((int)TIER_ULTIMATE == 3 && (int)GRANTED_BY_US == 1 && (int)TOKEN_TT_USER == 1 &&
                   (int)NOTIFY_SLACK == 3 && (int)STATE_UNKNOWN == 3 && (int)STATE_WARNING == 1 &&
                   (int)STATE_CRITICAL == 2,
               "words stand in the order of their enums");

const struct section_info *section_info(enum section section)
{
    return &SECTION[section];
}

enum section section_find(const char *name)
{
    unsigned i = 0;

    while (i < SECTION_COUNT && strcmp(SECTION[i].name, name) != 0)
        i++;
    return (enum section)i;
}

const char *section_nearest(const char *name)
{
    struct nearest search;

    nearest_begin(&search, name);
    for (size_t i = 0; i < SECTION_COUNT; i++)
        nearest_try(&search, SECTION[i].name);
    return search.best;
}

const struct key_info *key_at(size_t index)
{
    return index < TTA_LEN(KEY) ? &KEY[index] : NULL;
}

size_t key_index(const struct key_info *key)
{
    return (size_t)(key - KEY);
}

const struct key_info *key_find(enum section section, const char *name)
{
    enum cause cause;

    for (size_t i = 0; i < TTA_LEN(KEY); i++) {
        if (KEY[i].section != section)
            continue;
        if (KEY[i].name ? strcmp(KEY[i].name, name) == 0 : cause_from_name(name, &cause))
            return &KEY[i];
    }
    return NULL;
}

const char *key_nearest(enum section section, const char *name)
{
    struct nearest search;

    nearest_begin(&search, name);
    for (size_t i = 0; i < TTA_LEN(KEY); i++) {
        if (KEY[i].section != section)
            continue;
        if (KEY[i].name)
            nearest_try(&search, KEY[i].name);
        else
            for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
                nearest_try(&search, cause_name((enum cause)cause));
    }
    return search.best;
}

bool key_repeats(const struct key_info *key)
{
    return key->type == KEY_INVENTORY || key->type == KEY_PERMISSIONS || key->type == KEY_LIST;
}

static bool allowed_range(const struct key_info *key, struct buf *out)
{
    char least[CLOCK_TEXT_MAX], most[CLOCK_TEXT_MAX];
    int64_t unit = key->type == KEY_SECONDS ? 1000 : 1;

    return buf_printf(out, "a duration from %s to %s, such as %s", clock_duration(key->min * unit, least),
                      clock_duration(key->max * unit, most), key->standard);
}

static bool allowed_words(const struct key_info *key, struct buf *out)
{
    for (size_t i = 0; i < KEY_WORDS_MAX && key->word[i]; i++)
        buf_printf(out, "%s%s", i > 0 ? ", " : "", key->word[i]);
    return buf_ok(out);
}

bool key_allowed(const struct key_info *key, struct buf *out)
{
    switch (key->type) {
    case KEY_TEXT:
    case KEY_LIST:
        return buf_printf(out, "%lld to %lld bytes of text on one line", (long long)key->min, (long long)key->max);
    case KEY_NAME:
        return buf_str(out,
                       "the name of a section: 1 to 32 letters, digits, '.', '_' or '-', a letter or digit first");
    case KEY_APP_ID:
        return buf_str(out, "1 to 20 digits, as the developer portal shows them");
    case KEY_PATH:
    case KEY_INVENTORY:
        return buf_str(out, "the path of a file; a relative one is taken from the folder of this file");
    case KEY_URL_API:
        return buf_str(out, "https://HOST/PATH, or http:// for a loopback host");
    case KEY_URL_PROXY:
        return buf_str(out, "http://HOST:PORT or https://HOST:PORT");
    case KEY_URL_LINK:
        return buf_str(out, "an https:// address, or http:// for a loopback host");
    case KEY_URL_TEMPLATE:
        return buf_str(out, "an https:// address, or http:// for a loopback host; it may hold {advertiser_id}");
    case KEY_SECONDS:
    case KEY_MILLISECONDS:
        return allowed_range(key, out);
    case KEY_SIZE:
        return buf_printf(out, "a size from 1KiB to 1GiB, such as %s", key->standard);
    case KEY_NUMBER:
        return buf_printf(out, "a whole number from %lld to %lld", (long long)key->min, (long long)key->max);
    case KEY_PERCENT:
        return buf_printf(out, "a percentage from 1%% to 100%%, such as %s", key->standard);
    case KEY_WORD:
    case KEY_SWITCH:
        return allowed_words(key, out);
    case KEY_PERMISSIONS:
        return buf_str(out, permission_allowed);
    case KEY_HOST:
        return buf_str(out, "the name of a host: letters, digits, '.', '_' or '-', and {app} for the app's name");
    case KEY_EMAIL:
        return buf_str(out, "one e-mail address, such as anna@agency.example");
    case KEY_HOURS:
        return buf_str(out, hours_allowed);
    case KEY_LISTEN:
        return buf_str(out, "ADDRESS:PORT, such as 127.0.0.1:8040 or [::1]:8040");
    case KEY_NETWORKS:
        return buf_str(out, "addresses and networks, such as 127.0.0.1 ::1 10.0.0.0/8");
    }
    return false;
}
