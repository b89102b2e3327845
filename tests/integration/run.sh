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
tests=$top/tests/integration
case ${1:-} in
system) marker='system' ;;
*) marker='not system' ;;
esac
[ $# -eq 0 ] || shift
side_by_side=
if "$python" -c 'import xdist' 2>/dev/null; then
    side_by_side="-n $(nproc) --dist loadfile"
fi
status=0

# run PYTEST_ARGUMENT...: pytest's 5, nothing was collected for this marker, is no failure.
run() {
    result=0
    "$python" -m pytest -q -p no:cacheprovider -m "$marker" --rootdir "$tests" "$@" || result=$?
    [ "$result" -eq 0 ] || [ "$result" -eq 5 ] || status=$result
}

# Files side by side, for most of the time they wait for others; the agent's are kept apart from the heavy engines.
apart=
[ "$marker" != system ] || apart='test_agent_restart.py test_agent_notify.py test_agent_tree.py'
ignored=
files=
for name in $apart; do
    ignored="$ignored --ignore=$tests/$name"
    files="$files $tests/$name"
done
# shellcheck disable=SC2086
run $side_by_side $ignored "$@" "$tests"
# shellcheck disable=SC2086
[ -z "$files" ] || run $side_by_side "$@" $files
exit "$status"
