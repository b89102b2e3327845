# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The sandbox API server itself: what tests build on has to be right first."""

import base64
import concurrent.futures
import gzip
import html.parser
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import time
import urllib.parse
import zlib

import pytest

from sandbox import API, INFO, LIST, USER, Sandbox, SandboxError, binary_path

APP, SECRET = "7055107885017071618", "app-secret"
OTHER_APP, OTHER_SECRET = "7055107885017071619", "other-secret"
A, B, C, D = ("7502022393087590401", "7502022393087590402", "7502022393087590403", "7502022393087590404")
STRANGER = "7502022393087590499"
TOKEN, CLIENT, DEAD, USER_TOKEN, OTHER = "tok-agency", "tok-client", "tok-dead", "tok-user", "tok-other"
START = 1763776800  # where the manual clock begins: 2025-11-22T02:00:00Z
CALLBACK = "http://127.0.0.1:8765/callback"
SEARCH = "/file/video/ad/search/"

WORLD = {
    "apps": [
        {"app_id": APP, "secret": SECRET, "name": "Test <app>", "redirect_uris": [CALLBACK], "scope": [1, 4]},
        {"app_id": OTHER_APP, "secret": OTHER_SECRET},
    ],
    "advertisers": [
        {"advertiser_id": A, "advertiser_name": "Alpha \u001b[31m\"quoted\""},
        {"advertiser_id": B, "advertiser_name": "Beta", "status": "STATUS_PENDING_VERIFIED"},
        {"advertiser_id": C, "advertiser_name": "Gamma"},
        {"advertiser_id": D, "advertiser_name": "Delta"},
    ],
    "logins": [
        {"name": "agency", "display_name": "Agency", "email": "a***y@example.com", "advertisers": [A, B, C]},
        {"name": "client", "display_name": "Client", "advertisers": [D]},
    ],
    "tokens": [
        {"token": TOKEN, "app_id": APP, "login": "agency"},
        {"token": CLIENT, "app_id": APP, "login": "client", "advertisers": [D]},
        {"token": DEAD, "app_id": APP, "login": "client", "state": "revoked"},
        {"token": USER_TOKEN, "app_id": APP, "login": "client", "kind": "tt_user", "refresh_token": "ref-1",
         "rotate_refresh": True},
        {"token": OTHER, "app_id": OTHER_APP, "login": "agency"},
    ],
    "endpoints": [{"path": SEARCH}, {"path": "/campaign/get/", "granted": False, "words": "scope"}],
    "videos": [
        {"video_id": "v-ready", "advertiser_id": A},
        {"video_id": "v-slow", "advertiser_id": A, "state": "processing", "ready_in": 60},
        {"video_id": "v-bad", "advertiser_id": A, "state": "failed"},
    ],
}


@pytest.fixture(scope="module")
def server():
    if not os.path.exists(binary_path()):
        pytest.fail("no sandbox at %s: build it, or set TTA_SANDBOX" % binary_path())
    with Sandbox(binary_path(), WORLD, clock="manual") as running:
        yield running


@pytest.fixture
def box(server):
    server.reset()
    return server


def listing(box, token=TOKEN, app=APP, secret=SECRET):
    return box.call("/oauth2/advertiser/get/", {"app_id": app, "secret": secret}, token)


def listed(box, token=TOKEN, **how):
    answer = listing(box, token, **how)
    assert answer["code"] == 0, answer
    return [entry["advertiser_id"] for entry in answer["data"]["list"]]


def info(box, *ids, token=TOKEN, **more):
    return box.call("/advertiser/info/", {"advertiser_ids": json.dumps(ids), **more}, token)


def verdict(answer):
    return answer["code"], answer["message"]


def raw_request(box, path=USER, token=TOKEN, extra=""):
    return ("GET %s HTTP/1.1\r\nHost: sandbox\r\nAccess-Token: %s\r\n%s\r\n" % (path, token, extra)).encode()


def raw(box, path=USER, limit=1 << 30, timeout=5.0):
    """All bytes until the server is done, and how it ended: eof, reset, timeout or limit."""
    received = bytearray()
    sock = socket.create_connection(("127.0.0.1", box.port), timeout=timeout)
    try:
        sock.sendall(raw_request(box, path, extra="Connection: close\r\n"))
        while len(received) < limit:
            part = sock.recv(1 << 20)
            if not part:
                return bytes(received), "eof"
            received += part
        return bytes(received), "limit"
    except ConnectionResetError:
        return bytes(received), "reset"
    except socket.timeout:
        return bytes(received), "timeout"
    finally:
        sock.close()


def split(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), value)
    return lines[0], headers, body


# --- Start and end ------------------------------------------------------------------------------


def test_one_line_port_file_and_clean_end(server, tmp_path):
    port_file = tmp_path / "port"
    process = subprocess.Popen([server.binary, "--port-file", str(port_file), "--quiet"], stdout=subprocess.PIPE)
    line = process.stdout.readline().decode()
    assert re.fullmatch(r"listening http://127\.0\.0\.1:\d+\n", line)
    assert port_file.read_text().strip() == line.strip().rsplit(":", 1)[1]
    process.terminate()
    assert process.stdout.read() == b""
    assert process.wait(10) == 0
    assert os.listdir(tmp_path) == ["port"]


def test_shutdown_ends_hanging_connections_too(server):
    with Sandbox(server.binary, WORLD) as box:
        box.fault(path=USER, wire="no_answer")
        sock = socket.create_connection(("127.0.0.1", box.port), timeout=10)
        sock.sendall(raw_request(box))
        while box.calls(USER) == 0:
            time.sleep(0.01)
        box.control("shutdown")
        assert box.process.wait(10) == 0
        assert sock.recv(1) == b""
        sock.close()


