#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# All the tests, from a fresh Debian 12: installs what they need, builds with gcc and with clang under the sanitizers, and
# ends with a line "N passed, N failed, N skipped". Needs root for the packages and for "make check-system".
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
out=${TTA_TEST_BUILD:-$top/build-tests}
failed=0

TTA_MORE_PACKAGES='clang clang-format libclang-rt-14-dev valgrind mandoc strace monitoring-plugins-basic xz-utils sqlite3 openssl
    snmp snmpd snmptrapd smitools erlang-snmp python3-yaml debootstrap systemd-container nagios4-core icinga2
    prometheus-alertmanager chromium chromium-driver python3-selenium'
export TTA_MORE_PACKAGES

step() {
    echo "== $1"
    shift
    if "$@" >"$out/step.log" 2>&1; then
        return 0
    fi
    cat "$out/step.log"
    echo "== failed: $*"
    failed=$((failed + 1))
    return 1
}

# make_check FOLDER TARGET...: runs the targets, shows what failed
make_check() {
    (cd "$1" && shift && make -s -j2 "$@" VERBOSE=1)
}

# The programs were tried above: from the tarball it is the build, the unit tests and the installation that count.
distcheck() {
    tests=$(cd "$top" && ls tests/unit/test_*.c tests/simulation/test_*.c | sed 's/\.c$//' | tr '\n' ' ')
    (cd "$out/gcc" && make -s distcheck DISTCHECK_CONFIGURE_FLAGS=--enable-werror \
        TESTS="$tests tests/fuzz/replay.sh tests/layers.sh")
}

mkdir -p "$out"
rm -f "$out"/*/tests/*/*.log "$out"/*/tests/*/*.trs "$out"/*/tests/*.log "$out"/*/tests/*.trs
step "build with gcc, warnings are errors" sh "$top/tests/prepare.sh" "$out/gcc" --enable-werror || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
step "make check" make_check "$out/gcc" check
(cd "$out/gcc" && step "make check-system" make -s check-system)
[ $? -eq 0 ] || failed=$((failed + 1))
cp "$out/step.log" "$out/gcc/tests/check-system.log"
step "build with clang, AddressSanitizer and UndefinedBehaviorSanitizer" \
    env CC=clang sh "$top/tests/prepare.sh" "$out/clang" --enable-werror --enable-sanitizers &&
    step "make check under the sanitizers" make_check "$out/clang" check
# What a hostile master sends, while every byte is watched.
step "the agent under the sanitizers" make_check "$out/clang" check-hostile
cp "$out/step.log" "$out/clang/tests/check-hostile.log"
step "clang-format" sh "$top/tests/format.sh"
step "make distcheck" distcheck
"${PYTHON3:-python3}" "$top/tests/tally.py" "$failed" "$out"/gcc "$out"/clang
