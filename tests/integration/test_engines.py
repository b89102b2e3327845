# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way in real engines: TikTok's answer, the sweep, the feed, the generated objects, and who is called."""

import contextlib
import datetime
import glob
import os
import shutil

import pytest

from sandbox import LIST, Sandbox
from scene import as_root, until, world
from telling import open_folder
from watching import (ALWAYS, ANNA, ANNAS, APPS, BEN, BENS, BIG, CRITICAL, HOST, MANY, OK, PLATFORM, REAUTH, ROWS, SHOPS, TOKENS,
                      UNKNOWN, Watch)

pytestmark = [pytest.mark.system, as_root]

RUNBOOK = "https://wiki.agency.example/tiktok?page=revoked&lang=en"
FAULT = {"http": 503}


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(MANY, TOKENS, APPS)) as sandbox:
        yield sandbox


@pytest.fixture
def watching(box):
    """watching(kind, rows, ...): a started Watch."""
    with contextlib.ExitStack() as stack:
        def begin(kind, rows=ROWS, started=True, **more):
            box.reset()
            watch = Watch(kind, box, stack.enter_context(open_folder()), rows, **more)
            stack.callback(watch.engine.close)
            return watch.start() if started else watch
        yield begin


both = pytest.mark.parametrize("kind", ["nagios", "icinga2"])


@both
def test_a_revoked_advertiser_calls_its_owner_once_and_recovers(watching, kind):
    lost = ANNAS[1]
    watch = watching(kind, more="[fix revoked]\nrunbook_url = %s\n" % RUNBOOK)
    assert watch.state(lost) == OK and watch.told() == []
    watch.box.revoke(lost)
    watch.feed()
    watch.wait(lost, CRITICAL)
    watch.wait_told((lost, "CRITICAL", ANNA))
    output = watch.output(lost)
    line = output.split("\n")[0]
    assert line.startswith("TIKTOK AUTH CRITICAL - ") and lost in line and "[40001]" in line, output
    assert "client must re-authorize" in line and "App Management" in output, output
    for _ in range(2):  # again and again the same: nobody is called for it again
        watch.feed()
    watch.box.restore(lost)
    watch.feed()
    watch.wait(lost, OK)
    watch.wait_told((lost, "CRITICAL", ANNA), (lost, "OK", ANNA))


@both
def test_links_arrive_unbroken(watching, kind):
    lost = BENS[0]
    watch = watching(kind)
    watch.box.revoke(lost)
    watch.feed()
    until(watch.told)
    (told,) = watch.engine.notifications()
    link = REAUTH.replace("{advertiser_id}", lost)
    if kind == "nagios":
        assert told["SERVICEACTIONURL"] == told["arguments"]["SERVICEACTIONURL"] == link
        assert told["SERVICENOTESURL"].startswith("https://business-api.tiktok.com/portal/docs?id=")
    else:
        assert told["action_url"] == told["arguments"]["action_url"] == link
        assert told["notes_url"].startswith("https://business-api.tiktok.com/portal/docs?id=")


@both
def test_a_dead_token_over_a_thousand_calls_once(watching, kind):
    watch = watching(kind, MANY)
    assert len(watch.states()) >= len(MANY) + 4 and set(watch.states().values()) == {OK}
    watch.box.kill("tok-big")
    watch.feed()
    watch.wait(BIG[-1], CRITICAL)
    watch.feed()
    states = watch.states()
    assert [states[one] for one in BIG] == [CRITICAL] * len(BIG)
    assert states["token-big"] == CRITICAL and states["token-main"] == states["app"] == states["api"] == OK
    assert "root cause: token big" in watch.output(BIG[500]).lower(), watch.output(BIG[500])
    watch.wait_told(("token-big", "CRITICAL", PLATFORM))
    watch.box.revive("tok-big")
    watch.feed()
    until(lambda: set(watch.states().values()) == {OK})
    watch.feed()
    watch.wait_told(("token-big", "CRITICAL", PLATFORM), ("token-big", "OK", PLATFORM))


@both
def test_what_was_lost_alone_and_recovers_with_its_token_is_told(watching, kind):
    """The usual end: somebody authorizes again, and token and advertiser are back in one round."""
    lost = ANNAS[0]
    watch = watching(kind)
    watch.box.revoke(lost)
    watch.feed()
    watch.wait_told((lost, "CRITICAL", ANNA))
    watch.box.kill("tok-main")
    watch.feed()
    watch.wait_told((lost, "CRITICAL", ANNA), ("token-main", "CRITICAL", PLATFORM))
    watch.box.revive("tok-main")
    watch.box.restore(lost)
    watch.feed()
    until(lambda: set(watch.states().values()) == {OK})
    watch.feed_until_told(lost, "OK", ANNA)  # Icinga tells what it held back with a result of after its parent's
    watch.wait_told((lost, "CRITICAL", ANNA), ("token-main", "CRITICAL", PLATFORM), (lost, "OK", ANNA),
                    ("token-main", "OK", PLATFORM))


