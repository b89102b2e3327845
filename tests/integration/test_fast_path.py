# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""From a fresh snapshot a check reads the configuration and the snapshot, and nothing else."""

import ctypes
import os
import re
import select
import shutil
import stat
import struct
import subprocess
import tempfile

import pytest

from sandbox import Sandbox
from scene import Scene, advertiser_ids, program, sanitized, world

IDS = advertiser_ids(3)
SELECTIONS = [("--advertiser", IDS[0]), ("--advertiser", IDS[0], "--app", "demo"), ("--token", "main"),
              ("--app", "demo"), ("--api",), ("--all",), ("--all", "--format", "json"), ("--all", "--verbose"),
              ("--advertiser", "1234")]
NOBODY, GROUP = 65534, 54321

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture(scope="module")
def box():
    with Sandbox(scenario=world(IDS)) as sandbox:
        yield sandbox


@pytest.fixture
def scene(box, tmp_path):
    """After a sweep."""
    box.reset()
    scene = Scene(tmp_path, box, IDS)
    scene.sweep()
    box.clear_log()
    return scene


def opened_in(folders, run):
    """The names of the files in these folders that were opened while run() ran."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert watch >= 0
    in_open, in_isdir = 0x20, 0x40000000
    try:
        for folder in folders:
            assert libc.inotify_add_watch(watch, os.fsencode(folder), in_open) > 0
        run()
        names = set()
        while select.select([watch], [], [], 0)[0]:
            data = os.read(watch, 65536)
            while data:
                _, mask, _, length = struct.unpack_from("iIII", data)
                if not mask & in_isdir:
                    names.add(data[16:16 + length].rstrip(b"\0").decode())
                data = data[16 + length:]
        return names
    finally:
        os.close(watch)


# --- What it touches ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("selection", SELECTIONS, ids=" ".join)
def test_it_opens_configuration_and_snapshot_alone(scene, box, selection):
    results = []
    names = opened_in([scene.folder, scene.state], lambda: results.append(scene.check(*selection)))
    assert names == {"tiktok-auth.conf", "snapshot"}
    assert results[0].exit == (3 if "1234" in selection else 0), results
    assert box.calls() == 0


def test_a_stale_one_opens_more(scene):
    """The test above can see it."""
    names = opened_in([scene.folder, scene.state], lambda: scene.check("--all", "--max-age", "0"))
    assert {"main.token", "demo.secret", "advertisers.csv", "state.db"} <= names


def test_it_works_where_all_else_is_gone(scene, box):
    for name in ("main.token", "demo.secret", "state/state.db", "state/sweep.lock", "state/inventory.accepted"):
        os.unlink(os.path.join(scene.folder, name))
    assert scene.check("--advertiser", IDS[0]).exit == 0
    assert box.calls() == 0


def test_it_loads_no_library_of_the_sweep(scene):
    listed = scene.check("--help", env={**scene.environment(), "LD_TRACE_LOADED_OBJECTS": "1"})
    names = set(re.findall(r"^\s*(lib[^ .]*)\.so", listed.out, re.MULTILINE))
    if not sanitized():
        assert names <= {"libc", "libinih", "libpthread"} and "libinih" in names, listed
    assert not [name for name in names if re.match("lib(curl|sqlite|cjson|ssl|gnutls|microhttpd)", name)]


def test_it_works_in_an_empty_environment(scene, box):
    assert scene.check("--advertiser", IDS[0], "--config", scene.config, env={}).exit == 0
    assert box.calls() == 0


def test_it_sweeps_in_an_empty_environment(scene, box):
    assert scene.check("--advertiser", IDS[0], "--max-age", "0", "--config", scene.config, env={}).exit == 0
    assert box.calls() == 1


def test_a_relative_path_of_the_configuration(scene, box):
    shown = scene.check("--advertiser", IDS[0], "--config", "tiktok-auth.conf", cwd=scene.folder)
    assert shown.exit == 0 and box.calls() == 0, shown


def test_it_leaves_the_state_folder_as_it_was(scene):
    before = scene.state_files()
    scene.check("--all")
    assert scene.state_files() == before


def test_with_the_service_no_check_ever_sweeps(scene, box):
    scene.sweep_keys["by"] = "service"
    scene.write()
    names = opened_in([scene.folder, scene.state], lambda: scene.check("--all", "--max-age", "0"))
    assert names == {"tiktok-auth.conf", "snapshot"} and box.calls() == 0
    assert "sweeps are made by the service here" in scene.check("--all", "--max-age", "0").out


# --- How it is run ------------------------------------------------------------------------------------------


def test_a_reader_that_is_gone_is_unknown(scene):
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = subprocess.run([program("check_tiktok_auth"), "--all"], env=scene.environment(), stdout=write_end,
                             stdin=subprocess.DEVNULL, check=False)
    os.close(write_end)
    assert process.returncode == 3


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(scene, box, closed):
    """As some engines start it. What nobody can read is UNKNOWN; a file never lands on a stream's number."""
    for more in ((), ("--max-age", "0")):
        command = 'exec "$0" "$@" ' + closed
        process = subprocess.run(["sh", "-c", command, program("check_tiktok_auth"), "--all", *more],
                                 env=scene.environment(), capture_output=True, check=False)
        assert process.returncode == (3 if ">&- " in closed + " " and closed != "2>&-" else 0)
    with open(scene.config, encoding="utf-8") as file:
        assert "TIKTOK AUTH" not in file.read()
    assert not any(b"TIKTOK AUTH" in data for name, data in scene.state_files().items() if name != "snapshot")


