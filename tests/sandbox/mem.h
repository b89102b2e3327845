/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Memory that is there or the sandbox ends: a test server has no better answer to a full machine. */
#ifndef SANDBOX_MEM_H
#define SANDBOX_MEM_H

#include <stddef.h>

/* Zeroed memory for count objects of size bytes; never NULL. The caller frees. */
void *mem_new(size_t count, size_t size);

/* Room for count objects of size bytes, keeping what old holds; old is gone afterwards. */
void *mem_grow(void *old, size_t count, size_t size);

/* A copy that the caller frees; NULL stays NULL. */
char *mem_text(const char *text);

/* Frees *slot and puts a copy of text there. */
void mem_replace(char **slot, const char *text);

#endif
