/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * net-snmp's headers, and the types of ours that become its own. Only files that call libnetsnmp include this. */
#ifndef TTA_AGENT_NETSNMP_H
#define TTA_AGENT_NETSNMP_H

#include "agent/value.h"

/* It defines the names that configure gives a package. */
#pragma push_macro("PACKAGE_NAME")
#pragma push_macro("PACKAGE_STRING")
#pragma push_macro("PACKAGE_TARNAME")
#pragma push_macro("PACKAGE_VERSION")
#pragma push_macro("PACKAGE_BUGREPORT")
#pragma push_macro("PACKAGE_URL")
#undef PACKAGE_NAME
#undef PACKAGE_STRING
#undef PACKAGE_TARNAME
#undef PACKAGE_VERSION
#undef PACKAGE_BUGREPORT
#undef PACKAGE_URL
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>
#pragma pop_macro("PACKAGE_NAME")
#pragma pop_macro("PACKAGE_STRING")
#pragma pop_macro("PACKAGE_TARNAME")
#pragma pop_macro("PACKAGE_VERSION")
#pragma pop_macro("PACKAGE_BUGREPORT")
#pragma pop_macro("PACKAGE_URL")

/* Its numbers are wider than ours. Returns the length. */
size_t netsnmp_oid_of(const struct mib_oid *from, oid *to);
/* Puts the value into a varbind whose name stands. False: out of memory. */
bool netsnmp_put_value(netsnmp_variable_list *varbind, const struct value *value);
/* Appends a varbind to a list (NULL: begins it). False: out of memory, and the list is as before. */
bool netsnmp_append_value(netsnmp_variable_list **list, const struct mib_oid *name, const struct value *value);

#endif
