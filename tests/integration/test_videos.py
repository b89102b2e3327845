# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Uploaded videos: asked about once, waited for, or watched, within the quota and by the operator and the check."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import sqlite3
import struct
import subprocess
import termios
import time

import pytest

from sandbox import Sandbox
from scene import APP, MARGIN_SECONDS, SECRET, Scene, advertiser_ids, until, world

ONE, TWO, BOTH = IDS = advertiser_ids(3)
TOKENS = {"main": {"token": "tok-main"}, "other": {"token": "tok-other"}}
ROWS = [ONE, TWO, {"advertiser_id": BOTH, "token": "main other"}]
READY = ["v%03d" % number for number in range(61)]
INFO = "/file/video/ad/info/"
VIDEOS = [{"video_id": one, "advertiser_id": ONE} for one in READY]
DOCUMENTATION = "https://business-api.tiktok.com/portal/docs?id=1738373164380162"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(scenario=world(ROWS, TOKENS, videos=VIDEOS)) as box:
        yield box


@pytest.fixture
def box(sandbox):
    sandbox.reset()
    return sandbox


@pytest.fixture
def scene(tmp_path, box):
    return Scene(tmp_path, box, ROWS, TOKENS, api={"retries": 1, "retry_base": "10ms"},
                 more="[videos]\npause = 50ms\n")


def videos(scene, *arguments, advertiser=ONE):
    return scene.cli("videos", "--advertiser", advertiser, "--video", *arguments)


def told(result):
    """{id: (state, cause, code)} of an answer in JSON."""
    assert result.json["exit"] == result.exit and result.json["state"] == result.state
    return {one["video_id"]: (one["state"], one["cause"], one["code"]) for one in result.json["videos"]}


# --- Asked once ---------------------------------------------------------------------------------------------


def test_sixty_ids_a_call_and_left_out_is_not_usable_yet(scene, box):
    result = videos(scene, *READY, "absent", "v000", "--format", "json")
    assert result.exit == 1
    assert [len(re.findall(r"\w+", one["params"]["video_ids"])) for one in box.log(INFO)] == [60, 2]
    assert {one["params"]["advertiser_id"] for one in box.log(INFO)} == {ONE}
    assert told(result) == {**{one: ("ok", "authorized", None) for one in READY},
                            "absent": ("warning", "video_processing", None)}
    usable = videos(scene, ",".join(READY))
    assert usable.exit == 0 and usable.line1 == "TIKTOK AUTH OK - 61 videos usable"


def test_a_list_that_a_script_left_empty_is_not_ok(scene, box):
    for empty in ("", ",", " "):
        result = videos(scene, empty)
        assert result.exit == 3 and result.out == "" and "allowed are 1 to 48 letters" in result.err, result
    assert box.calls(INFO) == 0


def test_one_bad_id_spoils_no_other(scene, box):
    box.video("bad", advertiser_id=ONE, state="failed", code=40053, message="The video id is not valid.")
    box.video("slow", advertiser_id=ONE, state="processing", code=40901, message="Video transcoding in process")
    box.video("late", advertiser_id=ONE, state="processing", code=2200006, message="Video processing failed")
    result = videos(scene, *READY[:57], "bad", "slow", "late", "--format", "json")
    assert told(result) == {**{one: ("ok", "authorized", None) for one in READY[:57]},
                            "bad": ("critical", "video_failed", 40053),
                            "slow": ("warning", "video_processing", 40901),
                            "late": ("warning", "video_processing", 2200006)}
    assert box.calls(INFO) <= 1 + 40
    said = result.json
    assert said["code"] == 40053 and said["actor"] == "us" and said["fix"][1].startswith("Upload it again")
    text = videos(scene, "bad")
    assert text.line1 == ("TIKTOK AUTH CRITICAL - video bad: failed since %s [40053] - check the file, upload it again"
                          % re.search(r"since (\w+ \d+ [\d:]+Z)", text.line1).group(1))
    assert "\n1. Check format" in text.out and DOCUMENTATION in text.out
    assert text.out.endswith("\n|videos=1;;;0 processing=0;;;0 failed=1;;;0 unverified=0;;;0\n")


def test_a_lost_authorization_is_told_as_one(scene, box):
    box.revoke(TWO)
    result = videos(scene, "v1", "--wait", advertiser=TWO)  # which it does not
    assert result.exit == 2 and "[40001] - client must re-authorize" in result.line1
    assert "App Management" in result.out and box.calls(INFO) == 1
    box.kill("tok-main")
    assert videos(scene, "v000", advertiser=ONE).line1.endswith("[40105] - its owner must re-authorize now")


