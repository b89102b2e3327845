# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A person at the sandbox's portal, without a browser; and tiktok-auth reauthorize run beside it."""

import http.client
import os
import re
import subprocess
import urllib.parse

from scene import MARGIN_SECONDS, program


def redirect_uri(path="/callback"):
    """An address of this host that no other test of this machine listens on: its number is this process's."""
    pid = os.getpid()
    return "http://127.%d.%d.%d:8765%s" % (64 + (pid >> 16) % 64, pid >> 8 & 255, 1 + (pid & 255) % 254, path)


def consent(url, login, ids=None, decision="authorize"):
    """Decides at the portal's page behind `url`: the address that the browser is sent to."""
    parts = urllib.parse.urlsplit(url)
    fields = [*urllib.parse.parse_qsl(parts.query), ("login", login), ("decision", decision)]
    fields += [("everything", "1")] if ids is None else [("advertiser_id", one) for one in ids]
    connection = http.client.HTTPConnection(parts.netloc, timeout=MARGIN_SECONDS)
    try:
        connection.request("POST", "/portal/authorize", urllib.parse.urlencode(fields),
                           {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 302, body
        return answer.headers["Location"]
    finally:
        connection.close()


def visit(address):
    """Opens the address as a browser does: status and page."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=MARGIN_SECONDS)
    try:
        connection.request("GET", parts.path + ("?" + parts.query if parts.query else ""))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Reauthorize:
    """tiktok-auth reauthorize that waits for its callback: url is the link that it printed."""

    def __init__(self, scene, *arguments, under=()):
        command = [*scene.under, *under, program("tiktok-auth"), "reauthorize", *arguments]
        self.process = subprocess.Popen(command, env=scene.environment(), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http"), self.url + self.process.stderr.read()

    @property
    def state(self):
        return re.search("[?&]state=([^&]*)", self.url).group(1)

    def end(self, line=""):
        """What it says, after this line of input: exit code and all its words, folded to one line."""
        out, err = self.process.communicate(line, timeout=MARGIN_SECONDS)
        self.exit, self.out, self.err = self.process.returncode, out, err
        self.said = " ".join((out + " " + err).split())
        return self


def bring(scene, text, *arguments):
    """tiktok-auth reauthorize --code - with this text."""
    done = subprocess.run([*scene.under, program("tiktok-auth"), "reauthorize", *arguments, "--code", "-"],
                          env=scene.environment(), input=text + "\n", capture_output=True, text=True,
                          timeout=MARGIN_SECONDS, check=False)
    done.said = " ".join((done.stdout + " " + done.stderr).split())
    return done
