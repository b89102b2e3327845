/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading the configuration line by line: which section is meant, which key, and what is wrong with either. */
#include "base/parse.h"
#include "base/text.h"
#include "core/config_build.h"
#include "core/config_value.h"
#include "core/nearest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE_MAX = 600 };

/* Whether a word that is not known may be shown. A secret in its place would have a digit in it or be longer. */
static bool showable(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

    return len > 0 && len <= NEAREST_WORD_MAX && word[len] == '\0';
}

/* A complaint about whom the current section is about. */
TTA_PRINTF(3, 4) static void complain_here(struct config *config, unsigned line, const char *format, ...)
{
    const struct config_build *build = config->build;
    enum subject subject = build->section->subject;
    bool named = subject != SUBJECT_ALL && subject != SUBJECT_NOBODY;
    char sentence[SENTENCE_MAX];
    va_list args;

    va_start(args, format);
    if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
        sentence[0] = '\0';
    va_end(args);
    complain(build->complaints, config->path, line, subject, named ? build->name : "", "[%s%s%s] %s",
             build->section->name, build->name[0] ? " " : "", build->name, sentence);
}

static void unknown_section(struct config *config, unsigned line, const char *word)
{
    const char *nearest = section_nearest(word);
    bool shown = showable(word);

    complain(config->build->complaints, config->path, line, SUBJECT_NOBODY, "",
             "%s%s%ssection is not known to this release; it is ignored%s%s%s", shown ? "[" : "",
             shown ? word : "", shown ? "]: " : "", nearest ? "; did you mean " : "",
             nearest ? section_info(section_find(nearest))->written : "", nearest ? "?" : "");
}

static const char *name_fault(const struct section_info *section, const char *name)
{
    enum cause cause;

    switch (section->form) {
    case FORM_ALONE:
        return *name ? "it takes no name" : NULL;
    case FORM_NAME:
        return parse_section_name(name)
                   ? NULL
                   : "NAME is 1 to 32 letters, digits, '.', '_' or '-', a letter or digit first";
    case FORM_ADVERTISER:
        return parse_advertiser_id(name) ? NULL : "ID is 1 to 20 digits";
    case FORM_TEXT:
        return *name && text_is_utf8(name, strlen(name)) && strlen(name) <= ADVERTISER_TEXT_MAX
                   ? NULL
                   : "NAME is the text that stands in the inventory, in UTF-8";
    case FORM_CAUSE:
        return cause_from_name(name, &cause) ? NULL : "CAUSE is the name of a cause, such as revoked";
    }
    return NULL;
}

static unsigned line_of_name(const struct config *config, enum section section, const char *name)
{
    const struct config_feed *feed = config_find_feed(config, name);
    const struct config_owner *owner = config_find_owner(config, name);
    const struct config_notify *notify = config_find_notify(config, name);
    size_t i;

    if (section == SECTION_FEED)
        return feed ? feed->line : 0;
    if (section == SECTION_OWNER)
        return owner ? owner->line : 0;
    if (section == SECTION_NOTIFY)
        return notify ? notify->line : 0;
    i = name_index_find(section == SECTION_APP ? &config->app_index : &config->token_index, name);
    if (i == SIZE_MAX)
        return 0;
    return section == SECTION_APP ? config->app[i].line : config->token[i].line;
}

/* The line that a section of this kind and name stood on first; 0: not yet. */
static unsigned first_line(const struct config *config, enum section section, const char *name)
{
    const struct config_build *build = config->build;
    enum cause cause;
    size_t i;

    switch (section_info(section)->form) {
    case FORM_ALONE:
        return build->section_line[section];
    case FORM_NAME:
    case FORM_TEXT:
        return line_of_name(config, section, name);
    case FORM_ADVERTISER:
        i = name_index_find(&build->advertiser_index, name);
        return i == SIZE_MAX ? 0 : config->advertiser[i].line;
    case FORM_CAUSE:
        return cause_from_name(name, &cause) ? build->fix_line[cause] : 0;
    }
    return 0;
}

/* Where the keys of a section count their offsets from; what has a name is made. NULL: out of memory. */
static void *base_of(struct config *config, unsigned line, enum section section, const char *name)
{
    struct config_token *token;
    enum cause cause;

    switch (section) {
    case SECTION_API:
        return &config->api;
    case SECTION_SWEEP:
        return &config->sweep;
    case SECTION_SNMP:
        return &config->snmp;
    case SECTION_SERVE:
        return &config->serve;
    case SECTION_VIDEOS:
        return &config->videos;
    case SECTION_TOKENS:
        config->tokens_line = line;
        return config;
    case SECTION_INVENTORY:
    case SECTION_STORE:
    case SECTION_SEVERITY:
        return config;
    case SECTION_APP:
        return config_add_app(config, line, name);
    case SECTION_TOKEN:
        token = config_add_token(config, line, name);
        config->build->section_tokens = config->token_count;
        return token;
    case SECTION_ADVERTISER:
        return config_add_advertiser(config, line, name);
    case SECTION_FEED:
        return config_add_feed(config, line, name);
    case SECTION_OWNER:
        return config_add_owner(config, line, name);
    case SECTION_NOTIFY:
        return config_add_notify(config, line, name);
    case SECTION_FIX:
        /* The arrays of fix texts and links both hold a pointer per cause, so one step fits both. */
        if (!cause_from_name(name, &cause))
            return NULL;
        config->build->fix_line[cause] = line;
        return (char *)config + (size_t)cause * sizeof(char *);
    case SECTION_COUNT:
        break;
    }
    return NULL;
}

