#!/usr/bin/env python3
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What a delivery to a real Icinga 2 costs, as a ratio to a bare loop that posts the same results over one connection
kept alive (python http.client), in interleaved runs against the same daemon.

    tests/bench/feed_icinga.py [--runs 3] [--rows 10000]

Needs the built programs ($TTA_BUILDDIR, default the current folder) and icinga2. The promise: at least 0.9 times the
results per second of the loop."""

import argparse
import base64
import http.client
import json
import os
import pathlib
import ssl
import statistics
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "integration"))
os.environ.setdefault("TTA_BUILDDIR", str(pathlib.Path(".").resolve()))
from engine_icinga import Icinga  # noqa: E402
from sandbox import Sandbox  # noqa: E402
from scene import Scene, advertiser_ids, world  # noqa: E402

USER, PASSWORD = "feeder", "bench-password"
SERVICE = 'object Service "%s" { host_name = "tiktok-demo"; check_command = "dummy"; enable_active_checks = false }\n'


def ours(scene):
    """Results per second of tiktok-auth-feed, its start and its question which services there are included."""
    began = time.monotonic()
    done = scene.run("tiktok-auth-feed", "--config", scene.config, "--feed", "icinga")
    seconds = time.monotonic() - began
    assert done.exit == 0, done
    return int(done.out.split()[0]) / seconds


def bare(icinga, names):
    """Results per second of the loop, with results as long as ours."""
    result = icinga.service("tiktok-demo", names[-1])["last_check_result"]
    bodies = [json.dumps({"type": "Service", "service": "tiktok-demo!" + name, "exit_status": 0,
                          "plugin_output": result["output"], "performance_data": result["performance_data"],
                          "check_source": "bench", "execution_start": int(time.time()),
                          "execution_end": int(time.time())}) for name in names]
    headers = {"Accept": "application/json",
               "Authorization": "Basic " + base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode()}
    connection = http.client.HTTPSConnection("localhost", icinga.port,
                                             context=ssl.create_default_context(cafile=icinga.ca_file))
    connection.connect()
    began = time.monotonic()
    for body in bodies:
        connection.request("POST", "/v1/actions/process-check-result", body, headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    seconds = time.monotonic() - began
    connection.close()
    return len(names) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=10000)
    options = parser.parse_args()
    ids = advertiser_ids(options.rows)
    names = ["api", "app", "token-main"] + ids
    with tempfile.TemporaryDirectory() as folder, Sandbox(scenario=world(ids)) as box:
        conf = os.path.join(folder, "objects.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write('object Host "tiktok-demo" { check_command = "dummy"; enable_active_checks = false }\n')
            file.writelines(SERVICE % name for name in names)
        with Icinga([conf]) as icinga:
            icinga.api_user(USER, PASSWORD, '[ "actions/process-check-result", "objects/query/Service" ]')
            icinga.start()
            scene = Scene(os.path.join(folder, "scene"), box, ids, more=(
                "[feed icinga]\nkind = icinga2\nurl = %s\nuser = %s\npassword_file = icinga.password\nca_file = %s\n"
                % (icinga.url, USER, icinga.ca_file)))
            scene.write_secret("icinga.password", PASSWORD)
            scene.check("--all")
            ours(scene)  # the first of all makes Icinga's states, and is not compared
            rates = [(ours(scene), bare(icinga, names)) for _ in range(options.runs)]
    for feed, loop in rates:
        print("feed %.0f/s, loop %.0f/s, ratio %.2f" % (feed, loop, feed / loop))
    print("%d results: median ratio %.2f" % (len(names), statistics.median(feed / loop for feed, loop in rates)))


if __name__ == "__main__":
    main()
