# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""make install puts everything where the documentation says, it works there, and uninstall takes all of it away."""

import glob
import os
import re
import shutil
import stat
import subprocess

import pytest

from sandbox import Sandbox
from scene import Scene, advertiser_ids, make, programs, read_text, sanitized, top, world

pytestmark = pytest.mark.system

PROGRAMS = ["bin/tiktok-auth", "lib/nagios/plugins/check_tiktok_auth", "libexec/tiktok-auth-monitor/tiktok-auth-sweep",
            "libexec/tiktok-auth-monitor/tiktok-auth-feed", "sbin/tiktok-auth-agent"]
MANUALS = ["share/man/man1/tiktok-auth.1", "share/man/man5/tiktok-auth.conf.5", "share/man/man8/check_tiktok_auth.8",
           "share/man/man8/tiktok-auth-agent.8"]
SAMPLES = ["share/doc/tiktok-auth-monitor/examples/tiktok-auth.conf.sample",
           "share/doc/tiktok-auth-monitor/examples/advertisers.csv.sample"]
SYSTEM = ["lib/sysusers.d/tiktok-auth.conf", "lib/tmpfiles.d/tiktok-auth.conf",
          "lib/systemd/system/tiktok-auth-agent.service", "lib/systemd/system/tiktok-auth-notify.service",
          "lib/systemd/system/tiktok-auth-serve.service",
          "share/doc/tiktok-auth-monitor/proxy/apache.conf", "share/doc/tiktok-auth-monitor/proxy/nginx.conf",
          "share/doc/tiktok-auth-monitor/snmpd/tiktok-auth-v2c-lab.conf",
          "share/doc/tiktok-auth-monitor/snmpd/tiktok-auth-v3.conf"]
MIBS = ["share/snmp/mibs/TIKTOK-AUTH-MIB.txt",
        *("share/doc/tiktok-auth-monitor/nms/" + name for name in (
            "opennms-events.xml", "snmp_exporter.yml", "snmptt.conf", "telegraf.conf", "zabbix-template.yaml"))]
NAGIOS = ["share/tiktok-auth-monitor/nagios/" + os.path.relpath(name, os.path.join(top(), "nagios"))
          for name in glob.glob(os.path.join(top(), "nagios", "**", "*"), recursive=True)
          if os.path.isfile(name) and not name.endswith("local.mk")]
DATA = MANUALS + SAMPLES + SYSTEM + MIBS + NAGIOS
IDS = advertiser_ids(2)


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names)


def prefix():
    """What the build was configured for."""
    with open(os.path.join(programs(), "Makefile"), encoding="utf-8") as file:
        return re.search(r"^prefix = (.*)$", file.read(), re.MULTILINE).group(1)


def test_install_and_uninstall_in_a_folder(tmp_path):
    destination = os.path.join(tmp_path, "root")
    make("install", "DESTDIR=" + destination)
    base = destination + prefix()
    assert files_below(base) == sorted(PROGRAMS + DATA)
    for name in PROGRAMS:
        assert stat.S_IMODE(os.stat(os.path.join(base, name)).st_mode) == 0o755
    for name in DATA:
        assert stat.S_IMODE(os.stat(os.path.join(base, name)).st_mode) == 0o644
    assert files_below(destination) == sorted(os.path.join(prefix().lstrip("/"), name)
                                              for name in PROGRAMS + DATA)
    make("uninstall", "DESTDIR=" + destination)
    assert files_below(destination) == []


@pytest.fixture(scope="module")
def installed(configure, tmp_path_factory):
    """A build of its own for a prefix of its own, without a build tree beside it."""
    folder = tmp_path_factory.mktemp("install")
    where = os.path.join(folder, "prefix")
    build = os.path.join(folder, "build")
    os.mkdir(build)
    flags = ["--enable-sanitizers"] if sanitized() else []
    configured = subprocess.run([configure, "-q", "--prefix=" + where, "--sysconfdir=/etc", "--localstatedir=/var",
                                 "CFLAGS=-O0", *flags], cwd=build, capture_output=True, text=True, check=False)
    assert configured.returncode == 0, configured.stderr
    make("-j2", folder=build)
    make("install", folder=build)
    shutil.rmtree(build)
    return where


@pytest.fixture
def at_home(installed, tmp_path):
    """A scene whose programs are the installed ones."""
    with Sandbox(scenario=world(IDS)) as box:
        scene = Scene(tmp_path, box, IDS)
        scene.box = box
        scene.programs = os.path.join(installed, "lib/nagios/plugins")
        yield scene


def test_the_installed_check_finds_its_sweep(at_home, installed):
    result = at_home.check("--advertiser", IDS[0])
    assert result.exit == 0 and at_home.box.calls() == 1, result
    os.rename(os.path.join(installed, PROGRAMS[2]), os.path.join(installed, "away"))
    try:
        result = at_home.check("--advertiser", IDS[0], "--max-age", "0")
        assert result.exit == 0 and "no program " + os.path.join(installed, PROGRAMS[2]) in result.out, result
        at_home.programs = os.path.join(installed, "bin")
        doctor = at_home.cli("doctor", "--offline")
        assert doctor.exit == 1 and PROGRAMS[2] in "".join(doctor.out.split()), doctor
    finally:
        os.rename(os.path.join(installed, "away"), os.path.join(installed, PROGRAMS[2]))


