# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_check_options
TESTS += tests/unit/test_check_options
tests_unit_test_check_options_SOURCES = tests/unit/test_check_options.c plugin/check/options.c plugin/check/options.h
tests_unit_test_check_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_check_options_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_spawn
TESTS += tests/unit/test_spawn
tests_unit_test_spawn_SOURCES = tests/unit/test_spawn.c
tests_unit_test_spawn_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_spawn_LDADD = libprobe.a libbase.a $(CMOCKA_LIBS)

# Beside a stand-in for the sweep program that the test writes: a copy of the test itself runs there.
check_PROGRAMS += tests/unit/test_view
TESTS += tests/unit/test_view
tests_unit_test_view_SOURCES = tests/unit/test_view.c $(BOARD_FIXTURE_SOURCES) $(SCRATCH_SOURCES)
tests_unit_test_view_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_view_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)