@pytest.mark.parametrize("scenario, complaint", [
    ('{"apps": [}', "line 1"),
    ('{"apps": []} trailing', "not valid JSON"),
    ('{"appz": []}', 'unknown key "appz"'),
    ('{"apps": [{"app_id": 7055107885017071618, "secret": "s"}]}', "must be a string, not a number"),
    ('{"apps": [{"app_id": "12"}]}', 'apps[0]: "secret" is missing'),
    ('{"advertisers": [{"advertiser_id": "75x"}]}', "1 to 20 digits"),
    ('{"advertisers": [{"advertiser_id": "75"}, {"advertiser_id": "75"}]}', 'advertisers[1]: advertiser "75" is'),
    ('{"logins": [{"name": "l", "advertisers": ["75"]}]}', 'no advertiser "75"'),
    ('{"tokens": [{"token": "t", "app_id": "1", "login": "l"}]}', 'no app "1"'),
    ('{"faults": [{"wire": "nonsense"}]}', 'faults[0]: "wire" must be one of no_answer, close'),
    ('{"faults": [{"times": 1}]}', "the rule does nothing"),
    ('{"apps": [{"app_id": "1", "secret": "s", "tier": "gold"}]}', '"tier" must be'),
    ('{"apps": [{"app_id": "1", "secret": "s", "secret": "t"}]}', 'key "secret" twice'),
])
def test_a_bad_scenario_is_named(server, tmp_path, scenario, complaint):
    path = tmp_path / "bad.json"
    path.write_text(scenario)
    done = subprocess.run([server.binary, "--scenario", str(path)], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert str(path) in done.stderr and complaint in done.stderr
    assert done.stdout == ""


def test_bad_options(server):
    for options in (["--port", "70000"], ["--tls", "maybe"], ["--clock", "manual:x"], ["--what"], ["extra"],
                    ["--scenario", "/nowhere.json"]):
        done = subprocess.run([server.binary] + options, capture_output=True, timeout=10)
        assert done.returncode == 2 and done.stdout == b"" and done.stderr


def test_the_demo_is_well_at_first(server):
    demo = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sandbox", "scenarios", "demo.json")
    with Sandbox(server.binary, demo) as box:
        agency = listed(box, "demo-token-agency", secret="demo-app-secret")
        client = listed(box, "demo-token-client", secret="demo-app-secret")
        ids = agency + client
        assert len(ids) == 6 and all(re.fullmatch(r"75020223930875904\d\d", one) for one in ids)
        assert info(box, *agency, token="demo-token-agency")["code"] == 0
        for token, one in (("demo-token-agency", agency[0]), ("demo-token-client", client[0])):
            assert box.call(SEARCH, {"advertiser_id": one}, token)["code"] == 0


README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sandbox", "README.md")


def test_the_trouble_of_the_readme(server):
    with open(README, encoding="utf-8") as file:
        trouble = re.findall(r"curl -d '(.+)' \$S/(\w+)", file.read())
    demo = os.path.join(os.path.dirname(README), "scenarios", "demo.json")
    with Sandbox(server.binary, demo) as box:
        for body, name in trouble:
            box.control(name, json.loads(body))
        ids = ["75020223930875904%02d" % number for number in range(1, 7)]
        assert listed(box, "demo-token-agency", secret="demo-app-secret") == [ids[0], ids[3], ids[4]]
        codes = [info(box, one, token="demo-token-agency")["code"] for one in ids[:5]]
        assert codes == [0, 40001, 40002, 0, 0]
        answer = info(box, ids[3], token="demo-token-agency")
        assert answer["data"]["list"][0]["status"] == "STATUS_LIMIT"
        assert box.call(SEARCH, {"advertiser_id": ids[4]}, "demo-token-agency")["code"] == 40001
        assert info(box, ids[5], token="demo-token-client")["code"] == 40105


def test_the_readme_names_every_kind_and_its_example_loads(server, tmp_path):
    with open(README, encoding="utf-8") as file:
        text = file.read()
    for kind in [*MANGLED, *(name for names in WIRE_TESTED for name in names)]:
        assert "`%s`" % kind in text, kind
    example = tmp_path / "example.json"
    example.write_text(re.search(r"```json\n(.+?)```", text, re.S).group(1))
    with Sandbox(server.binary, str(example)) as box:
        assert box.request("GET", USER, token="tok-1")[0] == 503
        assert box.call("/user/info/", token="tok-1")["code"] == 0


# --- Endpoints ----------------------------------------------------------------------------------


def test_list(box):
    status, headers, body = box.request("GET", LIST, {"app_id": APP, "secret": SECRET}, TOKEN)
    answer = json.loads(body)
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert set(answer) == {"code", "message", "request_id", "data"} and verdict(answer) == (0, "OK")
    assert answer["data"]["list"][0] == {"advertiser_id": A, "advertiser_name": "Alpha \u001b[31m\"quoted\""}
    assert listed(box) == [A, B, C] and listed(box, CLIENT) == [D]


def test_request_ids_are_unique(box):
    assert len({listing(box)["request_id"] for _ in range(20)}) == 20


@pytest.mark.parametrize("params, token, code, message", [
    ({"app_id": APP, "secret": SECRET}, None, 40104,
     "Access token is null, you should set it in http header with key Access-Token."),
    ({"app_id": APP, "secret": SECRET}, "", 40104,
     "Access token is null, you should set it in http header with key Access-Token."),
    ({"app_id": APP, "secret": SECRET}, "nobody", 40105, "Access token is incorrect or has been revoked."),
    ({"app_id": APP, "secret": SECRET}, DEAD, 40105, "Access token is incorrect or has been revoked."),
    ({"app_id": APP, "secret": "wrong"}, TOKEN, 40101, "The secret is inconsistent with the app_id."),
    ({"app_id": "1", "secret": SECRET}, TOKEN, 40113, "The app 1 doesn't exist."),
    ({"app_id": OTHER_APP, "secret": OTHER_SECRET}, TOKEN, 40113,
     "The app_id is inconsistent with the token's app information. Please retry after correcting it."),
    ({"secret": SECRET}, TOKEN, 40002, "Missing required field(s): app_id."),
    ({"app_id": APP}, TOKEN, 40002, "Missing required field(s): secret."),
])
def test_list_refusals(box, params, token, code, message):
    assert verdict(box.call("/oauth2/advertiser/get/", params, token)) == (code, message)


def test_info(box):
    answer = info(box, A, B)
    assert answer["code"] == 0
    first, second = answer["data"]["list"]
    assert first["advertiser_id"] == A and first["status"] == "STATUS_ENABLE" and first["currency"]
    assert second["status"] == "STATUS_PENDING_VERIFIED" and second["name"] == "Beta"
    assert {"timezone", "company", "country", "role"} <= set(first)
    only = info(box, A, fields='["status"]')["data"]["list"][0]
    assert only == {"advertiser_id": A, "status": "STATUS_ENABLE"}


def test_info_refusals(box):
    assert verdict(info(box, A, D)) == (40001, "No permission to operate advertiser: " + D)
    assert verdict(info(box, STRANGER)) == (
        40002, "The advertiser %s doesn't exist or has been deleted." % STRANGER)
    many = [str(7502022393087590401 + i) for i in range(101)]
    assert info(box, *many)["code"] == 40011
    for wrong in ("[]", "x", "[1]", '{"a":1}', '["%s"] x' % A):
        assert box.call("/advertiser/info/", {"advertiser_ids": wrong}, TOKEN)["code"] == 40002
    assert box.call("/advertiser/info/", token=TOKEN)["code"] == 40002


def test_user_info(box):
    data = box.call("/user/info/", token=TOKEN)["data"]
    assert data["display_name"] == "Agency" and data["email"] == "a***y@example.com"
    assert re.fullmatch(r"\d+", data["core_user_id"])


def test_permission_endpoints(box):
    assert box.call(SEARCH, {"advertiser_id": A, "page_size": 1}, TOKEN)["data"]["list"] == []
    assert verdict(box.call(SEARCH, {"advertiser_id": D}, TOKEN)) == (
        40001, "No permission to operate advertiser: " + D)
    assert box.call(SEARCH, token=TOKEN)["code"] == 40002
    code, message = verdict(box.call("/campaign/get/", {"advertiser_id": A}, TOKEN))
    assert code == 40001 and message.startswith(
        "Permission error: The access token lacks the required scope for endpoint '/campaign/get/(method=GET)'.")
    assert box.call("/no/such/", {"advertiser_id": A}, TOKEN)["code"] == 40400
    box.withhold(SEARCH, TOKEN)
    assert verdict(box.call(SEARCH, {"advertiser_id": A}, TOKEN)) == (
        40001, "advertiser does not grant you /file/video/ad/search/:GET permission")
    assert box.call(SEARCH, {"advertiser_id": D}, CLIENT)["code"] == 0
    box.grant(SEARCH, TOKEN)
    assert box.call(SEARCH, {"advertiser_id": A}, TOKEN)["code"] == 0
    box.withhold("/advertiser/info/", TOKEN, message="not for you", code=40002)
    assert verdict(info(box, A)) == (40002, "not for you")


def test_videos(box):
    def usable():
        answer = box.call("/file/video/ad/info/", {"advertiser_id": A, "video_ids": json.dumps(
            ["v-ready", "v-slow", "v-bad", "v-none"])}, TOKEN)
        return [video["video_id"] for video in answer["data"]["list"]]

    assert usable() == ["v-ready"]
    box.advance(60)
    assert usable() == ["v-ready", "v-slow"]
    box.video("v-bad", state="ready")
    assert usable() == ["v-ready", "v-slow", "v-bad"]
    many = json.dumps(["v"] * 61)
    assert box.call("/file/video/ad/info/", {"advertiser_id": A, "video_ids": many}, TOKEN)["code"] == 40011


def test_code_becomes_a_token_once(box):
    body = {"app_id": APP, "secret": SECRET, "auth_code": box.auth_code(APP, "agency", [A, C])}
    data = box.call("/oauth2/access_token/", body=body)["data"]
    assert data["advertiser_ids"] == [A, C] and data["scope"] == [1, 4]
    assert listed(box, data["access_token"]) == [A, C]
    assert box.call("/oauth2/access_token/", body=body)["code"] == 40110
    body["auth_code"] = box.auth_code(APP, "agency")
    assert box.call("/oauth2/access_token/", body={**body, "secret": "x"})["code"] == 40101
    box.advance(3599)
    assert box.call("/oauth2/access_token/", body=body)["data"]["advertiser_ids"] == [A, B, C]
    body["auth_code"] = box.auth_code(APP, "agency")
    box.advance(3600)
    assert box.call("/oauth2/access_token/", body=body)["code"] == 40110
    foreign = {"app_id": OTHER_APP, "secret": OTHER_SECRET, "auth_code": box.auth_code(APP, "agency")}
    assert verdict(box.call("/oauth2/access_token/", body=foreign)) == (
        40110, "The auth_code is canceled. Please re-authorize and try again with a new auth_code.")


def test_revoke_token(box):
    body = {"app_id": APP, "secret": SECRET, "access_token": CLIENT}
    assert box.call("/oauth2/revoke_token/", body=body)["code"] == 0
    assert listing(box, CLIENT)["code"] == 40105
    assert box.call("/oauth2/revoke_token/", body=body)["code"] == 40105


def test_user_tokens_expire_and_refresh(box):
    body = {"client_id": APP, "client_secret": SECRET, "grant_type": "refresh_token", "refresh_token": "ref-1"}
    box.advance(86399)
    assert listed(box, USER_TOKEN) == [D]
    box.advance(1)
    assert listing(box, USER_TOKEN)["code"] == 40102
    data = box.call("/tt_user/oauth2/refresh_token/", body=body)["data"]
    assert data["expires_in"] == 86400 and data["refresh_token"] != "ref-1"
    assert listed(box, data["access_token"]) == [D] and listing(box, USER_TOKEN)["code"] == 40105
    assert box.call("/tt_user/oauth2/refresh_token/", body=body)["code"] == 40107
    body["refresh_token"] = data["refresh_token"]
    box.advance(365 * 86400)
    assert box.call("/tt_user/oauth2/refresh_token/", body=body)["code"] == 40103
    body["refresh_token"] = TOKEN
    assert box.call("/tt_user/oauth2/refresh_token/", body=body)["code"] == 40107


def test_incident_feed(box):
    path = "/marketing_api/api/status_page/incident/rss/"
    assert b"<item>" not in box.request("GET", path)[2]
    box.incidents({"title": "API <slow>", "guid": "1", "date": "Sat, 22 Nov 2025 02:00:00 GMT"})
    status, headers, body = box.request("GET", path)
    assert status == 200 and headers["Content-Type"] == "application/rss+xml"
    assert b"<title>API &lt;slow&gt;</title>" in body


def test_methods_and_unknown_paths(box):
    assert box.call("/advertiser/info/", body={})["code"] == 40002
    assert box.request("GET", "/nowhere")[0] == 404
    assert box.request("DELETE", API + "/nowhere/")[0] == 200


class Form(html.parser.HTMLParser):
    """The inputs and links of a page."""

    def __init__(self, page):
        super().__init__()
        self.inputs, self.links, self.action = [], [], None
        self.feed(page.decode())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input":
            self.inputs.append((attributes["name"], attributes["value"]))
        elif tag == "a":
            self.links.append(attributes["href"])
        elif tag == "form":
            self.action = attributes["action"]


def test_portal(box):
    query = {"app_id": APP, "state": "s&t a'te", "redirect_uri": CALLBACK}
    status, headers, page = box.request("GET", "/portal/auth", query)
    assert status == 200 and headers["Content-Type"].startswith("text/html") and b"Test &lt;app&gt;" in page
    link = [link for link in Form(page).links if link.endswith("login=agency")][0]
    form = Form(box.request("GET", link)[2])
    assert [value for name, value in form.inputs if name == "advertiser_id"] == [A, B, C]
    assert Form(box.request("GET", form.links[0])[2]).action is None  # switch account: logins again
    kept = [pair for pair in form.inputs if pair != ("advertiser_id", B)] + [("decision", "authorize")]
    status, headers, _ = box.request("POST", form.action, body=urllib.parse.urlencode(kept))
    assert status == 302 and headers["Location"].startswith(CALLBACK + "?")
    back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))
    assert back["state"] == query["state"]
    data = box.call("/oauth2/access_token/", body={"app_id": APP, "secret": SECRET, "auth_code": back["auth_code"]})
    assert data["data"]["advertiser_ids"] == [A, C]
    kept[-1] = ("decision", "cancel")
    _, headers, _ = box.request("POST", form.action, body=urllib.parse.urlencode(kept))
    assert "error=access_denied" in headers["Location"] and "auth_code" not in headers["Location"]


