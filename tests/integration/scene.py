# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A scene for the built programs: configuration, secrets, inventory and state in one folder, and the programs run there."""

import contextlib
import csv
import grp
import json
import os
import shutil
import stat
import subprocess
import tempfile
import time

import pytest

from sandbox import API

APP, SECRET = "7055107885017071618", "app-S3cret/+%=&?#"
MARGIN_SECONDS = 60  # a program that takes longer than this hangs

STATES = ("ok", "warning", "critical", "unknown")

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def top():
    """The folder of the source tree."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read_text(name):
    """A file of the source tree."""
    with open(os.path.join(top(), name), encoding="utf-8") as file:
        return file.read()


def share_with_engine(folder):
    """Where an engine is installed on this machine, its user must be able to read snapshots: doctor would complain."""
    with contextlib.suppress(KeyError, PermissionError):
        os.chown(folder, -1, grp.getgrnam("nagios").gr_gid)
        os.chmod(folder, os.stat(folder).st_mode | stat.S_ISGID)


def programs():
    """The folder of the built programs."""
    return os.environ.get("TTA_BUILDDIR", top())


def program(name):
    return os.path.join(programs(), name)


def sanitized():
    """Whether the programs are built with AddressSanitizer: they then need more memory and time."""
    try:
        with open(program("check_tiktok_auth"), "rb") as file:
            return b"__asan_init" in file.read()
    except FileNotFoundError:
        return False


def make(*arguments, folder=None):
    """Runs make, in the build folder unless another one is given."""
    made = subprocess.run(["make", "-s", *arguments], cwd=folder or programs(), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return made


def until(condition):
    """Waits for what another process brings about."""
    deadline = time.monotonic() + MARGIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in %d s" % MARGIN_SECONDS
        time.sleep(0.01)


def advertiser_ids(count, first=7502022393087590401):
    return [str(first + i) for i in range(count)]


def facts(name):
    """The rows of a table in tests/unit/facts."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit", "facts")
    return read_table(os.path.join(folder, name + ".tsv"))


