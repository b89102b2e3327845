#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs the pytest tests of this folder: run.sh [system [pytest option ...]]. Without an argument those that need the
# sandbox server alone, with "system" those that need real engines, root or Debian's packages.
set -u
top=$(cd "${srcdir:-.}" && pwd)
TTA_BUILDDIR=${TTA_BUILDDIR:-$(pwd)}
export TTA_BUILDDIR
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
python=${PYTHON3:-python3}
case ${1:-} in
system) marker='system' ;;
*) marker='not system' ;;
esac
[ $# -eq 0 ] || shift
# Files side by side where pytest can do that; engines want the machine for themselves.
if [ "$marker" != system ] && "$python" -c 'import xdist' 2>/dev/null; then
    set -- -n "$(nproc)" --dist loadfile "$@"
fi
"$python" -m pytest -q -p no:cacheprovider -m "$marker" --rootdir "$top/tests/integration" "$@" "$top/tests/integration"
status=$?
# pytest's 5: nothing was collected for this marker.
[ "$status" -eq 5 ] && [ "$marker" = system ] && exit 0
exit "$status"
