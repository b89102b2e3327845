# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Authorizing again: whatever comes back from TikTok's portal, nothing that works is lost by it."""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess

import pytest

from consent import Reauthorize, bring, consent, redirect_uri, visit
from sandbox import LIST, Sandbox, binary_path
from scene import APP, MARGIN_SECONDS, SECRET, Scene, advertiser_ids, as_root, program, read_text, until, world

CALLBACK = redirect_uri()
MANY = advertiser_ids(75)
A, B, C = MANY[:3]
OTHER_APP = "7055107885017071619"
APPS = {"demo": {"app_id": APP, "secret": SECRET, "redirect_uri": CALLBACK}}
EXCHANGE = "/oauth2/access_token/"


def agency_world():
    """75 accounts of one agency; client-a manages the first alone, wider all of them and more."""
    made = world(MANY, {"agency": {"token": "tok-agency"}}, {"demo": {"app_id": APP, "secret": SECRET}})
    made["apps"][0]["redirect_uris"] = [CALLBACK]
    made["apps"][0]["scope"] = [1, 4]
    made["apps"].append({"app_id": OTHER_APP, "secret": "other", "redirect_uris": [CALLBACK]})
    made["advertisers"].append({"advertiser_id": "99"})
    made["logins"] += [{"name": "client-a", "advertisers": [A]}, {"name": "stranger", "advertisers": ["99"]},
                       {"name": "nobody", "advertisers": []}, {"name": "wider", "advertisers": [*MANY, "99"]}]
    return made


@pytest.fixture(scope="module")
def server():
    with Sandbox(binary_path(), agency_world()) as running:
        yield running


@pytest.fixture
def box(server):
    server.reset()
    return server


def agency(folder, box, rows=MANY, **app):
    rows = [{"advertiser_id": one, "client": "Acme GmbH" if one == A else "", "owner": "o@agency.example"}
            for one in rows]
    return Scene(folder, box, rows, {"agency": {"token": "tok-agency", "granted_by": "us"}},
                 {"demo": {**APPS["demo"], **app}})


@pytest.fixture
def scene(box, tmp_path):
    made = agency(tmp_path, box)
    made.sweep()
    return made


def token_file(scene, name="agency"):
    with open(os.path.join(scene.folder, name + ".token"), encoding="ascii") as file:
        return file.read().strip()


def own_file(scene, name):
    with open(os.path.join(scene.state, "tokens", name), encoding="ascii") as file:
        return file.read().strip()


def lost_once(scene):
    """Advertisers that were ever anything but ok."""
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store:
        return {row[0] for row in store.execute("SELECT object FROM events WHERE kind = 'advertiser' AND state <> 'ok'"
                                                " AND state <> ''")}


def history(scene, what):
    return [(event["who"], event["note"]) for event in scene.cli("history", what, "--json").json["events"]
            if event["who"]]


# --- Nothing is lost ----------------------------------------------------------------------------------------


def test_one_client_of_an_agency_gets_a_token_of_its_own(scene, box):
    box.remove_access("agency", A)
    scene.sweep()
    assert scene.ask(A)["state"] == "critical"
    run = Reauthorize(scene, "--token", "agency", "--advertiser", A)
    status, page = visit(consent(run.url, "client-a"))
    run.end()
    assert run.exit == 0 and status == 200 and "works again" in page, (run.said, page)
    assert "kept as a token of its own, agency-acme-gmbh" in run.said and A + " (Client 401) is authorized" in run.said
    assert "still covers 74" in run.said and "Your own software still uses the old token" in run.said
    assert token_file(scene) == "tok-agency" and own_file(scene, "agency-acme-gmbh") not in ("", "tok-agency")
    for one in MANY:
        assert scene.ask(one)["state"] == "ok", one
    assert lost_once(scene) == {A}
    assert scene.ask(A)["token"] == "agency-acme-gmbh"
    # The lines that were printed make it permanent, and change nothing.
    lines = run.out[run.out.index("[token agency-acme-gmbh]"):].split("#", 1)[0]
    scene.more = lines
    scene.write()
    scene.sweep()
    assert scene.cli("doctor", "--offline").out.count("PROBLEM") == 0
    os.unlink(os.path.join(scene.state, "tokens.own"))
    scene.advertisers[0]["token"] = "agency agency-acme-gmbh"
    scene.write()
    scene.sweep()
    assert scene.ask("--all")["state"] == "ok" and lost_once(scene) == {A}
    (who, note), *_ = history(scene, A)
    assert who and "token kept as agency-acme-gmbh" in note
    # Revoked again, it is that token which is authorized again, in its place.
    box.revoke(A)
    scene.sweep()
    run = Reauthorize(scene, "--advertiser", A)
    visit(consent(run.url, "client-a"))
    assert run.end().exit == 0 and "has taken the place" in run.said and scene.ask(A)["state"] == "ok", run.said


