/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Delivery through Nagios' check_result_path: one file with all results, and an empty NAME.ok beside it that says
 * that it is whole.
 *
 * Nagios reads the folder in no order of time, so of ours at most one file lies there: one that was not taken yet
 * goes before the next one comes. Its name is remembered before it is created, so that a process killed at any
 * step leaves a file that the next one finds; and it is another name each time, for Nagios removes by name what it
 * has just read. */
#include "base/clock.h"
#include "base/parse.h"
#include "core/feed_nagios.h"
#include "probe/feed_private.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MODE = 0640,
    UNTAKEN_MAX_S =
        60, /* a running engine looks every check_result_reaper_frequency, 10 s unless it was changed */
    OWNER_NAME_MAX = 64,
    GROUPS_MAX = 256,
    NAME_ATTEMPTS = 16,
};

static const size_t FILE_BYTES_MAX = (size_t)1 << 30;

struct spool {
    struct feed_job *job;
    const char *dir;
    int folder;
    struct stat st; /* of the folder */
};

/* --- whose it is ----------------------------------------------------------------------------------------------
 */

static const char *user_name(uid_t uid, char *out)
{
    const struct passwd *user = getpwuid(uid);

    if (user)
        (void)snprintf(out, OWNER_NAME_MAX, "%s", user->pw_name); /* cut is fine */
    else
        (void)snprintf(out, OWNER_NAME_MAX, "uid %lu", (unsigned long)uid); /* cut is fine */
    return out;
}

static const char *group_name(gid_t gid, char *out)
{
    const struct group *group = getgrgid(gid);

    if (group)
        (void)snprintf(out, OWNER_NAME_MAX, "%s", group->gr_name); /* cut is fine */
    else
        (void)snprintf(out, OWNER_NAME_MAX, "gid %lu", (unsigned long)gid); /* cut is fine */
    return out;
}

