# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The agent as a service beside snmpd: in a Debian that boots, from `make install` to `systemctl stop`."""

import collections
import json
import os
import re
import secrets
import shutil
import subprocess

import pytest

import machine
import snmp
from scene import advertiser_ids, make, programs, read_text, world

pytestmark = pytest.mark.system

UNIT = "tiktok-auth-agent.service"
UNITS = (UNIT, "tiktok-auth-notify.service", "tiktok-auth-serve.service")
DROP_IN = "usr/share/doc/tiktok-auth-monitor/snmpd/tiktok-auth-v3.conf"
EXPOSURE_TENTHS = 20
ROOT = "." + snmp.ROOT
IDS = advertiser_ids(3)
BACK_MS = 6000

# The unit's journal may hold these of ours: the test kills and hangs it.
EXPECTED = re.compile(r"Killing process|Main process exited|Failed with result|Watchdog timeout")


# --- The unit file --------------------------------------------------------------------------------------------------

def built(name):
    return os.path.join(programs(), "plugin/system", name)


def test_nothing_is_left_to_fill_in():
    for name in (*UNITS, "snmpd/tiktok-auth-v3.conf", "snmpd/tiktok-auth-v2c-lab.conf"):
        with open(built(name), encoding="utf-8") as file:
            text = file.read()
        assert not re.search(r"@\w+@", text), name


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_exposure(tmp_path, unit):
    """The build folder may have any prefix; what is judged does not hang on it."""
    path = os.path.join(tmp_path, unit)
    shutil.copy(built(unit), path)
    judged = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager",
                             "--threshold=%d" % EXPOSURE_TENTHS, path], capture_output=True, text=True, check=False)
    print(judged.stdout.strip().splitlines()[-1])
    assert judged.returncode == 0 and judged.stderr == "", judged.stdout + judged.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_the_manuals_it_names_are_there(unit):
    with open(built(unit), encoding="utf-8") as file:
        named = re.search(r"^Documentation=(.*)$", file.read(), re.MULTILINE).group(1)
    makefiles = "".join(read_text("plugin/%s/local.mk" % folder) for folder in ("agent", "check", "cli"))
    for page, section in re.findall(r"man:([\w.-]+)\((\d)\)", named):
        assert re.search(r"dist_man_MANS \+=.*/%s\.%s\b" % (re.escape(page), section), makefiles), page


# --- A machine ------------------------------------------------------------------------------------------------------

CONFIG = """\
[api]
base_url = https://localhost:8443/open_api/v1.3
ca_file = /run/sandbox/ca.pem
retries = 0
[app demo]
app_id = 7055107885017071618
secret_file = demo.secret
public_url = http://localhost:8040/tiktok
redirect_uri = http://localhost:8040/tiktok/callback
tier = ultimate
budget = 100%
[token main]
app = demo
token_file = main.token
[inventory]
file = advertisers.csv
[sweep]
by = service
interval = 2s
confirm_delay = 10ms
"""
SANDBOX = """\
[Unit]
Before=tiktok-auth-agent.service
[Service]
Type=exec
RuntimeDirectory=sandbox
ExecStart=/usr/local/bin/tiktok-sandbox --scenario /etc/sandbox.json --tls good --ca-out /run/sandbox/ca.pem \
    --port 8443 --port-file /run/sandbox/port --quiet
ExecStartPost=/bin/sh -c 'until test -s /run/sandbox/port; do sleep 0.05; done'
[Install]
WantedBy=multi-user.target
"""
STEPS = """\
[Service]
Type=exec
ExecStart=/bin/sh /report/steps.sh
[Install]
WantedBy=multi-user.target
"""
RECEIVER = """\
[Unit]
Before=snmpd.service
[Service]
Type=notify
ExecStart=/usr/sbin/snmptrapd -Lo -On -f udp:127.0.0.1:16200
[Install]
WantedBy=multi-user.target
"""
ENGINE = "0x80001f88047474612d74657374"
USERS = """\
u nagios - - /nonexistent
m nagios tiktok-auth
u outsider - - /nonexistent
"""


