# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""tiktok-auth as a person uses it: what it shows, its exit codes, its JSON, and what it never does to a terminal."""

import contextlib
import csv
import fcntl
import json
import os
import pty
import re
import sqlite3
import stat
import struct
import subprocess
import termios

import pytest

from sandbox import LIST, Sandbox
from scene import APP, SECRET, Scene, advertiser_ids, program, until, world

IDS = advertiser_ids(8)
WELL, REVOKED, DELETED, SUSPENDED, PROBED, OURS, ON_DEAD, ON_DEAD_TOO = IDS
TOKENS = {"main": {"token": "tok-main"}, "ours": {"token": "tok-ours", "granted_by": "us"},
          "dead": {"token": "tok-dead"}}
APPS = {"demo": {"app_id": APP, "secret": SECRET, "redirect_uri": "http://127.0.0.1:8765/callback"}}
OF_TOKEN = {OURS: "ours", ON_DEAD: "dead", ON_DEAD_TOO: "dead"}
ROWS = [{"advertiser_id": one, "name": "Client %s" % one[-1], "token": OF_TOKEN.get(one, "main"),
         "owner": "%s@agency.example" % ("anna" if index % 2 else "ben"), "client": "Acme" if index < 3 else "",
         "required_permissions": "GET /campaign/get/" if one == PROBED else ""} for index, one in enumerate(IDS)]
LOGINS = [{"name": name, "display_name": shown, "email": mail,
           "advertisers": [one for one in IDS if OF_TOKEN.get(one, "main") == name]}
          for name, shown, mail in (("main", "Acme Team", "a***e@example.com"), ("ours", "Agency", "o***s@example.com"),
                                    ("dead", "Gone Ltd", "g***e@example.com"))]
SCENARIO = {**world(ROWS, TOKENS, endpoints=[{"path": "/campaign/get/"}]), "logins": LOGINS}


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=SCENARIO) as sandbox:
        yield sandbox


@pytest.fixture
def scene(box, tmp_path):
    """All is well, and known."""
    box.reset()
    scene = Scene(tmp_path, box, ROWS, TOKENS, APPS, sweep={"account_status": "yes", "permission_interval": "1s"})
    scene.sweep()
    return scene


def make_trouble(box):
    """Seven advertisers in different trouble."""
    box.reset()
    box.revoke([REVOKED, OURS])
    box.delete(DELETED)
    box.suspend(SUSPENDED)
    box.withhold("/campaign/get/")
    box.kill("tok-dead")


@pytest.fixture(scope="module")
def found(box, tmp_path_factory):
    """A scene where sweeps have found the trouble, and the state to come back to."""
    box.reset()
    scene = Scene(tmp_path_factory.mktemp("trouble"), box, ROWS, TOKENS,
                  sweep={"account_status": "yes", "permission_interval": "1s"})
    scene.sweep()
    make_trouble(box)
    until(lambda: scene.sweep() and scene.ask(PROBED)["state"] == "critical")
    return scene, scene.keep()


@pytest.fixture
def trouble(found, box):
    scene, kept = found
    make_trouble(box)
    scene.recall(kept)
    box.clear_log()
    return scene


def clean(text):
    """True when the text can do nothing to a terminal but lines."""
    return not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", text)


