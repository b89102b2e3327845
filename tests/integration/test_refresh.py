# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Tokens of TikTok users: their end is watched, and they are refreshed in time, once, whatever dies on the way."""

import contextlib
import datetime
import json
import os
import signal
import sqlite3
import subprocess
import time

import pytest

from sandbox import Sandbox
from scene import APP, SECRET, Scene, advertiser_ids, until

DAY = 86400
PATH = "tt_user/oauth2/refresh_token"
NAMES = ("main",)
FIRST = advertiser_ids(1)[0]


def moment(seconds_from_now):
    at = datetime.datetime.fromtimestamp(int(time.time()) + seconds_from_now, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def pair(name="main", expires=None, refresh_expires=None):
    """The text of a token file."""
    lines = ["act-" + name, "rft-" + name]
    if expires is not None:
        lines.append("expires " + moment(expires))
    if refresh_expires is not None:
        lines.append("refresh_expires " + moment(refresh_expires))
    return "\n".join(lines)


def user_world(names=NAMES, **more):
    """A sandbox whose tokens are TikTok users'; more: keys of every token."""
    ids = advertiser_ids(len(names))
    return {
        "apps": [{"app_id": APP, "secret": SECRET}],
        "advertisers": [{"advertiser_id": one} for one in ids],
        "logins": [{"name": name, "advertisers": [one]} for name, one in zip(names, ids)],
        "tokens": [{"token": "act-" + name, "app_id": APP, "login": name, "kind": "tt_user",
                    "refresh_token": "rft-" + name, **more} for name in names],
    }


def user_scene(folder, box, names=NAMES, expires=None, refresh_expires=None, sweep=None, **keys):
    """A scene of these tokens, one advertiser each; keys: of every [token]."""
    tokens = {name: {"token": pair(name, expires, refresh_expires), "kind": "tt_user", "refresh": "yes", **keys}
              for name in names}
    rows = [{"advertiser_id": one, "token": name} for name, one in zip(names, advertiser_ids(len(names)))]
    return Scene(folder, box, rows, tokens, sweep=sweep)


@pytest.fixture
def box():
    with Sandbox(scenario=user_world()) as sandbox:
        yield sandbox


def test_by_command(box, tmp_path):
    scene = user_scene(tmp_path, box, expires=3600, refresh_expires=300 * DAY)
    print(scene.cli("refresh", "--dry-run"))
    print(scene.ask_now("--token", "main"))
    print(scene.cli("refresh"))
    print(open(os.path.join(scene.folder, "main.token")).read())
    print(scene.cli("refresh"))
    print(scene.cli("refresh", "--token", "main"))
    print(scene.check("--token", "main", "--max-age", "0"))
    print(scene.cli("history", FIRST))
    print(scene.cli("history", "--token", "main"))
    print(scene.cli("history", "--help"))
    assert 0
