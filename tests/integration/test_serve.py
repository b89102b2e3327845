# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""tiktok-auth serve: links, pages, the way to the portal and back, and those who only want to hurt."""

import os
import re
import signal
import socket
import threading
import time
import urllib.parse

import pytest

from scene import advertiser_ids, until
from serving import CONTACT, NAME, PREFIX, Serving

IDS = advertiser_ids(5)
EVIL = "<script>alert(1)</script>\" onload='x' \u202eevil"
ROWS = [{"advertiser_id": one, "name": name} for one, name in zip(IDS, ("Acme GmbH", EVIL, "Third", "Fourth", "Fifth"))]
LOST, EVIL_ID, FINE, OTHER = IDS[:4]
DAY = 86400


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    """With two losses, as a sweep has found them."""
    with Serving(tmp_path_factory.mktemp("serve"), ROWS) as serving:
        serving.scene.sweep()
        serving.box.revoke([LOST, EVIL_ID])
        serving.scene.sweep()
        yield serving
        assert "out of memory" not in serving.said()
        assert serving.stop() == 0


def secrets_of(serving, *more):
    """What must not be seen anywhere."""
    with open(os.path.join(serving.scene.state, "link.key"), encoding="ascii") as file:
        key = file.read().strip()
    return [key, "tok-main", *more]


# --- The question ---------------------------------------------------------------------------------------------------

