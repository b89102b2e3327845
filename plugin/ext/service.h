/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the service manager is told, and its watchdog (libsystemd). Without one, or without the library, nothing
 * happens. */
#ifndef TTA_EXT_SERVICE_H
#define TTA_EXT_SERVICE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

void service_ready(void);
void service_reloading(void);
void service_stopping(void);
/* One line that "systemctl status" shows. */
void service_status(const char *format, ...) TTA_PRINTF(1, 2);
/* How often service_alive is to be called, half of what the manager waits; 0: it does not watch. */
int64_t service_watchdog_ms(void);
void service_alive(void);
/* True when standard error goes to the journal, which takes priorities as prefixes. */
bool service_has_journal(void);

#endif