def test_a_wider_token_takes_the_place(scene, box):
    path = os.path.join(scene.folder, "agency.token")
    os.chmod(path, 0o440)
    if os.geteuid() == 0:
        os.chown(path, 12, 34)
    box.remove_access("agency", A)
    scene.sweep()
    run = Reauthorize(scene, "--token", "agency")
    visit(consent(run.url, "wider"))
    run.end()
    assert run.exit == 0 and "75 of the expected accounts and has taken the place" in run.said, run.said
    assert token_file(scene) not in ("", "tok-agency") and not os.path.exists(os.path.join(scene.state, "tokens.own"))
    kept = os.stat(path)
    assert stat.S_IMODE(kept.st_mode) == 0o440
    assert os.geteuid() != 0 or (kept.st_uid, kept.st_gid) == (12, 34)
    assert scene.ask("--all")["state"] == "ok" and lost_once(scene) == {A}
    assert history(scene, "agency")[0][1] == "re-authorized: the new token covers 75 of the expected accounts"


def test_a_dead_token_is_replaced_by_one_for_all_of_it_alone(scene, box):
    box.kill("tok-agency")
    scene.sweep()
    done = bring(scene, box.auth_code(APP, "client-a"), "--token", "agency", "--advertiser", A)
    assert done.returncode == 0 and "is dead, and the new one does not cover all" in done.said, done.said
    assert token_file(scene) == "tok-agency" and scene.ask(A)["state"] == "ok"
    assert scene.ask("--token", "agency")["cause"] == "token_revoked"
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 0 and scene.ask("--all")["state"] == "ok", done.said


def test_the_first_token_of_all(scene, box):
    """There is no old token yet: its file is made, for the group at most."""
    path = os.path.join(scene.folder, "agency.token")
    os.unlink(path)
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 0 and "has taken the place" in done.said, done.said
    assert stat.S_IMODE(os.stat(path).st_mode) & 0o037 == 0 and scene.ask("--all")["state"] == "ok"


def test_a_consent_that_ends_the_old_token(scene, box):
    """It covered 75, and dies while the new one is on its way, which covers one: asked again, that is told."""
    run = Reauthorize(scene, "--token", "agency")
    address = consent(run.url, "client-a")
    box.kill("tok-agency")
    visit(address)
    run.end()
    assert run.exit == 0 and "no longer did after it. 74 of the accounts of this token it does not" in run.said, run.said
    assert token_file(scene) != "tok-agency" and scene.ask(A)["state"] == "ok"


def test_a_kept_token_is_forgotten_with_its_advertiser(scene, box):
    box.remove_access("agency", A)
    scene.sweep()
    assert bring(scene, box.auth_code(APP, "client-a"), "--token", "agency", "--advertiser", A).returncode == 0
    scene.advertisers = scene.advertisers[1:]
    scene.write()
    scene.sweep()
    assert scene.cli("forget", "--yes", A).exit == 0
    assert os.listdir(os.path.join(scene.state, "tokens")) == []
    assert read_text(os.path.join(scene.state, "tokens.own")) == ""
    scene.sweep()
    assert scene.ask("--all")["state"] == "ok"


