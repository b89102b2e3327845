/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A getaddrinfo() before the system's, so that tests of http ask no name server: "no.test" does not exist, and
 * "hangs.test" hangs as long as it is told to. */
#ifndef TTA_TESTS_HTTP_NAMES_H
#define TTA_TESTS_HTTP_NAMES_H

#include <stdbool.h>

/* false: lets the hanging ones go, and waits until they have. */
void http_names_hang(bool hang);
/* How many hang now. */
int http_names_hanging(void);

#endif
