# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""tiktok-auth report: the page and the table of losses, from sweeps to files."""

import csv
import html
import io
import json
import os
import re
import sqlite3
import stat
import tempfile

import pytest

from sandbox import Sandbox
from scene import NOBODY, Scene, advertiser_ids, as_root, until, world

IDS = advertiser_ids(6)
WELL, LOST, TOO, FLAPPING, RETIRED, GONE = IDS
EVIL = "</script><script>pwn()</script><!--\u202e\u2028"
NAMES = {LOST: EVIL, TOO: "=1+1", WELL: "\" onmouseover=\"pwn()"}
ROWS = [{"advertiser_id": one, "name": NAMES.get(one, "Client " + one[-1]), "owner": "@anna" if one == LOST else "ben",
         "client": "<b>Acme" if one in (WELL, TOO) else ""} for one in IDS]
DAY = 86400


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(ROWS)) as sandbox:
        yield sandbox


@pytest.fixture
def scene(box, tmp_path):
    box.reset()
    scene = Scene(tmp_path, box, ROWS, sweep={"known_after": "1h"})
    scene.apps["demo"]["reauth_url"] = "https://connect.example/?id={advertiser_id}&a=1"
    scene.write()
    scene.sweep()
    return scene


def losses(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def age(scene, seconds, where="1"):
    """Moves what was recorded into the past."""
    with sqlite3.connect(os.path.join(scene.state, "state.db")) as store:
        store.execute("UPDATE events SET at = at - ? WHERE %s" % where, (seconds,))
    store.close()


def page_of(scene, *options):
    result = scene.cli("report", "--html", "-", *options)
    assert result.exit == 0, result
    return result.out


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page).group(1))


# --- The table ----------------------------------------------------------------------------------------------


def test_a_loss_has_its_repair(scene, box, tmp_path):
    box.revoke([LOST, TOO])
    scene.sweep()
    age(scene, 600, "state <> 'ok'")
    box.restore(LOST)
    scene.sweep()
    path = os.path.join(tmp_path, "losses.csv")
    result = scene.cli("report", "--csv", path)
    assert result.exit == 0 and result.err == "", result
    with open(path, encoding="utf-8", newline="") as file:
        rows = losses(file.read())
    assert [(row["advertiser_id"], row["open"], row["ended"]) for row in rows] == [
        (LOST, "no", "repaired"), (TOO, "yes", "open")]
    repaired, still = rows
    assert repaired["name"] == "</script><script>pwn()</script><!--??" and repaired["owner"] == "'@anna"
    assert repaired["app"] == "demo" and repaired["cause"] == "revoked" and repaired["code"] == "40001"
    assert repaired["state"] == "critical" and (repaired["root_kind"], repaired["root_id"]) == ("advertiser", LOST)
    assert 600 <= int(repaired["time_to_repair_s"]) < 700 and repaired["repaired_at"] > repaired["lost_at"]
    assert still["name"] == "'=1+1" and still["client"] == "<b>Acme"
    assert still["repaired_at"] == still["time_to_repair_s"] == ""
    assert re.search(r"^@anna +1 +1 +0 +10 min +10 min$", result.out, re.MULTILINE), result
    assert re.search(r"^revoked +2 +1 +1 +10 min", result.out, re.MULTILINE), result


def test_a_time_takes_in_what_reaches_into_it(scene, box):
    age(scene, 100 * DAY)
    box.revoke([LOST, TOO, FLAPPING])
    scene.sweep()
    age(scene, 40 * DAY, "state <> 'ok'")
    box.restore([LOST, FLAPPING])
    scene.sweep()
    age(scene, 35 * DAY, "object = '%s' AND old_state <> 'ok'" % LOST)
    for act in (box.revoke, box.restore):
        act(FLAPPING)
        scene.sweep()
    rows = losses(scene.cli("report", "--csv", "-").out)
    assert [(row["advertiser_id"], row["open"]) for row in rows] == [(TOO, "yes"), (FLAPPING, "no"), (FLAPPING, "no")]
    assert len(losses(scene.cli("report", "--csv", "-", "--since", "60d").out)) == 4
    assert scene.cli("report", "--csv", "-", "--since", "60d").out == scene.cli("report", "--csv", "-", "--since", "60d").out


def test_retired_and_removed_ones_are_not_open(scene, box):
    box.revoke([RETIRED, GONE])
    scene.sweep()
    assert scene.cli("retire", RETIRED).exit == 0
    scene.advertisers = [row for row in scene.advertisers if row["advertiser_id"] != GONE]
    scene.write()
    scene.sweep("--accept-shrink")
    result = scene.cli("report", "--csv", "-")
    assert [(row["advertiser_id"], row["open"], row["ended"], row["repaired_at"]) for row in losses(result.out)] == [
        (RETIRED, "no", "retired", ""), (GONE, "no", "removed", "")]
    assert re.search(r"^revoked +2 +0 +0", result.err, re.MULTILINE), result


def test_throttling_and_faults_are_no_loss(scene, box):
    box.throttle()
    scene.sweep()
    box.clear_faults()
    box.fault(http=503)
    scene.sweep()
    result = scene.cli("report", "--csv", "-")
    assert losses(result.out) == [] and result.out.startswith("app,advertiser_id,") and "No loss since" in result.err


