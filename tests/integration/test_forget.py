# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""tiktok-auth forget: after it no byte of the state folder knows the advertiser, the client or the login."""

import contextlib
import os
import pty
import shutil
import signal
import sqlite3
import subprocess

import pytest

from sandbox import Sandbox
from scene import MARGIN_SECONDS, Scene, advertiser_ids, world

GONE, STAYS, ALSO = IDS = advertiser_ids(3)
NAME, CLIENT, LOGIN, MAIL = "Zebrafink Moden", "Zebrafink Gruppe", "Quintus Querkopf", "q***f@querkopf.example"
ROWS = [{"advertiser_id": GONE, "name": NAME, "client": CLIENT}, STAYS,
        {"advertiser_id": ALSO, "client": CLIENT}]
TRACES = [trace.encode() for trace in (GONE, NAME, CLIENT)]


@pytest.fixture(scope="module")
def sandbox():
    scenario = world(ROWS)
    scenario["logins"][0].update(display_name=LOGIN, email=MAIL)
    with Sandbox(scenario=scenario) as box:
        yield box


@pytest.fixture
def box(sandbox):
    sandbox.reset()
    return sandbox


@pytest.fixture
def scene(tmp_path, box):
    return Scene(tmp_path, box, ROWS)


def query(scene, statement, *values):
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
        return store.execute(statement, values).fetchall()


def traces(scene, wanted):
    """[(file, trace)] of all that lies in the state folder."""
    return [(name, trace) for name, data in scene.state_files().items() for trace in wanted if trace in data]


def live_through(scene, box):
    """Leaves traces of every kind of the first advertiser."""
    scene.sweep()
    box.revoke([GONE, ALSO])
    assert scene.cli("videos", "--advertiser", GONE, "--video", "v1", "--watch").exit == 2
    scene.sweep()
    scene.sweep()
    assert scene.cli("history", GONE).exit == 0
    assert scene.cli("retire", GONE, "--reason", "left us").exit == 0
    scene.sweep()
    result = scene.cli("notify", "--engine", "nagios", "--type", "PROBLEM", "--host", "tiktok-demo", "--service", GONE,
                       "--state", "CRITICAL", "--output", NAME)
    assert result.exit == 0, result
    # What others wrote of it: the words of TikTok about another one, and a repair from afar.
    query(scene, "UPDATE grants SET message = 'No permission for ' || ? WHERE advertiser_id = ?", GONE, STAYS)
    query(scene, "INSERT INTO events (at, kind, app, object, name, state, old_state, cause, old_cause, message,"
                 " request_id, root_kind, root_id, note, who) VALUES (strftime('%s'), 'token', 'demo', 'main', '', 'ok',"
                 " 'ok', '', '', '', '', '', '', 're-authorized for ' || ?, 'remote 192.0.2.77')", GONE)
    # Links to authorize it again, one of them in use.
    query(scene, "INSERT INTO links (digest, app, token, advertiser_id, who, made, expires, used)"
                 " VALUES ('00', 'demo', 'main', ?, 'remote 192.0.2.77', 1, 4000000000, 0)", GONE)
    query(scene, "INSERT INTO exchanges (app, token, advertiser_id, who, began) VALUES ('demo', 'main', ?, '', 1)", GONE)
    found = {name for name, _ in traces(scene, TRACES)}
    assert len(found) == 5 and found > {"state.db", "snapshot", "inventory.accepted", "videos"}  # and the notification


def leave(scene):
    """Takes the whole client out of the inventory, and lets a sweep see that."""
    scene.advertisers = [row for row in scene.advertisers if row["advertiser_id"] == STAYS]
    scene.write()
    assert scene.sweep("--accept-shrink").exit == 0


def counted(scene):
    return {table: query(scene, "SELECT count(*) FROM " + table)[0][0] for table in
            ("events", "alerts", "grants", "verdicts", "told", "retired", "uploads")}


def test_what_is_in_the_inventory_is_refused(scene, box):
    live_through(scene, box)
    before = counted(scene)
    result = scene.cli("forget", GONE, "--yes")
    assert result.exit == 1 and "in the inventory of app demo" in result.err and "--history" in result.err
    assert scene.cli("forget", CLIENT, "--yes").exit == 1
    assert counted(scene) == before
    scene.advertisers[0]["token"] = "nosuch"  # its row is left out, and named in a complaint
    scene.write()
    scene.sweep("--accept-shrink")
    before = counted(scene)
    result = scene.cli("forget", GONE, "--yes")
    assert result.exit == 1 and "line 2" in result.err and counted(scene) == before


