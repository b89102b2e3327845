# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0

# Configurations and inventories from literals: tests/unit/config_fixture.h.
CONFIG_FIXTURE_SOURCES = tests/unit/config_fixture.c tests/unit/config_fixture.h

check_PROGRAMS += tests/unit/test_complaint
TESTS += tests/unit/test_complaint
tests_unit_test_complaint_SOURCES = tests/unit/test_complaint.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_complaint_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_complaint_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_complaint_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_config
TESTS += tests/unit/test_config
tests_unit_test_config_SOURCES = tests/unit/test_config.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_config_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_config_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_config_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_config_table
TESTS += tests/unit/test_config_table
tests_unit_test_config_table_SOURCES = tests/unit/test_config_table.c $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_config_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_config_table_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_config_token_line
TESTS += tests/unit/test_config_token_line
tests_unit_test_config_token_line_SOURCES = tests/unit/test_config_token_line.c $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_config_token_line_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_config_token_line_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_inventory
TESTS += tests/unit/test_inventory
tests_unit_test_inventory_SOURCES = tests/unit/test_inventory.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_inventory_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_inventory_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_inventory_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_name_index
TESTS += tests/unit/test_name_index
tests_unit_test_name_index_SOURCES = tests/unit/test_name_index.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_name_index_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_name_index_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_name_index_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_nearest
TESTS += tests/unit/test_nearest
tests_unit_test_nearest_SOURCES = tests/unit/test_nearest.c
tests_unit_test_nearest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_nearest_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_permission
TESTS += tests/unit/test_permission
tests_unit_test_permission_SOURCES = tests/unit/test_permission.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_permission_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_permission_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_permission_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_url
TESTS += tests/unit/test_url
tests_unit_test_url_SOURCES = tests/unit/test_url.c
tests_unit_test_url_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_url_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

# A board in trouble: tests/unit/board_fixture.h.
BOARD_FIXTURE_SOURCES = tests/unit/board_fixture.c tests/unit/board_fixture.h

