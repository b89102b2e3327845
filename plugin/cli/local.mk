# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# cli: the operator's tool.
bin_PROGRAMS += tiktok-auth
CLI_SOURCES = \
	plugin/cli/call.c \
	plugin/cli/changes.c plugin/cli/changes.h \
	plugin/cli/cmd_discover.c \
	plugin/cli/cmd_doctor.c \
	plugin/cli/cmd_explain.c \
	plugin/cli/cmd_forget.c \
	plugin/cli/cmd_generate.c \
	plugin/cli/cmd_history.c \
	plugin/cli/cmd_message.c \
	plugin/cli/cmd_notify.c \
	plugin/cli/cmd_oid.c \
	plugin/cli/cmd_refresh.c \
	plugin/cli/cmd_report.c \
	plugin/cli/cmd_reauthorize.c \
	plugin/cli/cmd_retire.c \
	plugin/cli/cmd_serve.c \
	plugin/cli/cmd_status.c \
	plugin/cli/cmd_sweep.c \
	plugin/cli/cmd_videos.c \
	plugin/cli/command.h \
	plugin/cli/commands.c \
	plugin/cli/lines.c plugin/cli/lines.h \
	plugin/cli/notify_event.c plugin/cli/notify_event.h \
	plugin/cli/notify_letters.c plugin/cli/notify_letters.h \
	plugin/cli/notify_worker.c plugin/cli/notify_worker.h \
	plugin/cli/progress.c plugin/cli/progress.h \
	plugin/cli/report_assets.h \
	plugin/cli/screen.c plugin/cli/screen.h \
	plugin/cli/serve_assets.h \
	plugin/cli/table.c plugin/cli/table.h
tiktok_auth_SOURCES = plugin/cli/main.c $(CLI_SOURCES)
nodist_tiktok_auth_SOURCES = $(CLI_MADE)
tiktok_auth_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(MICROHTTPD_LIBS) $(SYSTEMD_LIBS)
dist_man_MANS += plugin/cli/tiktok-auth.1 plugin/cli/tiktok-auth.conf.5

# Styles, and the script of the report.
CLI_MADE = plugin/cli/report_assets.c plugin/cli/serve_assets.c
CLI_ASSETS = plugin/cli/report.css plugin/cli/report.js plugin/cli/serve.css
EXTRA_DIST += $(CLI_ASSETS) plugin/cli/assets.sh
CLEANFILES += $(CLI_MADE)

plugin/cli/report_assets.c: plugin/cli/report.css plugin/cli/report.js plugin/cli/assets.sh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sh $(srcdir)/plugin/cli/assets.sh cli/report_assets.h \
	    report_css $(srcdir)/plugin/cli/report.css report_js $(srcdir)/plugin/cli/report.js > $@.tmp && mv $@.tmp $@
plugin/cli/serve_assets.c: plugin/cli/serve.css plugin/cli/assets.sh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sh $(srcdir)/plugin/cli/assets.sh cli/serve_assets.h \
	    serve_css $(srcdir)/plugin/cli/serve.css > $@.tmp && mv $@.tmp $@

# The sweep program that checks run; people use "tiktok-auth sweep".
pkglibexec_PROGRAMS += tiktok-auth-sweep
tiktok_auth_sweep_SOURCES = plugin/cli/sweep_main.c
tiktok_auth_sweep_LDADD = $(tiktok_auth_LDADD)

# Delivers passive results for "check_tiktok_auth --feed".
pkglibexec_PROGRAMS += tiktok-auth-feed
tiktok_auth_feed_SOURCES = plugin/cli/feed_main.c
tiktok_auth_feed_LDADD = $(tiktok_auth_LDADD)

exampledir = $(docdir)/examples
dist_example_DATA = plugin/cli/tiktok-auth.conf.sample plugin/cli/advertisers.csv.sample