def test_no_byte_is_left_of_an_advertiser(scene, box):
    live_through(scene, box)
    leave(scene)
    assert traces(scene, TRACES)
    result = scene.cli("forget", GONE, "--yes")
    assert result.exit == 0 and result.out.startswith("Forgotten: "), result
    assert traces(scene, [GONE.encode(), NAME.encode()]) == []
    assert "forget '%s'" % CLIENT in result.err
    assert scene.cli("forget", ALSO, "--yes").exit == 0
    assert scene.cli("forget", CLIENT, "--yes").exit == 0
    assert traces(scene, [*TRACES, b"192.0.2.77", b"left us"]) == []
    # What is known of the others stands, and what was said of several is whole but for the name.
    assert query(scene, "SELECT note, who FROM events WHERE kind = 'token' AND note LIKE 're-authorized%'") == [
        ("re-authorized for [forgotten]", "remote")]
    assert query(scene, "SELECT message FROM grants WHERE advertiser_id = ?", STAYS) == [
        ("No permission for [forgotten]",)]
    assert scene.check("--all").exit == 0 and scene.check("--advertiser", STAYS).exit == 0
    assert scene.check("--advertiser", GONE).exit == 3
    events = scene.cli("history", "demo", "--json").json["events"]
    forgot = [event for event in events if event["note"].startswith("forgot")]
    assert len(forgot) >= 1 and all(event["who"] for event in forgot)


def test_again_there_is_nothing(scene, box):
    live_through(scene, box)
    leave(scene)
    assert scene.cli("forget", GONE, "--yes").exit == 0
    before = query(scene, "SELECT count(*) FROM events")
    for wanted in (GONE, "no such client", "12"):
        result = scene.cli("forget", wanted)  # nothing to ask about
        assert result.exit == 0 and result.out == "Nothing is kept of it.\n"
    assert query(scene, "SELECT count(*) FROM events") == before


def test_the_past_alone(scene, box):
    live_through(scene, box)
    state = scene.ask(GONE)
    result = scene.cli("forget", GONE, "--history", "--yes")
    assert result.exit == 0
    assert query(scene, "SELECT count(*) FROM events WHERE object = ?", GONE) == [(0,)]
    assert query(scene, "SELECT count(*) FROM alerts WHERE object = ?", GONE) == [(0,)]
    now = scene.ask(GONE)
    assert (now["cause"], now["since"]) == (state["cause"], state["since"])


def test_a_login_is_forgotten(scene, box):
    scene.sweep()
    assert scene.cli("doctor").exit in (0, 1)
    scene.sweep()
    both = [LOGIN.encode(), MAIL.encode()]
    assert traces(scene, both)
    result = scene.cli("forget", "main", "--yes")
    assert result.exit == 0 and "learn it anew" in result.out
    assert traces(scene, both) == [] and scene.check("--token", "main").exit == 0
    scene.sweep()
    assert traces(scene, both) == []


def test_the_login_of_a_token_that_has_left(scene, box):
    scene.sweep()
    query(scene, "INSERT INTO tokens (app, token, login, login_mail) VALUES ('demo', 'old', ?, ?)", LOGIN, MAIL)
    assert scene.cli("forget", "old", "--history", "--yes").exit == 1
    result = scene.cli("forget", "old", "--yes")
    assert result.exit == 0 and traces(scene, [LOGIN.encode(), MAIL.encode()]) == []


def ask(scene, words):
    """forget on a terminal that is answered with these words."""
    master, side = pty.openpty()
    process = subprocess.Popen([os.path.join(scene.programs, "tiktok-auth"), "forget", GONE], env=scene.environment(),
                               stdin=side, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(side)
    os.write(master, words.encode())
    out, err = process.communicate(timeout=60)
    os.close(master)
    return process.returncode, out, err


def test_it_asks_first(scene, box):
    live_through(scene, box)
    leave(scene)
    result = scene.cli("forget", GONE)
    assert result.exit == 2 and "--yes is missing" in result.err and traces(scene, TRACES)
    code, out, err = ask(scene, "\n")
    assert code == 1 and out == "Nothing was changed.\n" and "for ever" in err and traces(scene, TRACES)
    code, out, err = ask(scene, "y\n")
    assert code == 0 and out.startswith("Forgotten: ") and traces(scene, [GONE.encode()]) == []


def killed_at(scene, call, nth):
    """Whether it was killed as it entered this system call for the nth time."""
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                           "-e", "inject=%s:signal=KILL:when=%d" % (call, nth),
                           os.path.join(scene.programs, "tiktok-auth"), "forget", GONE, "--yes"],
                          env=scene.environment(), capture_output=True, text=True, timeout=MARGIN_SECONDS, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done
    return done.returncode != 0


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("call", ("fdatasync", "renameat"))
def test_killed_on_the_way_it_is_ended_the_next_time(scene, box, call):
    live_through(scene, box)
    leave(scene)
    kept = scene.keep()
    nth = 1
    while True:
        scene.recall(kept)
        if not killed_at(scene, call, nth):
            break
        assert scene.cli("forget", GONE, "--yes").exit == 0
        assert traces(scene, [GONE.encode(), NAME.encode()]) == [], (call, nth)
        assert scene.check("--all").exit == 0
        forgot = query(scene, "SELECT count(*) FROM events WHERE note LIKE 'forgot%'")
        assert forgot == [(1,)], (call, nth)
        nth += 1
    assert nth > 1, call  # the calls are those that are made
