#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# The main job in a minute, from a fresh Debian 12: builds, starts the sandbox API server, puts six advertisers in different
# trouble, and shows what the check says of each; then one is re-authorized and turns OK.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=${TTA_DEMO_BUILD:-$top/build}

say() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}
[ -t 1 ] || say() {
    printf '\n%s\n' "$*"
}

say "1. Build (packages, autoreconf, configure, make)"
TTA_MORE_PACKAGES=curl sh "$top/tests/prepare.sh" "$build"
echo "done: $build/check_tiktok_auth, $build/tiktok-auth"

work=$(mktemp -d)
sandbox=
finish() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT INT TERM

say "2. Start the sandbox API server: a stand-in for TikTok's Business API"
mkfifo "$work/ready"
"$build/tests/sandbox/tiktok-sandbox" --scenario "$top/tests/sandbox/scenarios/demo.json" --quiet >"$work/ready" &
sandbox=$!
read -r _ url <"$work/ready"
echo "listening on $url"

# The sandbox's own controls; the monitor never sees them.
control() {
    curl -fsS -d "$2" "$url/_sandbox/$1" >/dev/null
}

say "3. Configure: one app, two tokens, six advertisers"
printf 'demo-app-secret\n' >"$work/app.secret"
printf 'demo-token-agency\n' >"$work/agency.token"
printf 'demo-token-client\n' >"$work/client.token"
chmod 0600 "$work"/*.secret "$work"/*.token
cat >"$work/tiktok-auth.conf" <<EOF
[api]
base_url = $url/open_api/v1.3

[app demo]
app_id = 7055107885017071618
secret_file = app.secret
tier = ultimate
budget = 100%
reauth_url = https://connect.example.com/tiktok/{advertiser_id}

[token agency]
app = demo
token_file = agency.token
granted_by = us

[token client]
app = demo
token_file = client.token
granted_by = client

[inventory]
file = advertisers.csv

[sweep]
interval = 5m
account_status = yes
confirm_delay = 100ms
permission_interval = 1s

[store]
path = $work/state/state.db
EOF
cat >"$work/advertisers.csv" <<'EOF'
advertiser_id,name,token,owner,client,required_permissions
7502022393087590401,Acme GmbH,agency,anna@agency.example,,
7502022393087590402,Bergmann Outdoor,agency,anna@agency.example,,
7502022393087590403,Copper & Pine,agency,ben@agency.example,,
7502022393087590404,Delta Bikes,agency,ben@agency.example,,
7502022393087590405,Ella Cosmetics,agency,ben@agency.example,,GET /file/video/ad/search/
7502022393087590406,Fjord Coffee,client,anna@agency.example,,
EOF
mkdir "$work/state"
TIKTOK_AUTH_CONFIG=$work/tiktok-auth.conf
export TIKTOK_AUTH_CONFIG
cat "$work/advertisers.csv"

check() {
    echo "\$ check_tiktok_auth $*"
    status=0
    "$build/check_tiktok_auth" "$@" || status=$?
    echo "exit code $status"
}

# Only line 1, as a dashboard shows it.
check_line() {
    status=0
    line=$("$build/check_tiktok_auth" "$@" | head -n 1) || true
    "$build/check_tiktok_auth" "$@" >/dev/null || status=$?
    printf 'exit %s  %s\n' "$status" "$line"
}

say "4. All is well: the first sweep"
check --all

say "5. Trouble: an advertiser revokes the app, one is deleted, one suspended, a permission is withheld, a token is killed"
control revoke '{"advertiser_id":"7502022393087590402"}'
control delete '{"advertiser_id":"7502022393087590403"}'
control status '{"advertiser_id":"7502022393087590404","status":"STATUS_LIMIT"}'
control endpoint '{"path":"/file/video/ad/search/","token":"demo-token-agency","granted":false}'
control kill '{"token":"demo-token-client"}'
sleep 1 # permissions are asked for once per permission_interval, here a second
"$build/tiktok-auth" sweep

say "6. What the check says of each advertiser (line 1 and the exit code)"
for id in 7502022393087590401 7502022393087590402 7502022393087590403 7502022393087590404 7502022393087590405 \
    7502022393087590406; do
    check_line --advertiser $id
done

say "7. The whole answer for the revoked one: cause, fix, who acts"
check --advertiser 7502022393087590402

say "8. The same for a program"
echo "\$ check_tiktok_auth --advertiser 7502022393087590402 --format json"
"$build/check_tiktok_auth" --advertiser 7502022393087590402 --format json || true

say "9. The table for the operator"
"$build/tiktok-auth" status

say "10. The advertiser re-authorizes the app; the next sweep sees it"
control restore '{"advertiser_id":"7502022393087590402"}'
check --advertiser 7502022393087590402 --max-age 0

say "11. Its history"
"$build/tiktok-auth" history 7502022393087590402
