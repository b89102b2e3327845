# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
include tests/unit/base.mk
include tests/unit/ext.mk
include tests/unit/core.mk
include tests/unit/probe.mk
include tests/unit/agent.mk
endif