def read_table(path):
    """The rows of a file of tab-separated fields; '#' begins a comment line."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]


class Result:
    """What a program did: exit, out, err (texts), seconds, peak_kib (its memory and its children's)."""

    def __init__(self, arguments, status, out, err, seconds, peak_kib):
        self.arguments = arguments
        self.exit = status
        self.out = out
        self.err = err
        self.seconds = seconds
        self.peak_kib = peak_kib

    @property
    def line1(self):
        return self.out.split("\n", 1)[0]

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def state(self):
        return STATES[self.exit]

    def __repr__(self):
        return "%s -> %s in %.2f s\n%s%s" % (" ".join(self.arguments), self.exit, self.seconds, self.out, self.err)


class Scene:
    """Everything that the programs are given, in a folder of its own.

    apps: {name: {"app_id", "secret", more keys of [app]}}, tokens: {name: {"token", "app", more keys of [token]}},
    advertisers: ids, or dicts of the inventory's columns; token is the first one when not said. api, sweep: keys of
    these sections. more: lines to append. What is left out is of one app and one token that the constants name.
    """

    def __init__(self, folder, box, advertisers=(), tokens=None, apps=None, api=None, sweep=None, more=""):
        self.folder = os.fspath(folder)
        self.config = os.path.join(self.folder, "tiktok-auth.conf")
        self.state = os.path.join(self.folder, "state")
        self.apps = apps or {"demo": {"app_id": APP, "secret": SECRET}}
        self.tokens = tokens or {"main": {"token": "tok-main"}}
        self.advertisers = [self._row(one) for one in advertisers]
        self.api = {"base_url": (box if isinstance(box, str) else box.url) + API, "retries": 0, **(api or {})}
        self.sweep_keys = {"confirm_delay": "10ms", **(sweep or {})}
        self.more = more
        self.under = ()  # what each program is run by
        self.programs = programs()
        self.owner = None  # who the files belong to, where the programs are not run by ourselves
        os.makedirs(self.state, exist_ok=True)
        share_with_engine(self.state)
        self.write()

    def _row(self, one):
        row = {"advertiser_id": one} if isinstance(one, str) else dict(one)
        row.setdefault("name", "Client " + row["advertiser_id"][-3:])
        row.setdefault("token", next(iter(self.tokens)))
        row.setdefault("owner", "owner@agency.example")
        return row

    # --- Files ----------------------------------------------------------------------------------

    def write_secret(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
        return name

    def write(self):
        """Writes the files anew from what the attributes say now."""
        sections = [("api", self.api)]
        for name, app in self.apps.items():
            keys = {"tier": "ultimate", "budget": "100%", **app}
            secret = keys.pop("secret", None)
            if secret is not None:
                keys["secret_file"] = self.write_secret(name + ".secret", secret)
            sections.append(("app " + name, keys))
        for name, token in self.tokens.items():
            keys = {"app": next(iter(self.apps)), **token}
            keys["token_file"] = self.write_secret(name + ".token", keys.pop("token"))
            sections.append(("token " + name, keys))
        sections += [("inventory", {"file": "advertisers.csv"}), ("sweep", self.sweep_keys),
                     ("store", {"path": os.path.join(self.state, "state.db")})]
        with open(self.config, "w", encoding="utf-8") as file:
            for title, keys in sections:
                file.write("[%s]\n" % title)
                file.writelines("%s = %s\n" % item for item in keys.items())
                file.write("\n")
            file.write(self.more)
        self.write_inventory()

    def write_inventory(self):
        columns = ["advertiser_id", "name", "token", "owner", "client", "until", "required_permissions"]
        with open(os.path.join(self.folder, "advertisers.csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.advertisers)

    def forget(self):
        """Empties the state folder: nothing is known any more."""
        shutil.rmtree(self.state)
        os.mkdir(self.state)
        share_with_engine(self.state)

    def keep(self):
        """A copy of what is known now, for recall()."""
        copy = tempfile.mkdtemp(dir=self.folder, prefix="kept-")
        return shutil.copytree(self.state, os.path.join(copy, "state"))

    def recall(self, kept):
        """Makes what was known at keep() the state of now."""
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(kept, self.state)

    def state_files(self):
        """The names and bytes of all files in the state folder."""
        found = {}
        for folder, _, names in os.walk(self.state):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[name] = file.read()
        return found

    # --- Programs -------------------------------------------------------------------------------

    def become(self, user, groups=()):
        """From now on the programs run as this user (root needed), who owns all the files unless groups are given.

        They are copied to the folder, because a build folder may be closed to others.
        """
        groups_option = "--groups=%s" % ",".join(map(str, groups)) if groups else "--clear-groups"
        self.under = ("setpriv", "--reuid", str(user), "--regid", str(user), groups_option)
        for name in ("check_tiktok_auth", "tiktok-auth-sweep", "tiktok-auth-feed", "tiktok-auth", "tiktok-auth-agent"):
            shutil.copy(os.path.join(programs(), name), self.folder)
        self.programs = self.folder
        self.owner = None if groups else user
        self.own()

    def own(self):
        """Gives all files to whom the programs run as."""
        if self.owner is None:
            return
        for folder, _, names in os.walk(self.folder):
            for path in [folder] + [os.path.join(folder, name) for name in names]:
                os.chown(path, self.owner, self.owner)

    def environment(self):
        return {**os.environ, "TIKTOK_AUTH_CONFIG": self.config, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def start(self, name, *arguments, **more):
        """A program that runs on: a Popen with pipes."""
        command = [*self.under, os.path.join(self.programs, name), *arguments]
        return subprocess.Popen(command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)

    def run(self, name, *arguments, **more):
        out = tempfile.TemporaryFile()
        err = tempfile.TemporaryFile()
        command = [*more.pop("under", self.under), os.path.join(self.programs, name), *arguments]
        began = time.monotonic()
        process = subprocess.Popen(command, env=more.pop("env", self.environment()), stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err, **more)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", errors="surrogateescape"))
            file.close()
        return Result([name, *arguments], process.returncode, texts[0], texts[1], time.monotonic() - began,
                      usage.ru_maxrss)

    def check_at_once(self, count, *arguments):
        """So many checks with these options, let go together: each stands ready behind one pipe that is then closed.

        The seconds of a result count from that moment until it was read.
        """
        gate, open_gate = os.pipe()
        command = ["sh", "-c", 'read -r _; exec "$0" "$@"', program("check_tiktok_auth"), *arguments]
        crowd = [subprocess.Popen(command, env=self.environment(), stdin=gate, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) for _ in range(count)]
        os.close(gate)
        os.close(open_gate)
        began = time.monotonic()
        results = []
        for process in crowd:
            out, err = process.communicate(timeout=MARGIN_SECONDS)
            results.append(Result(["check_tiktok_auth", *arguments], process.returncode, out.decode(), err.decode(),
                                  time.monotonic() - began, 0))
            assert 0 <= process.returncode <= 3, results[-1]
        return results

    def check(self, *arguments, **more):
        """check_tiktok_auth with these options. An exit code that is no state's is an error right here."""
        result = self.run("check_tiktok_auth", *arguments, **more)
        assert 0 <= result.exit <= 3, result
        return result

    def ask(self, *selection, max_age=None):
        """The JSON object about --advertiser ID (when an id is given), or any other selection."""
        if len(selection) == 1 and selection[0].isdigit():
            selection = ("--advertiser", selection[0])
        age = () if max_age is None else ("--max-age", str(max_age))
        return self.check(*selection, *age, "--format", "json").json

    def ask_now(self, *selection):
        """As ask(), after a sweep."""
        return self.ask(*selection, max_age=0)

    def cli(self, *arguments, **more):
        """tiktok-auth with these arguments."""
        return self.run("tiktok-auth", *arguments, **more)

    def sweep(self, *arguments):
        """A round as a person asks for it: no back-off after failed ones holds it up."""
        result = self.cli("sweep", *arguments)
        assert result.exit in (0, 1), result
        return result


def world(scene_advertisers, tokens=None, apps=None, **more):
    """The sandbox scenario in which all is well: each token's login can access the advertisers that name it.

    Arguments as for Scene; more: further lists of the scenario.
    """
    apps = apps or {"demo": {"app_id": APP, "secret": SECRET}}
    tokens = tokens or {"main": {"token": "tok-main"}}
    rows = [{"advertiser_id": one} if isinstance(one, str) else one for one in scene_advertisers]
    first = next(iter(tokens))
    members = {name: [] for name in tokens}
    for row in rows:
        for name in row.get("token", first).split():
            members[name].append(row["advertiser_id"])
    return {
        "apps": [{"app_id": app["app_id"], "secret": app.get("secret", "none")} for app in apps.values()],
        "advertisers": [{"advertiser_id": one} for one in dict.fromkeys(row["advertiser_id"] for row in rows)],
        "logins": [{"name": name, "advertisers": members[name]} for name in tokens],
        "tokens": [{"token": token["token"], "login": name,
                    "app_id": apps[token.get("app", next(iter(apps)))]["app_id"]}
                   for name, token in tokens.items()],
        **more,
    }