def test_portal_refuses_other_redirects(box):
    for uri in (CALLBACK + "/", "http://127.0.0.1:8766/callback", ""):
        status, headers, _ = box.request("GET", "/portal/auth", {"app_id": APP, "redirect_uri": uri})
        assert status == 400 and "Location" not in headers
    assert box.request("GET", "/portal/auth", {"app_id": "1", "redirect_uri": CALLBACK})[0] == 400


def test_consent_grants_again(box):
    box.revoke(A)
    body = urllib.parse.urlencode({"app_id": APP, "redirect_uri": CALLBACK, "login": "agency",
                                   "advertiser_id": A, "decision": "authorize"})
    assert box.request("POST", "/portal/authorize", body=body)[0] == 302
    assert A in listed(box)


# --- Control ------------------------------------------------------------------------------------


def test_revoke_and_restore(box):
    box.revoke(B)
    assert listed(box) == [A, C]
    assert verdict(info(box, B)) == (40001, "No permission to operate advertiser: " + B)
    box.restore(B)
    assert listed(box) == [A, B, C]
    box.revoke([A, B], app_id=OTHER_APP)
    assert listed(box) == [A, B, C] and listed(box, OTHER, app=OTHER_APP, secret=OTHER_SECRET) == [C]
    box.revoke(C, token=TOKEN)
    assert listed(box) == [A, B] and C in listed(box, OTHER, app=OTHER_APP, secret=OTHER_SECRET)
    box.restore([A, B, C])
    assert listed(box) == [A, B, C] and len(listed(box, OTHER, app=OTHER_APP, secret=OTHER_SECRET)) == 3


