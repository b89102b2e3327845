# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What was lost, why, and what explains it: one code told apart, accounts, grantors, root causes, retirement."""

import datetime
import json

import pytest

from sandbox import API, INFO, LIST, Sandbox, binary_path
from scene import APP, SECRET, Scene, advertiser_ids, world

OTHER_APP, OTHER_SECRET = "7055107885017071619", "other-S3cret"
SEARCH, REPORT = "/file/video/ad/search/", "/report/integrated/get/"
A, B, C, D, E, F = IDS = advertiser_ids(6)
STRANGER = "7502022393087590499"
APPS = {
    "demo": {"app_id": APP, "secret": SECRET},
    "other": {"app_id": OTHER_APP, "secret": OTHER_SECRET},
}
TOKENS = {
    "agency": {"token": "tok-agency", "app": "demo", "granted_by": "us"},
    "client": {"token": "tok-client", "app": "demo", "granted_by": "client"},
    "second": {"token": "tok-second", "app": "other"},
}
ROWS = [
    {"advertiser_id": A, "token": "agency"},
    {"advertiser_id": B, "token": "agency"},
    {"advertiser_id": C, "token": "agency"},
    {"advertiser_id": D, "token": "client"},
    {"advertiser_id": E, "token": "client agency"},
    {"advertiser_id": F, "token": "second"},
]
FOUR_ACTIONS = ("App Management, find the app, re-grant", "app_id and token belong together",
                "status of the developer account", "authorization again for a new token")
OUR_SHARE = "still shared with our Business Center"


@pytest.fixture(scope="module")
def server():
    scenario = world(ROWS, TOKENS, APPS, endpoints=[{"path": SEARCH}, {"path": REPORT}])
    scenario["advertisers"].append({"advertiser_id": STRANGER})
    with Sandbox(binary_path(), scenario) as running:
        yield running


@pytest.fixture
def box(server):
    server.reset()
    return server


def make(folder, box, rows=None, tokens=None, apps=None, **more):
    return Scene(folder, box, ROWS if rows is None else rows, tokens or TOKENS, apps or APPS, **more)


@pytest.fixture
def scene(box, tmp_path):
    return make(tmp_path, box)


def row(one, **more):
    return {**next(each for each in ROWS if each["advertiser_id"] == one), **more}


def has_four_actions(fix):
    return all(any(action in step for step in fix) for action in FOUR_ACTIONS)


# --- 40001 told apart ---------------------------------------------------------------------------


def test_revoked_was_authorized_in_our_history(scene, box):
    scene.sweep()
    box.revoke(D)
    answer = scene.ask_now(D)
    assert (answer["state"], answer["cause"], answer["code"]) == ("critical", "revoked", 40001)
    assert D in answer["message"] and answer["last_ok"] and answer["since"] >= answer["last_ok"]
    assert answer["root_cause"] == {"kind": "advertiser", "id": D}
    assert has_four_actions(answer["fix"])
    text = scene.check("--advertiser", D)
    assert "Last OK: never" not in text.out and "[40001]" in text.line1


def test_revoked_by_a_history_older_than_what_the_sweep_remembers(scene, box):
    """A token that was replaced begins anew; the history still knows that the account was authorized."""
    scene.sweep()
    box.add_token("tok-new", APP, "client")
    box.revoke(D)
    scene.tokens = {**TOKENS, "new": {"token": "tok-new", "app": "demo"}}
    scene.advertisers = [row(D, token="new") if each["advertiser_id"] == D else each for each in scene.advertisers]
    scene.write()
    assert scene.ask_now(D)["cause"] == "revoked"


def test_never_connected_once_it_is_known_for_long_enough(scene, box):
    box.revoke(D)
    first = scene.ask_now(D)
    assert (first["state"], first["cause"], first["code"]) == ("critical", "account_access", 40001)
    assert first["last_ok"] is None and has_four_actions(first["fix"])
    scene.sweep_keys["known_after"] = "0s"
    scene.write()
    second = scene.ask_now(D)
    assert (second["state"], second["cause"], second["last_ok"]) == ("critical", "never_connected", None)
    assert "[40001]" in scene.check("--advertiser", D).line1
    # The first authorization ends it.
    box.restore(D)
    assert scene.ask_now(D)["state"] == "ok"
    box.revoke(D)
    assert scene.ask_now(D)["cause"] == "revoked"


