/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth-agent: rounds on schedule, SNMP, and notifications, in one loop. */
#ifndef TTA_AGENT_AGENT_H
#define TTA_AGENT_AGENT_H

/* Returns the exit status: 0 it ended as it was told, or --once brought a result; 1 it could not; 2 usage. */
int agent_main(int argc, char **argv);

#endif