def test_status_delete_rename(box):
    box.suspend(A)
    assert info(box, A)["data"]["list"][0]["status"] == "STATUS_LIMIT" and A in listed(box)
    box.delete(A)
    assert A not in listed(box)
    assert verdict(info(box, A)) == (40002, "The advertiser %s doesn't exist or has been deleted." % A)
    box.restore(A)
    box.delete(A, code=40001)
    assert info(box, A)["code"] == 40001
    box.rename(B, "New | name\n")
    assert listing(box)["data"]["list"][0]["advertiser_name"] == "New | name\n"


def test_login_access(box):
    box.remove_access("agency", [A, B])
    assert listed(box) == [C]
    box.add_access("agency", D)
    assert listed(box) == [C, D] and box.advertiser(D)["tokens"] == [TOKEN, CLIENT, DEAD, USER_TOKEN, OTHER]


def test_tokens(box):
    box.kill(TOKEN)
    assert listing(box)["code"] == 40105
    box.revive(TOKEN)
    assert listing(box)["code"] == 0
    box.expire(TOKEN, 10)
    assert listing(box)["code"] == 0
    box.advance(10)
    assert listing(box)["code"] == 40102
    box.add_token("brand-new", APP, "client")
    assert listed(box, "brand-new") == [D]


def test_apps(box):
    box.block(APP)
    for answer in (listing(box), info(box, A), box.call("/user/info/", token=CLIENT)):
        assert verdict(answer) == (40113, "App is suspended or rejected")
    box.block(APP, message="Developer rejected", code=40124)
    assert verdict(listing(box)) == (40124, "Developer rejected")
    box.unblock(APP)
    assert listing(box)["code"] == 0
    box.secret(APP, "fresh")
    assert listing(box)["code"] == 40101 and listing(box, secret="fresh")["code"] == 0
    box.secret(APP, "fresher", kill_tokens=True)
    assert listing(box, secret="fresher")["code"] == 40105


def test_lagging_lists(box):
    box.lag([B], times=1)
    assert listed(box) == [A, C] and listed(box) == [A, B, C]
    rule = box.lag(times=-1, token=TOKEN)
    assert listed(box) == [] == listed(box) and listed(box, CLIENT) == [D]
    assert info(box, A)["code"] == 0
    assert box.clear_fault(rule) == 1 and listed(box) == [A, B, C]


@pytest.mark.parametrize("kind, code, message", [
    ("qps", 40100, "App %s reaches the QPS limit 50" % APP),
    ("qpm", 40100, "App %s reaches the QPM limit 3000" % APP),
    ("qpd", 40100, "App %s reaches the QPD limit 4320000" % APP),
    ("plain", 40100, "Too many requests. Please retry in some time."),
    ("advertiser", 40133, "Advertiser (%s)'s QPS (21) reaches QPS limit 20 for current path, request is "
                          "temporarily restricted." % A),
])
def test_throttle(box, kind, code, message):
    box.throttle(kind, times=2)
    for _ in range(2):
        status, _, body = box.request("GET", API + SEARCH, {"advertiser_id": A}, TOKEN)
        assert status == 200 and verdict(json.loads(body)) == (code, message)
    assert box.call(SEARCH, {"advertiser_id": A}, TOKEN)["code"] == 0