@pytest.mark.parametrize("words, cause", [("grant", "endpoint_permission"), ("scope", "scope_missing")])
def test_a_withheld_endpoint(box, tmp_path, words, cause):
    rows = [row(A, required_permissions="GET " + SEARCH),
            row(B, required_permissions="GET %s, GET %s" % (SEARCH, REPORT)), row(C)]
    scene = make(tmp_path, box, rows, sweep={"permission_interval": "10s"})
    box.withhold(SEARCH, "tok-agency", words=words)
    scene.sweep()
    for one in (A, B):
        answer = scene.ask(one)
        assert (answer["state"], answer["cause"], answer["code"]) == ("critical", cause, 40001)
        assert answer["endpoint"] == "GET " + SEARCH and SEARCH in answer["message"]
        assert answer["actor"] == "us"
        assert answer["root_cause"] == {"kind": "endpoint", "id": "agency GET " + SEARCH}
        assert "Endpoint: GET " + SEARCH in scene.check("--advertiser", one).out
    assert scene.ask(C)["state"] == "ok"
    # One for each token and endpoint, by GET, with one advertiser and a page of one.
    probes = [entry for entry in box.log() if entry["path"] != LIST]
    assert sorted(entry["path"] for entry in probes) == [API + SEARCH, API + REPORT]
    for entry in probes:
        assert entry["method"] == "GET" and entry["body"] == ""
        assert entry["params"]["page_size"] == "1" and entry["params"]["advertiser_id"] in (A, B)


def test_a_permission_refused_for_one_advertiser_alone(box, tmp_path):
    """Where the API names the advertiser that was asked with, and the list has it, another one tells of the endpoint."""
    need = {"required_permissions": "GET " + SEARCH}
    scene = make(tmp_path, box, [row(A, **need), row(B, **need), row(D, **need)])
    for one in (A, D):
        box.fault(path=SEARCH, advertiser_id=one, code=40001, message="No permission to operate advertiser: " + one)
    scene.sweep()
    doubted, well, alone = scene.ask(A), scene.ask(B), scene.ask(D)
    assert (doubted["state"], doubted["fault"]["cause"], doubted["fault"]["code"]) == ("ok", "account_access", 40001)
    assert (well["state"], well["fault"]) == ("ok", None)
    # There was nobody else to ask.
    assert (alone["state"], alone["cause"], alone["endpoint"]) == ("critical", "account_access", "GET " + SEARCH)
    assert len(box.log(SEARCH)) == 3


def test_asset_permission_deleted_and_the_rest_by_advertiser_info(scene, box):
    scene.sweep()
    box.revoke(A)
    box.fault(path=INFO, advertiser_id=A, code=40001, message="You don't have permission to operate this catalog:123456")
    box.delete(B)
    answer = scene.ask_now(A)
    assert (answer["cause"], answer["actor"]) == ("asset_permission", "business_center_admin")
    answer = scene.ask(B)
    assert (answer["state"], answer["cause"], answer["class"]) == ("critical", "deleted", "account")
    assert answer["actor"] == "us" and not has_four_actions(answer["fix"])
    assert any("retire" in step for step in answer["fix"])
    assert scene.ask(C)["state"] == "ok"


def test_deleted_with_code_40001(scene, box):
    scene.sweep()
    box.delete(B, code=40001)
    answer = scene.ask_now(B)
    assert (answer["cause"], answer["class"], answer["code"]) == ("deleted", "account", 40001)


def test_app_mismatch(box, tmp_path):
    """The token of another app."""
    scene = make(tmp_path, box, [row(F)], {"second": {"token": "tok-client", "app": "other"}})
    answer = scene.ask_now(F)
    assert (answer["state"], answer["cause"], answer["code"]) == ("critical", "app_mismatch", 40113)
    assert (answer["urgency"], answer["actor"]) == ("high", "us")


def test_app_blocked_is_one_cause_of_the_app(scene, box):
    scene.sweep()
    box.block(APP, message="App is suspended or rejected", code=40001)
    scene.sweep()
    for one in (A, D, E):
        answer = scene.ask(one)
        assert (answer["cause"], answer["code"]) == ("app_blocked", 40001)
        assert answer["root_cause"] == {"kind": "app", "id": "demo"}
    assert scene.ask(F)["state"] == "ok"
    app = scene.ask("--app", "demo")
    assert (app["state"], app["cause"], app["urgency"]) == ("critical", "app_blocked", "high")
    assert scene.ask("--app", "other")["state"] == "ok"
    everything = scene.ask("--all")
    assert everything["root_cause"] == {"kind": "app", "id": "demo"}
    assert "1 more cause" not in everything["summary"]