# --- Seen by the kernel -------------------------------------------------------------------------------------


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.skipif(sanitized(), reason="the sanitizers open files of their own")
@pytest.mark.parametrize("selection", SELECTIONS, ids=" ".join)
def test_system_calls(scene, tmp_path, selection):
    trace = os.path.join(tmp_path, "trace")
    scene.check(*selection, under=("strace", "-f", "-e", "trace=%file,%network,%process", "-o", trace))
    with open(trace, encoding="utf-8") as file:
        calls = re.findall(r"^\d+ +(\w+)\((.*)", file.read(), re.MULTILINE)
    assert not [call for call in calls if call[0] in ("socket", "connect", "fork", "vfork")]
    assert [name for name, _ in calls].count("execve") == 1
    assert [name for name, _ in calls if name.startswith("clone")] in ([], ["clone3"], ["clone"])  # the watchdog
    opened = [re.search('"([^"]*)"', rest).group(1) for name, rest in calls if name in ("open", "openat")]
    ours = [path for path in opened if not re.match(r"/(usr/)?lib|/etc/ld\.so", path)]
    assert ours == [scene.config, os.path.join(scene.state, "snapshot")]


# --- Another user -------------------------------------------------------------------------------------------


@pytest.fixture
def shared():
    """A folder that any user can go through."""
    folder = tempfile.mkdtemp(prefix="tta-shared-")
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


def as_user(scene, *arguments, groups="--clear-groups"):
    """The check, copied to where that user can reach it, as somebody in no group but these."""
    for name in ("check_tiktok_auth", "tiktok-auth-sweep"):
        if not os.path.exists(os.path.join(scene.folder, name)):
            shutil.copy(program(name), scene.folder)
    under = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), groups]
    process = subprocess.run([*under, os.path.join(scene.folder, "check_tiktok_auth"), *arguments], cwd="/",
                             env=scene.environment(), capture_output=True, text=True, timeout=60, check=False)
    assert 0 <= process.returncode <= 3, process
    return process


MEMBER = "--groups=%d" % GROUP


def install(box, folder, secret_mode):
    """The rights that the documentation asks for: root and a group of its own."""
    scene = Scene(folder, box, IDS)
    os.chown(scene.state, 0, GROUP)
    os.chmod(scene.state, 0o2770)
    for name in ("main.token", "demo.secret", "tiktok-auth.conf", "advertisers.csv"):
        os.chown(os.path.join(folder, name), 0, GROUP)
        os.chmod(os.path.join(folder, name), secret_mode if name.endswith(("token", "secret")) else 0o640)
    scene.sweep()
    box.clear_log()
    return scene


@pytest.mark.system
@as_root
def test_a_member_of_the_group_reads_the_snapshot(box, shared):
    scene = install(box, shared, 0o600)  # no secret for the group
    info = os.stat(os.path.join(scene.state, "snapshot"))
    assert (stat.S_IMODE(info.st_mode), info.st_gid) == (0o640, GROUP)
    result = as_user(scene, "--advertiser", IDS[0], groups=MEMBER)
    assert result.returncode == 0 and box.calls() == 0, result
    # A new sweep by the check can't read the secrets: the answer from before, and why.
    result = as_user(scene, "--advertiser", IDS[0], "--max-age", "0", groups=MEMBER)
    assert result.returncode == 0 and "authorized, last seen" in result.stdout, result
    assert "main.token" in result.stdout and "Permission denied" in result.stdout, result
    assert box.calls() == 0


@pytest.mark.system
@as_root
def test_a_member_of_the_group_sweeps(box, shared):
    scene = install(box, shared, 0o640)
    before = {name: os.stat(os.path.join(scene.state, name)) for name in os.listdir(scene.state)}
    result = as_user(scene, "--advertiser", IDS[0], "--max-age", "0", groups=MEMBER)
    assert result.returncode == 0 and "last known" not in result.stdout, result
    assert box.calls() == 1
    for name, info in before.items():
        now = os.stat(os.path.join(scene.state, name))
        assert (now.st_mode, now.st_gid) == (info.st_mode, info.st_gid), name
    # And root after it: nothing that the member wrote is in its way.
    assert scene.check("--advertiser", IDS[0], "--max-age", "0").exit == 0
    assert box.calls() == 2
    assert as_user(scene, "--all", "--max-age", "0", groups=MEMBER).returncode == 0
    assert box.calls() == 3


@pytest.mark.system
@as_root
def test_a_member_of_the_group_makes_the_first_sweep(box, shared):
    scene = install(box, shared, 0o640)
    for name in os.listdir(scene.state):
        os.unlink(os.path.join(scene.state, name))
    assert as_user(scene, "--all", groups=MEMBER).returncode == 0
    for name in os.listdir(scene.state):
        info = os.stat(os.path.join(scene.state, name))
        assert info.st_gid == GROUP and stat.S_IMODE(info.st_mode) in (0o640, 0o660), name
    assert scene.check("--all", "--max-age", "0").exit == 0
    # An engine of this machine's is in no group of ours.
    assert not [line for line in scene.cli("doctor").out.split("\n")
                if line.startswith("PROBLEM") and "checks run by the user" not in line]


@pytest.mark.system
@as_root
def test_who_is_not_in_the_group_is_told(box, shared):
    scene = install(box, shared, 0o640)
    os.chmod(scene.config, 0o644)
    result = as_user(scene, "--advertiser", IDS[0])
    assert result.returncode == 3 and "not in the inventory: " in result.stdout.split("\n")[0], result
    assert "advertisers.csv: Permission denied" in result.stdout
    os.chmod(scene.config, 0o640)
    result = as_user(scene, "--advertiser", IDS[0])
    assert result.returncode == 3 and "tiktok-auth.conf" in result.stdout.split("\n")[0], result
    assert box.calls() == 0