# --- Every other end ----------------------------------------------------------------------------------------


def callback(query):
    return CALLBACK + "?" + query


ENDS = {
    "denied": ("client-a", "cancel", None, "was refused at TikTok (access_denied)"),
    "nothing-ticked": ("client-a", "authorize", [], "confirmed, but for no account at all"),
    "no-accounts": ("nobody", "authorize", None, "confirmed, but for no account at all"),
    "wrong-login": ("stranger", "authorize", None, "does not bring " + A + " (Client 401)"),
    "wrong-account": ("wider", "authorize", [B], "does not bring " + A + " (Client 401)"),
}


def assert_nothing_changed(scene):
    assert token_file(scene) == "tok-agency"
    assert not os.path.exists(os.path.join(scene.state, "tokens.own"))
    left = os.path.join(scene.state, "tokens")
    assert not os.path.isdir(left) or os.listdir(left) == []
    assert scene.ask("--all")["state"] == "ok"


@pytest.mark.parametrize("name", ENDS)
def test_what_the_person_does_at_the_portal(scene, name):
    login, decision, ids, words = ENDS[name]
    run = Reauthorize(scene, "--token", "agency", "--advertiser", A)
    _, page = visit(consent(run.url, login, ids, decision))
    run.end()
    assert run.exit == 1 and words in run.said and "Begin again: tiktok-auth reauthorize" in run.said, run.said
    assert "Open the link again" in page or "open the link again" in page, page
    assert_nothing_changed(scene)
    assert history(scene, A) and history(scene, "agency")


def test_codes_that_tiktok_refuses(scene, box):
    used = box.auth_code(APP, "wider")
    box.call(EXCHANGE, body={"app_id": APP, "secret": SECRET, "auth_code": used})
    for code in (used, box.auth_code(OTHER_APP, "wider"), "never-given-out"):
        done = bring(scene, code, "--token", "agency")
        assert done.returncode == 1 and "TikTok refuses the code" in done.said and "[40110]" in done.said, done.said
        assert code not in done.said
    box.secret(APP, "another")
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 1 and "TikTok refuses the app" in done.said and "[app demo]" in done.said, done.said
    box.secret(APP, SECRET)
    assert_nothing_changed(scene)


def test_callbacks_that_are_not_ours(scene, box):
    other = Reauthorize(scene, "--token", "agency", "--advertiser", B)
    theirs = consent(other.url, "wider")
    other.process.kill()
    other.end()
    run = Reauthorize(scene, "--token", "agency", "--advertiser", A)
    forged = callback("auth_code=%s&state=%s" % (box.auth_code(APP, "wider"), "A" * 43))
    for address, words in ((forged, "was not made here"), (theirs, "belongs to another authorization"),
                           (callback("auth_code=x"), "was not made here"), (callback("x=y"), "no callback"),
                           (callback("auth_code=a&auth_code=b"), "twice")):
        status, page = visit(address)
        assert status == 200 and "Open the link that you were given again" in page, page
    assert visit(CALLBACK.replace("/callback", "/other"))[0] == 404
    assert box.calls(EXCHANGE) == 0
    real = consent(run.url, "wider")
    visit(real)
    run.end()
    assert run.exit == 0, run.said
    for words in ("was not made here", "belongs to another authorization", "no callback", "twice"):
        assert words in run.said, run.said
    done = bring(scene, real, "--token", "agency", "--advertiser", A)
    assert done.returncode == 1 and "was used before" in done.said and box.calls(EXCHANGE) == 1, done.said
    done = bring(scene, real.replace(CALLBACK, "http://127.0.0.1/callback"), "--token", "agency")
    assert done.returncode == 1 and "does not begin with the app's redirect_uri" in done.said, done.said