def test_a_wrong_secret_is_of_the_app(scene, box):
    box.secret(APP, "reset-secret")
    scene.sweep()
    assert scene.ask("--app", "demo")["cause"] == "app_credentials"
    assert scene.ask(A)["root_cause"] == {"kind": "app", "id": "demo"}


# --- 40100 and 40002 ----------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["App 7055107885017071618 reaches the QPS limit 50", "Too many requests.", ""])
def test_40100_is_throttling_and_changes_no_state(scene, box, message):
    scene.sweep()
    box.revoke(B)
    scene.sweep()
    box.fault(code=40100, message=message)
    scene.sweep("--token", "agency")
    for one, state, cause in ((A, "ok", "authorized"), (B, "critical", "revoked")):
        answer = scene.ask(one)
        assert (answer["state"], answer["cause"]) == (state, cause)
        assert (answer["fault"]["cause"], answer["fault"]["code"]) == ("throttled", 40100)
    assert "TikTok 40100" in scene.check("--advertiser", A).line1


def test_40100_with_a_text_about_the_token_is_the_token(scene, box):
    scene.sweep()
    box.fault(token="tok-client", code=40100, message="Invalid access token")
    answer = scene.ask_now(D)
    assert (answer["state"], answer["cause"], answer["class"], answer["code"]) == (
        "critical", "token_revoked", "token", 40100)


@pytest.mark.parametrize("kind", ["qps", "qpm", "qpd", "plain", "advertiser"])
def test_throttled_as_the_api_words_it(scene, box, kind):
    scene.sweep()
    box.throttle(kind)
    answer = scene.ask_now(A)
    assert (answer["state"], answer["fault"]["cause"]) == ("ok", "throttled")


@pytest.mark.parametrize("status, state, cause, actor", [
    ("STATUS_ENABLE", "ok", "authorized", "nobody"),
    ("STATUS_LIMIT", "warning", "account_suspended", "advertiser"),
    ("STATUS_DISABLE", "critical", "account_closed", "us"),
    ("STATUS_PENDING_VERIFIED", "warning", "account_in_review", "tiktok"),
    ("STATUS_PENDING_CONFIRM", "warning", "account_in_review", "tiktok"),
    ("STATUS_CONFIRM_FAIL", "warning", "account_rejected", "advertiser"),
    ("STATUS_CONFIRM_FAIL_END", "warning", "account_rejected", "advertiser"),
    ("STATUS_OF_TOMORROW", "ok", "authorized", "nobody"),
])
def test_the_status_of_an_account(box, tmp_path, status, state, cause, actor):
    scene = make(tmp_path, box, [row(A), row(B)], sweep={"account_status": "yes"})
    box.status(A, status)
    answer = scene.ask_now(A)
    assert (answer["state"], answer["cause"], answer["actor"]) == (state, cause, actor)
    assert answer["code"] is None  # it is a status, no refusal
    assert scene.ask(B)["state"] == "ok"
    box.status(A, "STATUS_ENABLE")
    assert scene.ask_now(A)["state"] == "ok"


def test_40002_on_a_permission_means_not_verified(box, tmp_path):
    """A parameter of ours that an endpoint does not take says nothing about permissions."""
    scene = make(tmp_path, box, [row(A, required_permissions="GET " + SEARCH)])
    box.fault(path=SEARCH, code=40002, message="Missing required field(s): report_type.")
    answer = scene.ask_now(A)
    assert (answer["state"], answer["cause"]) == ("ok", "authorized")
    assert "not verified: GET " + SEARCH in scene.check("--advertiser", A, "--verbose").out


def test_a_permission_that_only_a_post_could_show(box, tmp_path):
    scene = make(tmp_path, box, [row(A, required_permissions="POST /campaign/create/")])
    assert scene.ask_now(A)["state"] == "ok"
    assert "not verified: POST /campaign/create/" in scene.check("--advertiser", A, "--verbose").out
    assert {entry["path"] for entry in box.log()} == {LIST}  # nor is it asked by GET


# --- Who granted it -----------------------------------------------------------------------------


def test_the_grantor_decides_fix_and_actor(scene, box):
    scene.sweep()
    box.revoke([A, D])
    scene.sweep()
    ours, theirs = scene.ask(A), scene.ask(D)
    assert (ours["cause"], theirs["cause"]) == ("revoked", "revoked")
    assert (ours["actor"], theirs["actor"]) == ("us", "client")
    assert OUR_SHARE in ours["fix"][0] and OUR_SHARE not in " ".join(theirs["fix"])
    assert has_four_actions(ours["fix"]) and has_four_actions(theirs["fix"])
    assert ours["summary"].rsplit(" - ", 1)[1] != theirs["summary"].rsplit(" - ", 1)[1]
    assert theirs["summary"].endswith("client must re-authorize")


