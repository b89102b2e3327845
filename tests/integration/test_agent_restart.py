# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""snmpd or the agent is killed, hangs, comes late or finds its disk full: the tree is back soon, and of what happened
meanwhile nothing is untold, out of order, or told under two numbers."""

import contextlib
import os
import random
import signal
import stat
import subprocess
import time

import pytest

from sandbox import Sandbox
from scene import NOBODY, advertiser_ids, until, world
from snmp import ADVERTISERS, CLEAR, CRITICAL, SUMMARY, UNKNOWN, column, tools_missing
from telling import (APPS, BIG, CRIT, LAST_EVENT, MAIN, OK, PENDING, PERM, ROUNDS, ROWS, SEARCH, SHOPS, TOKENS, alerts,
                     assert_all_told, assert_states_told, last_alert, opened, query, stage, until_told)
from wire import NOTIFY, FakeMaster

pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(tools_missing()), reason="needs snmpd and its tools")]

BACK_SECONDS = 6  # the promise
A, B, C, D = MAIN[:4]


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(ROWS, TOKENS, APPS, endpoints=[{"path": SEARCH}])) as sandbox:
        yield sandbox


@pytest.fixture
def net(box):
    with stage(box) as staged:
        staged.start()
        until_told(staged)
        yield staged


class Flips:
    """Revokes and restores one advertiser after the other."""

    def __init__(self, box, ids):
        self.box = box
        self.ids = list(ids)
        self.lost = set()
        self.at = 0

    def next(self):
        one = self.ids[self.at % len(self.ids)]
        self.at += 1
        (self.box.restore if one in self.lost else self.box.revoke)(one)
        self.lost ^= {one}
        return one


def until_logged(net, advertiser, state):
    """Waits until the change is in the log of what is to be told."""
    until(lambda: query(net.scene, "SELECT 1 FROM (SELECT * FROM alerts WHERE object = ? ORDER BY number DESC LIMIT 1)"
                                   " WHERE state = ?", advertiser, state))


def ids_told(net):
    return [one.id for one in net.traps.received() if one.which != SUMMARY]


def say(what, seconds):
    print("%s: back after %s s" % (what, ", ".join("%.1f" % one for one in seconds)))


# --- snmpd ----------------------------------------------------------------------------------------------------------


def test_the_master_is_killed_ten_times_with_changes_meanwhile(net, box):
    flips = Flips(box, MAIN + BIG[:4])
    seconds = []
    for turn in range(10):
        net.snmpd.stop(signal.SIGKILL)
        changed = flips.next()
        if turn % 2 == 0:
            until_logged(net, changed, "critical")
        net.snmpd.start()
        seconds.append(net.wait_until_served(BACK_SECONDS))
    say("snmpd killed", seconds)
    until_logged(net, changed, "critical")
    assert assert_all_told(net, kills=10) <= 10
    assert ids_told(net)[0] == MAIN[0] and set(ids_told(net)) == set(MAIN + BIG[:4])
    assert_states_told(net)


def test_what_changes_while_the_master_is_down_is_told_afterwards_in_order(net, box):
    net.snmpd.stop()
    for one in (C, A, B):
        box.revoke(one)
        until_logged(net, one, "critical")
    box.restore(C)
    until_logged(net, C, "ok")
    assert net.traps.numbers() == [1]
    net.snmpd.start()
    say("snmpd ended", [net.wait_until_served(BACK_SECONDS)])
    until_told(net)
    assert ids_told(net) == [C, A, B, C]
    assert assert_all_told(net) == 0
    until(lambda: net.snmpd.get(LAST_EVENT, PENDING) == [5, 0])


def test_the_master_is_started_last(box):
    with stage(box) as net:
        net.traps.start()
        net.snmpd.trap_port = net.traps.port
        net.agent.start()
        until(lambda: os.path.exists(os.path.join(net.scene.state, "snapshot")))
        until(lambda: last_alert(net.scene) == 1)
        box.revoke(A)
        until_logged(net, A, "critical")
        net.snmpd.start()
        say("snmpd last", [net.wait_until_served(BACK_SECONDS)])
        assert assert_all_told(net) == 0
        assert [one.which for one in net.traps.received()] == [SUMMARY, CRITICAL]


def test_the_master_hangs_for_eight_seconds_with_changes_meanwhile(net, box):
    """Longer than the agent waits for an answer, and than a master waits for a subagent."""
    hung = time.monotonic()
    net.snmpd.send(signal.SIGSTOP)
    box.revoke([A, B])
    while time.monotonic() - hung < 8:  # the hang itself
        time.sleep(0.05)
    assert net.agent.process.poll() is None
    net.snmpd.send(signal.SIGCONT)
    say("snmpd hung", [net.wait_until_served(BACK_SECONDS)])
    box.revoke(C)
    until_logged(net, C, "critical")
    again = assert_all_told(net, kills=2)
    assert again <= 4
    assert set(ids_told(net)) == {A, B, C}
    assert net.snmpd.get_one(column(ADVERTISERS, 6, "demo", C)) == CRIT


@contextlib.contextmanager
def master_that_takes_nothing(net, box):
    """In snmpd's place one that answers all but notifications; two of them are on their way to it."""
    net.snmpd.stop(signal.SIGKILL)
    path = net.snmpd.socket.partition(":")[2]
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with FakeMaster(path, NOBODY if os.geteuid() == 0 else None) as master:
        master.accept(6)
        box.revoke([A, B])
        master.hold(NOTIFY, 2)
        yield