static bool is_member(uid_t uid, gid_t gid)
{
    const struct passwd *user = getpwuid(uid);
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;

    if (uid == 0)
        return true;
    if (!user || getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
        return false;
    for (int i = 0; i < count; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

/* Whether the engine, which owns the folder, could read a file of this owner and group with our mode. */
static bool engine_can_read(const struct stat *folder, uid_t uid, gid_t gid)
{
    return folder->st_uid == uid || folder->st_gid == gid || is_member(folder->st_uid, gid);
}

static bool say_unwritable(const char *dir, const struct stat *st, struct err *err)
{
    char me[OWNER_NAME_MAX], user[OWNER_NAME_MAX], group[OWNER_NAME_MAX];

    return err_set(
        err,
        "%s (owner %s, group %s, mode %04o) can't be written by %s: chmod g+rwx it, and make %s a member "
        "of the group",
        dir, user_name(st->st_uid, user), group_name(st->st_gid, group), (unsigned)st->st_mode & 07777,
        user_name(geteuid(), me), me);
}

static bool say_unreadable(const char *dir, const struct stat *st, gid_t gid, struct err *err)
{
    char me[OWNER_NAME_MAX], user[OWNER_NAME_MAX], group[OWNER_NAME_MAX], ours[OWNER_NAME_MAX];

    return err_set(err,
                   "%s: its owner %s could not read our files, which have the group %s: make %s a member of the "
                   "group %s",
                   dir, user_name(st->st_uid, user), group_name(gid, ours), user_name(geteuid(), me),
                   group_name(st->st_gid, group));
}

/* --- the folder -----------------------------------------------------------------------------------------------
 */

static bool open_folder(const char *dir, int *folder, struct stat *st, struct err *err)
{
    *folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0) {
        int error = errno;

        if (error == EACCES && stat(dir, st) == 0)
            return say_unwritable(dir, st, err);
        return err_set(err, "%s: %s; it is to be the engine's check_result_path", dir, strerror(error));
    }
    if (fstat(*folder, st) != 0)
        return err_set(err, "%s: %s", dir, strerror(errno));
    if (faccessat(*folder, ".", W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    return errno == EACCES ? say_unwritable(dir, st, err) : err_set(err, "%s: %s", dir, strerror(errno));
}

bool feed_spool_usable(const char *dir, struct err *err)
{
    struct stat st;
    int folder;
    bool ok = open_folder(dir, &folder, &st, err);
    gid_t gid;

    if (folder >= 0)
        close(folder);
    if (!ok)
        return false;
    /* A new file has the folder's group by itself, or is given it by one who may. */
    gid = (st.st_mode & S_ISGID) || is_member(geteuid(), st.st_gid) ? st.st_gid : getegid();
    return engine_can_read(&st, geteuid(), gid) || say_unreadable(dir, &st, gid, err);
}

/* --- our last file --------------------------------------------------------------------------------------------
 */

static void ok_name(const char *name, char out[FEED_FILE_NAME_LEN + 4])
{
    (void)snprintf(out, FEED_FILE_NAME_LEN + 4, "%.*s.ok", FEED_FILE_NAME_LEN, name); /* fits */
}

static bool is_name(const char *name)
{
    return strlen(name) == FEED_FILE_NAME_LEN && name[0] == 'c' && !strchr(name, '/') && !strchr(name, '.');
}

/* Whose our files are: ours, or of who fed this folder before us, as root by hand or as the engine's user. */
static bool is_feeders(int folder, uid_t uid)
{
    struct stat st;

    return uid == geteuid() || uid == 0 || (fstat(folder, &st) == 0 && uid == st.st_uid);
}

/* One that was cut short, by a full disk or a killed process, begins as far as it goes. */
static bool begins_as_ours(int folder, const char *name)
{
    char head[128];
    size_t len = strlen(feed_nagios_first_line);
    struct stat st;
    ssize_t got = -1;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && is_feeders(folder, st.st_uid))
        got = read(fd, head, len < sizeof(head) ? len : sizeof(head));
    close(fd);
    return got >= 0 && memcmp(head, feed_nagios_first_line, (size_t)got) == 0;
}

static bool is_empty_file_of_ours(int folder, const char *name)
{
    struct stat st;

    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_size == 0 &&
           is_feeders(folder, st.st_uid);
}

/* The remembered file, where it is ours and was not taken. Its .ok goes first: from then on the engine leaves the
 * file alone. True: there was one that the engine could have taken. */
static bool remove_last(struct spool *spool)
{
    const struct feed_state *state = spool->job->state;
    char mark[FEED_FILE_NAME_LEN + 4];
    int folder = spool->folder;
    bool untaken = false;

    if (!is_name(state->file))
        return false;
    if (strcmp(state->dir, spool->dir) != 0)
        folder = open(state->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    ok_name(state->file, mark);
    if (begins_as_ours(folder, state->file)) {
        untaken = is_empty_file_of_ours(folder, mark) && unlinkat(folder, mark, 0) == 0;
        (void)unlinkat(folder, state->file, 0); /* the engine may have been faster */
    }
    if (folder != spool->folder)
        close(folder);
    return untaken;
}

bool feed_spool_is_untaken(const struct feed_state *state)
{
    char mark[FEED_FILE_NAME_LEN + 4];
    struct stat st;
    bool untaken;
    int folder;

    if (!is_name(state->file))
        return false;
    folder = open(state->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    ok_name(state->file, mark);
    untaken = fstatat(folder, mark, &st, AT_SYMLINK_NOFOLLOW) == 0;
    close(folder);
    return untaken;
}

/* --- a new one ------------------------------------------------------------------------------------------------
 */

static bool choose_name(struct feed_state *state, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    unsigned char random[FEED_FILE_NAME_LEN];

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return err_set(err, "no random name: %s", strerror(errno));
    state->file[0] = 'c';
    for (size_t i = 1; i < FEED_FILE_NAME_LEN; i++)
        state->file[i] = letters[random[i] % (sizeof(letters) - 1)];
    state->file[FEED_FILE_NAME_LEN] = '\0';
    return true;
}

/* Remembers a name, then creates the file. -1 with *err. */
static int create(struct spool *spool, struct err *err)
{
    struct feed_job *job = spool->job;

    (void)snprintf(job->state->dir, sizeof(job->state->dir), "%s", spool->dir); /* it was opened: it fits */
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        int fd;

        if (!choose_name(job->state, err) || !feed_state_write(job->config, job->target->name, job->state, err))
            return -1;
        fd = openat(spool->folder, job->state->file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    FILE_MODE);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
    }
    err_set(err, "%s: no file can be made in it: %s", spool->dir, strerror(errno));
    return -1;
}

static bool write_all(int fd, const struct buf *text)
{
    const char *at = buf_text(text);
    size_t len = buf_len(text);

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static bool fill(const struct spool *spool, int fd, const struct buf *text, struct err *err)
{
    struct stat st;

    /* The group is the engine's, where we may give it; that it can read is looked at below. */
    (void)!fchown(fd, (uid_t)-1, spool->st.st_gid);
    if (fchmod(fd, FILE_MODE) != 0 || fstat(fd, &st) != 0)
        return err_set(err, "%s: %s", spool->dir, strerror(errno));
    if (!engine_can_read(&spool->st, st.st_uid, st.st_gid))
        return say_unreadable(spool->dir, &spool->st, st.st_gid, err);
    return write_all(fd, text) || err_set(err, "%s: writing: %s", spool->dir, strerror(errno));
}

static bool mark_whole(const struct spool *spool, struct err *err)
{
    char mark[FEED_FILE_NAME_LEN + 4];
    int fd;

    ok_name(spool->job->state->file, mark);
    fd = openat(spool->folder, mark, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return err_set(err, "%s: %s: %s", spool->dir, mark, strerror(errno));
    close(fd);
    return true;
}

static bool write_file(struct spool *spool, const struct buf *text, struct err *err)
{
    int fd = create(spool, err);
    bool ok;

    if (fd < 0)
        return false;
    ok = fill(spool, fd, text, err);
    if (close(fd) != 0 && ok)
        ok = err_set(err, "%s: writing: %s", spool->dir, strerror(errno));
    ok = ok && mark_whole(spool, err);
    if (!ok)
        (void)unlinkat(spool->folder, spool->job->state->file, 0); /* else the next delivery finds it */
    return ok;
}

static bool make_text(struct feed_job *job, struct buf *text, struct err *err)
{
    size_t count = feed_count(job->feed);

    feed_nagios_begin(text, job->now);
    for (size_t i = 0; i < count; i++) {
        struct feed_result result;

        if (!feed_result(job->feed, i, &result) || !feed_nagios_add(text, &result, job->now))
            return err_set(err, "out of memory");
    }
    return true;
}

/* What the engine had not taken is in the new file again; only for long it means that it does not read it. */
static void judge_untaken(struct feed_job *job, bool untaken)
{
    struct feed_state *state = job->state;
    struct feed_outcome *out = job->out;
    char span[CLOCK_TEXT_MAX];

    if (!untaken)
        state->untaken_since = 0;
    else if (state->untaken_since == 0)
        state->untaken_since = state->tried_at;
    if (!untaken || job->now - state->untaken_since <= UNTAKEN_MAX_S)
        return;
    out->ok = false;
    (void)snprintf(
        out->text, sizeof(out->text),
        "the engine has taken nothing from %s for %s: is it running, and is that its check_result_path?",
        job->target->dir, clock_span(job->now - state->untaken_since, span)); /* cut is fine */
}

static void deliver(struct spool *spool)
{
    struct feed_job *job = spool->job;
    struct feed_outcome *out = job->out;
    struct err err = {""};
    struct buf text;
    bool untaken = false;

    buf_init(&text, FILE_BYTES_MAX);
    out->ok = make_text(job, &text, &err);
    if (out->ok) {
        untaken = remove_last(spool);
        out->ok = write_file(spool, &text, &err);
    }
    buf_free(&text);
    if (!out->ok) {
        (void)snprintf(out->text, sizeof(out->text), "%s", err.text);
        return;
    }
    out->delivered = out->total;
    (void)snprintf(out->text, sizeof(out->text), "%lld of %lld results delivered", (long long)out->delivered,
                   (long long)out->total);
    judge_untaken(job, untaken);
}

void feed_spool_deliver(struct feed_job *job)
{
    struct spool spool = {.job = job, .dir = job->target->dir};
    struct err err = {""};

    if (open_folder(spool.dir, &spool.folder, &spool.st, &err))
        deliver(&spool);
    else
        (void)snprintf(job->out->text, sizeof(job->out->text), "%s", err.text);
    if (spool.folder >= 0)
        close(spool.folder);
}
