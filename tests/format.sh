#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Fails on a C file that clang-format would change.
cd "$(dirname "$0")/.." || exit 2
find plugin tests -name '*.[ch]' ! -path '*/build*/*' -exec "${CLANG_FORMAT:-clang-format}" --dry-run --Werror {} +
