# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What tiktok-auth-agent tells through a real snmpd to a real snmptrapd: one notification per root cause, numbered, and
nothing else."""

import os
import random
import signal
import threading
import time

import pytest

from sandbox import INFO, LIST, Sandbox
from scene import advertiser_ids, until, world
from snmp import ADVERTISERS, CLEAR, CRITICAL, SUMMARY, UNKNOWN, WARNING, column, scalar, tools_missing
from telling import (ADVERTISER, API, APPLICATION, APPS, BIG, CLIENT, CONFIG_FAULT, CONFIG_STATE, CRIT, ENDPOINT,
                     LAST_EVENT, MAIN, OK, OTHER_APP, PENDING, PERM, ROOT_CAUSES, ROUNDS, ROWS, SEARCH, SECOND, SENT,
                     SHOPS, SUPPRESSED, TOKEN, TOKENS, UNKN, alerts, assert_all_told, assert_states_told,
                     date_and_time, index_texts, labels, last_alert, notification_objects, object_prefix, query, reload,
                     rounds_pass, rows_of, snmp_section, stage, until_taken,
                     until_told)

pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(tools_missing()), reason="needs snmpd and its tools")]

A, B, C = MAIN[:3]

FOUR_ACTIONS = ("re-grant", "app_id and token belong together", "developer account", "authorization again")


@pytest.fixture(scope="module")
def box():
    scenario = world(ROWS, TOKENS, APPS, endpoints=[{"path": SEARCH}])
    with Sandbox(scenario=scenario) as sandbox:
        yield sandbox


@pytest.fixture
def net(box):
    """All is well and monitored; the first summary has been told."""
    with stage(box) as staged:
        staged.start()
        until_told(staged)
        yield staged


def since_start(net):
    """What was told after the first summary, as (which, kind, id, members)."""
    return [(one.which, one.problem(27)[0], one.id, one.problem(29)[0]) for one in net.traps.received()[1:]]


def assert_marker_is_next(net, box, number, advertiser=MAIN[5]):
    """A harmless change is the next to be told, under this number: nothing was told before it."""
    box.revoke(advertiser)
    net.traps.wait_for(lambda one: one.id == advertiser and one.which == CRITICAL)
    assert net.traps.received()[-1].number == number, net.traps.received()
    assert assert_all_told(net) == 0


# --- The first round and the next start ---------------------------------------------------------------------------


def test_the_first_start_tells_one_summary_and_the_next_nothing(box):
    with stage(box) as net:
        box.revoke([A, B])
        box.kill("tok-big")
        net.start()
        rounds_pass(net)
        until_told(net)
        first, = net.traps.received()
        assert (first.which, first.number) == (SUMMARY, last_alert(net.scene))
        assert (first.event(5), first.event(6)) == (0, 0)
        assert first.event(7) == "monitoring begins"
        assert first.varbinds[scalar(6)] == 32 and first.varbinds[scalar(4)] == len(ROWS) - 32
        assert list(first.varbinds)[2:] == summary_names()
        assert net.agent.stop() == 0
        net.agent.start()
        net.wait_until_served()
        rounds_pass(net)
        assert_marker_is_next(net, box, first.number + 1)


def test_a_first_round_that_is_published_in_parts_is_one_baseline(box):
    """What its later parts find was lost before anybody watched, though the agent serves the first ones already."""
    with stage(box) as net:
        box.kill("tok-s2")
        box.revoke(SECOND[:2])
        box.fault(path=LIST, token="tok-perm", times=1, delay_ms=3000)
        net.start()
        assert net.snmpd.get_one(ROUNDS) == 0
        rounds_pass(net)
        until_told(net)
        assert [one.which for one in net.traps.received()] == [SUMMARY]
        assert net.snmpd.get_one(scalar(6)) == 4


def summary_names():
    return [object_prefix(name)[0] + ".0" for name in notification_objects("ttaSummaryEvent")]


# --- One root cause, one notification, and its end ------------------------------------------------------------------


def lose_advertiser(box):
    box.revoke(A)
    return lambda: box.restore(A)


def lose_token(box):
    box.kill("tok-big")
    return lambda: box.revive("tok-big")


def lose_app(box):
    box.block(OTHER_APP)
    return lambda: box.unblock(OTHER_APP)


def lose_client(box):
    box.revoke(SHOPS)
    return lambda: box.restore(SHOPS)


def lose_endpoint(box):
    box.withhold(SEARCH, token="tok-perm")
    return lambda: box.grant(SEARCH, token="tok-perm")


def suspend(box):
    box.suspend(B)
    return lambda: box.status(B, "STATUS_ENABLE")


@pytest.mark.parametrize("lose, which, kind, name, members", [
    (lose_advertiser, CRITICAL, ADVERTISER, A, 1),
    (lose_token, CRITICAL, TOKEN, "big", 30),
    (lose_app, CRITICAL, APPLICATION, "second", 4),
    (lose_client, CRITICAL, CLIENT, "Shop Ltd", 2),
    (lose_endpoint, CRITICAL, ENDPOINT, "perm GET " + SEARCH, 1),
    (suspend, WARNING, ADVERTISER, B, 1),
], ids=["advertiser", "token", "app", "client", "endpoint", "suspended"])
def test_a_root_cause_is_told_once_and_so_is_its_end(box, lose, which, kind, name, members):
    with stage(box, sweep={"permission_interval": "1s", "account_status": "yes"}) as net:
        net.start()
        until_told(net)
        mend = lose(box)
        net.traps.wait_for(lambda one: one.which == which)
        rounds_pass(net, 1)
        assert since_start(net) == [(which, kind, name, members)]
        mend()
        net.traps.wait_for(lambda one: one.which == CLEAR)
        assert assert_all_told(net) == 0
        raised, ended = net.traps.received()[1:]
        assert since_start(net)[1][:3] == (CLEAR, kind, name)
        assert (ended.state, ended.event(3)) == (OK, raised.state)
        assert ended.problem(6)[1] == raised.problem(6)[1]  # both name the same row
        assert_states_told(net)


def test_an_api_that_verifies_nothing_is_told_once_past_stale_after_and_then_its_end(box):
    """The shortest stale_after there is: six intervals."""
    with stage(box, sweep={"stale_after": "6s"}) as net:
        net.start()
        until_told(net)
        began = time.time()
        box.fault(http=503)
        told = net.traps.wait_for(lambda one: one.which == UNKNOWN)
        assert (told.state, told.event(3), told.problem(27)[0], told.id, told.problem(5)[0]) == (UNKN, OK, API, "", "")
        assert told.problem(29)[0] == len(ROWS)
        assert 5 <= date_and_time(told.event(2)).timestamp() - began < 12
        rounds_pass(net)
        box.clear_faults()
        net.traps.wait_for(lambda one: one.which == CLEAR)
        assert assert_all_told(net) == 0
        assert [one[:3] for one in since_start(net)] == [(UNKNOWN, API, ""), (CLEAR, API, "")]


def test_a_lost_advertiser_whose_token_dies_is_cleared_only_when_it_is_well(net, box):
    lost = BIG[3]
    box.revoke(lost)
    net.traps.wait_for(lambda one: one.id == lost)
    box.kill("tok-big")
    net.traps.wait_for(lambda one: one.id == "big" and one.which == CRITICAL)
    rounds_pass(net)
    box.revive("tok-big")
    net.traps.wait_for(lambda one: one.id == "big" and one.which == CLEAR)
    rounds_pass(net)
    box.restore(lost)
    net.traps.wait_for(lambda one: one.id == lost and one.which == CLEAR)
    rounds_pass(net)
    assert assert_all_told(net) == 0
    assert since_start(net) == [(CRITICAL, ADVERTISER, lost, 1), (CRITICAL, TOKEN, "big", 30), (CLEAR, TOKEN, "big", 0),
                                (CLEAR, ADVERTISER, lost, 0)]


def test_an_advertiser_that_leaves_the_inventory_is_cleared_as_no_longer_monitored(net, box):
    box.revoke(A)
    net.traps.wait_for(lambda one: one.which == CRITICAL)
    net.scene.advertisers = [row for row in net.scene.advertisers if row["advertiser_id"] != A]
    net.scene.write_inventory()
    cleared = net.traps.wait_for(lambda one: one.which == CLEAR)
    assert (cleared.id, cleared.event(7)) == (A, "no longer monitored")
    assert assert_all_told(net) == 0


# --- What a notification says -------------------------------------------------------------------------------------


def test_a_notification_carries_what_the_mib_lists_with_full_instances(net, box):
    began = int(time.time())
    box.revoke(A)
    told = net.traps.wait_for(lambda one: one.which == CRITICAL)
    index = told.problem(6)[1]
    assert index_texts(index) == (ADVERTISER, "demo", A)
    expected = [prefix + "." + (index if is_column else "0")
                for prefix, is_column in map(object_prefix, notification_objects("ttaCriticalEvent"))]
    assert list(told.varbinds)[2:] == expected  # behind sysUpTime and snmpTrapOID
    say = {name: told.varbinds[oid] for name, oid in zip(notification_objects("ttaCriticalEvent"), expected)}
    assert say["ttaEventNumber"] == 2 == net.snmpd.get_one(LAST_EVENT)
    assert (say["ttaProblemApp"], say["ttaProblemId"], say["ttaProblemName"]) == ("demo", A, "Client 401")
    assert (say["ttaProblemState"], say["ttaEventPreviousState"]) == (CRIT, OK)
    assert labels("TtaCause")[say["ttaProblemCause"]] == "revoked"
    assert say["ttaProblemCode"] == "40001"
    places = [say["ttaProblemFix"].index(words) for words in FOUR_ACTIONS]
    assert places == sorted(places) and say["ttaProblemFix"].startswith("1. ") and " 4. " in say["ttaProblemFix"]
    assert say["ttaProblemOwner"] == "owner@agency.example"
    assert labels("TtaUrgency")[say["ttaProblemUrgency"]] == "low"
    assert labels("TtaActor")[say["ttaProblemActor"]] == "client"
    assert (labels("TtaKind")[say["ttaProblemRootKind"]], say["ttaProblemRootId"]) == ("advertiser", A)
    assert began <= date_and_time(say["ttaEventTime"]).timestamp() <= time.time()
    assert "re-authorize" in say["ttaProblemAction"]
    assert say["ttaProblemReauthUrl"] == "https://connect.agency.example/tiktok?account=" + A
    assert (say["ttaProblemMembers"], say["ttaEventNote"]) == (1, "")
    # The row that it names is there, and says the same.
    assert net.snmpd.get(*expected[1:5]) == ["demo", A, "Client 401", CRIT]


def test_the_names_of_instances_are_those_of_each_kind(net, box):
    box.kill("tok-big")
    box.revoke(SHOPS)
    box.block(OTHER_APP)
    for kind, app, name in ((TOKEN, "demo", "big"), (CLIENT, "demo", "Shop Ltd"), (APPLICATION, "second", "second")):
        told = net.traps.wait_for(lambda one, name=name: one.id == name)
        assert index_texts(told.problem(6)[1]) == (kind, app, name)
        assert {oid.split(told.problem(6)[1])[1] for oid in told.varbinds if told.problem(6)[1] in oid} == {""}


def test_a_link_without_a_place_for_an_id_is_the_same_for_all_and_one_with_it_is_for_advertisers_only(net, box):
    box.kill("tok-big")
    assert net.traps.wait_for(lambda one: one.id == "big").problem(25)[0] == ""
    net.scene.apps["demo"]["reauth_url"] = "https://connect.agency.example/tiktok"
    net.scene.write()
    reload(net)
    box.kill("tok-perm")
    told = net.traps.wait_for(lambda one: one.id == "perm")
    assert told.problem(25)[0] == "https://connect.agency.example/tiktok"


# --- What is never told ---------------------------------------------------------------------------------------------


def test_faults_are_not_told(net, box):
    faults = [{"throttle": "qps"}, {"throttle": "plain"}, {"throttle": "qpm"}, {"http": 503}, {"code": 50002},
              {"wire": "reset"}, {"json": "truncated"}]
    for fault in faults:
        label = str(fault)
        box.fault(label=label, **fault)
        until(lambda label=label: any(entry["fault"] == label for entry in box.log()))
        rounds_pass(net, 1)
        box.clear_faults()
        # As if the minutes for which we stay away had passed.
        query(net.scene, "UPDATE quotas SET stopped_until = 0, slow_until = 0, next_ms = 0")
    assert net.snmpd.get_one(scalar(21)) >= 3 and net.snmpd.get_one(scalar(22)) >= 3  # throttled, faulty
    assert_marker_is_next(net, box, 2)


def test_restarts_are_not_told(net, box):
    for with_signal in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
        net.agent.stop(with_signal)
        net.agent.start()
        net.wait_until_served()
        rounds_pass(net, 1)
        net.snmpd.stop(with_signal)
        net.snmpd.start()
        net.wait_until_served()
    assert_marker_is_next(net, box, 2)


# --- Damping ------------------------------------------------------------------------------------------------------


def test_flapping_is_told_once_an_interval_and_the_final_state_always(box):
    interval = 3
    with stage(box, snmp={"notify_interval": "%ds" % interval}) as net:
        net.start()
        until_told(net)
        began = time.monotonic()
        flips = 0
        while time.monotonic() - began < 2.5 * interval:
            (box.revoke if flips % 2 == 0 else box.restore)(A)
            net.scene.sweep()
            flips += 1
        box.restore(A)
        row = []

        def is_at_rest():
            row[:] = query(net.scene, "SELECT state, seen_state, unheard FROM told WHERE id = ?", A)
            return not row or row[0][:2] == ("ok", "ok")
        until(is_at_rest)
        assert row  # it stays for an interval after it was told
        assert assert_all_told(net) == 0
        told = [one for one in net.traps.received() if one.id == A]
        times = [date_and_time(one.event(2)).timestamp() for one in told]
        assert all(after - before >= interval for before, after in zip(times, times[1:])), times
        assert (told[0].state, told[-1].state) == (CRIT, OK) and 2 <= len(told) <= 5
        changes = query(net.scene, "SELECT count(*) AS n FROM events WHERE object = ? AND kind = 'advertiser'"
                                   " AND note != 'baseline'", A)[0]["n"]
        until(lambda: net.snmpd.get_one(SENT) == len(told) + 1)
        suppressed, pending = net.snmpd.get(SUPPRESSED, PENDING)
        assert suppressed > 0 and pending == 0
        assert changes == len(told) + suppressed + row[0]["unheard"]


def test_a_burst_is_told_in_part_and_in_sum(box):
    with stage(box, snmp={"notify_burst": "3"}) as net:
        net.start()
        until_told(net)
        lost = BIG[:8]  # of one token: one list shows all of them
        box.revoke(lost)
        summary = net.traps.wait_for(lambda one: one.which == SUMMARY and one.number > 1)
        assert assert_all_told(net) == 0
        assert [(one.which, one.id) for one in net.traps.received()[1:4]] == [(CRITICAL, one) for one in lost[:3]]
        assert summary.number == 5
        assert (summary.event(5), summary.event(6)) == (8, 5)
        assert summary.event(7) == "8 changes at once: 8 new or worse, 0 over; 3 told one by one"
        assert (summary.varbinds[scalar(2)], summary.varbinds[scalar(6)]) == (CRIT, 8)
        assert summary.varbinds[scalar(4)] == len(ROWS) - 8
        assert net.snmpd.get(SUPPRESSED, SENT, ROOT_CAUSES) == [5, 5, 8]
        box.restore(lost)
        over = net.traps.wait_for(lambda one: one.which == SUMMARY and one.number > 5)
        assert (over.number, over.event(5), over.event(6)) == (9, 8, 5)
        assert over.event(7) == "8 changes at once: 0 new or worse, 8 over; 3 told one by one"
        assert assert_all_told(net) == 0


def test_with_notifications_off_nothing_is_told_then_or_later(box):
    with stage(box, snmp={"notify": "no"}) as net:
        net.start()
        for one in MAIN[:3]:
            box.revoke(one)
            until(lambda one=one: query(net.scene, "SELECT 1 FROM alerts WHERE object = ?", one))
        box.restore(C)
        until(lambda: last_alert(net.scene) == 5)
        rounds_pass(net)
        net.scene.more = snmp_section()
        net.scene.write()
        reload(net)
        box.revoke(MAIN[3])
        net.traps.wait_for(lambda one: one.id == MAIN[3])
        rounds_pass(net)
        assert net.traps.numbers() == [6]


# --- Many -----------------------------------------------------------------------------------------------------------


class Asking:
    """Asks snmpd again and again meanwhile; fails for whatever is not answered."""

    def __init__(self, net, *oids, valid=lambda values: True):
        self.net = net
        self.oids = oids
        self.valid = valid
        self.over = threading.Event()
        self.seconds = []
        self.wrong = []
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.is_set():
            began = time.monotonic()
            try:
                values = self.net.snmpd.get(*self.oids)
                if len(values) != len(self.oids) or not self.valid(values):
                    self.wrong.append(values)
            except AssertionError as error:
                self.wrong.append(error)
            self.seconds.append(time.monotonic() - began)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.over.set()
        self.thread.join()
        assert not self.wrong, self.wrong[:3]
        assert self.seconds
        print("%d questions, at most %.3f s" % (len(self.seconds), max(self.seconds)))


def test_thousands_lost_in_one_sweep_are_told_in_sum_and_nothing_stands_still(tmp_path):
    """5,000 of 30,000 are no mass loss (16.7 %); where advertiser/info is closed to us two lists decide at once."""
    every = advertiser_ids(30000)
    lost = every[::6]
    rows = rows_of("main", every)
    tokens = {"main": TOKENS["main"]}
    with Sandbox(scenario=world(rows, tokens)) as crowd, stage(crowd, rows, tokens) as net:
        crowd.fault(path=INFO, code=40001, message="advertiser does not grant you /advertiser/info/:GET permission")
        net.start()
        until_told(net)
        with Asking(net, scalar(1), column(ADVERTISERS, 6, "demo", every[7])):
            for change, which in ((crowd.revoke, CRITICAL), (crowd.restore, CLEAR)):
                first = last_alert(net.scene) + 1
                change(lost)
                began = time.monotonic()
                summary = net.traps.wait_for(lambda one, first=first: one.which == SUMMARY and one.number > first)
                print("told after %.1f s" % (time.monotonic() - began))
                assert assert_all_told(net) == 0
                batch = net.traps.received()[first - 1:]
                assert [one.which for one in batch] == [which] * 10 + [SUMMARY]
                assert [one.number for one in batch] == list(range(first, first + 11))
                assert (summary.event(5), summary.event(6)) == (5000, 4990)
        assert net.snmpd.get(SENT, SUPPRESSED, PENDING, LAST_EVENT) == [23, 2 * 4990, 0, 23]


def test_a_long_log_is_handed_over_whole_and_nothing_stands_still(box):
    """1,000 that nobody read yet: libnetsnmp and its master would block each other if they were sent at once."""
    with stage(box) as net:
        net.start()
        until_told(net)
        net.snmpd.stop()
        names = [row["name"] for row in query(net.scene, "PRAGMA table_info(alerts)") if row["name"] != "number"]
        values = [{"summary": "0", "object": "'7' || substr(hex(randomblob(9)), 1, 18)"}.get(one, one) for one in names]
        query(net.scene, "INSERT INTO alerts (%s) WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many"
                         " WHERE n < 1000) SELECT %s FROM many, alerts WHERE number = 1"
              % (", ".join(names), ", ".join(values)))
        net.snmpd.start()
        net.wait_until_served()
        with Asking(net, scalar(1), column(ADVERTISERS, 6, "demo", A)):
            began = time.monotonic()
            until_taken(net)
            print("1,000 told within %.1f s" % (time.monotonic() - began))
        # From the master on they are datagrams: of so many the kernel may drop some, and says how many.
        until(lambda: len(net.traps.numbers()) + net.traps.dropped() >= 1001)
        numbers = net.traps.numbers()
        assert numbers == sorted(set(numbers)) and len(numbers) + net.traps.dropped() == 1001


def test_numbers_have_no_gap_and_no_twin_over_a_long_run(net, box):
    """Rounds of the agent and of a person side by side; the seed says which changes."""
    draw = random.Random(20251122)
    lost = set()
    for _ in range(60):
        one = draw.choice(MAIN + SHOPS + BIG[:4] + SECOND)
        (box.restore if one in lost else box.revoke)(one)
        lost ^= {one}
        if draw.random() < 0.15:
            box.kill("tok-big")
        elif draw.random() < 0.3:
            box.revive("tok-big")
        if draw.random() < 0.7:
            net.scene.sweep()
    box.revive("tok-big")
    box.restore(sorted(lost))
    until(lambda: net.snmpd.get_one(ROOT_CAUSES) == 0)
    rounds_pass(net)
    assert assert_all_told(net) == 0
    assert_states_told(net)
    assert len(alerts(net.scene)) > 40


# --- Configuration --------------------------------------------------------------------------------------------------


def advertiser_rows(net):
    return len(net.snmpd.walk(ADVERTISERS + ".1.6"))


def test_a_bad_configuration_is_refused_and_the_one_before_stands(net, box):
    assert net.snmpd.get(CONFIG_STATE, CONFIG_FAULT) == [1, ""]
    net.scene.sweep_keys["interval"] = "banana"
    net.scene.write()
    with open(net.scene.config, encoding="utf-8") as file:
        line = file.read().split("\n").index("interval = banana") + 1
    reload(net)
    state, fault = net.snmpd.get(CONFIG_STATE, CONFIG_FAULT)
    assert state == 2
    for words in (net.scene.config, str(line), "interval", "banana"):
        assert words in fault, (words, fault)
    refusal, = [text for text in net.agent.log().split("\n") if "refused, the configuration before stands" in text]
    assert fault in refusal and " error: config: " in refusal
    rounds_pass(net)
    assert advertiser_rows(net) == len(ROWS)
    assert net.snmpd.get_one(CONFIG_STATE) == 2
    net.scene.sweep_keys["interval"] = "1s"
    net.scene.write()
    reload(net)
    assert net.snmpd.get(CONFIG_STATE, CONFIG_FAULT) == [1, ""]
    assert_marker_is_next(net, box, 2)


def test_a_configuration_that_is_gone_or_torn_is_refused(net, box):
    with open(net.scene.config, encoding="utf-8") as file:
        good = file.read()
    for spoil in ("[app demo", good[:len(good) // 2] + "\n[nonsense]\nx = 1\n", "\0\0"):
        with open(net.scene.config, "w", encoding="utf-8") as file:
            file.write(spoil)
        reload(net)
        assert net.snmpd.get_one(CONFIG_STATE) == 2
    os.rename(net.scene.config, net.scene.config + ".away")
    reload(net)
    state, fault = net.snmpd.get(CONFIG_STATE, CONFIG_FAULT)
    assert state == 2 and net.scene.config in fault
    rounds_pass(net)
    assert advertiser_rows(net) == len(ROWS)
    os.rename(net.scene.config + ".away", net.scene.config)
    with open(net.scene.config, "w", encoding="utf-8") as file:
        file.write(good)
    reload(net)
    assert net.snmpd.get_one(CONFIG_STATE) == 1
    assert_marker_is_next(net, box, 2)


def test_an_advertiser_added_appears_and_no_row_is_missed_meanwhile(box):
    """The round that SIGHUP brings reads it: the next one of its own would come in an hour."""
    added = MAIN[5]
    rows = [row for row in ROWS if row["advertiser_id"] != added]
    with stage(box, rows, sweep={"interval": "1h"}) as net:
        net.start()
        until_told(net)
        new = column(ADVERTISERS, 6, "demo", added)
        assert not net.snmpd.has(new)
        old = [column(ADVERTISERS, 6, "demo", one) for one in (A, B, BIG[0], BIG[-1], PERM[0])]
        with Asking(net, *old, valid=lambda values: values == [OK] * len(old)):
            net.scene.advertisers = net.scene.advertisers + [{**ROWS[5], "name": "New", "owner": "new@agency.example"}]
            net.scene.write_inventory()
            reload(net)
            until(lambda: net.snmpd.has(new))
        assert net.snmpd.get_one(new) == OK and advertiser_rows(net) == len(ROWS)


def test_an_inventory_that_is_gone_takes_no_row_away(net, box):
    path = os.path.join(net.scene.folder, "advertisers.csv")
    os.rename(path, path + ".away")
    reload(net)
    rounds_pass(net, 3)
    assert advertiser_rows(net) == len(ROWS)
    assert net.snmpd.get_one(scalar(4)) == len(ROWS)
    os.rename(path + ".away", path)
    reload(net)
    assert_marker_is_next(net, box, 2)


# --- Once, and beside checks ------------------------------------------------------------------------------------------


def run_once(net, *options):
    net.agent.start("--once", *options)
    status = net.agent.process.wait(60)
    net.agent.process = None
    return status


def test_once_makes_a_round_tells_and_ends(box):
    with stage(box) as net:
        net.traps.start()
        net.snmpd.trap_port = net.traps.port
        net.snmpd.start()
        assert run_once(net) == 0
        assert assert_all_told(net) == 0 and net.traps.numbers() == [1]
        box.revoke([A, B])
        time_of_rounds_own(net)
        assert run_once(net) == 0
        assert assert_all_told(net) == 0
        assert since_start(net) == [(CRITICAL, ADVERTISER, A, 1), (CRITICAL, ADVERTISER, B, 1)]
        assert not net.snmpd.has(scalar(1))
        box.fault(http=503)
        time_of_rounds_own(net)
        assert run_once(net) == 1
        assert net.traps.numbers() == [1, 2, 3]


def time_of_rounds_own(net):
    """Waits until what was asked last is too old to be taken for the answer of a round."""
    def is_old():
        newest, = query(net.scene, "SELECT max(ended_ms) AS at FROM tokens")
        return time.time() * 1000 - newest["at"] > 1000
    until(is_old)


def test_once_without_a_master_ends_too_and_what_it_found_is_told_later(box):
    with stage(box) as net:
        assert run_once(net) == 0
        box.revoke(A)
        net.start()
        net.traps.wait_for(lambda one: one.id == A)
        assert assert_all_told(net) == 0


@pytest.mark.parametrize("option", ["--unknown", "--config", "word"])
def test_a_fault_of_usage_ends_with_2(box, option):
    with stage(box) as net:
        assert net.scene.run("tiktok-auth-agent", option).exit == 2


def test_a_check_and_a_round_at_the_same_moment_share_the_sweep(box):
    rows = rows_of("main", MAIN)
    with stage(box, rows, sweep={"interval": "1h"}) as net:
        net.start()
        until_told(net)
        box.clear_log()
        box.fault(path=LIST, times=1, delay_ms=1500)
        asking = net.scene.start("check_tiktok_auth", "--advertiser", A, "--max-age", "0")
        until(lambda: box.calls(LIST) == 1)
        reload(net)  # brings a round at once
        out, _ = asking.communicate()
        assert asking.returncode == 0, out
        until(lambda: net.snmpd.get_one(ROUNDS) == 2)
        assert box.calls() == 1


def test_by_service_a_check_answers_from_the_agents_snapshot(box):
    """Even when it would have liked a younger one."""
    with stage(box, sweep={"by": "service", "interval": "1h"}) as net:
        box.revoke(A)
        net.start()
        until_told(net)
        box.clear_log()
        until(lambda: net.snmpd.get_one(scalar(13)) >= 2)  # so old is the round
        for age in ((), ("--max-age", "1s")):
            lost, well, every = (net.scene.check(*options, *age)
                                 for options in (("--advertiser", A), ("--advertiser", B), ("--all",)))
            assert (lost.exit, well.exit, every.exit) == (2, 0, 2)
            assert every.line1 == net.snmpd.get_one(scalar(1))
        assert box.calls() == 0
