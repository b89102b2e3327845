/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A notice to begin with. */
#ifndef TTA_TESTS_NOTICE_FIXTURE_H
#define TTA_TESTS_NOTICE_FIXTURE_H

#include "core/notice.h"

/* 2026-11-22T03:00:00Z: when it happened. */
extern const int64_t NOTICE_NOW;

/* Acme GmbH lost its app access, as the agent tells it; every field that an advertiser's loss has is filled. */
struct notice notice_fixture(void);

#endif
