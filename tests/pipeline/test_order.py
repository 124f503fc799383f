"""The same records in any order, twice, split over files or nights, give the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline import deliveries
from tests.pipeline.deliveries import THROUGH, Fingerprint, files, load, marts
from unitcost.paths import Home


@pytest.mark.parametrize("way", [deliveries.shuffled_and_split, deliveries.doubled])
def test_how_records_are_packed_changes_nothing(
    way: Callable[[Path, Path], None], source: Path, expected: Fingerprint, tmp_path: Path
) -> None:
    repacked = tmp_path / "repacked"
    way(source, repacked)
    home = Home(tmp_path / "home")
    assert marts(load(home, files(repacked), repacked, THROUGH)) == expected


def test_nights_and_their_order_change_nothing(
    source: Path, expected: Fingerprint, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    later = [file for file in files(source) if THROUGH.isoformat() in file.name]
    load(home, later, source, THROUGH)
    load(home, [f for f in files(source) if "outcomes" in f.parts], source, THROUGH)
    assert marts(load(home, files(source), source, THROUGH)) == expected


def test_tables_that_are_read_from_their_files_change_nothing(
    source: Path, expected: Fingerprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unitcost.days.build._MANY_ROWS", 0)
    assert marts(load(Home(tmp_path), files(source), source, THROUGH)) == expected
