/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The key, signatures, and the links of a board. */
#include "probe/reauth_sign.h"

#include "base/file.h"
#include "ext/sign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char KEY_FILE[] = "link.key";

enum { KEY_BYTES = 32, KEY_MODE = 0640, WORDS_MAX = 256 };

struct reauth_signer {
    struct secret *key;
};

/* --- the key --------------------------------------------------------------------------------------------------
 */

/* Two may make one at the same time: the first one's stands. */
static bool make_key(const char *path, struct err *err)
{
    unsigned char bytes[KEY_BYTES];
    struct buf text, beside;
    bool ok;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return err_set(err, "no randomness: %s", strerror(errno));
    buf_init_secret(&text, 4 * KEY_BYTES);
    buf_init(&beside, 8192);
    for (size_t i = 0; i < sizeof(bytes); i++)
        buf_printf(&text, "%02x", bytes[i]);
    buf_char(&text, '\n');
    buf_printf(&beside, "%s.%ld", path, (long)getpid());
    ok = (buf_ok(&text) && buf_ok(&beside)) || err_set(err, "out of memory");
    ok = ok && file_replace(buf_text(&beside), buf_text(&text), buf_len(&text), KEY_MODE, err);
    if (ok) {
        ok =
            link(buf_text(&beside), path) == 0 || errno == EEXIST || err_set(err, "%s: %s", path, strerror(errno));
        (void)unlink(buf_text(&beside));
    }
    explicit_bzero(bytes, sizeof(bytes));
    buf_wipe(&text);
    buf_free(&beside);
    return ok;
}

/* A key that was cut or typed by somebody could be guessed, and links with it. NULL with *err. */
static struct secret *read_key(const char *path, struct err *err)
{
    struct secret *key = secret_read(path, err);

    if (key && secret_len(key) < 2 * KEY_BYTES) {
        secret_free(key);
        key = NULL;
        err_set(err, "%s: is no key of ours: it is too short", path);
    }
    return key;
}

struct reauth_signer *reauth_signer_open(const struct config *config, struct err *err)
{
    struct reauth_signer *signer = calloc(1, sizeof(*signer));
    char *path = config_state_file(config, KEY_FILE);
    struct stat st;

    if (!signer || !path)
        err_set(err, "out of memory");
    else if ((stat(path, &st) == 0 || errno != ENOENT) || make_key(path, err))
        signer->key = read_key(path, err);
    free(path);
    if (signer && signer->key)
        return signer;
    free(signer);
    return NULL;
}

bool reauth_key_ok(const struct config *config, bool *missing, struct err *err)
{
    char *path = config_state_file(config, KEY_FILE);
    struct secret *key = NULL;

    *missing = path && access(path, F_OK) != 0 && errno == ENOENT;
    if (path && !*missing)
        key = read_key(path, err);
    else
        err_set(err, path ? "there is no key yet" : "out of memory");
    free(path);
    secret_free(key);
    return key != NULL;
}

void reauth_signer_free(struct reauth_signer *signer)
{
    if (!signer)
        return;
    secret_free(signer->key);
    free(signer);
}

/* --- signatures ------------------------------------------------------------------------------------------------
 */

static void mac_of(const struct reauth_signer *signer, const char *app_id, enum reauth_kind kind, const char *id,
                   int64_t day, unsigned char out[REAUTH_MAC_BYTES])
{
    unsigned char whole[SIGN_BYTES];
    struct buf words;

    buf_init(&words, WORDS_MAX);
    reauth_link_words(app_id, kind, id, day, &words);
    sign_hmac(signer->key, buf_text(&words), buf_len(&words), whole);
    memcpy(out, whole, REAUTH_MAC_BYTES);
    buf_free(&words);
}

const char *reauth_sign(const struct reauth_signer *signer, const char *app_id, enum reauth_kind kind,
                        const char *id, int64_t day, char out[REAUTH_LINK_MAX + 1])
{
    struct reauth_link link = {.day = day};

    (void)snprintf(link.id, sizeof(link.id), "%s", id);
    mac_of(signer, app_id, kind, link.id, day, link.mac);
    return reauth_link_write(&link, out);
}

enum reauth_worth reauth_check(const struct reauth_signer *signer, const struct config *config, const char *link,
                               int64_t now, struct reauth_found *out)
{
    unsigned char mac[REAUTH_MAC_BYTES];
    struct reauth_link given;
    bool is_link = reauth_link_read(link, &given), ours = false;

    for (size_t a = 0; a < config->app_count; a++)
        for (int kind = REAUTH_ADVERTISER; kind <= REAUTH_TOKEN; kind++) {
            const char *app_id = config->app[a].app_id;

            mac_of(signer, app_id ? app_id : "", (enum reauth_kind)kind, given.id, given.day, mac);
            if (!sign_equal(mac, given.mac, sizeof(mac)) || !app_id || !is_link)
                continue;
            ours = true;
            *out = (struct reauth_found){.app = a, .kind = (enum reauth_kind)kind};
            memcpy(out->id, given.id, sizeof(out->id));
        }
    if (!ours)
        return REAUTH_STRANGE;
    return given.day > 0 && now / DAY_SECONDS > given.day ? REAUTH_OVER : REAUTH_GOOD;
}

