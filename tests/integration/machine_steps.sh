#!/bin/sh
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
#
# What test_systemd.py does in the booted tree. Each step leaves NAME.out, NAME.err and NAME.status in /report; it judges
# nothing. At the end, whatever happened, the journal is written and the machine powers off.
set -u
. /report/scene.sh # ROOT, ADVERTISERS
unit=tiktok-auth-agent.service
HOME=/root
export HOME

step() {
    name=$1
    shift
    "$@" >"/report/$name.out" 2>"/report/$name.err"
    echo $? >"/report/$name.status"
}

end() {
    journalctl -o short-monotonic --no-pager >/report/journal.out
    journalctl -o cat --no-pager -p err -u "$unit" >/report/errors.out
    systemctl poweroff
}
trap end EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }
main_pid() { systemctl show -P MainPID "$unit"; }

# until SECONDS COMMAND...: tries it until it succeeds
until_it() {
    deadline=$(($(now_ms) + $1 * 1000))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(now_ms)" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

advertisers() { snmpget -Oqv -v3 -u nms -l authPriv -t 1 -r 0 localhost "$ROOT.1.1.3.0"; }
served() { advertisers | grep -qx '[0-9]*'; } # snmpget is content with "No Such Object", too
advertisers_are() { [ "$(advertisers)" = "$1" ]; }
swept() { setpriv --reuid nagios --regid nagios --init-groups check_tiktok_auth --all | grep -q '^TIKTOK AUTH OK'; }
as() {
    user=$1
    shift
    setpriv --reuid "$user" --regid "$user" --init-groups "$@"
}
state() { systemctl show -p ActiveState,SubState,Result,NRestarts,ExecMainStatus "$unit"; }

# --- It starts, and does its work --------------------------------------------------------------------------------
step running systemctl is-system-running --wait
step failed systemctl list-units --failed --no-legend --plain
step verify systemd-analyze verify --man=no "$unit"
step published until_it 30 swept
step served until_it 30 advertisers_are "$ADVERTISERS"
step active state
step told until_it 10 sh -c "journalctl -t snmptrapd | grep -q '$ROOT.0.5'" # ttaSummaryEvent, the first one of all

# --- What the kernel says of it ----------------------------------------------------------------------------------
pid=$(main_pid)
step proc cat "/proc/$pid/status"
step uid_map cat "/proc/$pid/uid_map"
step core cat "/proc/$pid/limits"
step mounts cat "/proc/$pid/mountinfo"
step own stat -c '%a %U %G' /var/lib/tiktok-auth /var/lib/tiktok-auth/state.db /var/lib/tiktok-auth/snapshot
step socket stat -c '%a %U %G' /var/agentx /var/agentx/master

# --- What may be asked -------------------------------------------------------------------------------------------
v3="-v3 -u nms -t 2 -r 0 -On"
step get snmpget $v3 -l authPriv localhost "$ROOT.1.1.3.0"
step walk snmpbulkwalk $v3 -l authPriv localhost "$ROOT"
step walk_all snmpbulkwalk $v3 -l authPriv localhost .1.3.6
step no_auth snmpget $v3 -l noAuthNoPriv localhost "$ROOT.1.1.3.0"
step no_priv snmpget $v3 -l authNoPriv localhost "$ROOT.1.1.3.0"
step v2c snmpget -v2c -c public -t 1 -r 0 localhost "$ROOT.1.1.3.0"
step v2c_system snmpget -v2c -c public -t 1 -r 0 localhost .1.3.6.1.2.1.1.1.0
step check as nagios check_tiktok_auth --all
step outsider as outsider check_tiktok_auth --all

# --- The pages on which clients authorize again ------------------------------------------------------------------
pages=tiktok-auth-serve.service
step pages_verify systemd-analyze verify --man=no "$pages"
step pages_start systemctl start "$pages"
step pages_active systemctl show -p ActiveState,SubState "$pages"
step pages_link sh -c "tiktok-auth generate nagios | grep -o 'http://localhost:8040/tiktok/r/[0-9]*/[a-z2-7]*' | head -n 1"
# The button's request: it is answered only where the store can be written.
# shellcheck disable=SC2016 # for bash to expand
step pages_button bash -c 'exec 3<>/dev/tcp/127.0.0.1/8040
    printf "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" "/${1#http://*/}" >&3
    cat <&3' button "$(cat /report/pages_link.out)"
step pages_reload systemctl reload "$pages"
step pages_stop systemctl stop "$pages"
step pages_stopped systemctl show -p ActiveState,Result "$pages"

# --- Reloaded: one more advertiser -------------------------------------------------------------------------------
cat /etc/tiktok-auth/more.csv >>/etc/tiktok-auth/advertisers.csv
step reload systemctl reload "$unit"
step reloaded until_it 30 advertisers_are $((ADVERTISERS + 1))
step after_reload state
step same_pid test "$(main_pid)" = "$pid"

# --- snmpd comes and goes ----------------------------------------------------------------------------------------
began=$(now_ms)
systemctl restart snmpd
step back until_it 30 served
echo $(($(now_ms) - began)) >/report/back.ms
systemctl stop snmpd
systemctl restart "$unit"
step alone state
began=$(now_ms)
systemctl start snmpd
step found until_it 30 served
echo $(($(now_ms) - began)) >/report/found.ms

# --- It is killed, it hangs --------------------------------------------------------------------------------------
systemctl kill -s KILL --kill-who=main "$unit"
step restarted until_it 30 systemctl is-active "$unit"
step after_kill state
step after_kill_served until_it 30 served
mkdir -p "/run/systemd/system/$unit.d"
cat >"/run/systemd/system/$unit.d/short.conf" <<'EOF'
[Service]
WatchdogSec=3s
RestartSec=1s
ExecStartPost=nice -n 5 true
EOF
systemctl daemon-reload
systemctl restart "$unit"
step filtered until_it 10 sh -c "journalctl -t nice | grep -q 'cannot set niceness: Operation not permitted'"
sleep 8 # longer than the watchdog waits: an agent that says nothing to it is killed
step fed state
kill -STOP "$(main_pid)"
step hung until_it 30 sh -c "journalctl -u $unit | grep -q 'Watchdog timeout'"
step after_hang until_it 30 systemctl is-active "$unit"

# --- A snapshot that another user of the group had made ----------------------------------------------------------
systemctl stop "$unit"
chown nagios:tiktok-auth /var/lib/tiktok-auth/snapshot
old=$(stat -c %i /var/lib/tiktok-auth/snapshot)
systemctl start "$unit"
step replaced until_it 30 sh -c "[ \$(stat -c %i /var/lib/tiktok-auth/snapshot) != $old ]"
step replaced_own stat -c '%a %G' /var/lib/tiktok-auth/snapshot
step replaced_check as nagios check_tiktok_auth --all

# --- It ends -----------------------------------------------------------------------------------------------------
began=$(now_ms)
step stop systemctl stop "$unit"
echo $(($(now_ms) - began)) >/report/stop.ms
step stopped state
step gone snmpget $v3 -l authPriv localhost "$ROOT.1.1.3.0"

# --- The lab's file instead --------------------------------------------------------------------------------------
rm /etc/snmp/snmpd.conf.d/*
cp /usr/share/doc/tiktok-auth-monitor/snmpd/tiktok-auth-v2c-lab.conf /etc/snmp/snmpd.conf.d
systemctl restart snmpd "$unit"
v2c="-v2c -c tiktok-auth-lab -t 2 -r 0 -On"
step lab_served until_it 30 sh -c "snmpget $v2c -Oqv localhost $ROOT.1.1.3.0 | grep -qx '[0-9]*'"
step lab_walk snmpbulkwalk $v2c localhost .1.3.6
step lab_elsewhere snmpget $v2c udp6:[::1] "$ROOT.1.1.3.0"
