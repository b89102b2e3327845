# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Days of rounds in seconds; TTA_DAYS=365 makes it a year.
check_PROGRAMS += tests/simulation/test_year
TESTS += tests/simulation/test_year
tests_simulation_test_year_SOURCES = tests/simulation/test_year.c $(SCENE_SOURCES)
tests_simulation_test_year_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_simulation_test_year_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/simulation/test_month
TESTS += tests/simulation/test_month
tests_simulation_test_month_SOURCES = tests/simulation/test_month.c $(SCENE_SOURCES)
tests_simulation_test_month_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_simulation_test_month_LDADD = $(SCENE_LIBS)
