# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The agent without --foreground: it leaves who started it, and logs to syslog. Its /dev/log is a socket of the test's."""

import contextlib
import os
import signal
import socket
import subprocess

import pytest

from sandbox import Sandbox
from scene import MARGIN_SECONDS, Scene, advertiser_ids, as_root, until, world

IDS = advertiser_ids(3)
pytestmark = [pytest.mark.system, as_root]

# A /dev of its own, with the devices that a program needs and this socket as its log.
INSIDE = """
set -e
mkdir "$1/devices"
mount --bind /dev "$1/devices"
mount -t tmpfs none /dev
for name in null zero full random urandom tty log; do touch "/dev/$name"; done
for name in null zero full random urandom tty; do mount --bind "$1/devices/$name" "/dev/$name"; done
mount --bind "$1/log" /dev/log
cd "$1"
shift
exec "$@"
"""


class Syslog:
    """What came to a datagram socket, in order."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)
        self.lines = []

    def read(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.lines.append(self.socket.recv(65536).decode("utf-8", errors="surrogateescape"))
        return self.lines

    def has(self, text):
        return any(text in line for line in self.read())


def running(scene):
    """The processes of agents that were started in the scene's folder, rounds included."""
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            with open("/proc/%d/cmdline" % int(name), "rb") as file:
                command = file.read().split(b"\0")[0]
            if command.endswith(b"/tiktok-auth-agent") and os.readlink("/proc/%s/cwd" % name) == scene.folder:
                found.append(int(name))
    return found


@pytest.fixture
def scene(tmp_path):
    with Sandbox(scenario=world(IDS)) as box:
        scene = Scene(tmp_path, box, IDS, sweep={"interval": "1s"})
        yield scene
        for pid in running(scene):
            os.kill(pid, signal.SIGKILL)


def test_in_the_background_it_logs_to_syslog(scene):
    log = Syslog(os.path.join(scene.folder, "log"))
    # Relative paths are still taken from where it was started.
    begun = subprocess.run(["unshare", "--mount", "sh", "-c", INSIDE, "sh", scene.folder,
                            os.path.join(scene.programs, "tiktok-auth-agent"), "--config", os.path.basename(scene.config),
                            "--agentx-socket", "unix:" + os.path.join(scene.folder, "agentx")],
                           env=scene.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=MARGIN_SECONDS, check=False)
    assert (begun.returncode, begun.stdout) == (0, b""), begun
    until(lambda: log.has("serves"))
    line = next(line for line in log.read() if "serves" in line)
    assert line.startswith("<30>") and "tiktok-auth-agent[" in line, line  # daemon.info
    until(lambda: scene.check("--all").exit == 0)
    (parent,) = {int(line.split("tiktok-auth-agent[")[1].split("]")[0]) for line in log.read() if "serves" in line}
    with open("/proc/%d/stat" % parent, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    assert fields[3] != str(os.getsid(0)) and fields[4] == "0"  # a session of its own, no terminal
    assert os.readlink("/proc/%d/fd/1" % parent) == "/dev/null"
    os.kill(parent, signal.SIGTERM)
    until(lambda: log.has("ended"))
    until(lambda: not running(scene))


def test_a_fault_before_that_is_shown_to_who_started_it(scene):
    os.unlink(scene.config)
    begun = subprocess.run([os.path.join(scene.programs, "tiktok-auth-agent"), "--config", scene.config],
                           env=scene.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=MARGIN_SECONDS, check=False)
    assert begun.returncode not in (0, -signal.SIGALRM) and scene.config in begun.stderr.decode(), begun
