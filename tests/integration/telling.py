# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What the agent tells: the stage for it, the log of alerts in the store, what was received, and the MIB's own words."""

import contextlib
import datetime
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile

from scene import APP, NOBODY, SECRET, Scene, advertiser_ids, read_text, until
from snmp import EVENTS, PROBLEMS, SCALARS, SUMMARY, Net, scalar

OK, WARN, CRIT, UNKN = range(1, 5)  # TtaState
API, APPLICATION, TOKEN, CLIENT, ENDPOINT, ADVERTISER = range(1, 7)  # TtaKind
KINDS = ("api", "app", "token", "client", "endpoint", "advertiser")
STATES = ("ok", "warning", "critical", "unknown")

IN_FLIGHT_MAX = 10  # so many are on their way to the master at once

ROUNDS, SENT, SUPPRESSED, PENDING, LAST_EVENT = (scalar(number) for number in (18, 23, 24, 25, 26))
ROOT_CAUSES = scalar(9)
CONFIG_STATE, CONFIG_FAULT = scalar(27), scalar(28)

# --- The world ------------------------------------------------------------------------------------------------

SEARCH = "/file/video/ad/search/"
OTHER_APP = "7055107885017071999"
REAUTH = "https://connect.agency.example/tiktok?account={advertiser_id}"
APPS = {"demo": {"app_id": APP, "secret": SECRET, "reauth_url": REAUTH},
        "second": {"app_id": OTHER_APP, "secret": "s2"}}
TOKENS = {"main": {"token": "tok-main"}, "big": {"token": "tok-big"}, "perm": {"token": "tok-perm"},
          "s1": {"token": "tok-s1", "app": "second"}, "s2": {"token": "tok-s2", "app": "second"}}
MAIN = advertiser_ids(6)
SHOPS = advertiser_ids(2, 7502022393087600001)
BIG = advertiser_ids(30, 7502022393087700001)
PERM = advertiser_ids(2, 7502022393087800001)
SECOND = advertiser_ids(4, 7502022393087900001)


def rows_of(token, ids, **more):
    return [{"advertiser_id": one, "token": token, **more} for one in ids]


ROWS = (rows_of("main", MAIN) + rows_of("main", SHOPS, client="Shop Ltd") + rows_of("big", BIG) +
        rows_of("perm", PERM[:1], required_permissions="GET " + SEARCH) + rows_of("perm", PERM[1:]) +
        rows_of("s1", SECOND[:2]) + rows_of("s2", SECOND[2:]))


@contextlib.contextmanager
def open_folder():
    """A folder that any user can go through."""
    folder = tempfile.mkdtemp(prefix="tta-shared-")
    os.chmod(folder, 0o755)
    try:
        yield folder
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        shutil.rmtree(folder)


@contextlib.contextmanager
def stage(box, rows=tuple(ROWS), tokens=None, apps=None, snmp=None, sweep=None, **more):
    """A Net that is not started yet, of an unprivileged user where root runs the tests.

    snmp: keys of [snmp]. Changes are told without a pause and a round begins every second, unless said otherwise.
    """
    tokens = tokens or TOKENS
    used = {name for row in rows for name in (row["token"].split() if isinstance(row, dict) else [])} or set(tokens)
    tokens = {name: token for name, token in tokens.items() if name in used}
    apps = apps or APPS
    of_tokens = {token.get("app", next(iter(apps))) for token in tokens.values()}
    box.reset()
    with open_folder() as folder:
        scene = Scene(folder, box, rows, tokens, {name: app for name, app in apps.items() if name in of_tokens},
                      sweep={"interval": "1s", **(sweep or {})}, more=snmp_section(snmp), **more)
        if os.geteuid() == 0:
            scene.become(NOBODY)
        with Net(scene) as net:
            yield net


def snmp_section(keys=None):
    keys = {"notify_interval": "0s", **(keys or {})}
    return "[snmp]\n" + "".join("%s = %s\n" % item for item in keys.items())


def reload(net):
    """SIGHUP, until it was taken."""
    began = len(re.findall(": (read anew|refused, )", net.agent.log()))
    net.agent.send(signal.SIGHUP)
    until(lambda: len(re.findall(": (read anew|refused, )", net.agent.log())) > began)


def rounds_pass(net, count=2):
    """Waits for the end of so many more rounds, the first of which may have begun before now."""
    before = net.snmpd.get_one(ROUNDS)
    until(lambda: net.snmpd.get_one(ROUNDS) >= before + count)


# --- The store ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def as_owner(path):
    """As root: acts as the file's owner, because what SQLite makes beside it is root's for a moment otherwise."""
    owner = os.stat(path)
    if os.geteuid() != 0:
        yield
        return
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextlib.contextmanager
def opened(scene):
    """The database; each statement is a transaction of its own, unless it begins one."""
    path = os.path.join(scene.state, "state.db")
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as store:
        store.row_factory = sqlite3.Row
        with as_owner(path):
            store.execute("SELECT 1 FROM sqlite_master").fetchall()  # from now on it has its files
        yield store


def query(scene, text, *values):
    with opened(scene) as store:
        return store.execute(text, values).fetchall()


def alerts(scene):
    """The log of what is to be told, oldest first."""
    return query(scene, "SELECT * FROM alerts ORDER BY number")


