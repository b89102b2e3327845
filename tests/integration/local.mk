# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# pytest over the built programs: with the sandbox server in "make check", with real engines in "make check-system".
integration_python = \
	tests/integration/browser.py \
	tests/integration/conftest.py \
	tests/integration/consent.py \
	tests/integration/duty.py \
	tests/integration/engine_alertmanager.py \
	tests/integration/engine_icinga.py \
	tests/integration/engine_nagios.py \
	tests/integration/machine.py \
	tests/integration/receiver.py \
	tests/integration/receiver_pagerduty.py \
	tests/integration/receiver_webhook.py \
	tests/integration/sandbox.py \
	tests/integration/scene.py \
	tests/integration/serving.py \
	tests/integration/snmp.py \
	tests/integration/telling.py \
	tests/integration/test_agent_background.py \
	tests/integration/test_agent_notify.py \
	tests/integration/test_agent_restart.py \
	tests/integration/test_agent_tree.py \
	tests/integration/test_bad_input.py \
	tests/integration/test_causes.py \
	tests/integration/test_cli.py \
	tests/integration/test_confirmation.py \
	tests/integration/test_engines.py \
	tests/integration/test_fast_path.py \
	tests/integration/test_feed.py \
	tests/integration/test_feed_agent.py \
	tests/integration/test_forget.py \
	tests/integration/test_generate.py \
	tests/integration/test_install.py \
	tests/integration/test_messages.py \
	tests/integration/test_mib.py \
	tests/integration/test_misbehaviour.py \
	tests/integration/test_oncall.py \
	tests/integration/test_oncall_alertmanager.py \
	tests/integration/test_oncall_engines.py \
	tests/integration/test_oncall_kill.py \
	tests/integration/test_options.py \
	tests/integration/test_quota.py \
	tests/integration/test_reauthorize.py \
	tests/integration/test_receivers.py \
	tests/integration/test_refresh.py \
	tests/integration/test_report.py \
	tests/integration/test_report_page.py \
	tests/integration/test_sandbox.py \
	tests/integration/test_secrets.py \
	tests/integration/test_serve.py \
	tests/integration/test_serve_browser.py \
	tests/integration/test_single_flight.py \
	tests/integration/test_store.py \
	tests/integration/test_systemd.py \
	tests/integration/test_valgrind.py \
	tests/integration/test_videos.py \
	tests/integration/tree.py \
	tests/integration/watching.py \
	tests/integration/wire.py

EXTRA_DIST += $(integration_python) tests/integration/machine_steps.sh tests/integration/run.sh \
	tests/integration/variants.tsv
if HAVE_SANDBOX
TESTS += tests/integration/run.sh
endif

.PHONY: check-system
check-system: all $(check_PROGRAMS) $(noinst_PROGRAMS)
	srcdir='$(abs_top_srcdir)' TTA_BUILDDIR='$(abs_top_builddir)' PYTHON3='$(PYTHON3)' \
	    sh $(srcdir)/tests/integration/run.sh system

# What a hostile master agent sends: a part of check-system, for a build under the sanitizers.
.PHONY: check-hostile
check-hostile: all $(noinst_PROGRAMS)
	srcdir='$(abs_top_srcdir)' TTA_BUILDDIR='$(abs_top_builddir)' PYTHON3='$(PYTHON3)' \
	    sh $(srcdir)/tests/integration/run.sh system -k 'no_pdu or requests_of_any_size'
