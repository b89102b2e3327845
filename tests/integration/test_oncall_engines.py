# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Real engines that call by the notification commands that we ship, over the worker, to a PagerDuty and a webhook."""

import contextlib
import json
import os
import re
import time

import pytest

from duty import Worker, key_of, sections, until_open
from receiver_pagerduty import KEY
from receiver_webhook import SECRET
from sandbox import Sandbox
from scene import as_root, read_text, until, world
from telling import open_folder
from watching import ANNAS, APPS, BENS, CRITICAL, HOST, MANY, OK, REAUTH, ROWS, TOKENS, Watch

pytestmark = [pytest.mark.system, as_root]

HOSTILE = "`touch {0}` $(touch {0}) \"; touch {0}; <!channel> | ' \\ \u00e4"

both = pytest.mark.parametrize("kind", ["nagios", "icinga2"])


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(MANY, TOKENS, APPS)) as sandbox:
        yield sandbox


# A host of the user's own that calls by the same commands.
GATEWAY = {"nagios": """
define host {
    host_name               gateway
    address                 127.0.0.1
    contacts                tiktok-on-call
    max_check_attempts      1
    active_checks_enabled   0
    check_period            tiktok-auth-always
    notification_period     tiktok-auth-always
    notification_interval   0
}
""", "icinga2": """
object Host "gateway" {
  check_command = "dummy"
  enable_active_checks = false
  max_check_attempts = 1
}
apply Notification "tiktok-auth-on-call" to Host {
  import "tiktok-auth-on-call"
  command = "tiktok-auth-notify-host"
  users = [ "tiktok-on-call" ]
  vars.tiktok_auth_config = "%s"
  assign where host.name == "gateway"
}
"""}


def on_call(kind, made, config):
    """Who is called, as the shipped file says in its comment how to switch it on; in Nagios for all groups that there are."""
    if kind == "nagios":
        comment = read_text("nagios/nagios4/tiktok-auth-notify.cfg").split("in several:\n#\n")[1]
        text = re.sub(r"^#", "", comment, flags=re.MULTILINE)
        groups = re.findall(r"^\s*contactgroup_name\s+(\S+)", made, re.MULTILINE)
        return re.sub(r"(contactgroups +).*", lambda found: found[1] + ", ".join(["tiktok-platform", *groups]), text) + \
            GATEWAY[kind]
    comment = read_text("nagios/icinga2/tiktok-auth-notify.conf").split("put this into a file of yours:\n *\n")[1]
    text = re.sub(r"^ \*/?", "", comment, flags=re.MULTILINE)
    text, count = re.subn(r"// (vars.tiktok_auth_config = ).*", lambda found: '%s"%s"' % (found[1], config), text)
    assert count == 1
    return text + GATEWAY[kind] % config


@pytest.fixture
def calling(box, pagerduty, webhook):
    """calling(kind, rows): a started Watch whose notifications go to both receivers, and a worker that runs."""
    with contextlib.ExitStack() as stack:
        def begin(kind, rows=ROWS, **more):
            box.reset()
            watch = Watch(kind, box, stack.enter_context(open_folder()), rows,
                          objects=lambda made: on_call(kind, made, watch.scene.config), **more)
            stack.callback(watch.engine.close)
            watch.scene.more = sections(watch.scene, {
                "pd": {"kind": "pagerduty", "url": pagerduty.url, "key": KEY, "from": "engine"},
                "hook": {"kind": "webhook", "url": webhook.url, "secret": SECRET, "from": "engine"}}) + watch.scene.more
            watch.scene.write()
            watch.scene.own()
            watch.start()
            worker = Worker(watch.scene).work()
            stack.callback(worker.rest, 9)
            return watch, worker
        yield begin


def types_in(webhook):
    return [message["type"] for message in webhook.messages]


def acknowledge(watch, service, author, comment):
    if watch.kind == "nagios":
        watch.engine.command("ACKNOWLEDGE_SVC_PROBLEM;%s;%s;2;1;1;%s;%s" % (HOST, service, author, comment))
    else:
        watch.engine.action("acknowledge-problem", HOST, service, author=author, comment=comment, sticky=True, notify=True)


def send_custom(watch, service, comment):
    if watch.kind == "nagios":
        watch.engine.command("SEND_CUSTOM_SVC_NOTIFICATION;%s;%s;2;anna;%s" % (HOST, service, comment))
    else:
        watch.engine.action("send-custom-notification", HOST, service, author="anna", comment=comment, force=True)


def schedule_downtime(watch, service):
    now = int(time.time())
    if watch.kind == "nagios":
        watch.engine.command("SCHEDULE_SVC_DOWNTIME;%s;%s;%d;%d;1;0;0;anna;moved" % (HOST, service, now, now + 600))
    else:
        watch.engine.action("schedule-downtime", HOST, service, author="anna", comment="moved", start_time=now,
                            end_time=now + 600, fixed=True, duration=600)


