# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of the API, served word for word: each comes out of the check with its class, its cause and what was said.

Each message has an app, a token and an advertiser of its own, so that one sweep asks about all and none explains
another. They are served in four places: as the answer of the list of a token that was never asked before, and of one
whose state is known; of advertiser/info for an id that left the list; and of a permission's endpoint.
"""

import itertools
import os
import re

import pytest

from sandbox import INFO, LIST, Sandbox, binary_path
from scene import SECRET, Scene, advertiser_ids, facts, read_table, world

CAUSES = {row[0]: dict(zip(("class", "state", "urgency", "scope", "actor"), row[1:])) for row in facts("causes")}
KEEP = {cause for cause, row in CAUSES.items() if row["state"] == "keep"}
# Neither is said of a token or an advertiser: in a sweep they are faults of the API.
STRANGE = {"auth_code", "video_processing", "video_failed"}
FAULTS = KEEP | STRANGE
SAYS_NOTHING = ("", "Florbs are out of tune")
ENDPOINT = "/campaign/get/"
FOUR_ACTIONS = ("App Management, find the app, re-grant", "app_id and token belong together",
                "status of the developer account", "authorization again for a new token")


class Case:
    """A message and what it means."""

    def __init__(self, number, code, message, cause, endpoint):
        self.code = int(code)
        self.message = message
        self.cause = cause
        self.endpoint = endpoint
        self.app = "app%03d" % number
        self.app_id = str(7055107885017000000 + number)
        self.token = "token%03d" % number
        self.secret_token = "tok-%03d-s3cret" % number
        self.id = advertiser_ids(1, 7502022393087600000 + number)[0]

    def __str__(self):
        return "%d-%s" % (self.code, re.sub(r"[^A-Za-z0-9]+", "-", self.message)[:40].strip("-").lower() or "nothing")


def _endpoint(message):
    """METHOD PATH that a message of the facts names, or nothing."""
    found = re.search(r"(/[a-z_/]+/)(?::|\(method=)([A-Z]+)", message)
    return "%s %s" % (found[2], found[1]) if found else ""


def _cases():
    folder = os.path.dirname(os.path.abspath(__file__))
    rows = [(code, message, cause, _endpoint(message)) for code, message, _, cause, _ in facts("messages")]
    rows += [tuple(row) for row in read_table(os.path.join(folder, "variants.tsv"))]
    # Faults of the API are spread: three in a row, and a round takes it for dead and leaves the rest.
    faults = [row for row in rows if row[2] in FAULTS]
    others = [row for row in rows if row[2] not in FAULTS]
    assert len(faults) < len(others)
    spread = [row for pair in itertools.zip_longest(others, faults) for row in pair if row]
    return [Case(number, *row) for number, row in enumerate(spread)]


CASES = _cases()
each_case = pytest.mark.parametrize("case", CASES, ids=str)
TOKENS = {case.token: {"token": case.secret_token, "app": case.app} for case in CASES}
APPS = {case.app: {"app_id": case.app_id, "secret": SECRET} for case in CASES}
ADVERTISERS = [{"advertiser_id": case.id, "token": case.token} for case in CASES]


@pytest.fixture(scope="module")
def box():
    with Sandbox(binary_path(), world(ADVERTISERS, TOKENS, APPS, endpoints=[{"path": ENDPOINT}])) as running:
        yield running


def serve(box, path):
    """Answers requests for path with the cases' messages from now on."""
    for case in CASES:
        box.fault(path=path, token=case.secret_token, code=case.code, message=case.message)


def last_request_ids(box, path):
    return {entry["token"]: entry["request_id"] for entry in box.log(path)}


def make(folder, box, rows=None):
    """A scene that is swept by us alone: checks only read what came of it, however long that is ago."""
    box.reset()
    return Scene(folder, box, rows or ADVERTISERS, TOKENS, APPS, sweep={"by": "service"})


class Served:
    """A scene in which each case was served, and the request ids of those answers by token."""

    def __init__(self, scene, box, path):
        self.scene = scene
        self.request_ids = last_request_ids(box, path)

    def answer(self, case):
        answer = self.scene.ask(case.id)
        assert answer["advertiser_id"] == case.id and answer["app"] == case.app and answer["token"] == case.token
        assert answer["exit"] == ("ok", "warning", "critical", "unknown").index(answer["state"])
        return answer

    def assert_said(self, said, case):
        """said: the JSON object, or its fault."""
        assert said["code"] == case.code
        assert said["message"] == (case.message or None)
        if "request_id" in said:
            assert said["request_id"] == self.request_ids[case.secret_token]


@pytest.fixture(scope="module")
def never_known(box, tmp_path_factory):
    scene = make(tmp_path_factory.mktemp("never"), box)
    serve(box, LIST)
    scene.sweep()
    return Served(scene, box, LIST)


@pytest.fixture(scope="module")
def known(box, tmp_path_factory):
    scene = make(tmp_path_factory.mktemp("known"), box)
    scene.sweep()
    serve(box, LIST)
    scene.sweep()
    return Served(scene, box, LIST)


@pytest.fixture(scope="module")
def newly_missing(box, tmp_path_factory):
    scene = make(tmp_path_factory.mktemp("missing"), box)
    scene.sweep()
    box.lag()
    serve(box, INFO)
    scene.sweep()
    return Served(scene, box, INFO)


