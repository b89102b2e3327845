/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The descriptors that a new process keeps. */
#ifndef TTA_BASE_FDS_H
#define TTA_BASE_FDS_H

/* Closes all but the standard ones and these two (-1: none). For a child just forked: async-signal-safe. */
void fds_close_others(int one, int other);

#endif