def on_terminal(scene, *arguments, columns=100, **environment):
    """(exit code, all that the program wrote on its terminal)."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([program("tiktok-auth"), *arguments], stdin=follower, stdout=follower, stderr=follower,
                               env={**scene.environment(), "TERM": "xterm", **environment})
    os.close(follower)
    written = b""
    while True:
        try:
            data = os.read(leader, 65536)
        except OSError:  # EIO: the last one closed it
            data = b""
        if not data:
            break
        written += data
    os.close(leader)
    return process.wait(), written.decode()


def without_colors(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# --- status -------------------------------------------------------------------------------------------------


def test_status_lists_what_is_wrong_first(trouble, box):
    result = trouble.cli("status")
    assert result.exit == 0 and result.err == "" and clean(result.out), result
    rows = re.findall(r"^(OK|WARNING|CRITICAL|UNKNOWN) +(\d{19}) +(.*)", result.out, re.MULTILINE)
    assert [state for state, _, _ in rows] == ["CRITICAL"] * 6 + ["WARNING", "OK"]
    assert rows[-1][1] == WELL and rows[-2][1] == SUSPENDED
    assert re.search(r"^Advertisers +8: 6 critical, 1 warning, 1 ok$", result.out, re.MULTILINE)
    assert re.search(r"^CRITICAL +token +dead +", result.out, re.MULTILINE)
    assert box.calls() == 0


@pytest.mark.parametrize("options, expected", [
    (("--state", "warning"), {SUSPENDED}), (("--state", "ok"), {WELL}), (("--token", "dead"), {ON_DEAD, ON_DEAD_TOO}),
    (("--client", "Acme"), {WELL, REVOKED, DELETED}), (("--owner", "anna@agency.example"), set(IDS[1::2])),
    (("--app", "nosuch"), set()), (("--client", "Acme", "--state", "critical"), {REVOKED, DELETED})])
def test_status_filters(trouble, options, expected):
    result = trouble.cli("status", *options)
    assert result.exit == 0
    assert set(re.findall(r"^(?:OK|WARNING|CRITICAL|UNKNOWN) +(\d{19})", result.out, re.MULTILINE)) == expected
    shown = trouble.cli("status", "--json", *options).json
    assert {row["advertiser_id"] for row in shown["advertisers"]} == expected


def test_status_as_json(trouble):
    shown = trouble.cli("status", "--json").json
    assert set(shown) == {"schema", "made_at", "age_s", "interval_s", "real_interval_s", "outdated", "store_fault",
                          "complaints", "api", "counts", "root_causes", "tokens", "advertisers"}
    assert shown["schema"] == 1 and shown["counts"] == {"ok": 1, "warning": 1, "critical": 6, "unknown": 0,
                                                        "unauthorized": 6}
    assert {root["kind"] for root in shown["root_causes"]} == {"token", "client", "endpoint", "advertiser"} or \
        {"token", "endpoint", "advertiser"} == {root["kind"] for root in shown["root_causes"]}
    assert sum(root["members"] for root in shown["root_causes"]) == 7
    by_name = {token["token"]: token for token in shown["tokens"]}
    assert by_name["dead"]["cause"] == "token_revoked" and by_name["ours"]["granted_by"] == "us"
    for row in shown["advertisers"]:
        asked = trouble.ask(row["advertiser_id"])
        for key in set(row) & set(asked) - {"age_s", "root_cause"}:
            assert row[key] == asked[key], (key, row, asked)


def test_many_that_are_ok_are_only_counted(tmp_path):
    many = advertiser_ids(300)
    with Sandbox(scenario=world(many)) as box:
        scene = Scene(tmp_path, box, many)
        scene.sweep()
        box.revoke(many[7])
        scene.sweep()
        shown = scene.cli("status").out
        assert len(re.findall(r"\d{19}", shown)) == 1 and "299 that are OK and not shown; --all shows them" in shown
        assert len(re.findall(r"^OK ", scene.cli("status", "--all").out, re.MULTILINE)) == 299
        assert len(scene.cli("status", "--json").json["advertisers"]) == 300


def test_status_before_anything_is_known(box, tmp_path):
    scene = Scene(tmp_path, box, ROWS, TOKENS)
    result = scene.cli("status")
    assert result.exit == 1 and result.out == "" and "nothing was published yet" in result.err, result


# --- Colours and progress -----------------------------------------------------------------------------------


def test_colours_are_for_terminals(trouble):
    assert "\x1b" not in trouble.cli("status").out
    code, shown = on_terminal(trouble, "status")
    assert code == 0 and "\x1b[1;31mCRITICAL" in shown and "\x1b[32mOK" in shown
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_terminal(trouble, "status", **environment)[1]
    assert "\x1b" not in on_terminal(trouble, "status", "--no-color")[1]
    assert "\x1b" not in on_terminal(trouble, "status", "--color", "never")[1]
    assert "\x1b[1;31mCRITICAL" in trouble.cli("status", "--color", "always").out
    for command in (("history", REVOKED), ("doctor",), ("sweep",)):
        assert "\x1b" not in trouble.cli(*command).out


@pytest.mark.parametrize("columns", [60, 80, 100, 119, 160, 250])
def test_what_is_shown_fits_the_terminal(trouble, columns):
    for command in (("status",), ("history", REVOKED), ("doctor",), ("sweep",), ("discover",)):
        _, shown = on_terminal(trouble, *command, columns=columns)
        for line in without_colors(shown).split("\n"):
            last = line.rstrip("\r").split("\r")[-1]
            # Names of files are never cut, and a table has its least.
            assert len(last) <= columns or "/" in last or columns < 80, (command, last)


def test_progress_is_for_terminals(scene, box):
    result = scene.cli("doctor")
    assert result.exit == 0 and "\r" not in result.out + result.err and " of 3" not in result.err
    box.fault(path=LIST, delay_ms=400, times=3)  # more than a second: it is shown only then
    code, shown = on_terminal(scene, "sweep")
    assert code == 0 and "token 3 of 3: dead" in shown, shown
    # It leaves no trace: what stands on each line in the end is output alone.
    assert not any(" of 3" in line.rstrip("\r").split("\r")[-1] for line in shown.split("\n"))
    code, shown = on_terminal(scene, "doctor")
    assert code == 0 and "token 2 of 3: ours" in shown
    _, shown = on_terminal(scene, "sweep", "--json")
    assert json.loads(shown[shown.rindex("\r{") if "\r{" in shown else shown.index("{"):])["asked"] == 3


# --- explain ------------------------------------------------------------------------------------------------


def test_explain_knows_every_code_and_cause(scene):
    everything = scene.cli("explain", "--json").json
    assert len(everything["causes"]) > 30 and len(everything["codes"]) > 50
    listed = scene.cli("explain").out
    assert clean(listed)
    for one in everything["causes"]:
        assert one["cause"] in listed
    for number in (0, 40001, 40100, 40105, 50002, 99999):
        result = scene.cli("explain", str(number))
        assert result.exit == 0 and str(number) in result.out and clean(result.out), result
        assert scene.cli("explain", str(number), "--json").json["code"] == number
    for one in everything["causes"]:
        said = scene.cli("explain", one["cause"])
        assert said.exit == 0 and "Meaning:" in said.out and "Who acts:" in said.out, said
        assert all(len(line) <= 80 for line in said.out.splitlines() if "http" not in line), said


def test_explain_needs_no_configuration(tmp_path):
    process = subprocess.run([program("tiktok-auth"), "explain", "revoked"], env={}, cwd=tmp_path,
                             capture_output=True, text=True, check=False)
    assert process.returncode == 0 and "re-grant the app" in process.stdout


# --- history ------------------------------------------------------------------------------------------------


def test_history_tells_what_happened_newest_first(trouble, box):
    box.restore(REVOKED)
    trouble.sweep()
    result = trouble.cli("history", REVOKED)
    assert result.exit == 0 and clean(result.out)
    assert len(re.findall(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", result.out, re.MULTILINE)) == 3, result
    assert result.out.index("authorized") < result.out.index("app access lost [40001]") < result.out.index("baseline")
    events = trouble.cli("history", REVOKED, "--json").json
    assert events["schema"] == 1 and events["id"] == REVOKED
    assert [event["cause"] for event in events["events"]] == ["authorized", "revoked", "authorized"]
    lost = events["events"][1]
    assert lost["code"] == 40001 and lost["request_id"] and lost["message"] and lost["old_state"] == "ok"
    assert trouble.cli("history", REVOKED, "--most", "1", "--json").json["events"] == events["events"][:1]
    for other in ("dead", "demo", "api", "Acme"):
        assert trouble.cli("history", other).exit in (0, 1)
    assert [event["cause"] for event in trouble.cli("history", "dead", "--json").json["events"]][0] == "token_revoked"


def test_history_of_what_is_not_known(scene):
    result = scene.cli("history", "1234")
    assert result.exit == 1 and "nothing is known of '1234'" in result.err and result.out == ""
    assert scene.cli("history", WELL, "--app", "nosuch").exit == 1


# --- sweep --------------------------------------------------------------------------------------------------


def test_sweep_says_what_changed(scene, box):
    box.revoke(REVOKED)
    result = scene.cli("sweep")
    assert result.exit == 0 and result.err == "", result
    assert re.search(r"^Asked 3 tokens with \d+ calls, 3 brought a result\.$", result.out, re.MULTILINE), result
    assert REVOKED in result.out and "1 critical, 7 ok" in result.out
    again = scene.cli("sweep", "--json").json
    assert set(again) == {"schema", "asked", "verified", "shared", "left", "calls", "published", "publish_fault",
                          "store_fault", "inventory_refused", "complaints", "counts", "changes"}
    assert (again["asked"], again["verified"], again["published"], again["changes"]) == (3, 3, True, [])
    box.restore(REVOKED)
    changed = scene.cli("sweep", "--json").json["changes"]
    assert [(one["advertiser_id"], one["state"]) for one in changed] == [(REVOKED, "ok")], changed


@pytest.mark.parametrize("options, tokens", [
    (("--token", "ours"), {"tok-ours"}), (("--advertiser", ON_DEAD), {"tok-dead"}), ((), {"tok-main", "tok-ours",
                                                                                         "tok-dead"}),
    (("--app", "demo"), {"tok-main", "tok-ours", "tok-dead"}), (("--max-age", "1h"), set())])
def test_sweep_asks_what_it_is_told_to(scene, box, options, tokens):
    box.clear_log()
    assert scene.cli("sweep", *options).exit in (0, 1)
    assert {entry["token"] for entry in box.log()} == tokens


@pytest.mark.parametrize("option", ["--token", "--app", "--advertiser"])
def test_sweep_of_what_is_not_there(scene, box, option):
    box.clear_log()
    result = scene.cli("sweep", option, "1234")
    assert result.exit == 1 and "1234" in result.err and box.calls() == 0, result


def test_sweep_that_verifies_nothing_fails(scene, box):
    box.fault(http=503)
    result = scene.cli("sweep")
    assert result.exit == 1 and "0 brought a result" in result.out, result


# --- doctor -------------------------------------------------------------------------------------------------


def test_doctor_finds_nothing_wrong(scene, box):
    os.chmod(scene.state, 0o2770)
    box.clear_log()
    result = scene.cli("doctor")
    text = " ".join(result.out.split())
    assert result.exit == 0 and result.out.endswith("0 problems, 0 notes.\n"), result
    for name, login, mail, by in (("main", "Acme Team", "a***e@example.com", "client"),
                                  ("ours", "Agency", "o***s@example.com", "us"),
                                  ("dead", "Gone Ltd", "g***e@example.com", "client")):
        assert "token %s: login of %s (%s), granted_by = %s" % (name, login, mail, by) in text
    for said in ("1 app, 3 tokens, 8 advertisers expected", "4 secrets can be read, and by nobody else",
                 "state.db: sound", "a full round takes ", "token main: covers 5 advertisers, all 5 expected"):
        assert said in text, said
    assert box.calls() == 6  # a list and a login for each token
    # What it learned of the logins is shown by the check from the next sweep on.
    scene.sweep()
    assert "Agency" in scene.check("--token", "ours").out


def test_doctor_as_json(scene):
    shown = scene.cli("doctor", "--json").json
    assert set(shown) == {"schema", "findings", "problems", "notes"}
    assert all(set(finding) == {"level", "area", "text", "todo"} for finding in shown["findings"])
    assert {finding["level"] for finding in shown["findings"]} <= {"ok", "note", "problem"}
    assert shown["problems"] == 0


def test_doctor_finds_wrong_modes(scene):
    secret = os.path.join(scene.folder, "main.token")
    os.chmod(secret, 0o644)
    os.chmod(scene.state, 0o777)
    os.chmod(os.path.join(scene.state, "snapshot"), 0o600)
    result = scene.cli("doctor", "--offline")
    text = " ".join(result.out.split())
    assert result.exit == 1
    for said in ("mode 0644: others can read it", "mode 0777: anybody can replace what lies in it",
                 "mode 0600: the group", "chmod 2770", "chmod 0640"):
        assert said in text, (said, result)


def test_doctor_offline_asks_nobody(scene, box):
    box.clear_log()
    assert "is not asked" in scene.cli("doctor", "--offline").out
    assert box.calls() == 0


def test_doctor_on_an_api_that_can_not_be_reached(scene, box):
    scene.api["base_url"] = "http://127.0.0.1:1/open_api/v1.3"
    scene.write()
    result = scene.cli("doctor")
    text = " ".join(result.out.split())
    assert result.exit == 1 and "token main: list of its advertisers: " in text and "refused" in text, result
    assert "1 more token was not asked after that" in text


def test_doctor_on_dead_tokens_and_strangers(trouble, box):
    box.add_access("ours", [WELL])
    text = " ".join(trouble.cli("doctor").out.split())
    assert "token dead: list of its advertisers: " in text and "[40105]" in text
    assert "token main: covers 3 advertisers; 2 of the 5 expected under it are missing" in text


def test_doctor_before_the_first_sweep(box, tmp_path):
    box.reset()
    scene = Scene(tmp_path, box, ROWS, TOKENS)
    result = scene.cli("doctor")
    text = " ".join(result.out.split())
    assert result.exit == 1 and "there is none yet, the first sweep makes it" in text
    assert "nothing was published yet" in text
    assert os.listdir(scene.state) == []  # it begins nothing


def test_doctor_on_a_clock_that_was_set_back(scene):
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
        store.execute("UPDATE tokens SET verified_at = verified_at + 86400")
    result = scene.cli("doctor", "--offline")
    assert result.exit == 1 and "it was set back" in " ".join(result.out.split()), result


# --- message ------------------------------------------------------------------------------------------------


def test_message_is_a_mail_to_forward(trouble):
    result = trouble.cli("message", REVOKED)
    assert result.exit == 0 and result.err == "" and clean(result.out), result
    assert result.out.startswith("Subject: ") and "\n\n" in result.out
    text = " ".join(result.out.split())
    assert REVOKED in text and "Client 2" in text and "go to App Management" in text
    assert "tok-main" not in result.out and SECRET not in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines() if "http" not in line), result


@pytest.mark.parametrize("one, why", [(WELL, "nothing to ask the client for"), ("1234", "not in the inventory")])
def test_message_where_the_client_can_do_nothing(trouble, one, why):
    result = trouble.cli("message", one)
    assert result.exit == 1 and result.out == "" and why in result.err, result


def test_message_where_it_is_our_token(trouble, box):
    box.kill("tok-ours")
    trouble.sweep()
    result = trouble.cli("message", OURS)
    assert result.exit == 1 and result.out == "" and "ours to mend" in result.err, result


# --- retire -------------------------------------------------------------------------------------------------


def test_retire_and_undo(trouble, box):
    assert trouble.cli("retire", REVOKED, "--reason", "contract ended").exit == 0
    assert "is retired already" in trouble.cli("retire", REVOKED).out
    trouble.sweep()
    result = trouble.check("--advertiser", REVOKED)
    assert result.exit == 0 and "retired" in result.line1, result
    assert trouble.ask(REVOKED)["cause"] == "retired"
    history = trouble.cli("history", REVOKED, "--json").json["events"]
    assert any("contract ended" in (event["note"] or "") for event in history), history
    assert "5 of 8" in trouble.check("--all").line1
    result = trouble.cli("retire", REVOKED, "--undo")
    assert result.exit == 0 and "expected to be authorized again" in result.out, result
    assert "is not retired" in trouble.cli("retire", REVOKED, "--undo").out
    trouble.sweep()
    answer = trouble.ask(REVOKED)
    assert (answer["state"], answer["cause"], answer["code"]) == ("critical", "revoked", 40001), answer
    assert "6 of 8" in trouble.check("--all").line1


def test_retire_what_is_not_there(scene):
    result = scene.cli("retire", "1234")
    assert result.exit == 1 and "1234" in result.err, result
    result = scene.cli("retire", WELL, "--app", "nosuch")
    assert result.exit == 1 and "nosuch" in result.err, result


def test_an_id_under_two_apps_asks_which(tmp_path):
    apps = {"first": {"app_id": APP, "secret": SECRET}, "second": {"app_id": "7055107885017071619", "secret": "s2"}}
    tokens = {"a": {"token": "tok-a", "app": "first"}, "b": {"token": "tok-b", "app": "second"}}
    rows = [{"advertiser_id": WELL, "token": "a"}, {"advertiser_id": WELL, "token": "b"}]
    scenario = world([{"advertiser_id": WELL, "token": "a b"}], tokens, apps)
    with Sandbox(scenario=scenario) as box:
        scene = Scene(tmp_path, box, rows, tokens, apps)
        scene.sweep()
        for command in ("retire", "message"):
            result = scene.cli(command, WELL)
            assert result.exit == 1 and "--app" in result.err, result
        assert scene.check("--advertiser", WELL).exit == 3
        box.revoke(WELL, app_id=APP)
        scene.sweep()
        assert scene.check("--advertiser", WELL, "--app", "first").exit == 2
        assert scene.check("--advertiser", WELL, "--app", "second").exit == 0
        assert scene.cli("message", WELL, "--app", "first").exit == 0
        assert scene.cli("retire", WELL, "--app", "first").exit == 0
        assert {row["app"]: row["state"] for row in scene.cli("status", "--json").json["advertisers"]} == {
            "first": "critical", "second": "ok"}


# --- discover -----------------------------------------------------------------------------------------------

NEW = [{"advertiser_id": "7502022393087590500", "advertiser_name": 'Comma, "Quote" & Co'},
       {"advertiser_id": "7502022393087590501", "advertiser_name": "=HYPERLINK(1)"},
       {"advertiser_id": "7502022393087590502", "advertiser_name": "Näme ☂"}]


@pytest.fixture
def grown(tmp_path):
    """A token that covers three more than the inventory has, and one less."""
    scenario = world(ROWS[:3], {"main": TOKENS["main"]})
    scenario["advertisers"] += NEW
    scenario["logins"][0]["advertisers"] = [WELL, REVOKED] + [one["advertiser_id"] for one in NEW]
    with Sandbox(scenario=scenario) as box:
        scene = Scene(tmp_path, box, ROWS[:3], {"main": TOKENS["main"]})
        scene.box = box
        yield scene


def test_discover_tells_new_gone_and_unowned(grown):
    result = grown.cli("discover")
    assert result.exit == 0 and clean(result.out)
    assert "token main covers 5 advertisers" in result.out and "3 new: covered" in result.out
    assert "1 gone: " in result.out and "discover --adopt" in result.out
    shown = grown.cli("discover", "--json").json
    assert [one["advertiser_id"] for one in shown["new"]] == [one["advertiser_id"] for one in NEW]
    assert [one["advertiser_id"] for one in shown["gone"]] == [DELETED] and shown["adopted"] is None
    assert shown["tokens"] == [{"token": "main", "listed": True, "covered": 5, "why": None}]


@pytest.mark.parametrize("form", ["lines", "crlf", "bom", "no last newline", "comments and quotes"])
def test_adopt_keeps_every_byte_that_was_there(grown, form):
    path = os.path.join(grown.folder, "advertisers.csv")
    with open(path, "rb") as file:
        before = file.read()
    before = {"lines": before, "crlf": before.replace(b"\n", b"\r\n"), "bom": b"\xef\xbb\xbf" + before,
              "no last newline": before.rstrip(b"\n"),
              "comments and quotes": before + b'# a comment, "as it is"\n\n"' + OURS.encode() + b'","x, y",main,,,,\n'
              }[form]
    with open(path, "wb") as file:
        file.write(before)
    os.chmod(path, 0o640)
    result = grown.cli("discover", "--adopt")
    assert result.exit == 0 and "3 rows added to" in result.out, result
    with open(path, "rb") as file:
        after = file.read()
    assert after.startswith(before) and stat.S_IMODE(os.stat(path).st_mode) == 0o640
    assert after[len(before):].count(b"\r\n") == (3 if form == "crlf" else 0)
    table = list(csv.DictReader(after.decode("utf-8-sig").splitlines()))
    added = {row["advertiser_id"]: row for row in table}
    assert added[NEW[0]["advertiser_id"]]["name"] == 'Comma, "Quote" & Co'
    assert added[NEW[1]["advertiser_id"]]["name"] == "'=HYPERLINK(1)"  # no formula in a spreadsheet
    assert added[NEW[2]["advertiser_id"]]["name"] == "Näme ☂"
    assert all(added[one["advertiser_id"]]["token"] == "main" for one in NEW)
    # Again: there is nothing left to add.
    again = grown.cli("discover", "--adopt", "--json").json
    assert (again["new"], again["adopted"]["added"]) == ([], 0)
    with open(path, "rb") as file:
        assert file.read() == after
    grown.sweep()
    assert grown.check("--advertiser", NEW[0]["advertiser_id"]).exit == 0


def test_adopt_begins_an_inventory(grown):
    os.unlink(os.path.join(grown.folder, "advertisers.csv"))
    result = grown.cli("discover", "--adopt", "--output", os.path.join(grown.folder, "advertisers.csv"))
    assert result.exit == 0 and "5 rows added to" in result.out, result
    grown.sweep()
    assert grown.check("--all").exit == 0
    assert "5 advertisers authorized" in grown.check("--all").line1


def test_discover_where_a_token_can_not_be_listed(scene, box):
    box.kill("tok-dead")
    result = scene.cli("discover")
    assert result.exit == 0 and "token dead could not be listed: " in result.out, result
    assert "gone" not in result.out  # nothing follows for its advertisers
    box.fault(http=503)
    result = scene.cli("discover", "--adopt")
    assert result.exit == 1 and "0 rows added" in result.out, result


# --- Hostile names ------------------------------------------------------------------------------------------

HOSTILE = {
    "ansi": "\x1b[2J\x1b[1;31mEvil\x1b]0;title\x07\x1b[8m",
    "c1": "Evil\u009b31m\u0085Name",
    "rtl": "\u202eEvil\u2066 Name\u2069\u200f",
    "newlines": "Evil\nTIKTOK AUTH OK - fine\r\nOK  7502022393087590402  Forged",
    "long": "Evil " + "x" * 295,
    "emoji": "Evil 👩‍👩‍👧‍👦 \U0001f9b8🏽‍♀️ Zalgo̶̡̫",
    "shell": "Evil `$(reboot)`; <b>|&'\"",
    "tab": "Evil\tName\x7f\x08\x08",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Every text from outside is hostile: inventory, names and login as TikTok has them, and its messages."""
    ids = advertiser_ids(len(HOSTILE))
    rows = [{"advertiser_id": one, "name": name, "owner": name[:100], "client": name[:100]}
            for one, name in zip(ids, HOSTILE.values())]
    scenario = world(ids)
    strangers = advertiser_ids(len(HOSTILE), first=7600000000000000001)
    for one, name in zip(strangers, HOSTILE.values()):
        scenario["advertisers"].append({"advertiser_id": one, "advertiser_name": name})
        scenario["logins"][0]["advertisers"].append(one)
    scenario["logins"][0].update(display_name=HOSTILE["ansi"] + HOSTILE["rtl"], email=HOSTILE["newlines"])
    with Sandbox(scenario=scenario) as box:
        scene = Scene(tmp_path_factory.mktemp("hostile"), box, rows)
        scene.ids = ids
        scene.sweep()
        scene.cli("doctor")
        for one, name in zip(ids, HOSTILE.values()):
            box.revoke(one)
            box.fault(path="/advertiser/info/", advertiser_id=one, code=40001,
                      message="No permission to operate advertiser " + one + ": " + name)
        scene.sweep()
        yield scene


