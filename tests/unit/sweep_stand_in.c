/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A shell script in place of the sweep program. */
#include "sweep_stand_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scratch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char IN_COPY[] = "copy";

static const char *script_path(void)
{
    static char path[PATH_MAX + 32];
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);

    assert_true(len > 0 && len < PATH_MAX);
    path[len] = '\0';
    strcpy(strrchr(path, '/') + 1, "tiktok-auth-sweep");
    return path;
}

void sweep_stand_in(const char *body)
{
    FILE *file = fopen(script_path(), "w");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\ncd '%s' || exit 99\n%s\n", scratch_path(""), body);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(script_path(), 0755), 0);
}

void sweep_stand_in_remove(void)
{
    unlink(script_path());
}

static int run_copy(void)
{
    const char *tmp = getenv("TMPDIR");
    char folder[PATH_MAX / 2], copy[PATH_MAX], command[2 * PATH_MAX];
    int status = -1;
    pid_t pid;

    snprintf(folder, sizeof(folder), "%s/tta-copy-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    snprintf(copy, sizeof(copy), "%s/test", folder);
    snprintf(command, sizeof(command), "cp \"$(readlink /proc/%ld/exe)\" '%s'", (long)getpid(), copy);
    pid = system(command) == 0 ? fork() : -1;
    if (pid == 0) {
        execl(copy, copy, IN_COPY, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return system(command) == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int sweep_stand_in_main(int argc, char **argv, int (*run_all)(void))
{
    return argc > 1 && strcmp(argv[1], IN_COPY) == 0 ? run_all() : run_copy();
}
