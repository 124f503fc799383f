"""`prices diff`: rows added, changed, voided, ended, edited between books, days, revisions."""

from __future__ import annotations

import json
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import exit_code
from tests.price_books import price_row, write_book, write_warehouse
from tests.sql.priced import request
from unitcost.price_book.book import PriceBook
from unitcost.price_review.diffing import Change, changes
from unitcost.price_review.sides import named_book, side
from unitcost.price_review.spending import spending

_JUNE = "2026-06-01T00:00:00Z"
OLD = [
    price_row("in"),
    price_row("out", meter="output", unit_price="10"),
    price_row("cached", meter="cache_read", unit_price="0.125"),
    price_row("mini", model_key="gpt-5-mini", unit_price="0.25"),
    price_row("gone", model_key="gpt-5-nano", unit_price="0.05"),
]
LATER = {"recorded_on": "2026-11-20"}
APPENDED = [
    price_row("in-2", unit_price="1", valid_from=_JUNE, supersedes="in",
              change_kind="price_change", **LATER),
    price_row("out-right", meter="output", unit_price="12.5", supersedes="out",
              change_kind="correction", **LATER),
    price_row("cached-end", meter="cache_read", unit_price="", valid_from=_JUNE,
              supersedes="cached", change_kind="retire", **LATER),
    price_row("new", model_key="gpt-5-nano", meter="output", unit_price="0.4", **LATER),
]  # fmt: skip


@pytest.fixture
def old(tmp_path: Path) -> PriceBook:
    return PriceBook(write_book(tmp_path / "old", *OLD))


@pytest.fixture
def new(tmp_path: Path) -> PriceBook:
    return PriceBook(write_book(tmp_path / "new", *OLD, *APPENDED))


def _changes(a: PriceBook, b: PriceBook) -> dict[str, Change]:
    found = changes(side(a), side(b))
    assert [c.what for c in found] == sorted(c.what for c in found)
    return {change.what: change for change in found}


def test_what_was_appended_is_beside_what_it_replaces(old: PriceBook, new: PriceBook) -> None:
    found = _changes(old, new)
    assert {what: (c.kind, c.before, c.after) for what, c in found.items()} == {
        "in": ("ended", "1.25", "1.25"),
        "in-2": ("price change", "1.25", "1"),
        "out": ("voided", "10", "10"),
        "out-right": ("correction", "10", "12.5"),
        "cached": ("ended", "0.125", "0.125"),
        "cached-end": ("retired", "0.125", None),
        "new": ("added", None, "0.4"),
    }
    assert found["in-2"].percent == Decimal("-20.00")
    assert found["out-right"].percent == Decimal("25.00")
    assert found["in"].valid_to == datetime(2026, 6, 1)


def test_a_book_is_equal_to_itself(new: PriceBook) -> None:
    assert changes(side(new), side(new)) == []


def test_two_days_of_one_book_differ_by_what_was_learnt_between(
    new: PriceBook, old: PriceBook
) -> None:
    with named_book("2026-11-19", new) as then, named_book("2026-11-20", new) as now:
        learnt = changes(side(then), side(now))
    assert [c.what for c in learnt] == sorted(_changes(old, new))


def test_an_edited_row_and_a_removed_one_are_named(tmp_path: Path, old: PriceBook) -> None:
    edited = [row | {"unit_price": "1.3"} if row["price_id"] == "in" else row for row in OLD[:-1]]
    found = _changes(old, PriceBook(write_book(tmp_path / "edited", *edited)))
    assert {what: c.kind for what, c in found.items()} == {"in": "edited", "gone": "removed"}
    assert (found["in"].before, found["in"].after) == ("1.25", "1.3")


def test_a_row_that_only_moved_in_its_file_is_no_change(tmp_path: Path, old: PriceBook) -> None:
    assert _changes(old, PriceBook(write_book(tmp_path / "moved", *reversed(OLD)))) == {}


def test_ids_that_mean_something_else_are_listed(tmp_path: Path, old: PriceBook) -> None:
    other = write_book(tmp_path / "ids", *OLD)
    models = (other / "models.toml").read_text()
    (other / "models.toml").write_text(
        models + '\n[[model]]\nkey = "gpt-9"\nprovider = "openai"\nids = ["gpt-9-latest"]\n'
    )
    found = _changes(old, PriceBook(other))
    assert {(c.kind, c.what, c.after) for c in found.values()} == {
        ("id added", "gpt-9", "gpt-9"),
        ("id added", "gpt-9-latest", "gpt-9"),
    }


def test_a_git_revision_is_a_side(
    tmp_path: Path, new: PriceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_book(tmp_path / "repo" / "price_tables", *OLD)
    monkeypatch.chdir(tmp_path / "repo")
    author = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for arguments in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "prices")):
        subprocess.run(("git", *arguments), check=True)
    with named_book("git:HEAD", new) as committed:
        assert "in-2" in _changes(committed, new)


def test_the_money_is_that_of_pricing_with_both_books(
    tmp_path: Path, old: PriceBook, new: PriceBook
) -> None:
    noon = datetime(2026, 11, 10, 12)
    used = {"started_at": noon, "prompt_tokens": 3, "input_tokens": 3, "output_tokens": 2}
    write_warehouse(
        tmp_path / "warehouse.duckdb",
        (request(request_id="r1", **used), "in,out"),
        (request(request_id="r2", **used, model="gpt-5-mini"), None),
    )
    (spent,) = spending(old, new, tmp_path / "warehouse.duckdb")
    assert (spent.provider, spent.model) == ("openai", "gpt-5")
    assert spent.before_usd == 3 * Decimal("1.25e-6") + 2 * Decimal("10e-6")
    assert spent.after_usd == 3 * Decimal("1e-6") + 2 * Decimal("12.5e-6")
    assert spent.difference_usd == spent.after_usd - spent.before_usd


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert exit_code("prices", "diff", *arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_lists_one_line_a_change(
    tmp_path: Path, old: PriceBook, new: PriceBook, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (str(old.shipped), str(new.shipped), "--home", str(tmp_path))
    assert exit_code("prices", "diff", *arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "7 changes."
    (cut,) = [line for line in lines if line.startswith("price change: in-2 ")]
    assert "in-2 1.25 -> 1 (-20.00 %) from 2026-06-01 00:00:00 [openai/direct.csv:" in cut
    listed = _run(capsys, *arguments)["changes"]
    assert [c["percent"] for c in listed if c["what"] == "in-2"] == ["-20.00"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "neither a folder of price tables, a day, git:REVISION nor ."),
        (("git:no-such-revision",), "git "),
        (("git:--output=x",), "not a revision"),
        ((date(2026, 1, 1).isoformat(), "--usage"), "there is no warehouse yet"),
    ],
)
def test_what_is_no_book_is_a_usage_error(
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code("prices", "diff", *arguments, "--home", str(tmp_path)) == 2
    assert said in capsys.readouterr().err
