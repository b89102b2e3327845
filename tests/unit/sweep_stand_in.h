/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A shell script in place of the sweep program. That one is looked for beside the running program, so the tests
 * run as a copy in a folder of its own. */
#ifndef TTA_TESTS_SWEEP_STAND_IN_H
#define TTA_TESTS_SWEEP_STAND_IN_H

/* For main: in the copy it runs the tests, else it makes the copy and runs that. Returns the exit status. */
int sweep_stand_in_main(int argc, char **argv, int (*run_all)(void));

/* Writes the script, with this body, which begins in the scratch folder (scratch.h). */
void sweep_stand_in(const char *body);
void sweep_stand_in_remove(void);

#endif
