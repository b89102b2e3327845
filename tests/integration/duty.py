# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""People on call: a scene with receivers of notices, rounds that are made one by one, and a worker that delivers."""

import contextlib
import glob
import os
import signal
import sqlite3
import subprocess

from scene import APP, SECRET, Scene, until
from telling import last_alert, open_folder, snmp_section

REAUTH = "https://connect.agency.example/tiktok?account={advertiser_id}"
APPS = {"demo": {"app_id": APP, "secret": SECRET, "reauth_url": REAUTH}}
ANNA, BEN = "anna@agency.example", "ben@agency.example"

# Times that a test can wait for.
FAST = {"group_wait": "100ms", "retry_base": "100ms", "retry_max": "400ms"}
# Keys of a [notify NAME] whose value stands in a file: {how a test gives it: the key}.
FILES = {"key": "key_file", "secret": "secret_file", "path": "path_file", "password": "password_file"}


def key_of(*parts):
    """The stable key of a root cause of the app `demo`."""
    return "/".join(("tiktok-auth", APP) + parts)


def sections(scene, receivers, owners=None):
    """[notify NAME] and [owner NAME] sections; secrets go to files, the keys name them. receivers: {name: keys of [notify
    NAME]}, secrets as FILES has them; owners: {name: keys of [owner NAME]}."""
    found = [("notify " + name, name, {**FAST, **keys}) for name, keys in receivers.items()]
    found += [("owner " + name, name.split("@")[0], keys) for name, keys in (owners or {}).items()]
    text = ""
    for title, name, keys in found:
        text += "[%s]\n" % title
        for key, value in keys.items():
            if key in FILES:
                key, value = FILES[key], scene.write_secret("%s.%s" % (name, key), value)
            text += "%s = %s\n" % (key, value)
    return text


class Worker:
    """The worker of a scene: `tiktok-auth notify --worker`."""

    def __init__(self, scene):
        self.scene = scene
        self.process = None

    def work(self, *under):
        """Starts it, run by `under` (strace and its options) when that is given."""
        assert self.process is None
        with open(os.path.join(self.scene.folder, "worker.log"), "ab") as log:
            self.process = subprocess.Popen(
                [*under, *self.scene.under, os.path.join(self.scene.programs, "tiktok-auth"), "notify", "--worker"],
                env=self.scene.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        return self

    def log(self):
        with open(os.path.join(self.scene.folder, "worker.log"), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def rest(self, how=signal.SIGTERM):
        """Ends it, and what it is run by; its exit status."""
        if self.process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        status = self.process.wait(60)
        self.process = None
        return status

    def outbox(self, text):
        """Rows of the outbox; [] where there is none yet."""
        try:
            with contextlib.closing(sqlite3.connect("file:%s/notify.db?mode=ro" % self.scene.state, timeout=30,
                                                    uri=True)) as outbox:
                return outbox.execute(text).fetchall()
        except sqlite3.OperationalError:
            return []

    def is_idle(self):
        """Whether all that engines enqueued and rounds found has been delivered, or is a dead letter."""
        taken = self.outbox("SELECT number FROM places WHERE name = 'agent'")
        if taken and taken[0][0] < last_alert(self.scene):
            return False
        return not glob.glob(os.path.join(self.scene.state, "notify", "*.notice")) and \
            self.outbox("SELECT count(*) FROM deliveries WHERE NOT dead") == [(0,)]


class Duty(Worker):
    """A scene with these receivers and owners, rounds that are made one by one, and a worker."""

    def __init__(self, box, folder, rows, receivers=None, owners=None, tokens=None, apps=None, more="", sweep=None):
        super().__init__(Scene(folder, box, rows, tokens, apps or APPS, sweep={"mass_confirm": "0s", **(sweep or {})}))
        self.box = box
        self.owners = owners
        self.event = 0
        self.beyond = snmp_section() + more  # changes are told without a pause
        self.configure(**(receivers or {}))

    def configure(self, **receivers):
        """Writes the configuration anew, with these receivers."""
        self.scene.more = self.beyond + sections(self.scene, receivers, self.owners)
        self.scene.write()
        self.scene.own()

    def round(self):
        """A round, whose news the worker takes up."""
        return self.scene.sweep()

    def says(self, kind, service, state="CRITICAL", *more, engine="nagios", host="tiktok-demo"):
        """The notification command as an engine runs it, for a notification of its own; it must succeed."""
        self.event += 1
        result = self.scene.cli("notify", "--engine", engine, "--type", kind, "--host", host, "--service", service,
                                "--state", state, "--event-id", str(self.event), *more)
        assert result.exit == 0, result
        return result

    def doctor(self):
        return self.scene.cli("doctor").out


@contextlib.contextmanager
def on_duty(box, rows, receivers=None, working=True, **more):
    """A Duty whose first round found that all is well; the worker runs, unless said otherwise."""
    box.reset()
    with open_folder() as folder:
        duty = Duty(box, folder, rows, receivers, **more)
        try:
            duty.round()
            if working:
                duty.work()
            yield duty
        finally:
            duty.rest(signal.SIGKILL)


def until_open(receiver, *keys, routing_key=None):
    """Waits until these alerts are open at a PagerDuty, and no others; all of them."""
    until(lambda: set(receiver.open(routing_key)) == set(keys))
    return [receiver.open(routing_key)[key] for key in keys]
