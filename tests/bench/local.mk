# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Benchmarks: run by hand, built on demand ("make tests/bench/reference_agent").
EXTRA_PROGRAMS = tests/bench/reference_agent
tests_bench_reference_agent_SOURCES = tests/bench/reference_agent.c
# net-snmp's headers define what configure's do.
tests_bench_reference_agent_CFLAGS = $(NETSNMP_CFLAGS)
tests_bench_reference_agent_LDADD = libbase.a $(NETSNMP_LIBS)
CLEANFILES += $(EXTRA_PROGRAMS)

EXTRA_DIST += tests/bench/agent_walk.py tests/bench/check_cost.py tests/bench/feed_icinga.py
