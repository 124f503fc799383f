"""What is not run because it would answer nothing changes no file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.pipeline.books import REQUESTS, deliver, kept_files, night
from unitcost.lake import files
from unitcost.paths import Home
from unitcost.reading import ingest
from unitcost.workbench import Contents

THROUGH = date(2026, 10, 31)
"""A day without requests; the day before has some."""


def built(root: Path) -> dict[str, str]:
    home = Home(root)
    deliver(home, "first.csv", REQUESTS[:2])
    assert night(home, THROUGH)
    return kept_files(home)


def test_days_are_the_same_with_everything_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "utc_now", lambda: datetime(2026, 11, 2))
    found = built(tmp_path / "as it is")
    monkeypatch.setattr(Contents, "have_none", lambda self, sets: False)
    monkeypatch.setattr(files, "_WITHOUT_ROWS", {})
    assert built(tmp_path / "planned") == found
    assert {date.fromisoformat(path.split("day=")[1][:10]).day for path in found} == {30, 31}