def test_a_link_that_is_too_old(scene, box):
    run = Reauthorize(scene, "--token", "agency", "--timeout", "10ms")
    assert run.end().exit == 1 and "no callback came within" in run.said and "--code -" in run.said, run.said
    address = consent(run.url, "wider")
    with contextlib.closing(sqlite3.connect(os.path.join(scene.state, "state.db"))) as store, store:
        store.execute("UPDATE links SET expires = made")
    done = bring(scene, address, "--token", "agency")
    assert done.returncode == 1 and "older than an hour" in done.said and box.calls(EXCHANGE) == 0, done.said
    assert_nothing_changed(scene)


def test_a_callback_that_comes_after_the_listener_left(scene, box):
    run = Reauthorize(scene, "--token", "agency", "--timeout", "10ms").end()
    done = bring(scene, consent(run.url, "wider"), "--token", "agency")
    assert done.returncode == 0 and "has taken the place" in done.said and box.calls(EXCHANGE) == 1, done.said


def test_two_callbacks_at_once(scene, box):
    box.fault(path=EXCHANGE, delay_ms=1000)
    runs = [Reauthorize(scene, "--token", "agency", "--timeout", "10ms").end() for _ in range(2)]
    first, second = (consent(run.url, "wider") for run in runs)
    arguments = ("tiktok-auth", "reauthorize", "--token", "agency", "--code")
    one = scene.start(*arguments, first)
    two = scene.start(*arguments, first)
    three = scene.start(*arguments, second)
    results = [process.communicate(timeout=60) for process in (one, two, three)]
    codes = [process.returncode for process in (one, two, three)]
    assert codes.count(0) == 1 and box.calls(EXCHANGE) == 1, results
    assert all(b"Another exchange for" in err or b"This link was used before" in err
               for code, (_, err) in zip(codes, results) if code), results
    assert scene.ask("--all")["state"] == "ok"


def test_two_tokens_of_their_own_at_once(box, tmp_path):
    """Both read the list of kept tokens before either has written it."""
    box.control("token", {"token": "tok-second", "app_id": APP, "login": "agency"})
    made = Scene(tmp_path, box, [{"advertiser_id": A, "token": "agency"}, {"advertiser_id": B, "token": "second"},
                                 {"advertiser_id": C, "token": "agency second"}],
                 {"agency": {"token": "tok-agency"}, "second": {"token": "tok-second"}}, APPS)
    made.sweep()
    box.add_access("stranger", B)
    box.remove_access("agency", [A, B])
    box.fault(path=EXCHANGE, delay_ms=1000)
    asked = [("--token", "agency", "--advertiser", A), ("--token", "second", "--advertiser", B)]
    runs = [Reauthorize(made, *options, "--timeout", "10ms").end() for options in asked]
    both = [made.start("tiktok-auth", "reauthorize", *options, "--code", consent(run.url, login))
            for options, run, login in zip(asked, runs, ("client-a", "stranger"))]
    results = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], results
    assert made.ask(A)["token"].startswith("agency-") and made.ask(B)["token"].startswith("second-"), results
    assert made.ask("--all")["state"] == "ok", results


def test_nothing_is_spent_where_nothing_can_be_had(scene, box):
    run = Reauthorize(scene, "--token", "agency", "--timeout", "10ms").end()
    address = consent(run.url, "wider")
    box.fault(path=EXCHANGE, times=1, throttle="qps")
    done = bring(scene, address, "--token", "agency")
    assert done.returncode == 1 and "Nothing was spent" in done.said, done.said
    secret = os.path.join(scene.folder, "demo.secret")
    os.rename(secret, secret + ".away")
    done = bring(scene, address, "--token", "agency")
    assert done.returncode == 1 and "the app's secret can't be read" in done.said, done.said
    os.rename(secret + ".away", secret)
    done = bring(scene, address, "--token", "agency")
    assert done.returncode == 0, done.said