/* --- a board ---------------------------------------------------------------------------------------------------
 */

struct signing {
    const struct config *config;
    const struct reauth_signer *signer;
    struct board *board;
    struct arena *arena;
    int64_t day;
};

bool reauth_any_is_ours(const struct config *config)
{
    for (size_t a = 0; a < config->app_count; a++)
        if (reauth_link_is_ours(&config->app[a]))
            return true;
    return false;
}

static bool is_mended(const struct verdict *verdict)
{
    return verdict->state != STATE_OK && cause_info(verdict->cause)->reauthorize;
}

/* The portal gives no other kind of token. */
static bool is_of_portal(const struct signing *s, const struct board_token *token)
{
    size_t t = config_find_token(s->config, token->name);

    return reauth_link_is_ours(&s->config->app[token->app]) && t != SIZE_MAX &&
           s->config->token[t].kind == TOKEN_MARKETING;
}

static const char *sign(const struct signing *s, uint32_t app, enum reauth_kind kind, const char *id)
{
    char link[REAUTH_LINK_MAX + 1];

    return arena_dup(s->arena, reauth_sign(s->signer, s->config->app[app].app_id, kind, id, s->day, link));
}

/* The token that an id of a root cause begins with: "emea-07", "emea-07 GET /path/". */
static struct board_token *token_of_root(const struct signing *s, const char *app, const char *id)
{
    size_t len = strcspn(id, " ");

    for (uint32_t t = 0; t < s->board->token_count; t++) {
        struct board_token *token = &s->board->token[t];

        if (strncmp(token->name, id, len) == 0 && !token->name[len] &&
            strcmp(s->board->app[token->app].name, app) == 0)
            return token;
    }
    return NULL;
}

static void sign_token(const struct signing *s, struct board_token *token)
{
    if (!token->link[0] && is_of_portal(s, token))
        token->link = sign(s, token->app, REAUTH_TOKEN, token->name);
}

static void sign_tokens(const struct signing *s)
{
    for (uint32_t t = 0; t < s->board->token_count; t++)
        if (is_mended(&s->board->token[t].verdict))
            sign_token(s, &s->board->token[t]);
    for (uint32_t i = 0; i < s->board->root_count; i++) {
        const struct board_root *root = &s->board->root[i];
        struct board_token *token =
            root->kind == SCOPE_ENDPOINT && root->state != STATE_OK && cause_info(root->cause)->reauthorize
                ? token_of_root(s, root->app, root->id)
                : NULL;

        if (token)
            sign_token(s, token);
    }
}

static const char *link_of(const struct signing *s, const struct board_advertiser *row)
{
    const struct board_token *own = &s->board->token[row->token], *root;

    switch (row->verdict.root_kind) {
    case SCOPE_ADVERTISER:
    case SCOPE_CLIENT:
        return is_of_portal(s, own) ? sign(s, row->app, REAUTH_ADVERTISER, row->id) : "";
    case SCOPE_TOKEN:
    case SCOPE_ENDPOINT:
        if (strncmp(own->name, row->verdict.root_id, strcspn(row->verdict.root_id, " ")) == 0 && own->link[0])
            return own->link;
        root = token_of_root(s, s->board->app[row->app].name, row->verdict.root_id);
        return root ? root->link : "";
    case SCOPE_API:
    case SCOPE_APP:
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        break;
    }
    return "";
}

bool reauth_sign_board(const struct config *config, struct board *board, struct arena *arena, int64_t now,
                       struct err *err)
{
    struct signing s = {
        .config = config, .board = board, .arena = arena, .day = now / DAY_SECONDS + REAUTH_LINK_DAYS};
    struct reauth_signer *signer;

    if (!reauth_any_is_ours(config))
        return true;
    signer = reauth_signer_open(config, err);
    if (!signer)
        return false;
    s.signer = signer;
    sign_tokens(&s);
    for (uint32_t i = 0; i < board->problem_count; i++) {
        struct board_advertiser *row = &board->advertiser[board->problem[i]];

        if (is_mended(&row->verdict))
            row->link = link_of(&s, row);
    }
    reauth_signer_free(signer);
    return !arena->failed || err_set(err, "out of memory");
}