def test_what_was_on_its_way_to_a_master_that_died_is_told_by_the_next(net, box):
    with master_that_takes_nothing(net, box):
        pass
    net.snmpd.start()
    net.wait_until_served(BACK_SECONDS)
    assert assert_all_told(net) == 0  # snmptrapd had nothing of it yet
    assert ids_told(net) == [A, B]


def test_what_was_on_its_way_as_the_agent_died_comes_again_under_its_number(net, box):
    with master_that_takes_nothing(net, box):
        net.agent.stop(signal.SIGKILL)
    net.snmpd.start()
    net.agent.start()
    net.wait_until_served(BACK_SECONDS)
    assert assert_all_told(net) == 0
    assert ids_told(net) == [A, B]


# --- The agent ------------------------------------------------------------------------------------------------------


def test_the_agent_is_killed_ten_times_with_changes_meanwhile(net, box):
    flips = Flips(box, MAIN + BIG[:4])
    seconds = []
    for turn in range(10):
        net.agent.stop(signal.SIGKILL)
        changed = flips.next()
        if turn % 2 == 0:
            net.scene.sweep()  # by somebody else, while it is away
            until_logged(net, changed, "critical")
        net.agent.start()
        seconds.append(net.wait_until_served(BACK_SECONDS))
    say("agent killed", seconds)
    until_logged(net, changed, "critical")
    assert_all_told(net, kills=10)
    assert ids_told(net)[0] == MAIN[0] and set(ids_told(net)) == set(MAIN + BIG[:4])
    assert_states_told(net)
    assert net.snmpd.process.poll() is None


def test_what_changes_while_the_agent_is_away_is_told_afterwards_in_order(net, box):
    assert net.agent.stop() == 0
    for one in (C, A, B):
        box.revoke(one)
        net.scene.sweep()
    box.restore(A)
    net.scene.sweep()
    box.revoke(D)  # and this one nobody has seen yet
    net.agent.start()
    say("agent ended", [net.wait_until_served(BACK_SECONDS)])
    until_logged(net, D, "critical")
    assert assert_all_told(net) == 0
    assert ids_told(net) == [C, A, B, A, D]


def test_the_agent_is_killed_at_any_moment_of_rounds_with_changes(net, box):
    """The seed says when: between two writes, with a batch on its way, before anything was done."""
    draw = random.Random(20251123)
    flips = Flips(box, MAIN + SHOPS[:1] + BIG[:8])
    kills = 25
    for _ in range(kills):
        for _ in range(draw.randrange(1, 4)):
            flips.next()
        time.sleep(draw.uniform(0, 0.6))  # the moment
        net.agent.stop(signal.SIGKILL)
        net.agent.start()
    box.restore(MAIN + SHOPS + BIG)
    net.wait_until_served(BACK_SECONDS)
    until(lambda: query(net.scene, "SELECT 1 FROM told WHERE state != 'ok' OR seen_state != 'ok'") == [])
    again = assert_all_told(net, kills=kills)
    assert_states_told(net)
    assert len(alerts(net.scene)) > 20
    print("%d alerts, %d came again after %d kills" % (len(alerts(net.scene)), again, kills))


