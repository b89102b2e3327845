# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""However the API, its edge or the network misbehaves: the check ends in time, in the last known state or UNKNOWN, with a
sentence that names what happened, and without a secret.

One token's state is known when the trouble begins, the other's never was: one sweep shows both.
"""

import concurrent.futures
import os
import urllib.parse

import pytest

from sandbox import API, INFO, LIST, Sandbox, binary_path
from scene import APP, SECRET, Scene, advertiser_ids, sanitized, world

KNOWN, COVERED, NEW = IDS = advertiser_ids(3)
# Each token has an app of its own, so that a throttled one does not hold up the other.
APPS = {"known": {"app_id": APP, "secret": SECRET}, "new": {"app_id": "7055107885017071619", "secret": SECRET}}
TOKENS = {"known": {"token": "tok-known-s3cret", "app": "known"}, "new": {"token": "tok-new-s3cret", "app": "new"}}
ROWS = [{"advertiser_id": KNOWN, "token": "known"}, {"advertiser_id": COVERED, "token": "known"},
        {"advertiser_id": NEW, "token": "new"}]
SEARCH = "/file/video/ad/search/"
API_KEYS = {"max_response": "2MiB"}
# Whatever hangs is given up after this long, so that the tests are quick.
SHORT = {"request_timeout": "1s", "connect_timeout": "1s", **API_KEYS}
TIMEOUT = 5

# What the answer is called: a part of the sentence for each kind.
JSON = {
    "truncated": "ends early", "deep": "nested too deep", "deep_open": "nested too deep",
    "duplicate_keys": '"code" is there twice', "nul": "a NUL", "nul_after": "a NUL", "nul_escaped": "a NUL",
    "not_utf8": "no UTF-8", "lone_surrogate": "surrogate", "numeric_ids": "is a number",
    "trailing_garbage": "behind the value", "data_missing": "no data", "data_null": "no data", "data_string": "no data",
    "data_array": "no data", "list_not_array": "data.list", "list_object": "data.list", "list_null": "data.list",
    "list_missing": "data.list", "list_of_texts": "is no object", "huge_numbers": "no whole number",
    "code_long": "no whole number", "code_float": "no whole number", "code_string": "code is a string",
    "code_null": "code is no number", "code_bool": "code is no number", "code_missing": "without a code",
    "message_raw_control": "control character", "bom": "no JSON", "empty_body": "empty body",
    "empty_object": "without a code", "top_array": "no object", "top_null": "no object", "id_letters": "digits",
    "id_empty": "digits", "id_null": "digits", "id_long": "digits", "id_path": "digits",
}
# What is odd and says all the same what has to be known.
HARMLESS = [{"json": kind} for kind in ("case_keys", "message_missing", "message_number", "message_large", "message_control",
                                        "names_control", "id_twice", "request_id_missing")] + [{"wire": "two_lengths"}]
HANGING = {
    "no_answer": "no answer after", "stall_headers": "not whole after", "stall_body": "not whole after",
    "slow_headers": "not whole after", "slow_body": "not whole after",
}
WIRE = {
    **HANGING,
    "close": "closed the connection", "half_close_headers": "closed the connection",
    "half_close_body": "closed the connection", "reset": "reset by peer", "reset_headers": "reset by peer",
    "reset_body": "reset by peer", "endless": "larger than allowed", "endless_headers": "larger than allowed",
    "short_body": "closed the connection", "long_body": "ends early", "negative_length": "not HTTP",
    "chunked_cut": "closed the connection", "chunked_bad": "broke", "garbage": "not HTTP", "no_headers": "not HTTP",
    "bad_status": "not HTTP", "continue_flood": "larger than allowed", "many_headers": "larger than allowed",
    "long_header": "larger than allowed", "gzip_bomb": "larger than allowed", "bad_gzip": "does not decode",
    "unknown_encoding": "does not decode",
}
BODIES = {"html": "an HTML page", "text": "a text that is no JSON", "empty": "an empty body"}
NETWORK = set(WIRE) - {"endless", "endless_headers", "long_body", "continue_flood", "many_headers", "long_header",
                       "gzip_bomb", "bad_gzip", "unknown_encoding"}

CASES = [({"json": kind}, word, "edge_fault") for kind, word in JSON.items()]
CASES += [({"wire": kind}, word, "network_fault" if kind in NETWORK else "edge_fault") for kind, word in WIRE.items()]
CASES += [({"http": status, "body_kind": body}, "HTTP %d with %s" % (status, words),
           "throttled" if status == 429 else "edge_fault")
          for status in (404, 429, 500, 502, 503, 504) for body, words in BODIES.items()]


def name(fault):
    return "-".join(str(value) for value in fault.values())


@pytest.fixture(scope="module")
def server():
    with Sandbox(binary_path(), world(ROWS, TOKENS, APPS, endpoints=[{"path": SEARCH}])) as running:
        yield running


@pytest.fixture
def box(server):
    server.reset()
    return server


@pytest.fixture(scope="module")
def one_known(server, tmp_path_factory):
    server.reset()
    scene = Scene(tmp_path_factory.mktemp("scene"), server, ROWS, TOKENS, APPS, api=API_KEYS)
    scene.sweep("--token", "known")
    return scene, scene.keep()


@pytest.fixture
def scene(one_known, box):
    scene, kept = one_known
    scene.recall(kept)
    yield scene
    if "request_timeout" in scene.api:
        del scene.api["request_timeout"]
        scene.write()


def give_up_soon(scene):
    scene.api["request_timeout"] = SHORT["request_timeout"]
    scene.write()


def assert_sound(result):
    """What holds for every output: line 1 stands alone, and no secret is anywhere."""
    assert len(result.line1) <= 130 and result.line1.isascii() and result.line1.isprintable(), result.line1
    assert result.line1.startswith("TIKTOK AUTH %s - " % result.state.upper())
    assert not set(result.line1) & set("|`~$&'\"<>")
    for secret in secrets():
        assert secret not in result.out and secret not in result.err


def secrets():
    return [SECRET, urllib.parse.quote(SECRET, safe=""), "S3cret", "s3cret"]


def assert_no_secret_in(files):
    for path, content in files.items():
        for secret in secrets():
            assert secret.encode() not in content, path


# --- Every kind ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault, word, cause", CASES, ids=[name(case[0]) for case in CASES])
def test_ends_in_the_last_known_state_or_unknown(scene, box, fault, word, cause):
    if fault.get("wire") in HANGING:
        give_up_soon(scene)
    box.fault(path=LIST, **fault)
    swept = scene.check("--all", "--max-age", "0", "--timeout", str(TIMEOUT), "--verbose")
    assert swept.state == "unknown" and swept.seconds < TIMEOUT
    known = scene.check("--advertiser", KNOWN, "--verbose")
    assert known.state == "ok" and word in known.out
    assert "since)" in known.line1 and "Last attempt verified nothing: " in known.out
    new = scene.check("--advertiser", NEW, "--verbose")
    assert new.state == "unknown" and word in new.out
    for result in (swept, known, new):
        assert_sound(result)
    answer = scene.ask(NEW)
    assert (answer["cause"], answer["fault"]["cause"]) == (cause, cause)
    assert answer["code"] is None and word in answer["message"]
    answer = scene.ask(KNOWN)
    assert (answer["cause"], answer["fault"]["cause"]) == ("authorized", cause)
    assert_no_secret_in(scene.state_files())


@pytest.mark.parametrize("fault", HARMLESS, ids=name)
def test_what_is_only_odd_is_understood(scene, box, fault):
    box.fault(path=LIST, **fault)
    swept = scene.check("--all", "--max-age", "0", "--timeout", str(TIMEOUT), "--verbose")
    assert_sound(swept)
    for one in IDS:
        answer = scene.ask(one)
        assert (answer["state"], answer["cause"], answer["fault"]) == ("ok", "authorized", None)


def test_an_empty_list_is_a_list(scene, box):
    """Code 0 and no advertiser at all: what follows is asked about, not believed."""
    box.fault(path=LIST, json="list_empty")
    scene.sweep()
    for one in IDS:
        assert scene.ask(one)["state"] == "ok"


def test_the_next_sweep_recovers(scene, box):
    box.fault(path=LIST, wire="reset")
    assert scene.check("--all", "--max-age", "0").state == "unknown"
    box.clear_faults()
    scene.sweep()
    answer = scene.ask(NEW)
    assert (answer["state"], answer["fault"]) == ("ok", None)
    assert scene.ask(KNOWN)["fault"] is None


@pytest.mark.parametrize("fault", [{"json": "truncated"}, {"json": "numeric_ids"}, {"wire": "stall_body"},
                                   {"wire": "reset"}, {"wire": "endless"}, {"http": 502}], ids=name)
def test_account_status_and_permissions_alike(box, tmp_path, fault):
    """Trouble at advertiser/info or at a required endpoint takes no authorization away."""
    rows = [{**row, "required_permissions": "GET " + SEARCH} for row in ROWS]
    scene = Scene(tmp_path, box, rows, TOKENS, APPS, api={**API_KEYS, "request_timeout": "500ms"},
                  sweep={"account_status": "yes"})
    box.fault(path=INFO, **fault)
    box.fault(path=SEARCH, **fault)
    swept = scene.check("--all", "--max-age", "0", "--timeout", str(TIMEOUT), "--verbose")
    assert swept.state == "ok" and swept.seconds < TIMEOUT
    assert_sound(swept)
    if fault == {"json": "numeric_ids"}:
        return  # code 0: to the permission that is an answer
    # The permission was not looked at, so the next sweep asks again.
    box.clear_faults()
    box.withhold(SEARCH)
    scene.sweep()
    assert scene.ask(NEW)["cause"] == "endpoint_permission"


# --- Time ---------------------------------------------------------------------------------------


SLOW = {**{kind: {"wire": kind} for kind in HANGING},
        "many-retries": {"http": 503},
        "retry-after": {"http": 503, "retry_after": "3600"},
        "late": {"delay_ms": 30000}}


def test_nothing_outlasts_the_timeout(box, tmp_path):
    """With the timeouts and retries that are the default; all at once, for each would take the check's whole time."""
    with Sandbox(binary_path(), {}, tls="tls-hang") as mute:
        scenes = {kind: Scene(tmp_path / kind, box, ROWS, TOKENS, APPS, api={"retries": 5}) for kind in SLOW}
        scenes["tls-hang"] = Scene(tmp_path / "tls", mute.url.replace("http:", "https:"), ROWS, TOKENS, APPS)
        for kind, fault in SLOW.items():
            for token in ("known", "new"):
                own = {**TOKENS[token], "token": "%s-%s" % (TOKENS[token]["token"], kind)}
                scenes[kind].tokens[token] = own
                box.add_token(own["token"], APPS[token]["app_id"], token)
            scenes[kind].write()
            scenes[kind].sweep("--token", "known")
            for token in scenes[kind].tokens.values():
                box.fault(path=LIST, token=token["token"], **fault)
        timeout, margin = (6 if sanitized() else 3), 1  # a busy machine is late

        def ask(scene):
            return (scene.check("--advertiser", NEW, "--max-age", "0", "--timeout", str(timeout)),
                    scene.check("--advertiser", KNOWN, "--max-age", "0", "--timeout", "1", "--timeout-result", "critical"))

        with concurrent.futures.ThreadPoolExecutor(len(scenes)) as pool:
            results = dict(zip(scenes, pool.map(ask, scenes.values())))
    for kind, (new, known) in results.items():
        assert new.state == "unknown" and new.seconds < timeout + margin, (kind, new)
        assert_sound(new)
        # --timeout-result is for where no state is known.
        assert known.state == ("critical" if kind == "tls-hang" else "ok") and known.seconds < 1 + margin, (kind, known)


