/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's look at files: secrets, state folder, store, snapshot, and who may read them. */
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "probe/doctor_private.h"
#include "probe/view.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SWEEP_NAME "tiktok-auth-sweep"

enum { NAME_MAX_BYTES = 64, GROUPS_MAX = 256 };

char *doctor_state_folder(const struct doctor *d)
{
    const char *path = d->config->store_path, *slash = strrchr(path, '/');

    if (!slash)
        return text_dup(".");
    return text_dup_n(path, slash == path ? 1 : (size_t)(slash - path));
}

/* --- secrets ------------------------------------------------------------------------------------------------- */

/* The folder's owner sweeps as a service, its group as checks: either must read the secrets. */
static bool sweepers_can_read(const struct doctor *d, const struct stat *st)
{
    char *folder = doctor_state_folder(d);
    struct stat state;
    bool seen = folder && stat(folder, &state) == 0;
    bool owner, group;

    free(folder);
    if (!seen)
        return true;
    owner = state.st_uid == 0 || (st->st_uid == state.st_uid && (st->st_mode & S_IRUSR)) ||
            (st->st_gid == state.st_gid && (st->st_mode & S_IRGRP));
    group = state.st_uid == 0 || (st->st_gid == state.st_gid && (st->st_mode & S_IRGRP));
    return d->config->sweep.by_service ? owner : group;
}

/* True when nothing is wrong with it. */
static bool examine_owner(struct doctor *d, const char *what, const char *name, const char *path)
{
    struct stat st;
    char user[NAME_MAX_BYTES];
    char *folder;
    struct stat state = {.st_uid = 0};

    if (stat(path, &st) != 0)
        return true; /* said before */
    folder = doctor_state_folder(d);
    if (folder && stat(folder, &state) != 0)
        state.st_uid = 0;
    free(folder);
    if (secret_is_credential(path))
        return true;
    if (st.st_uid != 0 && st.st_uid != geteuid() && st.st_uid != state.st_uid) {
        doctor_say(d, DOCTOR_PROBLEM, "secrets", "chown it to root, or to the owner of the state folder",
                   "%s %s: %s belongs to %s, who can read and replace it", what, name, path,
                   doctor_user(st.st_uid, user, sizeof(user)));
        return false;
    }
    if (!sweepers_can_read(d, &st)) {
        doctor_say(d, DOCTOR_PROBLEM, "secrets", "give it the group of the state folder and mode 0640",
                   "%s %s: who sweeps can't read %s, unless an access control list lets them", what, name, path);
        return false;
    }
    return true;
}

static bool examine_secret(struct doctor *d, const char *what, const char *name, const char *path,
                           struct secret *secret, const struct err *why)
{
    if (!secret) {
        doctor_say(d, DOCTOR_PROBLEM, "secrets", "", "%s %s: %s", what, name, why->text);
        return false;
    }
    secret_free(secret);
    return !path || examine_owner(d, what, name, path);
}

/* What we must rewrite can't be what the service manager keeps. */
static bool examine_rewriting(struct doctor *d, const struct config_token *token)
{
    if (!token->refresh || token->kind != TOKEN_TT_USER || !token->token_file ||
        !secret_is_credential(token->token_file))
        return true;
    doctor_say(
        d, DOCTOR_PROBLEM, "secrets",
        "keep this token in a file that the state folder's owner can write, not in a credential of the service "
        "manager",
        "token %s: refresh = yes, but %s is a credential of the service manager, which nobody can rewrite",
        token->name, token->token_file);
    return false;
}