def host_is(watch, host, is_up):
    if watch.kind == "nagios":
        watch.engine.command("PROCESS_HOST_CHECK_RESULT;%s;%d;ping" % (host, 0 if is_up else 1))
    else:
        status, answer = watch.engine.request("POST", "/v1/actions/process-check-result", {
            "type": "Host", "host": host, "exit_status": 0 if is_up else 1, "plugin_output": "ping"})
        assert status == 200, answer


@both
def test_what_happens_is_told_under_one_key_each(calling, pagerduty, webhook, kind):
    """An advertiser from its loss over an acknowledgement to its end, where all that people may write in is hostile; a dead
    token; what is no loss of ours."""
    lost = ANNAS[1]
    rows = [{**row, "name": HOSTILE.replace("{0}", "/nonexistent")} if row["advertiser_id"] == lost else row for row in MANY[:70]]
    watch, worker = calling(kind, rows)
    mark = os.path.join(watch.scene.folder, "marked")
    hostile = HOSTILE.format(mark)
    if kind == "nagios":
        hostile = hostile.replace(";", ",")  # which ends a field of its commands
    watch.box.fault(advertiser_id=lost, path="advertiser/info", code=40001,
                    message="No permission to operate advertiser: " + hostile)
    watch.box.revoke(lost)
    watch.feed()
    alert, = until_open(pagerduty, key_of(lost))
    assert alert.severity == "warning" and alert.summary.lower().startswith("nothing to do tonight"), alert.summary
    said = json.dumps(alert.details)
    assert "40001" in said and "App Management" in said and "anna@agency.example" in said, said
    assert REAUTH.replace("{advertiser_id}", lost) in alert.links, alert.links
    acknowledge(watch, lost, "anna", hostile)
    until(lambda: alert.state == "acknowledged")
    until(lambda: types_in(webhook) == ["problem", "acknowledgement"])
    send_custom(watch, lost, hostile)
    until(lambda: types_in(webhook) == ["problem", "acknowledgement", "custom"])
    assert all(one["author"] == "anna" and "touch" in one["comment"] for one in webhook.messages[1:]), webhook.messages
    watch.box.clear_faults()
    watch.box.restore(lost)
    watch.box.kill("tok-big")
    watch.feed()
    dead, = until_open(pagerduty, key_of("token", "big"))
    assert dead.severity == "critical" and "%d advertisers" % (len(rows) - len(ROWS)) in dead.summary, dead.summary
    watch.box.revive("tok-big")
    watch.feed()
    until_open(pagerduty)
    assert alert.actions[0] == "trigger" and alert.actions[-1] == "resolve", alert
    assert dead.actions == ["trigger", "resolve"], dead
    # A downtime, which people read of and nobody is called for; a host of the user's.
    until(worker.is_idle)
    webhook.forget()
    schedule_downtime(watch, BENS[0])
    until(lambda: webhook.messages)
    assert BENS[0] in json.dumps(webhook.messages) and pagerduty.open() == {}
    assert [(one["author"], one["comment"]) for one in webhook.messages] == [("anna", "moved")]
    host_is(watch, "gateway", False)
    gateway, = until_open(pagerduty, "tiktok-auth/engine/gateway")
    assert "gateway" in gateway.summary, gateway.summary
    host_is(watch, "gateway", True)
    until_open(pagerduty)
    until(worker.is_idle)
    assert pagerduty.alerts == [alert, dead, gateway] and not os.path.exists(mark)
    assert types_in(webhook) == ["downtime_start", "problem", "recovery"]


@both
def test_a_long_outage_and_an_engine_that_is_started_again(calling, pagerduty, webhook, kind):
    watch, worker = calling(kind)
    watch.box.revoke(BENS[0])
    watch.feed()
    until_open(pagerduty, key_of(BENS[0]))
    pagerduty.down()
    webhook.down()
    watch.box.revoke([ANNAS[0], ANNAS[1]])
    watch.feed()
    watch.wait(ANNAS[1], CRITICAL)
    until(lambda: len(worker.outbox("SELECT id FROM deliveries WHERE attempts > 0")) >= 2)
    worker.rest(9)
    watch.engine.stop()
    watch.engine.start()
    watch.set_feed()
    watch.box.restore([ANNAS[0], BENS[0]])
    watch.feed()
    watch.wait(ANNAS[0], OK)
    until(lambda: len(os.listdir(os.path.join(watch.scene.state, "notify"))) >= 2)  # they wait for a worker
    worker.work()
    pagerduty.up()
    webhook.up()
    until_open(pagerduty, key_of(ANNAS[1]))
    until(worker.is_idle)
    assert all(len(pagerduty.all(key_of(one))) <= 1 for one in (ANNAS[0], ANNAS[1], BENS[0])), pagerduty.alerts
