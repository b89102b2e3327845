# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept survives: processes that die, stores and snapshots that are damaged, full, forbidden or strange. A check
answers with a verdict all the same, and says what is wrong."""

import contextlib
import json
import os
import shutil
import sqlite3
import signal
import stat
import subprocess
import tempfile
import threading
import time

import pytest

from sandbox import INFO, LIST, Sandbox
from scene import NOBODY, Scene, advertiser_ids, as_root, sanitized, until, world

IDS = advertiser_ids(120)  # so many that twenty are no mass loss
OK, REVOKED, FRESHLY = IDS[0], IDS[1], IDS[2]
GAP = "the store can not be used, so history and quota are not kept: "


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(IDS)) as sandbox:
        yield sandbox


def known(box, folder, **sweep):
    """A scene where one advertiser is known to be lost, and another was revoked after the last sweep."""
    box.reset()
    scene = Scene(folder, box, IDS, sweep=sweep)
    scene.sweep()
    box.revoke(REVOKED)
    scene.sweep()
    box.revoke(FRESHLY)
    box.clear_log()
    return scene


def come_back(scene, kept, box):
    box.reset()
    box.revoke([REVOKED, FRESHLY])
    scene.recall(kept)
    box.clear_log()
    return scene


@pytest.fixture(scope="module")
def once(box, tmp_path_factory):
    scene = known(box, tmp_path_factory.mktemp("known"))
    return scene, scene.keep()


@pytest.fixture(scope="module")
def served_once(box, tmp_path_factory):
    scene = known(box, tmp_path_factory.mktemp("served"), by="service")
    return scene, scene.keep()


@pytest.fixture
def scene(once, box):
    """As known() makes it. Tests leave its configuration alone."""
    return come_back(*once, box)


@pytest.fixture
def served(served_once, box):
    """The same, with the sweeps left to a service: checks only read."""
    return come_back(*served_once, box)


def path(scene, name):
    return os.path.join(scene.state, name)


def read(file_path):
    with open(file_path, "rb") as file:
        return file.read()


def write(file_path, data):
    with open(file_path, "wb") as file:
        file.write(data)


def rows(scene, query):
    with contextlib.closing(sqlite3.connect(path(scene, "state.db"))) as store:
        return store.execute(query).fetchall()


# --- Processes that die -------------------------------------------------------------------------------------


def test_twenty_kills_lose_nothing(box, tmp_path):
    """Each round one more advertiser is revoked, and the sweep is killed a little later than the last one was."""
    box.reset()
    scene = Scene(tmp_path, box, IDS, sweep={"interval": "1s"})
    scene.sweep()
    events = rows(scene, "SELECT * FROM events ORDER BY id")
    # Five requests of 20 ms each: the kills fall before, between and after them.
    box.fault(delay_ms=20)
    for number in range(20):
        box.revoke(IDS[number])
        sweep = scene.start("tiktok-auth", "sweep")
        with contextlib.suppress(subprocess.TimeoutExpired):
            sweep.wait(timeout=0.02 + 0.01 * number)
        sweep.kill()
        sweep.communicate()
        assert rows(scene, "PRAGMA integrity_check") == [("ok",)]
        now = rows(scene, "SELECT * FROM events ORDER BY id")
        assert now[:len(events)] == events
        events = now
        # It has the state from before, or the loss; nothing in between, and no complaint.
        answer = scene.ask(IDS[number])
        assert (answer["state"], answer["cause"]) in (("ok", "authorized"), ("critical", "revoked")), answer
        assert answer["last_ok"] and "store" not in json.dumps(answer)
    box.clear_faults()
    scene.sweep()
    for number, one in enumerate(IDS[:25]):
        history = json.loads(scene.cli("history", one, "--json").out)["events"]
        causes = [event["cause"] for event in history]
        assert causes == (["revoked"] if number < 20 else []) + ["authorized"], history
    assert "state.db: sound" in " ".join(scene.cli("doctor", "--offline").out.split())


def test_a_sweep_that_is_killed_while_it_publishes_leaves_a_whole_snapshot(scene):
    """No half of a file is ever seen under the name of the snapshot, and no leftover gathers."""
    killed = 0
    for number in range(30):
        sweep = scene.start("tiktok-auth", "sweep")
        with contextlib.suppress(subprocess.TimeoutExpired):
            sweep.wait(timeout=0.01 + 0.002 * number)
        sweep.kill()
        sweep.communicate()
        killed += sweep.returncode == -signal.SIGKILL
        assert scene.check("--all", "--format", "json").json["counts"]["critical"] in (1, 2)
    assert killed > 10
    scene.sweep()
    assert sorted(os.listdir(scene.state)) == ["inventory.accepted", "snapshot", "state.db", "sweep.lock"]


# --- A store that can't be used -----------------------------------------------------------------------------


def garbage(scene):
    write(path(scene, "state.db"), b"not a database at all. " * 1000)
    return "is damaged"


def truncated(scene):
    data = read(path(scene, "state.db"))
    write(path(scene, "state.db"), data[:len(data) // 2])
    return "is damaged"


def flipped(scene):
    data = bytearray(read(path(scene, "state.db")))
    for at in range(4096, len(data), 512):
        data[at:at + 16] = b"\xff" * 16
    write(path(scene, "state.db"), data)
    return "is damaged"


def newer(scene):
    with contextlib.closing(sqlite3.connect(path(scene, "state.db"))) as store:
        store.execute("PRAGMA user_version = 99")
    return "was made by a newer release (schema 99"


def foreign(scene):
    os.unlink(path(scene, "state.db"))
    with contextlib.closing(sqlite3.connect(path(scene, "state.db"))) as store:
        store.execute("CREATE TABLE other (x)")
        store.commit()
    return "is a database of another program"


def a_folder(scene):
    os.unlink(path(scene, "state.db"))
    os.mkdir(path(scene, "state.db"))
    return "is not a regular file"


def a_link(scene):
    os.rename(path(scene, "state.db"), path(scene, "elsewhere.db"))
    os.symlink("elsewhere.db", path(scene, "state.db"))
    return "is not a regular file"


DAMAGES = [garbage, truncated, flipped, newer, foreign, a_folder, a_link]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_store_hides_no_verdict(scene, box, damage):
    why = damage(scene)
    # A verdict that stands is answered as ever; the snapshot does not know of the damage yet.
    assert scene.check("--advertiser", REVOKED).exit == 2
    assert box.calls() == 0
    # A sweep works from the snapshot: one call, the states before stand, and it is said.
    result = scene.check("--advertiser", REVOKED, "--max-age", "0")
    assert result.exit == 2 and "[40001]" in result.line1, result
    assert GAP in result.out and why in result.out, result
    assert [entry["path"] for entry in box.log()] == [LIST]
    assert scene.check("--advertiser", OK).exit == 0
    api = scene.check("--api")
    assert api.exit == 1 and why in api.out, api
    # What the operator's tool says of it.
    for command in (("history", REVOKED), ("retire", OK)):
        said = scene.cli(*command)
        assert said.exit == 1 and why in said.err, said
    doctor = scene.cli("doctor")
    assert doctor.exit == 1 and why in " ".join(doctor.out.split()), doctor
    assert why in " ".join(scene.cli("status").out.split())
    swept = scene.cli("sweep")
    assert swept.exit == 0 and why in swept.err, swept


@pytest.mark.parametrize("damage", [garbage, newer], ids=lambda damage: damage.__name__)
def test_without_a_store_one_call_per_token_and_run(box, tmp_path, damage):
    """Whatever there is to confirm, to probe and to ask about."""
    tokens = {"first": {"token": "tok-first"}, "second": {"token": "tok-second"}}
    table = [{"advertiser_id": one, "token": "first" if index < 60 else "second",
              "required_permissions": "GET /campaign/get/"} for index, one in enumerate(IDS)]
    scenario = world(table, tokens, endpoints=[{"path": "/campaign/get/"}])
    with Sandbox(scenario=scenario) as own:
        scene = Scene(tmp_path, own, table, tokens, sweep={"account_status": "yes"})
        scene.sweep()
        damage(scene)
        own.revoke([IDS[3], IDS[90]])
        kept = scene.keep()
        for fault in ({}, {"http": 503}, {"throttle": "qps"}, {"wire": "reset"}):
            scene.recall(kept)
            own.clear_log()
            own.clear_faults()
            if fault:
                own.fault(**fault)
            scene.check("--all", "--max-age", "0", "--timeout", "5")
            assert sorted(entry["token"] for entry in own.log()) == ["tok-first", "tok-second"], fault


def test_without_a_store_a_loss_is_reported_by_the_second_sweep(scene, box):
    garbage(scene)
    first = scene.check("--advertiser", FRESHLY, "--max-age", "0")
    assert first.exit == 0 and "not confirmed yet" in first.line1, first
    until(lambda: scene.check("--advertiser", FRESHLY, "--max-age", "0").exit == 2)
    answer = scene.ask(FRESHLY)
    assert (answer["cause"], answer["code"]) == ("revoked", None)
    assert box.calls(INFO) == 0
    box.restore(FRESHLY)
    assert scene.ask_now(FRESHLY)["state"] == "ok"


def test_a_new_store_takes_over_where_the_damaged_one_was(scene, box):
    """What the doctor tells to do: move it away. The states stay known from the snapshot."""
    garbage(scene)
    scene.check("--all", "--max-age", "0")
    os.unlink(path(scene, "state.db"))
    box.restore(FRESHLY)
    until(lambda: scene.ask_now(OK)["verified_at"])
    answer = scene.ask(REVOKED)
    assert (answer["cause"], answer["code"]) == ("revoked", 40001) and answer["last_ok"], answer
    assert GAP not in scene.check("--all").out
    history = json.loads(scene.cli("history", REVOKED, "--json").out)["events"]
    assert history == []  # nothing changed since


# --- A store that may not be written ------------------------------------------------------------------------


def forbid_to_write(scene, what):
    """Runs the scene's programs as somebody who may read the state and write nothing."""
    if os.geteuid() == 0:
        scene.become(NOBODY)
    os.chmod(what, 0o500 if os.path.isdir(what) else 0o400)


