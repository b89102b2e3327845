/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration that fuzz targets stand on. */
#include "small_config.h"

#include <stdlib.h>

const struct config *small_config(void)
{
    static struct config *config;
    static struct complaints complaints;

    if (!config) {
        complaints_init(&complaints);
        config = config_new("/etc/t.conf", &complaints);
        if (!config)
            abort();
        config_key(config, 2, "app main", "app_id", "1");
        config_key(config, 3, "token emea-01", "app", "main");
        if (!config_finish(config))
            abort();
    }
    return config;
}
