/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcurl's set-up, and memory for it that is wiped before it goes back: libcurl keeps copies of the URL, the
 * headers and the body, and frees them as they are. */
#include "ext/http_private.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void memory_free(void *block)
{
    if (block != NULL) {
        explicit_bzero(block, malloc_usable_size(block));
        free(block);
    }
}

static void *memory_realloc(void *block, size_t size)
{
    void *bigger = malloc(size);
    if (bigger != NULL && block != NULL) {
        size_t old = malloc_usable_size(block);
        memcpy(bigger, block, old < size ? old : size);
        memory_free(block);
    }
    return bigger;
}

static void setup(void)
{
    ready =
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, memory_free, memory_realloc, strdup, calloc) == CURLE_OK;
}

bool http_setup(void)
{
    return pthread_once(&once, setup) == 0 && ready;
}