check_PROGRAMS += tests/unit/test_judgement
TESTS += tests/unit/test_judgement
tests_unit_test_judgement_SOURCES = tests/unit/test_judgement.c $(BOARD_FIXTURE_SOURCES) $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_judgement_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_judgement_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_output
TESTS += tests/unit/test_output
tests_unit_test_output_SOURCES = tests/unit/test_output.c $(BOARD_FIXTURE_SOURCES) $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_output_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_output_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_range
TESTS += tests/unit/test_range
tests_unit_test_range_SOURCES = tests/unit/test_range.c
tests_unit_test_range_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_range_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_snapshot
TESTS += tests/unit/test_snapshot
tests_unit_test_snapshot_SOURCES = tests/unit/test_snapshot.c $(BOARD_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_snapshot_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_snapshot_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_snapshot_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

# Tables of facts: tests/unit/tsv.h.
TSV_SOURCES = tests/unit/tsv.c tests/unit/tsv.h
EXTRA_DIST += tests/unit/facts

check_PROGRAMS += tests/unit/test_answer
TESTS += tests/unit/test_answer
tests_unit_test_answer_SOURCES = tests/unit/test_answer.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_answer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_answer_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_answer_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_catalog
TESTS += tests/unit/test_catalog
tests_unit_test_catalog_SOURCES = tests/unit/test_catalog.c $(TSV_SOURCES)
tests_unit_test_catalog_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_catalog_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_cause
TESTS += tests/unit/test_cause
tests_unit_test_cause_SOURCES = tests/unit/test_cause.c $(TSV_SOURCES)
tests_unit_test_cause_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cause_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_explain
TESTS += tests/unit/test_explain
tests_unit_test_explain_SOURCES = tests/unit/test_explain.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_explain_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_explain_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_explain_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_mention
TESTS += tests/unit/test_mention
tests_unit_test_mention_SOURCES = tests/unit/test_mention.c
tests_unit_test_mention_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_mention_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_state
TESTS += tests/unit/test_state
tests_unit_test_state_SOURCES = tests/unit/test_state.c
tests_unit_test_state_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_state_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_words
TESTS += tests/unit/test_words
tests_unit_test_words_SOURCES = tests/unit/test_words.c
tests_unit_test_words_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_words_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_mail
TESTS += tests/unit/test_mail
tests_unit_test_mail_SOURCES = tests/unit/test_mail.c
tests_unit_test_mail_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_mail_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_backoff
TESTS += tests/unit/test_backoff
tests_unit_test_backoff_SOURCES = tests/unit/test_backoff.c
tests_unit_test_backoff_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_backoff_LDADD = libcore.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_batches
TESTS += tests/unit/test_batches
tests_unit_test_batches_SOURCES = tests/unit/test_batches.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_batches_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_batches_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_batches_LDADD = libcore.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_refresh
TESTS += tests/unit/test_refresh
tests_unit_test_refresh_SOURCES = tests/unit/test_refresh.c
tests_unit_test_refresh_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_refresh_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_memory
TESTS += tests/unit/test_memory
tests_unit_test_memory_SOURCES = tests/unit/test_memory.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_memory_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_memory_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_memory_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_merge
TESTS += tests/unit/test_merge
tests_unit_test_merge_SOURCES = tests/unit/test_merge.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_merge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_merge_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_merge_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_plan
TESTS += tests/unit/test_plan
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_plan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_plan_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_plan_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_quota
TESTS += tests/unit/test_quota
tests_unit_test_quota_SOURCES = tests/unit/test_quota.c
tests_unit_test_quota_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_quota_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_sweep
TESTS += tests/unit/test_sweep
tests_unit_test_sweep_SOURCES = tests/unit/test_sweep.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_sweep_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sweep_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_sweep_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_alert
TESTS += tests/unit/test_alert
tests_unit_test_alert_SOURCES = tests/unit/test_alert.c $(BOARD_FIXTURE_SOURCES) $(CONFIG_FIXTURE_SOURCES) \
	$(ALLOC_FAIL_SOURCES)
tests_unit_test_alert_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_alert_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_alert_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_fix_line
TESTS += tests/unit/test_fix_line
tests_unit_test_fix_line_SOURCES = tests/unit/test_fix_line.c $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_fix_line_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fix_line_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_mib
TESTS += tests/unit/test_mib
tests_unit_test_mib_SOURCES = tests/unit/test_mib.c
tests_unit_test_mib_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_mib_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

# The tables as text, for tests/integration/test_mib.py.
check_PROGRAMS += tests/unit/mib_dump
tests_unit_mib_dump_SOURCES = tests/unit/mib_dump.c
tests_unit_mib_dump_LDADD = libcore.a libbase.a

# report
check_PROGRAMS += tests/unit/test_html
TESTS += tests/unit/test_html
tests_unit_test_html_SOURCES = tests/unit/test_html.c
tests_unit_test_html_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_html_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_loss
TESTS += tests/unit/test_loss
tests_unit_test_loss_SOURCES = tests/unit/test_loss.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_loss_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_loss_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_loss_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_report
TESTS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c $(BOARD_FIXTURE_SOURCES) $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_report_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

# Who and what the engines know.
check_PROGRAMS += tests/unit/test_generate
TESTS += tests/unit/test_generate
tests_unit_test_generate_SOURCES = tests/unit/test_generate.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_generate_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_generate_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_generate_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_hours
TESTS += tests/unit/test_hours
tests_unit_test_hours_SOURCES = tests/unit/test_hours.c
tests_unit_test_hours_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_hours_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_roster
TESTS += tests/unit/test_roster
tests_unit_test_roster_SOURCES = tests/unit/test_roster.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_roster_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_roster_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_roster_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_feed
TESTS += tests/unit/test_feed
tests_unit_test_feed_SOURCES = tests/unit/test_feed.c $(BOARD_FIXTURE_SOURCES) $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_feed_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_feed_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_feed_icinga
TESTS += tests/unit/test_feed_icinga
tests_unit_test_feed_icinga_SOURCES = tests/unit/test_feed_icinga.c
tests_unit_test_feed_icinga_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_feed_icinga_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

# A notice to begin with: tests/unit/notice_fixture.h.
NOTICE_FIXTURE_SOURCES = tests/unit/notice_fixture.c tests/unit/notice_fixture.h

check_PROGRAMS += tests/unit/test_notice
TESTS += tests/unit/test_notice
tests_unit_test_notice_SOURCES = tests/unit/test_notice.c $(NOTICE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_notice_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notice_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_notice_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_notice_source
TESTS += tests/unit/test_notice_source
tests_unit_test_notice_source_SOURCES = tests/unit/test_notice_source.c $(BOARD_FIXTURE_SOURCES) \
	$(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_notice_source_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notice_source_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_notice_source_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_route
TESTS += tests/unit/test_route
tests_unit_test_route_SOURCES = tests/unit/test_route.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_route_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_route_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_route_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_message
TESTS += tests/unit/test_message
tests_unit_test_message_SOURCES = tests/unit/test_message.c $(NOTICE_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_message_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_message_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_message_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_group
TESTS += tests/unit/test_group
tests_unit_test_group_SOURCES = tests/unit/test_group.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_group_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_group_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_group_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_oauth
TESTS += tests/unit/test_oauth
tests_unit_test_oauth_SOURCES = tests/unit/test_oauth.c
tests_unit_test_oauth_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_oauth_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_reauth_link
TESTS += tests/unit/test_reauth_link
tests_unit_test_reauth_link_SOURCES = tests/unit/test_reauth_link.c $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_reauth_link_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reauth_link_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_upload
TESTS += tests/unit/test_upload
tests_unit_test_upload_SOURCES = tests/unit/test_upload.c $(CONFIG_FIXTURE_SOURCES) $(ALLOC_FAIL_SOURCES)
tests_unit_test_upload_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upload_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_upload_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_upload_output
TESTS += tests/unit/test_upload_output
tests_unit_test_upload_output_SOURCES = tests/unit/test_upload_output.c $(CONFIG_FIXTURE_SOURCES)
tests_unit_test_upload_output_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upload_output_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_upload_poll
TESTS += tests/unit/test_upload_poll
tests_unit_test_upload_poll_SOURCES = tests/unit/test_upload_poll.c $(ALLOC_FAIL_SOURCES)
tests_unit_test_upload_poll_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upload_poll_LDFLAGS = $(AM_LDFLAGS) $(ALLOC_FAIL_LDFLAGS)
tests_unit_test_upload_poll_LDADD = libcore.a libext.a libbase.a $(CJSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_rate
TESTS += tests/unit/test_rate
tests_unit_test_rate_SOURCES = tests/unit/test_rate.c
tests_unit_test_rate_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_rate_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_serve_page
TESTS += tests/unit/test_serve_page
tests_unit_test_serve_page_SOURCES = tests/unit/test_serve_page.c
tests_unit_test_serve_page_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_serve_page_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)
