# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_agent_options
TESTS += tests/unit/test_agent_options
tests_unit_test_agent_options_SOURCES = tests/unit/test_agent_options.c plugin/agent/options.c plugin/agent/options.h
tests_unit_test_agent_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_agent_options_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_rows
TESTS += tests/unit/test_rows
tests_unit_test_rows_SOURCES = tests/unit/test_rows.c $(BOARD_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES) \
	plugin/agent/netsnmp.c plugin/agent/netsnmp.h plugin/agent/rows.c plugin/agent/rows.h \
	plugin/agent/value.c plugin/agent/value.h
tests_unit_test_rows_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(NETSNMP_CFLAGS)
tests_unit_test_rows_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_rows_LDADD = $(SCENE_LIBS) $(NETSNMP_LIBS)

check_PROGRAMS += tests/unit/test_notifier
TESTS += tests/unit/test_notifier
tests_unit_test_notifier_SOURCES = tests/unit/test_notifier.c $(PROBE_FIXTURE_SOURCES) $(BOARD_FIXTURE_SOURCES) \
	plugin/agent/notifier.c plugin/agent/notifier.h plugin/agent/picture.c plugin/agent/picture.h
tests_unit_test_notifier_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notifier_LDADD = $(SCENE_LIBS)
