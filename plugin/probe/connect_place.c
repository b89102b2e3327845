/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where a new token lies: first on its own, then in the old one's file or as a token of our own. */
#include "base/log.h"
#include "core/oauth_name.h"
#include "probe/connect_private.h"
#include "probe/own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRESH_MAX = SECRET_MAX + OAUTH_SCOPE_MAX + 16, NAMES_MAX = 99 };

/* Made by root, it is the state folder's owner's. */
static bool give_away(const struct connecting *c, const char *path)
{
    char *folder = config_state_file(c->config, ".");
    struct stat st;
    bool ok = folder && (geteuid() != 0 || (stat(folder, &st) == 0 && chown(path, st.st_uid, st.st_gid) == 0));

    free(folder);
    return ok;
}

/* The folder of our own tokens: for who may use the state folder, and nobody else. */
static bool make_folder(const struct connecting *c, struct err *err)
{
    char *path = config_state_file(c->config, "tokens");
    /* What umask took away; a folder that is there keeps its rights. */
    bool ok = path && (mkdir(path, 0770) == 0 ? chmod(path, 02770) == 0 && give_away(c, path) : errno == EEXIST);

    if (path && !ok)
        err_set(err, "cannot make the folder %s: %s", path, strerror(errno));
    else if (!path)
        err_set(err, "out of memory");
    free(path);
    return ok;
}

/* Why we may not rewrite the file of the old token, whatever its rights are. */
static const char *why_fixed(const struct config_token *token)
{
    if (!token->token_file)
        return "it comes from [tokens], which is yours to change";
    if (secret_is_credential(token->token_file))
        return "it is a credential of the service manager, which nobody can rewrite";
    return NULL;
}

void connect_note_fixed(struct connecting *c)
{
    const char *fixed = why_fixed(connect_token(c));

    (void)snprintf(c->fixed, sizeof(c->fixed), "%s", fixed ? fixed : ""); /* fits */
}

bool connect_take_room(struct connecting *c, struct err *err)
{
    const struct config_token *token = connect_token(c);
    struct err why = {""};

    connect_note_fixed(c);
    if (!make_folder(c, err))
        return false;
    c->fresh = file_room_take(c->fresh_path, FRESH_MAX, 0640, err);
    if (!c->fresh)
        return false;
    if (!c->fixed[0] && !(c->place = file_room_take(token->token_file, FRESH_MAX, 0640, &why)))
        (void)snprintf(c->fixed, sizeof(c->fixed), "%s", why.text); /* fits */
    return true;
}

/* The token's line, and what was said of it. */
static void write_fresh(const struct oauth_grant *grant, struct buf *out)
{
    buf_init_secret(out, FRESH_MAX);
    buf_add(out, secret_reveal(grant->token), secret_len(grant->token));
    buf_printf(out, "\n%s\n", grant->scope);
}

bool connect_keep_fresh(struct connecting *c, struct err *err)
{
    struct buf text;
    bool ok;

    write_fresh(&c->grant, &text);
    ok = buf_ok(&text) ? file_room_fill(c->fresh, buf_text(&text), buf_len(&text), err)
                       : err_set(err, "out of memory");
    buf_wipe(&text);
    c->on_disk = ok;
    return ok;
}