def test_fault_matching_skip_times_and_removal(box):
    box.fault(path=INFO, advertiser_id=B, code=51002, message="Internal service error. Please retry later.",
              skip=1, times=2, label="later")
    codes = [info(box, A, B)["code"] for _ in range(4)]
    assert codes == [0, 51002, 51002, 0] and info(box, A)["code"] == 0
    box.fault(path="/user/", token=CLIENT, code=1)
    box.fault(app_id=OTHER_APP, code=2)
    box.fault(path=USER, exact=True, method="POST", code=3)
    box.fault(path="/user/info", exact=True, code=4)
    assert box.call("/user/info/", token=TOKEN)["code"] == 0
    assert box.call("/user/info/", token=CLIENT)["code"] == 1
    assert box.call("/user/info/", token=OTHER)["code"] == 2
    assert [rule["label"] for rule in box.faults()] == ["later", "code 1", "code 2", "code 3", "code 4"]
    assert box.clear_fault("later") == 1
    box.clear_faults()
    assert box.faults() == []


def test_a_fault_can_hide_an_answer_that_took_effect(box):
    body = {"app_id": APP, "secret": SECRET, "auth_code": box.auth_code(APP, "agency")}
    box.fault(path="access_token", http=502, times=1)
    assert box.request("POST", API + "/oauth2/access_token/", body=body)[0] == 502
    box.fault(path="access_token", http=502, times=1, processed=True)
    assert box.request("POST", API + "/oauth2/access_token/", body=body)[0] == 502
    assert box.call("/oauth2/access_token/", body=body)["code"] == 40110


def test_log(box):
    box.request("GET", LIST, {"app_id": APP, "secret": "s p&ce"}, TOKEN, headers={"Host": "api.example"})
    box.fault(path=USER, wire="close", times=1)
    raw(box)
    first, second = box.log()
    assert first["method"] == "GET" and first["path"] == LIST and first["token"] == TOKEN
    assert first["params"] == {"app_id": APP, "secret": "s p&ce"} and first["query"].startswith("app_id=7055")
    assert first["host"] == "api.example" and first["version"] == "HTTP/1.1" and first["code"] == 40101
    assert first["http_status"] == 200 and first["time_ms"] == START * 1000 and first["fault"] is None
    assert second["fault"] == "close" and second["connection"] != first["connection"]
    assert second["monotonic_ms"] >= first["monotonic_ms"] and second["number"] == 2
    assert box.calls() == 2 and box.calls("user") == 1
    assert [entry["number"] for entry in box.log(since=1)] == [2] and len(box.log(path="/user/")) == 1
    box.clear_log()
    assert box.log() == [] and box.calls() == 0


def test_log_tells_connections_apart(box):
    connection = box.connection()
    for _ in range(2):
        connection.request("GET", USER, headers={"Access-Token": TOKEN})
        connection.getresponse().read()
    connection.close()
    box.call("/user/info/", token=TOKEN)
    first, second, third = [entry["connection"] for entry in box.log()]
    assert first == second != third


def test_reset_brings_all_back(box):
    box.kill(TOKEN)
    box.revoke(A)
    box.fault(code=1)
    box.advance(1000)
    box.reset()
    assert box.now() == START and box.log() == [] and listed(box) == [A, B, C]


def test_control_refusals(box):
    for name, body in (("revoke", {}), ("revoke", {"advertiser_id": "1"}), ("revoke", {"advertiser_id": 1}),
                       ("revoke", {"advertiser_id": A, "nonsense": 1}), ("kill", {"token": "none"}),
                       ("block", {}), ("fault", {"json": "nonsense"}), ("clock", {"set": "x"}), ("nonsense", {}),
                       ("endpoint", {"path": "no-slash"}), ("auth_code", {"app_id": APP, "login": "none"})):
        with pytest.raises(SandboxError):
            box.control(name, body)
    assert box.request("POST", "/_sandbox/kill", body="{")[0] == 400
    assert box.log() == []


def test_state(box):
    box.call("/user/info/", token=TOKEN)
    state = box.state()
    tokens = {token["token"]: token for token in state["tokens"]}
    assert tokens[TOKEN]["covers"] == 3 and tokens[DEAD]["state"] == "revoked"
    assert state["apps"][0]["quota"]["taken"] == 1 and state["now_ms"] == START * 1000


def test_a_real_clock_is_not_moved(server):
    with Sandbox(server.binary, WORLD) as box:
        assert abs(box.now() - time.time()) < 60
        with pytest.raises(SandboxError):
            box.advance(1)


# --- Quotas -------------------------------------------------------------------------------------


def asked(box, times):
    return [verdict(box.call("/user/info/", token=TOKEN)) for _ in range(times)]


def test_qps(box):
    box.quota(APP, tier="basic")
    answers = asked(box, 12)
    assert [code for code, _ in answers] == [0] * 10 + [40100] * 2
    assert answers[-1][1] == "App %s reaches the QPS limit 10" % APP
    assert box.call("/user/info/", token=OTHER)["code"] == 0
    box.advance(1)
    assert asked(box, 1)[0][0] == 0
    assert box.state()["apps"][0]["quota"]["peak_second"] == 12


def test_qpm_refuses_for_five_minutes(box):
    box.quota(APP, qpm=3)
    assert [code for code, _ in asked(box, 3)] == [0, 0, 0]
    assert asked(box, 1)[0] == (40100, "App %s reaches the QPM limit 3" % APP)
    box.advance(299)
    assert asked(box, 1)[0][0] == 40100
    box.advance(1)
    assert asked(box, 1)[0][0] == 0


def test_qpd_refuses_until_midnight(box):
    box.quota(APP, qpd=2)
    assert [code for code, _ in asked(box, 3)] == [0, 0, 40100]
    assert asked(box, 1)[0][1] == "App %s reaches the QPD limit 2" % APP
    box.set_clock(START - START % 86400 + 86399)
    assert asked(box, 1)[0][0] == 40100
    box.advance(1)
    assert asked(box, 1)[0][0] == 0


