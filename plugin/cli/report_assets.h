/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * report.css and report.js, taken in when the program is built. */
#ifndef TTA_CLI_REPORT_ASSETS_H
#define TTA_CLI_REPORT_ASSETS_H

/* NUL-terminated; each with its hash as a Content-Security-Policy has it: "sha256-...". */
extern const char report_css[], report_css_hash[];
extern const char report_js[], report_js_hash[];

#endif