@pytest.mark.parametrize("fault", [{"http": 502, "processed": True}, {"wire": "reset_body", "processed": True},
                                   {"json": "truncated"}, {"data": {"access_token": "two words"}, "code": 0},
                                   {"code": 50000, "message": "Internal error"}])
def test_an_answer_that_cannot_be_read(scene, box, fault):
    box.fault(path=EXCHANGE, **fault)
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 1 and "may be spent" in done.said and "Begin again" in done.said, done.said
    assert box.calls(EXCHANGE) == 1
    assert_nothing_changed(scene)


def test_lists_that_cannot_be_had_after_the_exchange(scene, box):
    """What the old token covers is not known: it stays. What the new one covers TikTok said with the token."""
    box.fault(path=LIST, http=503)
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert "could not be asked, so it stays" in done.said and token_file(scene) == "tok-agency", done.said
    box.clear_faults()
    scene.sweep()
    assert scene.ask("--all")["state"] == "ok" and lost_once(scene) == set()


def test_a_list_that_lags_gives_nothing_up(box, tmp_path):
    """No sweep has seen the second account yet, and the old token's list leaves it out: it is covered all the same."""
    scene = agency(tmp_path, box, [A])
    scene.sweep()
    scene.advertisers += agency(os.path.join(tmp_path, "wanted"), box, [B]).advertisers
    scene.write()
    box.lag([B], token="tok-agency")
    done = bring(scene, box.auth_code(APP, "client-a"), "--token", "agency", "--advertiser", A)
    assert done.returncode == 0 and token_file(scene) == "tok-agency" and own_file(scene, "agency-acme-gmbh"), done.said


@pytest.mark.parametrize("old_is_dead", [False, True])
def test_an_empty_list_does_not_cost_the_new_token(scene, box, old_is_dead):
    """TikTok named the accounts with the token; its list, right behind that, is empty."""
    code = box.auth_code(APP, "wider")
    if old_is_dead:
        box.kill("tok-agency")
    box.fault(path=LIST, omit="all", times=1)
    done = bring(scene, code, "--token", "agency")
    assert done.returncode == 0 and "covers 75 of the expected accounts" in done.said, done.said
    assert (token_file(scene) != "tok-agency") == old_is_dead and scene.ask("--all")["state"] == "ok"


def test_permissions_that_were_switched_off(scene, box):
    assert bring(scene, box.auth_code(APP, "wider"), "--token", "agency").returncode == 0  # with [1, 4]
    old = token_file(scene)
    box.add_token("tok-narrow", APP, "wider")
    box.fault(path=EXCHANGE, code=0, data={"access_token": "tok-narrow", "advertiser_ids": MANY, "scope": [1]})
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 0 and "permission 4, which the old one was given, was switched off" in done.said, done.said
    assert token_file(scene) == old and scene.ask("--all")["state"] == "ok"


def test_an_empty_list_does_not_cost_a_kept_token(scene, box):
    box.remove_access("agency", A)
    scene.sweep()
    assert bring(scene, box.auth_code(APP, "client-a"), "--token", "agency", "--advertiser", A).returncode == 0
    kept = own_file(scene, "agency-acme-gmbh")
    box.fault(path=LIST, omit="all", times=1)
    done = bring(scene, box.auth_code(APP, "client-a"), "--token", "agency", "--advertiser", A)
    assert done.returncode == 0 and own_file(scene, "agency-acme-gmbh") == kept, done.said
    assert own_file(scene, "agency-acme-gmbh-2") not in ("", kept)


def test_an_inventory_that_grows_while_the_code_is_on_its_way(box, tmp_path):
    scene = agency(tmp_path, box, [A])
    scene.sweep()
    box.fault(path=EXCHANGE, delay_ms=500)
    process = scene.start("tiktok-auth", "reauthorize", "--token", "agency", "--code", box.auth_code(APP, "client-a"))
    until(lambda: box.log(EXCHANGE))
    scene.advertisers += agency(os.path.join(tmp_path, "grown"), box, [B]).advertisers
    scene.write_inventory()
    out, err = process.communicate(timeout=MARGIN_SECONDS)
    assert process.returncode == 0 and token_file(scene) == "tok-agency", (out, err)
    assert scene.ask("--all")["state"] == "ok"


