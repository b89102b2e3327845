/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The objects of the MIB as they are registered with the master agent: scalars, and tables of rows that stand in
 * the order of their indexes. Only link_process calls into them. */
#ifndef TTA_AGENT_TABLES_H
#define TTA_AGENT_TABLES_H

#include "agent/picture.h"
#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>

struct tables;

/* Registers everything; the tables are empty. `picture` is borrowed and read when questions come. NULL with *err.
 */
struct tables *tables_new(struct picture *picture, struct err *err) TTA_MUST_CHECK;
/* Replaces all rows by those of the picture: between two questions, so that nobody sees half of it. When memory
 * runs out the tables are empty, and it says so in the log. */
void tables_fill(struct tables *tables);
/* The api's problem comes with time, not with a snapshot: call this every second or so. */
void tables_look(struct tables *tables);
/* After link_stop, which frees what was registered. */
void tables_free(struct tables *tables);

#endif