@both
def test_what_is_still_lost_when_its_token_is_back_is_told_then(watching, kind):
    lost = BENS[2]
    watch = watching(kind)
    watch.box.kill("tok-main")
    watch.feed()
    watch.wait_told(("token-main", "CRITICAL", PLATFORM))
    watch.box.revoke(lost)
    watch.box.revive("tok-main")
    watch.feed_until_told(lost, "CRITICAL", BEN)
    watch.wait_told(("token-main", "CRITICAL", PLATFORM), ("token-main", "OK", PLATFORM), (lost, "CRITICAL", BEN))


@both
def test_a_client_who_leaves_is_one_call(watching, kind):
    watch = watching(kind)
    watch.box.revoke(SHOPS)
    watch.feed()
    until(lambda: all(watch.state(one) == CRITICAL for one in SHOPS))
    until(watch.told)
    client = watch.told()[0][0]
    assert client.startswith("client-shop")
    watch.wait_told((client, "CRITICAL", BEN))
    watch.box.restore(SHOPS)
    watch.feed()
    until(lambda: set(watch.states().values()) == {OK})
    watch.feed()
    watch.wait_told((client, "CRITICAL", BEN), (client, "OK", BEN))


@both
def test_tiktok_unreachable_is_one_call_from_the_api(watching, kind):
    watch = watching(kind, MANY, sweep={"interval": "3s", "stale_after": "18s"})
    watch.box.fault(path=LIST, **FAULT)

    def stale():
        watch.feed()
        return watch.state("api") == UNKNOWN
    until(stale)
    watch.feed()
    until(lambda: set(watch.states().values()) == {UNKNOWN})
    watch.wait_told(("api", "UNKNOWN", PLATFORM))
    watch.box.clear_faults()

    def well():
        watch.feed()
        return set(watch.states().values()) == {OK}
    until(well)
    watch.wait_told(("api", "UNKNOWN", PLATFORM), ("api", "OK", PLATFORM))


@both
def test_a_feed_that_stops_is_one_call(watching, kind):
    """Nothing comes any more: the one api is missed first, and all others below it keep quiet. Few services, because Nagios
    runs a process for each that is missed, and one that ends just after the feed is back tells of a service that is well."""
    watch = watching(kind, scale={900: 8, 1800: 20})
    until(lambda: set(watch.states().values()) == {UNKNOWN})
    assert "no result" in watch.output("api"), watch.output("api")
    watch.wait_told(("api", "UNKNOWN", PLATFORM))
    watch.feed_until_told("api", "OK", PLATFORM)
    watch.wait_told(("api", "UNKNOWN", PLATFORM), ("api", "OK", PLATFORM))


@both
def test_an_engine_that_was_away_shows_what_holds_now(watching, kind):
    """Lost and restored while it was down, lost for good while it was down: the newest state, and no older one."""
    watch = watching(kind, MANY)
    watch.engine.stop()
    watch.box.revoke([ANNAS[0], ANNAS[1]])
    watch.scene.check("--all", "--max-age", "0", "--feed", "engine")
    watch.box.restore(ANNAS[0])
    result = watch.scene.check("--all", "--max-age", "0", "--feed", "engine")
    if kind == "icinga2":
        assert "feed engine failed" in result.out, result
    else:
        assert len(glob.glob(os.path.join(watch.engine.spool, "c??????"))) == 1
    watch.engine.start()
    watch.set_feed()
    watch.feed()
    watch.wait(ANNAS[1], CRITICAL)
    assert watch.state(ANNAS[0]) == OK
    watch.wait_told((ANNAS[1], "CRITICAL", ANNA))


@both
def test_perfdata_are_understood(watching, kind):
    watch = watching(kind)
    watch.box.revoke(ANNAS[0])
    watch.feed()
    watch.wait(ANNAS[0], CRITICAL)
    for service in ("api", "app", "token-main", ANNAS[0], ANNAS[1]):
        if kind == "nagios":
            data = watch.engine.status(HOST, service)["performance_data"].split()
            assert data and all("=" in one and "|" not in one for one in data), (service, data)
            assert "|" not in watch.output(service)
        else:
            data = watch.engine.service(HOST, service)["last_check_result"]["performance_data"]
            assert data and None not in data, (service, data)
            status, answer = watch.engine.request("GET", "/v1/objects/services/%s!%s" % (HOST, service))
            assert status == 200 and answer["results"][0]["attrs"]["last_check_result"]["performance_data"] == data


