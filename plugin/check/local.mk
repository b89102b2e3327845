# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# check: reads configuration and snapshot, so of the foreign libraries it has only libinih.
plugin_PROGRAMS += check_tiktok_auth
check_tiktok_auth_SOURCES = \
	plugin/check/check.c plugin/check/check.h \
	plugin/check/main.c \
	plugin/check/options.c plugin/check/options.h \
	plugin/check/videos.c plugin/check/videos.h \
	plugin/check/watchdog.c plugin/check/watchdog.h
check_tiktok_auth_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) -lpthread
dist_man_MANS += plugin/check/check_tiktok_auth.8
