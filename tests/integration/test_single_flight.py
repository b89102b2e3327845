# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Many checks at once: one sweep for all, no herd on a dead API, and no lock that outlives its holder."""

import contextlib
import os
import signal
import socket
import sqlite3
import threading
import time

import pytest

from sandbox import LIST, Sandbox
from scene import Scene, advertiser_ids, until, world

MANY = 100
IDS = advertiser_ids(5)
LOST = IDS[1]


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(IDS)) as sandbox:
        yield sandbox


@pytest.fixture
def scene(box, tmp_path):
    box.reset()
    return Scene(tmp_path, box, IDS)


class DeadServer:
    """Takes connections and notes when; "close" ends each at once, "hang" never says a word."""

    def __init__(self, manner):
        self.manner = manner
        self.times = []
        self.held = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=MANY)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        with contextlib.suppress(OSError):  # the listener was shut down
            while True:
                connection, _ = self.listener.accept()
                self.times.append(time.time())
                if self.manner == "close":
                    connection.close()
                else:
                    self.held.append(connection)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        for one in [self.listener, *self.held]:
            one.close()


@contextlib.contextmanager
def closed_port():
    """The URL of a port that nobody listens on, and nobody else gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield "http://127.0.0.1:%d" % bound.getsockname()[1]


def failures(scene):
    """How many attempts in a row have failed, as the store has it."""
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store:
        return store.execute("SELECT failures FROM tokens").fetchone()[0]


def let_pass(scene, seconds):
    """Makes all attempts so much older, and the snapshot unable to tell."""
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
        store.execute("UPDATE tokens SET began_ms = began_ms - :ms, ended_ms = ended_ms - :ms", {"ms": 1000 * seconds})
    os.unlink(os.path.join(scene.state, "snapshot"))


def grow_stale(scene):
    """What is known stays known, and is too old for a check."""
    let_pass(scene, 3600)


# --- One sweep ----------------------------------------------------------------------------------------------


def test_many_checks_without_a_snapshot_make_one_sweep(scene, box):
    results = scene.check_at_once(MANY, "--advertiser", IDS[0])
    assert [result.exit for result in results] == [0] * MANY
    assert all(IDS[0] in result.line1 for result in results)
    assert box.calls() == 1


def test_many_checks_on_a_stale_snapshot_make_one_sweep(scene, box):
    scene.sweep()
    box.revoke(LOST)
    box.clear_log()
    grow_stale(scene)
    results = scene.check_at_once(MANY, "--advertiser", LOST)
    assert [result.exit for result in results] == [2] * MANY
    assert all(result.line1 == results[0].line1 for result in results)
    # One sweep: the list, the list again to confirm, and advertiser/info on the one that is missing.
    assert [entry["path"] for entry in box.log()].count(LIST) == 2 and box.calls() == 3


def test_many_checks_that_want_it_now_share_what_began_after_them(scene, box):
    """--max-age 0: the first one's sweep began before the others did, so they need one more, and not each its own."""
    scene.sweep()
    box.clear_log()
    box.fault(path=LIST, times=1, delay_ms=2000)
    first = scene.start("check_tiktok_auth", "--advertiser", IDS[0], "--max-age", "0")
    until(lambda: box.calls() == 1)
    results = scene.check_at_once(MANY, "--advertiser", IDS[0], "--max-age", "0")
    first.communicate()
    assert first.returncode == 0 and [result.exit for result in results] == [0] * MANY
    assert box.calls() == 2


def test_a_waiter_is_content_with_a_young_result(scene, box):
    box.fault(path=LIST, times=1, delay_ms=1000)
    first = scene.start("check_tiktok_auth", "--advertiser", IDS[0])
    until(lambda: box.calls() == 1)
    later = scene.check("--advertiser", IDS[1])
    first.communicate()
    assert (first.returncode, later.exit) == (0, 0)
    assert box.calls() == 1


