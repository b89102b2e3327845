/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lets the nth allocation fail, in turn, so that a test walks through every "out of memory" of the code under
 * test.
 *
 * A test program that uses it says in its room's .mk (the linker then routes the allocations of everything that is
 * linked statically, our archives and the test itself, through alloc_fail.c; shared libraries are not touched):
 *
 *     tests_unit_test_x_SOURCES = tests/unit/test_x.c $(ALLOC_FAIL_SOURCES)
 *     tests_unit_test_x_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
 *
 * and in the test:
 *
 *     static bool build(void *arg)
 *     {
 *         struct thing *t = thing_new(arg);      // must clean up after itself whatever fails
 *         bool ok = t && thing_fill(t);
 *         thing_free(t);
 *         return ok;
 *     }
 *     ...
 *     assert_true(alloc_fail_each(build, "x") > 0);
 *
 * Leaks on the failing paths are found when the tests run with --enable-sanitizers or under valgrind. */
#ifndef TTA_TESTS_ALLOC_FAIL_H
#define TTA_TESTS_ALLOC_FAIL_H

#include <stdbool.h>

/* Runs `body` with its first allocation failing, then its second, and so on, until a run meets no failure. Fails
 * the test when `body` returns true although an allocation failed, or false although none did. Returns the number
 * of allocations that failed, each in a run of its own. */
unsigned long alloc_fail_each(bool (*body)(void *arg), void *arg);
/* As above for a body that may do without the memory and succeed: its result counts only in the run without
 * failure. */
unsigned long alloc_fail_each_lenient(bool (*body)(void *arg), void *arg);

/* By hand: the nth allocation from now on fails, once (1 = the next; 0 = none). */
void alloc_fail_at(unsigned long nth);
/* True when that allocation has come. */
bool alloc_fail_happened(void);

#endif
