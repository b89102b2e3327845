/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Configurations and inventories from literals, and complaints as text to compare with. */
#ifndef TTA_TESTS_CONFIG_FIXTURE_H
#define TTA_TESTS_CONFIG_FIXTURE_H

#include "core/inventory.h"

/* "/etc/tta/t.conf": the path that the configurations below believe to have. */
extern const char config_fixture_path[];

/* A configuration that is not finished yet, fed with this INI text. NULL: out of memory. */
struct config *config_fixture_begin(const char *ini, struct complaints *complaints);
/* The same, finished; fails the test when memory runs out. */
struct config *config_fixture(const char *ini, struct complaints *complaints);
/* The inventory of one CSV text called "a.csv" (NULL: none) and the config's sections; fails the test as above. */
struct inventory *inventory_fixture(const struct config *config, const char *csv, struct complaints *complaints);

/* All complaints, one a line: "FILE line N: text @SUBJECT NAME". Good until the next call. */
const char *complaints_shown(const struct complaints *complaints);
/* Fails the test unless these, and only these, were made; then empties the list. */
void assert_complaints(struct complaints *complaints, const char *shown);
/* Fails the test unless a text of theirs holds this; the list stays. */
void assert_complaint_holds(const struct complaints *complaints, const char *part);

#endif
