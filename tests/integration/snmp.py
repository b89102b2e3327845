# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The real snmpd and snmptrapd, and the agent between them and the sandbox: unprivileged, on free ports, in one folder."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

from scene import MARGIN_SECONDS, programs, until


def configured_root():
    """The root that the build was configured with."""
    with open(os.path.join(programs(), "Makefile"), encoding="utf-8") as file:
        return re.search(r"^MIB_ROOT = ([0-9.]+)$", file.read(), re.MULTILINE).group(1)


ROOT = configured_root()
SCALARS, APPS, TOKENS, ADVERTISERS, PROBLEMS, FIXES, EVENTS = (ROOT + ".1.%d" % n for n in range(1, 8))
CRITICAL, WARNING, UNKNOWN, CLEAR, SUMMARY = range(1, 6)  # notifications below ROOT.0

STARTS = 5  # how often a program is started on another port before that is an error


def scalar(number):
    return "%s.%d.0" % (SCALARS, number)


def index(*texts):
    """An index of octet strings that begin with their lengths."""
    numbers = []
    for text in texts:
        data = text.encode()
        numbers += [len(data), *data]
    return ".".join(map(str, numbers))


def column(table, number, *texts):
    return "%s.1.%d.%s" % (table, number, index(*texts))


def free_udp_port():
    """A port that was free a moment ago: whoever binds it tries another when it is not any more."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parse_value(text):
    """What -OQUet prints behind '=' as str or int; hexadecimal bytes as bytes."""
    text = text.strip()
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        inner = text[1:-1]
        if re.fullmatch(r"([0-9A-F]{2} )+", inner):
            return bytes.fromhex(inner)
        return inner.replace('\\"', '"').replace("\\\\", "\\")
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def parse_lines(out):
    """[(oid, value)] of what snmpget and its kin print."""
    found = []
    for line in out.splitlines():
        name, equals, value = line.partition(" = ")
        if equals and name.startswith(".1."):
            found.append((name[1:], value))
        elif found and line:
            found[-1] = (found[-1][0], found[-1][1] + "\n" + line)
    return [(name, parse_value(value)) for name, value in found]


class Engine:
    """A program of net-snmp that runs until it is stopped."""

    def __init__(self, folder, under=()):
        self.folder = os.fspath(folder)
        self.under = under  # what it is run by, as Scene.become() has it
        self.process = None

    def environment(self):
        return {**os.environ, "SNMP_PERSISTENT_DIR": os.path.join(self.folder, "persistent"),
                "SNMPCONFPATH": self.folder, "MIBS": "", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def spawn(self, *command, log):
        with open(os.path.join(self.folder, log), "ab") as file:
            self.process = subprocess.Popen([*self.under, *command], env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=file, stderr=file, cwd=self.folder)

    def read(self, name):
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def stop(self, with_signal=signal.SIGTERM):
        """Ends it; its exit status."""
        if self.process is None:
            return None
        self.process.send_signal(with_signal)
        if with_signal == signal.SIGSTOP:
            return None
        status = self.process.wait(MARGIN_SECONDS)
        self.process = None
        return status

    def send(self, which):
        self.process.send_signal(which)


class Snmpd(Engine):
    """snmpd as an AgentX master; more: lines of its configuration."""

    def __init__(self, folder, trap_port=None, more="", access="rocommunity public 127.0.0.1\n",
                 under=()):
        super().__init__(folder, under)
        self.port = None
        self.socket = "unix:" + os.path.join(self.folder, "agentx")
        self.more = more
        self.access = access
        self.trap_port = trap_port

    def start(self):
        with open(os.path.join(self.folder, "snmpd.conf"), "w", encoding="ascii") as file:
            file.write("master agentx\nagentXSocket %s\n%s%s" % (self.socket, self.access, self.more))
            if self.trap_port:
                file.write("trap2sink 127.0.0.1:%d public\n" % self.trap_port)
        for _ in range(STARTS):
            port = self.port or free_udp_port()
            began = len(self.read("snmpd.log"))
            self.spawn("snmpd", "-f", "-r", "-A", "-C", "-c", "snmpd.conf", "-LF", "6", "snmpd.log",
                       "-p", "snmpd.pid", "udp:127.0.0.1:%d" % port, log="snmpd.out")
            if self._listens(began):
                self.port = port
                return self
        raise AssertionError("snmpd does not start\n" + self.read("snmpd.log") + self.read("snmpd.out"))

    def _listens(self, began):
        """Waits until it says that it runs, which is after it listens; False: it ended, the port is taken."""
        deadline = time.monotonic() + MARGIN_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if "NET-SNMP version" in self.read("snmpd.log")[began:]:
                return True
            time.sleep(0.01)
        return False

    # --- Asking ---------------------------------------------------------------------------------

    def tool(self, name, *arguments, access=("-v2c", "-c", "public"), timeout=5, options=("-OnQUet",), check=True):
        done = subprocess.run([name, *access, "-t", str(timeout), "-r", "0", *options, "127.0.0.1:%d" % self.port,
                               *arguments], env=self.environment(), capture_output=True, text=True, check=False,
                              errors="surrogateescape", stdin=subprocess.DEVNULL)
        assert not check or done.returncode == 0, (name, arguments, done.stdout, done.stderr)
        return done

    def get(self, *oids, **more):
        """Values in the order asked for."""
        found = []
        for start in range(0, len(oids), 50):
            found += parse_lines(self.tool("snmpget", *oids[start:start + 50], **more).stdout)
        return [value for _, value in found]

    def get_one(self, oid, **more):
        return self.get(oid, **more)[0]

    def walk(self, oid=ROOT, tool="snmpbulkwalk", options=(), **more):
        return parse_lines(self.tool(tool, oid, options=("-OnQUet", *options), **more).stdout)

    def has(self, oid):
        """Whether the object is there now."""
        done = self.tool("snmpget", oid, check=False, timeout=1)
        return done.returncode == 0 and "No Such" not in done.stdout and " = " in done.stdout


class Notification:
    """One that snmptrapd received: which (CRITICAL, ...), number, and varbinds {oid: value}."""

    def __init__(self, varbinds):
        self.varbinds = varbinds
        self.oid = varbinds.get("1.3.6.1.6.3.1.1.4.1.0", "").lstrip(".")
        inside = self.oid.startswith(ROOT + ".0.")
        self.which = int(self.oid.rsplit(".", 1)[1]) if inside else None
        self.number = varbinds.get(EVENTS + ".1.0")

    def problem(self, number):
        """The value of a column of the problem table, and the index that its name carries."""
        start = PROBLEMS + ".1.%d." % number
        for name, value in self.varbinds.items():
            if name.startswith(start):
                return value, name[len(start):]
        return None, None

    @property
    def id(self):
        return self.problem(6)[0]

    @property
    def state(self):
        return self.problem(8)[0]

    def event(self, number):
        return self.varbinds.get("%s.%d.0" % (EVENTS, number))

    def __repr__(self):
        return "<%s which=%s number=%s id=%s state=%s>" % (self.oid, self.which, self.number, self.id, self.state)


class Traps(Engine):
    """snmptrapd, which writes what it receives."""

    port = None

    def start(self, more="disableAuthorization yes\n"):
        with open(os.path.join(self.folder, "snmptrapd.conf"), "w", encoding="ascii") as file:
            file.write(more)
        for _ in range(STARTS):
            port = self.port or free_udp_port()
            self.spawn("snmptrapd", "-f", "-C", "-c", "snmptrapd.conf", "-n", "-OnQUet", "-Lo", "-p", "snmptrapd.pid",
                       "-F", "#TRAP\\n%V\\n%v\\n#END\\n", "udp:127.0.0.1:%d" % port, log="traps.log")
            if self._listens(port):
                self.port = port
                return self
        raise AssertionError("snmptrapd does not start\n" + self.read("traps.log"))

    def _listens(self, port):
        mine = "0100007F:%04X" % port
        deadline = time.monotonic() + MARGIN_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with open("/proc/net/udp", encoding="ascii") as file:
                if mine in file.read():
                    return True
            time.sleep(0.01)
        return False

    def dropped(self):
        """Datagrams that the kernel had no room for, because snmptrapd was too slow."""
        with open("/proc/net/udp", encoding="ascii") as file:
            return sum(int(line.split()[-1]) for line in file if "0100007F:%04X" % self.port in line.split()[1:2])

    def received(self):
        """Notifications of ours, in the order in which they came."""
        found = []
        for block in re.findall(r"^#TRAP\n(.*?)^#END\n", self.read("traps.log"), re.MULTILINE | re.DOTALL):
            notification = Notification(dict(parse_lines(block)))
            if notification.which:
                found.append(notification)
        return found

    def numbers(self):
        return [one.number for one in self.received()]

    def wait_for(self, condition):
        """Waits until a notification is there for which the condition holds; that one."""
        found = []

        def look():
            found[:] = [one for one in self.received() if condition(one)]
            return found
        until(look)
        return found[0]


class Agent:
    """tiktok-auth-agent over a Scene; it logs to agent.log in the scene's folder."""

    def __init__(self, scene, socket_address, options=("--verbose",)):
        self.scene = scene
        self.socket = socket_address
        self.options = list(options)
        self.process = None
        self.log_path = os.path.join(scene.folder, "agent.log")

    def start(self, *more):
        command = [*self.scene.under, os.path.join(self.scene.programs, "tiktok-auth-agent"), "--config",
                   self.scene.config, "--foreground", "--agentx-socket", self.socket, *self.options, *more]
        with open(self.log_path, "ab") as file:
            self.process = subprocess.Popen(command, env=self.scene.environment(), stdin=subprocess.DEVNULL,
                                            stdout=file, stderr=file)
        return self

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def send(self, which):
        self.process.send_signal(which)

    def stop(self, with_signal=signal.SIGTERM):
        if self.process is None:
            return None
        self.process.send_signal(with_signal)
        status = self.process.wait(MARGIN_SECONDS)
        self.process = None
        return status

    def memory_kib(self):
        """What is resident of it, its rounds' processes left out."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return int(re.search(r"^VmRSS:\s+(\d+) kB", file.read(), re.MULTILINE).group(1))


class Net:
    """snmpd, snmptrapd and the agent around one scene: a context manager that ends them all."""

    def __init__(self, scene, snmpd_more="", access="rocommunity public 127.0.0.1\n", options=("--verbose",)):
        self.scene = scene
        self.traps = Traps(scene.folder, scene.under)
        self.snmpd = Snmpd(scene.folder, more=snmpd_more, access=access, under=scene.under)
        self.agent = Agent(scene, self.snmpd.socket, options)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for one in (self.agent, self.snmpd, self.traps):
            if one.process is not None:
                one.process.kill()
                one.process.wait()
        if self.agent.process is None and os.path.exists(self.agent.log_path):
            text = self.agent.log()
            assert "Sanitizer" not in text and "runtime error" not in text, text[-4000:]

    def start(self):
        """All three, until the agent's objects are there."""
        self.traps.start()
        self.snmpd.trap_port = self.traps.port
        self.snmpd.start()
        self.agent.start()
        self.wait_until_served()
        return self

    def wait_until_served(self, seconds=MARGIN_SECONDS):
        """Seconds until the objects are there and a first round has ended."""
        began = time.monotonic()
        while not (self.snmpd.has(scalar(1)) and "no round has ended" not in self.snmpd.get_one(scalar(1))):
            assert time.monotonic() - began < seconds, self.agent.log()[-3000:]
            time.sleep(0.02)
        return time.monotonic() - began


def tools_missing():
    return [name for name in ("snmpd", "snmptrapd", "snmpget", "snmpbulkwalk") if not shutil.which(name)]