@pytest.fixture(scope="module")
def probed(box, tmp_path_factory):
    rows = [{**row, "required_permissions": "GET " + ENDPOINT} for row in ADVERTISERS]
    scene = make(tmp_path_factory.mktemp("probed"), box, rows)
    serve(box, ENDPOINT)
    scene.sweep()
    return Served(scene, box, ENDPOINT)


def assert_verdict(answer, case):
    """The verdict is the case's cause, with all that the table of causes says of it."""
    row = CAUSES[case.cause]
    assert (answer["cause"], answer["class"]) == (case.cause, row["class"])
    assert answer["state"] == row["state"]
    assert answer["urgency"] == {"-": "none"}.get(row["urgency"], row["urgency"])
    assert answer["actor"] == ("client" if row["actor"] == "grantor" else row["actor"])
    assert answer["fix"]


def test_every_seen_message_has_its_class():
    for code, message, of_class, cause, _ in facts("messages"):
        assert CAUSES[cause]["class"] == of_class, (code, message)


@each_case
def test_the_list_of_a_token_never_known(never_known, case):
    answer = never_known.answer(case)
    never_known.assert_said(answer, case)
    assert (answer["cause"], answer["class"]) == (case.cause, CAUSES[case.cause]["class"])
    assert answer["verified_at" if case.cause in FAULTS else "last_ok"] is None
    if case.cause in FAULTS:
        assert answer["state"] == "unknown"
        assert answer["fault"]["cause"] == case.cause and answer["fault"]["http_status"] == 200
        never_known.assert_said(answer["fault"], case)
        return
    assert_verdict(answer, case)
    assert answer["fault"] is None
    if case.endpoint:
        assert answer["endpoint"] == case.endpoint
        assert answer["root_cause"]["kind"] == "endpoint"


@each_case
def test_the_list_of_a_token_whose_state_is_known(known, case):
    answer = known.answer(case)
    if case.cause in FAULTS:
        assert (answer["state"], answer["cause"], answer["code"]) == ("ok", "authorized", None)
        assert answer["fault"]["cause"] == case.cause
        known.assert_said(answer["fault"], case)
        text = known.scene.check("--advertiser", case.id)
        assert "(TikTok %d since)" % case.code in text.line1
        assert "Last attempt verified nothing: TikTok %d" % case.code in text.out
        assert "Request id: " + known.request_ids[case.secret_token] in text.out.split("\n")
        assert not case.message or "Message: " + case.message in text.out.split("\n")
        return
    assert_verdict(answer, case)
    known.assert_said(answer, case)
    assert answer["last_ok"]


@each_case
def test_advertiser_info_about_an_id_that_left_the_list(newly_missing, case):
    answer = newly_missing.answer(case)
    if case.cause in FAULTS:
        assert (answer["state"], answer["cause"], answer["code"]) == ("ok", "authorized", None)
        assert answer["fault"]["cause"] == case.cause
        newly_missing.assert_said(answer["fault"], case)
        return
    if case.cause in ("endpoint_permission", "scope_missing") and not case.endpoint:
        # It refuses advertiser/info, and not the id: the lists decide, and no code was received for the id.
        assert (answer["cause"], answer["code"], answer["message"]) == ("revoked", None, None)
        return
    newly_missing.assert_said(answer, case)
    # It was authorized and is confirmed lost: that is what "revoked" means.
    assert answer["cause"] == ("revoked" if case.cause == "account_access" else case.cause)
    assert answer["state"] == CAUSES[case.cause]["state"]
    assert answer["last_ok"]


@each_case
def test_a_permission_probe(probed, case):
    answer = probed.answer(case)
    of_class = CAUSES[case.cause]["class"]
    if of_class == "authz":
        probed.assert_said(answer, case)
        assert answer["state"] == "critical"
        # A refusal that says nothing more is about the endpoint that was asked.
        assert answer["cause"] == ("endpoint_permission" if case.message in SAYS_NOTHING else case.cause)
        assert answer["endpoint"] == "GET " + ENDPOINT
        assert answer["root_cause"]["kind"] == "endpoint"
    elif of_class in ("token", "app") and case.cause not in FAULTS | {"token_user"}:
        probed.assert_said(answer, case)
        assert answer["cause"] == case.cause
    else:
        assert (answer["state"], answer["cause"]) == ("ok", "authorized")


@each_case
def test_the_text_shows_what_was_received(never_known, case):
    result = never_known.scene.check("--advertiser", case.id)
    lines = result.out.split("\n")
    assert len(result.line1) <= 130 and result.line1.isascii() and case.id in result.line1
    assert "Code: %d" % case.code in lines
    assert "Request id: " + never_known.request_ids[case.secret_token] in lines
    if case.message:
        assert "Message: " + case.message in lines


@pytest.mark.parametrize("case", [case for case in CASES if case.cause == "account_access"], ids=str)
def test_account_access_carries_the_four_actions(never_known, case):
    fix = never_known.answer(case)["fix"]
    for action in FOUR_ACTIONS:
        assert any(action in step for step in fix), (action, fix)


def test_a_code_that_was_not_received_is_never_shown(box, tmp_path):
    scene = make(tmp_path, box)
    box.fault(path=LIST, wire="close")
    scene.sweep("--token", CASES[0].token)
    result = scene.check("--advertiser", CASES[0].id, "--verbose")
    assert result.state == "unknown"
    assert "Code" not in result.out and "[" not in result.line1
    assert scene.ask(CASES[0].id)["code"] is None
