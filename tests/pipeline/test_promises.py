"""Full, crowded or without work: nothing is harmed. Kills are in `tests/faults`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.pipeline.deliveries import THROUGH, Fingerprint, files, load, marts, put
from unitcost import nightly
from unitcost.lake.catalogue import load_catalogue
from unitcost.lake.lock import LockedError, writer_lock
from unitcost.nightly import run_nightly
from unitcost.nightly_report import NightlyError, reason
from unitcost.paths import Home

NIGHTLY = """
import sys
from datetime import date
from pathlib import Path
from unitcost.nightly import run_nightly
run_nightly(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def home_before(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which all but the last day was built."""
    home = Home(tmp_path_factory.mktemp("before"))
    return load(home, files(source), source, THROUGH - timedelta(1)).root


def test_nothing_new_is_nothing_done_and_later_records_wait(home_before: Path) -> None:
    home = Home(home_before)
    before = home.warehouse.stat().st_ino
    report = run_nightly(home.root, THROUGH - timedelta(1))
    assert report.is_up_to_date
    assert report.waiting_rows > 0
    assert home.warehouse.stat().st_ino == before
    assert max(load_catalogue(home.warehouse).days) == THROUGH - timedelta(1)


def test_reports_that_are_newly_expected_are_published_though_nothing_else_is_new(
    home_before: Path,
) -> None:
    home = Home(home_before)
    for settings, expected in (
        ("[trust.providers]\nopenai = 2026-10-01\n", {"openai": date(2026, 10, 1)}),
        ("", {}),
    ):
        home.settings_file.write_text(settings)
        assert run_nightly(home.root, THROUGH - timedelta(1)).is_up_to_date
        assert load_catalogue(home.warehouse).expected == expected


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with writer_lock(Home(tmp_path).lock), pytest.raises(LockedError, match="another run"):
        run_nightly(tmp_path, THROUGH)


def test_a_run_that_meets_a_writer_midway_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    nightly.prepare(home)
    with writer_lock(home.lock), pytest.raises(NightlyError, match="another run"):
        raise NightlyError(reason(nightly.run_job(home, THROUGH, set())))


def test_readers_see_whole_snapshots_while_a_run_writes(
    home_before: Path, expected: Fingerprint, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(home_before, home.root)
    query = """
        select
            (select sum(cost_usd) from marts.cost_per_request)
            = (select sum(cost_usd) from marts.cost_per_feature),
            count(*)
        from core.requests
    """
    with subprocess.Popen(
        [sys.executable, "-c", NIGHTLY, str(home.root), THROUGH.isoformat()],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as run:  # fmt: skip
        counts = set()
        while run.poll() is None:
            with duckdb.connect(str(home.warehouse), read_only=True) as con:
                ties, count = con.execute(query).fetchall()[0]
            assert ties
            counts.add(count)
            time.sleep(0.2)
    assert run.returncode == 0
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        counts.add(con.execute(query).fetchall()[0][1])
    assert len(counts) == 2, "the reader saw the old state, then the new one, and nothing between"
    assert marts(home) == expected


def test_a_full_disk_publishes_nothing(
    source: Path, expected: Fingerprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    real = os.fsync
    calls = iter(range(10_000))

    def full(handle: int) -> None:
        if next(calls) == 40:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    put(home, files(source), source)
    with pytest.raises(NightlyError, match="No space left"):
        run_nightly(home.root, THROUGH)
    assert not home.warehouse.exists()
    monkeypatch.setattr(os, "fsync", real)
    run_nightly(home.root, THROUGH)
    assert marts(home) == expected


def test_days_to_come_are_not_built(tmp_path: Path) -> None:
    with pytest.raises(NightlyError, match="is after today"):
        run_nightly(tmp_path, date(2100, 1, 1))