def test_tiers(box):
    for tier, limits in (("basic", (10, 600, 864000)), ("advanced", (20, 1200, 1728000)),
                         ("premium", (30, 1800, 2592000)), ("ultimate", (50, 3000, 4320000)), ("none", (0, 0, 0))):
        box.quota(APP, tier=tier)
        quota = box.state()["apps"][0]["quota"]
        assert (quota["qps"], quota["qpm"], quota["qpd"]) == limits


# --- Misbehaviour: HTTP and JSON -----------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503, 504])
def test_edge_errors(box, status):
    box.fault(http=status, retry_after="7")
    got, headers, body = box.request("GET", USER, token=TOKEN)
    assert got == status and headers["Retry-After"] == "7" and headers["Content-Type"] == "text/html"
    assert body.startswith(b"<html>")


def test_bodies_of_errors(box):
    for kind, start in (("text", b"upstream"), ("empty", b""), ("html", b"<html>"), ("json", b'{"code":0')):
        rule = box.fault(http=503, body_kind=kind)
        status, _, body = box.request("GET", USER, token=TOKEN)
        assert status == 503 and body.startswith(start) and (start or not body)
        box.clear_fault(rule)
    box.fault(body_b64=base64.b64encode(b"\0\xff{").decode(), content_type="x/y", headers={"X-A": "b"})
    status, headers, body = box.request("GET", USER, token=TOKEN)
    assert (status, body, headers["Content-Type"], headers["X-A"]) == (200, b"\0\xff{", "x/y", "b")


def test_any_code_with_data_and_status(box):
    box.fault(code=20001, message="Partial", data={"list": []}, http=207)
    status, _, body = box.request("GET", USER, token=TOKEN)
    answer = json.loads(body)
    assert status == 207 and verdict(answer) == (20001, "Partial") and answer["data"] == {"list": []}
    assert answer["request_id"]


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirects(box, status):
    box.fault(http=status, location="http://elsewhere.example/")
    got, headers, _ = box.request("GET", USER, token=TOKEN)
    assert got == status and headers["Location"] == "http://elsewhere.example/"


def test_delay(box):
    box.fault(path=USER, delay_ms=150)
    began = time.monotonic()
    assert box.call("/user/info/", token=TOKEN)["code"] == 0
    assert time.monotonic() - began >= 0.15


def body_of(box, kind, **how):
    box.fault(path=LIST, json=kind, **how)
    _, _, body = box.request("GET", LIST, {"app_id": APP, "secret": SECRET}, TOKEN)
    return body


def not_json(body):
    with pytest.raises(ValueError):
        json.loads(body.decode("utf-8"))
    return True


def pairs(body):
    return json.loads(body, object_pairs_hook=lambda items: items)


MANGLED = {
    "truncated": not_json,
    "deep": lambda body: body.count(b"[") == 100000 == body.count(b"]"),
    "deep_open": lambda body: body == b'{"data":' * 100000,
    "duplicate_keys": lambda body: [v for k, v in pairs(body) if k == "code"] == [0, 40105],
    "case_keys": lambda body: pairs(body)[0] == ("Code", 40105) and json.loads(body)["code"] == 0,
    "nul": lambda body: b'"OK\0hidden"' in body,
    "nul_after": lambda body: b'}\0{"code":40105}' in body,
    "nul_escaped": lambda body: json.loads(body)["message"] == "OK\0hidden",
    "not_utf8": not_json,
    "lone_surrogate": lambda body: b"\\ud800" in body,
    "numeric_ids": lambda body: json.loads(body)["data"]["list"][0]["advertiser_id"] == int(A),
    "trailing_garbage": not_json,
    "data_missing": lambda body: "data" not in json.loads(body),
    "data_null": lambda body: json.loads(body)["data"] is None,
    "data_string": lambda body: json.loads(body)["data"] == "list",
    "data_array": lambda body: json.loads(body)["data"] == [],
    "list_not_array": lambda body: json.loads(body)["data"]["list"] == "none",
    "list_object": lambda body: isinstance(json.loads(body)["data"]["list"], dict),
    "list_null": lambda body: json.loads(body)["data"]["list"] is None,
    "list_missing": lambda body: json.loads(body)["data"] == {},
    "list_empty": lambda body: json.loads(body)["data"]["list"] == [],
    "list_of_texts": lambda body: len(json.loads(body)["data"]["list"]) == 5,
    "huge_numbers": lambda body: b'"code":1e999,' in body,
    "code_long": lambda body: json.loads(body)["code"] == 2 ** 64,
    "code_float": lambda body: json.loads(body)["code"] == 0.5,
    "code_string": lambda body: json.loads(body)["code"] == "0",
    "code_null": lambda body: json.loads(body)["code"] is None,
    "code_bool": lambda body: json.loads(body)["code"] is False,
    "code_missing": lambda body: "code" not in json.loads(body),
    "message_missing": lambda body: "message" not in json.loads(body),
    "message_number": lambda body: json.loads(body)["message"] == 42,
    "message_large": lambda body: len(json.loads(body)["message"]) == 1 << 20,
    "message_control": lambda body: "\u001b[2J" in json.loads(body)["message"] and "|" in json.loads(body)["message"],
    "message_raw_control": not_json,
    "names_control": lambda body: all("\u001b" in e["advertiser_name"] and "\n" in e["advertiser_name"]
                                      for e in json.loads(body)["data"]["list"]),
    "bom": lambda body: body.startswith(b"\xef\xbb\xbf{") and json.loads(body)["code"] == 0,
    "empty_body": lambda body: body == b"",
    "empty_object": lambda body: body == b"{}",
    "top_array": lambda body: isinstance(json.loads(body), list),
    "top_null": lambda body: body == b"null",
    "id_letters": lambda body: json.loads(body)["data"]["list"][0]["advertiser_id"] == "75020223930875904xx",
    "id_empty": lambda body: json.loads(body)["data"]["list"][0]["advertiser_id"] == "",
    "id_null": lambda body: json.loads(body)["data"]["list"][0]["advertiser_id"] is None,
    "id_long": lambda body: len(json.loads(body)["data"]["list"][0]["advertiser_id"]) > 60,
    "id_path": lambda body: json.loads(body)["data"]["list"][0]["advertiser_id"].startswith("../"),
    "id_twice": lambda body: [e["advertiser_id"] for e in json.loads(body)["data"]["list"]] == [A, A, B, C],
    "request_id_missing": lambda body: "request_id" not in json.loads(body) and json.loads(body)["code"] == 0,
}


