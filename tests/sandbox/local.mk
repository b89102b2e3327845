# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox API server: its own program, which uses nothing of plugin/.
if HAVE_SANDBOX
noinst_PROGRAMS += tests/sandbox/tiktok-sandbox
tests_sandbox_tiktok_sandbox_SOURCES = \
	tests/sandbox/api.c tests/sandbox/api.h \
	tests/sandbox/bits.c tests/sandbox/bits.h \
	tests/sandbox/bomb.c tests/sandbox/bomb.h \
	tests/sandbox/buf.c tests/sandbox/buf.h \
	tests/sandbox/clock.c tests/sandbox/clock.h \
	tests/sandbox/control.c tests/sandbox/control.h \
	tests/sandbox/endpoint_advertiser.c \
	tests/sandbox/endpoint_oauth.c \
	tests/sandbox/endpoint_user.c \
	tests/sandbox/endpoint_video.c \
	tests/sandbox/fault.c tests/sandbox/fault.h \
	tests/sandbox/fields.c tests/sandbox/fields.h \
	tests/sandbox/incident.c tests/sandbox/incident.h \
	tests/sandbox/main.c \
	tests/sandbox/mangle.c tests/sandbox/mangle.h \
	tests/sandbox/map.c tests/sandbox/map.h \
	tests/sandbox/mem.c tests/sandbox/mem.h \
	tests/sandbox/portal.c tests/sandbox/portal.h \
	tests/sandbox/quota.c tests/sandbox/quota.h \
	tests/sandbox/reply.c tests/sandbox/reply.h \
	tests/sandbox/reqlog.c tests/sandbox/reqlog.h \
	tests/sandbox/request.c tests/sandbox/request.h \
	tests/sandbox/sandbox.c tests/sandbox/sandbox.h \
	tests/sandbox/scenario.c tests/sandbox/scenario.h \
	tests/sandbox/server.c tests/sandbox/server.h \
	tests/sandbox/tls.c tests/sandbox/tls.h \
	tests/sandbox/wire.c tests/sandbox/wire.h \
	tests/sandbox/world.c tests/sandbox/world.h
tests_sandbox_tiktok_sandbox_CPPFLAGS = -D_GNU_SOURCE
tests_sandbox_tiktok_sandbox_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(CJSON_CFLAGS) $(GNUTLS_CFLAGS)
tests_sandbox_tiktok_sandbox_LDADD = $(MICROHTTPD_LIBS) $(CJSON_LIBS) $(GNUTLS_LIBS)
endif
EXTRA_DIST += \
	tests/sandbox/README.md \
	tests/sandbox/scenarios/demo.json
