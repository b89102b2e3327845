# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the sandbox API server for a test, and steers it."""

import http.client
import json
import os
import select
import ssl
import subprocess
import tempfile
import urllib.parse

API = "/open_api/v1.3"
LIST = API + "/oauth2/advertiser/get/"
INFO = API + "/advertiser/info/"
USER = API + "/user/info/"

READY_SECONDS = 60
CONTROL_SECONDS = 60


class SandboxError(Exception):
    """The sandbox did not start, or refused a control request."""


def binary_path():
    """Where the server is: $TTA_SANDBOX, else in $TTA_BUILDDIR, else in the source tree."""
    given = os.environ.get("TTA_SANDBOX")
    if given:
        return given
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.path.join(os.environ.get("TTA_BUILDDIR", top), "tests", "sandbox", "tiktok-sandbox")


class Sandbox:
    """A running sandbox: a context manager, or start() and stop().

    scenario: a dict, or the path of a JSON file. tls: None or a KIND of --tls. clock: "real", "manual" or
    "manual:EPOCH". Whatever is not a method here can be asked for with control().
    """

    def __init__(self, binary=None, scenario=None, tls=None, clock="real", options=()):
        self.binary = binary or binary_path()
        self.scenario = scenario if scenario is not None else {}
        self.tls = None if tls in (None, "off") else tls
        self.clock = clock
        self.options = list(options)
        self.process = None
        self.url = None  # http://127.0.0.1:PORT or https://127.0.0.1:PORT
        self.port = None
        self.ca = None  # path of the CA certificate, with TLS
        self.last_words = ""  # what it had written to standard error when it was stopped
        self._folder = None
        self._stderr = None

    # --- Life -----------------------------------------------------------------------------------

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *unused):
        code = self.stop()
        if code != 0 and kind is None:
            raise SandboxError("the sandbox ended with %s: %s" % (code, self.last_words))

    def _arguments(self):
        scenario = self.scenario
        if isinstance(scenario, dict):
            scenario = os.path.join(self._folder.name, "scenario.json")
            with open(scenario, "w", encoding="utf-8") as file:
                json.dump(self.scenario, file)
        arguments = [self.binary, "--scenario", os.fspath(scenario), "--clock", self.clock, "--quiet",
                     "--die-with-parent"]
        if self.tls:
            self.ca = os.path.join(self._folder.name, "ca.pem")
            arguments += ["--tls", self.tls, "--ca-out", self.ca]
        return arguments + self.options

    def start(self):
        self._folder = tempfile.TemporaryDirectory(prefix="tta-sandbox-")
        self._stderr = open(os.path.join(self._folder.name, "stderr"), "w+b")
        try:
            self.process = subprocess.Popen(self._arguments(), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=self._stderr)
            line = self._ready_line()
        except BaseException:
            self.stop()
            raise
        self.url = line.split()[1]
        self.port = urllib.parse.urlsplit(self.url).port
        return self

    def _ready_line(self):
        """The one line on standard output; a server that ends instead is an error with its last words."""
        readable, _, _ = select.select([self.process.stdout], [], [], READY_SECONDS)
        line = self.process.stdout.readline().decode() if readable else ""
        if line.startswith("listening "):
            return line
        if readable:
            self.process.wait(READY_SECONDS)
        raise SandboxError("the sandbox did not start (exit %s): %s"
                           % (self.process.poll(), self.errors().strip()))

    def errors(self):
        """What the server wrote to standard error so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def stop(self):
        """Ends the server and returns its exit code (0 when all is well)."""
        code = None
        if self.process is not None:
            if self.process.poll() is None:
                self.process.terminate()
            try:
                code = self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                code = self.process.wait()
            self.process.stdout.close()
            self.process = None
        if self._stderr is not None:
            self.last_words = self.errors()
            self._stderr.close()
            self._stderr = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        return code

    # --- Requests -------------------------------------------------------------------------------

    def connection(self, timeout=CONTROL_SECONDS):
        """A plain http.client connection to the server, which the caller closes. Verifies no certificate."""
        if self.tls and self.tls != "not-tls":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, params=None, token=None, body=None, headers=None):
        """(status, headers, body bytes) of one request on a connection of its own."""
        if params:
            path += "?" + urllib.parse.urlencode(params)
        headers = dict(headers or {})
        if token is not None:
            headers["Access-Token"] = token
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = self.connection()
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def call(self, path, params=None, token=None, body=None):
        """The JSON answer of an API call; path is below /open_api/v1.3. POST if there is a body."""
        method = "GET" if body is None else "POST"
        _, _, answer = self.request(method, API + path, params, token, body)
        return json.loads(answer)

    def control(self, name, body=None, method="POST", params=None):
        """One control request below /_sandbox/. Raises SandboxError if it is refused."""
        status, _, answer = self.request(method, "/_sandbox/" + name, params, body=body)
        parsed = json.loads(answer)
        if status != 200:
            raise SandboxError(parsed.get("error", answer))
        return parsed

    # --- Advertisers, logins, tokens, apps ------------------------------------------------------

    @staticmethod
    def _whom(ids):
        return {"advertiser_id": ids} if isinstance(ids, str) else {"advertiser_ids": list(ids)}

    def revoke(self, ids, app_id=None, token=None):
        """Takes the grant of an advertiser id (or many) from an app (default: all apps) or from one token."""
        self.control("revoke", {**self._whom(ids), **_given(app_id=app_id, token=token)})

    def restore(self, ids, app_id=None, token=None):
        """Undoes revoke() and delete()."""
        self.control("restore", {**self._whom(ids), **_given(app_id=app_id, token=token)})

    def status(self, ids, status):
        """Sets what advertiser/info says, e.g. STATUS_LIMIT for suspended."""
        self.control("status", {**self._whom(ids), "status": status})

    def suspend(self, ids):
        self.status(ids, "STATUS_LIMIT")

    def delete(self, ids, code=None):
        self.control("delete", {**self._whom(ids), **_given(code=code)})

    def rename(self, ids, name):
        self.control("rename", {**self._whom(ids), "advertiser_name": name})

    def add_access(self, login, ids):
        self.control("access/add", {"login": login, **self._whom(ids)})

    def remove_access(self, login, ids):
        self.control("access/remove", {"login": login, **self._whom(ids)})

    def kill(self, token):
        """Revokes a token: 40105 from now on."""
        self.control("kill", {"token": token})

    def revive(self, token):
        self.control("revive", {"token": token})

    def expire(self, token, seconds=0):
        """40102 from that many seconds on."""
        self.control("expire", {"token": token, "in": seconds})

    def add_token(self, token, app_id, login):
        self.control("token", {"token": token, "app_id": app_id, "login": login})

    def block(self, app_id, message=None, code=None):
        self.control("block", {"app_id": app_id, **_given(message=message, code=code)})

    def unblock(self, app_id):
        self.control("unblock", {"app_id": app_id})

    def secret(self, app_id, secret, kill_tokens=False):
        """Resets the app's secret."""
        self.control("secret", {"app_id": app_id, "secret": secret, "kill_tokens": kill_tokens})

    def quota(self, app_id, **limits):
        """tier="basic", or any of qps=, qpm=, qpd= (0: none). The windows start anew."""
        self.control("quota", {"app_id": app_id, **limits})

    def withhold(self, path, token=None, **how):
        """Takes an endpoint's permission from a token (default: all). how: method, code, message, words."""
        self.control("endpoint", {"path": path, "granted": False, **_given(token=token), **how})

    def grant(self, path, token=None, **how):
        self.control("endpoint", {"path": path, "granted": True, **_given(token=token), **how})

    def auth_code(self, app_id, login, ids=None):
        """An auth code as the portal would hand it over."""
        body = {"app_id": app_id, "login": login, **_given(advertiser_ids=ids)}
        return self.control("auth_code", body)["auth_code"]

    def video(self, video_id, **fields):
        """Adds or changes a video: advertiser_id, file_name, state, ready_in."""
        self.control("video", {"video_id": video_id, **fields})

    def incidents(self, *incidents):
        """What the RSS feed shows: dicts of title, description, guid, date."""
        self.control("incidents", {"incidents": list(incidents)})

    # --- Faults ---------------------------------------------------------------------------------

    def fault(self, path=None, token=None, app_id=None, advertiser_id=None, method=None, exact=None, **action):
        """Adds a fault rule (README.md of tests/sandbox) and returns its id.

        fault(path="advertiser/get", times=2, http=503)
        """
        match = _given(path=path, token=token, app_id=app_id, advertiser_id=advertiser_id, method=method,
                       exact=exact)
        return self.control("fault", {**({"match": match} if match else {}), **action})["id"]

    def lag(self, ids="all", times=-1, token=None, skip=0):
        """The next lists omit these ids, or all: times=-1 until the fault is cleared."""
        return self.fault(token=token, omit=ids, times=times, skip=skip)

    def throttle(self, kind="plain", times=-1, **match):
        """40100 (or 40133) in the words of qps, qpm, qpd, plain or advertiser."""
        return self.fault(throttle=kind, times=times, **match)

    def clear_fault(self, fault):
        """Removes a fault by the id that fault() returned, or by its label."""
        return self.control("fault", {"id": fault} if isinstance(fault, int) else {"label": fault},
                            method="DELETE")["removed"]

    def clear_faults(self):
        self.control("fault", {}, method="DELETE")

    def faults(self):
        return self.control("fault", method="GET")

    # --- Log, clock, whole ----------------------------------------------------------------------

    def log(self, path=None, since=0):
        """Requests so far, oldest first; path: only those whose path contains it."""
        params = {"since": since, **_given(path=path)}
        return self.control("log", method="GET", params=params)["entries"]

    def clear_log(self):
        self.control("log", method="DELETE")

    def calls(self, path=None):
        """How many requests there were, all or those whose path contains path."""
        counts = self.control("counts", method="GET")
        return sum(count for name, count in counts.items() if path is None or path in name)

    def state(self):
        return self.control("state", method="GET")

    def advertiser(self, advertiser_id):
        """What the world says of an advertiser, with the tokens that cover it."""
        return self.control("advertiser", method="GET", params={"advertiser_id": advertiser_id})

    def advance(self, seconds):
        """Moves a manual clock on; returns its time in seconds."""
        return self.control("clock", {"advance_ms": round(seconds * 1000)})["now_ms"] / 1000

    def set_clock(self, epoch):
        return self.control("clock", {"set": epoch})["now_ms"] / 1000

    def now(self):
        return self.control("clock", method="GET")["now_ms"] / 1000

    def reset(self):
        """Puts everything back to the scenario: world, faults, manual clock; the log is emptied."""
        self.control("reset")


def _given(**values):
    return {name: value for name, value in values.items() if value is not None}
