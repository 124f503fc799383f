"""A full disk, a folder that cannot be written, a wrong clock, a crowd: no harm and no trace.

`UNITCOST_KILLS=20` or more also tries disks full at several stages, the folder and the clock.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.conftest import Tell
from tests.faults.homes import (
    NIGHTLY,
    Contents,
    contents,
    differing,
    left_behind,
    new_home,
)
from tests.faults.processes import Command, ended
from tests.faults.scenarios import World, kills_wanted
from tests.faults.watching import Watcher
from tests.pipeline.books import deliver
from unitcost.paths import Home

SIZES_KIB = (600, 200, 350, 900, 1200, 1600)
_LATER = (("2026-11-01T09:00:00Z", "f", "gpt-5", 5_000, 100, "acme"),)
Disk = Callable[[str], None]
by_command = pytest.mark.skipif(
    kills_wanted() < 20, reason="takes several nightly runs; UNITCOST_KILLS=20 or more does it"
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Disk]]:
    """A small disk, and what changes its size or makes it read-only."""
    place = tmp_path / "disk"
    place.mkdir()

    def change(options: str) -> None:
        _mount("-o", f"remount,{options}", str(place))

    try:
        _mount("-t", "tmpfs", "-o", "size=64m", "none", str(place))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk is not permitted here; run it as root on Linux")
    yield place, change
    subprocess.run(["umount", "-l", str(place)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


@by_command
@pytest.mark.parametrize("size", SIZES_KIB)
def test_a_full_disk_is_told_of_and_leaves_no_trace(
    size: int, disk: tuple[Path, Disk], world: World, undisturbed: Contents, tell: Tell
) -> None:
    place, change = disk
    home = new_home(place / "home", world.deliveries)
    change(f"size={size}k")
    full = Command(NIGHTLY, home.root).run()
    assert full.code == 1, full.said
    assert "No space left" in full.said
    assert "Traceback" not in full.said
    change("size=64m")
    assert Command(NIGHTLY, home.root).run().code == 0
    assert differing(home, undisturbed) == []
    assert left_behind(home) == []
    tell(f"a disk of {size} KiB", 1, 1, full.seconds)


def test_files_that_cannot_grow_are_as_a_full_disk(
    world: World, undisturbed: Contents, tmp_path: Path, tell: Tell
) -> None:
    home = new_home(tmp_path / "home", world.deliveries)
    full = Command(NIGHTLY, home.root).run(file_limit=30_000)
    assert full.code == 1, full.said
    assert "Traceback" not in full.said
    assert Command(NIGHTLY, home.root).run().code == 0
    assert differing(home, undisturbed) == []
    assert left_behind(home) == []
    tell("files that cannot grow", 1, 1, full.seconds)


@by_command
def test_a_folder_that_cannot_be_written_is_still_read(
    disk: tuple[Path, Disk], world: World, later: Contents, tell: Tell
) -> None:
    place, change = disk
    home = new_home(place / "home", world.deliveries)
    assert Command(NIGHTLY, home.root).run().code == 0
    deliver(home, "later.csv", _LATER)
    change("ro")
    refused = Command(NIGHTLY, home.root, said_to=place.parent / "refused.log").run()
    assert refused.code == 1, refused.said
    assert "Read-only" in refused.said
    assert "Traceback" not in refused.said
    query = ["sql", "select count(*) from marts.cost_per_request"]
    assert Command(query, home.root, said_to=place.parent / "sql.log").run().code == 0
    change("rw")
    assert Command(NIGHTLY, home.root).run().code == 0
    assert differing(home, later) == []
    assert left_behind(home) == []
    tell("a folder that cannot be written", 1, 1, refused.seconds)


@pytest.fixture(scope="module")
def later(world: World, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What the built home holds after one more delivery."""
    home = _with_later(world, tmp_path_factory.mktemp("later") / "home")
    assert Command(NIGHTLY, home.root).run().code == 0
    return contents(home)


def _with_later(world: World, root: Path) -> Home:
    shutil.copytree(world.built.root, root)
    deliver(Home(root), "later.csv", _LATER)
    return Home(root)


def test_a_crowd_of_writers_and_readers(
    world: World, later: Contents, tmp_path: Path, tell: Tell
) -> None:
    home = _with_later(world, tmp_path / "home")
    commands = [Command(NIGHTLY, home.root, said_to=tmp_path / f"{n}.log") for n in range(2)]
    began = time.monotonic()
    with ExitStack() as crowd:
        readers = [crowd.enter_context(Watcher(home, 0.5)) for _ in range(10)]
        processes = [command.start() for command in commands]
        for process in processes:
            process.join()
    runs = [ended(c, p, 0) for c, p in zip(commands, processes, strict=True)]
    codes = sorted(run.code or 0 for run in runs)
    assert codes in ([0, 0], [0, 1]), [run.said for run in runs]
    assert codes == [0, 0] or any("another run" in run.said for run in runs)
    assert [torn for reader in readers for torn in reader.torn] == []
    assert all(reader.reads for reader in readers)
    assert differing(home, later) == []
    assert left_behind(home) == []
    reads = sum(reader.reads for reader in readers)
    tell("ten readers, two nightlies", reads, 0, time.monotonic() - began)


@by_command
def test_a_clock_that_was_ahead_changes_nothing(
    world: World, later: Contents, tmp_path: Path, tell: Tell
) -> None:
    home = _with_later(world, tmp_path / "home")
    ahead = Command(NIGHTLY, home.root, clock_days=400).run()
    assert ahead.code == 0, ahead.said
    back = Command(NIGHTLY, home.root).run()
    assert back.code == 0, back.said
    assert differing(home, later) == []
    assert left_behind(home) == []
    tell("a clock 400 days ahead, then back", 1, 1, ahead.seconds + back.seconds)
