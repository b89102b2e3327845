# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A scene watched by a real engine: its advertisers as generated objects, their states by the feed, and who is told of them."""

import glob
import os
import re

from engine_icinga import Icinga
from engine_nagios import Nagios
from scene import APP, SECRET, Scene, advertiser_ids, top, until

HOST = "tiktok-demo"
REAUTH = "https://connect.agency.example/tiktok/{advertiser_id}"
APPS = {"demo": {"app_id": APP, "secret": SECRET, "reauth_url": REAUTH}}
TOKENS = {"main": {"token": "tok-main"}, "big": {"token": "tok-big"}}
ANNAS, BENS = advertiser_ids(3), advertiser_ids(3, 7502022393087600001)
SHOPS = advertiser_ids(3, 7502022393087650001)
BIG = advertiser_ids(1000, 7502022393087700001)
ROWS = ([{"advertiser_id": one, "token": "main", "owner": "anna@agency.example"} for one in ANNAS] +
        [{"advertiser_id": one, "token": "main", "owner": "ben@agency.example"} for one in BENS] +
        [{"advertiser_id": one, "token": "main", "owner": "ben@agency.example", "client": "Shop & Söhne"} for one in SHOPS])
MANY = ROWS + [{"advertiser_id": one, "token": "big", "owner": "anna@agency.example"} for one in BIG]
OWNERS = ("anna@agency.example", "ben@agency.example")
ANNA, BEN, PLATFORM = "tiktok-anna-agency-example", "tiktok-ben-agency-example", "tiktok-platform"

ALWAYS = "mon-sun 00:00-24:00"

OK, WARNING, CRITICAL, UNKNOWN = range(4)


class Watch:
    """A scene, and an engine over the objects that were generated from it; results come to it by the feed `engine`."""

    def __init__(self, kind, box, folder, rows, sweep=None, more="", hours=ALWAYS, scale=None, objects=None):
        """objects: (what generate made) -> text of more objects, for the engine to load behind all others."""
        self.box = box
        self.kind = kind
        self.scale = scale
        self.objects = objects
        self.engine = Nagios(settings={"service_freshness_check_interval": 1, "additional_freshness_latency": 0}) \
            if kind == "nagios" else Icinga()
        used = {row["token"] for row in rows}
        more += "".join("[owner %s]\nhours = %s\n" % (owner, hours) for owner in OWNERS)
        more += "[owner platform]\nemail = platform@agency.example\n"
        self.scene = Scene(folder, box, rows, {name: TOKENS[name] for name in TOKENS if name in used}, APPS, more=more,
                           sweep={"mass_confirm": "0s", **(sweep or {})})
        self.scene.become(self.engine.user.pw_uid)
        self.set_feed()

    def set_feed(self):
        """The engine's address may change when it is started."""
        if self.kind == "nagios":
            keys = {"kind": "nagios", "dir": self.engine.spool}
        else:
            keys = {"kind": "icinga2", "url": self.engine.url, "ca_file": self.engine.ca_file, "user": "feeder",
                    "password_file": self.engine.write("feeder.password", "pass-word%+:\n", mode=0o600)}
        section = "\n[feed engine]\n" + "".join("%s = %s\n" % item for item in keys.items())
        self.scene.more = self.scene.more.split("\n[feed engine]")[0] + section
        self.scene.write()
        self.scene.own()

    def generate(self):
        """Objects as the inventory stands now; the static files come first."""
        made = os.path.join(self.scene.folder, "made")
        result = self.scene.cli("generate", self.kind, "--output", made)
        assert result.exit == 0, result
        if self.scale:  # {seconds that a result may be old, as generated: as this test has time for}
            with open(made, encoding="utf-8") as file:
                text = re.sub(r"(freshness_threshold +|no-result!|fresh = )(\d+)\b",
                              lambda found: found[1] + str(self.scale.get(int(found[2]), found[2])), file.read())
            with open(made, "w", encoding="utf-8") as file:
                file.write(text)
        folder = os.path.join(top(), "nagios", "nagios4" if self.kind == "nagios" else "icinga2")
        files = sorted(glob.glob(os.path.join(folder, "*.cfg" if self.kind == "nagios" else "*.conf"))) + [made]
        if self.objects:
            files = [self._here(file) for file in files]
            with open(made, encoding="utf-8") as file:
                files.append(self._write("more", self.objects(file.read())))
        (self.engine.set_objects if self.kind == "nagios" else self.engine.set_conf)(files)

    def _write(self, name, text):
        path = os.path.join(self.scene.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _here(self, file):
        """A file that runs what lies in the scene, in place of what would be installed."""
        with open(file, encoding="utf-8") as source:
            text = source.read()
        text = text.replace("/usr/bin/tiktok-auth", os.path.join(self.scene.programs, "tiktok-auth"))
        return self._write(os.path.basename(file), text.replace("/etc/tiktok-auth/tiktok-auth.conf", self.scene.config))

    def start(self, fed=True):
        """The engine, and what it knows at first: handed over here, or by the engine itself."""
        self.generate()
        if self.kind == "icinga2":
            self.engine.api_user("feeder", "pass-word%+:", '[ "actions/process-check-result", "objects/query/Service" ]')
        self.engine.start()
        self.set_feed()
        if fed:
            self.feed()
        self.wait("api", OK)
        return self

    def feed(self):
        """A sweep, and its results handed to the engine."""
        result = self.scene.check("--all", "--max-age", "0", "--feed", "engine")
        assert "feed engine failed" not in result.out, result
        return result

    def state(self, service):
        if self.kind == "nagios":
            status = self.engine.status(HOST, service)
            return int(status["current_state"]) if status.get("has_been_checked") == "1" else None
        service = self.engine.service(HOST, service)
        return int(service["state"]) if service["last_check_result"] else None

    def states(self):
        """{service: state} of all that are fed and have one."""
        if self.kind == "nagios":
            found = {name: int(one["current_state"]) for (_, name), one in self.engine.statuses().items()
                     if one["has_been_checked"] == "1"}
        else:
            found = {name: int(one["state"]) for (_, name), one in self.engine.services().items()
                     if one["last_check_result"] and not name.startswith("below-")}
        return {name: state for name, state in found.items() if name != "all"}

    def output(self, service):
        if self.kind == "nagios":
            status = self.engine.status(HOST, service)
            return status["plugin_output"] + "\n" + status["long_plugin_output"].replace("\\n", "\n")
        return self.engine.output(HOST, service)

    def wait(self, service, state):
        until(lambda: self.state(service) == state)

    def told(self):
        """[(service, state, contact)] of what was told so far, recoveries with the state OK; without the hash that a
        contact's name ends in where the owner's could not be taken as it is."""
        return [(service, state, re.sub("-[0-9a-f]{8}$", "", contact)) for service, state, contact in self.engine.told()]

    def feed_until_told(self, *expected):
        """Round after round until this was told."""
        def told():
            self.feed()
            return expected in self.told()
        until(told)

    def wait_told(self, *expected):
        """Waits until all of these were told, and sees that nothing else was."""
        until(lambda: set(expected) <= set(self.told()))
        assert sorted(self.told()) == sorted(expected)
