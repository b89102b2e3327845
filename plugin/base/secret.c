/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Secrets live in pages of their own, which core dumps leave out; a file's mode is judged on the opened file. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct secret {
    size_t len;
    char bytes[];
};

static void *map_private(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return NULL;
    /* Where the system can't keep it out of core dumps, the secret is used all the same. */
    (void)madvise(pages, size, MADV_DONTDUMP);
    return pages;
}

static void unmap_private(void *pages, size_t size)
{
    explicit_bzero(pages, size);
    munmap(pages, size);
}

static bool is_printable(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] < 0x21 || bytes[i] > 0x7e)
            return false;
    return true;
}

struct secret *secret_new(const char *bytes, size_t len)
{
    struct secret *s;

    if (len == 0 || len > SECRET_MAX || !is_printable(bytes, len))
        return NULL;
    s = map_private(sizeof(*s) + len + 1);
    if (!s)
        return NULL;
    s->len = len;
    memcpy(s->bytes, bytes, len);
    return s;
}

void secret_free(struct secret *s)
{
    if (s)
        unmap_private(s, sizeof(*s) + s->len + 1);
}

const char *secret_reveal(const struct secret *s)
{
    return s->bytes;
}

size_t secret_len(const struct secret *s)
{
    return s->len;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
    unsigned char differs = 0;

    if (!a || !b)
        return a == b;
    if (a->len != b->len)
        return false;
    /* No early end: the time taken does not tell where they differ. */
    for (size_t i = 0; i < a->len; i++)
        differs |= (unsigned char)(a->bytes[i] ^ b->bytes[i]);
    return differs == 0;
}

bool secret_is_in(const struct secret *s, const char *text, size_t len)
{
    return memmem(text, len, s->bytes, s->len) != NULL;
}

/* True when the opened file is the one that `path` really names, below the service manager's folder. */
static bool is_credential(const char *path, const struct stat *opened)
{
    const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
    char *real_folder = folder && folder[0] == '/' ? realpath(folder, NULL) : NULL;
    char *real = realpath(path, NULL);
    size_t len = real_folder ? strlen(real_folder) : 0;
    struct stat st;
    bool yes = real && len > 1 && strncmp(real, real_folder, len) == 0 && real[len] == '/' &&
               lstat(real, &st) == 0 && st.st_dev == opened->st_dev && st.st_ino == opened->st_ino;

    free(real_folder);
    free(real);
    return yes;
}

static bool mode_is_safe(const char *path, const struct stat *st, struct err *err)
{
    static const struct {
        mode_t bits;
        const char *fault;
    } RULE[] = {
        {S_IROTH | S_IWOTH, "others can read and write it"},
        {S_IROTH, "others can read it"},
        {S_IWOTH, "others can write it"},
        {S_IWGRP, "its group can write it"},
    };
    unsigned mode = st->st_mode & 07777;

    for (size_t i = 0; i < TTA_LEN(RULE); i++) {
        if ((st->st_mode & RULE[i].bits) != RULE[i].bits)
            continue;
        if (is_credential(path, st))
            return true;
        return err_set(err, "%s: mode %04o: %s; chmod %04o", path, mode, RULE[i].fault, mode & 0750);
    }
    return true;
}

/* The opened file, judged; -1 with *err. */
static int open_checked(const char *path, struct err *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    bool ok;

    if (fd < 0) {
        err_set(err, "cannot open %s: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) != 0)
        ok = err_set(err, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        ok = err_set(err, "%s: not a regular file", path);
    else
        ok = mode_is_safe(path, &st, err);
    if (ok)
        return fd;
    close(fd);
    return -1;
}

bool secret_mode_ok(const char *path, struct err *err)
{
    int fd = open_checked(path, err);

    if (fd < 0)
        return false;
    close(fd);
    return true;
}

bool secret_is_credential(const char *path)
{
    static const char run[] = "/run/credentials/";
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t len = folder ? strlen(folder) : 0;

    return strncmp(path, run, sizeof(run) - 1) == 0 ||
           (len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/');
}

/* Up to `room` bytes from the file's start; -1 with errno. */
static ssize_t read_start(int fd, char *bytes, size_t room)
{
    size_t len = 0;
    ssize_t n;

    do {
        n = read(fd, bytes + len, room - len);
        if (n > 0)
            len += (size_t)n;
    } while ((n > 0 && len < room) || (n < 0 && errno == EINTR));
    return n < 0 ? -1 : (ssize_t)len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The secret in the first line of the file's start. */
static struct secret *from_first_line(const char *path, const char *bytes, size_t len, struct err *err)
{
    const char *end = memchr(bytes, '\n', len);
    struct secret *s;

    if (end)
        len = (size_t)(end - bytes);
    while (len > 0 && is_blank(bytes[0])) {
        bytes++;
        len--;
    }
    while (len > 0 && is_blank(bytes[len - 1]))
        len--;
    s = secret_new(bytes, len);
    if (s)
        return s;
    if (len == 0)
        err_set(err, "%s: its first line is empty", path);
    else if (len > SECRET_MAX)
        err_set(err, "%s: its first line is longer than %d bytes", path, SECRET_MAX);
    else if (!is_printable(bytes, len))
        err_set(err, "%s: its first line holds a blank or a byte that is not printable ASCII", path);
    else
        err_set(err, "%s: out of memory", path);
    return NULL;
}

struct secret *secret_read(const char *path, struct err *err)
{
    enum { START_MAX = 2 * SECRET_MAX }; /* a secret with blanks around it */
    struct secret *s = NULL;
    char *start;
    ssize_t len;
    int fd = open_checked(path, err);

    if (fd < 0)
        return NULL;
    start = map_private(START_MAX);
    if (start) {
        len = read_start(fd, start, START_MAX);
        if (len < 0)
            err_set(err, "cannot read %s: %s", path, strerror(errno));
        else
            s = from_first_line(path, start, (size_t)len, err);
        unmap_private(start, START_MAX);
    } else
        err_set(err, "%s: out of memory", path);
    close(fd);
    return s;
}