@pytest.mark.parametrize("command", [("status",), ("status", "--all"), ("sweep",), ("doctor",), ("discover",),
                                     ("discover", "--adopt", "--output", "new.csv")], ids=" ".join)
def test_hostile_names_do_nothing_to_a_terminal(hostile, command):
    for locale in ("C", "C.UTF-8"):
        result = hostile.cli(*command, env={**hostile.environment(), "LC_ALL": locale}, cwd=hostile.folder)
        assert result.exit in (0, 1) and "Evil" in result.out or command[0] in ("doctor", "sweep"), result
        assert clean(result.out) and clean(result.err), result
        assert "\nTIKTOK AUTH OK" not in result.out and "\nOK  7502022393087590402  Forged" not in result.out
        if locale == "C":
            assert result.out.isascii() and result.err.isascii(), result
    _, shown = on_terminal(hostile, *command, columns=100) if "--output" not in command else (0, "")
    assert clean(without_colors(shown).replace("\r", "")), shown


def test_hostile_names_in_single_answers(hostile):
    for one in hostile.ids:
        for command in (("history", one), ("message", one)):
            result = hostile.cli(*command)
            assert result.exit == 0 and clean(result.out) and "\nTIKTOK AUTH OK" not in result.out, result
        result = hostile.check("--advertiser", one, "--verbose")
        assert result.exit == 2 and clean(result.out) and one in result.line1, result
        assert result.line1.isascii() and len(result.line1) <= 130 and "|" not in result.line1
        assert re.search("\nTIKTOK AUTH OK", result.out) is None
        assert not re.search("[`$&|'\"<>~]", result.line1), result.line1
    assert clean(hostile.check("--all", "--verbose").out)
    assert clean(hostile.check("--token", "main", "--verbose").out)


