#!/usr/bin/env python3
# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What reading the advertiser table costs, as a ratio to a minimal table_container subagent of the same shape (same
index, same number and types of columns) behind an snmpd of its own, in interleaved runs on the same machine.

    make tests/bench/reference_agent && tests/bench/agent_walk.py [--runs 5] [--rows 10000 50000 100000]

Needs the built programs ($TTA_BUILDDIR, default the current folder), snmpd and snmptrapd. The promise: at most 1.15
times the reference for all columns together; the state column of 10,000 advertisers in about a second; time that grows
with the rows."""

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
from scene import Scene, until  # noqa: E402
from snmp import ADVERTISERS, Net, Snmpd, scalar  # noqa: E402

BUILD = pathlib.Path(os.environ.get("TTA_BUILDDIR", ".")).resolve()
REFERENCE = BUILD / "tests" / "bench" / "reference_agent"
REFERENCE_TABLE = "1.3.6.1.4.1.8072.9999.9999.40002.1.4"
FIRST_ID = 7502022393000000000
COLUMNS = range(3, 13)
STATE = 6
# As many values as snmpd gives at once (maxGetbulkResponses).
AT_ONCE = 100


def read(port, table, columns):
    """Seconds for these columns of all rows, and how many values there were."""
    names = [".%s.1.%d" % (table, column) for column in columns]
    done = subprocess.run([REFERENCE, str(port), str(AT_ONCE // len(names)), *names], check=True, capture_output=True,
                          text=True)
    values, seconds = done.stdout.split()
    return float(seconds), int(values)


def resident(pid):
    for line in pathlib.Path("/proc/%d/status" % pid).read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


class Peer:
    """The reference behind its own snmpd."""

    def __init__(self, folder, rows):
        self.snmpd = Snmpd(folder).start()
        self.process = subprocess.Popen([REFERENCE, self.snmpd.socket, str(rows)], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.snmpd.stop()


def measure(rows, runs):
    app, login = "bench", "l"
    world = {"apps": [{"app_id": "7055107885017071618", "secret": "s"}], "logins": [{"name": login}],
             "generate": [{"count": rows, "first_id": str(FIRST_ID), "login": login}],
             "tokens": [{"token": "tok", "app_id": "7055107885017071618", "login": login}]}
    advertisers = [{"advertiser_id": str(FIRST_ID + i), "name": "Advertiser %d" % i,
                    "owner": "owner%d@agency.example" % (i % 20)} for i in range(rows)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside, \
            Sandbox(scenario=world) as box:
        scene = Scene(folder, box, advertisers, {"main": {"token": "tok"}},
                      {app: {"app_id": "7055107885017071618", "secret": "s"}}, sweep={"interval": "1d"})
        with Net(scene, options=()) as net:
            net.start()
            until(lambda: net.snmpd.get_one(scalar(4)) == rows)
            peer = Peer(beside, rows)
            taken = {}
            for _ in range(runs):
                for what, columns in (("all columns", COLUMNS), ("state column", [STATE])):
                    for who, port, table in (("ours", net.snmpd.port, ADVERTISERS),
                                             ("reference", peer.snmpd.port, REFERENCE_TABLE)):
                        seconds, values = read(port, table, columns)
                        assert values == rows * len(columns), (who, values)
                        taken.setdefault((what, who), []).append(seconds)
            memory = {"ours": resident(net.agent.process.pid), "reference": resident(peer.process.pid)}
            peer.stop()
    print("%d rows, %d interleaved runs" % (rows, runs))
    print("  %-14s %12s %12s %8s %12s" % ("", "ours, s", "reference, s", "ratio", "best ratio"))
    for what in ("all columns", "state column"):
        ours, reference = taken[what, "ours"], taken[what, "reference"]
        print("  %-14s %12.3f %12.3f %8.2f %12.2f" % (what, statistics.median(ours), statistics.median(reference),
                                                      statistics.median(ours) / statistics.median(reference),
                                                      min(ours) / min(reference)))
    print("  %-14s %12.1f %12.1f" % ("resident, MiB", memory["ours"], memory["reference"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=[10000, 50000, 100000])
    options = parser.parse_args()
    if not REFERENCE.exists():
        sys.exit("first: make tests/bench/reference_agent")
    for rows in options.rows:
        measure(rows, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
