/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the store share: a folder of their own with a store in it, and work done in another process.
 */
#ifndef TTA_TESTS_STORE_FIXTURE_H
#define TTA_TESTS_STORE_FIXTURE_H

#include "ext/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

struct fixture {
    char folder[64];
    char path[80];
    struct store *store; /* NULL until fixture_open */
    struct err err;
};

/* The call works, or the test fails with its sentence. */
#define assert_works(f, call)                         \
    do {                                              \
        if (!(call))                                  \
            fail_msg("%s: %s", #call, (f)->err.text); \
    } while (0)

/* cmocka's set-up and tear-down: an empty folder (2770), removed with all that is in it. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Opens or reopens; fails the test when that fails. */
struct store *fixture_open(struct fixture *f, enum store_mode mode);
void fixture_close(struct fixture *f);
/* Opening must fail, with both texts in the sentence. */
void fixture_refused(struct fixture *f, enum store_mode mode, const char *part, const char *other_part);
/* True when the sentence has the text; prints the sentence when not. */
bool fixture_says(const struct fixture *f, const char *part);

/* Overwrites bytes of the file at `suffix` ("" or "-wal", ...). */
void fixture_poke(const struct fixture *f, const char *suffix, off_t at, const void *bytes, size_t len);
/* Size of that file; -1 when there is none. */
off_t fixture_size(const struct fixture *f, const char *suffix);

/* Runs `work` in a child and returns what it returned, with its sentence in f->err. The child never returns into
 * the test, asserts nothing, and is killed: what it leaves open stays as it is. */
bool fixture_in_child(struct fixture *f, bool (*work)(struct fixture *f));
/* For a child: a user without rights of its own; as we are, when we aren't root. */
void fixture_drop_rights(void);

#endif
