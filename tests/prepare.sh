#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the build and the tests need (Debian 12, as root), then builds: prepare.sh BUILD_FOLDER [configure option ...].
# Run again it does only what is left to do.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$1
shift

packages='autoconf automake make gcc libc6-dev pkg-config libcurl4-openssl-dev libcjson-dev libsqlite3-dev libinih-dev
    libsnmp-dev libsystemd-dev nettle-dev libmicrohttpd-dev libgnutls28-dev libcmocka-dev python3 python3-pytest python3-pytest-xdist'
[ -z "${TTA_MORE_PACKAGES:-}" ] || packages="$packages $TTA_MORE_PACKAGES"

missing=
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "Installing:$missing"
    if [ "$(id -u)" -ne 0 ]; then
        echo "prepare.sh: these packages are missing; run it as root, or: apt-get install$missing" >&2
        exit 1
    fi
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# Autotools run only when their input changed.
cd "$top"
newest=$(find configure.ac Makefile.am mibs nagios plugin tests \( -name '*.mk' -o -name configure.ac -o -name Makefile.am \) -newer configure 2>/dev/null | head -n 1)
if [ ! -x configure ] || [ ! -f Makefile.in ] || [ -n "$newest" ]; then
    autoreconf -fi >/dev/null 2>&1 || autoreconf -fi
fi
mkdir -p "$build"
cd "$build"
if [ ! -f Makefile ] || [ "$top/configure" -nt config.status ]; then
    "$top/configure" --quiet "$@"
fi
make -s -j"$(nproc)" all >/dev/null
