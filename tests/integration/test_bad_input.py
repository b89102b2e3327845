# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Wrong options, configurations and inventories: one clear sentence where it concerns, and the rest keeps working."""

import os
import re

import pytest

from sandbox import Sandbox
from scene import Scene, advertiser_ids, world

IDS = advertiser_ids(40)
FIRST, SECOND, LAST = IDS[0], IDS[1], IDS[39]
TOKENS = {"main": {"token": "tok-main"}, "other": {"token": "tok-other"}}
ROWS = [{"advertiser_id": one, "token": "other" if one == LAST else "main"} for one in IDS]
OF_OTHER = LAST


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(ROWS, TOKENS)) as sandbox:
        yield sandbox


@pytest.fixture
def scene(box, tmp_path):
    box.reset()
    return Scene(tmp_path, box, ROWS, TOKENS)


def spoil(scene, old, new):
    """Changes the configuration's text."""
    with open(scene.config, encoding="utf-8") as file:
        text = file.read()
    assert old in text
    with open(scene.config, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))


def inventory(scene, text=None):
    """The inventory's text; with an argument: replaces it."""
    path = os.path.join(scene.folder, "advertisers.csv")
    if text is None:
        with open(path, encoding="utf-8") as file:
            return file.read()
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return None


def flat(text):
    return " ".join(text.split())


def assert_said_once(scene, sentence, affected=(), spared=(FIRST,)):
    """doctor, --api and what is affected say it, with its place; the rest is well and silent."""
    swept = scene.sweep()
    doctor = flat(scene.cli("doctor").out)
    assert doctor.count(sentence) == 1, (sentence, doctor)
    api = scene.check("--api")
    assert api.out.count(sentence) == 1, (sentence, api)
    for selection in affected:
        result = scene.check(*selection)
        assert sentence in result.out, (sentence, result)
    for one in spared:
        result = scene.check("--advertiser", one)
        assert result.exit == 0 and sentence not in result.out, (sentence, result)
    return swept


# --- Wrong options ------------------------------------------------------------------------------------------


