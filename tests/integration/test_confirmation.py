# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A missing id is confirmed before it counts, a mass loss is held, and what that costs in calls."""

import time

import pytest

from sandbox import INFO, LIST, Sandbox, binary_path
from scene import Scene, advertiser_ids, sanitized, world

FEW = advertiser_ids(5)
MANY = advertiser_ids(30, 7502022393087700001)
THOUSANDS = advertiser_ids(10000, 7502022393088000001)
TOKENS = {"few": {"token": "tok-few"}, "many": {"token": "tok-many"}, "thousands": {"token": "tok-thousands"}}
A, B = FEW[:2]


def rows(token, ids):
    return [{"advertiser_id": one, "token": token} for one in ids]


WORLD = rows("few", FEW) + rows("many", MANY) + rows("thousands", THOUSANDS)


@pytest.fixture(scope="module")
def server():
    with Sandbox(binary_path(), world(WORLD, TOKENS)) as running:
        yield running


@pytest.fixture
def box(server):
    server.reset()
    return server


def make(folder, box, token, ids, **more):
    return Scene(folder, box, rows(token, ids), {token: TOKENS[token]}, **more)


@pytest.fixture
def few(box, tmp_path):
    scene = make(tmp_path, box, "few", FEW)
    scene.sweep()
    box.clear_log()
    return scene


@pytest.fixture
def many(box, tmp_path):
    scene = make(tmp_path, box, "many", MANY, sweep={"mass_confirm": "1h"})
    scene.sweep()
    box.clear_log()
    return scene


def calls(box):
    """How many lists were read and how often advertiser/info was asked, since the log was emptied."""
    counted = (box.calls(LIST), box.calls(INFO))
    assert sum(counted) == box.calls()
    box.clear_log()
    return counted


def states(scene):
    return {one["advertiser_id"]: (one["state"], one["cause"]) for one in scene.ask("--all")["advertisers"]}


# --- One id -------------------------------------------------------------------------------------


def test_all_present_costs_one_call(few, box):
    few.sweep()
    assert calls(box) == (1, 0)


def test_a_list_that_lags_once_changes_nothing(few, box):
    box.lag([A], times=1)
    assert few.ask_now(A)["state"] == "ok"
    assert calls(box) == (2, 0)
    assert few.ask(A)["fault"] is None


def test_an_id_that_info_still_serves_is_not_lost(few, box):
    box.lag([A], times=2)
    answer = few.ask_now(A)
    assert (answer["state"], answer["cause"], answer["fault"]) == ("ok", "authorized", None)
    assert calls(box) == (2, 1)


def test_a_list_that_lags_for_good_never_loses_what_info_serves(few, box):
    box.lag([A])
    for _ in range(4):
        assert few.ask_now(A)["state"] == "ok"
    assert few.ask(B)["state"] == "ok"
    assert few.cli("history", A).out.count("revoked") == 0


def test_a_loss_is_confirmed_by_two_lists_and_info_and_then_costs_nothing(few, box):
    box.revoke(A)
    answer = few.ask_now(A)
    assert (answer["state"], answer["cause"], answer["code"]) == ("critical", "revoked", 40001)
    log = box.log()
    assert [entry["path"] for entry in log] == [LIST, LIST, INFO]
    assert log[0]["connection"] != log[1]["connection"]  # a second look through another connection
    assert log[2]["params"]["advertiser_ids"] == '["%s"]' % A
    assert answer["request_id"] == log[2]["request_id"]
    box.clear_log()
    for _ in range(3):
        few.sweep()
    assert calls(box) == (3, 0)
    assert few.ask(A)["state"] == "critical"


def test_the_second_list_waits_for_confirm_delay(box, tmp_path):
    scene = make(tmp_path, box, "few", FEW, sweep={"confirm_delay": "700ms"})
    scene.sweep()
    box.clear_log()
    box.revoke(A)
    scene.sweep()
    first, second = box.log(LIST)
    assert 650 <= second["monotonic_ms"] - first["monotonic_ms"] < 5000


def test_an_id_that_is_back_is_ok_at_once(few, box):
    box.revoke(A)
    assert few.ask_now(A)["state"] == "critical"
    box.restore(A)
    box.clear_log()
    assert few.ask_now(A)["state"] == "ok"
    assert calls(box) == (1, 0)


