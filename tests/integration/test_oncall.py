# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Who is called by the agent's word: from TikTok's answer to what PagerDuty, a webhook and Slack hold in the end, while they
are well, slow, throttling, away or hanging."""

import json
import os
import re
import signal
import time

import pytest

from duty import ANNA, APPS, BEN, FAST, REAUTH, Worker, key_of, on_duty, until_open
from receiver_pagerduty import KEY, OTHER_KEY
from receiver_webhook import PATH, SECRET
from sandbox import Sandbox
from scene import advertiser_ids, until, world

pytestmark = pytest.mark.system

TOKENS = {"main": {"token": "tok-main"}, "big": {"token": "tok-big"}}
ANNAS, BENS = advertiser_ids(4), advertiser_ids(3, 7502022393087600001)
BIG = advertiser_ids(1000, 7502022393087700001)
ROWS = ([{"advertiser_id": one, "token": "main", "owner": ANNA} for one in ANNAS] +
        [{"advertiser_id": one, "token": "main", "owner": BEN} for one in BENS])
MANY = ROWS + [{"advertiser_id": one, "token": "big", "owner": ANNA} for one in BIG]
RUNBOOK = "https://wiki.agency.example/tiktok?page=revoked&lang=en"


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(MANY, TOKENS, APPS)) as sandbox:
        yield sandbox


def calls(receiver, key=KEY, **more):
    """A [notify NAME] of this PagerDuty."""
    return {"kind": "pagerduty", "url": receiver.url, "key": key, **more}


def hooks(receiver, **more):
    return {"kind": "webhook", "url": receiver.url + "/alerts", "secret": SECRET, **more}


def chats(receiver, **more):
    return {"kind": "slack", "url": receiver.url, "path": PATH, **more}


# --- One loss, from its trigger to its resolve -----------------------------------------------------------------------

def test_a_lost_advertiser_is_one_alert_until_it_is_back(box, pagerduty):
    lost = ANNAS[1]
    with on_duty(box, ROWS, {"pd": calls(pagerduty)}, more="[fix revoked]\nrunbook_url = %s\n" % RUNBOOK,
                 owners={ANNA: {"hours": "mon-fri 09:00-18:00"}}) as duty:
        box.revoke(lost)
        duty.round()
        began = time.monotonic()
        alert, = until_open(pagerduty, key_of(lost))
        print("open %.2f s after the round, %s of it group_wait" % (time.monotonic() - began, FAST["group_wait"]))
        assert alert.severity == "warning" and alert.summary.lower().startswith("nothing to do tonight"), alert.summary
        assert lost in alert.summary and "the client must act" in alert.summary, alert.summary
        told = json.dumps(alert.details)
        assert "40001" in told and "App Management" in told and ANNA in told
        assert REAUTH.replace("{advertiser_id}", lost) in alert.links and RUNBOOK in alert.links
        duty.round()  # the same again is no news
        box.restore(lost)
        duty.round()
        until_open(pagerduty)
        assert [one.actions for one in pagerduty.alerts] == [["trigger", "resolve"]] and pagerduty.dropped == []
        assert duty.rest() == 0


def test_a_dead_token_over_a_thousand_is_one_alert(box, pagerduty):
    with on_duty(box, MANY, {"pd": calls(pagerduty)}, tokens=TOKENS) as duty:
        box.kill("tok-big")
        duty.round()
        alert, = until_open(pagerduty, key_of("token", "big"))
        assert alert.severity == "critical" and "1000" in alert.summary.replace(",", ""), alert.summary
        assert not alert.summary.lower().startswith("nothing to do"), alert.summary
        box.revive("tok-big")
        duty.round()
        until_open(pagerduty)
        assert [one.actions for one in pagerduty.alerts] == [["trigger", "resolve"]]


def test_each_owner_has_a_key_and_each_receiver_its_own(box, pagerduty, webhook, slack):
    receivers = {"pd": calls(pagerduty), "hook": hooks(webhook, owner=BEN), "chat": chats(slack, urgency="high"),
                 "rest": hooks(webhook, default="yes")}
    with on_duty(box, ROWS, receivers, owners={BEN: {"key": OTHER_KEY}}) as duty:
        box.revoke([ANNAS[0], BENS[0]])
        duty.round()
        until_open(pagerduty, key_of(ANNAS[0]), routing_key=KEY)
        until_open(pagerduty, key_of(BENS[0]), routing_key=OTHER_KEY)
        until(lambda: webhook.messages)
        assert len(webhook.messages) == 1 and BENS[0] in json.dumps(webhook.messages)
        box.kill("tok-main")
        duty.round()
        until(lambda: slack.texts)
        assert len(slack.texts) == 1 and "token main" in slack.texts[0]


# --- Receivers that fail ----------------------------------------------------------------------------------------------

def test_what_is_throttled_comes_later_and_in_order(box, pagerduty):
    lost = BIG[:8]
    rows = [{"advertiser_id": one, "token": "big", "owner": ANNA} for one in BIG[:50]]
    with on_duty(box, rows, {"pd": calls(pagerduty)}, tokens={"big": TOKENS["big"]}) as duty:
        pagerduty.limit(3, 0.7)
        box.revoke(lost)
        duty.round()
        box.restore(lost[0])
        duty.round()
        until_open(pagerduty, *(key_of(one) for one in lost[1:]))
        assert 429 in {one.status for one in pagerduty.arrived}
        assert all(len(pagerduty.all(key_of(one))) == 1 for one in lost[1:])


def test_a_receiver_that_took_it_without_a_word_holds_it_once(box, pagerduty, webhook):
    pagerduty.fail(times=2, lose_answer=True)
    webhook.fail(times=1, lose_answer=True)
    with on_duty(box, ROWS, {"pd": calls(pagerduty), "hook": hooks(webhook)}) as duty:
        box.revoke(ANNAS[0])
        duty.round()
        until(lambda: len(pagerduty.arrived) == 3 and len(webhook.arrived) == 2)
        box.restore(ANNAS[0])
        duty.round()
        until(lambda: webhook.messages[1:] and pagerduty.alerts[0].state == "resolved")
        assert [one.actions for one in pagerduty.alerts] == [["trigger"] * 3 + ["resolve"]]
        assert len(webhook.messages) == 2 and len(webhook.ids) == 3


def test_after_a_long_outage_they_hold_what_holds_then(box, pagerduty, webhook):
    """Lost, lost and back, lost and back and lost while nobody could be told; the worker is killed and the next one starts."""
    with on_duty(box, ROWS, {"pd": calls(pagerduty), "hook": hooks(webhook)}) as duty:
        box.revoke(BENS[0])
        duty.round()
        until_open(pagerduty, key_of(BENS[0]))
        for receiver in (pagerduty, webhook):
            receiver.down()
        for revoked, restored in (([ANNAS[0], ANNAS[1]], []), ([], [ANNAS[1], BENS[0]]), ([ANNAS[1], ANNAS[2]], []),
                                  ([], [ANNAS[2]])):
            for change, ids in ((box.revoke, revoked), (box.restore, restored)):
                if ids:
                    change(ids)
            duty.round()
            time.sleep(0.3)  # a while of the outage: tries fail, the worker goes and comes
            duty.rest(9)
            duty.work()
        pagerduty.up()
        webhook.fail(times=2, status=503)
        webhook.up()
        until(duty.is_idle)
        assert set(pagerduty.open()) == {key_of(ANNAS[0]), key_of(ANNAS[1])}
        assert [one.state for one in pagerduty.all(key_of(BENS[0]))] == ["resolved"]
        state = {message["advertiser_id"]: message["type"] for message in webhook.messages}  # as the last one says
        assert [state[one] for one in (ANNAS[0], ANNAS[1], BENS[0])] == ["problem", "problem", "recovery"]


def test_a_hanging_receiver_delays_nobody_else(box, pagerduty, webhook, slack):
    with on_duty(box, ROWS, {"chat": chats(slack), "hook": hooks(webhook), "pd": calls(pagerduty)}) as duty:
        slack.fail(stall=True)
        webhook.fail(delay=1.5, times=1)
        began = time.monotonic()
        box.revoke(ANNAS[0])
        duty.round()
        until_open(pagerduty, key_of(ANNAS[0]))
        box.restore(ANNAS[0])
        duty.round()
        until_open(pagerduty)
        took = time.monotonic() - began
        assert pagerduty.alerts and took < 5, took
        slack.clear_faults()
        webhook.clear_faults()
        until(lambda: len(webhook.messages) == 2 and len(slack.texts) >= 2)
        assert [message["type"] for message in webhook.messages] == ["problem", "recovery"]  # none overtakes a slow one


def test_a_resolve_goes_to_where_its_trigger_went(box, pagerduty, webhook):
    with on_duty(box, ROWS, {"pd": calls(pagerduty)}) as duty:
        box.revoke([ANNAS[0], ANNAS[1]])
        duty.round()
        until_open(pagerduty, key_of(ANNAS[0]), key_of(ANNAS[1]))
        # The old key stays in its file, as the operator leaves it; the section is of another name, key and owner.
        duty.rest()
        duty.configure(other=calls(pagerduty, key=OTHER_KEY, owner=BEN), hook=hooks(webhook, default="yes"))
        duty.work()
        box.restore(ANNAS[0])
        box.revoke(BENS[0])
        duty.round()
        until_open(pagerduty, key_of(ANNAS[1]), routing_key=KEY)
        until_open(pagerduty, key_of(BENS[0]), routing_key=OTHER_KEY)
        box.revoke(ANNAS[0])
        duty.round()
        until(lambda: ANNAS[0] in json.dumps(webhook.messages))
        assert set(pagerduty.open(KEY)) == {key_of(ANNAS[1])} and pagerduty.dropped == []


def test_what_an_engine_said_while_the_configuration_was_wrong_is_told_when_that_is_mended(box, pagerduty):
    good = calls(pagerduty, **{"from": "engine"})
    missing = {key: value for key, value in good.items() if key != "key"}
    with on_duty(box, ROWS, {"pd": {**good, "kind": "fax"}}) as duty:
        said = ["notify", "--engine", "nagios", "--type", "PROBLEM", "--host", "tiktok-demo", "--state", "CRITICAL", "--service"]
        result = duty.scene.cli(*said, ANNAS[0])
        assert result.exit == 1 and "it is kept until this is mended" in result.err and "'fax'" in result.err, result
        assert "(it lies in %s/notify)" % duty.scene.state in " ".join(result.err.split()), result
        duty.configure(pd={**missing, "key_file": "nowhere.key"})
        duty.process.send_signal(signal.SIGHUP)
        assert duty.scene.cli(*said, ANNAS[1]).exit == 0
        until(lambda: len(duty.outbox("SELECT id FROM deliveries")) == 2 and "nowhere.key" in duty.log())
        duty.configure(pd=good)
        duty.process.send_signal(signal.SIGHUP)
        until_open(pagerduty, key_of(ANNAS[0]), key_of(ANNAS[1]))


# --- The agent --------------------------------------------------------------------------------------------------------

def start_agent(duty):
    return duty.scene.start("tiktok-auth-agent", "--foreground", "--agentx-socket", "unix:%s/agentx" % duty.scene.folder)


def test_the_agent_alone_is_enough_and_may_be_killed(box, pagerduty):
    """It finds and delivers; killed, it leaves no worker behind that goes on beside that of the next one."""
    with on_duty(box, ROWS, {"pd": calls(pagerduty)}, working=False, sweep={"interval": "1s"}) as duty:
        agent = start_agent(duty)
        try:
            box.revoke(ANNAS[0])
            until_open(pagerduty, key_of(ANNAS[0]))
            pagerduty.down()
            box.revoke(ANNAS[1])
            until(lambda: duty.outbox("SELECT id FROM deliveries WHERE attempts > 0"))
            agent.kill()
            agent.communicate()
            agent = start_agent(duty)
            pagerduty.up()
            until_open(pagerduty, key_of(ANNAS[0]), key_of(ANNAS[1]))
            box.restore(ANNAS[:2])
            until_open(pagerduty)
            assert len(pagerduty.alerts) == 2 and pagerduty.dropped == []
        finally:
            agent.terminate()
            agent.communicate()
        assert agent.returncode == 0


# --- Many at once -----------------------------------------------------------------------------------------------------

def test_many_at_once_are_one_alert_with_a_list_that_shrinks(box, pagerduty):
    lost = ANNAS + BENS[:2]
    with on_duty(box, ROWS, {"pd": calls(pagerduty, group_over=5)}) as duty:
        box.revoke(lost)
        duty.round()
        until(lambda: len(pagerduty.open()) == 1)
        alert, = pagerduty.open().values()
        assert all(one in json.dumps(alert.details) for one in lost), json.dumps(alert.details)
        box.restore(lost[:4])
        duty.round()
        until(lambda: lost[0] not in json.dumps(alert.details))
        assert alert.state == "triggered"
        assert [one in json.dumps(alert.details) for one in lost] == [False] * 4 + [True] * 2
        box.restore(lost)
        duty.round()
        until_open(pagerduty)
        assert len(pagerduty.alerts) == 1 and alert.actions[-1] == "resolve"


def test_a_group_is_taken_when_all_that_are_left_of_it_are(box, pagerduty):
    lost = ANNAS[:3] + BENS[:2]
    with on_duty(box, ROWS, {"pd": calls(pagerduty, group_over=3, group_wait="1s", **{"from": "engine"})}) as duty:
        for one in lost:
            duty.says("PROBLEM", one)
        until(pagerduty.open)
        alert, = pagerduty.open().values()
        assert all(one in json.dumps(alert.details) for one in lost), alert.details
        duty.says("RECOVERY", lost[0], "OK")
        for one in lost[1:]:
            duty.says("ACKNOWLEDGEMENT", one, "CRITICAL", "--author", "anna", "--comment", "on it")
        until(lambda: alert.state == "acknowledged")
        duty.says("PROBLEM", ANNAS[3])  # joins while the group is young
        until(lambda: ANNAS[3] in json.dumps(alert.details))
        for one in (*lost[1:], ANNAS[3]):
            duty.says("RECOVERY", one, "OK")
        until_open(pagerduty)
        until(duty.is_idle)
        assert len(pagerduty.alerts) == 1 and pagerduty.dropped == [], pagerduty.alerts


def test_a_list_of_many_with_long_names_fits(box, pagerduty, webhook, slack):
    lost = BIG[:150]
    rows = [{"advertiser_id": one, "token": "big", "owner": ANNA, "name": one[-3:] + "\u00e4<&\"" * 60} for one in BIG]
    with on_duty(box, rows, {"pd": calls(pagerduty), "hook": hooks(webhook), "chat": chats(slack)},
                 tokens={"big": TOKENS["big"]}, sweep={"diagnose_max": 1000}) as duty:
        box.revoke(lost)
        duty.round()
        until(lambda: pagerduty.open() and webhook.messages and slack.texts)
        print([len(one.body) for one in pagerduty.arrived + webhook.arrived + slack.arrived])
        alert, = pagerduty.open().values()
        assert "150" in alert.summary
        box.restore(lost)
        duty.round()
        until_open(pagerduty)
        until(duty.is_idle)
        assert len(pagerduty.alerts) == 1


# --- The worker -------------------------------------------------------------------------------------------------------

def test_a_second_worker_waits_for_the_end_of_the_first(box, pagerduty, webhook):
    with on_duty(box, ROWS, {"pd": calls(pagerduty)}) as duty:
        until(duty.is_idle)
        second = Worker(duty.scene).work()
        try:
            until(lambda: "another worker is at it" in duty.log())
            duty.rest(9)
            box.revoke(ANNAS[0])
            duty.round()
            until_open(pagerduty, key_of(ANNAS[0]))
            duty.configure(hook=hooks(webhook))
            second.process.send_signal(signal.SIGHUP)
            until(lambda: webhook.messages)  # who comes later is told what is wrong
            box.restore(ANNAS[0])
            box.revoke(ANNAS[1])
            duty.round()
            until_open(pagerduty)
            until(lambda: len(webhook.messages) == 3)
            assert len(pagerduty.alerts) == 1
            assert sorted((message["advertiser_id"], message["type"]) for message in webhook.messages) == [
                (ANNAS[0], "problem"), (ANNAS[0], "recovery"), (ANNAS[1], "problem")]
        finally:
            assert second.rest() == 0


# --- Dead letters, doctor, the try ------------------------------------------------------------------------------------

def test_what_is_never_taken_is_a_dead_letter_until_it_is_sent_again(box, pagerduty, webhook):
    with on_duty(box, ROWS, {"pd": calls(pagerduty), "hook": hooks(webhook, expire="1s")}) as duty:
        pagerduty.fail(status=400, body={"status": "invalid event", "message": "`echo` \x1b[31m|", "errors": []})
        webhook.fail(status=500)
        box.revoke(ANNAS[0])
        duty.round()
        until(lambda: "2 alerts could not be delivered" in duty.doctor())
        assert len(pagerduty.arrived) == 1 and len(webhook.arrived) > 1  # what is refused once is refused always
        listed = duty.scene.cli("notify", "--list").out
        assert listed.count(key_of(ANNAS[0])) == 2 and "invalid event" in listed, listed
        assert not any(one in listed + duty.doctor() for one in ("\x1b", KEY, SECRET)), listed
        for receiver in (pagerduty, webhook):
            receiver.clear_faults()
        assert duty.scene.cli("notify", "--retry", "all").exit == 0
        until_open(pagerduty, key_of(ANNAS[0]))
        until(lambda: webhook.messages)
        until(duty.is_idle)
        assert "could not be delivered" not in duty.doctor()


def test_doctor_says_where_and_by_whom_and_when_both_would(box, pagerduty):
    both = {"pd": calls(pagerduty), "engine": calls(pagerduty, **{"from": "engine"})}
    with on_duty(box, ROWS, both, working=False) as duty:
        said = " ".join(duty.doctor().split())
        assert "engine and agent would both tell the same receiver" in said, said
        assert "nobody delivers" in said, said
        duty.configure(pd=calls(pagerduty), eu=calls(pagerduty, url="https://events.eu.pagerduty.com", owner=BEN),
                       us={"kind": "pagerduty", "key": OTHER_KEY, "owner": ANNA})
        said = " ".join(duty.doctor().split())
        assert "would both" not in said, said
        assert "pagerduty https://events.eu.pagerduty.com" in said and "pagerduty https://events.pagerduty.com" in said, said


def test_a_try_says_what_the_receiver_answered(box, pagerduty, webhook, slack):
    with on_duty(box, ROWS, {"pd": calls(pagerduty), "hook": hooks(webhook), "chat": chats(slack)}, working=False) as duty:
        for name, receiver in (("pd", pagerduty), ("hook", webhook), ("chat", slack)):
            good = duty.scene.cli("notify", "--test", name)
            assert good.exit == 0 and len(receiver.taken()) >= 1, good
            receiver.down()
            away = duty.scene.cli("notify", "--test", name)
            assert away.exit == 1 and "not taken: no connection" in away.out, away
            receiver.up()
            receiver.fail(status=403, body=b"no \x1b[31mentry\x1b[0m")
            bad = duty.scene.cli("notify", "--test", name)
            assert bad.exit == 1 and "403" in bad.out + bad.err and "\x1b" not in bad.out + bad.err, bad
        assert duty.scene.cli("notify", "--test", "nobody").exit != 0
        duty.configure(chat={**chats(slack), "path": "https://hooks.slack.com/services/x"})
        bad = duty.scene.cli("notify", "--test", "chat")
        assert bad.exit == 1 and "path_file" in bad.err and "hooks" not in bad.err, bad


# --- Hostile text -----------------------------------------------------------------------------------------------------

HOSTILE = ("<!channel> $(touch {0}) `touch {0}` \"; touch {0}; ' \\", "a\r\nX-Injected: 1\r\n\r\n{{\"text\":\"x\"}}",
           "\",\"event_action\":\"resolve\",\"x\":\"", "<https://evil.example|click> & <@U1> *b* _i_ ~s~ ${{HOME}} %s%n",
           "\u202egnp.exe\a\x1b]0;x\a", "\U0001f4a9" * 75, "\u00e4" * 300, "x" * 4000)


def at_all(receivers, **more):
    return {name: {**keys, **more} for name, keys in receivers.items()}


def assert_harmless(mark, *receivers):
    """Nothing ran, and all that came was taken as it is: the receivers refuse what says more than it should."""
    assert not os.path.exists(mark)
    for receiver in receivers:
        assert receiver.arrived and not any(one.headers.get("X-Injected") for one in receiver.arrived)
        assert {one.status for one in receiver.arrived} <= {200, 202, 204}


def test_hostile_names_and_messages_stay_text(box, pagerduty, webhook, slack):
    """Of TikTok, and of whoever writes the inventory."""
    receivers = {"pd": calls(pagerduty), "hook": hooks(webhook), "chat": chats(slack)}
    lost = BIG[:len(HOSTILE)]
    rows = [{"advertiser_id": one, "token": "big", "owner": ANNA} for one in BIG[:50]]
    with on_duty(box, rows, receivers, tokens={"big": TOKENS["big"]}) as duty:
        mark = os.path.join(duty.scene.folder, "marked")
        texts = dict(zip(lost, (text.format(mark) for text in HOSTILE)))
        for one, text in texts.items():
            name = re.sub(r"[\x00-\x1f]", " ", text).encode()[:300].decode(errors="ignore")
            duty.scene.advertisers[BIG.index(one)].update(name=name, client=name, owner=name[:60])
            box.rename(one, text)
            box.fault(advertiser_id=one, path="advertiser/info", code=40001,
                      message="No permission to operate advertiser: " + text)
        duty.scene.write_inventory()
        box.revoke(lost)
        duty.round()
        until_open(pagerduty, *(key_of(one) for one in lost))
        until(lambda: len(webhook.messages) == len(slack.texts) == len(lost))
        assert any("<!channel>" in text for text in slack.shown())
        assert any("<!channel>" in json.dumps(message) for message in webhook.messages)
        box.clear_faults()
        box.restore(lost)
        duty.round()
        until_open(pagerduty)
        assert_harmless(mark, pagerduty, webhook, slack)


def test_hostile_words_of_an_engine_stay_text(box, pagerduty, webhook, slack):
    """Even no text at all: bytes that are no UTF-8."""
    receivers = at_all({"pd": calls(pagerduty), "hook": hooks(webhook), "chat": chats(slack)}, **{"from": "engine"})
    with on_duty(box, ROWS, receivers) as duty:
        mark = os.path.join(duty.scene.folder, "marked")
        for text in (*(text.format(mark) for text in HOSTILE), os.fsdecode(b"\xff\xfe\xc3(\xed\xa0\x80 \xf0\x9f\x92")):
            for service in (ANNAS[0], text[:100] or "x"):
                duty.says("PROBLEM", service, "CRITICAL", "--output", text, "--display-name", text, "--engine-url",
                          "javascript:alert(1)", "--notes-url", "https://wiki.example/?x=" + text)
                duty.says("ACKNOWLEDGEMENT", service, "CRITICAL", "--author", text, "--comment", text)
                duty.says("CUSTOM", service, "OK", "--author", text, "--comment", text)
                duty.says("RECOVERY", service, "OK", "--output", text)
        until(duty.is_idle)
        assert pagerduty.alerts and all(alert.state == "resolved" or alert.actions == ["trigger"] for alert in pagerduty.alerts)
        assert all(len(alert.key.encode()) <= 255 for alert in pagerduty.alerts)
        assert_harmless(mark, pagerduty, webhook, slack)