def test_at_its_deadline_a_waiter_answers_with_the_last_known_state(scene, box):
    scene.sweep()
    box.clear_log()
    box.fault(path=LIST, wire="no_answer")
    first = scene.start("check_tiktok_auth", "--advertiser", IDS[0], "--max-age", "0", "--timeout", "20")
    until(lambda: box.calls() == 1)
    result = scene.check("--advertiser", IDS[0], "--max-age", "0", "--timeout", "2")
    assert result.exit == 0 and result.seconds < 4, result
    assert "authorized, last seen" in result.line1
    assert box.calls() == 1
    first.kill()
    first.communicate()


# --- A dead API ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", ["close", "hang"])
def test_a_dead_api_causes_no_herd(tmp_path, manner):
    with DeadServer(manner) as server:
        scene = Scene(tmp_path, server.url, IDS, api={"request_timeout": "300ms"})
        results = scene.check_at_once(MANY, "--advertiser", IDS[0])
        assert {result.state for result in results} == {"unknown"}
        assert all("TikTok not reached" in result.line1 for result in results)
        assert len(server.times) == 1
        # After the first failure 30 s, after the second 60 s, whoever asks, for whatever, and wants it how new. The
        # checks take their own time beside what is let pass: seconds on a busy machine.
        for wait, connections in ((5, 1), (30, 2), (20, 2), (60, 3)):
            let_pass(scene, wait)
            scene.check_at_once(5, "--advertiser", IDS[0])
            scene.check_at_once(5, "--all", "--max-age", "0")
            assert len(server.times) == connections, "after %d s more" % wait


def test_a_closed_port_causes_no_herd(tmp_path):
    with closed_port() as url:
        scene = Scene(tmp_path, url, IDS)
        results = scene.check_at_once(20, "--advertiser", IDS[0])
        assert {result.state for result in results} == {"unknown"}
        let_pass(scene, 15)
        scene.check_at_once(5, "--advertiser", IDS[0], "--max-age", "0")
        assert failures(scene) == 1


def test_the_longest_back_off_is_five_minutes(tmp_path):
    with DeadServer("close") as server:
        scene = Scene(tmp_path, server.url, IDS, sweep={"interval": "1h"})
        for _ in range(6):
            scene.check("--advertiser", IDS[0], "--max-age", "0")
            let_pass(scene, 301)
        assert len(server.times) == 6
        scene.check("--advertiser", IDS[0])
        let_pass(scene, 280)
        scene.check("--advertiser", IDS[0])
        assert len(server.times) == 7


def test_no_back_off_is_longer_than_the_interval(tmp_path):
    """Three threads ask all the time: an attempt is made every interval, and not more often."""
    with DeadServer("close") as server:
        scene = Scene(tmp_path, server.url, IDS, sweep={"interval": "1s"})
        over = threading.Event()

        def ask():
            while not over.is_set():
                scene.check("--advertiser", IDS[0], "--max-age", "0")

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: len(server.times) == 3)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        gaps = [later - earlier for earlier, later in zip(server.times, server.times[1:])]
        assert all(1 <= gap < 5 for gap in gaps), gaps


def test_a_failed_attempt_is_repeated_when_its_back_off_is_over(scene, box):
    """By a plain check: a failed attempt is young, but it is no answer."""
    scene.sweep_keys["interval"] = "1s"
    scene.write()
    scene.sweep()
    box.fault(path=LIST, times=1, http=503)
    scene.check("--all", "--max-age", "0")
    box.clear_log()
    until(lambda: scene.check("--advertiser", IDS[0], "--max-age", "1h") and box.calls() == 1)
    assert scene.ask(IDS[0])["fault"] is None


