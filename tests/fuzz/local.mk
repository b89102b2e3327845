# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# A fuzz target NAME is tests/fuzz/fuzz_NAME.c, a corpus folder tests/fuzz/corpus/NAME with at least one file, and
# a block of four lines below. "make check" replays every corpus (replay.sh). With --enable-fuzzing, under clang,
# the same programs are libFuzzer's: tests/fuzz/fuzz_csv -max_total_time=30 /tmp/found tests/fuzz/corpus/csv
if FUZZING
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) $(TTA_FUZZ_LDFLAGS)
else
fuzz_main = tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
endif

TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/replay.sh tests/fuzz/corpus

check_PROGRAMS += tests/fuzz/fuzz_csv
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c $(fuzz_main)
tests_fuzz_fuzz_csv_LDADD = libbase.a
tests_fuzz_fuzz_csv_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_parse
tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz_parse.c $(fuzz_main)
tests_fuzz_fuzz_parse_LDADD = libbase.a
tests_fuzz_fuzz_parse_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_config
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(fuzz_main)
tests_fuzz_fuzz_config_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_ini
tests_fuzz_fuzz_ini_SOURCES = tests/fuzz/fuzz_ini.c $(fuzz_main)
tests_fuzz_fuzz_ini_LDADD = libext.a libbase.a $(INIH_LIBS)
tests_fuzz_fuzz_ini_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_json
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(fuzz_main)
tests_fuzz_fuzz_json_LDADD = libext.a libbase.a $(CJSON_LIBS)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_answer
tests_fuzz_fuzz_answer_SOURCES = tests/fuzz/fuzz_answer.c $(fuzz_main)
tests_fuzz_fuzz_answer_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS)
tests_fuzz_fuzz_answer_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_catalog
tests_fuzz_fuzz_catalog_SOURCES = tests/fuzz/fuzz_catalog.c $(fuzz_main)
tests_fuzz_fuzz_catalog_LDADD = libcore.a libbase.a
tests_fuzz_fuzz_catalog_LDFLAGS = $(fuzz_ldflags)

SMALL_CONFIG_SOURCES = tests/fuzz/small_config.c tests/fuzz/small_config.h

check_PROGRAMS += tests/fuzz/fuzz_snapshot
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz_snapshot.c $(SMALL_CONFIG_SOURCES) $(fuzz_main)
tests_fuzz_fuzz_snapshot_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_snapshot_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_upload_list
tests_fuzz_fuzz_upload_list_SOURCES = tests/fuzz/fuzz_upload_list.c $(SMALL_CONFIG_SOURCES) $(fuzz_main)
tests_fuzz_fuzz_upload_list_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_upload_list_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_notice
tests_fuzz_fuzz_notice_SOURCES = tests/fuzz/fuzz_notice.c $(SMALL_CONFIG_SOURCES) $(fuzz_main)
tests_fuzz_fuzz_notice_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_notice_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_oauth
tests_fuzz_fuzz_oauth_SOURCES = tests/fuzz/fuzz_oauth.c $(fuzz_main)
tests_fuzz_fuzz_oauth_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS)
tests_fuzz_fuzz_oauth_LDFLAGS = $(fuzz_ldflags)

check_PROGRAMS += tests/fuzz/fuzz_token_file
tests_fuzz_fuzz_token_file_SOURCES = tests/fuzz/fuzz_token_file.c $(fuzz_main)
tests_fuzz_fuzz_token_file_LDADD = libbase.a
tests_fuzz_fuzz_token_file_LDFLAGS = $(fuzz_ldflags)
