# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/test_check_options
TESTS += tests/unit/test_check_options
tests_unit_test_check_options_SOURCES = tests/unit/test_check_options.c plugin/check/options.c plugin/check/options.h
tests_unit_test_check_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_check_options_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_spawn
TESTS += tests/unit/test_spawn
tests_unit_test_spawn_SOURCES = tests/unit/test_spawn.c
tests_unit_test_spawn_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_spawn_LDADD = libprobe.a libbase.a $(CMOCKA_LIBS)

# A script in place of the sweep program: tests/unit/sweep_stand_in.h.
SWEEP_STAND_IN_SOURCES = tests/unit/sweep_stand_in.c tests/unit/sweep_stand_in.h

check_PROGRAMS += tests/unit/test_check
TESTS += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c $(BOARD_FIXTURE_SOURCES) $(SCRATCH_SOURCES) \
	$(SWEEP_STAND_IN_SOURCES) plugin/check/check.c plugin/check/check.h plugin/check/options.c \
	plugin/check/options.h plugin/check/videos.c plugin/check/videos.h plugin/check/watchdog.c \
	plugin/check/watchdog.h
tests_unit_test_check_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_check_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=open
tests_unit_test_check_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS) -lpthread

check_PROGRAMS += tests/unit/test_view
TESTS += tests/unit/test_view
tests_unit_test_view_SOURCES = tests/unit/test_view.c $(BOARD_FIXTURE_SOURCES) $(SCRATCH_SOURCES) \
	$(SWEEP_STAND_IN_SOURCES)
tests_unit_test_view_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_view_LDADD = libprobe.a libcore.a libext.a libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)

# Configurations with their files, and an API that answers from a list: tests/unit/probe_fixture.h.
PROBE_FIXTURE_SOURCES = tests/unit/probe_fixture.c tests/unit/probe_fixture.h $(SCRATCH_SOURCES)