bool connect_read_fresh(struct connecting *c)
{
    struct buf text;
    struct err unheard = {""}; /* there is none */
    const char *line;
    bool ok;

    buf_init_secret(&text, FRESH_MAX);
    ok = file_read(c->fresh_path, &text, &unheard) && (line = strchr(buf_text(&text), '\n')) != NULL;
    if (ok) {
        c->grant.token = secret_new(buf_text(&text), (size_t)(line - buf_text(&text)));
        (void)snprintf(c->grant.scope, sizeof(c->grant.scope), "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
        ok = c->grant.token != NULL;
        c->on_disk = ok;
    }
    buf_wipe(&text);
    return ok;
}

void connect_drop_fresh(struct connecting *c)
{
    if (unlink(c->fresh_path) != 0 && errno != ENOENT)
        log_warning("connect", "%s: %s", c->fresh_path, strerror(errno));
}

/* --- in the old one's place ---------------------------------------------------------------------------------- */

static void write_token(const struct secret *token, struct buf *out)
{
    buf_init_secret(out, SECRET_MAX + 2);
    buf_add(out, secret_reveal(token), secret_len(token));
    buf_char(out, '\n');
}

static bool replace(struct connecting *c, struct err *err)
{
    const char *path = connect_token(c)->token_file;
    struct buf text;
    bool ok;

    write_token(c->grant.token, &text);
    if (!buf_ok(&text))
        ok = err_set(err, "out of memory");
    else if (c->place)
        ok = file_room_fill(c->place, buf_text(&text), buf_len(&text), err);
    else
        ok = file_replace(path, buf_text(&text), buf_len(&text), 0640, err);
    buf_wipe(&text);
    if (ok)
        (void)snprintf(c->place_path, sizeof(c->place_path), "%s", path); /* for people: cut is fine */
    return ok;
}

/* --- as a token of our own ----------------------------------------------------------------------------------- */

/* True when a token of our own may be overwritten: all that it is bound to stays covered. */
static bool may_follow(const struct connecting *c, const struct config_token *token)
{
    if (c->contradicted)
        return false;
    for (size_t i = 0; i < token->bound_count; i++)
        if (!oauth_grant_has(&c->grant, token->bound[i]))
            return false;
    return token->own && token->app == connect_token(c)->app;
}

/* The advertisers of the app's inventory that the new token covers. NULL: out of memory. */
static char (*covered_ids(const struct connecting *c, size_t *count, const char **client))[ADVERTISER_ID_MAX + 1]
{
    const struct inventory *inventory = setup_inventory(c->setup);
    char(*id)[ADVERTISER_ID_MAX + 1] = calloc(inventory->count + 1, sizeof(*id));
    bool one = true;

    *count = 0;
    *client = NULL;
    for (size_t i = 0; id && i < inventory->count; i++) {
        const struct advertiser *a = &inventory->item[i];

        if (a->app != connect_token(c)->app || !oauth_grant_has(&c->grant, a->id))
            continue;
        memcpy(id[(*count)++], a->id, sizeof(*id));
        one = one && (!*client || strcmp(*client, a->client) == 0);
        *client = a->client;
    }
    if (!one)
        *client = NULL; /* of several */
    return id;
}

static bool choose_name(struct connecting *c, const char *client, const char *first_id)
{
    const struct advertiser *asked = connect_advertiser(c);
    bool has = asked && oauth_grant_has(&c->grant, asked->id);

    if (has && asked->client[0])
        client = asked->client;
    for (unsigned attempt = 1; attempt <= NAMES_MAX; attempt++) {
        size_t known;

        oauth_own_name(connect_token(c)->name, client, has ? asked->id : first_id, attempt, c->out->own);
        known = config_find_token(c->config, c->out->own);
        if (known == SIZE_MAX || may_follow(c, &c->config->token[known]))
            return true;
    }
    return false;
}

/* Who sweeps must be able to read it, and nobody else: with by = service that is the state folder's owner alone,
 * unless a member of its group made the file. */
static mode_t own_mode(const struct connecting *c, uid_t *owner)
{
    char *folder = config_state_file(c->config, "tokens");
    struct stat st;
    bool seen = folder && stat(folder, &st) == 0;

    free(folder);
    *owner = (uid_t)-1;
    if (!c->config->sweep.by_service || !seen || (geteuid() != 0 && geteuid() != st.st_uid))
        return 0640;
    if (geteuid() == 0)
        *owner = st.st_uid;
    return 0600;
}

static bool write_own(struct connecting *c, const char (*id)[ADVERTISER_ID_MAX + 1], size_t count, struct err *err)
{
    char *path = config_own_path(c->config, c->out->own);
    uid_t owner;
    mode_t mode = own_mode(c, &owner);
    struct buf text;
    bool ok;

    write_token(c->grant.token, &text);
    ok = path && buf_ok(&text) ? file_replace(path, buf_text(&text), buf_len(&text), mode, err)
                               : err_set(err, "out of memory");
    buf_wipe(&text);
    if (ok && owner != (uid_t)-1 && chown(path, owner, (gid_t)-1) != 0)
        log_warning("connect", "%s: %s", path, strerror(errno));
    if (ok)
        (void)snprintf(c->place_path, sizeof(c->place_path), "%s", path); /* for people: cut is fine */
    free(path);
    return ok && own_put(c->config,
                         &(struct config_own){
                             .name = c->out->own,
                             .app = connect_app(c)->name,
                             .of = connect_token(c)->name,
                             .granted_by =
                                 c->out->target.advertiser[0] ? GRANTED_BY_CLIENT : connect_token(c)->granted_by,
                             .advertiser = id,
                             .count = count,
                         },
                         err);
}

static bool keep_listed(struct connecting *c, struct err *err)
{
    size_t count = 0;
    const char *client = NULL;
    char(*id)[ADVERTISER_ID_MAX + 1];
    bool ok;

    if (!connect_reload(c, err))
        return false;
    id = covered_ids(c, &count, &client);
    if (!id)
        return err_set(err, "out of memory");
    if (choose_name(c, client, count > 0 ? id[0] : "0"))
        ok = write_own(c, (const char(*)[ADVERTISER_ID_MAX + 1]) id, count, err);
    else
        ok = err_set(err, "%d tokens are kept beside %s already", NAMES_MAX, connect_token(c)->name);
    free(id);
    if (!ok)
        c->out->own[0] = '\0';
    return ok;
}

/* Two authorizations of different tokens may end at once: the list is read and written by one of them. */
static bool keep(struct connecting *c, struct err *err)
{
    struct lock_file *lock = own_lock(c->config, err);
    bool ok = lock && keep_listed(c, err);

    lock_close(lock);
    return ok;
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

bool connect_put(struct connecting *c, struct err *err)
{
    if (c->judgement.choice == CHOOSE_REPLACE) {
        if (replace(c, err))
            return true;
        /* Rights or a full disk that were not to be foreseen. */
        (void)snprintf(c->fixed, sizeof(c->fixed), "%s", err->text); /* fits */
        c->judgement.choice = CHOOSE_KEEP;
    }
    return c->judgement.choice == CHOOSE_DROP || keep(c, err);
}
