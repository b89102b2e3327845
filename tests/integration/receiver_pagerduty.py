# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""A stand-in of PagerDuty's Events API v2: it refuses whatever the documented schema does not allow, and keeps alerts as
PagerDuty does, by routing key and dedup key."""

import collections
import datetime
import re
import time

from receiver import Receiver, Refusal, strict_json

PATH = "/v2/enqueue"
KEY, OTHER_KEY = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
EVENT_MAX = 512 * 1024
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
TEXTS = ("component", "group", "class")


class Alert:
    """What a dedup key stands for from its trigger until it is resolved: state, summary, severity, details, links and all
    events that were applied to it."""

    def __init__(self, routing_key, dedup_key):
        self.routing_key = routing_key
        self.key = dedup_key
        self.state = "triggered"
        self.events = []

    @property
    def actions(self):
        return [event["event_action"] for event in self.events]

    @property
    def last_trigger(self):
        return [event for event in self.events if event["event_action"] == "trigger"][-1]

    @property
    def payload(self):
        return self.last_trigger["payload"]

    @property
    def summary(self):
        return self.payload["summary"]

    @property
    def severity(self):
        return self.payload["severity"]

    @property
    def details(self):
        return self.payload.get("custom_details", {})

    @property
    def links(self):
        return [link["href"] for link in self.last_trigger.get("links", [])]

    def __repr__(self):
        return "%s %s %s" % (self.key, self.state, self.actions)


def faults_of(event):
    """What is wrong with an event, in PagerDuty's manner; empty: nothing."""
    if not isinstance(event, dict):
        return ["the event is no object"]
    found = ["'%s' is not known" % key for key in event if key not in (
        "routing_key", "event_action", "dedup_key", "payload", "images", "links", "client", "client_url")]
    routing_key = event.get("routing_key")
    if not isinstance(routing_key, str) or not re.fullmatch("[0-9a-zA-Z]{32}", routing_key):
        found.append("Length of 'routing_key' is incorrect (should be 32 characters)")
    action = event.get("event_action")
    if action not in ACTIONS:
        found.append("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
    key = event.get("dedup_key")
    if key is None and action != "trigger" or key is not None and (not isinstance(key, str) or key == ""):
        found.append("'dedup_key' is missing or blank")
    elif isinstance(key, str) and len(key) > 255:
        found.append("Length of 'dedup_key' is incorrect (should be at most 255 characters)")
    if action == "trigger" or "payload" in event:
        found += _faults_of_payload(event.get("payload"))
    for name in ("client", "client_url"):
        if not isinstance(event.get(name, ""), str):
            found.append("'%s' is no text" % name)
    found += _faults_of_list(event, "links", "href", ("href", "text"), "https?://.+")
    found += _faults_of_list(event, "images", "src", ("src", "href", "alt"), "https://.+")
    return found


def _faults_of_payload(payload):
    if not isinstance(payload, dict):
        return ["'payload' is missing or blank"]
    found = ["'payload.%s' is not known" % key for key in payload if key not in (
        "summary", "source", "severity", "timestamp", "custom_details", *TEXTS)]
    for name in ("summary", "source"):
        if not isinstance(payload.get(name), str) or payload[name].strip() == "":
            found.append("'payload.%s' is missing or blank" % name)
    if len(str(payload.get("summary"))) > 1024:
        found.append("'payload.summary' is longer than 1024 characters")
    if payload.get("severity") not in SEVERITIES:
        found.append("'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')")
    for name in TEXTS:
        if not isinstance(payload.get(name, ""), str):
            found.append("'payload.%s' is no text" % name)
    if not isinstance(payload.get("custom_details", {}), dict):
        found.append("'payload.custom_details' is no object")
    if "timestamp" in payload and not _is_time(payload["timestamp"]):
        found.append("'payload.timestamp' is invalid")
    return found


def _is_time(text):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except (AttributeError, ValueError):
        return False


def _faults_of_list(event, name, required, allowed, pattern):
    found = []
    entries = event.get(name, [])
    if not isinstance(entries, list):
        return ["'%s' is no list" % name]
    for entry in entries:
        if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
            found.append("'%s' holds what is no object of texts" % name)
        elif not re.fullmatch(pattern, entry.get(required, "")):
            found.append("'%s' holds an entry without a valid '%s'" % (name, required))
        elif set(entry) - set(allowed):
            found.append("'%s' holds what is not known" % name)
    return found


class PagerDuty(Receiver):
    """alerts: all that there ever were, oldest first. routing_keys: the integrations that exist. dropped: acknowledges and
    resolves that found no open alert."""

    def __init__(self, *routing_keys):
        super().__init__()
        self.routing_keys = set(routing_keys)
        self.alerts = []
        self.dropped = []
        self._window = None
        self._recent = collections.defaultdict(list)

    def limit(self, count=None, seconds=1.0, retry_after=None):
        """So many events in so many seconds for each routing key, 429 for more; None: any number."""
        with self.lock:
            self._window = (count, seconds, retry_after) if count is not None else None
            self._recent.clear()

    def forget(self):
        super().forget()
        with self.lock:
            self.alerts.clear()
            self.dropped.clear()
        self.limit()

    def hold(self, alerts):
        """Makes these, which it once had, what it has, as they were triggered."""
        with self.lock:
            for old in alerts:
                alert = Alert(old.routing_key, old.key)
                alert.events.append(old.last_trigger)
                self.alerts.append(alert)

    def _throttle(self, routing_key):
        if self._window is None:
            return
        count, seconds, retry_after = self._window
        now = time.monotonic()
        recent = self._recent[routing_key] = [at for at in self._recent[routing_key] if now - at < seconds]
        if len(recent) >= count:
            headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
            raise Refusal(429, {"status": "throttle exceeded",
                                "message": "Requests for this service are arriving too quickly.  Please retry later."}, headers)
        recent.append(now)

    def _invalid(self, errors, status=400):
        return self.refuse(status, errors, {"status": "invalid event", "message": "Event object is invalid", "errors": errors})

    def take(self, path, headers, body):
        if path != PATH:
            raise self.refuse(404, "path " + path, {"status": "not found"})
        if headers.get_content_type() != "application/json":
            raise self._invalid(["Content-Type is no application/json"], 415)
        if len(body) > EVENT_MAX:
            raise self._invalid(["an event of %d bytes" % len(body)], 413)
        try:
            event = strict_json(body)
        except ValueError as error:
            raise self._invalid(["invalid JSON: %s" % error]) from None
        errors = faults_of(event)
        if errors:
            raise self._invalid(errors)
        if event["routing_key"] not in self.routing_keys:
            raise self._invalid(["Invalid routing key"])
        self._throttle(event["routing_key"])
        key = event.setdefault("dedup_key", "made-by-pagerduty-%d" % len(self.arrived))
        self._apply(event)
        return 202, {"status": "success", "message": "Event processed", "dedup_key": key}, {}

    def _apply(self, event):
        where = event["routing_key"], event["dedup_key"]
        alert = next((one for one in self.alerts
                      if (one.routing_key, one.key) == where and one.state != "resolved"), None)
        if alert is None:
            if event["event_action"] != "trigger":
                self.dropped.append(event)
                return
            alert = Alert(*where)
            self.alerts.append(alert)
        alert.events.append(event)
        if event["event_action"] != "trigger":
            alert.state = {"acknowledge": "acknowledged", "resolve": "resolved"}[event["event_action"]]

    # --- What it holds --------------------------------------------------------------------------

    def events(self):
        """All that were taken, in order."""
        return [strict_json(one.body) for one in self.taken()]

    def all(self, key, routing_key=None):
        """All alerts that a dedup key ever stood for."""
        with self.lock:
            return [one for one in self.alerts if one.key == key and routing_key in (None, one.routing_key)]

    def open(self, routing_key=None):
        """{dedup key: alert} of what is open. That a key is open once is what this server sees to; what is open for two
        routing keys must be asked for one by one."""
        with self.lock:
            found = [one for one in self.alerts if one.state != "resolved" and routing_key in (None, one.routing_key)]
        assert len({one.key for one in found}) == len(found), found
        return {one.key: one for one in found}