def test_both_are_killed_at_any_moment(net, box):
    draw = random.Random(20251124)
    flips = Flips(box, MAIN + BIG[:4])
    kills = 0
    for _ in range(8):
        flips.next()
        time.sleep(draw.uniform(0, 1.2))  # the moment
        for one in draw.choice([(net.snmpd,), (net.agent,), (net.snmpd, net.agent)]):
            one.stop(signal.SIGKILL)
            one.start()
            kills += 1
    net.wait_until_served(2 * BACK_SECONDS)
    box.restore(MAIN + BIG)
    until(lambda: query(net.scene, "SELECT 1 FROM told WHERE state != 'ok' OR seen_state != 'ok'") == [])
    again = assert_all_told(net, kills=kills)
    assert_states_told(net)
    print("%d alerts, %d came again after %d kills" % (len(alerts(net.scene)), again, kills))


# --- The disk -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def read_only(net):
    """The state may be read and not written, until the block ends."""
    state = net.scene.state
    modes = {name: stat.S_IMODE(os.stat(os.path.join(state, name)).st_mode) for name in os.listdir(state)}
    os.chmod(state, 0o500)
    for name in modes:
        with contextlib.suppress(FileNotFoundError):  # the database's own files come and go
            os.chmod(os.path.join(state, name), 0o400)
    yield
    os.chmod(state, 0o770)
    for name, mode in modes.items():
        with contextlib.suppress(FileNotFoundError):
            os.chmod(os.path.join(state, name), mode)


@contextlib.contextmanager
def full(net):
    """Not a byte is free where the state is, until the block ends."""
    path = os.path.join(net.scene.state, "filler")

    def fill():
        with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
    def is_full():
        """Whoever had the store open gives room back as he closes it."""
        fill()
        return "state.db-wal" not in os.listdir(net.scene.state) and os.statvfs(net.scene.state).f_bavail == 0
    until(is_full)
    yield
    os.unlink(path)


@contextlib.contextmanager
def small_disk(net):
    """The state folder is a file system of its own, of a megabyte."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    state = net.scene.state
    owner = os.stat(state)
    options = "size=1m,uid=%d,gid=%d,mode=0770" % (owner.st_uid, owner.st_gid)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", state], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        for one in (net.agent, net.snmpd):
            one.stop(signal.SIGKILL)
        subprocess.run(["umount", "-l", state], check=True)


def live_without_a_store(net, box, spoilt):
    """Without one, a round asks each token once: a dead token is seen, a missing advertiser can't be confirmed yet."""
    net.start()
    box.revoke(A)
    net.traps.wait_for(lambda one: one.id == A)
    until_told(net)
    of_big, of_perm, lost = (column(ADVERTISERS, 6, "demo", one) for one in (BIG[0], PERM[0], A))
    with spoilt(net):
        box.kill("tok-big")
        box.revoke(B)
        until(lambda: net.snmpd.get(of_big, lost) == [CRIT, CRIT])  # served though it could be kept nowhere
        box.kill("tok-perm")
        until(lambda: net.snmpd.get_one(of_perm) == CRIT)
        box.revive("tok-perm")
        until(lambda: net.snmpd.get_one(of_perm) == OK)
        assert ids_told(net) == [A]
        assert net.agent.process.poll() is None
    net.traps.wait_for(lambda one: one.id == "big")
    net.traps.wait_for(lambda one: one.id == B)
    assert assert_all_told(net) == 0
    assert sorted(ids_told(net)) == sorted([A, B, "big"])
    assert_states_told(net)


def test_with_a_read_only_store_the_agent_serves_on_and_tells_later(box):
    with stage(box) as net:
        live_without_a_store(net, box, read_only)


def test_with_a_full_disk_the_agent_serves_on_and_tells_later(box):
    with stage(box) as net, small_disk(net):
        live_without_a_store(net, box, full)