def place(scene):
    """How far that is told, as the store remembers it; None: nothing yet."""
    found = query(scene, "SELECT value FROM named_values WHERE name = 'told.snmp'")
    return int(found[0]["value"]) if found else None


def last_alert(scene):
    return query(scene, "SELECT ifnull(max(number), 0) AS last FROM alerts")[0]["last"]


def first_told(scene):
    """The number of the summary that the agent began with: what is before it is not for it."""
    found = query(scene, "SELECT min(number) AS number FROM alerts WHERE summary AND note = 'monitoring begins'")
    return found[0]["number"] or 1


def until_taken(net):
    """Waits until all that is in the log was taken by the master, and that is remembered."""
    until(lambda: place(net.scene) == last_alert(net.scene))


def until_told(net):
    """And until it was received."""
    def is_told():
        last = last_alert(net.scene)
        return (place(net.scene) == last and
                set(range(first_told(net.scene), last + 1)) <= set(net.traps.numbers()))
    until(is_told)


def is_row(notification, row):
    """Whether the notification says what the log does."""
    if row["summary"]:
        said = (notification.which, notification.event(5), notification.event(6), notification.event(7))
        return said == (SUMMARY, row["changes"], row["suppressed"], row["note"])
    state = STATES.index(row["state"]) + 1
    return (notification.which == {OK: 4, WARN: 2, CRIT: 1, UNKN: 3}[state] and notification.state == state and
            notification.event(3) == STATES.index(row["old_state"]) + 1 and notification.id == row["object"] and
            notification.problem(5)[0] == row["app"] and notification.problem(29)[0] == row["members"] and
            notification.problem(27)[0] == KINDS.index(row["kind"]) + 1 and notification.event(7) == row["note"])


def assert_all_told(net, kills=0):
    """Every alert of the log was received under its number, in order, and once.

    kills: how often the link or the agent ended roughly; what was in flight then may have come again. Returns how
    many came again.
    """
    until_told(net)
    log = {row["number"]: row for row in alerts(net.scene)}
    received = net.traps.received()
    numbers = [one.number for one in received]
    assert sorted(log) == list(range(1, len(log) + 1)), sorted(log)
    for one in received:
        assert is_row(one, log[one.number]), (one, dict(log[one.number]))
    back = []
    for before, after in zip([first_told(net.scene) - 1] + numbers, numbers):
        if after != before + 1:
            back.append(before + 1 - after)
            assert 0 < back[-1] <= IN_FLIGHT_MAX, numbers
    assert len(back) <= kills, numbers
    return len(numbers) - len(set(numbers))


def assert_states_told(net):
    """Replayed, what was received leads to what holds now: no root cause is left raised or cleared wrongly."""
    raised = {}
    for one in net.traps.received():
        if one.which != SUMMARY:
            kind, name = one.problem(27)[0], (one.problem(5)[0], one.id)
            raised[(kind, *name)] = one.state
    raised = {key for key, state in raised.items() if state != OK}
    holds = {(KINDS.index(row["kind"]) + 1, row["app"], row["id"])
             for row in query(net.scene, "SELECT kind, app, id FROM told WHERE state != 'ok'")}
    assert raised == holds


# --- The MIB --------------------------------------------------------------------------------------------------


def mib_text():
    return read_text("mibs/TIKTOK-AUTH-MIB.txt")


def notification_objects(name):
    """The names that a NOTIFICATION-TYPE lists, in order."""
    found = re.search(r"^%s NOTIFICATION-TYPE\s+OBJECTS \{([^}]*)\}" % name, mib_text(), re.MULTILINE)
    return re.findall(r"\w+", found.group(1))


def object_prefix(name):
    """The OID of an object of problems or events, without its instance; and whether it is a column."""
    parent, number = re.search(r"^%s OBJECT-TYPE.*?::= \{ (\w+) (\d+) \}" % name, mib_text(),
                               re.MULTILINE | re.DOTALL).groups()
    if parent == "ttaProblemEntry":
        return "%s.1.%s" % (PROBLEMS, number), True
    return "%s.%s" % ({"ttaEventObjects": EVENTS, "ttaScalars": SCALARS}[parent], number), False


def labels(convention):
    """{number: label} of an enumeration."""
    block = re.search(r"^%s ::= TEXTUAL-CONVENTION.*?SYNTAX INTEGER \{(.*?)\}" % convention, mib_text(),
                      re.MULTILINE | re.DOTALL).group(1)
    return {int(number): label for label, number in re.findall(r"(\w+)\((\d+)\)", block)}


def date_and_time(data):
    """A DateAndTime of 11 octets, which we always write in UTC."""
    assert len(data) == 11 and data[8:] == b"+\0\0", data
    return datetime.datetime(data[0] * 256 + data[1], *data[2:7], tzinfo=datetime.timezone.utc)


def index_texts(index):
    """(kind, app, id) of a problem's index, as its numbers say."""
    numbers = [int(one) for one in index.split(".")]
    kind, rest, texts = numbers[0], numbers[1:], []
    for _ in range(2):
        count = rest[0]
        texts.append(bytes(rest[1:1 + count]).decode())
        rest = rest[1 + count:]
    assert rest == [], index
    return (kind, *texts)
