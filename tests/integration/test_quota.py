# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Within its share of the app's quota, always: over processes, tokens and hosts, and first to step back."""

import contextlib
import os
import re
import sqlite3
import time

import pytest

from sandbox import LIST, Sandbox
from scene import APP, SECRET, Scene, advertiser_ids, world

IDS = advertiser_ids(4)
PATHS = ["/report/%d/get/" % number for number in range(7)]
ENDPOINTS = [{"path": path} for path in PATHS]
CALLS = 1 + len(PATHS)  # of a token's first sweep
REQUIRED = ",\n    ".join("GET " + path for path in PATHS)  # a line has its limit
TOKENS = {name: {"token": "tok-" + name, "required_permissions": REQUIRED} for name in ("one", "two")}
ROWS = [{"advertiser_id": one, "token": "one" if index < 2 else "two"} for index, one in enumerate(IDS)]
DAY = 86400


def basic(budget):
    return {"demo": {"app_id": APP, "secret": SECRET, "tier": "basic", "budget": budget}}


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(ROWS, TOKENS, endpoints=ENDPOINTS)) as sandbox:
        yield sandbox


@pytest.fixture
def world_of_basic(box):
    """The sandbox enforces what the tier basic may do."""
    box.reset()
    box.quota(APP, tier="basic")
    return box


def quota_of(box):
    return next(app["quota"] for app in box.state()["apps"] if app["app_id"] == APP)


def counters(scene):
    """The row of the app's quota in the store."""
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store:
        store.row_factory = sqlite3.Row
        return dict(store.execute("SELECT * FROM quotas WHERE app = 'demo'").fetchone())


def change(scene, statement, *values):
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
        store.execute(statement, values)


# --- The budget ---------------------------------------------------------------------------------------------


def assert_within(box, scene, calls, seconds, per_second):
    quota = quota_of(box)
    assert (quota["taken"], quota["refused"]) == (calls, 0)
    # A request may come late, and so nearer to the next one; the average can't be cheated.
    assert quota["peak_second"] <= per_second + 1 and quota["peak_minute"] <= 60 * per_second
    assert seconds >= (calls - 1) / per_second * 0.95
    assert counters(scene)["day_count"] == calls


def test_a_sweep_keeps_to_its_share(world_of_basic, tmp_path):
    """Half of basic's ten calls a second."""
    scene = Scene(tmp_path, world_of_basic, ROWS[:2], TOKENS, basic("50%"))
    result = scene.sweep("--token", "one")
    assert_within(world_of_basic, scene, CALLS, result.seconds, 5)


def test_processes_share_one_budget(world_of_basic, tmp_path):
    """Two tokens of the app, swept at once by processes that know of each other by the store alone."""
    scene = Scene(tmp_path, world_of_basic, ROWS, TOKENS, basic("100%"))
    began = time.monotonic()
    sweeps = [scene.start("tiktok-auth", "sweep", "--token", name) for name in TOKENS]
    for sweep in sweeps:
        sweep.communicate()
        assert sweep.returncode == 0
    assert_within(world_of_basic, scene, 2 * CALLS, time.monotonic() - began, 10)


def test_hosts_divide_the_budget(world_of_basic, tmp_path):
    scene = Scene(tmp_path, world_of_basic, ROWS[:2], TOKENS, basic("100%"), sweep={"hosts": 2})
    result = scene.sweep("--token", "one")
    assert_within(world_of_basic, scene, CALLS, result.seconds, 5)
    assert "100 % of tier basic over 2 hosts allow 300 a minute and 432000 a day" in flat(scene)


def flat(scene, *more):
    return " ".join(scene.cli("doctor", "--offline", *more).out.split())


