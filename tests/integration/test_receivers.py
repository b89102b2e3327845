# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The stand-ins of receivers refuse what the real ones refuse: what a test of ours gets past them, it gets past those."""

import contextlib
import hashlib
import hmac
import http.client
import json
import time

import pytest

from receiver_pagerduty import EVENT_MAX, KEY, OTHER_KEY, PATH
from receiver_webhook import Slack, Webhook


def post(receiver, path, body, headers=None):
    """(status, headers, text) of one request."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=10)) as connection:
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def event(action="trigger", key="tiktok-auth/1", routing_key=KEY, **payload):
    found = {"routing_key": routing_key, "event_action": action, "dedup_key": key}
    if action == "trigger":
        found["payload"] = {"summary": "a", "source": "b", "severity": "critical", **payload}
    return found


def test_an_alert_lives_from_its_trigger_to_its_resolve(pagerduty):
    for action in ("acknowledge", "resolve", "trigger", "trigger", "acknowledge", "resolve", "resolve", "trigger"):
        status, _, text = post(pagerduty, PATH, event(action))
        assert status == 202
        assert json.loads(text) == {"status": "success", "message": "Event processed", "dedup_key": "tiktok-auth/1"}
    first, second = pagerduty.all("tiktok-auth/1")
    assert first.actions == ["trigger", "trigger", "acknowledge", "resolve"] and first.state == "resolved"
    assert second.actions == ["trigger"] and pagerduty.open() == {"tiktok-auth/1": second}
    assert len(pagerduty.dropped) == 3


def test_an_alert_is_one_routing_keys(pagerduty):
    post(pagerduty, PATH, event())
    post(pagerduty, PATH, event("resolve", routing_key=OTHER_KEY))
    assert list(pagerduty.open(KEY)) == ["tiktok-auth/1"] and len(pagerduty.dropped) == 1


WRONG = {
    "no routing key": {**event(), "routing_key": None},
    "a short routing key": event(routing_key=KEY[:31]),
    "an unknown routing key": event(routing_key="0" * 32),
    "another action": event("triggered"),
    "a resolve without a key": {"routing_key": KEY, "event_action": "resolve"},
    "a long key": event(key="x" * 256),
    "no payload": {**event(), "payload": None},
    "no summary": event(summary=None),
    "a blank summary": event(summary=" "),
    "a long summary": event(summary="\u00e4" * 1025),
    "another severity": event(severity="CRITICAL"),
    "no source": event(source=""),
    "a bare date": event(timestamp="2026-11-22 02:14:00"),
    "details that are a text": event(custom_details="x"),
    "a component that is a number": event(component=1),
    "an unknown field": {**event(), "note": "x"},
    "a link to a script": {**event(), "links": [{"href": "javascript:alert(1)"}]},
    "a link without an address": {**event(), "links": [{"text": "x"}]},
    "not UTF-8": b'{"routing_key":"\xff"}',
    "a key twice": b'{"routing_key":"a","routing_key":"b"}',
    "a bare control character": json.dumps(event()).encode().replace(b'"a"', b'"a\n"'),
    "more than one value": json.dumps(event()).encode() + b"{}",
    "too much": event(custom_details={"x": "y" * EVENT_MAX}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_event_that_is_not_as_documented_is_refused(pagerduty, wrong):
    status, _, text = post(pagerduty, PATH, wrong)
    assert status in (400, 413) and json.loads(text)["errors"]
    assert pagerduty.refused and pagerduty.alerts == []
    pagerduty.forget()


def test_an_event_at_its_limits_is_taken(pagerduty):
    at_limit = event(key="x" * 255, summary="\u00e4" * 1024, timestamp="2026-11-22T02:14:00Z", custom_details={"list": ["x"]})
    at_limit["links"] = [{"href": "https://example.com/", "text": "x"}]
    assert post(pagerduty, PATH, at_limit)[0] == 202 and pagerduty.refused == []


def test_too_many_events_wait(pagerduty):
    pagerduty.limit(2, 60, retry_after=7)
    assert [post(pagerduty, PATH, event())[0] for _ in range(3)] == [202, 202, 429]
    status, headers, text = post(pagerduty, PATH, event())
    assert (status, headers["Retry-After"], json.loads(text)["status"]) == (429, "7", "throttle exceeded")
    assert post(pagerduty, PATH, event(routing_key=OTHER_KEY))[0] == 202
    assert pagerduty.refused == [] and len(pagerduty.all("tiktok-auth/1", KEY)) == 1


def test_failures_are_as_ordered(pagerduty):
    pagerduty.fail(times=1, status=503)
    pagerduty.fail(times=1, lose_answer=True)
    assert post(pagerduty, PATH, event())[0] == 503 and pagerduty.alerts == []
    with pytest.raises(http.client.HTTPException):
        post(pagerduty, PATH, event())
    assert len(pagerduty.alerts) == 1
    pagerduty.down()
    with pytest.raises(ConnectionRefusedError):
        post(pagerduty, PATH, event())
    pagerduty.up()
    assert post(pagerduty, PATH, event())[0] == 202


def test_a_webhook_takes_what_is_signed_just_now():
    with Webhook("secret") as receiver:
        def send(body=b"{}", secret=b"secret", at=0, **headers):
            now = str(int(time.time()) + at)
            signature = hmac.new(secret, now.encode() + b"." + body, hashlib.sha256).hexdigest()
            return post(receiver, "/", body, {"X-Tiktok-Auth-Timestamp": now, "X-Tiktok-Auth-Id": "1",
                                              "X-Tiktok-Auth-Signature": "sha256=" + signature, **headers})[0]
        assert (send(), send()) == (204, 204) and receiver.messages == [{}] and receiver.ids == ["1", "1"]
        assert send(secret=b"other") == send(at=-3600) == send(**{"X-Tiktok-Auth-Signature": "x"}) == 401
        assert send(b"{") == 400 and len(receiver.refused) == 4


@pytest.mark.parametrize("text, status", [
    ("A &amp; B &lt;x&gt; <https://example.com/a?b=1|here>", 200), ("<!channel>", 400), ("<@U123>", 400), ("a < b", 400),
    ("A & B", 400), ("<javascript:x>", 400), ("a\x00b", 400), ("a\rb", 400), ("", 400)])
def test_slack_takes_what_is_escaped(text, status):
    with Slack("/services/T0/B0/x") as receiver:
        assert post(receiver, "/services/T0/B0/x", {"text": text})[0] == status
        if status == 200:
            assert receiver.shown() == ["A & B <x> here (https://example.com/a?b=1)"]
