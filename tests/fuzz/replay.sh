#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs every fuzz target over its corpus: tests/fuzz/fuzz_NAME.c over tests/fuzz/corpus/NAME. A new target needs
# no line here; one without program or corpus is a failure.
srcdir=${srcdir:-.}
failed=0
targets=0
for source in "$srcdir"/tests/fuzz/fuzz_*.c; do
    name=${source##*/fuzz_}
    name=${name%.c}
    targets=$((targets + 1))
    echo "fuzz_$name:"
    # -runs=0 is for libFuzzer: the corpus and nothing more.
    tests/fuzz/fuzz_"$name" -runs=0 "$srcdir/tests/fuzz/corpus/$name" || {
        echo "fuzz_$name failed over $srcdir/tests/fuzz/corpus/$name"
        failed=1
    }
done
echo "$targets fuzz targets"
[ "$failed" -eq 0 ] && [ "$targets" -gt 0 ]
