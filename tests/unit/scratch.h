/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A folder of its own for each test that works with files, gone with the test. */
#ifndef TTA_TESTS_SCRATCH_H
#define TTA_TESTS_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

/* Setup and teardown for cmocka_unit_test_setup_teardown: make the folder (0755), remove it with all in it. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* The path of a name in the folder; "" is the folder itself. Good until the eighth call after this one. */
const char *scratch_path(const char *name);
/* Creates or overwrites a file there, with exactly this mode, and returns its path as scratch_path does. Fails the
 * test when it can't. */
const char *scratch_write(const char *name, const void *bytes, size_t len, mode_t mode);
/* Number of entries in the folder, hidden ones with them. */
size_t scratch_count(void);

#endif