def test_the_installed_tool_works(at_home, installed):
    at_home.programs = os.path.join(installed, "bin")
    assert at_home.cli("sweep").exit == 0
    assert "2 ok" in at_home.cli("status").out
    assert "PROBLEM" not in at_home.cli("doctor").out


def test_the_default_configuration_is_where_the_manual_says(at_home, installed):
    environment = {"PATH": os.environ["PATH"]}
    result = at_home.check("--all", env=environment)
    if not os.path.exists("/etc/tiktok-auth/tiktok-auth.conf"):
        assert result.exit == 3 and "/etc/tiktok-auth/tiktok-auth.conf" in result.out, result
    assert "/etc/tiktok-auth/tiktok-auth.conf" in read_text("plugin/cli/tiktok-auth.conf.5")
    with open(os.path.join(installed, PROGRAMS[0]), "rb") as file:
        assert b"/var/lib/tiktok-auth/state.db" in file.read()


def test_the_programs_leave_nothing_open_to_the_loader(installed):
    """No RPATH, no writable-and-executable memory, position independent where the compiler does so by default."""
    if not shutil.which("readelf"):
        pytest.skip("needs readelf")
    for name in PROGRAMS:
        shown = subprocess.run(["readelf", "-dlW", os.path.join(installed, name)], capture_output=True, text=True,
                               check=True).stdout
        assert "RPATH" not in shown and "RUNPATH" not in shown
        assert re.search(r"GNU_STACK .* RW ", shown), shown
        assert not re.search(r"LOAD .* RWE ", shown), shown


@pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="needs systemd-sysusers")
def test_sysusers_makes_user_and_group(installed, tmp_path):
    shown = subprocess.run(["systemd-sysusers", "--dry-run", "--root", tmp_path, os.path.join(installed, SYSTEM[0])],
                           capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "group 'tiktok-auth'" in shown.stderr and "user 'tiktok-auth'" in shown.stderr, shown.stderr


def test_tmpfiles_makes_the_folders(installed, tmp_path):
    with open(os.path.join(installed, SYSTEM[1]), encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    assert {(line[1], line[2], line[3], line[4]) for line in lines} >= {
        ("/var/lib/tiktok-auth", "2770", "tiktok-auth", "tiktok-auth"),
        ("/var/lib/tiktok-auth/notify", "2770", "tiktok-auth", "tiktok-auth"), ("/var/agentx", "0755", "root", "root")}, lines
    if not shutil.which("systemd-tmpfiles") or os.geteuid() != 0:
        pytest.skip("needs systemd-tmpfiles and root")
    os.makedirs(os.path.join(tmp_path, "etc"))
    for name, line in (("passwd", "tiktok-auth:x:4242:4242::/:/bin/false"), ("group", "tiktok-auth:x:4242:")):
        with open(os.path.join(tmp_path, "etc", name), "w", encoding="ascii") as file:
            file.write(line + "\n")
    made = subprocess.run(["systemd-tmpfiles", "--create", "--root", tmp_path, os.path.join(installed, SYSTEM[1])],
                          capture_output=True, text=True, check=False)
    assert made.returncode == 0 and made.stderr == "", made.stderr
    for folder in ("var/lib/tiktok-auth", "var/lib/tiktok-auth/notify"):
        info = os.stat(os.path.join(tmp_path, folder))
        assert (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid) == (0o2770, 4242, 4242)


def test_the_readme_says_how_to_install():
    """Its commands name what there is."""
    text = read_text("README.md")
    listed = re.search(r"apt-get install (.*)", text).group(1).split()
    if shutil.which("dpkg-query"):
        known = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\n", *listed], capture_output=True, text=True,
                               check=False)
        assert known.returncode == 0, known.stderr
    assert "systemd-tmpfiles --create " + os.path.basename(SYSTEM[1]) in text
    assert "PREFIX/lib/nagios/plugins" in text


@pytest.mark.parametrize("option", ["--with-plugindir=/opt/plugins", "--with-plugindir=${libdir}/monitoring"])
def test_the_plugin_folder_can_be_chosen(configure, tmp_path, option):
    configured = subprocess.run([configure, "-q", "--prefix=/usr", option], cwd=tmp_path,
                                capture_output=True, text=True, check=False)
    assert configured.returncode == 0, configured.stderr
    shown = subprocess.run(["make", "-s", "-f", "-", "show"], cwd=tmp_path, capture_output=True, text=True, check=True,
                           input="include Makefile\nshow:\n\t@echo $(plugindir)\n").stdout.split()[-1]
    assert shown == {"--with-plugindir=/opt/plugins": "/opt/plugins"}.get(option, "/usr/lib/monitoring")