void doctor_secrets(struct doctor *d)
{
    size_t good = 0, bad = 0;

    for (size_t i = 0; i < d->config->app_count; i++) {
        const struct config_app *app = &d->config->app[i];
        struct err why = {.text = ""};

        if (!app->secret_file)
            doctor_say(
                d, DOCTOR_NOTE, "secrets", "give it a secret_file if that is not meant",
                "app %s has no secret: nothing can be discovered, and every advertiser is asked about, 100 a "
                "call",
                app->name);
        else if (examine_secret(d, "app", app->name, app->secret_file, setup_app_secret(d->setup, i, &why), &why))
            good++;
        else
            bad++;
    }
    for (size_t i = 0; i < d->config->token_count; i++) {
        const struct config_token *token = &d->config->token[i];
        struct err why = {.text = ""};

        if (!token->token_file && !token->secret)
            continue; /* said by the configuration */
        if (examine_secret(d, "token", token->name, token->token_file, setup_token_secret(d->setup, i, &why),
                           &why) &&
            examine_rewriting(d, token))
            good++;
        else
            bad++;
    }
    if (bad == 0 && good > 0)
        doctor_say(d, DOCTOR_OK, "secrets", "", "%zu secret%s can be read, and by nobody else", good,
                   good == 1 ? "" : "s");
}

/* --- the state folder ---------------------------------------------------------------------------------------- */

/* SQLite's write-ahead log needs memory shared between processes of one host. */
static bool is_network(const char *folder)
{
    enum { CIFS = 0xff534d42, SMB2 = 0xfe534d42 };
    struct statfs fs;

    if (statfs(folder, &fs) != 0)
        return false;
    return (uint32_t)fs.f_type == NFS_SUPER_MAGIC || (uint32_t)fs.f_type == SMB_SUPER_MAGIC ||
           (uint32_t)fs.f_type == (uint32_t)CIFS || (uint32_t)fs.f_type == (uint32_t)SMB2;
}

static void examine_space(struct doctor *d, const char *folder)
{
    enum { ENOUGH_MIB = 50 };
    struct statvfs fs;
    uint64_t mib;

    if (statvfs(folder, &fs) != 0)
        return;
    mib = (uint64_t)fs.f_bavail * fs.f_frsize / (1024 * 1024);
    if (mib < ENOUGH_MIB)
        doctor_say(d, DOCTOR_PROBLEM, "state", "make room: history and snapshot can't be written without it",
                   "%s has only %" PRIu64 " MiB free", folder, mib);
}

static void examine_folder(struct doctor *d, const char *folder, const struct stat *st)
{
    char user[NAME_MAX_BYTES], group[NAME_MAX_BYTES];
    bool good = true;

    doctor_user(st->st_uid, user, sizeof(user));
    doctor_group(st->st_gid, group, sizeof(group));
    if (faccessat(AT_FDCWD, folder, R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
        char me[NAME_MAX_BYTES];

        doctor_say(d, DOCTOR_PROBLEM, "state", "become a member of its group, or run this as its owner or as root",
                   "%s (owner %s, group %s) can't be written by %s", folder, user, group,
                   doctor_user(geteuid(), me, sizeof(me)));
        good = false;
    }
    if (st->st_mode & S_IWOTH) {
        doctor_say(d, DOCTOR_PROBLEM, "state", "chmod 2770", "%s: mode %04o: anybody can replace what lies in it",
                   folder, (unsigned)st->st_mode & 07777);
        good = false;
    } else if (st->st_mode & (S_IROTH | S_IXOTH))
        doctor_say(d, DOCTOR_NOTE, "state", "chmod 2770 if the names of your clients are nobody else's business",
                   "%s: mode %04o: others can look into it", folder, (unsigned)st->st_mode & 07777);
    if (st->st_uid != 0 && (st->st_mode & (S_ISGID | S_IWGRP)) != (S_ISGID | S_IWGRP))
        doctor_say(d, DOCTOR_NOTE, "state", "chmod 2770",
                   "%s: mode %04o: what one user of its group writes, another can't replace", folder,
                   (unsigned)st->st_mode & 07777);
    if (is_network(folder)) {
        doctor_say(d, DOCTOR_PROBLEM, "state", "put [store] path on a local disk",
                   "%s lies on a network file system, where the store can't be kept safely", folder);
        good = false;
    }
    if (good)
        doctor_say(d, DOCTOR_OK, "state", "", "%s: owner %s, group %s, mode %04o", folder, user, group,
                   (unsigned)st->st_mode & 07777);
}

/* In a build tree the programs lie beside each other. */
static bool lies_beside_us(void)
{
    char path[PATH_MAX + sizeof(SWEEP_NAME) + 1];
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);

    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len <= 0)
        return false;
    memcpy(path + len, SWEEP_NAME, sizeof(SWEEP_NAME));
    return access(path, X_OK) == 0;
}

