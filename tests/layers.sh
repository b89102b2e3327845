#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# Fails on an include that points up a layer, or on a foreign header outside its adapter.
set -u
top=${srcdir:-.}
cd "$top" || exit 2
bad=0

complain() {
    echo "layers: $1" >&2
    bad=1
}

# may ROOM PATTERN: files of plugin/ROOM include, of ours, only what the pattern allows
may() {
    room=$1
    allowed=$2
    grep -rn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "plugin/$room" --include='*.c' --include='*.h' |
        sed 's/^\([^:]*:[0-9]*\):.*"\([^"]*\)".*/\1 \2/' |
        grep -Ev " ($allowed)\$"
}

upward=$(
    may base 'base/[a-z0-9_]+\.h'
    # An adapter may be several files; siblings share the first word of their names.
    grep -rn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' plugin/ext --include='*.c' --include='*.h' |
        sed 's/^\([^:]*:[0-9]*\):.*"\([^"]*\)".*/\1 \2/' |
        awk '{ file = $1; sub(/:.*/, "", file); sub(/.*\//, "", file); sub(/[_.].*/, "", file)
               other = $2; sub(/.*\//, "", other); sub(/[_.].*/, "", other)
               if ($2 ~ /^base\//) next
               if ($2 ~ /^ext\// && other == file) next
               print }'
    may core 'base/[a-z0-9_]+\.h|core/[a-z0-9_]+\.h|ext/json\.h'
    may probe '(base|ext|core|probe)/[a-z0-9_]+\.h'
    may check 'base/[a-z0-9_]+\.h|check/[a-z0-9_]+\.h|probe/probe\.h'
    may agent 'base/[a-z0-9_]+\.h|agent/[a-z0-9_]+\.h|probe/probe\.h'
    may cli 'base/[a-z0-9_]+\.h|cli/[a-z0-9_]+\.h|probe/probe\.h'
)
[ -z "$upward" ] || complain "includes that point up or across:
$upward"

# foreign HEADER FILES-PATTERN: only these files may include it
foreign() {
    found=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<$1>" plugin --include='*.c' --include='*.h' |
        grep -Ev "^plugin/$2:")
    [ -z "$found" ] || complain "<$1> outside its adapter:
$found"
}
foreign 'curl/[a-z]*\.h' 'ext/http[a-z_]*\.[ch]'
foreign 'cjson/cJSON\.h' 'ext/json[a-z_]*\.[ch]'
foreign 'sqlite3\.h' 'ext/store[a-z_]*\.[ch]'
foreign 'ini\.h' 'ext/ini[a-z_]*\.[ch]'
foreign 'microhttpd\.h' 'ext/httpd[a-z_]*\.[ch]'
foreign 'nettle/[a-z0-9-]*\.h' 'ext/sign\.c'
foreign 'systemd/[a-z-]*\.h' 'ext/service[a-z_]*\.[ch]'
foreign 'net-snmp/.*\.h' 'agent/netsnmp\.h'

# core is pure: no socket, file, clock or randomness of its own.
impure=$(grep -nE '\b(fopen|open|openat|read|write|socket|connect|time|clock_gettime|gettimeofday|clock_wall|clock_wall_ms|clock_mono_ms|random|rand|getrandom|getenv|file_read|file_map|file_replace|secret_read)\(' \
    plugin/core/*.c | grep -v '^[^:]*:[0-9]*:[[:space:]]*[/ ]\*')
[ -z "$impure" ] || complain "core reaches outside:
$impure"

# A unit test links its own layer and those below.
for room in base ext core probe; do
    case $room in
    base) above='libext\.a|libcore\.a|libprobe\.a' ;;
    ext) above='libcore\.a|libprobe\.a' ;;
    core) above='libprobe\.a|CURL_LIBS|SQLITE_LIBS' ;;
    probe) above='none' ;;
    esac
    found=$(grep -nE "_LDADD.*($above)" "tests/unit/$room.mk")
    [ -z "$found" ] || complain "unit tests of $room link a layer above:
$found"
done

[ "$bad" -eq 0 ] && echo "layers: ok"
exit "$bad"
