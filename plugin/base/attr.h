/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compiler attributes under short names. */
#ifndef TTA_BASE_ATTR_H
#define TTA_BASE_ATTR_H

#define TTA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
/* The result says whether it worked: ignoring it is an error. A visible (void) with a comment is the exemption. */
#define TTA_MUST_CHECK __attribute__((warn_unused_result))
#define TTA_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
