/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration that fuzz targets stand on. */
#ifndef TTA_TESTS_SMALL_CONFIG_H
#define TTA_TESTS_SMALL_CONFIG_H

#include "core/config.h"

/* One app, one token; made once. */
const struct config *small_config(void);

#endif
