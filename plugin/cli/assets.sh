#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# assets.sh HEADER NAME FILE [NAME FILE ...]: files as the C source behind the header, with their SHA-256 in base64.
set -eu
LC_ALL=C
export LC_ALL

hash_of() {
    hex=$(sha256sum < "$1" | cut -c 1-64)
    [ ${#hex} -eq 64 ]
    octal=$(echo "$hex" | awk '
        function digit(at) { return index("0123456789abcdef", substr($0, at, 1)) - 1 }
        { for (i = 1; i < 64; i += 2) printf "\\%03o", 16 * digit(i) + digit(i + 1) }')
    # shellcheck disable=SC2059 # the format is what is wanted
    printf "$octal" | base64
}

array() {
    hash=$(hash_of "$2")
    [ ${#hash} -eq 44 ]
    echo "const char $1[] = {"
    od -A n -v -t o1 < "$2" | sed 's/ *\([0-7][0-7]*\)/ 0\1,/g'
    echo "0};"
    echo "const char $1_hash[] = \"sha256-$hash\";"
}

echo "/* Made by assets.sh. */"
echo "#include \"$1\""
shift
while [ $# -gt 0 ]; do
    array "$1" "$2"
    shift 2
done
