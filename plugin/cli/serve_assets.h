/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Style of the pages of serve: serve.css as text, with its hash for the page's policy. */
#ifndef TTA_CLI_SERVE_ASSETS_H
#define TTA_CLI_SERVE_ASSETS_H

extern const char serve_css[], serve_css_hash[];

#endif