def test_a_check_does_not_wait_longer_than_it_may(world_of_basic, tmp_path):
    """One call a second, eight calls: at the deadline it answers with what came until then."""
    scene = Scene(tmp_path, world_of_basic, ROWS[:2], TOKENS, basic("10%"))
    result = scene.check("--advertiser", IDS[0], "--timeout", "2")
    assert result.exit == 0 and result.seconds < 4, result
    assert 1 < world_of_basic.calls() <= 3


@pytest.mark.parametrize("column, allowed", [("minute", 600), ("day", 864000)])
def test_a_used_up_window_is_waited_for(world_of_basic, tmp_path, column, allowed):
    scene = Scene(tmp_path, world_of_basic, ROWS[:2], TOKENS, basic("100%"))
    scene.sweep("--token", "one")
    # Twice, lest the minute ends in between.
    for _ in range(2):
        now = int(time.time())
        change(scene, "UPDATE quotas SET next_ms = 0, minute = ?, day = ?, %s_count = ?" % column,
               (now + 1) // 60, (now + 1) // DAY, allowed)
        world_of_basic.clear_log()
        result = scene.check("--advertiser", IDS[0], "--max-age", "0", "--timeout", "1")
        if (now + 1) // 60 == int(time.time()) // 60:
            break
    assert world_of_basic.calls() == 0
    assert result.exit == 0 and "the monitoring share of the quota of app demo is used up until" in result.out, result


def test_a_round_that_does_not_fit_stretches_the_interval(world_of_basic, tmp_path):
    """Eight calls a token at one call a second, and an interval of ten seconds."""
    scene = Scene(tmp_path, world_of_basic, ROWS, TOKENS, basic("10%"),
                  sweep={"interval": "10s", "permission_interval": "1s"})
    assert "a full round takes 16 s at this budget; the interval of 10s is stretched to 16 s" in flat(scene)
    api = scene.check("--api", "--timeout", "1")
    assert "a full round takes 16 s at this budget, longer than the interval" in api.out, api
    status = scene.cli("status", "--json").json
    assert (status["interval_s"], status["real_interval_s"]) == (10, 16)
    assert "stretched to 16 s by the budget" in scene.cli("status").out


# --- Throttled ----------------------------------------------------------------------------------------------


@pytest.fixture
def swept(box, tmp_path):
    """All is known and well; nothing is limited but by the faults of a test."""
    box.reset()
    scene = Scene(tmp_path, box, ROWS, {name: {"token": token["token"]} for name, token in TOKENS.items()},
                  sweep={"interval": "1s"}, api={"retries": 5, "retry_base": "10ms"})
    scene.sweep()
    box.clear_log()
    return scene


def assert_stopped(scene, box, until):
    """Nobody asks, for any token of the app; the states stand, and when it goes on is told."""
    assert counters(scene)["stopped_until"] == pytest.approx(until, abs=5)
    box.clear_log()
    when = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(counters(scene)["stopped_until"]))
    for command in (("sweep",), ("sweep", "--token", "two")):
        assert scene.cli(*command).exit == 1
    for one in (IDS[0], IDS[3]):
        result = scene.check("--advertiser", one, "--max-age", "0")
        assert result.exit == 0 and "a limit of app demo is reached, TikTok is asked again at " + when in result.out
    doctor = " ".join(scene.cli("doctor").out.split())
    assert "a limit of app demo is reached, TikTok is asked again at " + when in doctor, doctor
    assert "PROBLEM api" not in doctor
    assert "throttled" in scene.cli("status", "--json").json["api"]["fault"]
    assert box.calls() == 0


def resume(scene, box):
    """The time of the stop has come."""
    change(scene, "UPDATE quotas SET stopped_until = 1")
    box.clear_faults()
    assert scene.cli("sweep").exit == 0
    assert scene.ask(IDS[0])["fault"] is None
    assert box.calls(LIST) == 2


def test_too_many_in_a_minute_stops_for_five_minutes(swept, box):
    box.throttle("qpm", times=1)
    swept.cli("sweep")
    assert box.calls() == 1  # also for the other token
    assert_stopped(swept, box, time.time() + 300)
    resume(swept, box)