@pytest.mark.parametrize("kind", MANGLED)
def test_mangled_json(box, kind):
    assert MANGLED[kind](body_of(box, kind))


def offered(box, action):
    with pytest.raises(SandboxError) as refused:
        box.fault(**{action: "nonsense"})
    return str(refused.value).split("one of ")[1].split(", ")


def test_every_kind_is_tested(box):
    assert offered(box, "json") == list(MANGLED)
    assert set(offered(box, "wire")) == {name for names in WIRE_TESTED for name in names}


def test_sizes_of_mangled_json(box):
    assert len(json.loads(body_of(box, "message_large", size=5000, times=1))["message"]) == 5000
    assert body_of(box, "deep", size=7, times=1).count(b"[") == 7
    assert len(body_of(box, "truncated", size=9, times=1)) == 9


# --- Misbehaviour: on the wire -------------------------------------------------------------------

WIRE_TESTED = []


def wire_kinds(*names):
    WIRE_TESTED.append(names)
    return lambda function: function


@wire_kinds("no_answer")
def test_no_answer_blocks_nobody(box):
    box.fault(path=USER, wire="no_answer", times=1)
    assert raw(box, timeout=0.2) == (b"", "timeout")
    assert raw(box)[0].startswith(b"HTTP/1.1 200")


@wire_kinds("close", "reset", "garbage", "no_headers", "bad_status")
def test_broken_from_the_start(box):
    for kind, start, end in (("close", b"", "eof"), ("reset", b"", "reset"), ("garbage", b"SSH-2.0", "eof"),
                             ("no_headers", b'{"code":0', "eof"), ("bad_status", b"HTTP/1.1 two", "eof")):
        box.fault(path=USER, wire=kind, times=1)
        received, ended = raw(box)
        assert received.startswith(start) and ended == end, kind
        assert start or not received


@wire_kinds("half_close_headers", "half_close_body", "reset_headers", "reset_body", "stall_headers", "stall_body")
def test_halves(box):
    for kind, end in (("half_close", "eof"), ("reset", "reset"), ("stall", "timeout")):
        for part in ("headers", "body"):
            box.fault(path=USER, wire="%s_%s" % (kind, part), times=1)
            received, ended = raw(box, timeout=0.2 if kind == "stall" else 5)
            assert ended == end, (kind, part)
            assert received.startswith(b"HTTP/1.1 200 OK\r\n") and (b"\r\n\r\n" in received) == (part == "body")
            if part == "body":
                _, headers, body = split(received)
                assert 0 < len(body) < int(headers["content-length"])


@wire_kinds("slow_headers", "slow_body")
def test_slow(box):
    for kind, piece in (("slow_headers", 20), ("slow_body", 30)):
        box.fault(path=USER, wire=kind, interval_ms=20, piece=piece, times=1)
        began = time.monotonic()
        _, _, body = split(raw(box)[0])
        assert json.loads(body)["code"] == 0 and time.monotonic() - began > 0.05
        box.fault(path=USER, wire=kind, times=1)
        assert raw(box, timeout=0.25, limit=2)[1] == "limit"


@wire_kinds("endless", "endless_headers")
def test_endless(box):
    for kind in ("endless", "endless_headers"):
        box.fault(path=USER, wire=kind, times=1)
        received, ended = raw(box, limit=20_000_000)
        assert ended == "limit" and (b"\r\n\r\n" in received) == (kind == "endless")
        box.fault(path=USER, wire=kind, times=1, size=100_000)
        assert raw(box)[1] == "eof"


@wire_kinds("short_body", "long_body", "two_lengths", "negative_length")
def test_wrong_lengths(box):
    def lengths(kind, **how):
        box.fault(path=USER, wire=kind, times=1, **how)
        received, ended = raw(box)
        head, _, body = received.partition(b"\r\n\r\n")
        assert ended == "eof"
        return [int(n) for n in re.findall(rb"Content-Length: (-?\d+)", head)], len(body)

    (declared,), sent = lengths("short_body", size=9)
    assert declared == sent + 9
    (declared,), sent = lengths("long_body")
    assert declared == sent // 2
    declared, sent = lengths("two_lengths")
    assert declared == [2, sent]
    assert lengths("negative_length")[0] == [-1]


@wire_kinds("chunked_cut", "chunked_bad")
def test_wrong_chunks(box):
    box.fault(path=USER, wire="chunked_cut", times=1)
    received = raw(box)[0]
    assert b"Transfer-Encoding: chunked" in received and not received.endswith(b"0\r\n\r\n")
    box.fault(path=USER, wire="chunked_bad", times=1)
    assert b"\r\n\r\nzz-not-hex\r\n" in raw(box)[0]


@wire_kinds("continue_flood")
def test_continue_flood(box):
    box.fault(path=USER, wire="continue_flood", size=20000, times=1)
    received = raw(box)[0]
    assert received.count(b"HTTP/1.1 100 Continue\r\n\r\n") == 20000
    assert json.loads(received.rpartition(b"\r\n\r\n")[2])["code"] == 0


@wire_kinds("many_headers", "long_header")
def test_headers_without_measure(box):
    box.fault(path=USER, wire="many_headers", times=1)
    received = raw(box)[0]
    assert received.count(b"\r\nX-Sandbox-") == 5000 and json.loads(split(received)[2])["code"] == 0
    box.fault(path=USER, wire="long_header", times=1)
    assert len(split(raw(box)[0])[1]["x-sandbox-long"]) == 1 << 20


