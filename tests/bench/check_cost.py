#!/usr/bin/env python3
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What a check costs: whole-process CPU of check_tiktok_auth from a fresh snapshot, as a ratio to check_dummy (a check
that does nothing) and to check_http over TLS (a check that asks), in interleaved runs on the same machine.

    tests/bench/check_cost.py [--runs 300] [--advertisers 10000 100000]

Needs the built programs ($TTA_BUILDDIR, default the current folder) and monitoring-plugins-basic. The promise: at most 2.0
times check_dummy and at most 0.35 times check_http, whatever the number of advertisers."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "integration"))
from sandbox import Sandbox  # noqa: E402

BUILD = pathlib.Path(os.environ.get("TTA_BUILDDIR", ".")).resolve()
PLUGINS = pathlib.Path("/usr/lib/nagios/plugins")
FIRST_ID = 7502022393000000000
APP = "7055107885017071618"


def cpu_of(argv):
    """Microseconds of user and system time of one run."""
    null = os.open(os.devnull, os.O_RDWR)
    pid = os.posix_spawn(argv[0], argv, {"PATH": "/usr/bin:/bin"}, file_actions=[
        (os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
    os.close(null)
    _, status, usage = os.wait4(pid, 0)
    return (usage.ru_utime + usage.ru_stime) * 1e6, os.waitstatus_to_exitcode(status)


def scene(folder, sandbox, count):
    """A configuration with `count` advertisers under one token, swept once."""
    (folder / "app.secret").write_text("s\n")
    (folder / "t.token").write_text("tok\n")
    for name in ("app.secret", "t.token"):
        (folder / name).chmod(0o600)
    rows = ["advertiser_id,name,token,owner"]
    rows += ["%d,Advertiser %d,t,owner%d@agency.example" % (FIRST_ID + i, i, i % 20) for i in range(count)]
    (folder / "advertisers.csv").write_text("\n".join(rows) + "\n")
    config = folder / "tiktok-auth.conf"
    config.write_text("""[api]
base_url = %s/open_api/v1.3
ca_file = %s
[app bench]
app_id = %s
secret_file = app.secret
[token t]
app = bench
token_file = t.token
[inventory]
file = advertisers.csv
[sweep]
interval = 1d
[store]
path = state/state.db
""" % (sandbox.url, sandbox.ca, APP))
    (folder / "state").mkdir()
    subprocess.run([BUILD / "check_tiktok_auth", "--config", config, "--all", "--timeout", "60"], check=True,
                   stdout=subprocess.DEVNULL)
    return str(config)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--advertisers", type=int, nargs="+", default=[10000, 100000])
    options = parser.parse_args()
    check = str(BUILD / "check_tiktok_auth")
    for count in options.advertisers:
        world = {"apps": [{"app_id": APP, "secret": "s"}], "logins": [{"name": "l"}],
                 "generate": [{"count": count, "first_id": str(FIRST_ID), "login": "l"}],
                 "tokens": [{"token": "tok", "app_id": APP, "login": "l"}]}
        with tempfile.TemporaryDirectory() as folder, Sandbox(scenario=world, tls="good") as sandbox:
            config = scene(pathlib.Path(folder), sandbox, count)
            middle = str(FIRST_ID + count // 2)
            contenders = {
                "check_dummy": [str(PLUGINS / "check_dummy"), "0"],
                "check_http (TLS)": [str(PLUGINS / "check_http"), "-I", "127.0.0.1", "-p", str(sandbox.port), "-S", "-u",
                                     "/marketing_api/api/status_page/incident/rss/"],
                "--advertiser": [check, "--config", config, "--advertiser", middle],
                "--all": [check, "--config", config, "--all"],
                "--advertiser, JSON": [check, "--config", config, "--advertiser", middle, "--format", "json"],
            }
            cost = {name: [] for name in contenders}
            for _ in range(options.runs):
                for name, argv in contenders.items():
                    microseconds, status = cpu_of(argv)
                    if status != 0:
                        sys.exit("%s exited %d" % (name, status))
                    cost[name].append(microseconds)
            asked = len(sandbox.log(path="/oauth2/advertiser/get/"))
            mean = {name: statistics.mean(values) for name, values in cost.items()}
            print("%d advertisers, %d interleaved runs (API calls seen: %s)" % (count, options.runs, asked))
            print("  %-20s %10s %10s %14s %14s" % ("", "mean us", "median us", "x check_dummy", "x check_http"))
            for name, values in cost.items():
                print("  %-20s %10.0f %10.0f %14.2f %14.2f" % (
                    name, mean[name], statistics.median(values), mean[name] / mean["check_dummy"],
                    mean[name] / mean["check_http (TLS)"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