def test_a_timeout_result_where_nothing_is_known(scene, box):
    box.fault(path=LIST, wire="no_answer")
    result = scene.check("--advertiser", NEW, "--max-age", "0", "--timeout", "2", "--timeout-result", "warning")
    assert result.state == "warning" and result.line1.startswith("TIKTOK AUTH WARNING - ")


# --- Memory -------------------------------------------------------------------------------------


@pytest.mark.skipif(sanitized(), reason="AddressSanitizer has a memory of its own")
@pytest.mark.parametrize("limit", ["1MiB", "64MiB"])
@pytest.mark.parametrize("kind", ["gzip_bomb", "endless", "endless_headers", "long_header"])
def test_memory_is_bounded(one_known, box, tmp_path, kind, limit):
    scene = Scene(tmp_path, box, ROWS, TOKENS, APPS, api={"request_timeout": "10s", "max_response": limit})
    scene.under = ("prlimit", "--as=%d" % (512 << 20))  # what unpacks to 1 GiB would not fit
    box.fault(path=LIST, wire=kind)
    result = scene.check("--advertiser", NEW, "--max-age", "0", "--timeout", "10")
    assert result.state == "unknown" and "larger than allowed" in result.out


# --- Redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(scene, box, status):
    with Sandbox(binary_path(), world(ROWS, TOKENS, APPS)) as elsewhere:
        box.fault(path=LIST, http=status, location=elsewhere.url + LIST)
        swept = scene.check("--all", "--max-age", "0", "--verbose")
        assert swept.state == "unknown"
        assert_sound(swept)
        assert elsewhere.log() == []
        assert box.calls() == 2  # one for each token
        result = scene.check("--advertiser", NEW)
        assert "HTTP %d with a redirect" % status in result.out
        assert elsewhere.url not in result.out
    assert scene.ask(KNOWN)["state"] == "ok"


