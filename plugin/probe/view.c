/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens what a check needs, says whether it is young enough, and has it renewed by the sweep program. */
#include "probe/view.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "probe/config_file.h"
#include "probe/spawn.h"
#include "probe/view_program.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SWEEP_WORDS_MAX = 24,
    SWEEP_ERRORS_MAX = 64 * 1024,
    SWEEP_GRACE_MS = 50,
    SWEEP_LEAD_MS = 2000, /* so much before we end it the sweep begins to publish */
    SWEEP_PUBLISHED = 0,
    SWEEP_UNPUBLISHED = 4, /* the snapshot was written to --result-fd instead */
};

/* A snapshot with the bytes it lies in. */
struct opened {
    const void *bytes;
    size_t len;
    struct snapshot *snapshot;
};

struct view {
    struct config *config;
    struct complaints complaints;
    char *path; /* of the snapshot */
    struct opened opened;
    struct err why;
};

/* --- opening ----------------------------------------------------------------------------------------------------
 */

static bool read_config(struct view *view, const char *path, struct err *err)
{
    view->config = config_file_read(path, false, &view->complaints, err);
    return view->config && (config_finish(view->config) || err_set(err, "out of memory"));
}

static void close_opened(struct opened *opened)
{
    snapshot_close(opened->snapshot);
    file_unmap(opened->bytes, opened->len);
    *opened = (struct opened){0};
}

/* Replaces what is open by what the bytes hold; they are the view's from here. */
static bool take_bytes(struct view *view, struct opened *fresh, struct err *err)
{
    if (fresh->bytes)
        fresh->snapshot = snapshot_open(fresh->bytes, fresh->len, err);
    if (!fresh->snapshot) {
        close_opened(fresh);
        return false;
    }
    close_opened(&view->opened);
    view->opened = *fresh;
    return true;
}

static bool open_published(struct view *view, struct err *err)
{
    struct opened fresh = {0};

    fresh.bytes = file_map(view->path, SNAPSHOT_SIZE_MAX, &fresh.len, err);
    if (!fresh.bytes)
        return false;
    return take_bytes(view, &fresh, err) || err_prefix(err, "snapshot %s", view->path);
}

static void say_why_none(struct view *view, const struct err *err)
{
    bool missing;
    struct file_stamp stamp;

    if (!file_stamp_of(view->path, &stamp, &missing) && missing)
        err_set(&view->why, "nothing was published yet: there is no %s", view->path);
    else
        view->why = *err;
}

struct view *view_open(const char *config_path, struct err *err)
{
    struct view *view = calloc(1, sizeof(*view));
    struct err why = {.text = ""};

    if (!view) {
        err_set(err, "out of memory");
        return NULL;
    }
    complaints_init(&view->complaints);
    if (!read_config(view, config_path, err)) {
        view_close(view);
        return NULL;
    }
    view->path = config_state_file(view->config, "snapshot");
    if (!view->path) {
        err_set(err, "out of memory");
        view_close(view);
        return NULL;
    }
    if (!open_published(view, &why))
        say_why_none(view, &why);
    return view;
}

void view_close(struct view *view)
{
    if (!view)
        return;
    close_opened(&view->opened);
    config_free(view->config);
    complaints_free(&view->complaints);
    free(view->path);
    free(view);
}

const struct config *view_config(const struct view *view)
{
    return view->config;
}

const struct complaints *view_complaints(const struct view *view)
{
    return &view->complaints;
}

const struct snapshot *view_snapshot(const struct view *view)
{
    return view->opened.snapshot;
}

const char *view_why(const struct view *view)
{
    return view->why.text;
}

const char *view_default_config(void)
{
    /* secure_getenv: not what the caller of a set-id program wishes. */
    const char *path = secure_getenv("TIKTOK_AUTH_CONFIG");

    return path && path[0] ? path : SYSCONFDIR "/tiktok-auth/tiktok-auth.conf";
}

/* --- freshness --------------------------------------------------------------------------------------------------
 */

bool view_is_outdated(const struct view *view)
{
    const struct snapshot *snapshot = view->opened.snapshot;
    uint32_t count = snapshot ? snapshot_board(snapshot)->input_count : 0;

    for (uint32_t i = 0; i < count; i++) {
        struct board_input input;
        struct file_stamp now;

        if (!snapshot_input(snapshot, i, &input))
            return true;
        (void)file_stamp_of(input.path, &now, NULL); /* zeroed when missing, which compares well */
        if (!file_stamp_equal(&now, &input.stamp))
            return true;
    }
    return false;
}

