# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""No secret leaves: not in arguments, output at any verbosity, errors, snapshot, store, accepted inventory or mails."""

import glob
import os
import stat
import time
import urllib.parse

import pytest

from sandbox import LIST, Sandbox, binary_path
from scene import Scene, advertiser_ids, world

# Parts of the secrets, so that a cut, a quotation or another encoding is found as well.
APP_SECRET, TOKEN, SECOND = "aPp-Zq7/+%=&?#-sEcReT", "tok-Xw9-tOkEn", "tok-Vk3-sEcOnD"
MARKS = ["aPp-Zq7", "sEcReT", "tok-Xw9", "tOkEn", "tok-Vk3", "sEcOnD"]
FORMS = MARKS + [urllib.parse.quote(APP_SECRET, safe="")]
IDS = A, B, C = advertiser_ids(3)
APPS = {"demo": {"app_id": "7055107885017071618", "secret": APP_SECRET}}
TOKENS = {"main": {"token": TOKEN}, "second": {"token": SECOND}}
ROWS = [{"advertiser_id": A, "token": "main"}, {"advertiser_id": B, "token": "main"},
        {"advertiser_id": C, "token": "second"}]

TROUBLE = {
    "none": None,
    "wrong-secret": lambda box: box.secret("7055107885017071618", "another"),
    "dead-token": lambda box: box.kill(TOKEN),
    "revoked": lambda box: box.revoke(A),
    "http-500": lambda box: box.fault(http=500),
    "reset": lambda box: box.fault(wire="reset"),
    "close": lambda box: box.fault(wire="close"),
    "bad-status": lambda box: box.fault(wire="bad_status"),
    "redirect": lambda box: box.fault(http=302, location=box.url + LIST),
    "request-fault": lambda box: box.fault(code=40002, message="Missing required field(s): app_id."),
    "no-answer": lambda box: box.fault(wire="no_answer"),
}


@pytest.fixture(scope="module")
def server():
    with Sandbox(binary_path(), world(ROWS, TOKENS, APPS)) as running:
        yield running


@pytest.fixture
def box(server):
    server.reset()
    return server


@pytest.fixture
def scene(box, tmp_path):
    return Scene(tmp_path, box, ROWS, TOKENS, APPS, api={"request_timeout": "300ms"}, sweep={"account_status": "yes"})


def assert_no_secret(where, content):
    for form in FORMS:
        assert form.encode() not in content, "%s holds %s" % (where, form)


def assert_clean(result):
    assert_no_secret(result.arguments, (result.out + result.err).encode("utf-8", "surrogateescape"))
    return result


def test_the_marks_are_found_where_they_are(scene, box):
    """The sandbox sees the secrets: what is looked for here is what is sent."""
    scene.sweep()
    request = box.log(LIST)[0]
    assert request["token"] == TOKEN and request["params"]["secret"] == APP_SECRET
    with pytest.raises(AssertionError):
        assert_no_secret("the query", request["query"].encode())


@pytest.mark.parametrize("name", TROUBLE)
def test_neither_output_nor_state(scene, box, name):
    scene.sweep()
    if TROUBLE[name]:
        TROUBLE[name](box)
    result = assert_clean(scene.check("--all", "--max-age", "0", "-v", "-v", "-v"))
    assert result.err or name == "none"  # the log of the sweep went by
    for selection in (("--advertiser", A), ("--token", "main"), ("--app", "demo"), ("--api",), ("--all",)):
        assert_clean(scene.check(*selection, "--verbose"))
        assert_clean(scene.check(*selection, "--format", "json"))
    for command in (("sweep", "--json"), ("status",), ("history", A), ("message", A)):
        assert_clean(scene.cli(*command))
    files = scene.state_files()
    assert {"snapshot", "state.db", "inventory.accepted"} <= set(files)
    for file, content in files.items():
        assert_no_secret(file, content)


def test_doctor_and_discover(scene, box):
    scene.sweep()
    assert_clean(scene.cli("doctor"))
    assert_clean(scene.cli("discover"))
    box.fault(wire="reset")
    assert_clean(scene.cli("doctor"))
    box.clear_faults()
    os.chmod(os.path.join(scene.folder, "main.token"), 0o644)
    doctor = assert_clean(scene.cli("doctor"))
    assert "main.token" in doctor.out + doctor.err


@pytest.mark.parametrize("content", ["", " ", "two words " + TOKEN, TOKEN + "\x01" + SECOND, "x" * 5000 + TOKEN])
def test_a_token_file_that_is_refused_is_not_quoted(scene, content):
    scene.write_secret("main.token", content)
    result = assert_clean(scene.check("--advertiser", A, "--max-age", "0", "-v", "-v"))
    assert result.state == "unknown" and "main.token" in result.out
    assert_clean(scene.cli("doctor"))


def test_a_secret_where_another_key_belongs_is_not_quoted(scene):
    """What stands in the wrong place of the configuration may be a secret: doctor names key and line."""
    scene.more = "[token third]\napp = demo\ntoken = %s\n[app demo2]\nsecret = %s\n" % (SECOND, APP_SECRET)
    scene.write()
    for result in (scene.check("--all", "--max-age", "0", "-v"), scene.check("--api", "-v"), scene.cli("doctor")):
        assert_clean(result)


def running():
    """The command lines and environments of all processes."""
    for folder in glob.glob("/proc/[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    yield folder, name, file.read()
            except OSError:
                pass


def test_no_secret_in_arguments_while_a_request_hangs(scene, box):
    scene.api["request_timeout"] = "20s"
    scene.write()
    box.fault(path=LIST, wire="no_answer")
    process = scene.start("check_tiktok_auth", "--advertiser", A, "--max-age", "0", "--timeout", "20", "--verbose")
    try:
        deadline = time.monotonic() + 20
        while box.calls(LIST) == 0:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        seen = list(running())
    finally:
        process.terminate()
        out, err = process.communicate(timeout=30)
    commands = [content for _, name, content in seen if name == "cmdline"]
    assert any(b"tiktok-auth-sweep\0" in command and scene.config.encode() in command for command in commands)
    for folder, name, content in seen:
        assert_no_secret("%s/%s" % (folder, name), content)
    assert_no_secret("the output", out + err)


def test_what_is_published_is_for_the_group_at_most(scene):
    scene.sweep()
    for name in scene.state_files():
        mode = stat.S_IMODE(os.stat(os.path.join(scene.state, name)).st_mode)
        assert mode & 0o007 == 0, "%s is %o" % (name, mode)


def test_the_token_goes_to_the_header_and_nowhere_else(scene, box):
    scene.sweep()
    for request in box.log():
        assert request["authorization"] is None
        assert TOKEN not in request["query"] and SECOND not in request["query"]
        if request["path"] != LIST:
            assert "secret" not in request["params"]
