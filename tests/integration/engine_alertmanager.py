# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The real Prometheus Alertmanager, unprivileged, in a folder of its own: over TLS with a password, on a free port of the
loopback, its receivers in one server of ours that keeps what each of them was told."""

import collections
import http.client
import json
import os

from engine_icinga import NODE, free_port, rest, start_on_a_port
from engine_nagios import Engine
from receiver import Receiver, strict_json

PROGRAM = "/usr/bin/prometheus-alertmanager"
USER, PASSWORD = "tiktok-auth", "am-Pass:%word+"
HASH = "$2y$04$LocalTestSaltXXXXXXXXeOFeAvArQ8/mhYXHVEblY.58Pv7TD6UG"  # of that password, at the least cost: each request pays it

Told = collections.namedtuple("Told", "receiver status labels annotations time")


class Hooks(Receiver):
    """The webhooks of Alertmanager's receivers, /NAME each. told: every alert of every notification, in order."""

    def __init__(self):
        super().__init__()
        self.told = []

    def take(self, path, headers, body):
        message = strict_json(body)
        for alert in message["alerts"]:
            self.told.append(Told(path[1:], alert["status"], alert["labels"], alert["annotations"], alert["startsAt"]))
        return 200, "", {}

    def forget(self):
        super().forget()
        with self.lock:
            self.told.clear()


class Alertmanager(Engine):
    """Runs with these routes below the default one (receiver "default"), and these inhibition rules, both in its own words;
    receivers are named by the routes. Times are for tests: a second and less."""

    user_name = "prometheus"

    def __init__(self, routes=(), inhibit_rules=(), group_wait="200ms"):
        super().__init__()
        self.hooks = Hooks().up()
        self.port = free_port()
        self.ca_file = self.path("server.crt")
        self._make_certificate()
        self.make_folder("data")
        names = ["default"] + sorted({route["receiver"] for route in routes})
        self.write("alertmanager.yml", json.dumps({
            "global": {"resolve_timeout": "1h"},
            # Each alert alone: who is told of what is seen one by one.
            "route": {"receiver": "default", "group_by": ["..."], "group_wait": group_wait, "group_interval": "1s",
                      "repeat_interval": "1h", "routes": list(routes)},
            "inhibit_rules": list(inhibit_rules),
            "receivers": [{"name": name, "webhook_configs": [{"url": self.hooks.url + "/" + name, "send_resolved": True}]}
                          for name in names]}))
        self.write("web.yml", json.dumps({
            "tls_server_config": {"cert_file": self.ca_file, "key_file": self.path("server.key")},
            "basic_auth_users": {USER: HASH}}), mode=0o640)

    def _make_certificate(self):
        status, out = self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                               "-keyout", self.path("server.key"), "-out", self.ca_file, "-days", "2", "-subj", "/CN=" + NODE,
                               "-addext", "subjectAltName=DNS:" + NODE)
        assert status == 0, out
        os.chmod(self.ca_file, 0o644)

    @property
    def url(self):
        return "https://%s:%d" % (NODE, self.port)

    def start(self):
        """Runs it until it is ready; on the port that it had, where that is still free."""
        start_on_a_port(self, lambda: self.spawn(
            PROGRAM, "--config.file=" + self.path("alertmanager.yml"), "--storage.path=" + self.path("data"),
            "--web.config.file=" + self.path("web.yml"), "--web.listen-address=127.0.0.1:%d" % self.port,
            "--cluster.listen-address=", "--alerts.gc-interval=1s"), self._is_ready)
        return self

    def close(self):
        super().close()
        self.hooks.close()

    def _is_ready(self):
        try:
            return self.request("GET", "/-/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    # --- REST -----------------------------------------------------------------------------------

    def request(self, method, path, body=None):
        """One request: its status and the bytes of the answer."""
        return rest(self, USER, PASSWORD, method, path, body)

    def alerts(self):
        """What fires, inhibited or not."""
        status, text = self.request("GET", "/api/v2/alerts")
        assert status == 200, text
        return json.loads(text)

    def told(self, receiver=None):
        """What receivers were told: all, or one of them."""
        with self.hooks.lock:
            return [one for one in self.hooks.told if receiver in (None, one.receiver)]
