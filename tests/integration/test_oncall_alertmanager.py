# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A real Alertmanager that routes by owner and inhibits below a dead token: what it holds, whom it tells, what is left of that
after its restart."""

import contextlib
import json
import signal
import time

import pytest
import yaml

from duty import ANNA, APPS, BEN, REAUTH, on_duty
from engine_alertmanager import PASSWORD, USER, Alertmanager
from receiver import Arrived, Receiver, strict_json
from sandbox import Sandbox
from scene import advertiser_ids, read_text, until, world

pytestmark = pytest.mark.system

TOKENS = {"main": {"token": "tok-main"}, "big": {"token": "tok-big"}}
ANNAS, BENS = advertiser_ids(3), advertiser_ids(2, 7502022393087600001)
BIG = advertiser_ids(1000, 7502022393087700001)
ROWS = ([{"advertiser_id": one, "token": "main", "owner": ANNA} for one in ANNAS] +
        [{"advertiser_id": one, "token": "main", "owner": BEN, "name": "B\u00e4ckerei \"Kr\u00fcmel\" & S\u00f6hne"}
         for one in BENS])
MANY = ROWS + [{"advertiser_id": one, "token": "big", "owner": BEN if one == BIG[7] else ANNA} for one in BIG]
RUNBOOK = "https://wiki.agency.example/tiktok?page=revoked&lang=en"

ROUTES = [{"receiver": "anna", "matchers": ['owner="%s"' % ANNA]}, {"receiver": "ben", "matchers": ['owner="%s"' % BEN]}]


def documented_rules():
    """The inhibition rules of tiktok-auth(1): what hangs on a token keeps quiet while that is dead."""
    text = read_text("plugin/cli/tiktok-auth.1").split("inhibit_rules:\n")[1].split(".Ed\n")[0]
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(MANY, TOKENS, APPS)) as sandbox:
        yield sandbox


@pytest.fixture
def manager():
    with Alertmanager(ROUTES, documented_rules()) as engine:
        yield engine.start()


@contextlib.contextmanager
def on_duty_at(manager, box, rows=tuple(ROWS), **more):
    receivers = {"am": {"kind": "alertmanager", "url": manager.url, "ca_file": manager.ca_file, "user": USER,
                        "password": PASSWORD, "resend": "500ms"}}
    with on_duty(box, list(rows), receivers, **more) as duty:
        yield duty


def statuses(manager, receiver=None):
    return [one.status for one in manager.told(receiver)]


def test_a_lost_advertiser_is_one_alert_for_its_owner(box, manager):
    lost = ANNAS[1]
    with on_duty_at(manager, box, more="[fix revoked]\nrunbook_url = %s\n" % RUNBOOK) as duty:
        box.revoke(lost)
        began = time.monotonic()
        duty.round()
        until(manager.told)
        print("told %.2f s after the loss" % (time.monotonic() - began))
        told, = manager.told()
        assert (told.receiver, told.status) == ("anna", "firing")
        said = json.dumps(told.annotations)
        assert "40001" in said and "App Management" in said and "the client must act" in said, said
        assert REAUTH.replace("{advertiser_id}", lost) in said and RUNBOOK in said
        assert lost in told.labels.values() and "revoked" not in told.labels.values(), told.labels
        duty.round()
        time.sleep(1.2)  # it is sent again and again, and stays one
        assert len(manager.alerts()) == 1 and len(manager.told()) == 1
        box.restore(lost)
        duty.round()
        until(lambda: statuses(manager) == ["firing", "resolved"])
        until(lambda: manager.alerts() == [])


def test_a_cause_that_changes_is_no_second_alert(box, manager):
    with on_duty_at(manager, box) as duty:
        box.kill("tok-main")
        duty.round()
        until(manager.alerts)
        first, = manager.alerts()
        assert "40105" in json.dumps(first["annotations"])
        box.revive("tok-main")
        box.expire("tok-main")
        duty.round()
        until(lambda: "40102" in json.dumps(manager.alerts()[0]["annotations"]))
        second, = manager.alerts()
        assert second["fingerprint"] == first["fingerprint"] and second["startsAt"] == first["startsAt"]


def test_a_dead_token_over_a_thousand_is_one_and_quiets_what_hangs_on_it(box, manager):
    lost, other = BIG[7], BENS[0]
    with on_duty_at(manager, box, MANY, tokens=TOKENS) as duty:
        box.revoke([lost, other])
        duty.round()
        until(lambda: statuses(manager, "ben") == ["firing"] * 2)
        box.kill("tok-big")
        duty.round()
        until(lambda: statuses(manager, "default") == ["firing"])
        dead, = manager.told("default")
        assert "big" in dead.labels.values() and "1000" in json.dumps(dead.annotations).replace(",", "")
        assert len(manager.alerts()) == 3 and len(manager.told()) == 3
        quiet = {one["labels"].get("advertiser_id"): one["status"]["inhibitedBy"] != [] for one in manager.alerts()}
        assert quiet == {lost: True, other: False, None: False}
        box.revive("tok-big")
        box.restore([lost, other])
        duty.round()
        until(lambda: manager.alerts() == [])
        until(lambda: statuses(manager, "default") == ["firing", "resolved"])


def test_a_restart_of_alertmanager_loses_nothing(box, manager):
    """It forgets all alerts: those that are open come back, one that ended meanwhile does not."""
    with on_duty_at(manager, box) as duty:
        box.revoke([ANNAS[0], BENS[0]])
        duty.round()
        until(lambda: len(manager.alerts()) == 2)
        manager.kill()
        box.restore(BENS[0])
        box.revoke(ANNAS[2])
        duty.round()
        began = time.monotonic()
        manager.start()
        assert manager.alerts() == [] or len(manager.alerts()) <= 2
        until(lambda: {label for one in manager.alerts() for label in one["labels"].values()} >= {ANNAS[0], ANNAS[2]})
        print("back %.2f s after it was started" % (time.monotonic() - began))
        time.sleep(1.1)
        assert len(manager.alerts()) == 2
        duty.rest(9)
        duty.work()
        box.restore([ANNAS[0], ANNAS[2]])
        duty.round()
        until(lambda: manager.alerts() == [])


def test_the_worker_dies_and_alerts_end_by_themselves_only_without_it(box, manager):
    """What the worker sends ends some time after its last word: a host that is gone leaves nothing open for ever."""
    with on_duty_at(manager, box) as duty:
        box.revoke(ANNAS[0])
        duty.round()
        until(manager.alerts)
        alert, = manager.alerts()
        assert alert["endsAt"] > alert["updatedAt"]
        duty.rest(9)
        duty.work()
        until(lambda: manager.alerts()[0]["updatedAt"] > alert["updatedAt"])
        assert len(manager.alerts()) == 1 and statuses(manager) == ["firing"]


def test_a_receiver_that_was_configured_wrongly_gets_what_waits_when_that_is_mended(box, manager):
    """A configuration that names another file, then another password in the file."""
    wrong = {"kind": "alertmanager", "url": manager.url, "ca_file": "/nonexistent.crt", "user": USER, "password": "wrong"}
    with on_duty(box, ROWS, {"am": wrong}) as duty:
        box.revoke(ANNAS[0])
        duty.round()
        until(lambda: "am: not taken" in duty.log())
        duty.configure(am={**wrong, "ca_file": manager.ca_file})
        duty.process.send_signal(signal.SIGHUP)
        until(lambda: "401" in str(duty.outbox("SELECT fault FROM deliveries")))
        duty.scene.write_secret("am.password", PASSWORD)
        until(manager.alerts)


class Slow(Receiver):
    """Takes what Alertmanager takes, and several alerts after a while."""

    def take(self, path, headers, body):
        return 200, "", {}


NONE = Arrived(0, "", None, b"[]", 200)


def test_what_is_said_again_and_what_is_news_never_meet(box):
    with Slow() as slow:
        slow.fail(delay=0.8, match=lambda body: len(strict_json(body)) > 1)
        with on_duty(box, ROWS, {"am": {"kind": "alertmanager", "url": slow.url, "resend": "100ms"}}) as duty:
            box.revoke(ANNAS[:2])
            duty.round()
            until(lambda: len(strict_json((slow.arrived or [NONE])[-1].body)) == 2)
            box.restore(ANNAS[0])
            duty.round()
            until(lambda: any(alert["endsAt"] < said_at(one) for one in slow.arrived for alert in strict_json(one.body)))
            until(lambda: len(slow.arrived) >= 6)
            ended = False
            for one in slow.arrived:
                for alert in strict_json(one.body):
                    if ANNAS[0] in alert["labels"].values():
                        assert not ended, "said again after its end"
                        ended = alert["endsAt"] < said_at(one)
            assert ended


def said_at(arrived):
    """When a request was there, as its body would write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(arrived.time + 1))