def test_past_the_limit_of_a_files_size_the_agent_serves_on_and_tells_later(net, box):
    """Its own log is as closed to it as the store: a write that fails must end neither it nor its rounds."""
    limit = [*net.scene.under, "prlimit", "--pid", str(net.agent.process.pid)]
    subprocess.run([*limit, "--fsize=1:"], check=True)
    box.revoke(A)
    time_of_limit = net.snmpd.get_one(ROUNDS)
    until(lambda: net.snmpd.get_one(ROUNDS) >= time_of_limit + 3)
    assert net.agent.process.poll() is None
    subprocess.run([*limit, "--fsize=unlimited:"], check=True)
    net.traps.wait_for(lambda one: one.id == A)
    assert assert_all_told(net) == 0


def test_a_store_that_somebody_holds_delays_what_is_kept_and_nothing_else(net, box):
    """A lock on the database, as of a backup that takes its time, when there is something to be remembered."""
    net.snmpd.stop()
    box.revoke([A, B, C])
    until_logged(net, C, "critical")
    with opened(net.scene) as store:
        store.execute("BEGIN IMMEDIATE")
        net.snmpd.start()
        net.wait_until_served(BACK_SECONDS)
        net.traps.wait_for(lambda one: one.id == C)
        began = time.monotonic()
        assert len(net.snmpd.walk(ADVERTISERS, "snmpwalk")) == 10 * len(ROWS)
        seconds = time.monotonic() - began
        known, = store.execute("SELECT value FROM named_values WHERE name = 'told.snmp'")
        assert known["value"] == "1"
        store.execute("ROLLBACK")
    print("a walk of %d values while the store was held took %.1f s" % (10 * len(ROWS), seconds))
    assert seconds < 5
    assert assert_all_told(net) == 0


# --- rounds that die ------------------------------------------------------------------------------------------------


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
            return [int(one) for one in file.read().split()]
    except FileNotFoundError:
        return []


def test_rounds_that_die_are_told_as_the_api_that_nobody_verifies(box):
    with stage(box, sweep={"stale_after": "6s"}) as net:
        net.start()
        until_told(net)

        def kill_rounds():
            for child in children(net.agent.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            return [one for one in net.traps.received() if one.which == UNKNOWN]
        box.fault(delay_ms=1000)  # none ends before it is killed
        until(kill_rounds)
        box.clear_faults()
        told = net.traps.wait_for(lambda one: one.which == UNKNOWN)
        assert told.problem(5)[0] == "" and told.problem(7)[0] == "TikTok API"
        net.traps.wait_for(lambda one: one.which == CLEAR)
        assert [one.which for one in net.traps.received()] == [SUMMARY, UNKNOWN, CLEAR]


# --- many tokens, one cause -----------------------------------------------------------------------------------------


def next_round(net):
    rounds = net.snmpd.get_one(ROUNDS)
    until(lambda: net.snmpd.get_one(ROUNDS) != rounds)


def test_an_app_whose_tokens_die_in_a_long_round_is_told_once():
    """The round publishes several times before it has asked all tokens, and only then it is the app."""
    tokens = {"t%02d" % n: {"token": "tok-%02d" % n} for n in range(12)}
    ids = advertiser_ids(12)
    rows = [{"advertiser_id": one, "token": name} for one, name in zip(ids, tokens)]
    with Sandbox(scenario=world(rows, tokens)) as own:
        with stage(own, rows=rows, tokens=tokens, apps={"demo": APPS["demo"]}, sweep={"interval": "5s"}) as net:
            net.start()
            until_told(net)
            next_round(net)  # between two rounds all of them die
            for token in tokens.values():
                own.kill(token["token"])
            own.fault(delay_ms=600)
            net.traps.wait_for(lambda one: one.which == CRITICAL)
            own.clear_faults()
            next_round(net)
            next_round(net)  # the one that was under way may have been slow
            for token in tokens.values():
                own.revive(token["token"])
            net.traps.wait_for(lambda one: one.which == CLEAR and one.problem(27)[0] == 2)
            assert [(one.which, one.problem(27)[0]) for one in net.traps.received()] == [
                (SUMMARY, None), (CRITICAL, 2), (CLEAR, 2)]