@both
def test_what_can_wait_waits_for_the_hours_of_its_owner(watching, kind):
    """A dead token calls at any hour; a lost advertiser when its owner's day begins."""
    tomorrow = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(datetime.datetime.now(datetime.timezone.utc).weekday() + 2) % 7]
    watch = watching(kind, hours=tomorrow + " 09:00-10:00")
    watch.box.revoke(ANNAS[0])
    watch.feed()
    watch.wait(ANNAS[0], CRITICAL)
    watch.box.kill("tok-main")
    watch.feed()
    watch.wait_told(("token-main", "CRITICAL", PLATFORM))
    watch.box.revive("tok-main")
    watch.feed()
    watch.wait_told(("token-main", "CRITICAL", PLATFORM), ("token-main", "OK", PLATFORM))
    # The day begins: as if by a change of hours, because nobody waits for it here.
    watch.scene.more = watch.scene.more.replace(tomorrow + " 09:00-10:00", ALWAYS)
    watch.scene.write()
    watch.scene.own()
    watch.generate()
    watch.engine.reload()
    watch.feed()
    watch.wait_told(("token-main", "CRITICAL", PLATFORM), ("token-main", "OK", PLATFORM), (ANNAS[0], "CRITICAL", ANNA))


@both
def test_an_acknowledgement_holds_for_one_advertiser(watching, kind):
    watch = watching(kind)
    watch.box.revoke([ANNAS[0]])
    watch.feed()
    watch.wait_told((ANNAS[0], "CRITICAL", ANNA))
    if kind == "nagios":
        watch.engine.command("ACKNOWLEDGE_SVC_PROBLEM;%s;%s;2;0;1;anna;the client is asked" % (HOST, ANNAS[0]))
        watch.engine.wait_for(HOST, ANNAS[0], problem_has_been_acknowledged=1)
    else:
        watch.engine.action("acknowledge-problem", HOST, ANNAS[0], author="anna", comment="the client is asked",
                            sticky=True, notify=False)
    watch.box.revoke([ANNAS[1]])
    watch.feed()
    watch.wait_told((ANNAS[0], "CRITICAL", ANNA), (ANNAS[1], "CRITICAL", ANNA))
    if kind == "nagios":
        assert watch.engine.status(HOST, ANNAS[1])["problem_has_been_acknowledged"] == "0"
    else:
        assert watch.engine.service(HOST, ANNAS[1])["acknowledgement"] == 0


@both
def test_the_agent_feeds_and_retired_advertisers_leave(watching, kind):
    watch = watching(kind, sweep={"interval": "5s"})
    shutil.copy(os.path.join(watch.scene.programs, "tiktok-auth-agent"), os.path.join(watch.scene.folder, "agent"))
    agent = watch.scene.start("agent", "--config", watch.scene.config, "--foreground", "--agentx-socket",
                              "unix:%s/agentx" % watch.scene.folder)
    try:
        watch.box.revoke(BENS[1])
        watch.wait(BENS[1], CRITICAL)
        watch.wait_told((BENS[1], "CRITICAL", BEN))
        assert watch.scene.cli("retire", BENS[1]).exit == 0
        watch.generate()
        watch.engine.reload()
        until(lambda: watch.state(ANNAS[0]) == OK)
        assert BENS[1] not in watch.states()
        watch.box.revoke(ANNAS[2])
        watch.wait(ANNAS[2], CRITICAL)
    finally:
        agent.terminate()
        agent.communicate()
    assert agent.returncode == 0
    watch.wait_told((BENS[1], "CRITICAL", BEN), (ANNAS[2], "CRITICAL", ANNA))


@both
def test_the_engine_itself_drives_the_feed(watching, kind):
    """by = check, and no agent: the service `all` sweeps and feeds each time that the engine runs it."""
    watch = watching(kind, started=False, sweep={"interval": "5s"})
    os.symlink("/usr/lib/nagios/plugins/check_dummy", os.path.join(watch.scene.folder, "check_dummy"))
    watch.engine.plugins = watch.scene.folder
    watch.start(fed=False)
    watch.box.revoke(ANNAS[2])
    until(lambda: (ANNAS[2], "CRITICAL", ANNA) in watch.told())
    watch.box.restore(ANNAS[2])
    until(lambda: (ANNAS[2], "OK", ANNA) in watch.told())
    watch.wait_told((ANNAS[2], "CRITICAL", ANNA), (ANNAS[2], "OK", ANNA))
    until(lambda: watch.output("all").startswith("TIKTOK AUTH OK - 9 advertisers"))  # its own result comes last
