# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# pytest over the built programs: with the sandbox server in "make check", with real engines in "make check-system".
integration_python = \
	tests/integration/conftest.py \
	tests/integration/sandbox.py \
	tests/integration/test_sandbox.py

EXTRA_DIST += $(integration_python) tests/integration/run.sh
if HAVE_SANDBOX
TESTS += tests/integration/run.sh
endif

.PHONY: check-system
check-system: all $(check_PROGRAMS) $(noinst_PROGRAMS)
	srcdir='$(abs_top_srcdir)' TTA_BUILDDIR='$(abs_top_builddir)' PYTHON3='$(PYTHON3)' \
	    sh $(srcdir)/tests/integration/run.sh system
