# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Tokens of TikTok users: their end is watched, and they are refreshed in time, once, whatever dies on the way."""

import collections
import contextlib
import datetime
import json
import os
import re
import subprocess
import time

import pytest

from sandbox import Sandbox
from scene import APP, SECRET, Scene, advertiser_ids, as_root, until

DAY = 86400
PATH = "tt_user/oauth2/refresh_token"


def moment(seconds_from_now):
    at = datetime.datetime.fromtimestamp(int(time.time()) + seconds_from_now, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def pair(name="main", expires=None, refresh_expires=None):
    """The text of a token file."""
    lines = ["act-" + name, "rft-" + name]
    if expires is not None:
        lines.append("expires " + moment(expires))
    if refresh_expires is not None:
        lines.append("refresh_expires " + moment(refresh_expires))
    return "\n".join(lines)


def user_world(names, app=None, **more):
    """A sandbox whose tokens are TikTok users', one advertiser each; app: keys of the app, more: of every token."""
    ids = advertiser_ids(len(names))
    return {
        "apps": [{"app_id": APP, "secret": SECRET, **(app or {})}],
        "advertisers": [{"advertiser_id": one} for one in ids],
        "logins": [{"name": name, "advertisers": [one]} for name, one in zip(names, ids)],
        "tokens": [{"token": "act-" + name, "app_id": APP, "login": name, "kind": "tt_user",
                    "refresh_token": "rft-" + name, **more} for name in names],
    }


def user_scene(folder, box, names=("main",), text=pair, sweep=None, **keys):
    """A scene of these tokens; text makes their files, keys: of every [token]."""
    tokens = {name: {"token": text(name), "kind": "tt_user", "refresh": "yes", **keys} for name in names}
    rows = [{"advertiser_id": one, "token": name} for name, one in zip(names, advertiser_ids(len(names)))]
    return Scene(folder, box, rows, tokens, sweep=sweep)


def token_file(scene, name="main"):
    """The lines of a token's file."""
    with open(os.path.join(scene.folder, name + ".token"), encoding="ascii") as file:
        return file.read().splitlines()


def ending(name):
    """A token file whose access token ends in half an hour."""
    return pair(name, 1800, 300 * DAY)


def refreshers(scene, name="main"):
    """Who refreshed the token, as the history has it."""
    events = json.loads(scene.cli("history", name, "--json").out)["events"]
    return [event["who"] for event in events if event["note"].startswith("refreshed")]


@pytest.fixture(name="box")
def one_user():
    with Sandbox(scenario=user_world(["main"])) as sandbox:
        yield sandbox


# --- What is watched ------------------------------------------------------------------------------

def test_the_end_of_refresh_tokens_is_watched_without_a_request_for_it(tmp_path):
    ends = {"far": 40 * DAY, "soon": 20 * DAY, "near": 3 * DAY, "over": -DAY, "untold": None}
    with Sandbox(scenario=user_world(list(ends))) as box:
        scene = user_scene(tmp_path, box, list(ends), lambda name: pair(name, None, ends[name]), refresh="no")
        whole = scene.ask_now("--all")
        assert whole["state"] == "critical" and whole["cause"] == "refresh_due"
        assert whole["counts"] == {"ok": 5, "warning": 0, "critical": 0, "unknown": 0}
        assert whole["root_cause"]["kind"] == "token" and "0 of 5 advertisers unauthorized" in whole["summary"]
        for name, state, words in (("far", "ok", None), ("soon", "warning", "ends at"), ("near", "critical", "ends at"),
                                   ("over", "critical", "ended at"), ("untold", "ok", None)):
            told = scene.ask("--token", name)
            assert told["state"] == state, told
            if words is None:
                assert told["cause"] == "authorized"
            else:
                assert told["cause"] == "refresh_due" and told["code"] is None
                when = scene.tokens[name]["token"].split()[-1]
                assert told["message"] == "the refresh token %s %s" % (words, when)
                assert "authorization again" in told["fix"][1]
            assert scene.ask("--advertiser", advertiser_ids(5)[list(ends).index(name)])["state"] == "ok"
        assert "not known when the refresh token ends" in scene.check("--token", "untold").out
        line = scene.check("--token", "near").line1
        assert line.startswith("TIKTOK AUTH CRITICAL - token near: ") and len(line) <= 130, line
        assert "the refresh token ends at" in scene.cli("history", "soon").out
        assert box.calls(PATH) == 0
        assert scene.cli("refresh").out == "No token of kind = tt_user has refresh = yes: nothing to do.\n"

        # With a severity of the operator's own that stands, near the end too.
        scene.more = "[severity]\nrefresh_due = warning\n"
        scene.write()
        scene.sweep()
        assert scene.ask("--token", "near")["state"] == "warning"


# --- What is refreshed ----------------------------------------------------------------------------

def test_by_command_by_sweep_and_by_agent(box, tmp_path):
    scene = user_scene(tmp_path, box, text=ending)
    looked = scene.cli("refresh", "--dry-run")
    assert looked.exit == 0 and looked.out.startswith("main: due now; the refresh token ends at ")
    assert box.calls() == 0

    done = scene.cli("refresh")
    assert done.exit == 0 and re.match(r"main: refreshed, good until \S+Z$", done.out), done
    access, refresh, expires, refresh_expires = token_file(scene)
    assert access.startswith("act.") and refresh == "rft-main"
    assert expires[:16] == ("expires " + moment(DAY))[:16] and refresh_expires.startswith("refresh_expires ")
    request, = box.log(PATH)
    assert (request["method"], request["token"], request["authorization"]) == ("POST", None, None)
    assert json.loads(request["body"]) == {"client_id": APP, "client_secret": SECRET, "grant_type": "refresh_token",
                                           "refresh_token": "rft-main"}
    assert "not due before" in scene.cli("refresh").out and box.calls(PATH) == 1
    by_hand = scene.cli("refresh", "--token", "main")
    assert by_hand.exit == 0 and "refreshed" in by_hand.out and box.calls(PATH) == 2

    # A sweep by a check, before it asks.
    scene.write()
    box.reset()
    assert scene.ask_now("--token", "main")["state"] == "ok"
    assert [entry["path"].rsplit("/", 2)[1] for entry in box.log()] == ["refresh_token", "get"]

    scene.sweep_keys = {"by": "service"}
    scene.write()
    box.reset()
    agent = scene.start("tiktok-auth-agent", "--foreground", "--agentx-socket", "unix:/nonexistent/master")
    try:
        until(lambda: "agent" in refreshers(scene))
    finally:
        agent.terminate()
        out, err = agent.communicate(timeout=60)
    assert box.calls(PATH) == 1

    doers = collections.Counter(refreshers(scene))
    assert doers["agent"] == 1 and doers["sweep"] == 1 and sum(doers.values()) == 4, doers
    seen = (done.out + done.err + by_hand.out + scene.cli("history", "main").out).encode() + out + err
    for name, text in scene.state_files().items():
        seen += text
        assert name != "refreshed.main"
    for secret in ("act.", "act-main", "rft-", SECRET):
        assert secret.encode() not in seen, secret


@pytest.mark.parametrize("program", (("tiktok-auth", "refresh"), ("tiktok-auth-agent", "--foreground",
                                                                  "--agentx-socket", "unix:/nonexistent/master")),
                         ids=("command", "agent"))
def test_told_to_end_in_the_middle_it_keeps_what_comes(box, tmp_path, program):
    scene = user_scene(tmp_path, box, text=ending, sweep={"by": "service"})
    box.fault(path=PATH, delay_ms=500)
    process = scene.start(*program)
    until(lambda: box.calls(PATH) == 1)
    process.terminate()
    process.communicate(timeout=60)
    assert token_file(scene)[0].startswith("act.") and len(refreshers(scene)) == 1
    assert "not due before" in scene.cli("refresh").out and box.calls(PATH) == 1


def test_new_tokens_are_handed_over(box, tmp_path):
    taken = tmp_path / "taken"
    command = tmp_path / "take"
    command.write_text("#!/bin/sh\nset -e\ncat >%s.$TIKTOK_AUTH_TOKEN\n" % taken)
    command.chmod(0o755)
    scene = user_scene(tmp_path / "scene", box, text=ending)
    scene.apps["demo"]["on_new_token"] = str(command)
    scene.write()
    assert scene.cli("refresh").exit == 0
    assert (tmp_path / "taken.main").read_text() == token_file(scene)[0] + "\n"

    command.write_text("#!/bin/sh\nexit 1\n")
    failed = scene.cli("refresh", "--token", "main")
    assert failed.exit == 1 and "refreshed" in failed.out and "but not handed over" in failed.out, failed
    told = scene.ask_now("--token", "main")
    assert (told["state"], told["cause"]) == ("critical", "not_handed_over")
    assert "handed over" in scene.cli("history", "main").out

    command.write_text("#!/bin/sh\nset -e\ncat >%s\n" % taken)
    assert scene.cli("reauthorize", "--token", "main", "--hand-over").exit == 0
    assert taken.read_text() == token_file(scene)[0] + "\n"
    assert scene.ask("--token", "main")["state"] == "ok"


def test_what_can_not_be_refreshed(box, tmp_path):
    # Refused: critical, with TikTok's words and the fix, and no storm.
    scene = user_scene(tmp_path / "refused", box, text=lambda name: "act-main\nrft-wrong")
    for _ in range(3):
        assert scene.ask_now("--token", "main")["state"] == "critical"
    told = scene.ask("--token", "main")
    assert (told["cause"], told["code"], told["message"]) == ("refresh_due", 40107, "The refresh token is invalid.")
    assert told["fix"] and box.calls(PATH) == 1
    by_hand = scene.cli("refresh", "--token", "main")
    assert by_hand.exit == 1 and "authorize again" in by_hand.out and box.calls(PATH) == 1
    scene.tokens["main"]["token"] = pair()  # another token file is a new beginning
    scene.write()
    assert scene.ask_now("--token", "main")["state"] == "ok" and box.calls(PATH) == 2

    box.reset()
    box.fault(path=PATH, code=40103, message="The refresh token rft-main is expired. Please re-authorize.")
    scene = user_scene(tmp_path / "expired", box, text=pair)
    told = scene.ask_now("--token", "main")
    assert (told["state"], told["cause"], told["code"]) == ("critical", "refresh_due", 40103)
    assert told["message"] == "(a message that repeats a secret)"
    left = scene.cli("refresh")  # nobody but people can help it: that is no success
    assert left.exit == 1 and "authorize again" in left.out and b"rft-main" not in b"".join(scene.state_files().values())

    # A fault decides nothing: the states stand, and it is tried again later, not at once.
    box.reset()
    box.fault(path=PATH, code=51002, message="Internal service error. Please retry later.")
    scene = user_scene(tmp_path / "fault", box, text=ending)
    assert scene.ask_now("--token", "main")["state"] == "warning"  # half an hour is left
    assert scene.ask_now("--token", "main")["code"] == 51002
    assert box.calls(PATH) == 1
    assert "is tried again at" in scene.cli("refresh", "--dry-run").out

    # What nobody could rewrite is not asked for.
    box.reset()
    scene = user_scene(tmp_path / "link", box, text=ending)
    os.rename(os.path.join(scene.folder, "main.token"), os.path.join(scene.folder, "real"))
    os.symlink("real", os.path.join(scene.folder, "main.token"))
    told = scene.ask_now("--token", "main")
    assert told["state"] == "warning" and "not a regular file" in told["message"] and box.calls(PATH) == 0

    # A long-term token is never refreshed, whoever asks for it.
    scene = user_scene(tmp_path / "marketing", box, text=ending, kind="marketing")
    assert scene.ask_now("--token", "main")["state"] == "ok"
    refused = scene.cli("refresh", "--token", "main")
    assert refused.exit == 1 and "long-term Marketing token" in refused.err
    assert "Marketing token can't be refreshed" in " ".join(scene.cli("doctor", "--offline").out.split())
    assert box.calls(PATH) == 0


# --- What dies and competes -----------------------------------------------------------------------

@pytest.mark.parametrize("rotates", (False, True), ids=("kept", "spent"))
def test_killed_before_the_answer_it_is_tried_once_more(tmp_path, rotates):
    with Sandbox(scenario=user_world(["main"], rotate_refresh=rotates)) as box:
        scene = user_scene(tmp_path, box, text=ending)
        box.fault(path=PATH, wire="stall_headers", processed=True, times=1)
        process = scene.start("tiktok-auth", "refresh")
        until(lambda: box.calls(PATH) == 1)
        process.kill()
        process.communicate()
        again = scene.cli("refresh")
        assert box.calls(PATH) == 2
        if not rotates:
            assert again.exit == 0 and "refreshed" in again.out
            assert scene.ask_now("--token", "main")["state"] == "ok"
            return
        # The refresh token is spent: one warning that says so, and no further request.
        assert again.exit == 1 and "The refresh token is invalid." in again.out
        scene.cli("refresh")
        assert box.calls(PATH) == 2
        box.fault(path="advertiser/get", data={"list": [{"advertiser_id": advertiser_ids(1)[0],
                                                         "advertiser_name": "x"}]}, code=0, message="OK")
        told = scene.ask_now("--token", "main")  # the access token of before is good to its end, in real life
        assert (told["state"], told["cause"], told["code"]) == ("warning", "refresh_due", 40107)


STEPS = "fsync,fdatasync,renameat,linkat,sendto,recvfrom"


def steps_of(scene):
    """Kills a refresh at each step that touches a disk or the network, in turn; yields after each."""
    log = os.path.join(scene.folder, "strace")
    for step in range(1, 100):
        killed = scene.run("tiktok-auth", "refresh", under=(
            "strace", "-f", "-o", log, "-e", "trace=" + STEPS, "-e", "inject=%s:signal=KILL:when=%d" % (STEPS, step)))
        yield step, killed
        if killed.exit == 0:
            return


@pytest.mark.system
def test_killed_at_each_step_nothing_is_lost(box, tmp_path):
    scene = user_scene(tmp_path, box, text=ending)
    steps = 0
    for steps, killed in steps_of(scene):
        lines = token_file(scene)
        assert len(lines) == 4 and lines[1] == "rft-main", lines  # the old ones or the new ones
        calls = box.calls(PATH)
        assert calls <= 1
        again = scene.cli("refresh")
        assert again.exit == 0 and box.calls(PATH) <= 2, (killed, again)
        assert token_file(scene)[0] != "act-main"
        assert scene.ask_now("--token", "main")["state"] == "ok", (killed, again)
        assert not [name for name in os.listdir(scene.folder) if name.startswith(".tmp")]
        box.reset()
        scene.forget()
        scene.write()
    assert steps > 10


@pytest.mark.system
@as_root
def test_on_a_full_disk_no_refresh_token_is_spent(box, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", disk], check=False).returncode:
        pytest.skip("may not mount")
    try:
        token, ballast = disk / "main.token", disk / "ballast"
        text = ending("main")
        token.write_text(text)
        token.chmod(0o600)
        scene = user_scene(tmp_path / "scene", box, ["other"])
        scene.more = ("[token main]\napp = demo\nkind = tt_user\nrefresh = yes\ntoken_file = %s\n" % token)
        scene.write()
        with contextlib.suppress(OSError):
            ballast.write_bytes(bytes(32768))
        told = scene.ask_now("--token", "main")
        assert told["state"] == "warning" and "No space left on device" in told["message"], told
        assert box.calls(PATH) == 0
        assert token.read_text() == text and sorted(os.listdir(disk)) == ["ballast", "main.token"]
        ballast.unlink()
        assert scene.cli("refresh", "--token", "main").exit == 0
        assert token.read_text().startswith("act.") and scene.ask_now("--token", "main")["state"] == "ok"
    finally:
        subprocess.run(["umount", disk], check=True)


def test_two_hundred_at_once_by_two_processes_of_which_one_is_killed(tmp_path):
    names = ["user-%03d" % i for i in range(200)]
    with Sandbox(scenario=user_world(names, app={"tier": "ultimate"}, expires_in=60)) as box:
        scene = user_scene(tmp_path, box, names, lambda name: pair(name, 60, 300 * DAY))
        processes = [scene.start("tiktok-auth", "refresh") for _ in range(2)]
        until(lambda: box.calls(PATH) >= 60)
        processes[0].kill()
        processes[0].communicate()
        out, err = processes[1].communicate(timeout=120)
        assert processes[1].returncode == 0, err
        rest = scene.cli("refresh")  # whom the killed one had in hand, the other one may have met before it died
        assert rest.exit == 0, rest
        asked = collections.Counter(json.loads(entry["body"])["refresh_token"] for entry in box.log(PATH))
        assert set(asked) == {"rft-" + name for name in names}
        assert sum(asked.values()) <= 201 and max(asked.values()) <= 2, asked.most_common(3)
        assert all(entry["code"] == 0 for entry in box.log(PATH))
        quota = box.state()["apps"][0]["quota"]
        assert quota["peak_second"] <= 50, quota
        for name in names:
            access, refresh, expires, _ = token_file(scene, name)
            assert access.startswith("act.") and refresh == "rft-" + name and expires > "expires " + moment(50)
        assert scene.cli("refresh", "--dry-run").out.count("due now") == 0
