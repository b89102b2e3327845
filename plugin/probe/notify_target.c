/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Targets: receivers as they are reached, whatever their sections are called and whether they still are. */
#include "probe/notify_private.h"

#include "base/text.h"
#include "ext/sign.h"

#include <stdlib.h>
#include <string.h>

enum {
    GROUP_WAIT_MS = 30000,
    GROUP_OVER = 10,
    RESEND_MS = 60000,
    RETRY_BASE_MS = 5000,
    RETRY_MAX_MS = 300000,
    EXPIRE_S = 86400,
    CONNECT_MS = 5000,
    REQUEST_MS = 20000,
    ANSWER_MAX = 64 * 1024,
    PRINT_BYTES = 8, /* of a digest: tells secrets apart and is none */
};

int64_t target_group_wait_ms(const struct target *target)
{
    return target->by ? target->by->group_wait_ms : GROUP_WAIT_MS;
}

int target_group_over(const struct target *target)
{
    return target->by ? target->by->group_over : GROUP_OVER;
}

int64_t target_resend_ms(const struct target *target)
{
    return target->by ? target->by->resend_ms : RESEND_MS;
}

int64_t target_expire_s(const struct target *target)
{
    return target->by ? target->by->expire_s : EXPIRE_S;
}

int64_t target_pause_of_ms(const struct target *target, int64_t retry_after_s, uint32_t random)
{
    int64_t base = target->by ? target->by->retry_base_ms : RETRY_BASE_MS;
    int64_t most = target->by ? target->by->retry_max_ms : RETRY_MAX_MS;

    return message_pause_ms(target->failures, base, most, retry_after_s, random);
}

/* --- who it is ------------------------------------------------------------------------------------------------
 */

/* A few characters that stand for the secret. */
static void print_of(const struct receiver *receiver, char out[2 * PRINT_BYTES + 1])
{
    static const char DIGIT[] = "0123456789abcdef", PRINTED[] = "tiktok-auth receiver";
    unsigned char digest[SIGN_BYTES];
    struct err unheard = {""};
    struct secret *secret;

    out[0] = '\0';
    if (!receiver_has_print(receiver->kind) || !receiver->secret_file)
        return;
    secret = secret_read(receiver->secret_file, &unheard);
    if (!secret)
        return;
    sign_hmac(secret, PRINTED, sizeof(PRINTED) - 1, digest);
    secret_free(secret);
    for (size_t i = 0; i < PRINT_BYTES; i++) {
        out[2 * i] = DIGIT[digest[i] >> 4];
        out[2 * i + 1] = DIGIT[digest[i] & 15];
    }
    out[2 * PRINT_BYTES] = '\0';
}

bool target_identity(const struct receiver *receiver, struct buf *out)
{
    char print[2 * PRINT_BYTES + 1];

    print_of(receiver, print);
    return receiver_identity(receiver, print, out);
}

struct target *target_new(const char *id, const char *section, const char *reach, struct err *err)
{
    struct target *target = calloc(1, sizeof(*target));

    if (target) {
        target->id = text_dup(id);
        target->section = text_dup(section);
        target->reach = text_dup(reach);
    }
    if (!target || !target->id || !target->section || !target->reach)
        err_set(err, "out of memory");
    else if (receiver_decode(reach, strlen(reach), &target->arena, &target->receiver, err))
        return target;
    target_free(target);
    return NULL;
}

void target_free(struct target *target)
{
    if (!target)
        return;
    free(target->id);
    free(target->section);
    free(target->reach);
    arena_free(&target->arena);
    free(target);
}

/* --- another way there ----------------------------------------------------------------------------------------
 */

static bool leads_there(const struct target *target, const struct receiver *receiver)
{
    struct buf id;
    bool same;

    buf_init(&id, NOTIFY_IDENTITY_MAX);
    same = target_identity(receiver, &id) && strcmp(buf_text(&id), target->id) == 0;
    buf_cut(&id, 0);
    same = same || (receiver_identity(receiver, "", &id) && strcmp(buf_text(&id), target->id) == 0);
    buf_free(&id);
    return same;
}

/* Nothing changes where memory is short. */
static void go_by(struct target *target, const char *reach)
{
    char *copy = text_dup(reach);
    struct err unheard = {""};
    struct arena arena = {0};
    struct receiver receiver;

    if (!copy || !receiver_decode(copy, strlen(copy), &arena, &receiver, &unheard)) {
        free(copy);
        arena_free(&arena);
        return;
    }
    free(target->reach);
    arena_free(&target->arena);
    target->reach = copy;
    target->arena = arena;
    target->receiver = receiver;
    target->moved = true;
}

void target_follow(struct target *target, const struct config *config)
{
    struct receiver receiver;
    struct buf reach;

    if (!target->by || !target->by->usable)
        return;
    receiver = receiver_of(config, target->by, "");
    for (size_t i = 0; !leads_there(target, &receiver); i++) {
        if (i == config->owner_count)
            return;
        receiver = receiver_of(config, target->by, config->owner[i].name);
    }
    buf_init(&reach, NOTIFY_REACH_MAX);
    if (receiver_encode(&receiver, &reach) && strcmp(buf_text(&reach), target->reach) != 0)
        go_by(target, buf_text(&reach));
    buf_free(&reach);
}

/* --- how it is reached ----------------------------------------------------------------------------------------
 */

static bool open_server(struct target *target, const struct notify_env *env, struct err *err)
{
    const struct receiver *receiver = &target->receiver;
    struct http_options options = {
        .base_url = receiver->url,
        .ca_file = receiver->ca_file,
        .proxy = receiver->proxy,
        .connect_timeout_ms = CONNECT_MS,
        .request_timeout_ms = REQUEST_MS,
        .max_response = ANSWER_MAX,
        .user = receiver->user,
    };
    struct secret *password = NULL;

    if (receiver->password_file) {
        password = secret_read(receiver->password_file, err);
        if (!password)
            return false;
        options.password = password;
    }
    target->server = env->reach(env->ctx, &options, &target->env, err);
    secret_free(password);
    return target->server != NULL;
}

bool target_reach(struct target *target, const struct notify_env *env, struct err *err)
{
    struct file_stamp stamp = {0};

    if (target->receiver.password_file)
        (void)file_stamp_of(target->receiver.password_file, &stamp, NULL); /* zeroed, reading it says why */
    if (target->server && (target->moved || !file_stamp_equal(&stamp, &target->stamp))) {
        if (target->calls > 0)
            return true; /* with those */
        target_leave(target, env);
    }
    if (target->server)
        return true;
    target->stamp = stamp;
    target->moved = false;
    return open_server(target, env, err);
}

void target_leave(struct target *target, const struct notify_env *env)
{
    if (target->server)
        env->leave(env->ctx, target->server);
    target->server = NULL;
}
