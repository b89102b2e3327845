# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libprobe.a
libprobe_a_SOURCES = \
	plugin/probe/accepted.c plugin/probe/accepted.h \
	plugin/probe/adopt.c plugin/probe/adopt.h \
	plugin/probe/alert_log.c plugin/probe/alert_log.h \
	plugin/probe/ask.c plugin/probe/ask.h \
	plugin/probe/audit.c plugin/probe/audit.h \
	plugin/probe/command.c plugin/probe/command.h \
	plugin/probe/connect.c plugin/probe/connect.h plugin/probe/connect_private.h \
	plugin/probe/connect_begin.c plugin/probe/connect_digest.h \
	plugin/probe/connect_cover.c \
	plugin/probe/connect_exchange.c \
	plugin/probe/connect_hand.c \
	plugin/probe/connect_listen.c plugin/probe/connect_listen.h \
	plugin/probe/connect_place.c \
	plugin/probe/connect_words.c \
	plugin/probe/config_file.c plugin/probe/config_file.h \
	plugin/probe/discover.c plugin/probe/discover.h \
	plugin/probe/doctor.c plugin/probe/doctor.h \
	plugin/probe/doctor_api.c \
	plugin/probe/doctor_connect.c \
	plugin/probe/doctor_feed.c \
	plugin/probe/doctor_files.c \
	plugin/probe/doctor_serve.c \
	plugin/probe/doctor_notify.c \
	plugin/probe/doctor_private.h \
	plugin/probe/doctor_renewal.c \
	plugin/probe/enqueue.c plugin/probe/enqueue.h \
	plugin/probe/env.c plugin/probe/env.h \
	plugin/probe/feed.c plugin/probe/feed.h \
	plugin/probe/feed_adhoc.c \
	plugin/probe/feed_ground.c \
	plugin/probe/feed_private.h \
	plugin/probe/feed_rest.c \
	plugin/probe/feed_spool.c \
	plugin/probe/feed_state.c plugin/probe/feed_state.h \
	plugin/probe/handover.c plugin/probe/handover.h \
	plugin/probe/heard.c plugin/probe/heard.h \
	plugin/probe/forget.c plugin/probe/forget.h \
	plugin/probe/history.c plugin/probe/history.h \
	plugin/probe/latest.c plugin/probe/latest.h \
	plugin/probe/losses.c plugin/probe/losses.h \
	plugin/probe/members.c \
	plugin/probe/needs.c plugin/probe/needs.h \
	plugin/probe/own.c plugin/probe/own.h \
	plugin/probe/post.c plugin/probe/post.h \
	plugin/probe/notify.c plugin/probe/notify.h plugin/probe/notify_private.h \
	plugin/probe/notify_book.c \
	plugin/probe/notify_compose.c \
	plugin/probe/notify_group.c \
	plugin/probe/notify_letter.c \
	plugin/probe/notify_log.c \
	plugin/probe/notify_run.c plugin/probe/notify_run.h \
	plugin/probe/notify_send.c \
	plugin/probe/notify_spool.c \
	plugin/probe/notify_take.c \
	plugin/probe/notify_target.c \
	plugin/probe/notify_try.c plugin/probe/notify_try.h \
	plugin/probe/probe.h \
	plugin/probe/publish.c plugin/probe/publish.h \
	plugin/probe/published.c plugin/probe/published.h \
	plugin/probe/reauth_sign.c plugin/probe/reauth_sign.h \
	plugin/probe/recall.c plugin/probe/recall.h \
	plugin/probe/recall_past.c \
	plugin/probe/recall_record.c \
	plugin/probe/recall_snapshot.c \
	plugin/probe/refresh_run.c plugin/probe/refresh_run.h \
	plugin/probe/refresher.c plugin/probe/refresher.h \
	plugin/probe/renewal.c plugin/probe/renewal.h \
	plugin/probe/restore.c plugin/probe/restore.h \
	plugin/probe/retire.c plugin/probe/retire.h \
	plugin/probe/retired.c plugin/probe/retired.h \
	plugin/probe/round.c plugin/probe/round.h plugin/probe/round_private.h \
	plugin/probe/round_publish.c \
	plugin/probe/round_refresh.c \
	plugin/probe/round_token.c \
	plugin/probe/said_row.c plugin/probe/said_row.h \
	plugin/probe/serve.c plugin/probe/serve.h plugin/probe/serve_private.h \
	plugin/probe/serve_answer.c \
	plugin/probe/serve_job.c \
	plugin/probe/setup.c plugin/probe/setup.h \
	plugin/probe/slot.c plugin/probe/slot.h \
	plugin/probe/spawn.c plugin/probe/spawn.h \
	plugin/probe/spool.c plugin/probe/spool.h \
	plugin/probe/standing.c plugin/probe/standing.h \
	plugin/probe/sweeper.c plugin/probe/sweeper.h \
	plugin/probe/token_lock.c plugin/probe/token_lock.h \
	plugin/probe/token_sweep.c plugin/probe/token_sweep.h \
	plugin/probe/tokens.c plugin/probe/tokens.h \
	plugin/probe/turn.c plugin/probe/turn.h \
	plugin/probe/uploads.c plugin/probe/uploads.h \
	plugin/probe/view.c plugin/probe/view.h \
	plugin/probe/view_feed.c \
	plugin/probe/view_program.c plugin/probe/view_program.h \
	plugin/probe/view_videos.c \
	plugin/probe/watch.c plugin/probe/watch.h \
	plugin/probe/watched.c plugin/probe/watched.h \
	plugin/probe/worker.c plugin/probe/worker.h
