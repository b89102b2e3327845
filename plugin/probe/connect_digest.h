/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is stored of a state. */
#ifndef TTA_PROBE_CONNECT_DIGEST_H
#define TTA_PROBE_CONNECT_DIGEST_H

enum { CONNECT_DIGEST_LEN = 64 };

/* The SHA-256 of a state in hexadecimal digits: who reads the store can't finish anybody's authorization. */
void connect_digest(const char *state, char out[CONNECT_DIGEST_LEN + 1]);

#endif
