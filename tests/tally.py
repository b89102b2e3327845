#!/usr/bin/env python3
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Adds up what the test programs' logs say: tally.py FAILED_STEPS BUILD_FOLDER ...

cmocka and pytest count their own tests; any other test counts as one. The exit status is the tests'."""

import pathlib
import re
import sys


def count(log, text):
    """(passed, failed, skipped) of one test program."""
    passed = sum(int(n) for n in re.findall(r"^\[  PASSED  \] (\d+) test", text, re.M))
    failed = sum(int(n) for n in re.findall(r"^\[  FAILED  \] .*: (\d+) test", text, re.M))
    skipped = sum(int(n) for n in re.findall(r"^\[  SKIPPED \] .*: (\d+) test", text, re.M))
    for line in re.findall(r"^(?:=+ )?(\d+ (?:passed|failed|error).*) in [\d.:]+.*$", text, re.M):
        for number, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", line):
            if word == "passed":
                passed += int(number)
            elif word == "skipped":
                skipped += int(number)
            else:
                failed += int(number)
    if passed + failed + skipped == 0:
        trs = log.with_suffix(".trs")
        result = trs.read_text() if trs.exists() else ":test-result: PASS"
        if ":test-result: PASS" in result:
            passed = 1
        elif ":test-result: SKIP" in result:
            skipped = 1
        else:
            failed = 1
    elif failed == 0 and log.with_suffix(".trs").exists():
        # A crash after some tests passed is a failure too.
        if ":test-result: FAIL" in log.with_suffix(".trs").read_text():
            failed = 1
    return passed, failed, skipped


def main():
    total = [0, int(sys.argv[1]), 0]
    for folder in sys.argv[2:]:
        for log in sorted(pathlib.Path(folder, "tests").rglob("*.log")):
            for i, number in enumerate(count(log, log.read_text(errors="replace"))):
                total[i] += number
    print("%d passed, %d failed, %d skipped" % tuple(total))
    return 1 if total[1] or not total[0] else 0


sys.exit(main())
