# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A Debian tree that boots: made once by debootstrap and kept, copied for each use, run by systemd-nspawn."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile

SUITE = "bookworm"
PACKAGES = ["systemd", "systemd-sysv", "dbus", "procps", "snmpd", "snmp", "snmptrapd", "libcurl4", "libcjson1",
            "libsqlite3-0", "libinih1", "libsnmp40", "libsystemd0", "libmicrohttpd12", "libgnutls30"]
# What no test looks at, half of the tree.
USELESS = ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man"]
TOOLS = ["debootstrap", "unshare", "systemd-nspawn", "systemd-sysusers", "systemd-tmpfiles", "systemctl"]

DEBOOTSTRAP_SECONDS = 1200
BOOT_SECONDS = 420  # it boots in about a second; the rest is for steps that wait in vain


class MachineError(Exception):
    """The tree could not be made, or did not end by itself."""


def missing():
    """What this host lacks for it, as a sentence; None when it has everything."""
    if os.geteuid() != 0:
        return "needs root"
    tools = [tool for tool in TOOLS if not shutil.which(tool)]
    return "needs " + ", ".join(tools) if tools else None


def mirror():
    """Where this host's apt gets the suite from."""
    shown = subprocess.run(["apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(REPO_URI)",
                            "Created-By: Packages"], capture_output=True, text=True, check=False).stdout
    for line in shown.splitlines():
        codename, component, uri = line.split(" ", 2)
        if (codename, component) == (SUITE, "main"):
            return re.sub(r"^mirror\+|/$", "", uri)
    return None  # debootstrap knows one


def cache():
    return os.environ.get("TTA_TEST_CACHE", "/var/cache/tiktok-auth-monitor-tests")


def base():
    """The path of the tree as debootstrap made it. Nobody writes to it."""
    key = hashlib.sha256("\n".join([SUITE, *PACKAGES, *USELESS]).encode()).hexdigest()[:16]
    ready = os.path.join(cache(), "%s-%s" % (SUITE, key))
    os.makedirs(cache(), mode=0o755, exist_ok=True)
    with open(os.path.join(cache(), "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(ready):
            _bootstrap(ready)
    return ready


def _bootstrap(ready):
    made = tempfile.mkdtemp(dir=cache(), prefix="making-")
    try:
        tree = os.path.join(made, "tree")
        # Namespaces of its own: when it is ended, what it has mounted and started is gone, too.
        done = subprocess.run(["unshare", "--mount", "--pid", "--kill-child", "--mount-proc", "debootstrap",
                               "--variant=minbase", "--include=" + ",".join(PACKAGES), SUITE, tree, *filter(None, [mirror()])],
                              capture_output=True, text=True, timeout=DEBOOTSTRAP_SECONDS, check=False)
        if done.returncode != 0:
            raise MachineError("debootstrap: " + done.stdout[-2000:] + done.stderr[-2000:])
        for name in USELESS:
            shutil.rmtree(os.path.join(tree, name))
            os.mkdir(os.path.join(tree, name))
        os.rename(tree, ready)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def copy():
    """A tree to change and to boot; gone afterwards."""
    folder = tempfile.mkdtemp(prefix="tta-machine-")
    try:
        tree = os.path.join(folder, "tree")
        subprocess.run(["cp", "-a", "--reflink=auto", base(), tree], check=True)
        yield tree
    finally:
        shutil.rmtree(folder)


def _command(tree, *options):
    """Its network is a loopback device of its own. Neither machined nor a unit is asked for: this host's first process may
    be anything. It runs in a namespace of processes, so that with it everything in the tree ends."""
    return ["unshare", "--mount", "--pid", "--kill-child", "--mount-proc",
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--machine=tta-%d" % os.getpid(),
            "--directory", tree, "--private-network", "--link-journal=no", "--console=pipe", *options]


def command(tree, *words):
    """Runs a command in the tree, which is not booted; returns its output."""
    try:
        done = subprocess.run(_command(tree, *words), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=BOOT_SECONDS, check=False)
    finally:
        _tidy_cgroups()
    if done.returncode != 0:
        raise MachineError("%s: %s%s" % (words, done.stdout, done.stderr))
    return done.stdout


def boot(tree, report):
    """Boots the tree, with the folder `report` as /report in it, until it powers itself off; returns its console."""
    # One hierarchy of control groups inside, whatever is outside.
    process = subprocess.Popen(_command(tree, "--bind=%s:/report" % report, "--boot"), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
    try:
        console, _ = process.communicate(timeout=BOOT_SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        raise MachineError("it did not power off in %d s:\n%s" % (BOOT_SECONDS, _last_words(tree))) from None
    finally:
        _end(process)
        _tidy_cgroups()
    console = console.decode(errors="replace")
    if process.returncode != 0:
        raise MachineError("systemd-nspawn ended with %d: %s" % (process.returncode, console))
    return console


def _end(process):
    """Ends unshare's child, and waits until unshare has seen the last process in its namespace end."""
    if process.poll() is None:
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="ascii") as file:
            for child in file.read().split():
                os.kill(int(child), signal.SIGKILL)
        process.communicate(timeout=60)


def _last_words(tree):
    return subprocess.run(["journalctl", "--directory", os.path.join(tree, "var/log/journal"), "--no-pager", "-n", "80"],
                          capture_output=True, text=True, errors="replace", check=False).stdout


def _tidy_cgroups():
    """Takes away the control groups that --keep-unit leaves below ours; one in use stays."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        ours = [line.rstrip("\n").split(":", 2)[2] for line in file if "::" in line or ":name=systemd:" in line]
    for mount in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
        for path in ours:
            for left in ("payload", "supervisor"):
                for folder, _, _ in os.walk(os.path.join(mount, path.lstrip("/"), left), topdown=False):
                    with contextlib.suppress(OSError):
                        os.rmdir(folder)