def test_too_many_in_a_day_stops_until_midnight(swept, box):
    box.throttle("qpd", times=1)
    swept.cli("sweep")
    assert box.calls() == 1
    assert_stopped(swept, box, (int(time.time()) // DAY + 1) * DAY)
    assert counters(swept)["stopped_until"] % DAY == 0
    resume(swept, box)


def test_too_many_in_a_second_clears_in_a_second(swept, box):
    box.throttle("qps", times=1)
    assert swept.cli("sweep").exit == 0
    log = box.log(LIST)
    assert len(log) == 3 and log[1]["monotonic_ms"] - log[0]["monotonic_ms"] >= 900
    assert swept.ask(IDS[0])["fault"] is None
    assert counters(swept)["stopped_until"] == 0
    # And monitoring goes at half its pace for ten minutes.
    assert counters(swept)["slow_until"] == pytest.approx(time.time() + 600, abs=10)


def test_throttled_again_without_a_window_stops_for_five_minutes(swept, box):
    box.throttle("plain", times=2)
    swept.cli("sweep")
    assert box.calls() == 2
    assert_stopped(swept, box, time.time() + 300)
    resume(swept, box)


def test_an_edge_that_says_when_is_believed(swept, box):
    box.fault(http=429, retry_after="1000", times=1)
    swept.cli("sweep")
    assert box.calls() == 1
    assert_stopped(swept, box, time.time() + 1000)


def test_the_enforcing_sandbox_stops_monitoring_like_the_api_does(box, tmp_path):
    """What others use up is throttled for monitoring too: it stops, and no state changes."""
    box.reset()
    scene = Scene(tmp_path, box, ROWS, {name: {"token": token["token"]} for name, token in TOKENS.items()})
    scene.sweep()
    box.quota(APP, qpm=3)
    for _ in range(3):
        box.call("/user/info/", token="tok-one")
    box.clear_log()
    result = scene.check("--all", "--max-age", "0")
    assert result.exit == 0 and box.calls() == 1, result
    assert box.log()[0]["code"] == 40100
    assert_stopped(scene, box, time.time() + 300)


def test_nothing_known_and_throttled_is_nobodys_fault(box, tmp_path):
    box.reset()
    box.throttle("qpd")
    scene = Scene(tmp_path, box, ROWS, {name: {"token": token["token"]} for name, token in TOKENS.items()})
    for selection in (("--all",), ("--api",), ("--token", "one"), ("--advertiser", IDS[0])):
        result = scene.check(*selection)
        assert result.exit == 3 and "TikTok quota reached" in result.line1, result
        assert re.search("^Root cause: (app demo|TikTok API)$", result.out, re.MULTILINE), result
    assert box.calls() == 1


def test_one_app_does_not_stop_another(box, tmp_path):
    apps = {"demo": {"app_id": APP, "secret": SECRET}, "second": {"app_id": "7055107885017071619", "secret": "s2"}}
    tokens = {"one": {"token": "tok-one"}, "two": {"token": "tok-two", "app": "second"}}
    with Sandbox(scenario=world(ROWS, tokens, apps)) as own:
        scene = Scene(tmp_path, own, ROWS, tokens, apps)
        scene.sweep()
        own.throttle("qpd", token="tok-one")
        scene.sweep()
        own.clear_log()
        scene.sweep()
        assert [entry["token"] for entry in own.log()] == ["tok-two"]


def test_a_clock_that_was_set_back_does_not_stop_for_ever(swept, box):
    far = int(time.time()) + 400 * DAY
    change(swept, "UPDATE quotas SET stopped_until = ?, slow_until = ?, next_ms = ?, minute = ?, day = ?",
           far, far, far * 1000, far // 60, far // DAY)
    assert swept.cli("sweep").exit == 0
    assert box.calls(LIST) == 2