struct age_limit {
    int64_t max_age_ms;
    int64_t now_ms;
};

/* An end ahead of the clock says that the clock was set back, not that it is young. */
static bool is_young(int64_t ended_s, const struct age_limit *limit)
{
    int64_t ended_ms, age_ms;

    return ended_s != 0 && limit->max_age_ms > 0 && !__builtin_mul_overflow(ended_s, 1000, &ended_ms) &&
           !__builtin_sub_overflow(limit->now_ms, ended_ms, &age_ms) && age_ms <= limit->max_age_ms &&
           age_ms >= -limit->max_age_ms;
}

/* True when asking the token again now would be of no use, or not be allowed. */
static bool token_is_fresh(const struct view *view, const struct board_token *token, const struct age_limit *limit)
{
    bool failed = token->not_before > token->ended;
    size_t index;

    if ((is_young(token->ended, limit) && !failed) || token->not_before > limit->now_ms / 1000)
        return true;
    index = config_find_token(view->config, token->name);
    return index != SIZE_MAX && !view->config->token[index].usable;
}

static bool named_tokens_are_fresh(const struct view *view, const char *names, const struct age_limit *limit)
{
    const char *word;
    size_t len;

    while ((len = parse_word(&names, " ", &word)) > 0) {
        struct board_token token;
        char name[SECTION_NAME_MAX + 1];

        if (len >= sizeof(name))
            return false;
        memcpy(name, word, len);
        name[len] = '\0';
        if (!snapshot_find_token(view->opened.snapshot, name, &token, NULL) ||
            !token_is_fresh(view, &token, limit))
            return false;
    }
    return true;
}

/* The tokens of one app; UINT32_MAX: of all. */
static bool all_tokens_are_fresh(const struct view *view, uint32_t app, const struct age_limit *limit)
{
    const struct snapshot *snapshot = view->opened.snapshot;

    if (is_young(snapshot_oldest_attempt(snapshot), limit))
        return true;
    for (uint32_t i = 0; i < snapshot_board(snapshot)->token_count; i++) {
        struct board_token token;

        if (!snapshot_token(snapshot, i, &token))
            return false;
        if ((app == UINT32_MAX || token.app == app) && !token_is_fresh(view, &token, limit))
            return false;
    }
    return true;
}

/* An id that is in no inventory is answered at once: a sweep would not find it either. */
static bool advertiser_is_fresh(const struct view *view, const struct selection *selection,
                                const struct age_limit *limit)
{
    const struct snapshot *snapshot = view->opened.snapshot;
    uint32_t apps = snapshot_board(snapshot)->app_count;

    for (uint32_t i = 0; i < apps; i++) {
        struct board_advertiser advertiser;
        struct board_app app;

        if (snapshot_find_advertiser(snapshot, i, selection->id, &advertiser, NULL) &&
            (!selection->app || (snapshot_app(snapshot, i, &app) && strcmp(app.name, selection->app) == 0)) &&
            !named_tokens_are_fresh(view, advertiser.tokens, limit))
            return false;
    }
    return true;
}

bool view_is_fresh(const struct view *view, const struct selection *selection, int64_t max_age_ms, int64_t now_ms)
{
    const struct snapshot *snapshot = view->opened.snapshot;
    struct age_limit limit = {.max_age_ms = max_age_ms, .now_ms = now_ms};
    struct board_app app;
    uint32_t index;

    if (!snapshot || view_is_outdated(view))
        return false;
    switch (selection->kind) {
    case SELECT_ADVERTISER:
        return advertiser_is_fresh(view, selection, &limit);
    case SELECT_TOKEN:
        return named_tokens_are_fresh(view, selection->id, &limit);
    case SELECT_APP:
        return !snapshot_find_app(snapshot, selection->app, &app, &index) ||
               all_tokens_are_fresh(view, index, &limit);
    case SELECT_API:
    case SELECT_ALL:
        return all_tokens_are_fresh(view, UINT32_MAX, &limit);
    }
    return false;
}

/* --- the sweep program ------------------------------------------------------------------------------------------
 */

