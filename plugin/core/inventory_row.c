/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * From an advertiser as written down to one that the inventory can hold. */
#include "base/text.h"
#include "core/grow.h"
#include "core/inventory_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_ECHO_MAX = 24, SENTENCE_MAX = 600, DAY_S = 86400 };

/* About the advertiser, whose id is valid. */
TTA_PRINTF(3, 4)
static void complain_row(struct inventory_builder *builder, const struct row_text *text, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;

    va_start(args, format);
    if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
        sentence[0] = '\0';
    va_end(args);
    complain(builder->complaints, text->file, text->line, SUBJECT_ADVERTISER, text->id, "advertiser %s: %s",
             text->id, sentence);
}

static bool id_ok(struct inventory_builder *builder, const struct row_text *text)
{
    const char *id = text->id ? text->id : "";
    struct buf shown;

    if (parse_advertiser_id(id))
        return true;
    buf_init(&shown, ID_ECHO_MAX);
    text_safe(&shown, id, strlen(id), false, ID_ECHO_MAX);
    if (!*id)
        complain(builder->complaints, text->file, text->line, SUBJECT_NOBODY, "",
                 "advertiser_id: is empty; allowed: 1 to 20 digits; the row is left out");
    else
        complain(builder->complaints, text->file, text->line, SUBJECT_NOBODY, "",
                 "advertiser_id: '%s' is no id; allowed: 1 to 20 digits%s; the row is left out", buf_text(&shown),
                 text_find_nocase(id, "E+") ? " (a spreadsheet rounded it: format its column as text)" : "");
    buf_free(&shown);
    return false;
}

/* The tokens that a row names, in its order, each once. */
struct row_tokens {
    size_t token[ADVERTISER_TOKENS_MAX];
    size_t count;
    size_t faults;                /* words that could not be taken */
    char fault[SENTENCE_MAX / 2]; /* what is wrong with the first of them */
};

TTA_PRINTF(2, 3) static void note_fault(struct row_tokens *out, const char *format, ...)
{
    va_list args;

    if (out->faults++ > 0)
        return;
    va_start(args, format);
    if (vsnprintf(out->fault, sizeof(out->fault), format, args) < 0)
        out->fault[0] = '\0';
    va_end(args);
}

static void read_token(const struct config *config, const char *name, struct row_tokens *out)
{
    size_t index = config_find_token(config, name);

    for (size_t i = 0; i < out->count; i++)
        if (out->token[i] == index)
            return;
    /* What is no name is not shown: it may be a token itself, in the wrong place. */
    if (!parse_section_name(name))
        note_fault(out, "a word in it is not the name of a token");
    else if (index == SIZE_MAX)
        note_fault(out, "there is no token '%s'", name);
    else if (config->token[index].app == SIZE_MAX)
        note_fault(out, "the app of token '%s' is not known", name);
    else if (out->count == ADVERTISER_TOKENS_MAX)
        note_fault(out, "there are more than %d tokens", ADVERTISER_TOKENS_MAX);
    else
        out->token[out->count++] = index;
}

/* False, with a complaint: it names none that can be taken. */
static bool read_tokens(struct inventory_builder *builder, const struct row_text *text, struct row_tokens *out)
{
    const char *cursor = text->tokens ? text->tokens : "", *word;
    char name[SECTION_NAME_MAX + 2];
    size_t len;

    out->count = 0;
    out->faults = 0;
    while ((len = parse_word(&cursor, " \t", &word)) > 0) {
        /* Cut one byte past what a name may have, so that a longer one stays none. */
        if (len > SECTION_NAME_MAX + 1)
            len = SECTION_NAME_MAX + 1;
        memcpy(name, word, len);
        name[len] = '\0';
        read_token(builder->config, name, out);
    }
    if (out->faults > 0)
        complain_row(builder, text, "token: %s%s; %s", out->fault, out->faults > 1 ? " (and more)" : "",
                     out->count > 0 ? "its other tokens are taken" : "it is left out");
    else if (out->count == 0)
        complain_row(builder, text,
                     "token: is empty; allowed: names of tokens, a blank between two; it is left out");
    return out->count > 0;
}

