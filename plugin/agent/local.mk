# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# agent: the SNMP subagent.
sbin_PROGRAMS += tiktok-auth-agent
AGENT_SOURCES = \
	plugin/agent/agent.c plugin/agent/agent.h \
	plugin/agent/columns.h \
	plugin/agent/columns_advertiser.c \
	plugin/agent/columns_app.c \
	plugin/agent/columns_fix.c \
	plugin/agent/columns_part.c plugin/agent/columns_part.h \
	plugin/agent/columns_problem.c \
	plugin/agent/columns_scalar.c \
	plugin/agent/columns_token.c \
	plugin/agent/feeding.c plugin/agent/feeding.h \
	plugin/agent/link.c plugin/agent/link.h \
	plugin/agent/netsnmp.c plugin/agent/netsnmp.h \
	plugin/agent/notification.c plugin/agent/notification.h \
	plugin/agent/notifier.c plugin/agent/notifier.h \
	plugin/agent/oncall.c plugin/agent/oncall.h \
	plugin/agent/options.c plugin/agent/options.h \
	plugin/agent/picture.c plugin/agent/picture.h \
	plugin/agent/rows.c plugin/agent/rows.h \
	plugin/agent/tables.c plugin/agent/tables.h \
	plugin/agent/value.c plugin/agent/value.h
dist_man_MANS += plugin/agent/tiktok-auth-agent.8
tiktok_auth_agent_SOURCES = plugin/agent/main.c $(AGENT_SOURCES)
tiktok_auth_agent_CFLAGS = $(AM_CFLAGS) $(NETSNMP_CFLAGS)
tiktok_auth_agent_LDADD = libprobe.a libcore.a libext.a libbase.a $(NETSNMP_LIBS) $(CURL_LIBS) $(CJSON_LIBS) \
	$(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) $(SYSTEMD_LIBS)