/* The command line under construction, with room for the numbers in it. */
struct command {
    const char *word[SWEEP_WORDS_MAX];
    size_t count;
    char number[4][24];
    size_t numbers;
};

static void add_word(struct command *c, const char *word)
{
    c->word[c->count++] = word;
    c->word[c->count] = NULL;
}

static void add_pair(struct command *c, const char *option, const char *value)
{
    add_word(c, option);
    add_word(c, value);
}

static void add_number(struct command *c, const char *option, int64_t value)
{
    char *text = c->number[c->numbers++];

    snprintf(text, sizeof(c->number[0]), "%" PRId64, value);
    add_pair(c, option, text);
}

static void add_selection(struct command *c, const struct selection *selection)
{
    switch (selection->kind) {
    case SELECT_ADVERTISER:
        add_pair(c, "--advertiser", selection->id);
        if (selection->app)
            add_pair(c, "--app", selection->app);
        break;
    case SELECT_TOKEN:
        add_pair(c, "--token", selection->id);
        break;
    case SELECT_APP:
        add_pair(c, "--app", selection->app);
        break;
    case SELECT_API:
        add_word(c, "--api");
        break;
    case SELECT_ALL:
        add_word(c, "--all");
        break;
    }
}

static bool say_failure(int status, const struct buf *errors, struct err *err)
{
    char line[ERR_TEXT_MAX];

    if (view_last_line(errors, line, sizeof(line)))
        return err_set(err, "the sweep failed: %s", line);
    return err_set(err, "the sweep failed: %s ended with status %d", SWEEP_PROGRAM, status);
}

static bool open_result(struct view *view, int fd, struct err *err)
{
    struct opened fresh = {0};
    struct stat st;

    if (fstat(fd, &st) != 0 || st.st_size <= 0 || st.st_size > SNAPSHOT_SIZE_MAX)
        return err_set(err, "the sweep failed: it neither published nor handed over a snapshot");
    fresh.bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fresh.bytes == MAP_FAILED)
        return err_set(err, "the sweep's result: %s", strerror(errno));
    fresh.len = (size_t)st.st_size;
    return take_bytes(view, &fresh, err) || err_prefix(err, "the sweep's result");
}

static bool run_sweep(struct view *view, struct command *command, int fd, int64_t deadline_ms, bool verbose,
                      struct err *err)
{
    struct buf errors;
    struct spawn spawn = {.argv = command->word,
                          .keep_fd = fd,
                          .err = &errors,
                          .deadline_ms = deadline_ms,
                          .grace_ms = SWEEP_GRACE_MS};
    struct err ignored;
    int status = 0;
    bool ok;

    buf_init(&errors, SWEEP_ERRORS_MAX);
    ok = spawn_run(&spawn, &status, err);
    if (ok && status == SWEEP_UNPUBLISHED)
        ok = open_result(view, fd, err);
    else if (ok && status == SWEEP_PUBLISHED)
        ok = open_published(view, err);
    else {
        if (ok)
            ok = say_failure(status, &errors, err);
        /* Its steps count as they arrive, and another process may have published meanwhile. */
        (void)open_published(view, &ignored);
    }
    if (verbose && buf_len(&errors) > 0)
        fwrite(buf_text(&errors), 1, buf_len(&errors), stderr);
    buf_free(&errors);
    return ok;
}

bool view_refresh(struct view *view, const struct selection *selection, int64_t max_age_ms, int64_t deadline_ms,
                  bool verbose, struct err *err)
{
    char program[PATH_MAX + sizeof(SWEEP_PROGRAM)];
    struct command command = {.count = 0};
    bool ok;
    int fd;

    if (!view_program(SWEEP_PROGRAM, program, sizeof(program), err))
        return false;
    fd = memfd_create("snapshot", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, "memfd_create: %s", strerror(errno));
    add_pair(&command, program, "--config");
    add_word(&command, view->config->path);
    add_selection(&command, selection);
    add_number(&command, "--max-age", max_age_ms);
    add_number(&command, "--began", clock_wall_ms());
    add_number(&command, "--deadline", view_program_time_ms(deadline_ms, SWEEP_LEAD_MS));
    add_number(&command, "--result-fd", fd);
    if (verbose)
        add_word(&command, "--verbose");
    ok = run_sweep(view, &command, fd, deadline_ms, verbose, err);
    close(fd);
    return ok;
}
