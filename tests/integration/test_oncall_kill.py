# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of whoever enqueues and of whoever delivers, at each system call that changes something: nothing that was enqueued
is lost, and the receiver holds one open alert per key."""

import collections
import glob
import os
import re
import shutil
import signal

import pytest

from duty import ANNA, APPS, key_of, on_duty, until_open
from receiver_pagerduty import KEY
from sandbox import Sandbox
from scene import advertiser_ids, until, world

pytestmark = [pytest.mark.system, pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")]

IDS = advertiser_ids(2)
LOST = IDS[0]
ROWS = [{"advertiser_id": one, "token": "main", "owner": ANNA} for one in IDS]

# What leaves a trace outside of the process, or takes one in.
CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlink",
         "unlinkat", "ftruncate", "mkdir", "chmod", "fchmod", "connect", "sendto", "sendmsg", "recvfrom", "exit_group")


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(ROWS, apps=APPS)) as sandbox:
        yield sandbox


def receivers(pagerduty, sender="engine"):
    """One that takes all that it says."""
    return {"pd": {"kind": "pagerduty", "url": pagerduty.url, "key": KEY, "from": sender, "group_wait": "0s",
                   "retry_base": "50ms"}}


def traced(log, calls=CALLS):
    return ["strace", "-f", "-o", log, "-e", "trace=" + ",".join(calls)]


def killed_at(call, number):
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
            "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, number)]


def steps_in(log):
    """[(call, its number)] of the process that was traced first, in order, from where it read its configuration on."""
    found, counts, ours = [], collections.Counter(), None
    began = False
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            process, call = re.match(r"(\d+) +(\w*)", line).groups()
            ours = ours or process
            if process != ours or call not in CALLS:  # neither a call's second half nor a signal
                continue
            counts[call] += 1
            began = began or "tiktok-auth.conf" in line
            if began and not (call == "openat" and "O_RDONLY" in line):
                found.append((call, counts[call]))
    return found


def spooled(duty):
    """The names of the notices that lie there whole."""
    return {os.path.basename(name) for name in glob.glob(os.path.join(duty.scene.state, "notify", "*.notice"))}


def enqueue(duty, service, under=()):
    return duty.scene.cli("notify", "--engine", "nagios", "--type", "PROBLEM", "--host", "tiktok-demo", "--service", service,
                          "--state", "CRITICAL", under=under)


def test_a_sender_that_is_killed_leaves_a_whole_notice_or_none(box, pagerduty):
    with on_duty(box, ROWS, receivers(pagerduty), working=False) as duty:
        folder = os.path.join(duty.scene.state, "notify")
        log = os.path.join(duty.scene.folder, "strace")
        assert enqueue(duty, "first", traced(log)).exit == 0
        steps = steps_in(log)
        assert {"mkdir", "write", "fsync", "linkat", "exit_group"} <= {call for call, _ in steps}, steps
        kept = {"first"}
        for number, step in enumerate(steps):
            before = spooled(duty)
            if step[0] in ("mkdir", "chmod"):
                duty.scene.forget()
                duty.round()
                kept, before = set(), set()
            service = "step-%d" % number
            result = enqueue(duty, service, killed_at(*step))
            assert result.exit == -9, (step, result)
            if spooled(duty) > before:
                kept.add(service)
        assert enqueue(duty, "last").exit == 0
        kept.add("last")
        assert os.stat(folder).st_mode & 0o7777 == 0o2770
        print("%d steps, %d notices kept" % (len(steps), len(kept)))
        assert 3 <= len(kept) < len(steps)
        duty.work()
        until_open(pagerduty, *("tiktok-auth/engine/tiktok-demo/" + service for service in kept))
        until(lambda: os.listdir(folder) == [])
        assert len(pagerduty.alerts) == len(kept)


# --- The worker -------------------------------------------------------------------------------------------------------

def deliver(duty, under=()):
    """A worker that is ended when it has nothing to do any more; whether it was dead before."""
    duty.work(*under)
    until(lambda: duty.process.poll() is not None or duty.is_idle())
    died = duty.process.poll() is not None
    duty.rest(signal.SIGKILL)
    return died


PROBLEM, RECOVERY = ("PROBLEM", LOST, "CRITICAL"), ("RECOVERY", LOST, "OK")


@pytest.mark.parametrize("before, said", [((), PROBLEM), ((PROBLEM,), RECOVERY)], ids=["first", "resolve"])
def test_a_worker_that_is_killed_anywhere_delivers_once_more_at_most(box, pagerduty, before, said):
    """A worker dies at one more of its calls each time, from its start to its last word, and the next one ends the work."""
    with on_duty(box, ROWS, receivers(pagerduty), working=False) as duty:
        log = os.path.join(duty.scene.folder, "strace")
        for told in before:
            duty.says(*told)
            deliver(duty)
        kept, alerts = duty.scene.keep(), list(pagerduty.open().values())
        duty.says(*said)
        deliver(duty, traced(log))
        steps = steps_in(log)
        assert {"pwrite64", "fdatasync", "connect", "sendto", "recvfrom", "unlink"} <= {call for call, _ in steps}, steps
        died = again = 0
        for step in steps:
            pagerduty.forget()
            pagerduty.hold(alerts)
            duty.scene.recall(kept)
            duty.says(*said)
            died += deliver(duty, killed_at(*step))
            deliver(duty)
            assert len(pagerduty.open()) == (said is PROBLEM), (step, pagerduty.alerts)
            assert len(pagerduty.alerts) == 1, (step, pagerduty.alerts)
            again += len(pagerduty.taken()) > 1
        print("%d calls, killed at %d, delivered again after %d" % (len(steps), died, again))
        assert died > len(steps) * 3 / 4 and 0 < again < len(steps) / 2


def test_a_worker_that_is_killed_anywhere_tells_what_a_round_found(box, pagerduty):
    with on_duty(box, ROWS, receivers(pagerduty, "agent")) as duty:
        log = os.path.join(duty.scene.folder, "strace")
        until(lambda: duty.outbox("SELECT * FROM places"))
        duty.rest()
        box.revoke(LOST)
        duty.round()
        kept = duty.scene.keep()
        deliver(duty, traced(log))
        steps = steps_in(log)
        again = 0
        for step in steps:
            pagerduty.forget()
            duty.scene.recall(kept)
            deliver(duty, killed_at(*step))
            deliver(duty)
            assert [one.key for one in pagerduty.alerts] == list(pagerduty.open()) == [key_of(LOST)], step
            again += len(pagerduty.taken()) > 1
        print("%d calls, delivered again after %d" % (len(steps), again))
        assert 0 < again < len(steps) / 2
