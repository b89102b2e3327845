/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The token list of [tokens]: a file of JSON lines, or the output of a command. */
#ifndef TTA_PROBE_TOKENS_H
#define TTA_PROBE_TOKENS_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>

/* What [tokens] names, as text that holds secrets: `out` is begun here, the caller wipes it either way. Nothing
 * named: true, and empty. False with *err: the file can't be read or others could read it, or the command can't be
 * run, failed or took over 30 s. Without a shell: the command's words are split at blanks, its first is an
 * absolute path. */
bool tokens_read(const struct config *config, struct buf *out, struct err *err) TTA_MUST_CHECK;
/* Where they come from, for complaints: the path of the file, or words for the command, whose arguments are not
 * shown. "" when nothing is named. */
const char *tokens_source(const struct config *config);
/* Hands every line to config_token_line. */
void tokens_feed(struct config *config, const char *source, const struct buf *text);

/* Writes name, app and grantor of the tokens from index `first` on to "tokens.accepted" in the state folder, when
 * they differ from what lies there; no secret. False with *err when it can't be written. */
bool tokens_remember(const struct config *config, size_t first, struct err *err) TTA_MUST_CHECK;
/* How many are remembered; *gone: how many of them the configuration has not. */
size_t tokens_remembered(const struct config *config, size_t *gone);
/* Feeds the remembered ones that the configuration has not, for when [tokens] can't be read or is cut short: their
 * advertisers stay what they were. Returns the index of the first; the caller makes them unusable, because they
 * have no secret, when the configuration is finished. */
size_t tokens_recall(struct config *config);

#endif
