"""`reprice`: before and after to the last digit, nothing written on a dry run."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import books
from tests.pipeline.books import postings
from unitcost import session
from unitcost.cli import main
from unitcost.paths import Home
from unitcost.repricing import reprice_report

USD = Decimal


@pytest.fixture
def home(closed_books: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Closed books, and a price book in which gpt-5 costs 1.50 a million instead of 1.25."""
    shipped = books.corrected_book(tmp_path / "prices", "gpt-5", "1.25", "1.5")
    monkeypatch.setattr(session, "price_book", books.book_of(shipped))
    return closed_books


def tree(root: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time of change."""
    stats = {p.relative_to(root).as_posix(): p.stat() for p in root.rglob("*") if p.is_file()}
    return {name: (s.st_size, s.st_mtime_ns) for name, s in stats.items()}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def test_before_and_after_are_as_computed_by_hand(home: Home) -> None:
    report = reprice_report(home.root)
    rows = [(r.day, r.is_closed, r.model, r.requests_changed, r.before_usd, r.after_usd,
             r.difference_usd) for r in report.rows]  # fmt: skip
    assert rows == [
        # 1,000,003 input and 100,007 output tokens (10 USD a million) on the first day.
        (date(2026, 10, 30), True, "gpt-5", 2, USD("2.25007375"), USD("2.5000745"),
         USD("0.25000075")),
        (date(2026, 11, 1), False, "gpt-5", 1, USD("1.25"), USD("1.5"), USD("0.25")),
    ]  # fmt: skip
    assert [(t.is_closed, t.difference_usd) for t in report.totals] == [
        (False, USD("0.25")),
        (True, USD("0.25000075")),
    ]


def test_a_dry_run_writes_nothing(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(home.root)
    assert run("--home", str(home.root), "reprice", "--dry-run") == 0
    assert tree(home.root) == before
    shown = capsys.readouterr().out
    assert "Closed months, to be posted" in shown
    assert "0.25000075" in shown


def test_reprice_does_what_it_showed(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--home", str(home.root), "--json", "reprice") == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    closed = next(t for t in told["totals"] if t["is_closed"])
    assert [p.amount_usd for p in postings(home)] == [USD(closed["difference_usd"])]
    assert told["nightly"]["postings"][0]["amount_usd"] == closed["difference_usd"]
    assert reprice_report(home.root).rows == ()


def test_what_was_not_known_then_has_no_price_then(home: Home) -> None:
    """The shipped rows were recorded in November 2026; on the day before nothing was known."""
    report = reprice_report(home.root, date(2026, 1, 1))
    assert {row.after_usd for row in report.rows} == {USD(0)}
    assert sum(row.unpriced_after for row in report.rows) >= 4


def test_as_of_needs_a_dry_run(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--home", str(home.root), "reprice", "--as-of", "2026-11-01") == 2
    assert "[prices]" in capsys.readouterr().err


def test_a_home_without_warehouse_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--home", str(tmp_path), "reprice", "--dry-run") == 2
    assert "there is no warehouse yet" in capsys.readouterr().err
