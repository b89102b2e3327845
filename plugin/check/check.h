/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One run of the check. */
#ifndef TTA_CHECK_CHECK_H
#define TTA_CHECK_CHECK_H

#include "base/attr.h"

/* Judges what the command line names and prints the answer on standard output, before --timeout is over. Returns
 * the exit status of the plugin, 0 to 3. Once in a process. */
int check_main(int argc, char **argv) TTA_MUST_CHECK;

#endif
