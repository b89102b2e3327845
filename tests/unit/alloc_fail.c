/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The allocation functions behind the linker's --wrap, with a countdown to the failing one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/mman.h>
#include <sys/types.h>

#include "alloc_fail.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__real_mmap(void *address, size_t len, int protection, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);
void *__wrap_mmap(void *address, size_t len, int protection, int flags, int fd, off_t offset);

enum { RUNS_MAX = 100000 };

static unsigned long left; /* allocations up to and with the failing one; 0 = none is to fail */
static bool happened;

void alloc_fail_at(unsigned long nth)
{
    left = nth;
    happened = false;
}

bool alloc_fail_happened(void)
{
    return happened;
}

static bool fails_now(void)
{
    if (left == 0 || --left > 0)
        return false;
    happened = true;
    errno = ENOMEM;
    return true;
}

static unsigned long each(bool (*body)(void *arg), void *arg, bool lenient)
{
    for (unsigned long nth = 1; nth <= RUNS_MAX; nth++) {
        bool ok;

        alloc_fail_at(nth);
        ok = body(arg);
        left = 0;
        if (!happened) {
            if (!ok)
                fail_msg("it failed although no allocation did");
            return nth - 1;
        }
        if (ok && !lenient)
            fail_msg("it succeeded although allocation %lu failed", nth);
    }
    fail_msg("it makes more than %d allocations", RUNS_MAX);
    return 0;
}

unsigned long alloc_fail_each(bool (*body)(void *arg), void *arg)
{
    return each(body, arg, false);
}

unsigned long alloc_fail_each_lenient(bool (*body)(void *arg), void *arg)
{
    return each(body, arg, true);
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails_now() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails_now() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return fails_now() ? NULL : __real_strndup(text, len);
}

void *__wrap_mmap(void *address, size_t len, int protection, int flags, int fd, off_t offset)
{
    return fails_now() ? MAP_FAILED : __real_mmap(address, len, protection, flags, fd, offset);
}