def test_another_token_of_the_advertiser_is_asked_when_one_is_refused(scene, box):
    box.video("there", advertiser_id=BOTH)
    box.kill("tok-main")
    assert videos(scene, "there", advertiser=BOTH).exit == 0
    assert [one["code"] for one in box.log(INFO)] == [40105, 0]


def test_a_fault_says_nothing(scene, box):
    box.fault(path=INFO, http=502)
    result = videos(scene, "v000", "--format", "json")
    assert result.exit == 3 and result.json["code"] is None and box.calls(INFO) == 2  # one retry


@pytest.mark.parametrize("hostile", ["", "../v1", "v1'", "$(id)", "\x1b[31m", "ü", "v" * 49, "-v1", "v1\"]&x=[\""])
def test_hostile_ids_are_never_sent(scene, box, hostile):
    result = videos(scene, "v000", "--video=" + hostile)
    assert result.exit == 3 and result.out == "" and "\x1b" not in result.err and box.log() == []


@pytest.mark.parametrize("wrong", [("--wait", "--watch"), ("--deadline", "1h"), ("--wait", "--deadline", "5"),
                                   ("--format", "xml"), ("--advertiser", "x"), ("--nosuch",)])
def test_wrong_usage_is_unknown(scene, wrong):
    result = videos(scene, "v000", *wrong)
    assert result.exit == 3 and result.out == "" and result.err.count("\n") == 2


def test_an_advertiser_that_is_not_ours(scene, box):
    result = videos(scene, "v000", advertiser="12")
    assert result.exit == 3 and result.line1 == (
        "TIKTOK AUTH UNKNOWN - advertiser 12 is not in the inventory - add it to the inventory")
    assert scene.cli("videos", "--advertiser", ONE).exit == 3 and box.log() == []


def test_within_the_quota(tmp_path, box):
    """Fifty uploads that each spoil the call take many calls: each has its slot."""
    apps = {"demo": {"app_id": APP, "secret": SECRET, "tier": "advanced", "budget": "100%"}}
    scene = Scene(tmp_path, box, ROWS, TOKENS, apps)
    box.quota(APP, tier="advanced")
    for number in range(50):
        box.video("t%d" % number, advertiser_id=ONE, state="processing", code=40901, message="Video transcoding")
    result = videos(scene, *("t%d" % number for number in range(50)))
    quota = next(app["quota"] for app in box.state()["apps"] if app["app_id"] == APP)
    assert result.exit == 1 and quota["refused"] == 0 and quota["taken"] == box.calls(INFO) > 30
    assert result.seconds >= (quota["taken"] - 1) / 20 * 0.95


# --- Waited for ---------------------------------------------------------------------------------------------


def test_waiting_ends_when_all_are_settled(scene, box):
    box.video("slow", advertiser_id=ONE, state="processing", ready_in=1)
    result = videos(scene, "slow", "v000", "--wait")
    assert result.exit == 0 and result.seconds < 10 and result.err == ""
    pauses = [one["monotonic_ms"] for one in box.log(INFO)]
    pauses = [after - before for before, after in zip(pauses, pauses[1:])]
    assert 3 <= len(pauses) <= 6
    assert all(pause >= 50 * 2 ** number * 0.95 for number, pause in enumerate(pauses)), pauses
    assert "v000" not in box.log(INFO)[-1]["params"]["video_ids"]  # what is settled is not asked about again


def test_waiting_ends_at_the_deadline(scene, box):
    box.video("slow", advertiser_id=ONE, state="processing", code=2200006, message="Video processing failed")
    result = videos(scene, "slow", "--wait", "--deadline", "1s", "--format", "json")
    assert told(result) == {"slow": ("critical", "video_failed", 2200006)} and 0.9 <= result.seconds < 10


def read_terminal(master):
    with contextlib.suppress(OSError):  # its other side is closed
        return os.read(master, 65536).decode()
    return ""


def test_ctrl_c_leaves_a_clean_line_and_what_is_known(scene, box):
    scene.more = "[videos]\npause = 1m\n"
    scene.write()
    master, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [os.path.join(scene.programs, "tiktok-auth"), "videos", "--advertiser", ONE, "--video", "v000", "absent",
               "--wait"]
    process = subprocess.Popen(command, env=scene.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=side, text=True)
    os.close(side)
    shown = ""
    while "1 of 2 videos settled; asking again in" not in shown:
        shown += read_terminal(master)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=MARGIN_SECONDS)
    assert time.monotonic() - began < 10 and process.returncode == 1
    shown += read_terminal(master)
    assert shown.endswith("\r") and shown.rstrip("\r").rsplit("\r", 1)[1].strip() == ""
    os.close(master)
    assert out.startswith("TIKTOK AUTH WARNING - 1 of 2 videos") and "\nInterrupted: " in out


# --- Watched ------------------------------------------------------------------------------------------------


