/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tables under tests/unit/facts, row by row. */
#ifndef TTA_TESTS_TSV_H
#define TTA_TESTS_TSV_H

#include <stddef.h>

enum { TSV_FIELDS_MAX = 8 };

/* Calls `each` with the fields of every row of facts/NAME ($srcdir counts); '#' begins a comment. Fails the test
 * when the file can't be read, or a row has another number of fields than `fields`. Returns the number of rows. */
size_t tsv_each(const char *name, size_t fields, void (*each)(char **field, void *arg), void *arg);

#endif
