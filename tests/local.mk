# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
TESTS += tests/layers.sh
EXTRA_DIST += tests/all.sh tests/demo.sh tests/format.sh tests/layers.sh tests/prepare.sh tests/tally.py

include tests/sandbox/local.mk
include tests/unit/local.mk
if HAVE_CMOCKA
include tests/simulation/local.mk
endif
include tests/fuzz/local.mk
include tests/integration/local.mk
include tests/bench/local.mk