# --- Where the token may not be rewritten -------------------------------------------------------------------


def test_a_token_of_a_list_is_not_ours_to_rewrite(box, tmp_path):
    scene = agency(tmp_path, box)
    path = os.path.join(scene.folder, "tokens.jsonl")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write('{"name":"agency","app":"demo","token":"tok-agency","granted_by":"us"}\n')
    scene.tokens = {}
    scene.more = "[tokens]\nfile = tokens.jsonl\n"
    scene.write()
    scene.sweep()
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 0 and "it comes from [tokens]" in done.said and "[token agency-" in done.stdout, done.said
    assert scene.ask("--all")["state"] == "ok"


def test_a_token_file_behind_a_link_stays(scene, box):
    path = os.path.join(scene.folder, "agency.token")
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 0 and "can't take the place" in done.said and os.path.islink(path), done.said
    assert token_file(scene) == "tok-agency" and scene.ask("--all")["state"] == "ok"


# --- Handing over -------------------------------------------------------------------------------------------


def script(scene, name, text):
    path = os.path.join(scene.folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n" + text)
    return path


def test_the_new_token_is_handed_over(box, tmp_path):
    taken = os.path.join(tmp_path, "taken")
    take = script(agency(tmp_path, box), "take", 'cat > %s; echo "$TIKTOK_AUTH_APP $TIKTOK_AUTH_TOKEN" > %s.for\n'
                  % (taken, taken))
    scene = agency(tmp_path, box, on_new_token=take)
    scene.sweep()
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert done.returncode == 0 and "has handed the new token" in done.said, done.said
    with open(taken, encoding="ascii") as file:
        assert file.read().strip() == token_file(scene)
    with open(taken + ".for", encoding="ascii") as file:
        assert file.read() == "demo agency\n"
    assert scene.ask("--token", "agency")["state"] == "ok" and history(scene, "agency")[0][1].startswith("handed over")


def test_a_token_that_nobody_took_is_critical_until_somebody_does(box, tmp_path):
    take = script(agency(tmp_path, box), "take", "exit 7\n")
    scene = agency(tmp_path, box, on_new_token=take)
    scene.sweep()
    done = bring(scene, box.auth_code(APP, "wider"), "--token", "agency")
    assert "NEW TOKEN NOT HANDED OVER" in done.said and "exit status 7" in done.said, done.said
    told = scene.ask("--token", "agency")
    assert (told["state"], told["cause"]) == ("critical", "not_handed_over") and "exit status 7" in told["message"]
    assert "new token not handed over" in scene.check("--token", "agency").line1
    assert scene.ask(A)["state"] == "ok" and scene.ask("--all")["state"] == "critical"
    scene.sweep()
    assert scene.ask("--token", "agency")["cause"] == "not_handed_over"
    assert scene.cli("reauthorize", "--token", "agency", "--hand-over").exit == 1
    script(scene, "take", "cat > /dev/null\n")
    assert scene.cli("reauthorize", "--token", "agency", "--hand-over").exit == 0
    assert scene.ask("--token", "agency")["state"] == "ok" and scene.ask("--all")["state"] == "ok"


def test_killed_while_it_hands_over(box, tmp_path):
    take = script(agency(tmp_path, box), "take", "kill -9 $PPID\n")
    scene = agency(tmp_path, box, on_new_token=take)
    scene.sweep()
    assert bring(scene, box.auth_code(APP, "wider"), "--token", "agency").returncode == -signal.SIGKILL
    scene.sweep()
    told = scene.ask("--token", "agency")
    assert (told["state"], told["cause"]) == ("critical", "not_handed_over") and scene.ask(A)["state"] == "ok", told
    script(scene, "take", "cat > %s/taken\n" % tmp_path)
    assert scene.cli("reauthorize", "--token", "agency", "--hand-over").exit == 0
    assert read_text(os.path.join(tmp_path, "taken")).strip() == token_file(scene) != "tok-agency"
    assert scene.ask("--token", "agency")["state"] == "ok"


@as_root
def test_a_token_of_our_own_is_for_who_sweeps(box, tmp_path):
    """Whoever runs the command, the service can read the token; with by = service checks can't."""
    for by, mode in (("check", 0o640), ("service", 0o600)):
        scene = agency(os.path.join(tmp_path, by), box)
        scene.sweep_keys["by"] = by
        scene.write()
        os.chown(scene.state, 12, 34)
        os.chmod(scene.state, 0o2770)
        assert bring(scene, box.auth_code(APP, "client-a"), "--token", "agency").returncode == 0
        made = os.stat(os.path.join(scene.state, "tokens", "agency-acme-gmbh"))
        assert (stat.S_IMODE(made.st_mode), made.st_gid) == (mode, 34)
        assert made.st_uid == (12 if by == "service" else 0)
        folder = os.stat(os.path.join(scene.state, "tokens"))
        assert (stat.S_IMODE(folder.st_mode), folder.st_uid, folder.st_gid) == (0o2770, 12, 34)


# --- Nothing leaks ------------------------------------------------------------------------------------------


def test_no_secret_is_seen(box, tmp_path):
    seen = os.path.join(tmp_path, "seen")
    look = script(agency(tmp_path, box), "look", "cat /proc/[0-9]*/cmdline /proc/$$/environ > %s 2> /dev/null\n" % seen)
    scene = agency(tmp_path, box, on_new_token=look)
    scene.sweep()
    box.remove_access("agency", A)
    scene.sweep()
    run = Reauthorize(scene, "--token", "agency", "--advertiser", A)
    address = consent(run.url, "client-a")
    code = re.search("auth_code=([^&]*)", address).group(1)
    visit(address)
    run.end()
    assert run.exit == 0, run.said
    again = box.auth_code(APP, "wider")
    shown = [scene.cli("reauthorize", "--token", "agency", "--code", again)]  # as an argument, though it is not wise
    with open(seen, "rb") as file:
        processes = file.read()
    assert b"reauthorize" in processes  # it was looked at while it ran
    secrets = [code, again, run.state, SECRET, *(one["token"] for one in box.state()["tokens"])]
    box.fault(path=EXCHANGE, times=1, code=40110, message="auth_code %s of %s is bad" % (again, SECRET))
    shown += [scene.cli("reauthorize", "--token", "agency", "--code", again)]
    box.fault(path=EXCHANGE, times=1, code=40110, message="%s is bad" % SECRET)
    shown += [scene.cli("reauthorize", "--token", "agency", "--code", box.auth_code(APP, "wider"))]
    told = token_file(scene)
    box.fault(path=LIST, token=told, code=40105, message="Access token %s is bad" % told)
    scene.sweep()
    shown += [scene.cli("history", "agency"), scene.check("--token", "agency"),
              scene.cli("history", A, "--json"), scene.cli("status"), scene.cli("doctor", "--offline"),
              scene.check("--all", "--verbose")]
    words = "".join(one.out + one.err for one in shown) + run.out + run.err
    files = {name: content for name, content in scene.state_files().items() if name != "agency-acme-gmbh"}
    assert {"state.db", "snapshot", "tokens.own"} <= set(files)
    for secret in secrets:
        assert secret not in words and secret.encode() not in processes, secret
        for name, content in files.items():
            assert secret.encode() not in content, (secret, name)


# --- Full disks ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(folder):
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", folder], check=False).returncode:
        pytest.skip("no right to mount")
    try:
        yield os.path.join(folder, "ballast")
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(ballast):
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


@pytest.mark.system
@as_root
def test_a_full_disk_spends_no_code(box, tmp_path):
    with small_disk(os.path.join(tmp_path, "disk")) as ballast:
        scene = agency(os.path.dirname(ballast), box)
        scene.sweep()
        code = box.auth_code(APP, "wider")
        fill(ballast)
        done = bring(scene, code, "--token", "agency")
        assert done.returncode == 1 and "Nothing was spent" in done.said and box.calls(EXCHANGE) == 0, done.said
        os.unlink(ballast)
        done = bring(scene, code, "--token", "agency")
        assert done.returncode == 0 and scene.ask("--all")["state"] == "ok", done.said


@pytest.mark.system
@as_root
@pytest.mark.parametrize("login", ["wider", "client-a"])
def test_a_disk_that_fills_up_meanwhile_loses_no_token(box, tmp_path, login):
    with small_disk(os.path.join(tmp_path, "disk")) as ballast:
        scene = agency(os.path.dirname(ballast), box)
        scene.sweep()
        box.fault(path=EXCHANGE, delay_ms=500)
        run = Reauthorize(scene, "--token", "agency", "--timeout", "10ms").end()
        process = scene.start("tiktok-auth", "reauthorize", "--token", "agency", "--code", consent(run.url, login))
        until(lambda: box.log(EXCHANGE))
        fill(ballast)
        out, err = process.communicate(timeout=MARGIN_SECONDS)
        said = " ".join((out + err).decode().split())
        if login == "wider":
            assert token_file(scene) != "tok-agency" and "has taken the place" in said, said
        else:
            assert process.returncode == 1 and "the new token safe" in said and ".new-agency" in said, said
        os.unlink(ballast)
        again = scene.cli("reauthorize", "--token", "agency", "--timeout", "10ms")
        scene.sweep()
        assert scene.ask("--all")["state"] == "ok" and lost_once(scene) == set(), (said, again)
        assert login == "wider" or "kept as a token of its own" in " ".join(again.out.split()), again


# --- kill -9 ------------------------------------------------------------------------------------------------

# What writes, names, syncs and sends: between two of them nothing lasts that a death could leave half done.
STEPS = ("write", "fsync", "fdatasync", "ftruncate", "linkat", "renameat", "unlink", "sendto")


def killed_at(scene, code, call, nth):
    """Whether the exchange was killed as it entered this system call for the nth time; what it said, if not."""
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                           "-e", "inject=%s:signal=KILL:when=%d" % (call, nth),
                           program("tiktok-auth"), "reauthorize", "--token", "agency", "--code", "-"],
                          env=scene.environment(), input=code + "\n", capture_output=True, text=True,
                          timeout=MARGIN_SECONDS, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done
    return done.returncode != 0