/* Enters a section whose kind is known: `name` is what stands behind its first word. */
static void enter(struct config *config, unsigned line, enum section section, const char *name)
{
    struct config_build *build = config->build;
    const struct section_info *info = section_info(section);
    const char *fault = name_fault(info, name);
    unsigned first;

    if (fault) {
        complain(build->complaints, config->path, line,
                 info->subject == SUBJECT_ALL ? SUBJECT_ALL : SUBJECT_NOBODY, "", "%s: %s; the section is ignored",
                 info->written, fault);
        return;
    }
    build->name = text_dup(name);
    if (!build->name) {
        build->no_memory = true;
        return;
    }
    build->section = info;
    first = first_line(config, section, name);
    if (first > 0) {
        complain_here(config, line, "is given a second time (first on line %u); the first stands", first);
        build->section = NULL;
        return;
    }
    build->section_line[section] = line;
    build->base = base_of(config, line, section, name);
    if (!build->base)
        build->section = NULL;
}

void config_section(struct config *config, unsigned line, const char *section)
{
    struct config_build *build = config->build;
    char *word = text_dup(section), *name;
    enum section kind;

    free(build->header);
    free(build->name);
    build->header = text_dup(section);
    build->name = NULL;
    build->section = NULL;
    build->base = NULL;
    memset(build->key_line, 0, sizeof(build->key_line));
    if (!word || !build->header) {
        build->no_memory = true;
        free(word);
        return;
    }
    name = word + strcspn(word, " \t");
    if (*name)
        *name++ = '\0';
    name = parse_trim(name);
    kind = section_find(word);
    if (kind == SECTION_COUNT)
        unknown_section(config, line, word);
    else
        enter(config, line, kind, name);
    free(word);
}

/* Follows the reader into a section that it announced only by its keys. */
static void follow(struct config *config, unsigned line, const char *section)
{
    const char *header = config->build->header;

    if (header ? strcmp(header, section) != 0 : *section != '\0')
        config_section(config, line, section);
}

static void unknown_key(struct config *config, unsigned line, enum section section, const char *name)
{
    const char *nearest = key_nearest(section, name);
    bool shown = showable(name);
    struct buf known;

    buf_init(&known, SENTENCE_MAX / 2);
    for (size_t i = 0; !nearest && key_at(i); i++)
        if (key_at(i)->section == section)
            buf_printf(&known, "%s%s", buf_len(&known) > 0 ? ", " : "; allowed: ",
                       key_at(i)->name ? key_at(i)->name : "the name of a cause, such as revoked");
    complain_here(config, line, "%s%s%s is not known%s%s%s%s", shown ? "'" : "", shown ? name : "this key",
                  shown ? "'" : "", nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "",
                  buf_text(&known));
    buf_free(&known);
}

static void keep(struct config *config, unsigned line, const struct key_info *key, const char *name,
                 const char *value, void *base)
{
    struct err why = {""};
    struct buf allowed;

    switch (value_keep(key, config->path, value, base, &why)) {
    case VALUE_KEPT:
        return;
    case VALUE_NO_MEMORY:
        config->build->no_memory = true;
        return;
    case VALUE_REFUSED:
        break;
    }
    buf_init(&allowed, SENTENCE_MAX / 2);
    /* What permissions_read refuses comes with what is allowed. */
    if (key->type != KEY_PERMISSIONS) {
        buf_str(&allowed, "; allowed: ");
        key_allowed(key, &allowed);
    }
    complain_here(config, line, "%s: %s%s", name, why.text, buf_text(&allowed));
    buf_free(&allowed);
}

void config_key(struct config *config, unsigned line, const char *section, const char *key, const char *value)
{
    struct config_build *build = config->build;
    const struct key_info *info;
    enum section kind;
    enum cause cause = CAUSE_COUNT;
    unsigned *first;
    char *base;

    follow(config, line, section);
    if (!build->header) {
        complain(build->complaints, config->path, line, SUBJECT_ALL, "",
                 "a key stands before the first [section]; it is ignored");
        return;
    }
    if (!build->section)
        return;
    kind = section_find(build->section->name);
    info = key_find(kind, key);
    if (!info) {
        unknown_key(config, line, kind, key);
        return;
    }
    base = build->base;
    first = &build->key_line[key_index(info)];
    if (!info->name && cause_from_name(key, &cause)) {
        first = &build->severity_line[cause];
        base += (size_t)cause * sizeof(config->severity[0]);
    }
    if (*first > 0 && !key_repeats(info)) {
        complain_here(config, line,
                      "%s is given a second time (first on line %u); the first stands (an indented line "
                      "continues the one above it)",
                      key, *first);
        return;
    }
    *first = line;
    if (cause < CAUSE_COUNT && cause_info(cause)->class == CLASS_OK) {
        complain_here(config, line, "%s: its severity can't be set: with this cause nothing is wrong", key);
        return;
    }
    if (cause < CAUSE_COUNT && cause_info(cause)->keeps) {
        complain_here(config, line, "%s: its severity can't be set: with this cause the last known state stands",
                      key);
        return;
    }
    keep(config, line, info, key, value, base);
}

void config_bad_line(struct config *config, unsigned line, const char *section, const char *what)
{
    struct config_build *build = config->build;

    follow(config, line, section);
    if (build->section)
        complain_here(config, line, "%s", what);
    else
        complain(build->complaints, config->path, line, build->header ? SUBJECT_NOBODY : SUBJECT_ALL, "", "%s",
                 what);
}