def test_the_back_off_of_one_token_is_not_that_of_another(tmp_path):
    tokens = {"good": {"token": "tok-good"}, "bad": {"token": "tok-bad"}}
    rows = [{"advertiser_id": IDS[0], "token": "good"}, {"advertiser_id": IDS[1], "token": "bad"}]
    with Sandbox(scenario=world(rows, tokens)) as box:
        scene = Scene(tmp_path, box, rows, tokens)
        box.fault(token="tok-bad", path=LIST, http=503)
        scene.check("--all")
        let_pass(scene, 15)
        box.clear_log()
        scene.check_at_once(10, "--all", "--max-age", "0")
        assert {entry["token"] for entry in box.log()} == {"tok-good"}


# --- Holders that die ---------------------------------------------------------------------------------------


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


@pytest.mark.parametrize("whom", ["sweep", "check"])
def test_a_holder_that_is_killed_leaves_no_lock(scene, box, whom):
    scene.sweep_keys["interval"] = "1s"  # the back-off after what came to no end
    scene.write()
    scene.sweep()
    box.clear_log()
    box.fault(path=LIST, times=1, wire="no_answer")
    first = scene.start("check_tiktok_auth", "--advertiser", IDS[0], "--max-age", "0")
    until(lambda: box.calls() == 1)
    sweep = children_of(first.pid)[0]
    os.kill(sweep if whom == "sweep" else first.pid, signal.SIGKILL)
    out, _ = first.communicate(timeout=30)
    if whom == "sweep":
        assert first.returncode == 0 and b"killed by signal 9" in out and b"authorized, last seen" in out
    until(lambda: not os.path.exists("/proc/%d" % sweep))  # it dies with the check

    def asked_anew():
        result = scene.check("--advertiser", IDS[0], "--max-age", "0", "--timeout", "10")
        assert result.exit == 0 and result.seconds < 5, result
        return box.calls() == 2

    until(asked_anew)


def test_a_stopped_holder_is_waited_for_and_no_longer(scene, box):
    """SIGSTOP: the lock stays held. The others answer at their deadline."""
    scene.sweep()
    box.clear_log()
    box.fault(path=LIST, times=1, wire="no_answer")
    first = scene.start("check_tiktok_auth", "--advertiser", IDS[0], "--max-age", "0")
    until(lambda: box.calls() == 1)
    sweep = children_of(first.pid)[0]
    os.kill(sweep, signal.SIGSTOP)
    try:
        results = scene.check_at_once(10, "--advertiser", IDS[0], "--max-age", "0", "--timeout", "2")
        assert [result.exit for result in results] == [0] * 10
        assert max(result.seconds for result in results) < 4
        assert box.calls() == 1
    finally:
        os.kill(sweep, signal.SIGCONT)
        first.kill()
        first.communicate()


def test_checks_of_different_tokens_sweep_side_by_side(tmp_path):
    tokens = {"slow": {"token": "tok-slow"}, "fast": {"token": "tok-fast"}}
    rows = [{"advertiser_id": IDS[0], "token": "slow"}, {"advertiser_id": IDS[1], "token": "fast"}]
    with Sandbox(scenario=world(rows, tokens)) as box:
        scene = Scene(tmp_path, box, rows, tokens)
        box.fault(token="tok-slow", path=LIST, times=1, wire="no_answer")
        slow = scene.start("check_tiktok_auth", "--advertiser", IDS[0], "--timeout", "20")
        until(lambda: box.calls() == 1)
        result = scene.check("--advertiser", IDS[1], "--timeout", "10")
        assert result.exit == 0 and result.seconds < 5, result
        slow.kill()
        slow.communicate()


def test_a_sweep_asked_for_by_a_person_goes_the_same_way(scene, box):
    """tiktok-auth sweep and a check do not ask about a token at once; each gets an answer."""
    box.fault(path=LIST, times=1, delay_ms=1000)
    person = scene.start("tiktok-auth", "sweep")
    until(lambda: box.calls() == 1)
    result = scene.check("--advertiser", IDS[0])
    person.communicate()
    assert (person.returncode, result.exit) == (0, 0)
    assert box.calls() == 1