# --- TLS ----------------------------------------------------------------------------------------


TLS = {
    "wrong-host": "certificate was not accepted: no alternative certificate subject name matches",
    "expired": "certificate was not accepted: certificate has expired",
    "self-signed": "certificate was not accepted: self",
    "untrusted": "certificate was not accepted: unable to get local issuer certificate",
    "not-tls": "the TLS handshake failed",
    "tls-hang": "no TLS connection after",
}


@pytest.mark.parametrize("kind, word", TLS.items(), ids=TLS)
def test_tls_that_is_not_sound(tmp_path, kind, word):
    with Sandbox(binary_path(), world(ROWS, TOKENS, APPS), tls=kind) as box:
        api = dict(SHORT) if kind == "tls-hang" else {}
        if kind != "untrusted":
            api["ca_file"] = box.ca
        scene = Scene(tmp_path, box.url.replace("http:", "https:"), ROWS, TOKENS, APPS, api=api)
        result = scene.check("--advertiser", NEW, "--max-age", "0", "--timeout", str(TIMEOUT), "--verbose")
        assert result.state == "unknown" and result.seconds < TIMEOUT and word in result.out
        assert_sound(result)
        answer = scene.ask(NEW)
        assert (answer["cause"], answer["actor"]) == ("network_fault", "us")
        if kind != "tls-hang":
            assert box.log() == []  # nothing was sent through it


