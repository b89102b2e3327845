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
tests_unit_test_store_memory_SOURCES = tests/unit/test_store_memory.c tests/unit/store_fixture.c tests/unit/store_fixture.h \
	$(ALLOC_FAIL_SOURCES)
tests_unit_test_store_memory_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_memory_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_store_memory_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_quota
TESTS += tests/unit/test_store_quota
tests_unit_test_store_quota_SOURCES = tests/unit/test_store_quota.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_quota_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_quota_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_refresh
TESTS += tests/unit/test_store_refresh
tests_unit_test_store_refresh_SOURCES = tests/unit/test_store_refresh.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_refresh_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_refresh_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_store_forget
TESTS += tests/unit/test_store_forget
tests_unit_test_store_forget_SOURCES = tests/unit/test_store_forget.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_forget_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_forget_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_store_upload
TESTS += tests/unit/test_store_upload
tests_unit_test_store_upload_SOURCES = tests/unit/test_store_upload.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_upload_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_upload_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)

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

# json, ini
check_PROGRAMS += tests/unit/test_json
TESTS += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_json_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_json_LDADD = libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_ini
TESTS += tests/unit/test_ini
tests_unit_test_ini_SOURCES = tests/unit/test_ini.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_ini_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ini_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_ini_LDADD = libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)

# http: all against the loopback server
HTTP_ASK_SOURCES = tests/unit/http_ask.c tests/unit/http_ask.h tests/unit/http_server.c tests/unit/http_server.h
check_PROGRAMS += tests/unit/test_http
TESTS += tests/unit/test_http
tests_unit_test_http_SOURCES = tests/unit/test_http.c $(HTTP_ASK_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_http_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_http_LDADD = libext.a libbase.a $(CURL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_http_call
TESTS += tests/unit/test_http_call
tests_unit_test_http_call_SOURCES = tests/unit/test_http_call.c $(HTTP_ASK_SOURCES)
tests_unit_test_http_call_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_call_LDADD = libext.a libbase.a $(CURL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_http_fault
TESTS += tests/unit/test_http_fault
tests_unit_test_http_fault_SOURCES = tests/unit/test_http_fault.c tests/unit/http_names.c tests/unit/http_names.h \
	$(HTTP_ASK_SOURCES)
tests_unit_test_http_fault_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_fault_LDADD = libext.a libbase.a $(CURL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_http_url
TESTS += tests/unit/test_http_url
tests_unit_test_http_url_SOURCES = tests/unit/test_http_url.c $(HTTP_ASK_SOURCES)
tests_unit_test_http_url_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_url_LDADD = libext.a libbase.a $(CURL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_store_alert
TESTS += tests/unit/test_store_alert
tests_unit_test_store_alert_SOURCES = tests/unit/test_store_alert.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_alert_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_alert_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_store_outbox
TESTS += tests/unit/test_store_outbox
tests_unit_test_store_outbox_SOURCES = tests/unit/test_store_outbox.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_outbox_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_outbox_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_store_changes
TESTS += tests/unit/test_store_changes
tests_unit_test_store_changes_SOURCES = tests/unit/test_store_changes.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_changes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_changes_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_sign
TESTS += tests/unit/test_sign
tests_unit_test_sign_SOURCES = tests/unit/test_sign.c
tests_unit_test_sign_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sign_LDADD = libext.a libbase.a $(NETTLE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_httpd
TESTS += tests/unit/test_httpd
tests_unit_test_httpd_SOURCES = tests/unit/test_httpd.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_httpd_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_httpd_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_httpd_LDADD = libext.a libbase.a $(MICROHTTPD_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_store_connect
TESTS += tests/unit/test_store_connect
tests_unit_test_store_connect_SOURCES = tests/unit/test_store_connect.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_connect_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_connect_LDADD = libext.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