@pytest.fixture
def shared():
    """A folder that any user can go through."""
    folder = tempfile.mkdtemp(prefix="tta-shared-")
    os.chmod(folder, 0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    shutil.rmtree(folder)


@pytest.mark.parametrize("what", ["", "state.db"], ids=["folder", "file"])
def test_a_state_that_is_read_only_hides_no_verdict(box, shared, what):
    scene = known(box, shared)
    forbid_to_write(scene, os.path.join(scene.state, what))
    before = scene.state_files()
    result = scene.check("--advertiser", REVOKED, "--max-age", "0")
    assert result.exit == 2 and "[40001]" in result.line1, result
    assert "may not" in result.out and scene.state in result.out, result
    assert box.calls() == 1
    box.kill("tok-main")  # what is found now is answered even where it can't be published
    result = scene.check("--advertiser", OK, "--max-age", "0")
    assert result.exit == 2 and "[40105]" in result.line1, result
    assert box.calls() == 2
    if not what:
        assert scene.state_files() == before
        assert not [name for name in os.listdir(scene.state) if name not in before]
    doctor = scene.cli("doctor", "--offline")
    assert doctor.exit == 1 and scene.state in doctor.out


def test_a_state_folder_that_is_missing_hides_no_verdict(scene, box):
    shutil.rmtree(scene.state)
    assert scene.check("--advertiser", OK).exit == 0
    result = scene.check("--advertiser", OK)
    assert result.exit == 0 and "the folder %s of the store is missing" % scene.state in result.out, result
    assert box.calls() == 2
    assert not os.path.exists(scene.state)


def test_a_file_that_may_not_grow(scene, box):
    """SIGXFSZ kills nobody, and the limit is told."""
    size = os.path.getsize(path(scene, "snapshot")) // 2
    limit = "ulimit -f %d; exec \"$0\" \"$@\"" % (size // 512)
    result = scene.check("--advertiser", OK, "--max-age", "0", under=("sh", "-c", limit))
    assert result.exit == 0 and "File too large; this is the last known state" in result.out, result
    assert scene.ask(REVOKED)["code"] == 40001  # the published one is as it was
    assert rows(scene, "PRAGMA integrity_check") == [("ok",)]
    assert not [name for name in os.listdir(scene.state) if "snapshot" in name and name != "snapshot"]


@pytest.mark.system
@as_root
def test_a_full_disk_hides_no_verdict(box, tmp_path):
    box.reset()
    scene = Scene(tmp_path, box, IDS)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", scene.state], check=False).returncode:
        pytest.skip("no right to mount")
    try:
        scene.sweep()
        box.revoke(REVOKED)
        scene.sweep()
        events = rows(scene, "SELECT * FROM events ORDER BY id")
        with contextlib.suppress(OSError), open(path(scene, "ballast"), "wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        box.clear_log()
        box.kill("tok-main")
        result = scene.check("--advertiser", OK, "--max-age", "0")
        assert result.exit == 2 and "[40105]" in result.line1, result
        assert "no room left" in result.out or "No space left" in result.out, result
        assert box.calls() == 1
        doctor = scene.cli("doctor", "--offline")
        assert doctor.exit == 1 and "MiB free" in doctor.out, doctor
        os.unlink(path(scene, "ballast"))
        assert rows(scene, "PRAGMA integrity_check") == [("ok",)]
        assert rows(scene, "SELECT * FROM events ORDER BY id")[:len(events)] == events
        result = scene.check("--advertiser", OK, "--max-age", "0")
        assert result.exit == 2 and GAP not in result.out, result
        assert scene.cli("doctor", "--offline").exit == 1  # a tmpfs of a megabyte is no place for a store
    finally:
        subprocess.run(["umount", scene.state], check=True)


# --- Snapshots ----------------------------------------------------------------------------------------------


def of_another_version(data):
    return data[:8] + bytes([data[8] ^ 0x7f]) + data[9:]


SNAPSHOTS = {
    "empty": lambda data: b"",
    "garbage": lambda data: b"\xff\x00snapshot?" * 1000,
    "half": lambda data: data[:len(data) // 2],
    "short of a byte": lambda data: data[:-1],
    "too long": lambda data: data + b"\0",
    "zeroes": lambda data: bytes(len(data)),
    "another version": of_another_version,
    "a flipped header": lambda data: bytes(byte ^ 0x55 for byte in data[:256]) + data[256:],
}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_damaged_snapshot_is_made_anew(scene, box, name):
    data = read(path(scene, "snapshot"))
    write(path(scene, "snapshot"), SNAPSHOTS[name](data))
    result = scene.check("--advertiser", REVOKED)
    assert result.exit == 2 and "[40001]" in result.line1, result
    assert box.calls() == 0  # the store knows all of it, and it is young
    assert scene.check("--advertiser", OK).exit == 0
    assert scene.check("--api").exit == 0


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_neither_store_nor_snapshot(scene, box, name):
    data = read(path(scene, "snapshot"))
    write(path(scene, "snapshot"), SNAPSHOTS[name](data))
    why = garbage(scene)
    result = scene.check("--advertiser", OK)
    assert result.exit == 0 and why in result.out, result
    assert box.calls() == 1


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_with_the_service_a_damaged_snapshot_is_told(served, box, name):
    scene = served
    data = read(path(scene, "snapshot"))
    write(path(scene, "snapshot"), SNAPSHOTS[name](data))
    result = scene.check("--advertiser", REVOKED)
    assert result.exit == 3 and "snapshot" in result.out, result
    assert scene.check("--advertiser", REVOKED, "--timeout-result", "critical").exit == 2
    status = scene.cli("status")
    assert status.exit == 1 and "snapshot" in status.err, status
    assert scene.cli("doctor", "--offline").exit == 1
    assert box.calls() == 0


def test_a_snapshot_with_any_byte_flipped_never_harms(served):
    """Verdicts can't be told from damage in the middle; what must hold is an answer, and no crash."""
    scene = served
    data = read(path(scene, "snapshot"))
    for number in range(60):
        at = len(data) * number // 60
        write(path(scene, "snapshot"), data[:at] + bytes([data[at] ^ 0xff]) + data[at + 1:])
        result = scene.check("--all", "--format", "json")
        assert result.json["exit"] == result.exit


def test_a_snapshot_that_is_no_file(scene, box):
    os.unlink(path(scene, "snapshot"))
    os.mkfifo(path(scene, "snapshot"))
    result = scene.check("--advertiser", REVOKED, "--timeout", "10")
    assert result.exit == 2 and result.seconds < 5, result
    os.unlink(path(scene, "snapshot"))
    os.mkdir(path(scene, "snapshot"))
    result = scene.check("--advertiser", REVOKED)  # it can't be replaced: handed over, and said
    assert result.exit == 2, result
    assert box.calls() == 0


def test_a_snapshot_that_shrinks_while_it_is_read(served):
    """A file that is cut while it is mapped is a SIGBUS; the answer is UNKNOWN then, never a signal's exit code."""
    scene = served
    data = read(path(scene, "snapshot"))
    over = threading.Event()

    def spoil():
        while not over.is_set():
            os.truncate(path(scene, "snapshot"), 0)
            with open(path(scene, "snapshot"), "r+b") as file:
                file.write(data)
            time.sleep(0.001)

    thread = threading.Thread(target=spoil)
    thread.start()
    try:
        for _ in range(60):
            result = scene.check("--all")
            assert result.exit in (2, 3) and result.line1.startswith("TIKTOK AUTH "), result
    finally:
        over.set()
        thread.join()


def test_a_snapshot_that_may_not_be_read_is_told(box, shared):
    scene = known(box, shared)
    if os.geteuid() == 0:
        scene.become(NOBODY)
    scene.sweep_keys["by"] = "service"
    scene.write()
    os.chmod(path(scene, "snapshot"), 0)
    result = scene.check("--advertiser", REVOKED)
    assert result.exit == 3 and "Permission denied" in result.out, result


@as_root
def test_a_snapshot_of_another_group_is_made_anew(box, shared):
    """As root's sweep leaves it in a folder without the group's bit."""
    scene = known(box, shared)
    scene.become(NOBODY)
    os.chown(path(scene, "snapshot"), 0, 0)
    box.clear_log()
    result = scene.check("--advertiser", REVOKED)
    assert result.exit == 2 and "[40001]" in result.line1, result
    assert scene.check("--advertiser", REVOKED).exit == 2
    assert box.calls() == 0


# --- Files as they should be --------------------------------------------------------------------------------


def test_modes_of_what_is_kept(box, tmp_path):
    """The group may write where it must, and others may nothing, whatever the umask is."""
    box.reset()
    for umask in (0o000, 0o022, 0o077):
        scene = Scene(os.path.join(tmp_path, "%03o" % umask), box, IDS)
        scene.check("--all", umask=umask)
        modes = {name: stat.S_IMODE(os.stat(path(scene, name)).st_mode) for name in os.listdir(scene.state)}
        assert modes == {"snapshot": 0o640, "sweep.lock": 0o660, "state.db": 0o660, "inventory.accepted": 0o640}


def test_a_replaced_snapshot_keeps_its_mode(scene):
    os.chmod(path(scene, "snapshot"), 0o644)
    scene.sweep()
    assert stat.S_IMODE(os.stat(path(scene, "snapshot")).st_mode) == 0o644


def test_history_of_what_was_pruned_is_gone_and_the_rest_stays(scene):
    with contextlib.closing(sqlite3.connect(path(scene, "state.db"))) as store, store:
        store.execute("UPDATE events SET at = at - 86400 * 500 WHERE note = 'baseline'")
    scene.sweep()
    assert rows(scene, "SELECT count(*) FROM events WHERE note = 'baseline'") == [(0,)]
    history = json.loads(scene.cli("history", REVOKED, "--json").out)["events"]
    assert [event["cause"] for event in history] == ["revoked"]
    assert scene.ask(REVOKED)["cause"] == "revoked"


@pytest.mark.skipif(sanitized(), reason="takes more memory under the sanitizers")
def test_little_memory(scene):
    """Where memory runs out there is an answer, and the store is whole."""
    for limit in (3000, 6000, 12000, 20000, 40000):
        under = ("sh", "-c", "ulimit -v %d; exec \"$0\" \"$@\"" % limit)
        process = scene.run("check_tiktok_auth", "--advertiser", REVOKED, "--max-age", "0", under=under)
        assert process.exit in (2, 3, 127), process  # 127: it can't even be loaded
    assert rows(scene, "PRAGMA integrity_check") == [("ok",)]
    assert scene.check("--advertiser", REVOKED).exit == 2