static void examine_sweep_program(struct doctor *d)
{
    static const char INSTALLED[] = PKGLIBEXECDIR "/" SWEEP_NAME;

    if (!d->config->sweep.by_service && !lies_beside_us() && access(INSTALLED, X_OK) != 0)
        doctor_say(d, DOCTOR_PROBLEM, "state", "install it, or set [sweep] by = service",
                   "checks are to make sweeps, and %s can't be run: %s", INSTALLED, strerror(errno));
}

void doctor_state(struct doctor *d)
{
    char *folder = doctor_state_folder(d);
    struct stat st;

    if (!folder)
        return;
    if (stat(folder, &st) != 0)
        doctor_say(d, DOCTOR_PROBLEM, "state", "systemd-tmpfiles --create makes it; or: install -d -m 2770",
                   "%s: %s", folder, strerror(errno));
    else if (!S_ISDIR(st.st_mode))
        doctor_say(d, DOCTOR_PROBLEM, "state", "move it away, or set [store] path", "%s is not a folder", folder);
    else {
        examine_folder(d, folder, &st);
        examine_space(d, folder);
    }
    examine_sweep_program(d);
    free(folder);
}

/* --- the store ----------------------------------------------------------------------------------------------- */

static bool look_at_token(void *arg, const char *app, const char *token, const struct store_token *row)
{
    const int64_t times[] = {row->since, row->last_ok, row->verified_at, row->list_at};
    struct doctor *d = arg;

    (void)app;
    (void)token;
    for (size_t i = 0; i < TTA_LEN(times); i++)
        if (times[i] > d->newest)
            d->newest = times[i];
    return true;
}

static bool open_store(struct doctor *d, struct err *err)
{
    struct err read_only = {.text = ""};

    d->store = store_open(d->config->store_path, STORE_WRITE, err);
    d->store_writable = d->store != NULL;
    if (!d->store)
        d->store = store_open(d->config->store_path, STORE_READ, &read_only);
    return d->store_writable;
}

void doctor_store(struct doctor *d)
{
    const char *path = d->config->store_path;
    struct file_stamp stamp;
    bool missing = false;
    struct err err = {.text = ""};

    if (!file_stamp_of(path, &stamp, &missing) && missing) {
        /* The doctor begins no store: it could be root's then, and nobody else's. */
        doctor_say(d, DOCTOR_NOTE, "store", "tiktok-auth sweep, or wait for the first check",
                   "%s: there is none yet, the first sweep makes it", path);
        return;
    }
    if (!open_store(d, &err))
        doctor_say(d, DOCTOR_PROBLEM, "store",
                   d->store ? "without it every process may ask only once per token, and no history is kept"
                            : "if it is damaged: move it away, the next sweep begins a new one without history",
                   "%s can't be written: %s", path, err.text);
    if (!d->store)
        return;
    if (!store_each_token(d->store, look_at_token, d, &err) || !store_check(d->store, &err))
        doctor_say(
            d, DOCTOR_PROBLEM, "store",
            "move it away: the next sweep begins a new one; states stay known from the snapshot, history is lost",
            "%s: %s", path, err.text);
    else if (d->store_writable)
        doctor_say(d, DOCTOR_OK, "store", "", "%s: sound, %" PRId64 " KiB", path, (stamp.size + 1023) / 1024);
}

/* --- the snapshot -------------------------------------------------------------------------------------------- */

static bool is_member(const char *user, gid_t gid)
{
    const struct passwd *entry = getpwnam(user);
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;

    if (!entry || getgrouplist(user, entry->pw_gid, groups, &count) < 0)
        return true; /* no such user, or in so many groups that we can't say */
    for (int i = 0; i < count; i++)
        if (groups[i] == gid)
            return true;
    return entry->pw_uid == 0;
}

