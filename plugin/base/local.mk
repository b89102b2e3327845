# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# base: libc only.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	plugin/base/arena.c plugin/base/arena.h \
	plugin/base/attr.h \
	plugin/base/buf.c plugin/base/buf.h \
	plugin/base/clock.c plugin/base/clock.h \
	plugin/base/csv.c plugin/base/csv.h \
	plugin/base/err.c plugin/base/err.h \
	plugin/base/fds.c plugin/base/fds.h \
	plugin/base/hash.c plugin/base/hash.h \
	plugin/base/file.c plugin/base/file.h \
	plugin/base/jsonw.c plugin/base/jsonw.h \
	plugin/base/lock.c plugin/base/lock.h \
	plugin/base/log.c plugin/base/log.h \
	plugin/base/net.c plugin/base/net.h \
	plugin/base/parse.c plugin/base/parse.h \
	plugin/base/secret.c plugin/base/secret.h \
	plugin/base/text.c plugin/base/text.h \
	plugin/base/token_file.c plugin/base/token_file.h
