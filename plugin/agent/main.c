/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * tiktok-auth-agent, the SNMP subagent. */
#include "agent/agent.h"

int main(int argc, char **argv)
{
    return agent_main(argc, argv);
}
