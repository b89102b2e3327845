/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the store share. */
#include "store_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    if (!f)
        return -1;
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tta-store-XXXXXX");
    if (!mkdtemp(f->folder) || chmod(f->folder, 02770) != 0)
        return -1;
    (void)snprintf(f->path, sizeof(f->path), "%s/state.db", f->folder);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    int status = chmod(f->folder, 0700);
    DIR *folder = opendir(f->folder);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) != 0)
            status = unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
    }
    if (folder)
        (void)closedir(folder);
    if (rmdir(f->folder) != 0)
        status = -1;
    free(f);
    return status;
}

void fixture_close(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
}

struct store *fixture_open(struct fixture *f, enum store_mode mode)
{
    fixture_close(f);
    f->store = store_open(f->path, mode, &f->err);
    if (!f->store)
        fail_msg("can't open the store: %s", f->err.text);
    return f->store;
}

bool fixture_says(const struct fixture *f, const char *part)
{
    if (strstr(f->err.text, part))
        return true;
    print_error("no \"%s\" in: %s\n", part, f->err.text);
    return false;
}

void fixture_refused(struct fixture *f, enum store_mode mode, const char *part, const char *other_part)
{
    fixture_close(f);
    f->err.text[0] = '\0';
    f->store = store_open(f->path, mode, &f->err);
    assert_null(f->store);
    assert_true(fixture_says(f, part));
    assert_true(fixture_says(f, other_part));
}

static void path_of(const struct fixture *f, const char *suffix, char *out, size_t room)
{
    (void)snprintf(out, room, "%s%s", f->path, suffix);
}

void fixture_poke(const struct fixture *f, const char *suffix, off_t at, const void *bytes, size_t len)
{
    char path[96];
    path_of(f, suffix, path, sizeof(path));
    int fd = open(path, O_WRONLY | O_CREAT, 0660);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
    assert_int_equal(close(fd), 0);
}

off_t fixture_size(const struct fixture *f, const char *suffix)
{
    char path[96];
    struct stat info;
    path_of(f, suffix, path, sizeof(path));
    return stat(path, &info) == 0 ? info.st_size : -1;
}

bool fixture_in_child(struct fixture *f, bool (*work)(struct fixture *f))
{
    struct {
        bool done, ok;
        struct err err;
    } *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared, MAP_FAILED);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        shared->ok = work(f);
        shared->err = f->err;
        shared->done = true;
        (void)raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && shared->done);
    bool ok = shared->ok;
    f->err = shared->err;
    assert_int_equal(munmap(shared, sizeof(*shared)), 0);
    return ok;
}

void fixture_drop_rights(void)
{
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
                           setresuid(NOBODY, NOBODY, NOBODY) != 0))
        abort();
}