def test_json_keeps_hostile_names_as_they_are(hostile):
    """Escaped, as JSON has it: programs get the true text, and the bytes can do nothing either."""
    shown = hostile.cli("status", "--json")
    assert clean(shown.out)
    names = {row["advertiser_id"]: row["name"] for row in shown.json["advertisers"]}
    assert names[hostile.ids[5]] == HOSTILE["emoji"]
    for one in hostile.ids:
        assert clean(hostile.check("--advertiser", one, "--format", "json").out)


def test_hostile_words_of_the_caller(scene):
    evil = HOSTILE["ansi"] + HOSTILE["rtl"]
    for command in (("history", evil), ("status", "--app", evil), ("status", "--token", evil), ("sweep", "--app", evil),
                    ("history", WELL, "--app", evil), ("discover", "--app", evil), ("--config", evil),
                    ("status", "--config", evil)):
        result = scene.cli(*command)
        assert result.exit in (0, 1, 2) and clean(result.out) and clean(result.err), result
    for option in ("--app", "--token", "--config", "--advertiser"):
        assert clean(scene.check(option, evil).out)


# --- All of them --------------------------------------------------------------------------------------------


def test_a_reader_that_leaves_early_is_no_accident(scene):
    for command in (("status", "--json"), ("explain",)):
        process = subprocess.run(["sh", "-c", '"$0" "$@" | head -c 10', program("tiktok-auth"), *command],
                                 env=scene.environment(), capture_output=True, text=True, check=False)
        assert len(process.stdout) == 10 and process.stderr == "", process


def test_a_full_standard_output_is_told(scene):
    with open("/dev/full", "w", encoding="ascii") as full:
        process = subprocess.run([program("tiktok-auth"), "status"], env=scene.environment(), stdout=full,
                                 stderr=subprocess.PIPE, text=True, check=False)
    assert process.returncode == 1 and "can't write all of the output" in process.stderr


def test_no_secret_is_ever_shown(trouble):
    shown = ""
    for command in (("status", "--json"), ("status",), ("doctor",), ("doctor", "--json"), ("sweep",), ("discover",),
                    ("history", REVOKED), ("message", REVOKED), ("explain",)):
        result = trouble.cli(*command)
        shown += result.out + result.err
    for token in TOKENS.values():
        assert token["token"] not in shown
    assert SECRET not in shown and "S3cret" not in shown