/* Users as which monitoring engines run, where there are such users. */
static void examine_readers(struct doctor *d, const char *path)
{
    static const char *const ENGINE[] = {"nagios", "icinga", "naemon", "nrpe", "centreon-engine", "shinken"};
    char group[NAME_MAX_BYTES], user[NAME_MAX_BYTES], todo[256];
    struct stat st;

    if (stat(path, &st) != 0)
        return;
    doctor_user(st.st_uid, user, sizeof(user));
    doctor_group(st.st_gid, group, sizeof(group));
    if (!(st.st_mode & S_IRGRP))
        doctor_say(d, DOCTOR_PROBLEM, "snapshot", "chmod 0640", "%s: mode %04o: the group %s can't read it", path,
                   (unsigned)st.st_mode & 07777, group);
    else
        doctor_say(d, DOCTOR_OK, "snapshot", "", "%s can be read by %s and the group %s%s", path, user, group,
                   st.st_mode & S_IROTH ? ", and by everybody" : "");
    for (size_t i = 0; i < TTA_LEN(ENGINE); i++) {
        if ((st.st_mode & S_IROTH) || is_member(ENGINE[i], st.st_gid))
            continue;
        if (st.st_gid == 0) /* nobody is to join root's group */
            (void)snprintf(todo, sizeof(todo),
                           "give the folder to the group tiktok-auth (systemd-tmpfiles --create), "
                           "then usermod -aG tiktok-auth %s",
                           ENGINE[i]);
        else
            (void)snprintf(todo, sizeof(todo), "usermod -aG %s %s, then restart the engine", group, ENGINE[i]);
        doctor_say(d, DOCTOR_PROBLEM, "snapshot", todo,
                   "checks run by the user %s can't read it: %s is not in the group %s", ENGINE[i], ENGINE[i],
                   group);
    }
}

static void examine_age(struct doctor *d, const struct view *view)
{
    const struct board *board = snapshot_board(view_snapshot(view));
    int64_t now = d->env ? d->env->wall_ms(d->env->ctx) / 1000 : clock_wall();
    int64_t age = now - board->made_at;
    int64_t interval = board->real_interval_s > 0 ? board->real_interval_s : d->config->sweep.interval_s;
    char span[CLOCK_TEXT_MAX];

    if (board->made_at > d->newest)
        d->newest = board->made_at;
    clock_span(age, span);
    if (age > 3 * interval)
        doctor_say(d, DOCTOR_PROBLEM, "snapshot",
                   d->config->sweep.by_service ? "is the service running? tiktok-auth sweep makes a new one now"
                                               : "do checks run? tiktok-auth sweep makes a new one now",
                   "it is %s old", span);
    else
        doctor_say(d, DOCTOR_OK, "snapshot", "", "%s old", span);
    if (strcmp(board->version, d->options->version) != 0)
        doctor_say(d, DOCTOR_NOTE, "snapshot", "tiktok-auth sweep makes a new one",
                   "it was made by version %s, this is %s", board->version, d->options->version);
    if (view_is_outdated(view))
        doctor_say(d, DOCTOR_NOTE, "snapshot", "the next sweep takes it up; at once: tiktok-auth sweep",
                   "configuration, inventory or token list changed since it was made");
    if (board->store_fault[0])
        doctor_say(d, DOCTOR_PROBLEM, "snapshot", "see what is said of store and state here",
                   "its sweep could not use the store: %s", board->store_fault);
}

void doctor_snapshot(struct doctor *d)
{
    struct err err = {.text = ""};
    struct view *view = view_open(d->config->path, &err);
    char *path = config_state_file(d->config, "snapshot");

    if (!view)
        doctor_say(d, DOCTOR_PROBLEM, "snapshot", "", "%s", err.text);
    else if (!view_snapshot(view))
        doctor_say(d, DOCTOR_PROBLEM, "snapshot", "tiktok-auth sweep makes one", "%s", view_why(view));
    else {
        examine_age(d, view);
        if (path)
            examine_readers(d, path);
    }
    if (view)
        view_close(view);
    free(path);
}