/* A name, owner or client: line ends and tabs become blanks, what is too long is cut. NULL: out of memory. */
static char *people_text(struct inventory_builder *builder, const struct row_text *text, const char *column,
                         const char *value)
{
    size_t len = value ? strlen(value) : 0, cut = text_cut(value, len, ADVERTISER_TEXT_MAX);
    char *copy = text_dup_n(value ? value : "", cut), *start;

    if (!copy)
        return NULL;
    if (cut < len)
        complain_row(builder, text, "%s: is longer than %d bytes; it is cut", column, ADVERTISER_TEXT_MAX);
    for (char *c = copy; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    start = parse_trim(copy);
    memmove(copy, start, strlen(start) + 1);
    return copy;
}

static int64_t read_until(struct inventory_builder *builder, const struct row_text *text)
{
    int64_t day;

    if (!text->until || !*text->until)
        return 0;
    /* Before 1970 the end would not be above 0, which means no end. */
    if (parse_date(text->until, &day) && day >= 0)
        return day + DAY_S;
    complain_row(builder, text,
                 "until: is no day; allowed: the last day in UTC, such as 2026-11-30; no end is taken");
    return 0;
}

static bool read_required(struct inventory_builder *builder, const struct row_text *text, struct permissions *out)
{
    struct err why = {""};

    if (!text->required || !*text->required || permissions_read(text->required, out, &why))
        return true;
    if (why.text[0])
        complain_row(builder, text, "required_permissions: %s; none is taken", why.text);
    return why.text[0] != '\0';
}

static bool read_texts(struct inventory_builder *builder, const struct row_text *text, struct advertiser *out)
{
    memcpy(out->id, text->id, strlen(text->id) + 1);
    out->name = people_text(builder, text, "name", text->name);
    out->owner = people_text(builder, text, "owner", text->owner);
    out->client = people_text(builder, text, "client", text->client);
    out->until = read_until(builder, text);
    return read_required(builder, text, &out->required) && out->name && out->owner && out->client;
}

static bool copy_texts(const struct advertiser *from, struct advertiser *out)
{
    memcpy(out->id, from->id, sizeof(out->id));
    out->name = text_dup(from->name);
    out->owner = text_dup(from->owner);
    out->client = text_dup(from->client);
    out->until = from->until;
    return out->name && out->owner && out->client && permissions_merge(&out->required, &from->required);
}

/* A new row at the end, zeroed but for its place. NULL: out of memory. */
static struct advertiser *add_row(struct inventory_builder *builder, const struct row_text *text, size_t app)
{
    struct row *row = grow_by_one(builder->row, builder->count, sizeof(*row));

    if (!row)
        return NULL;
    builder->row = row;
    row += builder->count;
    *row = (struct row){
        .app_rank = builder->app_rank[app], .sequence = builder->count, .file = text->file, .line = text->line};
    row->advertiser.app = app;
    builder->count++;
    return &row->advertiser;
}

static void take_tokens(const struct config *config, const struct row_tokens *tokens, struct advertiser *out)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (config->token[tokens->token[i]].app == out->app)
            out->token[out->token_count++] = tokens->token[i];
}

static bool is_first_of_app(const struct config *config, const struct row_tokens *tokens, size_t which)
{
    for (size_t i = 0; i < which; i++)
        if (config->token[tokens->token[i]].app == config->token[tokens->token[which]].app)
            return false;
    return true;
}

void inventory_add_row(struct inventory_builder *builder, const struct row_text *text)
{
    const struct config *config = builder->config;
    struct row_tokens tokens;
    size_t first = builder->count;

    if (!id_ok(builder, text) || !read_tokens(builder, text, &tokens))
        return;
    for (size_t i = 0; i < tokens.count; i++) {
        struct advertiser *advertiser;

        if (!is_first_of_app(config, &tokens, i))
            continue;
        advertiser = add_row(builder, text, config->token[tokens.token[i]].app);
        if (!advertiser || !(i == 0 ? read_texts(builder, text, advertiser)
                                    : copy_texts(&builder->row[first].advertiser, advertiser))) {
            builder->no_memory = true;
            return;
        }
        take_tokens(config, &tokens, advertiser);
    }
}
