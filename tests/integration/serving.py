# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""tiktok-auth serve beside a scene and the sandbox's portal, a person's steps through both, and links made by hand."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import os
import re
import signal
import socket
import sqlite3
import urllib.parse

from sandbox import Sandbox
from scene import APP, SECRET, MARGIN_SECONDS, Scene, until, world

NAME, CONTACT = "Example Agency", "Anna Example, anna@agency.example"
PREFIX = "/tiktok"


class Answer:
    """status, headers (lower case), body (text) and location of one answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.names = [name.lower() for name, _ in headers]
        self.body = body.decode("utf-8")
        self.location = self.headers.get("location", "")

    @property
    def title(self):
        return re.search("<h1>(.*?)</h1>", self.body).group(1)

    def __repr__(self):
        return "%s %s\n%s" % (self.status, self.headers, self.body)


class Serving:
    """The service on a port of its own; public_url and redirect_uri name that port, so the configuration is written once it is
    known, and read again."""

    def __init__(self, folder, rows, tokens=None, more="", serve=None):
        self.keys = {"name": NAME, "contact": CONTACT, "rate": 100000, "rate_total": 100000, **(serve or {})}
        self.rows = rows
        self.more = more
        self.box = None
        self.process = None
        self.port = None
        self.folder = os.fspath(folder)
        self.apps = {"demo": {"app_id": APP, "secret": SECRET}}
        self.tokens = tokens or {"main": {"token": "tok-main"}}
        self.scene = Scene(folder, "http://127.0.0.1:9", rows, self.tokens, self.apps)

    def __enter__(self):
        self.start()
        self.apps["demo"].update(public_url=self.public, redirect_uri=self.public + "/callback")
        scenario = world(self.rows, self.tokens, self.apps)
        scenario["apps"][0]["redirect_uris"] = [self.public + "/callback"]
        self.box = Sandbox(scenario=scenario).start()
        self.scene.api["base_url"] = self.box.url + "/open_api/v1.3"
        self.write()
        self.scene.own()
        self.reload()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.box:
            self.box.stop()

    @property
    def public(self):
        return "http://127.0.0.1:%d%s" % (self.port, PREFIX)

    def write(self):
        self.scene.more = self.more + "[serve]\n" + "".join("%s = %s\n" % item for item in self.keys.items())
        self.scene.write()
        self.scene.own()

    # --- The program ----------------------------------------------------------------------------

    def start(self, listen="127.0.0.1:0"):
        self.errors = open(os.path.join(self.folder, "serve.log"), "w+b")
        self.told = []
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind("\0tta-serve-%d-%d" % (os.getpid(), id(self)))
        os.environ["NOTIFY_SOCKET"] = "@" + self.manager.getsockname()[1:].decode("ascii")
        try:
            self.process = self.scene.start("tiktok-auth", "serve", "--listen", listen)
        finally:
            del os.environ["NOTIFY_SOCKET"]
        self.process.stdout.close()
        os.set_blocking(self.process.stderr.fileno(), False)
        until(lambda: "listening on" in self.said())
        self.port = int(re.search(r"listening on [\d.]+:(\d+)", self.said()).group(1))

    def said(self):
        """All that it has logged so far."""
        if self.process and self.process.stderr and not self.process.stderr.closed:
            text = self.process.stderr.read()
            if text:
                self.errors.seek(0, os.SEEK_END)
                self.errors.write(text)
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", errors="replace")

    def told_manager(self):
        """All that it has told the service manager so far: [assignment]. Few fit the socket unread."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.told += self.manager.recv(4096, socket.MSG_DONTWAIT).decode("utf-8").split("\n")
        return self.told

    def reload(self):
        """Tells it to read its configuration, and waits until it has, or has refused it; what it said of it."""
        before = len(self.said())
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self.told_manager() and re.search("config: .*\n", self.said()[before:]))
        return self.said()[before:]

    def stop(self):
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(MARGIN_SECONDS)
        self.said()
        self.process.stderr.close()
        self.process = None
        self.manager.close()
        return code

    def children(self):
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid), encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    # --- A person -------------------------------------------------------------------------------

    def ask(self, url, method="GET", headers=None, body=None, timeout=MARGIN_SECONDS):
        """One request of one connection; the address may be a path."""
        parts = urllib.parse.urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def authorize(self, portal, login="main", ids=None, decision="authorize"):
        """What the portal leads back to when this login ticks these accounts (None: all that it has)."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(portal).query))
        form = [(name, query[name]) for name in ("app_id", "redirect_uri", "state")]
        form += [("login", login), ("decision", decision)]
        form += [("everything", "1")] if ids is None else [("advertiser_id", one) for one in ids]
        status, headers, _ = self.box.request("POST", "/portal/authorize", body=urllib.parse.urlencode(form),
                                              headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 302
        return headers["Location"]

    # --- Links ----------------------------------------------------------------------------------

    def link(self, *selection):
        """The one that a check shows."""
        url = self.scene.ask(*selection)["reauth_url"]
        assert url and url.startswith(self.public + "/r/"), url
        return url

    def sign(self, thing, day=0, kind="advertiser", app_id=APP, key=None):
        """A link as the service makes it; with another key, as somebody else would."""
        if key is None:
            with open(os.path.join(self.scene.state, "link.key"), "rb") as file:
                key = file.read().strip()
        words = "tiktok-auth link 1\n%s\n%s\n%s\n%d\n" % (app_id, kind, thing, day)
        mac = hmac.new(key, words.encode(), hashlib.sha256).digest()[:15]
        letters = "abcdefghijklmnopqrstuvwxyz234567"
        prefix = "".join(letters[day >> shift & 31] for shift in (15, 10, 5, 0)) if day else ""
        return "%s/r/%s/%s%s" % (self.public, thing, prefix, base64.b32encode(mac).decode().lower())

    def links_kept(self):
        """How many ways to the portal were made so far."""
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % os.path.join(self.scene.state, "state.db"),
                                                uri=True)) as store:
            return store.execute("SELECT count(*) FROM links").fetchone()[0]
