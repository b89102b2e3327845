# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Unit tests of plugin/base, and the helpers that the tests of every room may link.

# The nth allocation fails, in turn: tests/unit/alloc_fail.h says how.
ALLOC_FAIL_SOURCES = tests/unit/alloc_fail.c tests/unit/alloc_fail.h
ALLOC_FAIL_LDFLAGS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray \
	-Wl,--wrap=strdup,--wrap=strndup,--wrap=mmap
# A folder for each test: tests/unit/scratch.h.
SCRATCH_SOURCES = tests/unit/scratch.c tests/unit/scratch.h

check_PROGRAMS += tests/unit/test_buf
TESTS += tests/unit/test_buf
tests_unit_test_buf_SOURCES = tests/unit/test_buf.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_buf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_buf_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_buf_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_clock
TESTS += tests/unit/test_clock
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c
tests_unit_test_clock_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_clock_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_csv
TESTS += tests/unit/test_csv
tests_unit_test_csv_SOURCES = tests/unit/test_csv.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_csv_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_csv_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_csv_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_err
TESTS += tests/unit/test_err
tests_unit_test_err_SOURCES = tests/unit/test_err.c
tests_unit_test_err_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_err_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_file
TESTS += tests/unit/test_file
tests_unit_test_file_SOURCES = tests/unit/test_file.c $(ALLOC_FAIL_SOURCES) $(SCRATCH_SOURCES)
tests_unit_test_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_file_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS) -Wl,--wrap=fsync
tests_unit_test_file_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_jsonw
TESTS += tests/unit/test_jsonw
tests_unit_test_jsonw_SOURCES = tests/unit/test_jsonw.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_jsonw_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_jsonw_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_jsonw_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_lock
TESTS += tests/unit/test_lock
tests_unit_test_lock_SOURCES = tests/unit/test_lock.c $(ALLOC_FAIL_SOURCES) $(SCRATCH_SOURCES)
tests_unit_test_lock_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_lock_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_lock_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_log
TESTS += tests/unit/test_log
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_log_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_parse
TESTS += tests/unit/test_parse
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c
tests_unit_test_parse_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_parse_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_secret
TESTS += tests/unit/test_secret
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c $(ALLOC_FAIL_SOURCES) $(SCRATCH_SOURCES)
tests_unit_test_secret_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_secret_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS) -Wl,--wrap=realpath
tests_unit_test_secret_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_hash
TESTS += tests/unit/test_hash
tests_unit_test_hash_SOURCES = tests/unit/test_hash.c
tests_unit_test_hash_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_hash_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_text
TESTS += tests/unit/test_text
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_text_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_arena
TESTS += tests/unit/test_arena
tests_unit_test_arena_SOURCES = tests/unit/test_arena.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_arena_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_arena_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_arena_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_token_file
TESTS += tests/unit/test_token_file
tests_unit_test_token_file_SOURCES = tests/unit/test_token_file.c $(ALLOC_FAIL_SOURCES) $(SCRATCH_SOURCES)
tests_unit_test_token_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_token_file_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_token_file_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_net
TESTS += tests/unit/test_net
tests_unit_test_net_SOURCES = tests/unit/test_net.c
tests_unit_test_net_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_net_LDADD = libbase.a $(CMOCKA_LIBS)
