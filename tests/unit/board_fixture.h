/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A board to encode, judge and print: two apps, three tokens, a handful of advertisers in different trouble. */
#ifndef TTA_TESTS_BOARD_FIXTURE_H
#define TTA_TESTS_BOARD_FIXTURE_H

#include "base/buf.h"
#include "core/board.h"
#include "core/snapshot.h"

#include <stdint.h>

/* 2026-11-22T03:00:00Z: when the board below was made, and what tests take for now. */
extern const int64_t BOARD_NOW;
/* 2026-11-22T02:14:00Z: when what is lost was lost. */
extern const int64_t BOARD_LOST;

/* Indices of the advertisers, in the board's order. All but OTHER_APP are under app "main" (index 0). */
enum {
    AT_OK,       /* 7502022393087590400, token emea-01 */
    AT_LOST,     /* 7502022393087590401, Acme GmbH, revoked with code 40001, token emea-01 */
    AT_DEAD,     /* 7502022393087590402, token emea-07, which is dead with 40105 */
    AT_DEAD_TOO, /* 7502022393087590403, likewise */
    AT_WARNING,  /* 7502022393087590404, account_suspended, no code, token emea-01 */
    AT_RETIRED,  /* 7502022393087590405, not verified for a year */
    AT_ENDPOINT, /* 7502022393087590406, endpoint_permission on GET /file/video/ad/search/, token emea-01 */
    OTHER_APP,   /* 7502022393087590401 again, under app "second", token apac */
    BOARD_ADVERTISERS
};

enum { AT_EMEA_01, AT_EMEA_07, AT_APAC, BOARD_TOKENS };

/* A board to change before it is encoded; counts, roots and problems follow in board_fixture_snapshot. */
struct board_fixture {
    struct board board;
    struct board_app app[2];
    struct board_token token[BOARD_TOKENS];
    struct board_advertiser advertiser[BOARD_ADVERTISERS];
    struct board_root root[BOARD_ADVERTISERS + BOARD_TOKENS];
    uint32_t problem[BOARD_ADVERTISERS];
    struct board_complaint complaint[4];
    struct buf bytes;
    struct snapshot *snapshot;
};

void board_fixture(struct board_fixture *fixture);
/* Counts, finds roots, encodes and opens, also anew after a change; fails the test when any of that does. */
const struct snapshot *board_fixture_snapshot(struct board_fixture *fixture);
void board_fixture_free(struct board_fixture *fixture);
/* A verdict of this cause as the catalog has it, verified a minute ago, its own root. */
struct verdict board_verdict(enum cause cause, enum scope root_kind, const char *root_id);

#endif