def write(tree, name, text, mode=0o644):
    path = os.path.join(tree, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def run(*command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, "%s: %s%s" % (command, done.stdout, done.stderr)
    return done.stdout


def install(configure, tree, folder):
    """Builds as a package is built, and installs into the tree."""
    run(configure, "-q", "--prefix=/usr", "--sysconfdir=/etc", "--localstatedir=/var", "CFLAGS=-O1", cwd=folder)
    make("-j2", folder=folder)
    make("install", "DESTDIR=" + tree, folder=folder)
    shutil.copy(os.path.join(folder, "tests/sandbox/tiktok-sandbox"), os.path.join(tree, "usr/local/bin"))
    os.symlink("../lib/nagios/plugins/check_tiktok_auth", os.path.join(tree, "usr/bin/check_tiktok_auth"))


def set_up(tree):
    """What the README and the drop-in tell an operator to do, and a world to watch."""
    write(tree, "etc/hosts", "127.0.0.1 localhost\n::1 localhost6\n")
    # Where snmpd has run before, the folder of its socket is root's alone.
    os.makedirs(os.path.join(tree, "var/agentx"), exist_ok=True)
    os.chmod(os.path.join(tree, "var/agentx"), 0o700)
    write(tree, "etc/sysusers.d/test.conf", USERS)
    run("systemd-sysusers", "--root", tree)
    run("systemd-tmpfiles", "--root", tree, "--create", "tiktok-auth.conf")
    write(tree, "etc/tiktok-auth/tiktok-auth.conf", CONFIG, 0o640)
    write(tree, "etc/tiktok-auth/demo.secret", "app-S3cret\n", 0o640)
    write(tree, "etc/tiktok-auth/main.token", "tok-main\n", 0o640)
    row = "%s,Client,main,owner@agency.example\n"
    write(tree, "etc/tiktok-auth/advertisers.csv",
          "advertiser_id,name,token,owner\n" + "".join(row % one for one in IDS[:-1]), 0o640)
    write(tree, "etc/tiktok-auth/more.csv", row % IDS[-1], 0o640)
    write(tree, "etc/sandbox.json", json.dumps(world(IDS, apps={"demo": {"app_id": "7055107885017071618",
                                                                        "secret": "app-S3cret"}})))
    set_up_snmpd(tree)
    for name, text in (("sandbox", SANDBOX), ("steps", STEPS), ("receiver", RECEIVER)):
        write(tree, "etc/systemd/system/%s.service" % name, text)
    run("systemctl", "--root", tree, "enable", UNIT, "snmpd.service", "sandbox.service", "receiver.service",
        "steps.service")
    run("systemctl", "--root", tree, "set-default", "multi-user.target")


def set_up_snmpd(tree):
    with open(os.path.join(tree, DROP_IN), encoding="utf-8") as file:
        text = file.read()
    for command in re.findall(r"^# +(sed .*)$", text, re.MULTILINE):
        machine.command(tree, "/bin/sh", "-c", command)
    text, count = re.subn(r"^#(trapsess .*) \S+$", r"\1 udp:127.0.0.1:16200", text, flags=re.MULTILINE)
    assert count == 1
    write(tree, "etc/snmp/snmpd.conf.d/tiktok-auth-v3.conf", text)
    write(tree, "etc/snmp/snmpd.conf.d/test.conf", "exactEngineID %s\n" % ENGINE)
    passphrases = secrets.token_hex(12), secrets.token_hex(12)
    user = 'nms SHA-256 "%s" AES "%s"\n' % passphrases
    write(tree, "var/lib/snmp/snmpd.conf", "createUser " + user, 0o600)
    machine.command(tree, "/bin/chown", "Debian-snmp:Debian-snmp", "/var/lib/snmp/snmpd.conf")
    write(tree, "var/lib/snmp/snmptrapd.conf", "createUser -e %s %s" % (ENGINE, user), 0o600)
    write(tree, "etc/snmp/snmptrapd.conf", "authUser log nms authPriv\n")
    write(tree, "root/.snmp/snmp.conf", "defAuthType SHA-256\ndefAuthPassphrase %s\ndefPrivType AES\n"
          "defPrivPassphrase %s\n" % passphrases, 0o600)


Step = collections.namedtuple("Step", "out err status")


class Report:
    """What each step left; the journal is shown when a test fails, for it is a part of the message."""

    def __init__(self, folder):
        self.folder = os.fspath(folder)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def __getitem__(self, step):
        try:
            return Step(self.read(step + ".out"), self.read(step + ".err"), int(self.read(step + ".status")))
        except FileNotFoundError:
            return Step("", "this step was not reached", -1)

    def values(self, step):
        """NAME=VALUE lines."""
        return dict(line.split("=", 1) for line in self[step].out.splitlines())

    def milliseconds(self, name):
        return int(self.read(name + ".ms"))

    def __repr__(self):
        lines = self.read("journal.out").splitlines()
        return "\n".join(line for line in lines if re.search(r"tiktok|snmp|sandbox|steps", line))[-6000:]


@pytest.fixture(scope="module")
def report(configure, tmp_path_factory):
    """The report of a machine that was booted once for all these tests."""
    lack = machine.missing()
    if lack:
        pytest.skip(lack)
    folder = tmp_path_factory.mktemp("report")
    with machine.copy() as tree:
        install(configure, tree, tmp_path_factory.mktemp("build"))
        set_up(tree)
        write(folder, "steps.sh", read_text("tests/integration/machine_steps.sh"))
        write(folder, "scene.sh", "ROOT=%s\nADVERTISERS=%d\n" % (ROOT, len(IDS) - 1))
        machine.boot(tree, folder)
    return Report(folder)


# --- It runs --------------------------------------------------------------------------------------------------------

def test_the_system_is_running(report):
    assert report["running"].out == "running\n" and report["failed"].out == "", (report["failed"], report)


def test_the_unit_is_sound_where_it_is_installed(report):
    assert report["verify"] == Step("", "", 0)


def test_the_service_is_active(report):
    values = report.values("active")
    assert (values["ActiveState"], values["SubState"], values["NRestarts"]) == ("active", "running", "0"), report


def test_it_publishes_for_the_group_alone(report):
    assert report["published"].status == 0, report
    assert report["own"].out.split("\n")[:3] == ["2770 tiktok-auth tiktok-auth", "660 tiktok-auth tiktok-auth",
                                                 "640 tiktok-auth tiktok-auth"]
    assert report["check"].status == 0 and report["check"].out.startswith("TIKTOK AUTH OK"), report["check"]
    assert report["outsider"].status == 3, report["outsider"]


def test_the_pages_are_served(report):
    """Under a unit of their own, as confined as the agent's."""
    assert report["pages_verify"] == Step("", "", 0)
    assert report["pages_start"].status == 0, report
    assert report.values("pages_active") == {"ActiveState": "active", "SubState": "running"}, report
    answer = report["pages_button"].out
    assert answer.startswith("HTTP/1.1 303 ") and "\nLocation: https://localhost:8443/portal/auth?" in answer, (answer, report)
    assert report["pages_reload"].status == 0 and report["pages_stop"].status == 0, report
    assert report.values("pages_stopped") == {"ActiveState": "inactive", "Result": "success"}, report


# --- It can do little -----------------------------------------------------------------------------------------------

def test_it_runs_confined(report):
    proc = dict(line.split(":", 1) for line in report["proc"].out.splitlines())
    user, group = (proc[name].split() for name in ("Uid", "Gid"))
    assert len(set(user)) == len(set(group)) == 1 and user[0] != "0" and proc["Groups"].split() in ([], [group[0]])
    assert proc["Seccomp"].strip() == "2" and proc["NoNewPrivs"].strip() == "1"
    assert all(int(proc[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")), proc
    assert re.search(r"^Max core file size\s+0\s+0", report["core"].out, re.MULTILINE)


def test_what_it_may_not_call_fails(report):
    """Programs that it starts are as confined as it is: one of them tried to change its priority."""
    assert report["filtered"].status == 0, report


def test_its_users_are_its_own(report):
    mapped = sorted(tuple(map(int, line.split())) for line in report["uid_map"].out.splitlines())
    user = int(re.search(r"^Uid:\s+(\d+)", report["proc"].out, re.MULTILINE).group(1))
    assert mapped == [(0, 0, 1), (user, user, 1)], mapped


def test_only_its_state_is_writable(report):
    """Of what is mounted from a disk: the rest is the kernel's, or private."""
    options = {line.split()[4]: line.split()[5].split(",") for line in report["mounts"].out.splitlines()}
    assert "ro" in options["/"] and "rw" in options["/var/lib/tiktok-auth"], options
    # systemd-nspawn mounts /run/host twice, one over the other.
    writable = {path for path, how in options.items()
                if "rw" in how and not path.startswith(("/proc", "/dev", "/run/host/"))}
    assert writable == {"/var/lib/tiktok-auth", "/tmp", "/var/tmp"}, writable


# --- snmpd ----------------------------------------------------------------------------------------------------------

def test_the_socket_is_the_groups(report):
    assert report["socket"].out == "755 root root\n660 root tiktok-auth\n"


def test_values_over_v3(report):
    assert report["served"].status == 0, report
    assert report["get"].status == 0 and report["get"].out.startswith(ROOT + ".1.1.3.0 = Gauge32: 2"), report["get"]
    assert report["walk"].status == 0 and report["walk"].out.count("\n" + ROOT + ".") >= 1, report["walk"]


def test_nothing_else_can_be_seen(report):
    walked = [line for line in report["walk_all"].out.splitlines() if line.startswith(".")]
    assert report["walk_all"].status == 0 and walked
    assert [line for line in walked if not line.startswith(ROOT + ".")] == []
    assert len(walked) >= report["walk"].out.count("\n" + ROOT + ".")


@pytest.mark.parametrize("name, words", [
    ("no_auth", "authorizationError"), ("no_priv", "authorizationError"),
    ("v2c", "Timeout"), ("v2c_system", "Timeout")])
def test_who_asks_otherwise_is_refused(report, name, words):
    assert report[name].status != 0 and words in report[name].out + report[name].err, report[name]


def test_the_subtree_is_back_soon_after_snmpd(report):
    print("back after %d ms, found after %d ms" % (report.milliseconds("back"), report.milliseconds("found")))
    assert report["back"].status == 0 and report.milliseconds("back") < BACK_MS, report
    assert report.values("alone")["ActiveState"] == "active", report
    assert report["found"].status == 0 and report.milliseconds("found") < BACK_MS, report


def test_notifications_arrive_encrypted(report):
    """The drop-in's own line, as it stands there but for the address; the receiver takes authPriv alone."""
    assert report["told"].status == 0, report


def test_the_file_for_labs(report):
    assert report["lab_served"].status == 0, report
    walked = [line for line in report["lab_walk"].out.splitlines() if line.startswith(".")]
    assert walked and [line for line in walked if not line.startswith(ROOT + ".")] == []
    assert report["lab_elsewhere"].status != 0, report["lab_elsewhere"]


# --- The service manager --------------------------------------------------------------------------------------------

def test_reload_takes_the_new_inventory(report):
    assert report["reload"] == Step("", "", 0), report
    assert report["reloaded"].status == 0 and report["same_pid"].status == 0, report
    assert report.values("after_reload")["ActiveState"] == "active"


def test_killed_it_comes_back(report):
    assert report["restarted"].status == 0 and report["after_kill_served"].status == 0, report
    assert report.values("after_kill")["NRestarts"] == "1", report.values("after_kill")


def test_the_watchdog_is_fed_and_bites(report):
    fed = report.values("fed")
    assert (fed["ActiveState"], fed["NRestarts"]) == ("active", "0"), report
    assert report["hung"].status == 0 and report["after_hang"].status == 0, report


def test_a_snapshot_of_another_user_stays_the_groups(report):
    assert report["replaced"].status == 0, report
    assert report["replaced_own"].out == "640 tiktok-auth\n"
    assert report["replaced_check"].status == 0, report["replaced_check"]


def test_it_stops_clean(report):
    print("stopped after %d ms" % report.milliseconds("stop"))
    assert report["stop"] == Step("", "", 0), report
    values = report.values("stopped")
    assert (values["ActiveState"], values["Result"], values["ExecMainStatus"]) == ("inactive", "success", "0"), report
    assert "No Such" in report["gone"].out, report["gone"]


def test_the_journal_holds_no_error(report):
    errors = [line for line in report.read("errors.out").splitlines() if not EXPECTED.search(line)]
    assert errors == [], report