check_PROGRAMS += tests/unit/test_adopt
TESTS += tests/unit/test_adopt
tests_unit_test_adopt_SOURCES = tests/unit/test_adopt.c $(PROBE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_adopt_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_adopt_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_adopt_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_discover
TESTS += tests/unit/test_discover
tests_unit_test_discover_SOURCES = tests/unit/test_discover.c $(PROBE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_discover_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_discover_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_discover_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_doctor
TESTS += tests/unit/test_doctor
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c $(PROBE_FIXTURE_SOURCES) $(BOARD_FIXTURE_SOURCES) \
	$(ALLOC_FAIL_SOURCES)
tests_unit_test_doctor_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_doctor_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_doctor_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_history
TESTS += tests/unit/test_history
tests_unit_test_history_SOURCES = tests/unit/test_history.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_history_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_history_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_losses
TESTS += tests/unit/test_losses
tests_unit_test_losses_SOURCES = tests/unit/test_losses.c $(PROBE_FIXTURE_SOURCES) $(BOARD_FIXTURE_SOURCES)
tests_unit_test_losses_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_losses_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_audit
TESTS += tests/unit/test_audit
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_audit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_audit_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_watch
TESTS += tests/unit/test_watch
tests_unit_test_watch_SOURCES = tests/unit/test_watch.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_watch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_watch_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_retire
TESTS += tests/unit/test_retire
tests_unit_test_retire_SOURCES = tests/unit/test_retire.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_retire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_retire_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_setup
TESTS += tests/unit/test_setup
tests_unit_test_setup_SOURCES = tests/unit/test_setup.c $(PROBE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_setup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_setup_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_setup_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_reauth_sign
TESTS += tests/unit/test_reauth_sign
tests_unit_test_reauth_sign_SOURCES = tests/unit/test_reauth_sign.c $(PROBE_FIXTURE_SOURCES) $(BOARD_FIXTURE_SOURCES)
tests_unit_test_reauth_sign_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reauth_sign_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) \
	$(INIH_LIBS) $(CMOCKA_LIBS)

# The operator's tool without its main.
check_PROGRAMS += tests/unit/test_command
TESTS += tests/unit/test_command
tests_unit_test_command_SOURCES = tests/unit/test_command.c $(PROBE_FIXTURE_SOURCES) $(BOARD_FIXTURE_SOURCES) \
	$(CLI_SOURCES)
nodist_tests_unit_test_command_SOURCES = $(CLI_MADE)
tests_unit_test_command_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_command_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(MICROHTTPD_LIBS) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_table
TESTS += tests/unit/test_table
tests_unit_test_table_SOURCES = tests/unit/test_table.c plugin/cli/screen.c plugin/cli/screen.h plugin/cli/table.c \
	plugin/cli/table.h $(ALLOC_FAIL_SOURCES)
tests_unit_test_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_table_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_table_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

# A simulated API and real rounds over it: tests/simulation/scene.h.
SCENE_SOURCES = tests/simulation/scene.c tests/simulation/scene.h tests/simulation/world.c tests/simulation/world.h \
	$(SCRATCH_SOURCES)
SCENE_LIBS = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_refresher
TESTS += tests/unit/test_refresher
tests_unit_test_refresher_SOURCES = tests/unit/test_refresher.c $(SCENE_SOURCES)
tests_unit_test_refresher_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_refresher_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_ask
TESTS += tests/unit/test_ask
tests_unit_test_ask_SOURCES = tests/unit/test_ask.c $(SCENE_SOURCES)
tests_unit_test_ask_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ask_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_members
TESTS += tests/unit/test_members
tests_unit_test_members_SOURCES = tests/unit/test_members.c $(SCENE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_members_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_members_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_members_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_needs
TESTS += tests/unit/test_needs
tests_unit_test_needs_SOURCES = tests/unit/test_needs.c $(SCENE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_needs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_needs_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_needs_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_publish
TESTS += tests/unit/test_publish
tests_unit_test_publish_SOURCES = tests/unit/test_publish.c $(SCENE_SOURCES)
tests_unit_test_publish_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_publish_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_recall
TESTS += tests/unit/test_recall
tests_unit_test_recall_SOURCES = tests/unit/test_recall.c $(SCENE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_recall_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_recall_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_recall_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_round
TESTS += tests/unit/test_round
tests_unit_test_round_SOURCES = tests/unit/test_round.c $(SCENE_SOURCES)
tests_unit_test_round_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_round_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_slot
TESTS += tests/unit/test_slot
tests_unit_test_slot_SOURCES = tests/unit/test_slot.c $(SCENE_SOURCES)
tests_unit_test_slot_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_slot_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_token_sweep
TESTS += tests/unit/test_token_sweep
tests_unit_test_token_sweep_SOURCES = tests/unit/test_token_sweep.c $(SCENE_SOURCES)
tests_unit_test_token_sweep_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_token_sweep_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_spool
TESTS += tests/unit/test_spool
tests_unit_test_spool_SOURCES = tests/unit/test_spool.c $(PROBE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_spool_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_spool_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_spool_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_notify_deaths
TESTS += tests/unit/test_notify_deaths
tests_unit_test_notify_deaths_SOURCES = tests/unit/test_notify_deaths.c $(PROBE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_notify_deaths_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notify_deaths_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_notify_deaths_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_standing
TESTS += tests/unit/test_standing
tests_unit_test_standing_SOURCES = tests/unit/test_standing.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_standing_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_standing_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_sweeper
TESTS += tests/unit/test_sweeper
tests_unit_test_sweeper_SOURCES = tests/unit/test_sweeper.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_sweeper_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sweeper_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_worker
TESTS += tests/unit/test_worker
tests_unit_test_worker_SOURCES = tests/unit/test_worker.c
tests_unit_test_worker_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_worker_LDADD = libprobe.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_feed_rest
TESTS += tests/unit/test_feed_rest
tests_unit_test_feed_rest_SOURCES = tests/unit/test_feed_rest.c $(BOARD_FIXTURE_SOURCES) $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_feed_rest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_feed_rest_LDADD = $(SCENE_LIBS)

check_PROGRAMS += tests/unit/test_connect
TESTS += tests/unit/test_connect
tests_unit_test_connect_SOURCES = tests/unit/test_connect.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_connect_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_connect_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) \
	$(NETTLE_LIBS) $(MICROHTTPD_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_notify
TESTS += tests/unit/test_notify
tests_unit_test_notify_SOURCES = tests/unit/test_notify.c $(PROBE_FIXTURE_SOURCES)
tests_unit_test_notify_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notify_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_notify_event
TESTS += tests/unit/test_notify_event
tests_unit_test_notify_event_SOURCES = tests/unit/test_notify_event.c $(CLI_SOURCES)
nodist_tests_unit_test_notify_event_SOURCES = $(CLI_MADE)
tests_unit_test_notify_event_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notify_event_LDADD = libprobe.a libcore.a libext.a libbase.a $(CURL_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) $(INIH_LIBS) \
	$(MICROHTTPD_LIBS) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)
