# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# ext: one adapter per foreign library; a program names the libraries of the adapters it uses.
noinst_LIBRARIES += libext.a
libext_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CJSON_CFLAGS) $(SQLITE_CFLAGS) $(INIH_CFLAGS) $(SYSTEMD_CFLAGS) \
	$(NETTLE_CFLAGS) $(MICROHTTPD_CFLAGS)
libext_a_SOURCES = \
	plugin/ext/http.c plugin/ext/http.h plugin/ext/http_private.h \
	plugin/ext/http_call.c \
	plugin/ext/http_fault.c \
	plugin/ext/http_memory.c \
	plugin/ext/http_url.c \
	plugin/ext/httpd.c plugin/ext/httpd.h plugin/ext/httpd_private.h \
	plugin/ext/httpd_peer.c \
	plugin/ext/httpd_request.c \
	plugin/ext/ini.c plugin/ext/ini.h \
	plugin/ext/json.c plugin/ext/json.h \
	plugin/ext/json_scan.c plugin/ext/json_scan.h \
	plugin/ext/service.c plugin/ext/service.h \
	plugin/ext/sign.c plugin/ext/sign.h \
	plugin/ext/store.c plugin/ext/store.h plugin/ext/store_private.h \
	plugin/ext/store_connect.c \
	plugin/ext/store_alert.c \
	plugin/ext/store_error.c \
	plugin/ext/store_forget.c \
	plugin/ext/store_outbox.c plugin/ext/store_outbox.h plugin/ext/store_outbox_private.h \
	plugin/ext/store_outbox_forget.c \
	plugin/ext/store_outbox_rows.c \
	plugin/ext/store_quota.c \
	plugin/ext/store_refresh.c \
	plugin/ext/store_retired.c \
	plugin/ext/store_schema.c \
	plugin/ext/store_sql.c \
	plugin/ext/store_token.c \
	plugin/ext/store_upload.c \
	plugin/ext/store_value.c \
	plugin/ext/store_verdict.c
