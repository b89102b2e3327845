/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading, mapping and replacing whole regular files; opening never waits and never reaches a device. */
#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The regular file opened for reading and its stat; -1 with *err. */
static int open_regular(const char *path, struct stat *st, struct err *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        err_set(err, "cannot open %s: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        return fd;
    err_set(err, "%s: not a regular file", path);
    close(fd);
    return -1;
}

static bool too_large(const char *path, size_t limit, struct err *err)
{
    return err_set(err, "%s: larger than %zu bytes", path, limit);
}

/* As read, over interruptions. */
static ssize_t read_some(int fd, void *bytes, size_t room)
{
    ssize_t n;

    do
        n = read(fd, bytes, room);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Reads to the end of the file, whatever size its stat told: it may grow, and files of /proc say 0. */
static bool read_all(int fd, const char *path, struct buf *out, size_t room, struct err *err)
{
    enum { CHUNK_MAX = 65536 };

    for (;;) {
        char *chunk, past_limit;
        ssize_t n;

        if (room == 0) {
            n = read_some(fd, &past_limit, 1);
            return n == 0 || (n > 0 && too_large(path, buf_len(out), err)) ||
                   (n < 0 && err_set(err, "cannot read %s: %s", path, strerror(errno)));
        }
        chunk = buf_grow(out, room < CHUNK_MAX ? room : CHUNK_MAX);
        if (!chunk)
            return err_set(err, "cannot read %s: out of memory", path);
        n = read_some(fd, chunk, room < CHUNK_MAX ? room : CHUNK_MAX);
        buf_cut(out, (size_t)(chunk - buf_text(out)) + (n > 0 ? (size_t)n : 0));
        if (n < 0)
            return err_set(err, "cannot read %s: %s", path, strerror(errno));
        if (n == 0)
            return true;
        room -= (size_t)n;
    }
}

bool file_read(const char *path, struct buf *out, struct err *err)
{
    size_t before = buf_len(out), room;
    struct stat st;
    int fd;
    bool ok;

    if (!buf_ok(out))
        return err_set(err, "cannot read %s: out of memory", path);
    room = out->limit - before;
    fd = open_regular(path, &st, err);
    if (fd < 0)
        return false;
    ok = (uint64_t)st.st_size <= room ? read_all(fd, path, out, room, err) : too_large(path, room, err);
    close(fd);
    if (!ok)
        buf_cut(out, before);
    return ok;
}

enum { OWN_PATH_MAX = 32 };

/* A replacement under way: everything happens in the opened folder, whatever becomes of its name. */
struct replacement {
    const char *path;
    const char *name; /* inside the folder */
    int folder;
    int fd;
    char temporary[32];
};

static bool failed(const struct replacement *r, const char *what, struct err *err)
{
    return err_set(err, "cannot replace %s: %s: %s", r->path, what, strerror(errno));
}

static bool open_folder(struct replacement *r, struct err *err)
{
    const char *slash = strrchr(r->path, '/');
    char *folder;

    r->name = slash ? slash + 1 : r->path;
    if (r->name[0] == '\0' || strcmp(r->name, ".") == 0 || strcmp(r->name, "..") == 0)
        return err_set(err, "cannot replace %s: not the name of a file", r->path);
    folder = !slash ? text_dup(".") : text_dup_n(r->path, slash == r->path ? 1 : (size_t)(slash - r->path));
    if (!folder)
        return err_set(err, "cannot replace %s: out of memory", r->path);
    r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    return r->folder >= 0 || failed(r, "its folder", err);
}

/* The path by which the opened file can be linked. */
static void own_path(const struct replacement *r, char *out, size_t size)
{
    snprintf(out, size, "/proc/self/fd/%d", r->fd);
}

/* A file without a name: nothing of it is left behind by a process that is killed. False: not to be had here. */
static bool open_unnamed(struct replacement *r)
{
    char self[OWN_PATH_MAX];

    r->fd = openat(r->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (r->fd < 0)
        return false;
    own_path(r, self, sizeof(self));
    if (access(self, F_OK) == 0)
        return true;
    close(r->fd);
    r->fd = -1;
    return false;
}

/* Creates the file under r->temporary, or gives the one without a name that name. */
static bool take_name(struct replacement *r)
{
    char self[OWN_PATH_MAX];

    if (r->fd < 0) {
        r->fd = openat(r->folder, r->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return r->fd >= 0;
    }
    own_path(r, self, sizeof(self));
    return linkat(AT_FDCWD, self, r->folder, r->temporary, AT_SYMLINK_FOLLOW) == 0;
}

/* Finds a name in the folder that nobody else has. */
static bool name_temporary(struct replacement *r, struct err *err)
{
    for (int attempt = 0; attempt < 16; attempt++) {
        uint64_t random;

        if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
            return failed(r, "no random name", err);
        snprintf(r->temporary, sizeof(r->temporary), ".tmp-%016" PRIx64, random);
        if (take_name(r))
            return true;
        if (errno != EEXIST)
            break;
    }
    r->temporary[0] = '\0';
    return failed(r, "creating a file beside it", err);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* Gives the new file the owner, group and mode of the old one. A group that we may not set loses its rights, for
 * they would be another group's. */
static bool copy_rights(int fd, const struct stat *old)
{
    mode_t mode = old->st_mode & 0777;

    if (fchown(fd, old->st_uid, old->st_gid) != 0 && fchown(fd, (uid_t)-1, old->st_gid) != 0)
        mode &= (mode_t)~0070;
    return fchmod(fd, mode) == 0;
}

static bool set_rights(const struct replacement *r, mode_t mode, struct err *err)
{
    struct stat old, own;

    if (fstatat(r->folder, r->name, &old, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT)
            return failed(r, "looking at it", err);
        return fchmod(r->fd, mode) == 0 || failed(r, "setting its mode", err);
    }
    if (!S_ISREG(old.st_mode))
        return err_set(err, "cannot replace %s: not a regular file", r->path);
    if (fstat(r->fd, &own) == 0 && own.st_uid == old.st_uid && own.st_gid == old.st_gid)
        return fchmod(r->fd, old.st_mode & 0777) == 0 || failed(r, "setting its mode", err);
    return copy_rights(r->fd, &old) || failed(r, "setting its mode", err);
}

/* Opens and names what the bytes go to. */
static bool prepare(struct replacement *r, mode_t mode, struct err *err)
{
    return open_folder(r, err) && (open_unnamed(r) || name_temporary(r, err)) && set_rights(r, mode, err);
}

/* Where no file has the name yet, the one without a name gets it at once: no moment in which it has another. */
static bool take_free_name(const struct replacement *r)
{
    char self[OWN_PATH_MAX];

    own_path(r, self, sizeof(self));
    return linkat(AT_FDCWD, self, r->folder, r->name, AT_SYMLINK_FOLLOW) == 0;
}

/* Puts what was written in the place of the file. */
static bool take_place(struct replacement *r, struct err *err)
{
    if (fsync(r->fd) != 0)
        return failed(r, "fsync", err);
    if (r->temporary[0] || !take_free_name(r)) {
        if (!r->temporary[0] && !name_temporary(r, err))
            return false;
        if (renameat(r->folder, r->temporary, r->folder, r->name) != 0)
            return failed(r, "rename", err);
        r->temporary[0] = '\0';
    }
    /* The new file stands already, so this is no failure: some file systems can't fsync a folder. */
    (void)fsync(r->folder);
    return true;
}

static void end_replacement(struct replacement *r)
{
    if (r->temporary[0])
        unlinkat(r->folder, r->temporary, 0);
    if (r->fd >= 0)
        close(r->fd);
    if (r->folder >= 0)
        close(r->folder);
}

bool file_replace(const char *path, const void *bytes, size_t len, mode_t mode, struct err *err)
{
    struct replacement r = {.path = path, .folder = -1, .fd = -1};
    bool ok = prepare(&r, mode, err) && (write_all(r.fd, bytes, len) || failed(&r, "writing", err)) &&
              take_place(&r, err);

    end_replacement(&r);
    return ok;
}

struct file_room {
    struct replacement replacement;
    size_t size;
    mode_t mode;
    char path[];
};

static bool fill_with_nothing(const struct replacement *r, size_t size, struct err *err)
{
    static const char nothing[4096] = {0};

    while (size > 0) {
        size_t some = size < sizeof(nothing) ? size : sizeof(nothing);

        if (!write_all(r->fd, nothing, some))
            return failed(r, "writing", err);
        size -= some;
    }
    /* Some file systems find out only now that there is no room. */
    return fsync(r->fd) == 0 || failed(r, "fsync", err);
}

struct file_room *file_room_take(const char *path, size_t room, mode_t mode, struct err *err)
{
    size_t len = strlen(path);
    struct file_room *taken = malloc(sizeof(*taken) + len + 1);

    if (!taken) {
        err_set(err, "cannot replace %s: out of memory", path);
        return NULL;
    }
    memcpy(taken->path, path, len + 1);
    taken->size = room;
    taken->mode = mode;
    taken->replacement = (struct replacement){.path = taken->path, .folder = -1, .fd = -1};
    if (prepare(&taken->replacement, mode, err) && fill_with_nothing(&taken->replacement, room, err))
        return taken;
    file_room_free(taken);
    return NULL;
}

bool file_room_fill(struct file_room *room, const void *bytes, size_t len, struct err *err)
{
    struct replacement *r = &room->replacement;

    if (len > room->size)
        return err_set(err, "cannot replace %s: more than the %zu bytes that room was made for", r->path,
                       room->size);
    if (lseek(r->fd, 0, SEEK_SET) != 0 || !write_all(r->fd, bytes, len) || ftruncate(r->fd, (off_t)len) != 0)
        return failed(r, "writing", err);
    /* The rights that the file has by now. */
    return set_rights(r, room->mode, err) && take_place(r, err);
}

void file_room_free(struct file_room *room)
{
    if (!room)
        return;
    end_replacement(&room->replacement);
    free(room);
}

bool file_stamp_of(const char *path, struct file_stamp *stamp, bool *missing)
{
    struct stat st;
    bool seen = stat(path, &st) == 0;

    if (missing)
        *missing = !seen && errno == ENOENT;
    *stamp = (struct file_stamp){0};
    if (seen) {
        stamp->inode = st.st_ino;
        stamp->size = st.st_size;
        /* Unsigned: any time that a file can carry must not overflow. */
        stamp->mtime_ns =
            (int64_t)((uint64_t)st.st_mtim.tv_sec * UINT64_C(1000000000) + (uint64_t)st.st_mtim.tv_nsec);
    }
    return seen;
}

const char *file_stamp_text(const char *path, char *out)
{
    struct file_stamp stamp;

    out[0] = '\0';
    if (file_stamp_of(path, &stamp, NULL))
        snprintf(out, FILE_STAMP_TEXT_MAX, "%" PRIu64 ":%" PRId64 ":%" PRId64, stamp.inode, stamp.size,
                 stamp.mtime_ns);
    return out;
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->inode == b->inode && a->size == b->size && a->mtime_ns == b->mtime_ns;
}

const void *file_map(const char *path, size_t limit, size_t *len, struct err *err)
{
    struct stat st;
    int fd = open_regular(path, &st, err);
    const void *bytes = ""; /* mmap refuses a length of 0 */

    if (fd < 0)
        return NULL;
    if ((uint64_t)st.st_size > limit) {
        too_large(path, limit, err);
        bytes = NULL;
    } else if (st.st_size > 0) {
        bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes == MAP_FAILED) {
            err_set(err, "cannot map %s: %s", path, strerror(errno));
            bytes = NULL;
        }
    }
    close(fd);
    if (bytes)
        *len = (size_t)st.st_size;
    return bytes;
}

void file_unmap(const void *bytes, size_t len)
{
    if (bytes && len > 0)
        munmap((void *)(uintptr_t)bytes, len);
}

char *file_path_beside(const char *relative_to, const char *path)
{
    const char *slash = relative_to ? strrchr(relative_to, '/') : NULL;
    size_t folder_len = slash ? (size_t)(slash - relative_to) + 1 : 0;
    size_t len = strlen(path);
    char *joined;

    if (path[0] == '/')
        folder_len = 0;
    joined = malloc(folder_len + len + 1);
    if (!joined)
        return NULL;
    if (folder_len > 0)
        memcpy(joined, relative_to, folder_len);
    memcpy(joined + folder_len, path, len + 1);
    return joined;
}
