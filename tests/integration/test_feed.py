# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Passive feeds: the spool folder of a Nagios, and a stand-in for Icinga 2's REST interface that answers as it is told."""

import base64
import contextlib
import http.server
import json
import os
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import threading
import time
import urllib.parse

import pytest

from sandbox import Sandbox
from scene import NOBODY, Scene, advertiser_ids, as_root, until, world

IDS = advertiser_ids(4)
PARENTS = ["api", "app", "token-main"]
PASSWORD = "pw-Secret-77"
LISTING, POST = "/v1/objects/services", "/v1/actions/process-check-result"


# --- A stand-in for Icinga ------------------------------------------------------------------------


class Icinga:
    """Takes results as Icinga does. services: names it has, None all. answers: {service or "": what is answered in place of
    its own answer: (HTTP status, body), or "reset", "close" or "hang"}; an answer in a list is given once."""

    def __init__(self, services=None, user="feeder", password=PASSWORD, context=None):
        self.services, self.user, self.password = services, user, password
        self.answers, self.listing, self.states, self.delay = {}, None, {}, 0
        self.posts, self.requests, self.connections, self.sources, self.clients = [], [], 0, {}, set()
        self.released = threading.Event()
        stand_in = self

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                stand_in.connections += 1
                if context:
                    self.request.do_handshake()
                super().setup()

            def log_message(self, *_):
                pass

            def do_GET(self):
                stand_in.listed(self)

            def do_POST(self):
                stand_in.posted(self)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if context:
            self.scheme = "https"
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return "%s://localhost:%d" % (self.scheme, self.server.server_address[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def say(self, handler, status, body):
        body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def known(self, handler):
        if self.user is None:
            self.clients.add(dict(pair[0] for pair in handler.request.getpeercert()["subject"])["commonName"])
            return True
        wanted = "Basic " + base64.b64encode(("%s:%s" % (self.user, self.password)).encode()).decode()
        if handler.headers.get("Authorization") == wanted:
            return True
        self.say(handler, 401, "<h1>Unauthorized</h1>")
        return False

    def special(self, handler, answer):
        if answer == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if answer == "hang":
            self.released.wait()
        if isinstance(answer, tuple):
            self.say(handler, *answer)
        else:
            handler.close_connection = True
            handler.connection.close()

    def listed(self, handler):
        self.requests.append(handler.path)
        if not self.known(handler):
            return
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)
        if "service" in asked:
            source = self.sources.get(asked["service"][0].split("!")[1])
            result = None if source is None else {"check_source": source}
            self.say(handler, 200, {"results": [{"attrs": {"last_check_result": result}, "name": asked["service"][0]}]})
        elif self.listing is not None:
            self.special(handler, self.listing)
        else:
            names = self.services if self.services is not None else []
            self.say(handler, 200, {"results": [
                {"attrs": {"__name": "tiktok-demo!" + name, "state": self.states.get(name)}, "name": "tiktok-demo!" + name}
                for name in names]})

    def posted(self, handler):
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.requests.append(handler.path)
        if not self.known(handler):
            return
        host, name = body["service"].split("!", 1)
        assert host == "tiktok-demo" and body["type"] == "Service", body
        time.sleep(self.delay)
        answer = self.answers.get(name, self.answers.get(""))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else None
        if answer is not None:
            self.special(handler, answer)
            return
        self.posts.append(body)
        self.say(handler, 200, done("Successfully processed check result for object '%s'." % body["service"]))

    def names(self):
        return [body["service"].split("!", 1)[1] for body in self.posts]


def done(status, code=200.0):
    return {"results": [{"code": code, "status": status}]}


# --- Scenes ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def fed(folder, more="", advertisers=IDS, **given):
    """A scene with a feed, swept once."""
    with Sandbox(scenario=world(advertisers)) as box:
        scene = Scene(folder, box, advertisers, more=more, **given)
        scene.write_secret("icinga.password", PASSWORD)
        scene.box = box
        yield scene


def to_icinga(icinga, **keys):
    keys = {"url": icinga.url, "user": "feeder", "password_file": "icinga.password", **keys}
    return "[feed icinga]\nkind = icinga2\n" + "".join("%s = %s\n" % item for item in keys.items() if item[1] is not None)


def note(result):
    """What the check says of its feed."""
    found = [line[len("Note: feed "):] for line in result.out.splitlines() if line.startswith("Note: feed ")]
    assert len(found) == 1, result
    return found[0]


def all_services():
    return PARENTS + IDS


@pytest.fixture
def spool(tmp_path):
    path = tmp_path / "spool"
    path.mkdir(mode=0o770)
    return path


def to_spool(spool):
    return "[feed nagios]\nkind = nagios\ndir = %s\n" % spool


def results_of(spool):
    """The one file of results: its blocks as dicts."""
    (marker,) = spool.glob("*.ok")
    data = marker.with_suffix("")
    assert len(data.name) == 7 and data.name[0] == "c" and marker.stat().st_size == 0
    assert sorted(spool.iterdir()) == [data, marker]
    head, *blocks = data.read_text().strip("\n").split("\n\n")
    assert head.split("\n")[1].startswith("file_time=")
    return [dict(line.split("=", 1) for line in block.split("\n")) for block in blocks]


def names_of(spool):
    return [block["service_description"] for block in results_of(spool)]


# --- Nagios ---------------------------------------------------------------------------------------


def test_spool(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        result = scene.check("--all", "--feed", "nagios")
        assert result.state == "ok" and note(result) == "nagios: 7 of 7 results delivered"
        blocks = results_of(spool)
        assert [block["service_description"] for block in blocks] == all_services()
        block = blocks[3]
        assert (block["host_name"], block["return_code"], block["check_type"]) == ("tiktok-demo", "0", "1")
        assert block["output"].startswith("TIKTOK AUTH OK - Client 401 (%s): authorized" % IDS[0])
        text, perfdata = block["output"].split("\\n| ")
        assert "|" not in text and perfdata.startswith("unauthorized=0;;;0;1 age=")
        (data,) = [path for path in spool.iterdir() if not path.name.endswith(".ok")]
        assert stat.S_IMODE(data.stat().st_mode) == 0o640 and data.stat().st_gid == spool.stat().st_gid


def test_spool_keeps_the_newest_alone(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        scene.check("--all", "--feed", "nagios")
        first = sorted(path.name for path in spool.iterdir())
        assert note(scene.check("--all", "--feed", "nagios")) == "nagios: 7 of 7 results delivered"
        assert len(results_of(spool)) == 7 and sorted(path.name for path in spool.iterdir()) != first


@pytest.mark.parametrize("left", ["nothing", "empty", "part", "whole", "marked"])
def test_spool_after_a_kill_at_every_step(tmp_path, spool, left):
    """A name is remembered before the file is made: whatever a killed process left is found and replaced."""
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        scene.check("--all", "--feed", "nagios")
        (marker,) = spool.glob("*.ok")
        data = marker.with_suffix("")
        text = data.read_bytes()
        if left != "marked":
            marker.unlink()
        if left == "nothing":
            data.unlink()
        if left in ("empty", "part"):
            data.write_bytes(b"" if left == "empty" else text[:20])
        assert note(scene.check("--all", "--feed", "nagios")) == "nagios: 7 of 7 results delivered"
        assert len(results_of(spool)) == 7 and not data.exists()


def test_spool_makes_no_file_that_it_could_not_find_again(tmp_path, spool):
    """The name comes first: where it can't be remembered, nothing is created."""
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        os.mkdir(os.path.join(scene.state, "feed.nagios"))
        result = scene.check("--all", "--feed", "nagios")
        assert note(result).startswith("nagios failed: ") and result.state == "ok" and list(spool.iterdir()) == []


def test_spool_leaves_others_alone(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        scene.check("--all", "--feed", "nagios")
        (marker,) = spool.glob("*.ok")
        data = marker.with_suffix("")
        data.write_text("### Active Check Result File ###\n")  # the name is another program's now
        foreign = spool / "cabcdef"
        foreign.write_text("x")
        scene.check("--all", "--feed", "nagios")
        assert data.read_text().startswith("### Active") and marker.exists() and foreign.read_text() == "x"
        assert len(list(spool.glob("*.ok"))) == 2


def test_spool_follows_no_link(tmp_path, spool):
    target = tmp_path / "precious"
    target.write_text("### Passive results of tiktok-auth ###\n")
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        scene.check("--all", "--feed", "nagios")
        (marker,) = spool.glob("*.ok")
        data = marker.with_suffix("")
        data.unlink()
        data.symlink_to(target)
        scene.check("--all", "--feed", "nagios")
        assert data.is_symlink() and target.exists()


def test_spool_on_a_full_disk(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        scene.check("--all")
        scene.under = ("prlimit", "--fsize=2000", "--")
        said = note(scene.check("--all", "--max-age", "1d", "--feed", "nagios"))
        assert said.startswith("nagios failed: %s: writing: " % spool), said
        assert list(spool.iterdir()) == []
        scene.under = ()
        assert note(scene.check("--all", "--feed", "nagios")) == "nagios: 7 of 7 results delivered"


def test_spool_that_is_not_taken(tmp_path, spool):
    """The second delivery after a minute says it; doctor too."""
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        scene.check("--all", "--feed", "nagios")
        path = os.path.join(scene.state, "feed.nagios")
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
        state["tried_at"] -= 720
        state["delivered_at"] -= 720
        with open(path, "w", encoding="utf-8") as file:
            json.dump(state, file)
        assert "has not taken what was put into" in scene.cli("doctor", "--offline").out.replace("\n" + " " * 24, " ")
        result = scene.check("--all", "--feed", "nagios")
        assert result.state == "ok"
        assert "has taken nothing from %s for 12 min: is it running" % spool in note(result)
        assert len(results_of(spool)) == 7
        for file in spool.iterdir():
            file.unlink()
        assert note(scene.check("--all", "--feed", "nagios")) == "nagios: 7 of 7 results delivered"


@as_root
def test_spool_without_rights(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        for path in (tmp_path, *tmp_path.parents):
            if path.owner() == "root" and path.stat().st_mode & 0o077 == 0:
                path.chmod(0o755)
        copy_feed(scene)
        scene.become(NOBODY)
        spool.chmod(0o750)
        said = note(scene.check("--all", "--feed", "nagios"))
        assert str(spool) in said and "owner root, group root, mode 0750" in said and "nobody" in said
        os.chown(spool, 1, -1)
        spool.chmod(0o777)  # it can be written, but its owner could not read what is written
        assert "could not read our files" in note(scene.check("--all", "--feed", "nagios"))
        assert list(spool.iterdir()) == []


def copy_feed(scene):
    subprocess.run(["cp", os.path.join(scene.programs, "tiktok-auth-feed"), scene.folder], check=True)


def test_adhoc_and_unknown_feeds(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        assert note(scene.check("--api", "--feed", "nagios:%s" % spool)) == "nagios:%s: 7 of 7 results delivered" % spool
        assert names_of(spool) == all_services()
        result = scene.check("--all", "--feed", "nagois")
        assert result.state == "unknown" and "--feed nagois: no such section; there are: nagios" in result.line1
        assert note(scene.check("--all", "--feed", "nagios:%s/none" % spool)).startswith("nagios:%s/none failed: " % spool)


# --- Icinga ---------------------------------------------------------------------------------------


def test_icinga(tmp_path):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        result = scene.check("--all", "--feed", "icinga")
        assert note(result) == "icinga: 7 of 7 results delivered" and result.state == "ok"
        assert icinga.names() == IDS + PARENTS[::-1]
        body = icinga.posts[0]
        assert body["exit_status"] == 0 and body["plugin_output"].startswith("TIKTOK AUTH OK - Client 401")
        assert body["performance_data"][0] == "unauthorized=0;;;0;1" and len(body["performance_data"]) == 2
        assert body["check_source"].startswith("tiktok-auth@") and body["execution_start"] <= body["execution_end"]
        assert icinga.connections == 1, "keep-alive"
        assert PASSWORD not in result.out + result.err and PASSWORD.encode() not in b"".join(scene.state_files().values())


def test_missing_services_are_counted_not_posted(tmp_path):
    with Icinga(all_services()[:5]) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        assert note(scene.check("--all", "--feed", "icinga")) == (
            "icinga: 5 of 7 results delivered, 2 services are not in Icinga: run tiktok-auth generate icinga2 and reload")
        assert sorted(icinga.names()) == sorted(all_services()[:5])
        assert "2 services are not in the engine" in scene.cli("doctor", "--offline").out


def test_without_the_right_to_list(tmp_path):
    with Icinga() as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        icinga.listing = (403, {"error": 403.0, "status": "Missing permission: objects/query/Service"})
        icinga.answers[IDS[2]] = (404, {"error": 404.0, "status": "No objects found."})
        assert note(scene.check("--all", "--feed", "icinga")).startswith("icinga: 6 of 7 results delivered, 1 services")


@pytest.mark.parametrize("answer, said", [
    ((503, {"error": 503.0, "status": "Icinga is reloading."}), "Icinga is not well: status 503"),
    ((500, "<html>oops</html>"), "Icinga is not well, or this is not Icinga: HTTP 500"),
    ((200, "<html>hello</html>"), "Icinga is not well, or this is not Icinga: HTTP 200"),
    ((200, '{"results": [{"code": 2'), "Icinga is not well, or this is not Icinga: HTTP 200"),
    ((200, "{}"), "Icinga is not well, or this is not Icinga: HTTP 200"),
    ((200, '{"results": []}'), "Icinga is not well, or this is not Icinga: HTTP 200"),
    ((200, '{"results": [{"code": "200", "status": 5}]}'), "Icinga is not well, or this is not Icinga: HTTP 200"),
    ((403, {"error": 403.0, "status": "Forbidden"}), "our ApiUser lacks the permission actions/process-check-result"),
    ((200, done("x", 503.0)), "Icinga is not well: status 503"),
    ("reset", "Icinga not reached: "),
    ("close", "Icinga not reached: "),
])
def test_it_stops_where_icinga_is_not_well(tmp_path, answer, said):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        icinga.answers.update(dict.fromkeys(IDS[1:] + PARENTS, answer))
        result = scene.check("--all", "--feed", "icinga")
        assert note(result).startswith("icinga failed: " + said), result
        assert note(result).endswith("1 of 7 results delivered, the rest next time"), result
        assert result.state == "ok" and icinga.names() == IDS[:1]
        # What is said of one result may be about that one alone; three in a row are not. A broken POST may go out twice.
        posts = sum("process-check-result" in path for path in icinga.requests)
        most = 3 if answer == (200, done("x", 503.0)) else 1
        assert posts == 1 + most or isinstance(answer, str) and posts <= 3, posts
        assert "failed since" in scene.cli("doctor", "--offline").out
        icinga.answers.clear()
        assert note(scene.check("--all", "--feed", "icinga")) == "icinga: 7 of 7 results delivered"
        assert "failed since" not in scene.cli("doctor", "--offline").out


@pytest.mark.parametrize("answer, said", [
    ((200, done("Ignoring passive check result for object.")), "Icinga stored nothing: Ignoring passive check result"),
    ((403, done("Passive checks are disabled.", 403.0)), "Icinga refuses passive results (enable_passive_checks)"),
    ((400, done("Parameter 'exit_status' is required.", 400.0)), "Icinga does not take what we sent: Parameter"),
    ((500, done("Error: x", 500.0)), "Icinga is not well: status 500"),
])
def test_one_result_that_fails_alone(tmp_path, answer, said):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        icinga.answers[IDS[1]] = answer
        result = scene.check("--all", "--feed", "icinga")
        assert note(result).startswith("icinga failed: " + said) and "6 of 7 results delivered" in note(result), result


def test_what_is_news_goes_first(tmp_path):
    """Icinga shows a loss that is over, and does not know two services yet; the rest, one loss in it, is as it shows it."""
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        scene.box.revoke(IDS[1])
        icinga.states = {**dict.fromkeys(all_services(), 0), IDS[1]: 2, IDS[2]: 2, IDS[3]: None, "app": None}
        result = scene.check("--all", "--max-age", "0", "--feed", "icinga")
        assert note(result) == "icinga: 7 of 7 results delivered" and result.state == "critical"
        assert icinga.names()[:3] == [IDS[2], IDS[3], "app"]
        assert sorted(icinga.names()[3:5]) == ["api", "token-main"] and icinga.names()[5:] == [IDS[0], IDS[1]]


def test_what_there_was_no_time_for_comes_the_next_time(tmp_path):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        icinga.states, icinga.delay = dict.fromkeys(all_services(), 0), 0.5
        runs = []
        while set(icinga.names()) != set(all_services()):
            before = len(icinga.names())
            result = scene.check("--all", "--feed", "icinga", "--timeout", "4")
            runs.append(set(icinga.names()[before:]))
            assert runs[-1] and len(runs) < 6, (result, runs)
        assert set(PARENTS) <= runs[0]


def test_newer_results_stand(tmp_path):
    """409 is no failure: another feeder knows it newer."""
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        icinga.answers[IDS[1]] = (409, done("Newer check result already present.", 409.0))
        icinga.sources[IDS[1]] = "tiktok-auth@another"
        assert note(scene.check("--all", "--feed", "icinga")) == (
            "icinga: 6 of 7 results delivered, 1 newer ones of another feeder stand")


def test_credentials(tmp_path):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        scene.write_secret("icinga.password", "wrong")
        assert "Icinga does not know our user and password, or certificate (401)" in note(scene.check("--all", "--feed", "icinga"))
        assert len(icinga.requests) == 1
        os.chmod(os.path.join(scene.folder, "icinga.password"), 0o644)
        assert "others can read it" in note(scene.check("--all", "--feed", "icinga"))
        assert "others can read it" in scene.cli("doctor", "--offline").out.replace("\n" + " " * 24, " ")


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path):
    """A CA with a certificate for the server and one for us, and another CA."""
    folder = tmp_path / "pki"
    folder.mkdir()
    for name in ("ca", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                "/CN=" + name, "-keyout", name + ".key", "-out", name + ".crt")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for name in ("localhost", "feeder"):
        openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout",
                name + ".key", "-out", name + ".csr")
        openssl(folder, "x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "30", "-extfile", "names", "-out", name + ".crt")
    return folder


def test_tls_with_a_client_certificate(tmp_path, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority / "ca.crt")
    context.load_cert_chain(authority / "localhost.crt", authority / "localhost.key")
    context.verify_mode = ssl.CERT_REQUIRED
    with Icinga(all_services(), user=None, context=context) as icinga:
        keys = {"user": None, "password_file": None, "ca_file": authority / "ca.crt", "cert_file": authority / "feeder.crt",
                "key_file": authority / "feeder.key"}
        with fed(tmp_path / "s", to_icinga(icinga, **keys)) as scene:
            assert note(scene.check("--all", "--feed", "icinga")) == "icinga: 7 of 7 results delivered"
            assert icinga.connections == 1 and icinga.clients == {"feeder"}
            scene.more = to_icinga(icinga, **{**keys, "ca_file": authority / "other.crt"})
            scene.write()
            said = note(scene.check("--all", "--feed", "icinga"))
            assert said.startswith("icinga failed: Icinga not reached: the certificate was not accepted"), said


def test_a_slow_icinga_takes_no_more_time_than_the_check_has(tmp_path):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        scene.check("--all")
        icinga.answers[IDS[1]] = "hang"
        result = scene.check("--all", "--feed", "icinga", "--timeout", "3")
        assert result.state == "ok" and note(result).startswith("icinga failed: "), result


def test_a_retired_advertiser_stays_ok_as_long_as_its_service_is_there(tmp_path, spool):
    """The snapshot forgets it after a month; an engine whose objects were not made anew still waits for results."""
    with fed(tmp_path / "s", to_spool(spool)) as scene:
        assert scene.cli("retire", IDS[1]).exit == 0
        with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
            assert store.execute("UPDATE retired SET at = at - 40 * 86400").rowcount == 1
        scene.check("--all", "--max-age", "0", "--feed", "nagios")
        assert IDS[1] not in {one["advertiser_id"] for one in scene.check("--all", "--format", "json").json["advertisers"]}
        block = next(block for block in results_of(spool) if block["service_description"] == IDS[1])
        assert block["return_code"] == "0" and "retired" in block["output"]


# --- Whose turn it is -----------------------------------------------------------------------------


def test_two_at_once_and_a_killed_one(tmp_path):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga)) as scene:
        scene.check("--all")
        icinga.answers[IDS[1]] = "hang"
        first = scene.start("tiktok-auth-feed", "--config", scene.config, "--feed", "icinga")
        until(lambda: icinga.names() == IDS[:1])
        until(lambda: len(icinga.requests) == 3)
        assert note(scene.check("--all", "--feed", "icinga")) == "icinga failed: another process is delivering"
        first.send_signal(signal.SIGKILL)
        first.communicate()
        icinga.answers.clear()
        assert note(scene.check("--all", "--feed", "icinga")) == "icinga: 7 of 7 results delivered"


# --- What is said ---------------------------------------------------------------------------------


def test_losses_and_what_explains_them(tmp_path, spool):
    rows = [{"advertiser_id": one, "client": "Acme GmbH"} for one in IDS[:2]] + [{"advertiser_id": one} for one in IDS[2:]]
    with fed(tmp_path / "s", to_spool(spool), advertisers=rows) as scene:
        scene.check("--all", "--feed", "nagios")
        scene.box.revoke(IDS[:2])
        scene.check("--all", "--max-age", "0", "--feed", "nagios")
        blocks = results_of(spool)
        names = [block["service_description"] for block in blocks]
        client = [block for block in blocks if block["service_description"].startswith("client-acme-gmbh")][0]
        assert names[0] == client["service_description"], "what is not OK comes first"
        assert names[1:4] == PARENTS and names[4:6] == IDS[2:] and names[6:] == IDS[:2]
        assert client["return_code"] == "2"
        line1 = client["output"].split("\\n")[0]
        assert line1.startswith("TIKTOK AUTH CRITICAL - client Acme GmbH: app access lost ") and "2 advertisers" in line1
        assert len(line1) <= 130 and "\\nFix:\\n1. " in client["output"]
        scene.box.restore(IDS[:2])
        scene.check("--all", "--max-age", "0", "--feed", "nagios")
        assert names_of(spool)[:3] == PARENTS and [block["return_code"] for block in results_of(spool)] == ["0"] * 8
