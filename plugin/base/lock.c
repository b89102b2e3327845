/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Locks of an open file description (F_OFD_SETLK): unlike POSIX locks they are not lost when some other code of
 * the process closes the same file, and two openings inside one process exclude each other. */
#include "base/lock.h"

#include "base/hash.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct lock_file {
    int fd;
};

enum { LOCK_FILE_MODE = 0660 };

/* Cut to 62 bits so that the byte's offset is a positive off_t. */
static off_t offset_of(const char *name)
{
    return (off_t)(hash_text(name) >> 2);
}

static int open_existing(const char *path)
{
    return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

/* Makes the file beside `path` and links it there, so that from the first moment others see it with its mode. */
static int create(const char *path)
{
    struct buf beside;
    char *temporary;
    int fd = -1, error;

    buf_init(&beside, PATH_MAX);
    buf_printf(&beside, "%s.XXXXXX", path);
    temporary = buf_take(&beside, NULL);
    if (!temporary) {
        errno = ENOMEM;
        return -1;
    }
    fd = mkostemp(temporary, O_CLOEXEC);
    error = errno;
    if (fd >= 0) {
        if (fchmod(fd, LOCK_FILE_MODE) != 0 || link(temporary, path) != 0) {
            error = errno;
            close(fd);
            fd = -1;
        }
        unlink(temporary);
    }
    free(temporary);
    errno = error;
    return fd;
}

static int open_or_create(const char *path)
{
    int fd = open_existing(path);

    if (fd < 0 && errno == ENOENT) {
        fd = create(path);
        if (fd < 0 && errno == EEXIST) /* another process was faster */
            fd = open_existing(path);
    }
    return fd;
}

struct lock_file *lock_open(const char *path, struct err *err)
{
    struct lock_file *file;
    struct stat st;
    int fd = open_or_create(path);

    if (fd < 0) {
        err_set(err, "cannot open lock file %s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_set(err, "lock file %s: not a regular file", path);
        close(fd);
        return NULL;
    }
    file = malloc(sizeof(*file));
    if (!file) {
        err_set(err, "lock file %s: out of memory", path);
        close(fd);
        return NULL;
    }
    file->fd = fd;
    return file;
}

void lock_close(struct lock_file *file)
{
    if (!file)
        return;
    close(file->fd);
    free(file);
}

static int set(const struct lock_file *file, const char *name, short type)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = offset_of(name), .l_len = 1};

    return fcntl(file->fd, F_OFD_SETLK, &range);
}

enum lock_result lock_try(struct lock_file *file, const char *name, struct err *err)
{
    if (set(file, name, F_WRLCK) == 0)
        return LOCK_HELD;
    if (errno == EAGAIN || errno == EACCES)
        return LOCK_BUSY;
    err_set(err, "cannot lock %s: %s", name, strerror(errno));
    return LOCK_FAILED;
}

void lock_release(struct lock_file *file, const char *name)
{
    /* Unlocking a range of a valid descriptor needs nothing that could be missing; closing would end it anyway. */
    (void)set(file, name, F_UNLCK);
}
