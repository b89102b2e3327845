/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's questions to the API: does each token live, whose login is it, what does it cover. */
#include "base/text.h"
#include "core/answer.h"
#include "probe/ask.h"
#include "probe/doctor_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION_MS = 60 * 1000, GIVE_UP_AFTER = 2, LOGIN_BYTES_MAX = 200 };

/* What one token's list says, against the inventory. */
struct coverage {
    struct doctor *d;
    size_t token;
    size_t covered, unexpected;
    char (*expected)[ADVERTISER_ID_MAX + 1]; /* sorted */
    bool *seen;
    size_t expected_count;
};

static int by_id(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool names_token(const struct advertiser *a, size_t token)
{
    for (size_t i = 0; i < a->token_count; i++)
        if (a->token[i] == token)
            return true;
    return false;
}

static bool expect(struct coverage *c)
{
    const struct inventory *inventory = c->d->inventory;

    c->expected = calloc(inventory->count + 1, sizeof(*c->expected));
    c->seen = calloc(inventory->count + 1, sizeof(*c->seen));
    if (!c->expected || !c->seen)
        return false;
    for (size_t i = 0; i < inventory->count; i++)
        if (names_token(&inventory->item[i], c->token))
            memcpy(c->expected[c->expected_count++], inventory->item[i].id, sizeof(*c->expected));
    qsort(c->expected, c->expected_count, sizeof(*c->expected), by_id);
    return true;
}

static bool look_at_covered(void *arg, const char *id, const char *name)
{
    struct coverage *c = arg;
    const char(*found)[ADVERTISER_ID_MAX + 1];
    const struct config *config = c->d->config;

    (void)name;
    c->covered++;
    found = bsearch(id, c->expected, c->expected_count, sizeof(*c->expected), by_id);
    if (found)
        c->seen[found - (const char(*)[ADVERTISER_ID_MAX + 1]) c->expected] = true;
    else if (!inventory_find(config, c->d->inventory, config->app[config->token[c->token].app].name, id, NULL))
        c->unexpected++;
    return true;
}

static size_t count_missing(const struct coverage *c)
{
    size_t missing = 0;

    for (size_t i = 0; i < c->expected_count; i++)
        if (!c->seen[i])
            missing++;
    return missing;
}

/* --- one token ----------------------------------------------------------------------------------------------- */

/* What an answer other than success is told as. Returns true when asking further makes no sense: the API can't be
 * reached, or not now. */
static bool tell_failure(struct doctor *d, const char *token, const char *question, const struct answer *answer)
{
    const struct cause_info *info = cause_info(answer->finding.cause);
    bool throttled = answer->finding.class == CLASS_RATE;
    char code[32] = "";

    if (answer->has_code)
        (void)snprintf(code, sizeof(code), " [%" PRId64 "]", answer->code); /* fits */
    doctor_say(d, throttled ? DOCTOR_NOTE : DOCTOR_PROBLEM, "api", info->fix[0] ? info->fix[0] : "",
               "token %s: %s: %s%s: %s", token, question, info->lost, code, answer->message);
    return throttled || answer->finding.class == CLASS_TRANSIENT || answer->finding.class == CLASS_NETWORK;
}

static bool ask(const struct doctor *d, size_t token, enum question_kind kind, struct answer *answer,
                struct err *err)
{
    const struct env *env = d->env;

    return ask_once(&(struct ask_options){.env = env,
                                          .setup = d->setup,
                                          .store = d->store_writable ? d->store : NULL,
                                          .token = token,
                                          .deadline_ms = env->mono_ms(env->ctx) + QUESTION_MS},
                    &(struct question){.kind = kind}, answer, err);
}

/* The look at the secrets has said what is wrong. */
static void tell_unasked(const struct doctor *d, const char *name)
{
    doctor_say(d, DOCTOR_NOTE, "api", "", "token %s: not asked, because its secret or its app's can't be used",
               name);
}

static void tell_coverage(struct doctor *d, const char *token, const struct coverage *c)
{
    size_t missing = count_missing(c);

    if (missing > 0)
        doctor_say(d, DOCTOR_PROBLEM, "api",
                   "tiktok-auth sweep, then tiktok-auth status says why and who must act",
                   "token %s: covers %zu advertisers; %zu of the %zu expected under it are missing", token,
                   c->covered, missing, c->expected_count);
    else
        doctor_say(d, DOCTOR_OK, "api", "", "token %s: covers %zu advertiser%s, all %zu expected under it", token,
                   c->covered, c->covered == 1 ? "" : "s", c->expected_count);
    if (c->unexpected > 0)
        doctor_say(d, DOCTOR_NOTE, "api", "tiktok-auth discover lists them, discover --adopt takes them over",
                   "token %s: %zu that it covers are not in the inventory", token, c->unexpected);
}

static bool examine_list(struct doctor *d, size_t index, const char *name, bool *unreachable)
{
    struct coverage c = {.d = d, .token = index};
    struct answer answer;
    struct err err = {.text = ""};
    bool ok = false;

    if (!expect(&c))
        doctor_say(d, DOCTOR_PROBLEM, "api", "", "token %s: out of memory", name);
    else if (!ask(d, index, ASK_LIST, &answer, &err))
        tell_unasked(d, name);
    else {
        if (answer.finding.class != CLASS_OK)
            *unreachable = tell_failure(d, name, "list of its advertisers", &answer);
        else if (!answer_each_listed(&answer, look_at_covered, &c, &err))
            doctor_say(d, DOCTOR_PROBLEM, "api", "try again in a minute", "token %s: list of its advertisers: %s",
                       name, err.text);
        else {
            ok = true;
            tell_coverage(d, name, &c);
        }
        answer_free(&answer);
    }
    free(c.expected);
    free(c.seen);
    return ok;
}

static void keep_login(struct doctor *d, size_t index, const char *login, const char *mail)
{
    const struct config_token *token = &d->config->token[index];
    struct err err = {.text = ""};

    if (d->store_writable &&
        !store_set_login(d->store, d->config->app[token->app].name, token->name, login, mail, &err))
        doctor_say(d, DOCTOR_NOTE, "store", "", "the login of token %s can't be kept: %s", token->name, err.text);
}

static void safe_member(const struct answer *answer, const char *key, struct buf *out)
{
    const char *text = json_text(json_member(answer->data, key));

    buf_init(out, LOGIN_BYTES_MAX + 1);
    if (text)
        text_safe(out, text, strlen(text), false, LOGIN_BYTES_MAX);
}

static void tell_login(struct doctor *d, size_t index, const struct answer *answer)
{
    const struct config_token *token = &d->config->token[index];
    struct buf login, mail;

    safe_member(answer, "display_name", &login);
    safe_member(answer, "email", &mail);
    if (buf_len(&login) == 0 && buf_len(&mail) == 0)
        doctor_say(d, DOCTOR_NOTE, "api", "", "token %s: TikTok does not say whose login it is", token->name);
    else {
        doctor_say(d, DOCTOR_OK, "api", "", "token %s: login of %s%s%s%s, granted_by = %s", token->name,
                   buf_text(&login), buf_len(&mail) > 0 ? " (" : "", buf_text(&mail),
                   buf_len(&mail) > 0 ? ")" : "", token->granted_by == GRANTED_BY_US ? "us" : "client");
        keep_login(d, index, buf_text(&login), buf_text(&mail));
    }
    buf_free(&login);
    buf_free(&mail);
}

/* A token may live without being allowed to say whose it is. */
static void examine_login(struct doctor *d, size_t index, const char *name, bool *unreachable)
{
    struct answer answer;
    struct err err = {.text = ""};

    if (!ask(d, index, ASK_USER, &answer, &err)) {
        tell_unasked(d, name);
        return;
    }
    if (answer.finding.class == CLASS_OK)
        tell_login(d, index, &answer);
    else if (answer.finding.class == CLASS_AUTHZ)
        doctor_say(d, DOCTOR_NOTE, "api", "", "token %s: it may not say whose login it is [%" PRId64 "]: %s", name,
                   answer.code, answer.message);
    else
        *unreachable = tell_failure(d, name, "whose login it is", &answer);
    answer_free(&answer);
}

static bool is_usable(const struct config *config, size_t index)
{
    const struct config_token *token = &config->token[index];

    return token->usable && token->app < config->app_count && config->app[token->app].usable;
}

/* --- all of them --------------------------------------------------------------------------------------------- */

static void tell_proxy(struct doctor *d)
{
    const char *proxy = d->config->api.proxy;

    if (proxy)
        doctor_say(
            d, DOCTOR_NOTE, "api", "let it pass TLS of the API's host unopened",
            "requests go through a proxy: one that opens TLS sees the access tokens, and app_id and secret of "
            "the apps, which TikTok wants in the query string, where proxies log them");
}

void doctor_api(struct doctor *d)
{
    const struct config *config = d->config;
    size_t failed = 0, asked = 0, left = 0;

    tell_proxy(d);
    if (!d->env) {
        doctor_say(d, DOCTOR_NOTE, "api", "leave --offline out", "%s is not asked", config->api.base_url);
        return;
    }
    for (size_t i = 0; i < config->token_count; i++) {
        const char *name = config->token[i].name;
        bool unreachable = false, lives = true;

        if (!is_usable(config, i))
            continue; /* said by the configuration */
        if (failed >= GIVE_UP_AFTER) {
            left++;
            continue;
        }
        if (d->options->token)
            d->options->token(d->options->arg, i, config->token_count, name);
        asked++;
        if (config->app[config->token[i].app].secret_file)
            lives = examine_list(d, i, name, &unreachable);
        if (lives)
            examine_login(d, i, name, &unreachable);
        failed = unreachable ? failed + 1 : 0;
    }
    if (left > 0)
        doctor_say(d, DOCTOR_NOTE, "api", "run it again when the API can be reached",
                   "%zu more token%s not asked after that", left, left == 1 ? " was" : "s were");
    if (asked == 0)
        doctor_say(d, DOCTOR_NOTE, "api", "", "there is no usable token to ask %s with", config->api.base_url);
}