@wire_kinds("gzip_bomb", "bad_gzip", "unknown_encoding")
def test_encodings(box):
    box.fault(path=USER, wire="gzip_bomb", size=3_000_000, times=1)
    _, headers, body = split(raw(box)[0])
    assert headers["content-encoding"] == "gzip" and len(body) < 10_000
    assert 2_990_000 < len(json.loads(gzip.decompress(body))["message"]) <= 3_000_001
    box.fault(path=USER, wire="gzip_bomb", times=1)
    _, _, body = split(raw(box)[0])
    assert len(body) < 1_500_000 and struct.unpack("<I", body[-4:])[0] > 1_073_000_000
    start = zlib.decompressobj(31).decompress(body, 100_000)
    assert start.startswith(b'{"code":0,') and start.endswith(b"x" * 1000)
    box.fault(path=USER, wire="bad_gzip", times=1)
    _, headers, body = split(raw(box)[0])
    assert headers["content-encoding"] == "gzip" and json.loads(body)["code"] == 0
    box.fault(path=USER, wire="unknown_encoding", times=1)
    assert split(raw(box)[0])[1]["content-encoding"] == "x-zebra"


# --- TLS ----------------------------------------------------------------------------------------


def greet(box, host="localhost"):
    context = ssl.create_default_context(cafile=box.ca)
    with socket.create_connection(("127.0.0.1", box.port), timeout=5) as sock:
        with context.wrap_socket(sock, server_hostname=host) as tls:
            tls.sendall(raw_request(box, extra="Connection: close\r\n"))
            received = b""
            while part := tls.recv(65536):
                received += part
            return received


def test_tls_good(server):
    with Sandbox(server.binary, WORLD, tls="good") as box:
        assert box.url.startswith("https://127.0.0.1:")
        for host in ("localhost", "127.0.0.1"):
            assert json.loads(split(greet(box, host))[2])["code"] == 0
        with pytest.raises(ssl.SSLCertVerificationError):
            box.ca, kept = None, box.ca  # a client that does not know the CA
            greet(box)
        box.ca = kept
        box.revoke(A)
        assert listed(box) == [B, C]
        box.fault(path=USER, wire="short_body", times=1)
        assert b"HTTP/1.1 200 OK" in greet(box)
        for kind in ("reset_body", "half_close_body"):  # Python's ssl shows a reset as an end, too
            box.fault(path=USER, wire=kind, times=1)
            _, headers, body = split(greet(box))
            assert 0 < len(body) < int(headers["content-length"])


@pytest.mark.parametrize("kind, words", [("wrong-host", "mismatch"), ("expired", "expired"),
                                         ("self-signed", "self-signed|self signed")])
def test_tls_bad_certificates(server, kind, words):
    with Sandbox(server.binary, WORLD, tls=kind) as box:
        with pytest.raises(ssl.SSLCertVerificationError, match=words):
            greet(box)
        assert box.call("/user/info/", token=TOKEN)["code"] == 0


def test_tls_hang_and_not_tls(server):
    with Sandbox(server.binary, WORLD, tls="tls-hang") as box:
        with socket.create_connection(("127.0.0.1", box.port), timeout=0.2) as sock:
            with pytest.raises(socket.timeout):
                ssl.create_default_context().wrap_socket(sock, server_hostname="localhost")
    with Sandbox(server.binary, WORLD, tls="not-tls") as box:
        assert box.url.startswith("https://")
        with pytest.raises(ssl.SSLError):
            greet(box)
        assert box.calls() == 0


# --- Robustness and scale -------------------------------------------------------------------------


def test_clients_that_vanish(box):
    box.fault(path=USER, wire="endless", skip=50, times=50)
    box.fault(path=USER, delay_ms=100)
    for number in range(150):
        sock = socket.create_connection(("127.0.0.1", box.port), timeout=5)
        sock.sendall(raw_request(box)[: number if number % 3 == 0 else None])
        if number % 2:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    box.clear_faults()
    assert listed(box) == [A, B, C]


def test_200_connections_at_once(box):
    held = [box.fault(path=USER, wire="no_answer", times=200)]
    sockets = [socket.create_connection(("127.0.0.1", box.port), timeout=10) for _ in range(200)]
    for sock in sockets:
        sock.sendall(raw_request(box))
    while box.calls(USER) < 200:
        time.sleep(0.01)
    box.clear_fault(held[0])
    assert listed(box) == [A, B, C]
    for sock in sockets:
        sock.close()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        assert list(pool.map(lambda _: listing(box)["code"], range(400))) == [0] * 400
    assert len({entry["request_id"] for entry in box.log(path=LIST)}) == 401


def test_hostile_requests(box):
    for request in (b"\r\n\r\n", b"GET", b"\0" * 1000, b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"/" * 300000,
                    b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{" % USER.encode(),
                    b"GET %s?%%00=%%zz&&=&a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % USER.encode()):
        with socket.create_connection(("127.0.0.1", box.port), timeout=0.3) as sock:
            try:
                sock.sendall(request)
                sock.shutdown(socket.SHUT_WR)
                sock.recv(65536)
            except OSError:
                pass
    deep = "[" * 100000
    assert box.call("/advertiser/info/", {"advertiser_ids": deep[:5000]}, TOKEN)["code"] == 40002
    assert box.request("POST", API + "/oauth2/access_token/", body=deep)[0] == 200
    assert box.request("POST", API + "/oauth2/access_token/", body=b"x" * (17 << 20))[0] == 413
    assert listed(box) == [A, B, C]


def test_100000_advertisers(server):
    count = 100_000
    scenario = {**WORLD, "generate": [
        {"count": count, "first_id": "7502022393087600000", "login": "huge", "name": "Acme"},
        {"count": 1000, "first_id": "7502022393088600000", "login": "many", "app_id": APP, "per_token": 10,
         "token_prefix": "tok-many"}],
        "tokens": WORLD["tokens"] + [{"token": "tok-huge", "app_id": APP, "login": "huge"}]}
    began = time.monotonic()
    with Sandbox(server.binary, scenario) as box:
        started = time.monotonic() - began
        listed(box, "tok-huge")
        began = time.monotonic()
        _, _, body = box.request("GET", LIST, {"app_id": APP, "secret": SECRET}, "tok-huge")
        answered = time.monotonic() - began
        ids = re.findall(rb'"advertiser_id":"(\d+)"', body)
        assert len(ids) == count == len(set(ids)) and ids[0] == b"7502022393087600000"
        box.revoke([one.decode() for one in ids[:10000]])
        assert len(listed(box, "tok-huge")) == count - 10000
        assert len(listed(box, "tok-many-0100")) == 10
        assert info(box, ids[-1].decode(), token="tok-huge")["code"] == 0
    # Generous: a busy machine, or sanitizers, are no failure.
    assert started < 10 and answered < 5
