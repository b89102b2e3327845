# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The real Icinga 2, unprivileged, in a folder of its own: validates configuration, runs with its REST API on a free port of
the loopback, and records every notification instead of mailing it."""

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import urllib.parse

from engine_nagios import Engine
from scene import until

PROGRAM = "/usr/sbin/icinga2"
NODE = "localhost"
STARTS = 5  # how often it is started on another port before that is an error

# What a notification command gets: once as arguments, quoted by the engine, once in its environment.
RECORDED = {
    "type": "notification.type", "host": "host.name", "service": "service.name", "state": "service.state",
    "output": "service.output", "user": "user.name", "email": "user.email", "display_name": "service.display_name",
    "notes": "service.notes", "notes_url": "service.notes_url", "action_url": "service.action_url",
    "id": "service.vars.tiktok_advertiser_id", "app": "service.vars.tiktok_app", "token": "service.vars.tiktok_token",
    "owner": "service.vars.tiktok_owner", "client": "service.vars.tiktok_client",
    "author": "notification.author", "comment": "notification.comment",
}

MAIN = """\
const PluginDir = "{plugins}"
const NodeName = "{node}"
const ZoneName = NodeName
const TicketSalt = ""
include <itl>
include <plugins>
object Endpoint NodeName {{ }}
object Zone ZoneName {{ endpoints = [ NodeName ] }}
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object FileLogger "log" {{ severity = "notice"; path = "{folder}/icinga.log" }}
object ApiListener "api" {{ bind_host = "127.0.0.1"; bind_port = {port} }}
object ApiUser "engine" {{ password = "engine"; permissions = [ "*" ] }}
object NotificationCommand "mail-service-notification" {{
  command = "{folder}/record {arguments}"
  env = {{ {env} }}
}}
object NotificationCommand "mail-host-notification" {{
  command = "{folder}/record {arguments}"
  env = {{ {env} }}
}}
{before}
{files}
{more}
"""


def free_port():
    """A port that was free a moment ago: whoever binds it tries another when it is not any more."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_on_a_port(engine, spawn, answers):
    """Spawns an engine that listens on engine.port until it answers, on another port where that one was taken meanwhile."""
    for _ in range(STARTS):
        began = len(engine.read("console.log"))
        spawn()
        until(lambda: answers() or not engine.running())
        if engine.running():
            return
        engine.process = None
        if "address already in use" not in engine.read("console.log")[began:].lower():
            break
        engine.port = free_port()
    raise AssertionError(engine.read("console.log"))


