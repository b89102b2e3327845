#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# The main job in a minute, from a fresh Debian 12: builds, starts the sandbox API server, puts six advertisers in different
# trouble, and shows what the check says of each; then one is re-authorized and turns OK. Objects and results for Nagios, a report.
# Then the same through SNMP: snmpd, the agent, a walk, a notification. Last a dead token is replaced by a new one.
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
TTA_MORE_PACKAGES='curl snmp snmpd snmptrapd erlang-snmp' sh "$top/tests/prepare.sh" "$build"
echo "done: $build/check_tiktok_auth, $build/tiktok-auth, $build/tiktok-auth-agent"

work=$(mktemp -d)
running=
finish() {
    # shellcheck disable=SC2086
    [ -z "$running" ] || kill $running 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

say "2. Start the sandbox API server: a stand-in for TikTok's Business API"
mkfifo "$work/ready"
"$build/tests/sandbox/tiktok-sandbox" --scenario "$top/tests/sandbox/scenarios/demo.json" --quiet >"$work/ready" &
running=$!
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
redirect_uri = http://127.0.0.1:8765/callback
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

say "12. Objects for Nagios from the same inventory, the first results for it, and a report"
mkdir "$work/spool"
cat >>"$work/tiktok-auth.conf" <<EOF

[feed nagios]
kind = nagios
dir = $work/spool

[owner platform]
email = platform@agency.example
EOF
"$build/tiktok-auth" generate nagios --output "$work/objects.cfg"
services=$(awk -v RS= '/^define service {/ && /service_description/ { n++ } END { print n }' "$work/objects.cfg")
echo "\$ tiktok-auth generate nagios: $services services; one is the check of all, which feeds the others, such as"
awk -v RS= '/^define service {/ && /service_description *7502022393087590402/' "$work/objects.cfg"
"$build/check_tiktok_auth" --all --feed nagios | grep 'feed nagios' || true
"$build/tiktok-auth" report --html "$work/report.html"
echo "\$ tiktok-auth report --html: $(wc -c <"$work/report.html") bytes, one file"

say "13. The same through SNMP: snmpd, a receiver of notifications, and tiktok-auth-agent between snmpd and the API"
# net-snmp's tools print names where they find our MIB and those that it imports (Debian: in erlang-snmp).
MIBDIRS=$build/mibs/made$(find /usr/lib/erlang -type d -path '*/snmp-*/mibs' -printf ':%p')
MIBS=TIKTOK-AUTH-MIB
SNMP_PERSISTENT_DIR=$work/persistent
SNMPCONFPATH=$work
export MIBDIRS MIBS SNMP_PERSISTENT_DIR SNMPCONFPATH

# listen PROGRAM OPTION...: starts it on the first free port, which is then $port; it logs to PROGRAM.log.
listen() {
    program=$1
    shift
    for port in 16161 16162 16171 16172 16181 16182 16191 16192; do
        : >"$work/$program.log"
        "$program" -f -C -c "$work/$program.conf" -p "$work/$program.pid" -Lf "$work/$program.log" "$@" \
            "udp:127.0.0.1:$port" >/dev/null 2>&1 &
        pid=$!
        while kill -0 $pid 2>/dev/null && ! grep -q 'NET-SNMP version' "$work/$program.log"; do
            sleep 0.1
        done
        if kill -0 $pid 2>/dev/null; then
            running="$running $pid"
            return 0
        fi
    done
    echo "no free port for $program" >&2
    exit 1
}
echo 'disableAuthorization yes' >"$work/snmptrapd.conf"
listen snmptrapd -n -OQS -F 'received: %V\n  %v\n\n'
cat >"$work/snmpd.conf" <<EOF
rocommunity public 127.0.0.1
master agentx
agentXSocket unix:$work/agentx
trap2sink 127.0.0.1:$port public
EOF
listen snmpd
sed -i 's/^interval = 5m/interval = 1s/' "$work/tiktok-auth.conf"
cat >>"$work/tiktok-auth.conf" <<EOF

[snmp]
agentx_socket = unix:$work/agentx
EOF
"$build/tiktok-auth-agent" --foreground 2>"$work/agent.log" &
running="$running $!"

# wait_for COMMAND...: until it succeeds, half a minute at most.
wait_for() {
    for _ in $(seq 300); do
        ! "$@" || return 0
        sleep 0.1
    done
    echo "it did not come about: $*" >&2
    cat "$work/agent.log" >&2
    exit 1
}

# A tool of net-snmp, asking our snmpd.
snmp() {
    tool=$1
    shift
    "$tool" -v2c -c public -t 5 -OQS "127.0.0.1:$port" "$@"
}
began() {
    snmp snmpget TIKTOK-AUTH-MIB::ttaNotificationsSent.0 2>/dev/null | grep -q '= 1'
}
wait_for began
for object in ttaSummary ttaAdvertiserName ttaAdvertiserState ttaProblemAction; do
    echo "\$ snmpwalk -v2c -c public -OQS 127.0.0.1:$port $object"
    snmp snmpwalk "TIKTOK-AUTH-MIB::$object"
done

say "14. Another advertiser revokes the app: the notification that snmptrapd receives"
control revoke '{"advertiser_id":"7502022393087590401"}'
wait_for awk -v RS= '/ttaProblemName[^\n]*Acme/ && /ttaEventNote/ { found = 1 } END { exit !found }' "$work/snmptrapd.log"
awk -v RS= '/ttaProblemName[^\n]*Acme/' "$work/snmptrapd.log"

say "15. The owner of the dead token authorizes again: at the portal, here without a browser, and with the code that comes of it"
code=$(curl -fsS -d '{"app_id":"7055107885017071618","login":"fjord","advertiser_ids":["7502022393087590406"]}' \
    "$url/_sandbox/auth_code" | sed 's/.*"auth_code":"\([^"]*\)".*/\1/')
echo "\$ tiktok-auth reauthorize --token client --code -"
printf '%s\n' "$code" | "$build/tiktok-auth" reauthorize --token client --code -
check_line --token client
"$build/tiktok-auth" history client