def test_where_info_is_not_permitted_two_lists_decide_and_no_code_is_shown(few, box):
    box.revoke(A)
    box.fault(path=INFO, code=40001, message="advertiser does not grant you /advertiser/info/:GET permission")
    answer = few.ask_now(A)
    assert (answer["state"], answer["cause"]) == ("critical", "revoked")
    assert (answer["code"], answer["message"], answer["request_id"]) == (None, None, None)
    text = few.check("--advertiser", A)
    assert "Code:" not in text.out and "[" not in text.line1
    assert few.ask(B)["state"] == "ok"


@pytest.mark.parametrize("fault", [{"http": 503}, {"code": 51002, "message": "Internal service error."},
                                   {"throttle": "plain"}, {"wire": "reset"}, {"json": "truncated"},
                                   {"code": 49999, "message": "Florbs"}])
@pytest.mark.parametrize("path", [LIST, INFO])
def test_a_fault_while_confirming_confirms_nothing(few, box, path, fault):
    box.revoke(A)
    box.fault(path=path, skip=1 if path == LIST else 0, **fault)
    answer = few.ask_now(A)
    assert (answer["state"], answer["cause"]) == ("ok", "authorized")
    assert few.ask(B)["state"] == "ok"
    box.clear_faults()
    few.sweep()
    answer = few.ask(A)
    assert (answer["state"], answer["cause"]) == ("critical", "revoked")


def test_one_unauthorized_id_does_not_hide_the_others_of_its_batch(box, tmp_path):
    """One id fails the whole call, so it is set apart; what was merely left out of the list stays."""
    scene = make(tmp_path, box, "many", MANY, sweep={"mass_confirm": "0s"})
    scene.sweep()
    box.revoke(MANY[3])
    box.lag(MANY[:12])
    scene.sweep()
    found = states(scene)
    assert found.pop(MANY[3]) == ("critical", "revoked")
    assert set(found.values()) == {("ok", "authorized")}


def test_without_the_secret_info_judges(box, tmp_path):
    apps = {"demo": {"app_id": "7055107885017071618"}}
    scene = Scene(tmp_path, box, rows("few", FEW), {"few": TOKENS["few"]}, apps)
    scene.sweep()
    assert calls(box) == (0, 1)
    box.revoke(A)
    scene.sweep()
    assert states(scene) == {**{one: ("ok", "authorized") for one in FEW}, A: ("critical", "revoked")}
    assert scene.ask(A)["code"] == 40001
    assert box.calls(LIST) == 0


# --- Mass loss ----------------------------------------------------------------------------------


def test_a_mass_loss_is_held_and_says_so(many, box):
    box.revoke(MANY)
    many.sweep()
    assert calls(box) == (1, 0)
    assert set(states(many).values()) == {("ok", "authorized")}
    text = many.check("--advertiser", MANY[0])
    assert text.state == "ok" and "not confirmed yet" in text.line1
    assert "many advertisers left its list at once" in text.out
    assert many.ask("--token", "many")["state"] == "ok"


@pytest.mark.parametrize("lost, held", [(9, False), (10, True)])
def test_what_a_mass_is(many, box, lost, held):
    """At least 10 of them and 20 % of the token's inventory."""
    box.revoke(MANY[:lost])
    many.sweep()
    found = list(states(many).values())
    assert found.count(("critical", "revoked")) == (0 if held else lost)
    assert found.count(("ok", "authorized")) == (30 if held else 30 - lost)


def test_ten_of_a_hundred_are_no_mass(box, tmp_path):
    scene = make(tmp_path, box, "thousands", THOUSANDS[:100], sweep={"mass_confirm": "1h"})
    scene.sweep()
    box.revoke(THOUSANDS[:10])
    scene.sweep()
    assert list(states(scene).values()).count(("critical", "revoked")) == 10


def test_a_mass_loss_that_lasts_is_lost_as_one_root_cause(box, tmp_path):
    scene = make(tmp_path, box, "many", MANY, sweep={"mass_confirm": "2s"})
    scene.sweep()
    box.revoke(MANY)
    began = time.monotonic()
    held = 0
    while scene.ask_now("--token", "many")["state"] == "ok":
        held += 1
        assert time.monotonic() - began < 30
    assert held >= 1 and time.monotonic() - began >= 1.0
    scene.sweep()  # whatever diagnose_max left
    for one in (MANY[0], MANY[-1]):
        answer = scene.ask(one)
        assert (answer["state"], answer["cause"]) == ("critical", "revoked")
        assert answer["root_cause"] == {"kind": "token", "id": "many"}
    everything = scene.ask("--all")
    assert everything["counts"]["critical"] == 30
    assert everything["root_cause"] == {"kind": "token", "id": "many"}
    assert "more cause" not in everything["summary"]


