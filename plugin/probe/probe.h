/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The probe as front ends see it: this one header. */
#ifndef TTA_PROBE_PROBE_H
#define TTA_PROBE_PROBE_H

#include "core/catalog.h"
#include "core/cause.h"
#include "core/config.h"
#include "core/explain.h"
#include "core/fix_line.h"
#include "core/generate.h"
#include "core/inventory.h"
#include "core/judgement.h"
#include "core/mail.h"
#include "core/member_walk.h"
#include "core/mib.h"
#include "core/output.h"
#include "core/plan.h"
#include "core/range.h"
#include "core/report_csv.h"
#include "core/report_page.h"
#include "core/report_tally.h"
#include "core/roster.h"
#include "core/snapshot.h"
#include "ext/service.h"
#include "probe/adopt.h"
#include "probe/alert_log.h"
#include "probe/audit.h"
#include "probe/discover.h"
#include "probe/doctor.h"
#include "probe/env.h"
#include "probe/feed.h"
#include "probe/history.h"
#include "probe/latest.h"
#include "probe/losses.h"
#include "probe/retire.h"
#include "probe/retired.h"
#include "probe/round.h"
#include "probe/setup.h"
#include "probe/standing.h"
#include "probe/sweeper.h"
#include "probe/view.h"
#include "probe/worker.h"

#endif
