"""A book of one invented provider, small enough to be read again for every example.

No expectation lives here.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st

from tests.given import given
from unitcost.paths import data_root
from unitcost.price_book.book import PriceBook
from unitcost.price_book.history import price_history
from unitcost.pricing import DERIVED, load_price_book
from unitcost.workbench import open_workbench, run_step
from unitcost_models.price_history import PriceHistory
from unitcost_models.price_sheets import PriceRevision
from unitcost_models.prices import Price

START = datetime(2026, 1, 1)
_NAMES = {
    "models.toml": '[[model]]\nkey = "acme-1"\nprovider = "acme"\n',
    "region_scopes.toml": (
        '[[scope]]\nprovider = "acme"\nplatform = "direct"\nscope = "global"\ndefault = true\n'
    ),
    "time_bands.toml": (
        '[[band]]\nname = "day"\ntime_zone = "America/New_York"\nweekdays = [1, 2, 3, 4, 5, 6, 7]\n'
        'hours = ["08:00-20:00"]\n'
        '[[band]]\nname = "night"\ntime_zone = "America/New_York"\ncomplement_of = "day"\n'
        '[[band]]\nname = "noon"\ntime_zone = "America/New_York"\nweekdays = [1, 2, 3]\n'
        'hours = ["11:00-13:00"]\n'
    ),
}
_CELLS = {
    "provider": "acme",
    "platform": "direct",
    "region_scope": "global",
    "model_key": "acme-1",
    "service_tier": "standard",
    "meter": "input",
    "unit": "token",
    "per": "1000000",
    "unit_price": "1",
    "currency": "USD",
    "valid_from_basis": "documented",
    "status": "in_force",
    "layer": "list",
    "recorded_on": "2026-01-01",
    "sources": "https://acme.example/prices",
    "confirmation": "single",
    "source_file": "acme/direct.csv",
    "source_line": 2,
}


def price_row(price_id: str, kind: str = "new", older: str | None = None, **cells: Any) -> Price:
    """A price row; cells that are not given are None, as empty cells of a file are."""
    own = {"price_id": price_id, "change_kind": kind, "supersedes": older} | cells
    moments = {n: f"{c.isoformat()}Z" for n, c in own.items() if isinstance(c, datetime)}
    return Price.model_validate(dict.fromkeys(Price.model_fields) | _CELLS | own | moments)


def small_book(folder: Path) -> PriceBook:
    """The shipped rules without the shipped prices, and the invented provider's names."""
    shipped, own = folder / "shipped", folder / "own"
    shipped.mkdir()
    own.mkdir()
    for rules in (data_root() / "price_tables").glob("*.toml"):
        shutil.copy(rules, shipped / rules.name)
    for name, text in _NAMES.items():
        (own / name).write_text(text, encoding="utf-8")
    return PriceBook(shipped, own)


def open_small_book(folder: Path) -> duckdb.DuckDBPyConnection:
    """A workbench with the small book, which has no price yet."""
    con = open_workbench()
    load_price_book(con, small_book(folder))
    return con


def put_prices(
    con: duckdb.DuckDBPyConnection, rows: Sequence[Price], as_of: date | None = None
) -> None:
    """Let these be the rows of the book, known up to a day."""
    given(con, Price, *(row.model_dump() for row in rows))
    given(con, PriceHistory, *(row.model_dump() for row in price_history(rows)))
    given(con, PriceRevision, {"price_revision": "small", "as_of": as_of})
    for name in DERIVED:
        run_step(con, name, START.date())


@st.composite
def books(draw: st.DrawFn) -> list[Price]:
    """Rows appended one by one, each doing anything allowed to any older row."""
    rows: list[Price] = []
    recorded = START.date()
    for number in range(draw(st.integers(1, 8))):
        recorded += timedelta(draw(st.integers(0, 2)))
        rows.append(draw(_appended(rows, number, recorded)))
    return rows


@st.composite
def _appended(draw: st.DrawFn, rows: list[Price], number: int, recorded: date) -> Price:
    kinds = ["new", "price_change", "correction", "retire", "cancelled"] if rows else ["new"]
    kind = draw(st.sampled_from(kinds))
    older = draw(st.sampled_from(rows)) if kind != "new" else None
    begins = ((older.valid_from if older else None) or START) + timedelta(draw(st.integers(1, 9)))
    length = draw(st.none() | st.integers(1, 9))
    return price_row(
        f"r{number}",
        "correction" if kind == "cancelled" else kind,
        older.price_id if older else None,
        status="cancelled" if kind == "cancelled" else "in_force",
        unit_price=None if kind == "retire" else str(draw(st.integers(1, 99))),
        valid_from=begins,
        valid_to=begins + timedelta(length) if length else None,
        recorded_on=recorded.isoformat(),
        source_line=number + 2,
    )