def test_a_fix_of_the_operators_own(box, tmp_path):
    more = "[fix revoked]\ntext = Ring Anna, extension 12.\nrunbook_url = https://wiki.example.com/revoked\n"
    scene = make(tmp_path, box, more=more)
    scene.sweep()
    box.revoke(D)
    answer = scene.ask_now(D)
    assert answer["fix"] == ["Ring Anna, extension 12."]
    assert "Runbook: https://wiki.example.com/revoked" in scene.check("--advertiser", D).out


def test_a_severity_of_the_operators_own(box, tmp_path):
    scene = make(tmp_path, box, more="[severity]\nrevoked = warning\n")
    scene.sweep()
    box.revoke(D)
    answer = scene.ask_now(D)
    assert (answer["state"], answer["cause"]) == ("warning", "revoked")


def test_the_link_where_to_authorize_again(box, tmp_path):
    apps = {**APPS, "demo": {**APPS["demo"], "reauth_url": "https://connect.example.com/{advertiser_id}"}}
    scene = make(tmp_path, box, apps=apps)
    scene.sweep()
    box.revoke(D)
    assert scene.ask_now(D)["reauth_url"] == "https://connect.example.com/" + D


# --- Root causes --------------------------------------------------------------------------------


def test_a_dead_token_is_the_root_of_its_members(scene, box):
    scene.sweep()
    box.kill("tok-agency")
    scene.sweep()
    for one in (A, B, C):
        answer = scene.ask(one)
        assert (answer["state"], answer["cause"], answer["code"]) == ("critical", "token_revoked", 40105)
        assert answer["root_cause"] == {"kind": "token", "id": "agency"}
        assert answer["urgency"] == "high" and answer["last_ok"]
    # The other token covers it still.
    assert scene.ask(E)["state"] == "ok"
    token = scene.ask("--token", "agency")
    assert (token["state"], token["cause"]) == ("critical", "token_revoked")
    assert token["counts"]["critical"] == 3
    assert scene.ask("--token", "client")["state"] == "ok"
    everything = scene.ask("--all")
    assert everything["root_cause"] == {"kind": "token", "id": "agency"}
    assert "token agency" in everything["summary"] and "more cause" not in everything["summary"]
    assert scene.ask("--app", "demo")["cause"] == "authorized"


def test_all_tokens_dead_is_the_app(scene, box):
    scene.sweep()
    box.kill("tok-agency")
    box.kill("tok-client")
    scene.sweep()
    for one in (A, D, E):
        assert scene.ask(one)["root_cause"] == {"kind": "app", "id": "demo"}
    assert scene.ask("--app", "demo")["state"] == "critical"
    assert scene.ask(F)["state"] == "ok"


def test_one_dead_token_alone_is_not_the_app(scene, box):
    box.kill("tok-second")
    scene.sweep()
    assert scene.ask(F)["root_cause"] == {"kind": "token", "id": "second"}


def test_a_token_that_covers_none_of_its_members(scene, box):
    scene.sweep()
    box.revoke([A, B, C, E], token="tok-agency")
    scene.sweep()
    for one in (A, B, C):
        answer = scene.ask(one)
        assert (answer["cause"], answer["root_cause"]) == ("revoked", {"kind": "token", "id": "agency"})
    assert scene.ask(E)["state"] == "ok"
    assert scene.ask("--token", "agency")["state"] == "critical"


def test_two_of_one_client(box, tmp_path):
    rows = [row(A, client="Acme Group"), row(B, client="Acme Group"), row(C, client="Other"), row(D)]
    scene = make(tmp_path, box, rows)
    scene.sweep()
    box.revoke([A, B])
    scene.sweep()
    for one in (A, B):
        assert scene.ask(one)["root_cause"] == {"kind": "client", "id": "Acme Group"}
    assert scene.ask(C)["state"] == "ok"
    everything = scene.ask("--all")
    assert everything["root_cause"] == {"kind": "client", "id": "Acme Group"}
    assert everything["counts"] == {"ok": 2, "warning": 0, "critical": 2, "unknown": 0}


def test_40106_counts_for_the_id_asked_about(scene, box):
    scene.sweep()
    box.revoke(A)
    box.fault(path=INFO, advertiser_id=A, code=40106, message="The user is not valid for this advertiser")
    answer = scene.ask_now(A)
    assert (answer["cause"], answer["root_cause"]) == ("token_user", {"kind": "advertiser", "id": A})
    assert scene.ask(B)["state"] == "ok"
    assert scene.ask("--token", "agency")["state"] == "ok"


