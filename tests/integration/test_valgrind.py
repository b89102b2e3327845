# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The check and the sweep that it starts under valgrind: no error, and nothing definitely lost."""

import glob
import os
import shutil

import pytest

from sandbox import INFO, LIST, Sandbox, binary_path
from scene import Scene, advertiser_ids, sanitized, world

IDS = A, B, C, D = advertiser_ids(4)
MANY = advertiser_ids(30, 7502022393087700001)
SEARCH = "/file/video/ad/search/"
TOKENS = {"main": {"token": "tok-main"}, "client": {"token": "tok-client"}, "many": {"token": "tok-many"}}
ROWS = [{"advertiser_id": A}, {"advertiser_id": B, "required_permissions": "GET " + SEARCH, "client": "Acme"},
        {"advertiser_id": C, "client": "Acme"}, {"advertiser_id": D, "token": "client main"}]
ROWS += [{"advertiser_id": one, "token": "many"} for one in MANY]

SCENES = {
    "well": lambda box: None,
    "revoked": lambda box: box.revoke([A, C]),
    "mass-loss": lambda box: box.revoke(MANY),
    "lag": lambda box: box.lag([A, B], times=1),
    "dead-token": lambda box: box.kill("tok-main"),
    "blocked": lambda box: box.block("7055107885017071618"),
    "withheld": lambda box: box.withhold(SEARCH, words="scope"),
    "unknown": lambda box: box.fault(path=LIST, code=49999, message="x|\x1b[31m" + "A" * 5000),
    "http-503": lambda box: box.fault(http=503),
    "broken-json": lambda box: box.fault(path=LIST, json="truncated"),
    "deep-json": lambda box: box.fault(path=LIST, json="deep"),
    "numeric-ids": lambda box: box.fault(path=INFO, json="numeric_ids"),
    "no-answer": lambda box: box.fault(wire="no_answer"),
    "gzip-bomb": lambda box: box.fault(wire="gzip_bomb"),
    "bad-config": None,
}

pytestmark = [pytest.mark.system,
              pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed"),
              pytest.mark.skipif(sanitized(), reason="AddressSanitizer and valgrind do not go together")]


@pytest.fixture(scope="module")
def server():
    with Sandbox(binary_path(), world(ROWS, TOKENS, endpoints=[{"path": SEARCH}])) as running:
        yield running


@pytest.fixture
def scene(server, tmp_path):
    server.reset()
    scene = Scene(tmp_path, server, ROWS, TOKENS, api={"request_timeout": "3s", "max_response": "1MiB"},
                  sweep={"account_status": "yes", "mass_confirm": "0s"})
    scene.sweep()
    return scene


def assert_clean(scene, *arguments):
    logs = os.path.join(scene.folder, "valgrind-%p.log")
    under = ["valgrind", "--quiet", "--trace-children=yes", "--leak-check=full", "--show-leak-kinds=definite,indirect",
             "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=99", "--track-fds=no", "--log-file=" + logs]
    result = scene.run("check_tiktok_auth", *arguments, "--timeout", "60", under=under)
    written = glob.glob(logs.replace("%p", "*"))
    for path in written:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        assert text == "", text
        os.unlink(path)
    assert 0 <= result.exit <= 3, result
    return len(written)


@pytest.mark.parametrize("name", SCENES)
def test_no_error_and_no_leak(scene, server, name):
    if SCENES[name]:
        SCENES[name](server)
    else:
        scene.more = "[nonsense]\nx = 1\n[token bad]\napp = nobody\n[advertiser 12x]\nname = y\n"
        scene.write()
    assert assert_clean(scene, "--all", "--max-age", "0", "--verbose") == 2  # the check, and the sweep
    assert assert_clean(scene, "--advertiser", A, "--format", "json" if name == "revoked" else "text") == 1