def test_tls_that_is_sound_and_then_breaks(tmp_path):
    with Sandbox(binary_path(), world(ROWS, TOKENS, APPS), tls="good") as box:
        scene = Scene(tmp_path, box, ROWS, TOKENS, APPS, api={"request_timeout": "500ms", "ca_file": box.ca})
        assert scene.check("--all", "--max-age", "0").state == "ok"
        for fault, word in (({"wire": "reset_body"}, ""), ({"wire": "half_close_body"}, ""),
                            ({"wire": "stall_body"}, "not whole after"), ({"http": 503}, "HTTP 503")):
            box.clear_faults()
            box.fault(path=LIST, **fault)
            scene.sweep()
            result = scene.check("--advertiser", NEW)
            assert result.state == "ok" and "since)" in result.line1 and word in result.out
            assert_sound(result)


def test_a_ca_file_that_cannot_be_read(box, tmp_path):
    scene = Scene(tmp_path, box, ROWS, TOKENS, APPS, api={"ca_file": os.path.join(str(tmp_path), "none.pem")})
    result = scene.check("--advertiser", NEW, "--max-age", "0")
    assert result.state == "unknown" and "none.pem" in result.out
    assert_sound(result)


def test_nobody_listens(tmp_path):
    with Sandbox(binary_path(), {}) as box:
        url = box.url
    scene = Scene(tmp_path, url, ROWS, TOKENS, APPS)
    result = scene.check("--advertiser", NEW, "--max-age", "0", "--timeout", str(TIMEOUT))
    assert result.state == "unknown" and "Connection refused" in result.out
    assert_sound(result)


# --- Hostile texts ------------------------------------------------------------------------------


HOSTILE = "x|y=1;2\n<b>$(reboot)`id`\x1b[31m\u202e\u0007%n" + "A" * 100000


@pytest.mark.parametrize("code", [40001, 49999])
def test_a_hostile_message_is_shown_and_does_no_harm(scene, box, code):
    box.fault(path=LIST, code=code, message=HOSTILE)
    scene.sweep()
    for one in (KNOWN, NEW):
        result = scene.check("--advertiser", one, "--verbose")
        assert_sound(result)
        assert result.state == ("critical" if code == 40001 else "ok" if one == KNOWN else "unknown")
        assert "\x1b" not in result.out and "\x07" not in result.out and "\u202e" not in result.out
        assert result.out.count("|") == 1  # perfdata alone
        assert len(result.out) < 20000
        assert scene.ask(one)["exit"] == result.exit
    assert API not in scene.check("--all").out
