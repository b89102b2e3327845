/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a message names: the endpoint, the advertiser, the quota. */
#include "core/mention.h"

#include "base/text.h"

#include <string.h>

enum { ID_DIGITS_MIN = 15, LABEL_MAX = 16 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}

static bool is_path_char(char c)
{
    return is_alnum(c) || c == '/' || c == '_' || c == '-' || c == '.';
}

static size_t alpha_at(const char *at, const char *end)
{
    size_t len = 0;

    while (at + len < end && is_alpha(at[len]))
        len++;
    return len;
}

/* The method whose name is the `len` letters at `at`. */
static bool method_at(const char *at, size_t len, bool upper_only, char method[FINDING_METHOD_MAX])
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    char word[FINDING_METHOD_MAX];

    if (!len || len >= sizeof word)
        return false;
    memcpy(word, at, len);
    word[len] = '\0';
    for (size_t i = 0; i < TTA_LEN(methods); i++) {
        if (upper_only ? strcmp(word, methods[i]) == 0 : text_equal_nocase(word, methods[i])) {
            memcpy(method, methods[i], len + 1);
            return true;
        }
    }
    return false;
}

static const char *skip_marks(const char *at, const char *end)
{
    while (at < end && strchr(" :=([,'\"", *at))
        at++;
    return at;
}

static bool is_word(const char *at, size_t len, const char *word)
{
    char copy[LABEL_MAX];

    if (len >= sizeof copy)
        return false;
    memcpy(copy, at, len);
    copy[len] = '\0';
    return text_equal_nocase(copy, word);
}

/* Behind the path: ":GET", "(method=GET)", " [POST]", " method: get". */
static bool method_behind(const char *at, const char *end, char method[FINDING_METHOD_MAX])
{
    bool labelled = at < end && *at == ':';
    size_t len;

    at = skip_marks(at, end);
    len = alpha_at(at, end);
    if (is_word(at, len, "method")) {
        labelled = true;
        at = skip_marks(at + len, end);
        len = alpha_at(at, end);
    }
    return method_at(at, len, !labelled, method);
}

/* Before the path: "GET /a/b/", "[POST] /a/b/". In lower case it is a verb of the sentence. */
static bool method_before(const char *start, const char *at, char method[FINDING_METHOD_MAX])
{
    const char *end;

    while (at > start && strchr(" :=[](,'\"", at[-1]))
        at--;
    end = at;
    while (at > start && is_alpha(at[-1]))
        at--;
    return (at == start || !is_alnum(at[-1])) && method_at(at, (size_t)(end - at), true, method);
}

/* Length of "open_api/v1.3" or "/open_api/v1.3" at `at`; 0 if it is not there. */
static size_t version_prefix(const char *at, const char *end)
{
    static const char prefix[] = "open_api/v";
    const char *c = at + (at < end && *at == '/');

    if ((size_t)(end - c) < sizeof prefix || memcmp(c, prefix, sizeof prefix - 1) != 0)
        return 0;
    for (c += sizeof prefix - 1; c < end && (is_digit(*c) || *c == '.');)
        c++;
    return c < end && *c == '/' ? (size_t)(c - at) : 0;
}

void mention_endpoint(const char *message, char method[FINDING_METHOD_MAX], char path[FINDING_PATH_MAX])
{
    const char *end = message + strnlen(message, WORDS_READ_MAX);

    method[0] = path[0] = '\0';
    for (const char *at = message; at < end; at++) {
        bool word_start = at == message || (!is_alnum(at[-1]) && at[-1] != '/');
        size_t prefix = word_start || *at == '/' ? version_prefix(at, end) : 0;
        size_t len = 0, slashes = 0;

        if (!prefix && !(word_start && *at == '/' && end - at > 1 && is_alpha(at[1])))
            continue;
        while (at + prefix + len < end && is_path_char(at[prefix + len]))
            slashes += at[prefix + len++] == '/';
        while (len && at[prefix + len - 1] == '.')
            len--;
        if (slashes >= 2 && len + 2 <= FINDING_PATH_MAX) {
            memcpy(path, at + prefix, len);
            path[len] = '\0';
            if (path[len - 1] != '/')
                memcpy(path + len, "/", 2);
            if (!method_behind(at + prefix + len, end, method))
                (void)method_before(message, at, method); /* none named: it stays "" */
            return;
        }
        at += prefix + len;
    }
}

