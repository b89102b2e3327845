# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	plugin/core/alert.c plugin/core/alert.h \
	plugin/core/alert_trouble.c plugin/core/alert_trouble.h \
	plugin/core/answer.c plugin/core/answer.h \
	plugin/core/answer_list.c \
	plugin/core/backoff.c plugin/core/backoff.h \
	plugin/core/batches.c plugin/core/batches.h \
	plugin/core/board.c plugin/core/board.h \
	plugin/core/catalog.c plugin/core/catalog.h \
	plugin/core/catalog_codes.c \
	plugin/core/cause.c plugin/core/cause.h \
	plugin/core/cause_table.c plugin/core/cause_table.h \
	plugin/core/complaint.c plugin/core/complaint.h \
	plugin/core/complaint_walk.c plugin/core/complaint_walk.h \
	plugin/core/config.c plugin/core/config.h \
	plugin/core/config_build.h \
	plugin/core/config_feed.c \
	plugin/core/config_notify.c \
	plugin/core/config_own.c \
	plugin/core/config_read.c \
	plugin/core/config_table.c plugin/core/config_table.h \
	plugin/core/config_token_line.c \
	plugin/core/config_value.c plugin/core/config_value.h \
	plugin/core/explain.c plugin/core/explain.h \
	plugin/core/explain_json.c \
	plugin/core/explain_told.c plugin/core/explain_told.h \
	plugin/core/family.c plugin/core/family.h \
	plugin/core/family_table.c plugin/core/family_table.h \
	plugin/core/feed.c plugin/core/feed.h \
	plugin/core/feed_icinga.c plugin/core/feed_icinga.h \
	plugin/core/feed_nagios.c plugin/core/feed_nagios.h \
	plugin/core/fix_line.c plugin/core/fix_line.h \
	plugin/core/generate.c plugin/core/generate.h \
	plugin/core/generate_icinga2.c \
	plugin/core/generate_nagios.c \
	plugin/core/group.c plugin/core/group.h \
	plugin/core/grow.c plugin/core/grow.h \
	plugin/core/hours.c plugin/core/hours.h \
	plugin/core/html.c plugin/core/html.h \
	plugin/core/inventory.c plugin/core/inventory.h \
	plugin/core/inventory_build.h \
	plugin/core/inventory_csv.c \
	plugin/core/inventory_row.c \
	plugin/core/judgement.c plugin/core/judgement.h \
	plugin/core/judgement_notes.c \
	plugin/core/judgement_parts.h \
	plugin/core/judgement_refusal.c \
	plugin/core/loss.c plugin/core/loss.h \
	plugin/core/lost_series.c plugin/core/lost_series.h \
	plugin/core/mail.c plugin/core/mail.h \
	plugin/core/mail_case.c plugin/core/mail_case.h \
	plugin/core/member_walk.c plugin/core/member_walk.h \
	plugin/core/memory.c plugin/core/memory.h \
	plugin/core/mention.c plugin/core/mention.h \
	plugin/core/merge.c plugin/core/merge.h \
	plugin/core/merge_advertiser.c \
	plugin/core/merge_change.c \
	plugin/core/merge_private.h \
	plugin/core/merge_root.c \
	plugin/core/merge_token.c \
	plugin/core/message.c plugin/core/message.h \
	plugin/core/message_alertmanager.c \
	plugin/core/message_answer.c \
	plugin/core/message_pagerduty.c \
	plugin/core/message_slack.c \
	plugin/core/message_webhook.c \
	plugin/core/message_words.c plugin/core/message_words.h \
	plugin/core/mib.c plugin/core/mib.h plugin/core/mib_objects.h \
	plugin/core/name_index.c plugin/core/name_index.h \
	plugin/core/nearest.c plugin/core/nearest.h \
	plugin/core/notice.c plugin/core/notice.h \
	plugin/core/notice_event.c \
	plugin/core/notice_join.c plugin/core/notice_join.h \
	plugin/core/notice_json.c \
	plugin/core/notice_private.h \
	plugin/core/notice_source.c plugin/core/notice_source.h \
	plugin/core/output.h \
	plugin/core/output_json.c \
	plugin/core/output_line.c \
	plugin/core/output_text.c \
	plugin/core/output_words.c plugin/core/output_words.h \
	plugin/core/permission.c plugin/core/permission.h \
	plugin/core/oauth_callback.c plugin/core/oauth_callback.h \
	plugin/core/oauth_choice.c plugin/core/oauth_choice.h \
	plugin/core/oauth_grant.c plugin/core/oauth_grant.h \
	plugin/core/oauth_name.c plugin/core/oauth_name.h \
	plugin/core/oauth_portal.c plugin/core/oauth_portal.h \
	plugin/core/plan.c plugin/core/plan.h \
	plugin/core/quota.c plugin/core/quota.h \
	plugin/core/range.c plugin/core/range.h \
	plugin/core/rate.c plugin/core/rate.h \
	plugin/core/reauth_link.c plugin/core/reauth_link.h \
	plugin/core/reauth_url.c plugin/core/reauth_url.h \
	plugin/core/receiver.c plugin/core/receiver.h \
	plugin/core/refresh.c plugin/core/refresh.h \
	plugin/core/refresh_verdict.c \
	plugin/core/report_csv.c plugin/core/report_csv.h \
	plugin/core/report_curve.c \
	plugin/core/report_gather.c \
	plugin/core/report_page.c plugin/core/report_page.h \
	plugin/core/report_private.h \
	plugin/core/report_problems.c \
	plugin/core/report_roots.c \
	plugin/core/report_rows.c \
	plugin/core/report_tally.c plugin/core/report_tally.h \
	plugin/core/report_words.c \
	plugin/core/roster.c plugin/core/roster.h \
	plugin/core/route.c plugin/core/route.h \
	plugin/core/serve_page.c plugin/core/serve_page.h \
	plugin/core/snapshot.c plugin/core/snapshot.h \
	plugin/core/snapshot_encode.c \
	plugin/core/snapshot_format.h \
	plugin/core/state.c plugin/core/state.h \
	plugin/core/sweep.c plugin/core/sweep.h \
	plugin/core/sweep_info.c \
	plugin/core/sweep_list.c \
	plugin/core/sweep_private.h \
	plugin/core/sweep_probe.c \
	plugin/core/sweep_token.c \
	plugin/core/upload.c plugin/core/upload.h \
	plugin/core/upload_list.c plugin/core/upload_list.h \
	plugin/core/upload_output.c plugin/core/upload_output.h \
	plugin/core/upload_poll.c plugin/core/upload_poll.h \
	plugin/core/url.c plugin/core/url.h \
	plugin/core/words.c plugin/core/words.h \
	plugin/core/words_canon.c plugin/core/words_canon.h \
	plugin/core/words_find.c