WRONG_OPTIONS = {
    "nothing to judge": ((), "--advertiser, --token, --app, --api, --all or --videos"),
    "two selections": (("--advertiser", FIRST, "--all"), "only one of them"),
    "two tokens": (("--token", "a", "--token", "b"), "--token is given twice"),
    "negative timeout": (("--all", "--timeout", "-1"), "--timeout -1"),
    "no timeout": (("--all", "--timeout", "0"), "--timeout 0"),
    "long timeout": (("--all", "-t", "999999999999999999999"), "--timeout 9999"),
    "timeout with a unit": (("--all", "--timeout", "5s"), "--timeout 5s"),
    "positional": (("--all", "surplus"), "surplus"),
    "unknown option": (("--all", "--nosuch"), "--nosuch"),
    "unknown letter": (("--all", "-X"), "-X"),
    "part of a name": (("--adv", FIRST, "--a"), "--a"),
    "missing value": (("--advertiser",), "--advertiser"),
    "value for a flag": (("--all=yes",), "--all"),
    "letters in the id": (("--advertiser", "75O2022393087590401"), "digits"),
    "long id": (("--advertiser", "7" * 21), "digits"),
    "empty id": (("--advertiser", ""), "digits"),
    "name with a blank": (("--token", "a b"), "names are"),
    "age without a unit": (("--all", "--max-age", "300"), "--max-age 300"),
    "negative age": (("--all", "--max-age", "-5m"), "--max-age -5m"),
    "huge age": (("--all", "--max-age", "99999999999999d"), "--max-age"),
    "bad range": (("--all", "--critical", "5:x"), "--critical"),
    "range upside down": (("--all", "-w", "9:3"), "--warning"),
    "threshold for one": (("--advertiser", FIRST, "-c", "0"), "--warning and --critical"),
    "bad format": (("--all", "--format", "xml"), "--format xml"),
    "bad state": (("--all", "--timeout-result", "fine"), "--timeout-result fine"),
    "empty configuration": (("--all", "--config", ""), "--config"),
    "hostile": (("--all", "--format", "\x1b[31m|`$(reboot)`\n\u202e" + "x" * 5000), "--format"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_wrong_options_exit_with_unknown_and_a_short_usage(scene, box, name):
    arguments, names = WRONG_OPTIONS[name]
    result = scene.check(*arguments)
    lines = result.out.splitlines()
    assert result.exit == 3 and result.err == ""
    assert lines[0].startswith("TIKTOK AUTH UNKNOWN - ") and names in lines[0], result
    assert re.fullmatch(r"[ -~]*", lines[0]) and "|" not in lines[0] and len(lines[0]) <= 160, result
    assert len(lines) <= 23 and all(len(line) <= 80 for line in lines[1:]), result
    assert any(line.startswith("Usage: check_tiktok_auth") for line in lines)
    assert box.calls() == 0


def test_help_fits_a_terminal(scene):
    for option in ("--help", "-h"):
        result = scene.check(option)
        lines = result.out.splitlines()
        assert result.exit == 3 and all(len(line) <= 80 for line in lines), result
        for name in ("--advertiser", "--token", "--app", "--api", "--all", "--max-age", "--warning", "--critical",
                     "--format", "--timeout", "--timeout-result", "--verbose", "--config", "--version"):
            assert name in result.out


def test_version(scene):
    for option in ("--version", "-V"):
        result = scene.check(option)
        assert result.exit == 3 and re.fullmatch(r"check_tiktok_auth \d+\.\d+\.\d+\n", result.out), result


CLI_WRONG = [((), "Usage"), (("nosuch",), "nosuch"), (("status", "--nosuch"), "--nosuch"),
             (("status", "surplus"), "surplus"), (("history",), "ID is missing"), (("history", "a", "b"), "too many"),
             (("retire", "12a"), "12a"), (("message", "12a"), "12a"), (("sweep", "--max-age", "5"), "--max-age"),
             (("sweep", "--all", "--token", "main"), "one of them"), (("status", "--state", "fine"), "fine"),
             (("status", "--color", "red"), "red"), (("history", FIRST, "--most", "0"), "--most"),
             (("discover", "--output", "x"), "--adopt"), (("explain", "40001x"), "40001x"),
             (("explain", "1", "2"), "too many"), (("\x1b[31m\u202e|",), "is not a command")]


@pytest.mark.parametrize("arguments, names", CLI_WRONG, ids=lambda value: str(value)[:30])
def test_wrong_words_of_the_tool(scene, box, arguments, names):
    result = scene.cli(*arguments)
    assert result.exit == 2 and result.out == "" and names in result.err, result
    assert len(result.err.splitlines()) <= 23 and "\x1b" not in result.err and "\u202e" not in result.err
    assert box.calls() == 0


# --- The configuration as a file ----------------------------------------------------------------------------


def test_a_missing_configuration(scene):
    os.unlink(scene.config)
    result = scene.check("--all")
    assert result.exit == 3 and scene.config in result.out and "No such file" in result.out, result
    for command in ("status", "sweep", "doctor", "discover"):
        said = scene.cli(command)
        assert said.exit == 1 and scene.config in said.out + said.err, said


def test_a_configuration_that_is_a_folder_or_a_pipe(scene):
    os.unlink(scene.config)
    os.mkdir(scene.config)
    result = scene.check("--all")
    assert result.exit == 3 and "not a regular file" in result.out, result
    os.rmdir(scene.config)
    os.mkfifo(scene.config)
    result = scene.check("--all", "--timeout", "10")
    assert result.exit == 3 and "not a regular file" in result.out and result.seconds < 5, result


GARBAGE = {
    "empty": b"",
    "zeroes": bytes(100000),
    "binary": bytes(range(256)) * 500,
    "one long line": b"[app x]\napp_id = " + b"7" * 200000,
    "many sections": b"".join(b"[app a%d]\n" % number for number in range(20000)),
    "brackets": b"[" * 50000,
    "not utf-8": b"[app \xff\xfe]\n\xc3\x28 = \xa0\xa1\n",
    "too large": b"# comment\n" * 1000000,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_configuration_of_garbage(scene, box, name):
    with open(scene.config, "wb") as file:
        file.write(GARBAGE[name])
    for selection in (("--all",), ("--api",), ("--advertiser", FIRST), ("--api", "--format", "json")):
        result = scene.check(*selection, "--timeout", "10")
        assert result.exit in (1, 3) and result.seconds < 9, result
        assert re.fullmatch(r"[ -~]*", result.line1) and len(result.line1) <= 130 or "json" in selection, result
    doctor = scene.cli("doctor", "--offline")
    assert doctor.exit in (0, 1) and "\x00" not in doctor.out
    assert box.calls() == 0


def test_crlf_in_the_configuration(scene):
    with open(scene.config, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(scene.config, "w", encoding="utf-8", newline="") as file:
        file.write("\ufeff" + text.replace("\n", "\r\n"))
    assert scene.check("--all").exit == 0
    assert "PROBLEM  configuration" not in scene.cli("doctor").out


# --- Keys and sections --------------------------------------------------------------------------------------


def test_an_unknown_key(scene):
    spoil(scene, "token_file = other.token", "token_file = other.token\ntokn_file = x")
    assert_said_once(scene, "tokn_file", affected=[("--token", "other"), ("--advertiser", OF_OTHER)])


def test_an_unknown_section(scene):
    spoil(scene, "[sweep]", "[sweeps]\ninterval = 1m\n\n[sweep]")
    assert_said_once(scene, "[sweeps]")


@pytest.mark.parametrize("key, value", [
    ("interval", "300"), ("interval", "1ms"), ("confirm_reads", "9"), ("account_status", "maybe"), ("by", "nobody"),
    ("hosts", "0"), ("diagnose_max", "-1"), ("stale_after", "")])
def test_a_bad_value_leaves_the_default(scene, key, value):
    scene.sweep_keys[key] = value
    scene.write()
    sentence = "[sweep] %s: " % key
    scene.sweep()
    api = scene.check("--api")
    assert api.exit == 1 and sentence in api.out and "tiktok-auth.conf line " in api.out, api
    assert sentence in flat(scene.cli("doctor").out)
    result = scene.check("--advertiser", FIRST)
    assert result.exit == 0 and sentence in result.out, result  # [sweep] is about all


@pytest.mark.parametrize("change, names", [
    (("app_id = 7055107885017071618", "app_id = seven"), "[app demo] app_id: "),
    (("tier = ultimate", "tier = gold"), "[app demo] tier: "),
    (("budget = 100%", "budget = 200%"), "[app demo] budget: "),
    (("base_url = http://127.0.0.1", "base_url = http://tiktok.example.com"), "[api] base_url: "),
    (("base_url = http", "base_url = ftp"), "[api] base_url: "),
    (("budget = 100%", "reauth_url = javascript:alert(1)"), "[app demo] reauth_url: ")])
def test_a_bad_value_of_app_or_api_is_named(scene, change, names):
    spoil(scene, *change)
    scene.check("--all")
    assert names in scene.check("--api").out
    assert names in flat(scene.cli("doctor", "--offline").out)
    result = scene.check("--advertiser", FIRST)
    assert names in result.out, result


def test_a_token_named_twice(scene, box):
    spoil(scene, "[token other]", "[token main]\napp = demo\ntoken_file = third.token\n\n[token other]")
    assert_said_once(scene, "[token main]", affected=[("--token", "main"), ("--advertiser", FIRST)],
                     spared=(OF_OTHER,))
    assert scene.check("--advertiser", FIRST).exit == 0  # the first one counts
    assert {entry["token"] for entry in box.log()} == {"tok-main", "tok-other"}


def test_a_token_of_an_app_that_is_not_there(scene):
    spoil(scene, "[token other]\napp = demo", "[token other]\napp = nosuch")
    assert_said_once(scene, "nosuch", affected=[("--token", "other")])


# --- Secrets ------------------------------------------------------------------------------------------------


def secret(scene, name):
    return os.path.join(scene.folder, name)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o660, 0o666])
def test_a_secret_that_others_can_touch_is_not_used(scene, box, mode):
    os.chmod(secret(scene, "other.token"), mode)
    assert_said_once(scene, "%04o" % mode, affected=[("--token", "other"), ("--advertiser", OF_OTHER)])
    assert scene.check("--advertiser", OF_OTHER).exit == 3
    assert "tok-other" not in {entry["token"] for entry in box.log()}
    os.chmod(secret(scene, "other.token"), 0o640)
    scene.sweep()
    assert scene.check("--advertiser", OF_OTHER).exit == 0


def assert_token_is_told(scene, sentence):
    scene.sweep()
    for selection in (("--token", "other"), ("--advertiser", OF_OTHER)):
        result = scene.check(*selection)
        assert result.exit == 3 and sentence in result.out, result
    doctor = scene.cli("doctor")
    assert doctor.exit == 1 and sentence in flat(doctor.out), doctor
    assert scene.check("--advertiser", FIRST).exit == 0


def test_a_missing_secret(scene):
    os.unlink(secret(scene, "other.token"))
    assert_token_is_told(scene, "No such file")


@pytest.mark.parametrize("text", ["", "\n", "   \n"], ids=["empty", "a line", "blanks"])
def test_an_empty_token(scene, text):
    scene.write_secret("other.token", text)
    assert_token_is_told(scene, "other.token")


@pytest.mark.parametrize("text", ["a b\n", "x" * 100000, "nul\0\n", "\x7f\x1b[31m\n"],
                         ids=["blank", "long", "nul", "control"])
def test_a_token_that_can_be_none(scene, text):
    scene.write_secret("other.token", text)
    assert_token_is_told(scene, "other.token")
    everything = "".join(scene.check("--token", "other", "-v").out + scene.cli("doctor").out)
    assert "xxxxxxxx" not in everything and "\x1b" not in everything


def test_a_secret_that_is_a_folder(scene):
    os.unlink(secret(scene, "other.token"))
    os.mkdir(secret(scene, "other.token"))
    assert_token_is_told(scene, "not a regular file")


def test_a_missing_app_secret(scene):
    os.unlink(secret(scene, "demo.secret"))
    scene.sweep()
    result = scene.check("--advertiser", FIRST)
    assert result.exit == 3 and "demo.secret" in result.out, result
    assert "demo.secret" in flat(scene.cli("doctor").out)


# --- The inventory ------------------------------------------------------------------------------------------


def test_a_short_row(scene):
    inventory(scene, inventory(scene) + "7502022393087590999,Short\n")
    assert_said_once(scene, "advertisers.csv line 42", affected=[("--advertiser", "7502022393087590999")])
    result = scene.check("--advertiser", "7502022393087590999")
    assert result.exit == 3, result


@pytest.mark.parametrize("row, names", [
    ("75O2022393087590402,X,main,o,,,", "advertiser_id"), (",X,main,o,,,", "advertiser_id"),
    ("7.50202E+18,X,main,o,,,", "advertiser_id"), ("7" * 21 + ",X,main,o,,,", "advertiser_id"),
    ("7502022393087590999,X,nosuch,o,,,", "nosuch"), ("7502022393087590999,X,,o,,,", "token"),
    ("7502022393087590999,X,main,o,,2026-02-31,", "until"),
    ("7502022393087590999,X,main,o,,,DELETE /x/", "required_permissions"),
    (FIRST + ",Again,main,o,,,", FIRST), ("7502022393087590999,X,main,o,,,,,surplus", "line 42"),
    ('7502022393087590999,"X,main,o,,,', "line 42"), ("7502022393087590999,\0,main,o,,,", "line 42"),
    ("7502022393087590999," + "x" * 200000 + ",main,o,,,", "line 42")], ids=lambda value: value[:30])
def test_a_bad_row(scene, row, names):
    inventory(scene, inventory(scene) + row + "\n")
    scene.sweep()
    api = scene.check("--api")
    assert names in api.out and "line 42" in api.out, api
    assert scene.check("--advertiser", SECOND).exit == 0
    assert "line 42" in flat(scene.cli("doctor").out)


def test_a_byte_order_mark_and_crlf(scene):
    inventory(scene, b"\xef\xbb\xbf" + inventory(scene).replace("\n", "\r\n").encode())
    scene.sweep()
    assert scene.check("--all").exit == 0
    assert "40 advertisers expected" in scene.cli("doctor").out


def test_without_a_last_newline(scene):
    inventory(scene, inventory(scene).rstrip("\n"))
    scene.sweep()
    assert scene.check("--advertiser", LAST).exit == 0


@pytest.mark.parametrize("text, names", [
    (b"", "advertisers.csv"), (b"\n\n\n", "advertisers.csv"), (bytes(range(256)) * 100, "advertisers.csv"),
    (b"id;name;token;owner\n1;2;3;4\n", "advertiser_id"), (b"advertiser_id,name,owner\n1,2,3\n", "token"),
    (b"advertiser_id,name,token,owner,advertiser_id\n", "advertiser_id"),
    (b"advertiser_id,name,token,owner,colour\n" + FIRST.encode() + b",A,main,o,red\n", "colour")])
def test_a_bad_header(scene, text, names):
    inventory(scene, text)
    scene.sweep()
    for said in (scene.check("--api").out, flat(scene.cli("doctor").out)):
        assert "advertisers.csv" in said and names in said
    assert scene.check("--all").exit in (0, 3)


def test_a_missing_inventory(scene):
    os.unlink(os.path.join(scene.folder, "advertisers.csv"))
    scene.sweep()
    result = scene.check("--advertiser", FIRST)
    assert result.exit == 3 and "not in the inventory: " in result.line1 and "No such file" in result.out, result
    assert scene.check("--all").exit == 3
    assert "No such file" in flat(scene.cli("doctor").out)


# --- The shrink guard ---------------------------------------------------------------------------------------


SHRANK = "the inventory shrank from 40 to 4 advertisers at once and is refused"


def cut(scene):
    lines = inventory(scene).splitlines(keepends=True)
    inventory(scene, "".join(lines[:5]))


def test_an_inventory_cut_to_a_tenth_is_refused(scene, box):
    scene.sweep()
    cut(scene)
    box.clear_log()
    swept = scene.sweep()
    assert "refused" in swept.out + swept.err and "--accept-shrink" in swept.out + swept.err, swept
    assert scene.cli("sweep", "--json").json["inventory_refused"] is True
    # The old one stands, and it is said where it concerns.
    box.revoke(SECOND)
    assert scene.check("--advertiser", LAST).exit == 0
    assert scene.check("--all", "--max-age", "0").line1.startswith("TIKTOK AUTH CRITICAL - 1 of 40")
    for said in (scene.check("--api").out, scene.check("--all").out, flat(scene.cli("doctor").out)):
        assert SHRANK in said, said
    assert scene.check("--api").exit == 0
    assert scene.cli("doctor").exit == 1
    # Checks never take it by themselves; a person does.
    accepted = scene.cli("sweep", "--accept-shrink")
    assert accepted.exit == 0 and "refused" not in accepted.out + accepted.err, accepted
    assert scene.check("--all").line1.startswith("TIKTOK AUTH CRITICAL - 1 of 4 ")
    assert scene.check("--advertiser", LAST).exit == 3
    assert SHRANK not in scene.check("--api").out


def test_a_little_less_is_no_shrink(scene):
    scene.sweep()
    lines = inventory(scene).splitlines(keepends=True)
    inventory(scene, "".join(lines[:-3]))
    scene.sweep()
    assert "- 37 advertisers authorized" in scene.check("--all").line1


def test_an_inventory_that_vanished_is_refused(scene):
    scene.sweep()
    os.unlink(os.path.join(scene.folder, "advertisers.csv"))
    scene.sweep()
    assert scene.check("--advertiser", LAST).exit == 0
    said = scene.check("--api").out
    assert "can't be read whole" in said and "No such file" in said, said


# --- Changes while it runs ----------------------------------------------------------------------------------


def test_a_change_is_taken_up_by_the_next_check(scene, box):
    scene.sweep()
    scene.advertisers.append({"advertiser_id": "7502022393087590999", "name": "New", "token": "main", "owner": "o"})
    scene.write_inventory()
    assert scene.check("--advertiser", "7502022393087590999").exit == 2  # TikTok knows no such id
    assert "7502022393087590999" in scene.check("--all", "-v").out


def test_a_mended_configuration_is_taken_up_by_the_next_check(scene):
    spoil(scene, "[token other]\napp = demo", "[token other]\napp = nosuch")
    assert scene.check("--advertiser", OF_OTHER).exit == 3
    spoil(scene, "app = nosuch", "app = demo")
    assert scene.check("--advertiser", OF_OTHER).exit == 0