def test_the_link_of_an_alert_opens_a_page(serving):
    link = serving.link(LOST)
    answer = serving.ask(link)
    assert answer.status == 200
    assert NAME in answer.body and CONTACT in answer.body and "Acme GmbH" in answer.body and LOST in answer.body
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = dict((part.strip().split(" ", 1) + [""])[:2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'"
    assert policy["style-src"].startswith("'sha256-") and "script-src" not in policy and "unsafe" not in str(policy)
    assert policy["form-action"].split() == ["'self'", serving.box.url]
    assert not re.search(r"(src|href|action)=|<script|<link|<img|@import|url\(", answer.body)


def test_the_link_stands_wherever_the_loss_is_told(serving):
    link = serving.link(LOST)
    scene = serving.scene
    assert "Authorize again at: " + link in scene.check("--advertiser", LOST, "--verbose").out
    assert link in scene.cli("message", LOST).out
    path = os.path.join(scene.folder, "page.html")
    assert scene.cli("report", "--html", path).exit == 0
    with open(path, encoding="utf-8") as file:
        assert link in file.read()
    assert scene.ask(FINE)["reauth_url"] is None
    assert scene.ask("--all")["reauth_url"] is None
    assert not set("`~$&|'\"<> ") & set(link)


def test_generated_objects_carry_links_that_do_not_end(serving):
    for kind in ("nagios", "icinga2"):
        made = serving.scene.cli("generate", kind)
        assert made.exit == 0, made
        for one in IDS:
            assert serving.sign(one) in made.out
        assert serving.sign("main", kind="token") in made.out
    assert serving.ask(serving.sign(LOST)).status == 200
    token = serving.ask(serving.sign("main", kind="token"))
    assert token.status == 200 and "main" not in re.search("<main>(.*)</main>", token.body, re.DOTALL)[1]


def test_hostile_names_are_text(serving):
    answer = serving.ask(serving.link(EVIL_ID))
    assert answer.status == 200
    assert "<script" not in answer.body and "\u202e" not in answer.body and "&lt;script&gt;" in answer.body


def test_what_is_well_says_so(serving):
    assert "connected at the moment" in serving.ask(serving.sign(FINE)).body
    assert "connected at the moment" not in serving.ask(serving.link(LOST)).body


def test_looking_changes_nothing(serving):
    """Programs that look at links in mails open them, some with HEAD, some many times."""
    link = serving.link(LOST)
    calls, kept = serving.box.calls(), serving.links_kept()
    for _ in range(10):
        assert serving.ask(link).status == 200
        assert serving.ask(link, "HEAD").status == 200
    assert serving.ask(PREFIX + "/callback?auth_code=x&state=y", "HEAD").status == 405
    assert serving.ask(PREFIX + "/callback?auth_code=x&state=y", "POST").status == 405
    assert serving.ask(link, "DELETE").status == 405
    assert (serving.box.calls(), serving.links_kept()) == (calls, kept)
    assert serving.children() == []


# --- Links that are none --------------------------------------------------------------------------------------------

def test_all_that_is_not_ours_looks_the_same(serving):
    signature = serving.link(LOST).rsplit("/", 1)[1]
    strange = [
        serving.public + "/r/%s/%s" % (OTHER, signature),
        serving.public + "/r/1234567890123456789/" + signature,
        serving.public + "/r/main/" + signature,
        serving.public + "/r/%s/%s" % (LOST, signature[:-1] + ("a" if signature[-1] != "a" else "b")),
        serving.public + "/r/%s/%s" % (LOST, "a" * 24),
        serving.public + "/r/%s/" % LOST,
        serving.public + "/r/%s" % LOST,
        serving.public + "/r/../callback",
        serving.public + "/r/%00/" + signature[:5],
        serving.public + "/nothing",
        "/",
        "/r//",
        serving.sign(LOST, key=b"guessed"),
        serving.sign("nobody", app_id="1"),
    ]
    answers = [serving.ask(url) for url in strange] + [serving.ask(url, "POST") for url in strange]
    bodies = {answer.body for answer in answers if answer.status == 404}
    assert len(bodies) == 1 and "does not work" in bodies.pop()
    assert {answer.status for answer in answers} <= {400, 404}
    assert [answer.status for answer in answers].count(400) == 2  # the NUL is no address


def test_a_link_ends_and_says_whom_to_ask(serving):
    today = int(time.time()) // DAY
    old = serving.sign(LOST, today - 1)
    for method in ("GET", "POST"):
        answer = serving.ask(old, method)
        assert answer.status == 410 and "has ended" in answer.body and CONTACT in answer.body
    assert serving.ask(serving.sign(LOST, today + 1)).status == 200
    shown = serving.link(LOST).rsplit("/", 1)[1]
    assert serving.sign(LOST, today + 30).endswith(shown) or serving.sign(LOST, today + 29).endswith(shown)
    gone = serving.ask(serving.sign("7502022393087599999"))
    assert gone.status == 410 and "no longer needed" in gone.body and CONTACT in gone.body


def test_nobody_is_asked_for_what_was_retired(serving):
    link = serving.sign(LOST)
    assert serving.ask(link).status == 200
    assert serving.scene.cli("retire", LOST).exit == 0
    serving.scene.sweep()
    for method in ("GET", "POST"):
        answer = serving.ask(link, method)
        assert answer.status == 410 and "no longer needed" in answer.body and CONTACT in answer.body
    assert serving.scene.cli("retire", LOST, "--undo").exit == 0
    serving.scene.sweep()
    assert serving.ask(link).status == 200


# --- To the portal and back -----------------------------------------------------------------------------------------

def test_the_button_leads_to_the_portal(serving):
    kept = serving.links_kept()
    answer = serving.ask(serving.link(EVIL_ID), "POST", body="")
    assert answer.status == 303 and answer.body == ""
    assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["cache-control"] == "no-store"
    parts = urllib.parse.urlsplit(answer.location)
    query = dict(urllib.parse.parse_qsl(parts.query))
    assert answer.location.startswith(serving.box.url + "/portal/auth?")
    assert query["redirect_uri"] == serving.public + "/callback" and len(query["state"]) >= 22
    assert serving.links_kept() == kept + 1
    for found in serving.scene.state_files().values():
        assert query["state"].encode() not in found
    assert query["state"] not in serving.said()


def test_the_way_back_ends_with_a_working_token(serving):
    scene, address = serving.scene, "203.0.113.9"
    answer = serving.ask(serving.link(LOST), "POST", headers={"X-Forwarded-For": address})
    back = serving.authorize(answer.location)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    answer = serving.ask(back, headers={"X-Forwarded-For": address})
    assert answer.status == 200 and answer.title == "It worked", answer
    assert scene.ask(LOST)["state"] == "ok"
    with open(os.path.join(scene.folder, "main.token"), encoding="ascii") as file:
        token = file.read().split()[0]
    assert token != "tok-main"
    history = scene.cli("history", LOST).out
    assert "remote " + address in history
    assert "connected at the moment" in serving.ask(serving.sign(LOST)).body

    again = serving.ask(back)
    assert "done before" in again.title and token not in again.body

    for secret in secrets_of(serving, token, query["state"], query["auth_code"]):
        assert secret not in serving.said() + history
    for name, found in scene.state_files().items():
        if not name.startswith("link.key"):
            assert query["state"].encode() not in found and query["auth_code"].encode() not in found, name


@pytest.mark.parametrize("query, status, title", [
    ("", 400, "does not work"),
    ("auth_code=abc", 400, "does not work"),
    ("auth_code=abc&state=forged", 400, "does not work"),
    ("auth_code=abc&state=a&state=b", 400, "does not work"),
    ("auth_code=%00&state=%ff", 400, "does not work"),
])
def test_what_is_no_way_back_says_so(serving, query, status, title):
    calls = serving.box.calls("access_token")
    answer = serving.ask(PREFIX + "/callback?" + query)
    assert answer.status == status and title in answer.title, answer
    assert serving.box.calls("access_token") == calls


def test_a_no_is_heard_and_may_be_thought_over(serving):
    answer = serving.ask(serving.sign(EVIL_ID), "POST")
    answer = serving.ask(serving.authorize(answer.location, decision="cancel"))
    assert answer.status == 200 and "Nothing was confirmed" in answer.title
    again = re.search('href="([^"]+)">Try again', answer.body).group(1)
    assert serving.ask(again).status == 200 and "&lt;script&gt;" in serving.ask(again).body


def test_an_exchange_that_dies_takes_nobody_along(serving):
    serving.box.fault(path="access_token", wire="no_answer", times=1)
    back = serving.authorize(serving.ask(serving.sign(EVIL_ID), "POST").location)
    calls = serving.box.calls("access_token")
    heard = []
    waiting = threading.Thread(target=lambda: heard.append(serving.ask(back)))
    waiting.start()
    until(lambda: serving.box.calls("access_token") > calls and serving.children())
    assert serving.ask(serving.sign(FINE)).status == 200  # while it goes on
    os.kill(serving.children()[0], signal.SIGKILL)
    waiting.join()
    assert heard[0].status == 500 and "could not finish" in heard[0].title and CONTACT in heard[0].body
    assert serving.ask(serving.sign(FINE)).status == 200
    serving.box.clear_faults()


# --- Configuration and files ----------------------------------------------------------------------------------------

def test_a_new_client_needs_no_restart(serving):
    new = "7502022393087610001"
    link = serving.sign(new)
    assert serving.ask(link).status == 410
    serving.scene.advertisers.append({"advertiser_id": new, "name": "Newcomer", "token": "main", "owner": "x"})
    serving.scene.write_inventory()
    until(lambda: serving.ask(link).status == 200)
    assert "Newcomer" in serving.ask(link).body


def test_a_configuration_is_read_again_or_refused(serving):
    serving.keys["name"] = "Other Agency"
    serving.write()
    assert NAME in serving.ask(serving.sign(FINE)).body
    assert "read anew" in serving.reload()
    assert "Other Agency" in serving.ask(serving.sign(FINE)).body
    serving.keys.update(name="Third Agency", rate="many")
    serving.write()
    assert "refused" in serving.reload()
    assert "Other Agency" in serving.ask(serving.sign(FINE)).body
    serving.keys.update(name=NAME, rate=100000)
    serving.write()
    assert "read anew" in serving.reload()


def test_without_a_store_the_pages_stay(serving):
    state = serving.scene.state
    os.rename(os.path.join(state, "state.db"), os.path.join(state, "kept"))
    os.mkdir(os.path.join(state, "state.db"))
    try:
        answer = serving.ask(serving.sign(FINE), "POST")
        assert answer.status == 503 and "right now" in answer.title and state not in answer.body
        assert serving.ask(serving.sign(FINE)).status == 200
    finally:
        os.rmdir(os.path.join(state, "state.db"))
        os.rename(os.path.join(state, "kept"), os.path.join(state, "state.db"))
    assert serving.ask(serving.sign(FINE), "POST").status == 303


def test_the_service_manager_knows(serving):
    until(lambda: "READY=1" in serving.told_manager())
    before = len(serving.told_manager())
    serving.reload()
    until(lambda: "READY=1" in serving.told_manager()[before:])
    told = serving.told_manager()[before:]
    assert told.index("RELOADING=1") < told.index("READY=1")


# --- Who asks too much ----------------------------------------------------------------------------------------------

def test_each_has_a_share_and_all_have_a_limit(serving):
    link = serving.sign(FINE)

    def statuses(count, address):
        return [serving.ask(link, headers={"X-Forwarded-For": address}).status for _ in range(count)]

    serving.keys.update(rate=5, rate_total=12)
    serving.write()
    serving.reload()
    assert statuses(7, "203.0.113.1").count(200) == 5
    refused = serving.ask(link, headers={"X-Forwarded-For": "203.0.113.1"})
    assert refused.status == 429 and refused.headers["retry-after"] == "60" and "wait" in refused.title
    assert statuses(1, "203.0.113.2") == [200]
    assert statuses(1, "2001:db8::1") + statuses(5, "2001:db8::2") == [200] * 5 + [429]  # one /64 is one customer
    assert statuses(1, "203.0.113.4") + statuses(1, "203.0.113.5") == [200, 429]
    serving.keys.update(rate=5, rate_total=100000, trusted_proxy="192.0.2.1")
    serving.write()
    serving.reload()
    # Nobody's word is taken: all of them are this host.
    assert (statuses(4, "203.0.113.6") + statuses(4, "203.0.113.7")).count(200) == 5
    serving.keys.update(rate=100000, trusted_proxy="127.0.0.1 ::1")
    serving.write()
    serving.reload()


def dial(serving):
    return socket.create_connection(("127.0.0.1", serving.port))


def test_slow_and_hostile_clients_keep_nobody_out(serving):
    """More idle connections than there is room for, requests that never end, floods: a visitor is answered at once."""
    idle = [dial(serving) for _ in range(300)]
    loris = [dial(serving) for _ in range(20)]
    for one in loris:
        one.sendall(b"GET " + PREFIX.encode() + b"/r/1/a HTTP/1.1\r\nHost: h\r\nX-A: ")
    floods = [b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: h\r\n\r\n",
              b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X-Flood: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 20000 + b"\r\n",
              b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n" + b"a" * 100000,
              b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"a" * 4096 + b"\r\n" * 9,
              b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /r HTTP/1.1\r\n\r\n",
              b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500),
              os.urandom(4096)]
    for flood in (b"", *floods):
        began = time.monotonic()
        assert serving.ask(serving.sign(FINE), timeout=20).status == 200
        assert time.monotonic() - began < 5
        with dial(serving) as one:
            one.settimeout(20)
            try:
                one.sendall(flood)
                one.shutdown(socket.SHUT_WR)
                heard = one.recv(65536)
            except OSError:
                heard = b""
            assert b" 200 " not in heard.split(b"\r\n")[0]
    for one in idle + loris:
        one.close()
    assert serving.ask(serving.sign(FINE)).status == 200
    with open("/proc/%d/statm" % serving.process.pid, encoding="ascii") as file:
        assert int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") < 400 * 1024 * 1024


def test_it_says_when_there_is_nothing_to_answer(serving):
    """At its start no app had an address of its own; after it was read again, one had."""
    before, after = serving.said().split("config: read anew")[:2]
    assert "there is nothing to answer" in before and "there is nothing to answer" not in after


def test_nobody_else_has_the_port(serving):
    other = serving.scene.cli("serve", "--listen", "127.0.0.1:%d" % serving.port)
    assert other.exit == 1 and "Address already in use" in other.err
    wrong = serving.scene.cli("serve", "--listen", "here")
    assert wrong.exit == 2 and "allowed is ADDRESS:PORT" in wrong.err
