# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0

# store: all with the fixture
check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_error
TESTS += tests/unit/test_store_error
tests_unit_test_store_error_SOURCES = tests/unit/test_store_error.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_error_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_error_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_memory
TESTS += tests/unit/test_store_memory
tests_unit_test_store_memory_SOURCES = tests/unit/test_store_memory.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_memory_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
tests_unit_test_store_memory_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_quota
TESTS += tests/unit/test_store_quota
tests_unit_test_store_quota_SOURCES = tests/unit/test_store_quota.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_quota_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_quota_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_retired
TESTS += tests/unit/test_store_retired
tests_unit_test_store_retired_SOURCES = tests/unit/test_store_retired.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_retired_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_retired_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_schema
TESTS += tests/unit/test_store_schema
tests_unit_test_store_schema_SOURCES = tests/unit/test_store_schema.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_schema_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_schema_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_token
TESTS += tests/unit/test_store_token
tests_unit_test_store_token_SOURCES = tests/unit/test_store_token.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_token_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_token_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_value
TESTS += tests/unit/test_store_value
tests_unit_test_store_value_SOURCES = tests/unit/test_store_value.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_value_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_value_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_verdict
TESTS += tests/unit/test_store_verdict
tests_unit_test_store_verdict_SOURCES = tests/unit/test_store_verdict.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_verdict_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_verdict_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