# --- Several tokens, several apps, retirement ---------------------------------------------------


def test_an_advertiser_is_ok_if_any_of_its_tokens_covers_it(scene, box):
    scene.sweep()
    assert scene.ask(E)["state"] == "ok"
    box.revoke(E, token="tok-client")
    answer = scene.ask_now(E)
    assert (answer["state"], answer["token"]) == ("ok", "agency")
    box.revoke(E, token="tok-agency")
    answer = scene.ask_now(E)
    assert (answer["state"], answer["cause"]) == ("critical", "revoked")
    box.restore(E, token="tok-client")
    answer = scene.ask_now(E)
    assert (answer["state"], answer["token"]) == ("ok", "client")


def test_a_dead_token_does_not_hide_that_the_other_lost_it(scene, box):
    scene.sweep()
    box.kill("tok-client")
    assert scene.ask_now(E)["state"] == "ok"
    box.revoke(E, token="tok-agency")
    assert scene.ask_now(E)["state"] == "critical"


def test_one_account_under_two_apps_is_two_things(box, tmp_path):
    rows = [row(A), {"advertiser_id": A, "token": "second"}]
    box.control("access/add", {"login": "second", "advertiser_id": A})
    scene = make(tmp_path, box, rows)
    scene.sweep()
    box.revoke(A, app_id=OTHER_APP)
    scene.sweep()
    assert scene.ask("--advertiser", A, "--app", "demo")["state"] == "ok"
    assert scene.ask("--advertiser", A, "--app", "other")["cause"] == "revoked"


def test_retired_by_command(scene, box):
    scene.sweep()
    box.revoke(D)
    assert scene.ask_now(D)["state"] == "critical"
    assert scene.cli("retire", D).exit == 0
    answer = scene.ask_now(D)
    assert (answer["state"], answer["cause"], answer["class"]) == ("ok", "retired", "ok")
    assert answer["root_cause"] is None
    assert scene.ask("--all")["state"] == "ok"


def test_retired_by_date(box, tmp_path):
    today = datetime.date.today()
    days = {A: -2, B: +2, C: -40}
    rows = [row(one, until=str(today + datetime.timedelta(days))) for one, days in days.items()]
    scene = make(tmp_path, box, rows)
    box.revoke([A, B, C])
    scene.sweep()
    answer = scene.ask(A)
    assert (answer["state"], answer["cause"]) == ("ok", "retired")
    assert scene.ask(B)["state"] == "critical"
    # It has left the lists 30 days after.
    assert [one["advertiser_id"] for one in scene.ask("--all")["advertisers"]] == [A, B]


# --- Output -------------------------------------------------------------------------------------


def test_json_has_every_key_of_the_contract(scene, box):
    scene.sweep()
    box.revoke(A)
    scene.sweep()
    keys = {"schema", "state", "exit", "summary", "advertiser_id", "name", "owner", "client", "token", "app", "app_id",
            "class", "cause", "code", "message", "request_id", "urgency", "actor", "fix", "endpoint", "reauth_url",
            "root_cause", "since", "last_ok", "verified_at", "age_s", "fault"}
    assert set(scene.ask(A)) == keys and scene.ask(A)["schema"] == 1
    for selection in (("--token", "agency"), ("--app", "demo"), ("--all",)):
        answer = scene.ask(*selection)
        assert set(answer) == keys | {"counts", "advertisers"}
        assert sum(answer["counts"].values()) == len(answer["advertisers"])
    assert scene.ask("--api")["state"] == "ok"


def test_the_same_verdict_everywhere(scene, box):
    """Text, JSON, --all, status and explain speak of the same cause."""
    scene.sweep()
    box.revoke(D)
    scene.sweep()
    alone = scene.ask(D)
    listed = next(one for one in scene.ask("--all")["advertisers"] if one["advertiser_id"] == D)
    assert (listed["state"], listed["cause"], listed["code"]) == (alone["state"], alone["cause"], alone["code"])
    status = json.loads(scene.cli("status", "--json").out)
    assert D in json.dumps(status) and "revoked" in json.dumps(status)
    explained = scene.cli("explain", "revoked")
    assert explained.exit == 0 and all(action in " ".join(explained.out.split()) for action in FOUR_ACTIONS)
    assert scene.cli("explain", "40001").exit == 0


def test_the_list_is_read_with_the_secret_and_nothing_changes_anything(scene, box):
    scene.sweep()
    log = box.log()
    assert {entry["method"] for entry in log} == {"GET"}
    assert {entry["path"] for entry in log} == {LIST}
