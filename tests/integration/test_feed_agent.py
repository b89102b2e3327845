# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The agent feeds engines after its rounds, without a master agent too."""

import contextlib
import os
import signal

import pytest

from scene import until
from snmp import Agent
from test_feed import IDS, PASSWORD, Icinga, all_services, fed, names_of, to_icinga, to_spool

RESTING = {"interval": "1h"}  # no round but the first and those that are asked for


@contextlib.contextmanager
def agent_of(scene, *options):
    agent = Agent(scene, "unix:" + os.path.join(scene.folder, "no-master"), options)
    try:
        yield agent.start()
    finally:
        if agent.process is not None:
            agent.process.kill()
            agent.process.wait()


@pytest.fixture
def spool(tmp_path):
    path = tmp_path / "spool"
    path.mkdir(mode=0o770)
    return path


def lines(agent):
    return [line.split(" ", 1)[1] for line in agent.log().splitlines() if " feed: " in line]


def test_each_round_is_fed_and_none_is_logged(tmp_path, spool):
    with Icinga(all_services()) as icinga:
        with fed(tmp_path / "s", to_icinga(icinga) + to_spool(spool), sweep=RESTING) as scene, agent_of(scene) as agent:
            until(lambda: len(icinga.posts) == 7)
            until(lambda: list(spool.glob("*.ok")))
            assert names_of(spool) == all_services()
            scene.box.revoke(IDS[:1])
            scene.sweep()
            agent.send(signal.SIGHUP)
            until(lambda: len(icinga.posts) == 14)
            assert icinga.names()[-1] == IDS[0] and icinga.posts[-1]["exit_status"] == 2
            assert lines(agent) == [] and PASSWORD not in agent.log()


def test_a_feed_that_breaks_is_said_once_and_tried_again(tmp_path):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga), sweep=RESTING) as scene:
        icinga.answers[""] = [(503, {"error": 503.0, "status": "Icinga is reloading."})] * 2
        with agent_of(scene) as agent:
            until(lambda: len(icinga.posts) == 7)
            until(lambda: len(lines(agent)) == 2)
            broken, back = lines(agent)
            assert broken.startswith("warning: feed: icinga: Icinga is not well: status 503")
            assert back == "info: feed: icinga: works again: 7 of 7 results delivered"


def test_a_hanging_engine_holds_up_nothing(tmp_path, spool):
    with Icinga(all_services()) as icinga:
        with fed(tmp_path / "s", to_icinga(icinga) + to_spool(spool), sweep=RESTING) as scene, agent_of(scene) as agent:
            icinga.answers[""] = "hang"
            for _ in range(2):
                until(lambda: list(spool.glob("*.ok")))
                for path in sorted(spool.iterdir(), reverse=True):
                    path.unlink()
                agent.send(signal.SIGHUP)
            until(lambda: list(spool.glob("*.ok")))
            assert agent.stop() == 0


def test_reload_takes_feeds_and_drops_them(tmp_path, spool):
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga), sweep=RESTING) as scene, \
            agent_of(scene) as agent:
        until(lambda: len(icinga.posts) == 7)
        scene.more = to_spool(spool)
        scene.write()
        agent.send(signal.SIGHUP)
        until(lambda: list(spool.glob("*.ok")))
        assert len(icinga.posts) == 7
        scene.more = to_spool(spool) + "[feed broken]\nkind = smoke\n"
        scene.write()
        for path in sorted(spool.iterdir(), reverse=True):
            path.unlink()
        agent.send(signal.SIGHUP)
        until(lambda: list(spool.glob("*.ok")))
        assert names_of(spool) == all_services(), "refused: what stood before goes on"


def test_once_feeds(tmp_path, spool):
    with fed(tmp_path / "s", to_spool(spool)) as scene, agent_of(scene, "--once") as agent:
        until(lambda: agent.process.poll() is not None)
        assert names_of(spool) == all_services()


def test_agent_that_was_killed(tmp_path, spool):
    """Its delivery dies with it, and the next start delivers anew."""
    with Icinga(all_services()) as icinga, fed(tmp_path / "s", to_icinga(icinga), sweep=RESTING) as scene:
        icinga.answers[""] = "hang"
        with agent_of(scene) as agent:
            until(lambda: "/v1/actions/process-check-result" in icinga.requests)
            agent.process.kill()
            agent.process.wait()
        icinga.answers.clear()
        with agent_of(scene):
            until(lambda: len(icinga.posts) == 7)
