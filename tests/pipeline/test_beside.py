"""A late record builds its own day again, and one beside it only where a call reaches over."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.pipeline.books import deliver, night
from unitcost.lake.catalogue import load_catalogue
from unitcost.paths import Home

OCTOBER_30, OCTOBER_31 = date(2026, 10, 30), date(2026, 10, 31)


def moments(home: Home) -> dict[date, datetime]:
    """When each day was built."""
    return {day: built.built_at for day, built in load_catalogue(home.warehouse).days.items()}


@pytest.mark.parametrize(
    ("started_at", "rebuilt"),
    [
        ("2026-10-30T12:00:00Z", {OCTOBER_30}),
        ("2026-10-30T23:30:00Z", {OCTOBER_30, OCTOBER_31}),
    ],
)
def test_a_late_record_builds_what_it_touches(
    open_books: Home, started_at: str, rebuilt: set[date]
) -> None:
    before = moments(open_books)
    deliver(open_books, "late.csv", ((started_at, "z", "gpt-5", 5, 5, "acme"),))
    assert night(open_books)
    after = moments(open_books)
    assert {day for day in after if after[day] != before.get(day)} == rebuilt
    assert not night(open_books), "the days beside it are up to date too"