# --- The page -----------------------------------------------------------------------------------------------


def test_the_page_says_what_is_lost_and_who_acts(scene, box):
    box.revoke([LOST, TOO])
    scene.sweep()
    page = page_of(scene)
    assert "<h1>2 of 6 advertisers have lost authorization</h1>" in page
    assert page.count("<b class=\"code\">40001</b>") == 2
    assert 'href="https://connect.example/?id=%s&amp;a=1"' % LOST in page
    assert "At most 2 at once, 2 at the end." in page
    shown = scene.ask(LOST)
    for text in (*shown["fix"], shown["message"], shown["request_id"]):
        assert html.escape(text, quote=True).replace("&#x27;", "&#39;") in page, text
    assert {row[0] for row in data_of(page)["ok"]} == set(IDS) - {LOST, TOO}


def test_nothing_of_others_runs_or_orders_the_page(scene, box):
    box.revoke(LOST)
    scene.sweep()
    page = page_of(scene)
    assert "<script>pwn" not in page and "<!--" not in page and "\u202e" not in page and "\\u202e" not in page
    assert len(re.findall("<script", page)) == 2 and 'onmouseover="' not in page and "<b>Acme" not in page
    assert [row[1] for row in data_of(page)["ok"]][0] == NAMES[WELL]
    assert "default-src 'none'" in page and "unsafe-inline" not in page
    assert not re.search(r"(src|href)=\"(?!https://|#|data:,)", page)


def test_the_same_data_gives_the_same_page(scene):
    def still(page):
        return re.sub(r"\d+ s (before|old)|\d\d:\d\d(:\d\d)?Z|data-made=\"\d+\"|\"now\":\d+|,\d+,0\]", "", page)
    assert still(page_of(scene)) == still(page_of(scene))


def test_without_a_snapshot_the_page_says_so(scene, tmp_path):
    scene.forget()
    path = os.path.join(tmp_path, "page.html")
    result = scene.cli("report", "--html", path)
    assert result.exit == 0 and "nothing was published yet" in result.err, result
    with open(path, encoding="utf-8") as file:
        page = file.read()
    assert "<h1>There is no data</h1>" in page and "The history can not be shown" in page
    result = scene.cli("report", "--csv", "-")
    assert result.exit == 1 and result.out == "" and "no sweep has been recorded" in result.err


def test_nothing_verified_any_more_is_said_first(scene, box):
    scene.sweep_keys.update({"interval": "1s", "stale_after": "6s"})
    scene.write()
    scene.sweep()
    box.throttle()
    until(lambda: "<h1>Nothing is verified any more</h1>" in page_of(scene))
    assert "6 advertisers not verified for longer than 6 s" in page_of(scene)


# --- Files --------------------------------------------------------------------------------------------------


def test_files_are_for_owner_and_group_and_keep_their_mode(scene, tmp_path):
    paths = [os.path.join(tmp_path, name) for name in ("page.html", "losses.csv")]
    assert scene.cli("report", "--html", paths[0], "--csv", paths[1]).exit == 0
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in paths] == [0o640, 0o640]
    os.chmod(paths[0], 0o604)
    before = os.stat(paths[0]).st_ino
    assert scene.cli("report", "--html", paths[0]).exit == 0
    after = os.stat(paths[0])
    assert stat.S_IMODE(after.st_mode) == 0o604 and after.st_ino != before
    assert not [name for name in os.listdir(tmp_path) if "tmp" in name]


@as_root
def test_who_may_only_read_the_state_folder_may_report(box):
    box.reset()
    with tempfile.TemporaryDirectory(prefix="tta-report-") as folder:
        os.chmod(folder, 0o755)  # any user can go through it
        scene = Scene(folder, box, ROWS)
        scene.sweep()
        box.revoke(LOST)
        scene.sweep()
        before = scene.state_files()
        scene.become(NOBODY)
        for path in (scene.state, *(os.path.join(scene.state, name) for name in os.listdir(scene.state))):
            os.chmod(path, 0o555 if path == scene.state else 0o444)
        result = scene.cli("report", "--csv", "-")
        assert result.exit == 0 and [row["advertiser_id"] for row in losses(result.out)] == [LOST], result
        assert scene.state_files() == before


@pytest.mark.parametrize("options", [(), ("--html", "-", "--csv", "-"), ("--csv", "x", "--since", "30"), ("--html", ""),
                                     ("--html", "x", "--since", "0"), ("--csv", "x", "--since", "-1d"), ("--html", "x", "y")])
def test_misuse(scene, tmp_path, options):
    result = scene.cli("report", *options, cwd=tmp_path)
    assert result.exit == 2 and result.out == "" and not os.path.exists(os.path.join(tmp_path, "x")), result


def test_a_file_that_can_not_be_written_is_said(scene, tmp_path):
    path = os.path.join(tmp_path, "losses.csv")
    result = scene.cli("report", "--html", os.path.join(tmp_path, "no", "page.html"), "--csv", path)
    assert result.exit == 1 and "page.html" in result.err and os.path.exists(path), result