enum label { LABEL_NONE, LABEL_ADVERTISER, LABEL_OTHER };

static bool is_listed(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(word, list[i]))
            return true;
    return false;
}

/* What an id behind this word belongs to, given what stood before. */
static enum label label_of(const char *word, const char *previous, enum label before)
{
    static const char *const own[] = {"advertiser", "advertisers", "account", "accounts", "adv", "adaccount"};
    static const char *const others[] = {
        "app",    "apps",  "application", "appid",   "client",   "developer", "business", "bc",      "center",
        "tiktok", "user",  "identity",    "catalog", "pixel",    "campaign",  "adgroup",  "ad",      "creative",
        "video",  "image", "audience",    "store",   "shop",     "product",   "feed",     "request", "log",
        "rule",   "order", "task",        "report",  "resource", "asset"};
    static const char *const not_ad[] = {"developer", "business", "tiktok", "user", "service"};

    if (is_listed(word, own, TTA_LEN(own)))
        return is_listed(previous, not_ad, TTA_LEN(not_ad)) ? LABEL_OTHER : LABEL_ADVERTISER;
    return is_listed(word, others, TTA_LEN(others)) ? LABEL_OTHER : before;
}

void mention_advertiser(const char *message, char id[ADVERTISER_ID_MAX + 1])
{
    const char *at = message, *end = message + strnlen(message, WORDS_READ_MAX);
    char word[LABEL_MAX] = "", previous[LABEL_MAX];
    enum label label = LABEL_NONE;
    bool quoted = false; /* a name between double quotes says nothing about the id behind it */

    id[0] = '\0';
    while (at < end) {
        const char *start = at;
        size_t len;

        if (is_alpha(*at)) {
            len = alpha_at(at, end);
            memcpy(previous, word, sizeof word);
            memcpy(word, at, len < LABEL_MAX ? len : LABEL_MAX - 1);
            word[len < LABEL_MAX ? len : LABEL_MAX - 1] = '\0';
            if (!quoted)
                label = label_of(word, previous, label);
            at += len;
            continue;
        }
        while (at < end && is_digit(*at))
            at++;
        len = (size_t)(at - start);
        if (!len) {
            quoted = quoted != (*at++ == '"');
            continue;
        }
        if (len < ID_DIGITS_MIN || len > ADVERTISER_ID_MAX || (at < end && is_alpha(*at)) ||
            (start > message && is_alpha(start[-1])))
            continue;
        if (label == LABEL_ADVERTISER || (label == LABEL_NONE && !id[0])) {
            memcpy(id, start, len);
            id[len] = '\0';
        }
        if (label == LABEL_ADVERTISER)
            return;
    }
}

enum throttle_window mention_window(const struct words *words)
{
    if (words_have(words, "qps|rps|tps; per|each|every|one|in|# second|seconds; requests second"))
        return THROTTLE_SECOND;
    if (words_have(words, "qpm|rpm|minutely; per|each|every|one|in|# minute|minutes|min; requests minute"))
        return THROTTLE_MINUTE;
    if (words_have(words, "qpd|rpd|daily|day|today|tomorrow; # hours"))
        return THROTTLE_DAY;
    return THROTTLE_UNSAID;
}

enum scope mention_throttled(const struct words *words, enum scope otherwise)
{
    if (words_have(words, "advertiser; per|each account; account ~3 qps|qpm|qpd|quota|reach|exceed|request*"))
        return SCOPE_ADVERTISER;
    if (words_have(words, "path|endpoint|interface|xpath"))
        return SCOPE_ENDPOINT;
    if (words_have(words, "app|appid"))
        return SCOPE_APP;
    return otherwise;
}