def assert_mended(scene, box, where):
    """After a death: a whole token, everybody OK, and a code that was spent is used or told."""
    tokens = {one["token"] for one in box.state()["tokens"]}
    assert token_file(scene) in tokens, where
    was_here = box.calls(LIST) > 0  # it had the new token, and went on with it
    again = scene.cli("reauthorize", "--token", "agency", "--timeout", "10ms")
    told = " ".join((again.out + again.err).split())
    scene.sweep()
    assert scene.ask("--all")["state"] == "ok" and lost_once(scene) == set(), (where, told)
    assert token_file(scene) in tokens, where
    left = os.path.join(scene.state, "tokens")
    assert not os.path.isdir(left) or not [name for name in os.listdir(left) if name.startswith(".new-")], where
    if box.calls(EXCHANGE):
        assert token_file(scene) != "tok-agency" or ("may be spent" in told and not was_here), (where, told)


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("call", STEPS)
def test_killed_at_every_step(scene, box, call):
    kept = scene.keep()
    nth = 1
    while True:
        box.reset()
        scene.recall(kept)
        scene.write_secret("agency.token", "tok-agency")
        if not killed_at(scene, box.auth_code(APP, "wider"), call, nth):
            break
        assert_mended(scene, box, (call, nth))
        nth += 1
    assert nth > 2, call  # the calls are those that are made