def watched(scene):
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store:
        return [row[0] for row in store.execute("SELECT video_id FROM uploads ORDER BY video_id")]


def change(scene, statement):
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
        store.execute(statement)


def test_the_check_tells_of_what_is_watched_and_asks_when_it_is_due(scene, box):
    assert scene.check("--videos").line1 == "TIKTOK AUTH OK - no upload is watched"
    box.video("slow", advertiser_id=ONE, state="processing")
    result = videos(scene, "slow", "v000", "--watch", "--format", "json")
    assert told(result) == {"slow": ("warning", "video_processing", None), "v000": ("ok", "authorized", None)}
    box.video("slow", state="ready")
    until(lambda: scene.check("--videos").exit == 0)
    asked = box.calls(INFO)
    assert asked in (2, 3)  # a second may begin between the first question and the video's being ready
    assert scene.check("--videos").line1 == "TIKTOK AUTH OK - 2 videos usable" and box.calls(INFO) == asked
    said = told(scene.check("--video", "slow", "--advertiser", ONE, "--app", "demo", "--format", "json"))
    assert said == {"slow": ("ok", "authorized", None)}
    assert scene.check("--videos", "--advertiser", TWO).line1 == "TIKTOK AUTH OK - no upload is watched"
    assert scene.check("--video", "nosuch").exit == 3
    assert scene.cli("videos").out == scene.check("--videos", "-v").out


def test_a_watched_upload_fails_at_its_deadline_and_leaves(scene, box):
    scene.more = "[videos]\npause = 50ms\nkeep = 1s\n"
    scene.write()
    assert videos(scene, "absent", "v000", "--watch", "--deadline", "1s").exit == 1
    until(lambda: scene.check("--videos").exit == 2)
    result = scene.check("--videos")
    assert result.line1.startswith("TIKTOK AUTH CRITICAL - ") and "check the file, upload it again" in result.line1
    change(scene, "UPDATE uploads SET since = since - 10")
    assert scene.sweep().exit == 0
    assert watched(scene) == [] and scene.check("--videos").exit == 0


def test_a_failed_one_is_let_go(scene, box):
    box.video("bad", advertiser_id=ONE, state="failed", code=40053, message="No such video")
    assert videos(scene, "bad", "v000", "--watch").exit == 2 == scene.check("--videos").exit
    result = videos(scene, "bad", "--unwatch")
    assert result.exit == 0 and result.out == "1 upload is watched no longer.\n"
    assert watched(scene) == ["v000"] and scene.check("--videos").exit == 0
    assert videos(scene, "bad", "--unwatch").out == "0 uploads are watched no longer.\n"


def test_the_check_reads_neither_store_nor_secret_nor_asks_with_a_service(scene, box):
    scene.sweep_keys["by"] = "service"
    scene.write()
    assert videos(scene, "absent", "--watch").exit == 1
    box.clear_log()
    for name in os.listdir(scene.state):
        if name.startswith("state.db"):
            os.rename(os.path.join(scene.state, name), os.path.join(scene.folder, name))
    for name in ("demo.secret", "main.token", "other.token"):
        os.unlink(os.path.join(scene.folder, name))
    result = scene.check("--videos", "--format", "json")
    assert told(result) == {"absent": ("warning", "video_processing", None)} and box.log() == []
    with open(os.path.join(scene.state, "videos"), "w", encoding="ascii") as file:
        file.write("damaged\n")
    result = scene.check("--videos")
    assert result.exit == 3 and "of another release" in result.line1


def test_the_service_asks_with_its_rounds(scene, box):
    scene.sweep_keys.update(by="service", interval="1s")
    scene.write()
    box.video("slow", advertiser_id=ONE, state="processing")
    assert videos(scene, "slow", "--watch").exit == 1
    agent = scene.start("tiktok-auth-agent", "--foreground", "--agentx-socket", "unix:" + scene.folder + "/nobody")
    try:
        box.video("slow", state="ready")
        until(lambda: scene.check("--videos").exit == 0)
    finally:
        agent.terminate()
        agent.communicate(timeout=30)


def test_what_is_not_verified_for_long_is_unknown(scene, box):
    scene.sweep_keys["by"] = "service"
    scene.write()
    assert videos(scene, "absent", "--watch").exit == 1
    path = os.path.join(scene.state, "videos")
    with open(path, encoding="ascii") as file:
        rows = file.read()
    now = int(time.time())

    def earlier(time_of_row):
        return str(int(time_of_row.group()) - (1900 if int(time_of_row.group()) <= now else 0))

    with open(path, "w", encoding="ascii") as file:
        file.write(re.sub(r"\b\d{10}\b", earlier, rows))
    result = scene.check("--videos")
    assert result.exit == 3 and result.line1.startswith("TIKTOK AUTH UNKNOWN - video absent: ")
