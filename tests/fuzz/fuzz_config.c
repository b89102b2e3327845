/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any bytes as a configuration, lines of tokens and an inventory, with a line "%%" between two of
 * them. What comes of it keeps what the headers promise, and the inventory, written, reads back the same. */
#include "base/text.h"
#include "core/inventory.h"
#include "ext/ini.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MAX = 64 << 20, FINDS_MAX = 200 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

struct part {
    const char *text;
    size_t len;
};

/* Cuts off what stands before the next "%%" line. */
static struct part next_part(struct part *rest)
{
    static const char BREAK[] = "\n%%\n";
    const char *end = rest->len > 0 ? memmem(rest->text, rest->len, BREAK, strlen(BREAK)) : NULL;
    struct part part = *rest;

    if (!end) {
        *rest = (struct part){NULL, 0};
        return part;
    }
    part.len = (size_t)(end - rest->text) + 1;
    rest->text = end + strlen(BREAK);
    rest->len -= part.len + strlen(BREAK) - 1;
    return part;
}

static bool feed(void *arg, const struct ini_line *line)
{
    switch (line->event) {
    case INI_SECTION:
        config_section(arg, line->line, line->section);
        break;
    case INI_KEY:
        config_key(arg, line->line, line->section, line->key, line->value);
        break;
    case INI_FAULT:
        config_bad_line(arg, line->line, line->section, line->value);
        break;
    }
    return true;
}

static void feed_tokens(struct config *config, struct part tokens)
{
    unsigned line = 0;

    while (tokens.len > 0) {
        const char *end = memchr(tokens.text, '\n', tokens.len);
        size_t len = end ? (size_t)(end - tokens.text) + 1 : tokens.len;

        config_token_line(config, "tokens", ++line, tokens.text, len);
        tokens.text += len;
        tokens.len -= len;
    }
}

static void check_safe(const char *text)
{
    size_t len = strlen(text);
    uint32_t code = 0;

    for (size_t i = 0, n; i < len; i += n) {
        n = text_char(text + i, len - i, &code);
        require(n > 0 && !text_is_control(code));
    }
}

static void check_complaints(const struct complaints *list)
{
    require(list->count <= COMPLAINTS_MAX);
    for (size_t i = 0; i < list->count; i++) {
        const struct complaint *c = &list->item[i];
        char text[64];

        check_safe(c->file);
        check_safe(c->name);
        check_safe(c->text);
        require(c->text[0] != '\0');
        switch (c->subject) {
        case SUBJECT_ALL:
        case SUBJECT_NOBODY:
            require(c->name[0] == '\0');
            break;
        case SUBJECT_APP:
        case SUBJECT_TOKEN:
            require(parse_section_name(c->name));
            break;
        case SUBJECT_ADVERTISER:
            require(parse_advertiser_id(c->name));
            break;
        }
        complaint_text(c, text, sizeof(text));
        check_safe(text);
    }
}

static bool complained(const struct complaints *list, enum subject subject, const char *name)
{
    return list->dropped > 0 || complaints_about(list, subject, name);
}

static void check_config(const struct config *config, const struct complaints *complaints)
{
    require(config->sweep.stale_after_s >= 6 * config->sweep.interval_s);
    require(config->sweep.interval_s >= 10 && config->sweep.hosts >= 1 && config->sweep.diagnose_max >= 1);
    require(config->api.base_url[strlen(config->api.base_url) - 1] != '/');
    require(!config->tokens_file || !config->tokens_command);
    for (size_t i = 0; i < config->app_count; i++) {
        require(parse_section_name(config->app[i].name));
        require(config_find_app(config, config->app[i].name) == &config->app[i]);
        require(config->app[i].usable == (config->app[i].app_id != NULL));
        require(config->app[i].usable || complained(complaints, SUBJECT_APP, config->app[i].name));
    }
    for (size_t i = 0; i < config->token_count; i++) {
        const struct config_token *token = &config->token[i];

        require(parse_section_name(token->name));
        require(config_find_token(config, token->name) == i);
        require(token->app == SIZE_MAX || token->app < config->app_count);
        require(!token->usable || (config->app[token->app].usable && (token->token_file || token->secret)));
        require(token->usable || complained(complaints, SUBJECT_TOKEN, token->name));
        require(token->required.count <= PERMISSIONS_MAX);
        require(!token->refresh || token->kind == TOKEN_TT_USER);
    }
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        require(!cause_info((enum cause)i)->keeps || config->severity[i] == -1);
}

static void check_order(const struct config *config, const struct advertiser *a, const struct advertiser *b)
{
    int order = strcmp(config->app[a->app].name, config->app[b->app].name);

    if (order == 0)
        order = strlen(a->id) != strlen(b->id) ? (strlen(a->id) < strlen(b->id) ? -1 : 1) : strcmp(a->id, b->id);
    require(order < 0);
}

static void check_inventory(const struct config *config, const struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        const struct advertiser *a = &inventory->item[i];

        require(parse_advertiser_id(a->id) && a->app < config->app_count && a->until >= 0);
        require(strlen(a->name) <= ADVERTISER_TEXT_MAX && text_is_utf8(a->name, strlen(a->name)));
        require(a->token_count >= 1 && a->token_count <= ADVERTISER_TOKENS_MAX);
        for (size_t t = 0; t < a->token_count; t++)
            require(config->token[a->token[t]].app == a->app);
        if (i > 0)
            check_order(config, a - 1, a);
        if (i < FINDS_MAX)
            require(inventory_find(config, inventory, config->app[a->app].name, a->id, NULL) == a);
    }
}

static struct inventory *read_inventory(const struct config *config, struct complaints *complaints,
                                        const char *csv, size_t len)
{
    struct inventory_builder *builder = inventory_begin(config, complaints);
    struct inventory *inventory;

    require(builder != NULL);
    inventory_csv(builder, "csv", csv, len);
    inventory = inventory_finish(builder);
    require(inventory != NULL);
    return inventory;
}

/* The config's own sections come again behind the CSV, where they change nothing. */
static void check_round_trip(const struct config *config, const struct inventory *inventory)
{
    struct complaints complaints;
    struct inventory *again;
    struct buf first, second;

    complaints_init(&complaints);
    buf_init(&first, OUT_MAX);
    buf_init(&second, OUT_MAX);
    require(inventory_write_csv(config, inventory, &first));
    again = read_inventory(config, &complaints, buf_text(&first), buf_len(&first));
    require(again->count == inventory->count);
    require(inventory_write_csv(config, again, &second));
    require(strcmp(buf_text(&first), buf_text(&second)) == 0);
    inventory_free(again);
    buf_free(&first);
    buf_free(&second);
    complaints_free(&complaints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct part rest = {(const char *)data, size};
    struct part ini = next_part(&rest), tokens = next_part(&rest);
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;

    complaints_init(&complaints);
    config = config_new("/etc/tta/t.conf", &complaints);
    require(config && ini_read(ini.text, ini.len, feed, config));
    feed_tokens(config, tokens);
    require(config_finish(config));
    check_config(config, &complaints);
    inventory = read_inventory(config, &complaints, rest.text ? rest.text : "", rest.len);
    check_complaints(&complaints);
    check_inventory(config, inventory);
    check_round_trip(config, inventory);
    inventory_free(inventory);
    config_free(config);
    complaints_free(&complaints);
    return 0;
}