def test_a_list_that_is_empty_for_good_loses_nothing_that_info_serves(box, tmp_path):
    scene = make(tmp_path, box, "many", MANY, sweep={"mass_confirm": "0s"})
    scene.sweep()
    box.lag("all")
    for _ in range(3):
        scene.sweep()
    assert set(states(scene).values()) == {("ok", "authorized")}


def test_a_mass_loss_that_was_none_is_forgotten(many, box):
    box.lag("all", times=1)
    many.sweep()
    assert "not confirmed yet" in many.check("--advertiser", MANY[0]).line1
    many.sweep()
    text = many.check("--advertiser", MANY[0])
    assert text.state == "ok" and "not confirmed yet" not in text.out
    assert set(states(many).values()) == {("ok", "authorized")}


def test_a_dead_token_answers_at_once(many, box):
    box.kill("tok-many")
    began = time.monotonic()
    many.sweep()
    assert time.monotonic() - began < 5
    assert calls(box) == (1, 0)
    assert set(states(many).values()) == {("critical", "token_revoked")}
    assert many.ask("--all")["root_cause"] == {"kind": "token", "id": "many"}


# --- What ten thousand cost ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def thousands(server, tmp_path_factory):
    """10,000 advertisers that were all authorized a moment ago."""
    server.reset()
    scene = make(tmp_path_factory.mktemp("thousands"), server, "thousands", THOUSANDS)
    began = time.monotonic()
    scene.sweep()
    assert time.monotonic() - began < (60 if sanitized() else 10)
    assert calls(server) == (1, 0)
    assert set(states(scene).values()) == {("ok", "authorized")}
    return scene, scene.keep()


@pytest.fixture
def ten_thousand(thousands, box):
    scene, kept = thousands
    scene.recall(kept)
    return scene


def test_all_present_of_ten_thousand(ten_thousand, box):
    ten_thousand.sweep()
    ten_thousand.sweep()
    assert calls(box) == (2, 0)


def test_some_newly_missing_of_ten_thousand(ten_thousand, box):
    """Each is found by halving; diagnose_max bounds a sweep, and the next one goes on."""
    lost = THOUSANDS[17::167]  # 60 of them, no mass
    box.revoke(lost)
    pairs = []
    while not pairs or pairs[-1] != (1, 0):
        assert len(pairs) < 20, pairs
        ten_thousand.sweep()
        pairs.append(calls(box))
    assert len(pairs) >= 4
    for lists, infos in pairs[:-1]:
        assert lists == 2 and 1 <= infos <= 20
    assert pairs[0] == (2, 20)
    found = states(ten_thousand)
    assert {one for one, found in found.items() if found != ("ok", "authorized")} == set(lost)
    assert {found[one] for one in lost} == {("critical", "revoked")}


def test_a_list_that_lags_for_hundreds_of_ten_thousand(ten_thousand, box):
    box.lag(THOUSANDS[100:1900])  # below a mass, over what 20 calls could ask one by one
    ten_thousand.sweep()
    lists, infos = calls(box)
    assert lists == 2 and infos == 18
    assert set(states(ten_thousand).values()) == {("ok", "authorized")}


def test_diagnose_max_bounds_what_a_sweep_asks(box, tmp_path):
    scene = make(tmp_path, box, "many", MANY, sweep={"mass_confirm": "0s", "diagnose_max": "3"})
    scene.sweep()
    box.clear_log()
    box.revoke(MANY[::4])
    lost = [0]
    while lost[-1] < len(MANY[::4]):
        assert len(lost) < 20, lost
        scene.sweep()
        lists, infos = calls(box)
        assert lists == 2 and 1 <= infos <= 3
        lost.append(list(states(scene).values()).count(("critical", "revoked")))
    assert lost == sorted(lost) and len(lost) >= 4


@pytest.fixture(scope="module")
def with_status(server, tmp_path_factory):
    server.reset()
    scene = make(tmp_path_factory.mktemp("status"), server, "thousands", THOUSANDS, sweep={"account_status": "yes"})
    began = time.monotonic()
    scene.sweep()
    return scene, time.monotonic() - began, calls(server)


def test_the_account_status_of_ten_thousand_costs_a_hundred_more(with_status):
    scene, seconds, called = with_status
    assert called == (1, 100)
    assert set(states(scene).values()) == {("ok", "authorized")}
    # 50 QPS at this tier and budget: the pace of the quota, and little more.
    assert seconds < (60 if sanitized() else 10)
