/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names for the tests of http. */
#include "http_names.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

typedef int lookup_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hangs;
static int hanging;

void http_names_hang(bool hang)
{
    pthread_mutex_lock(&mutex);
    hangs = hang;
    pthread_cond_broadcast(&changed);
    while (!hang && hanging > 0)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

int http_names_hanging(void)
{
    pthread_mutex_lock(&mutex);
    int count = hanging;
    pthread_mutex_unlock(&mutex);
    return count;
}

static int hang_on(void)
{
    pthread_mutex_lock(&mutex);
    hanging++;
    while (hangs)
        pthread_cond_wait(&changed, &mutex);
    hanging--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return EAI_AGAIN;
}

int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found)
{
    lookup_fn *next;

    if (name && strcmp(name, "no.test") == 0)
        return EAI_NONAME;
    if (name && strcmp(name, "hangs.test") == 0)
        return hang_on();
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(name, service, hints, found);
}