def rest(engine, user, password, method, path, body=None):
    """One request to an engine that has a port and a CA: the status and the bytes of the answer."""
    connection = http.client.HTTPSConnection(NODE, engine.port, timeout=30,
                                             context=ssl.create_default_context(cafile=engine.ca_file))
    headers = {"Accept": "application/json", "Content-Type": "application/json",
               "Authorization": "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def quoted(text):
    """Text as a string of Icinga's language."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Icinga(Engine):
    """Icinga 2 over these configuration files, in order. `before` is configuration ahead of them (constants), `more` behind.
    url, ca_file and password files are what a client of its REST API needs."""

    def __init__(self, conf=(), before="", more=""):
        super().__init__()
        self.before, self.more = before, more
        self.users = ""
        self.port = free_port()
        for name in ("data", "data/certs", "data/ca", "log", "cache", "spool", "run", "data/api"):
            self.make_folder(*name.split("/"))
        self._make_certificates()
        self.ca_file = self.path("ca.crt")
        self.set_conf(conf)

    @property
    def url(self):
        return "https://%s:%d" % (NODE, self.port)

    def _defines(self):
        values = {"RunAsUser": self.user.pw_name, "RunAsGroup": self.group_name(), "DataDir": self.path("data"),
                  "LogDir": self.path("log"), "CacheDir": self.path("cache"), "SpoolDir": self.path("spool"),
                  "InitRunDir": self.path("run"), "ConfigDir": self.folder, "PidPath": self.path("run", "icinga2.pid"),
                  "StatePath": self.path("data", "icinga2.state"), "ObjectsPath": self.path("cache", "icinga2.debug"),
                  "VarsPath": self.path("cache", "icinga2.vars"), "ModAttrPath": self.path("data", "modified-attributes.conf"),
                  "Concurrency": "2"}
        return [word for key, value in values.items() for word in ("-D", "Configuration.%s=%s" % (key, value))]

    def _icinga(self, *arguments):
        status, out = self.run(PROGRAM, *arguments, *self._defines())
        assert status == 0, out
        return out

    def _make_certificates(self):
        key, request = self.path("data", "certs", NODE + ".key"), self.path("request.csr")
        self._icinga("pki", "new-ca")
        self._icinga("pki", "new-cert", "--cn", NODE, "--key", key, "--csr", request)
        self._icinga("pki", "sign-csr", "--csr", request, "--cert", self.path("data", "certs", NODE + ".crt"))
        for copy in (self.path("data", "certs", "ca.crt"), self.path("ca.crt")):
            shutil.copy(self.path("data", "ca", "ca.crt"), copy)
            os.chmod(copy, 0o644)
            self._own(copy)

    def set_conf(self, conf):
        """Takes these files in place of those before; a running engine sees them after reload()."""
        shutil.rmtree(self.path("objects"), ignore_errors=True)
        self.files = self.copy_in(conf)
        self._write_main()

    def _write_main(self):
        self.write("icinga2.conf", MAIN.format(
            plugins=self.plugins, node=NODE, folder=self.folder, port=self.port,
            arguments=" ".join("$%s$" % macro for macro in RECORDED.values()),
            env=", ".join('"TTA_%s" = "$%s$"' % item for item in RECORDED.items()),
            before=self.before, files="\n".join("include %s" % quoted(file) for file in self.files),
            more=self.users + self.more))

    def api_user(self, name, password, permissions):
        """An ApiUser from the next start() or reload() on; permissions in Icinga's own writing, such as
        '[ "actions/process-check-result" ]'."""
        self.users += "object ApiUser %s { password = %s; permissions = %s }\n" % (quoted(name), quoted(password), permissions)
        self._write_main()

    def client_user(self, name, permissions):
        """An ApiUser that shows a certificate: the paths of certificate and key."""
        key, request, cert = (self.path(name + end) for end in (".key", ".csr", ".crt"))
        self._icinga("pki", "new-cert", "--cn", name, "--key", key, "--csr", request)
        self._icinga("pki", "sign-csr", "--csr", request, "--cert", cert)
        self.users += "object ApiUser %s { client_cn = %s; permissions = %s }\n" % (quoted(name), quoted(name), permissions)
        self._write_main()
        return cert, key

    def validate(self):
        """icinga2 daemon -C: exit status and what it said."""
        return self.run(PROGRAM, "daemon", "-C", "-c", self.path("icinga2.conf"), *self._defines())

    def start(self):
        """Runs it until its API answers."""
        def spawn():
            self._write_main()
            self.spawn(PROGRAM, "daemon", "-c", self.path("icinga2.conf"), *self._defines())
        start_on_a_port(self, spawn, self._answers)

    def reload(self):
        """Makes it read its configuration again, and waits until it has."""
        before = self._started()
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self._answers() and self._started() not in (None, before))

    def _answers(self):
        return self._started() is not None

    def _started(self):
        try:
            status, body = self.request("GET", "/v1/status/IcingaApplication")
        except (OSError, http.client.HTTPException):
            return None
        if status != 200:
            return None
        app = body["results"][0]["status"]["icingaapplication"]["app"]
        return app["program_start"], app["pid"]

    # --- REST -----------------------------------------------------------------------------------

    def request(self, method, path, body=None, user="engine", password="engine"):
        """One request: its status and the JSON of the answer."""
        status, text = rest(self, user, password, method, path, body)
        return status, json.loads(text) if text.startswith(b"{") else {}

    def action(self, name, host, service, **body):
        """An action on a service, such as process-check-result or acknowledge-problem."""
        status, answer = self.request("POST", "/v1/actions/" + name,
                                      {"type": "Service", "service": "%s!%s" % (host, service), **body})
        assert status == 200, (status, answer)
        return answer

    def submit(self, *results):
        """Passive results (host, service, code, output), one after another."""
        for host, service, code, output in results:
            self.action("process-check-result", host, service, exit_status=code, plugin_output=output)

    def service(self, host, name):
        """A service's attributes: state, last_check_result, display_name, ...; {} there is none."""
        status, answer = self.request("GET", "/v1/objects/services/" + urllib.parse.quote("%s!%s" % (host, name), safe=""))
        return answer["results"][0]["attrs"] if status == 200 else {}

    def services(self):
        """{(host, service): attributes} of all."""
        status, answer = self.request("GET", "/v1/objects/services")
        assert status == 200, answer
        return {(one["attrs"]["host_name"], one["attrs"]["name"]): one["attrs"] for one in answer["results"]}

    def object(self, kind, name):
        """An object's attributes, such as those of object("hosts", "tiktok-demo")."""
        status, answer = self.request("GET", "/v1/objects/%s/%s" % (kind, urllib.parse.quote(name, safe="")))
        return answer["results"][0]["attrs"] if status == 200 else {}

    def output(self, host, name):
        return ((self.service(host, name).get("last_check_result") or {}).get("output")) or ""

    def wait_for(self, host, name, **values):
        """Waits until a service's attributes have these values; all of them."""
        until(lambda: values.items() <= self.service(host, name).items())
        return self.service(host, name)

    def notifications(self):
        """What users were told, in order: {"type", "host", "service", "state", "output", "user", ...: as it came in the
        environment, "arguments": the same as it came on the command line}."""
        found = []
        for environment, arguments in self.recorded():
            told = {name: environment.get("TTA_" + name, "") for name in RECORDED}
            told["arguments"] = dict(zip(RECORDED, arguments))
            found.append(told)
        return found

    def told(self):
        """The same in short: [(service, state, user)]."""
        return [(one["service"], one["state"], one["user"]) for one in self.notifications()]
