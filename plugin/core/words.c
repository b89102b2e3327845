/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a message into words, and finds phrases in them. */
#include "core/words.h"

#include "core/words_canon.h"

#include <string.h>

enum { WORD_MAX = 32, QUOTED_MAX = 256, ID_DIGITS_MIN = 15 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_upper(c) || is_lower(c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *word_at(const struct words *words, size_t index)
{
    return words->bytes + words->start[index];
}

static void drop_last(struct words *words)
{
    words->used = words->start[--words->count];
}

static void add_word(struct words *words, const char *word)
{
    size_t size = strlen(word) + 1;

    while (words->count) {
        const char *joined = canon_pair(word_at(words, words->count - 1), word);

        if (!joined)
            break;
        drop_last(words);
        word = joined;
        size = strlen(word) + 1;
    }
    if (words->count == WORDS_MAX || words->used + size > WORDS_BYTES_MAX)
        return;
    memcpy(words->bytes + words->used, word, size);
    words->start[words->count++] = (uint16_t)words->used;
    words->used += size;
}

/* A word as read, in lower case: the words it stands for are added. */
static void add_canon(struct words *words, const char *word)
{
    char part[WORD_MAX];
    const char *rest = canon_word(word);

    while (*rest) {
        size_t len = strcspn(rest, " ");

        memcpy(part, rest, len);
        part[len] = '\0';
        add_word(words, part);
        rest += len + (rest[len] == ' ');
    }
}

static void add_sentence_end(struct words *words)
{
    if (words->count && strcmp(word_at(words, words->count - 1), ".") != 0)
        add_word(words, ".");
}

/* U+2018, U+2019, U+201B, U+2032: the length of an apostrophe or single quote at `at`, 0 if there is none. */
static size_t apostrophe(const char *at, const char *end)
{
    if (at < end && *at == '\'')
        return 1;
    if (end - at >= 3 && (memcmp(at, "\xe2\x80\x98", 3) == 0 || memcmp(at, "\xe2\x80\x99", 3) == 0 ||
                          memcmp(at, "\xe2\x80\x9b", 3) == 0 || memcmp(at, "\xe2\x80\xb2", 3) == 0))
        return 3;
    return 0;
}

/* A double quote, backtick or guillemet. */
static size_t double_quote(const char *at, const char *end)
{
    if (at < end && (*at == '"' || *at == '`'))
        return 1;
    if (end - at >= 2 && (memcmp(at, "\xc2\xab", 2) == 0 || memcmp(at, "\xc2\xbb", 2) == 0))
        return 2;
    if (end - at >= 3 && (memcmp(at, "\xe2\x80\x9c", 3) == 0 || memcmp(at, "\xe2\x80\x9d", 3) == 0 ||
                          memcmp(at, "\xe2\x80\x9e", 3) == 0))
        return 3;
    return 0;
}

/* A run of letters or of digits, as far as it is one word: "AccessToken" is two. Returns its end. */
static const char *read_word(struct words *words, const char *at, const char *end)
{
    char word[WORD_MAX];
    size_t len = 0;
    bool digits = true;
    const char *start = at;

    while (at < end) {
        size_t quote = apostrophe(at, end);

        if (quote && at > start && at + quote < end && is_alnum(at[quote])) { /* "doesn't" */
            at += quote;
            continue;
        }
        if (!is_alnum(*at) || (at > start && is_upper(*at) && is_lower(at[-1])))
            break;
        digits = digits && is_digit(*at);
        if (len < WORD_MAX - 1)
            word[len++] = (char)(is_upper(*at) ? *at + ('a' - 'A') : *at);
        at++;
    }
    word[len] = '\0';
    if (digits)
        add_word(words, "#");
    else
        add_canon(words, word);
    return at;
}

static bool is_path_char(char c)
{
    return is_alnum(c) || c == '/' || c == '_' || c == '-' || c == '.' || c == '{' || c == '}';
}

/* The end of an endpoint path that starts at `at` ("/a/b/:GET", "open_api/v1.3/a/b/"); `at` if there is none. */
static const char *path_end(const char *at, const char *end)
{
    const char *stop = at;
    size_t slashes = 0;
    bool rooted = *at == '/' && end - at > 1 && is_alnum(at[1]);
    bool versioned = end - at > 9 && memcmp(at, "open_api/", 9) == 0;

    if (!rooted && !versioned)
        return at;
    for (; stop < end && is_path_char(*stop); stop++)
        slashes += *stop == '/';
    if (slashes < 2)
        return at;
    if (end - stop > 1 && *stop == ':' && is_alnum(stop[1])) {
        for (stop++; stop < end && is_alnum(*stop);)
            stop++;
    } else if (end - stop > 8 && memcmp(stop, "(method=", 8) == 0) {
        for (stop += 8; stop < end && is_alnum(*stop);)
            stop++;
    }
    return stop;
}

static void read_words(struct words *words, const char *at, const char *end)
{
    while (at < end)
        at = is_alnum(*at) ? read_word(words, at, end) : at + 1;
}

/* The end of a URL whose "://" stands at `at`; `at` if none does. One of the API names an endpoint, another is a
 * link to read. */
static const char *read_url(struct words *words, const char *at, const char *end)
{
    static const char api[] = "open_api/";
    const char *stop = at;

    if (end - at < 4 || memcmp(at, "://", 3) != 0)
        return at;
    while (stop < end && !is_blank(*stop) && !strchr("\"')", *stop))
        stop++;
    if (memmem(at, (size_t)(stop - at), api, sizeof api - 1))
        add_word(words, "xpath");
    return stop;
}

/* One of the terms that a message itself puts between quotes. Anything else there is text of somebody else. */
static bool is_own_term(const char *at, const char *end)
{
    struct words quoted = {.count = 0};

    for (const char *c = at; c < end; c++)
        if (!is_alnum(*c) && *c != '_' && *c != '-')
            return false;
    read_words(&quoted, at, end);
    if (quoted.count == 1)
        return words_have(&quoted, "token|refreshtoken|authcode|appid|secret|app|scope|advertiser|account");
    return quoted.count == 2 && words_have(&quoted, "advertiser|account id");
}

/* Quoted text at `at`: returns its end, or `at` when none begins here. */
static const char *read_quoted(struct words *words, const char *at, const char *end, bool starts_word)
{
    size_t open = double_quote(at, end), single = open ? 0 : apostrophe(at, end);
    const char *inside, *limit, *close, *path;

    if (!open && (!single || !starts_word))
        return at;
    inside = at + open + single;
    limit = end - inside > QUOTED_MAX ? inside + QUOTED_MAX : end;
    for (close = inside; close < limit; close++) {
        size_t quote = open ? double_quote(close, end) : apostrophe(close, end);

        /* An apostrophe before a letter belongs to a word. */
        if (quote && (open || close + quote >= end || !is_alnum(close[quote])))
            break;
    }
    if (close == limit || close == inside)
        return at;
    path = path_end(inside, close);
    if (path > inside)
        add_word(words, "xpath");
    else if (is_own_term(inside, close))
        read_words(words, inside, close);
    else
        add_word(words, "xname");
    return close + (open ? double_quote(close, end) : apostrophe(close, end));
}

/* The end of a proper name, where `stop` stands: it begins with a capital or no ASCII, is not all in capitals and
 * has two words or more, the first of which no auxiliary or negation: "Not Found" is no name. NULL if it is none.
 */
static const char *name_end(const char *at, const char *end, char stop)
{
    struct words first = {.count = 0};
    bool has_lower = false, has_blank = false;

    if (at == end || !(is_upper(*at) || (*at & 0x80)))
        return NULL;
    if (is_alnum(*at))
        (void)read_word(&first, at, end); /* where it ends does not matter */
    if (is_alnum(*at) && (!first.count || words_have(&first, "not")))
        return NULL;
    for (const char *c = at; c < end && c - at < QUOTED_MAX; c++) {
        if (*c == stop)
            return has_lower && has_blank ? c : NULL;
        has_lower = has_lower || is_lower(*c);
        has_blank = has_blank || (*c == ' ' && c[1] != stop);
    }
    return NULL;
}

static size_t digits_at(const char *at, const char *end)
{
    size_t digits = 0;

    while (at + digits < end && is_digit(at[digits]))
        digits++;
    return digits;
}

/* A name beside the id of its account, "advertiser Acme Revoked Token (7502022393087590401)" or the other way
 * round. `at` is behind the noun or the id, at what follows. Returns its end, or `at`. */
static const char *read_name(struct words *words, const char *at, const char *end, bool behind_id)
{
    const char *stop, *last = words->count ? word_at(words, words->count - 1) : "";

    if (behind_id && at < end && *at == '(') {
        stop = name_end(at + 1, end, ')');
        if (!stop)
            return at;
        add_word(words, "xname");
        return stop + 1;
    }
    if (strcmp(last, "advertiser") != 0 && strcmp(last, "account") != 0)
        return at;
    stop = name_end(at, end, '(');
    if (!stop || digits_at(stop + 1, end) < ID_DIGITS_MIN)
        return at;
    add_word(words, "xname");
    return stop;
}

void words_read(struct words *out, const char *message)
{
    const char *at = message ? message : "";
    const char *end = at + strnlen(at, WORDS_READ_MAX);
    bool in_word = false, behind_id = false;

    out->count = 0;
    out->used = 0;
    while (at < end) {
        const char *start = at;

        at = read_url(out, at, end);
        if (at > start) {
            in_word = behind_id = false;
            continue;
        }
        if (!in_word)
            at = path_end(at, end);
        if (at > start) {
            add_word(out, "xpath");
            in_word = true;
            continue;
        }
        at = read_quoted(out, at, end, !in_word);
        if (at > start) {
            in_word = behind_id = false;
            continue;
        }
        if (!in_word)
            at = read_name(out, at, end, behind_id);
        if (at > start)
            continue;
        if (is_alnum(*at)) {
            at = read_word(out, at, end);
            in_word = true;
            behind_id = digits_at(start, at) >= ID_DIGITS_MIN;
            continue;
        }
        at++;
        in_word = false;
        behind_id = behind_id && (is_blank(*start) || *start == ')');
        if (*start == '\n' || (strchr(".!?;", *start) && (at == end || is_blank(*at))))
            add_sentence_end(out);
    }
}
