"""A small home whose October 2026 can be closed, and what its books hold."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.price_books import price_row
from unitcost import session
from unitcost.assets.warehouse import write_prices
from unitcost.closing.adjusting import post_adjustments
from unitcost.days.rebuild import build_due
from unitcost.days.touches import record_touches
from unitcost.lake.catalogue import load_catalogue
from unitcost.nightly import has_work, prepare
from unitcost.paths import Home, data_root
from unitcost.price_book.book import PriceBook
from unitcost.reading.arriving import arrivals
from unitcost.reading.ingest import ingest_all
from unitcost.settings import Settings
from unitcost.sources import SOURCES
from unitcost.tables import day_tables
from unitcost_models.closed_months import Posting
from unitcost_models.meta import CheckResult, LakeFile

OCTOBER = "2026-10"
THROUGH = date(2026, 11, 2)
COLUMNS = ("started_at", "request_id", "model", "input_tokens", "output_tokens", "customer_id")
REQUESTS = (
    # gpt-5 costs 1.25 USD a million input tokens and 10 USD a million output tokens.
    ("2026-10-30T10:00:00Z", "a", "gpt-5", 1_000_000, 100_000, "acme"),
    ("2026-10-30T11:00:00Z", "b", "gpt-5", 3, 7, "birch"),
    ("2026-10-31T23:30:00Z", "c", "gpt-5-mini", 2_000_000, 0, "acme"),
    ("2026-10-31T23:59:59Z", "d", "no-such-model", 10, 10, "acme"),
    ("2026-11-01T00:00:00Z", "e", "gpt-5", 1_000_000, 0, "birch"),
)


def deliver(home: Home, name: str, rows: tuple[tuple[object, ...], ...]) -> Path:
    """Put requests into landing as a file of their own."""
    folder = home.landing / "requests"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "provider", "feature", "task_id"])
        writer.writerows([*row, "openai", "chat", f"task {row[1]}"] for row in rows)
    return folder / name


def night(
    home: Home, through: date = THROUGH, also: Iterable[Callable[[session.Session], object]] = ()
) -> bool:
    """What a nightly run does, without Dagster around it; whether there was anything to do.

    `also`: what else of all days it shall make before it publishes.
    """
    prepare(home)
    with session.open_session(home.root) as writer:
        if not has_work(writer, through, arrivals(writer)):
            return False
        record_touches(writer, list(ingest_all(writer, set(SOURCES))))
        build_due(writer, {through}, set(day_tables()))
        post_adjustments(writer, through)
        assert [c for c in writer.catalogue.checks.values() if is_failed(c)] == []
        write_prices(writer)
        for write in also:
            write(writer)
        writer.publish()
    return True


def copy_home(source: Path, root: Path) -> Home:
    """A copy of a home that reads its own files."""
    shutil.copytree(source, root)
    with session.open_session(root) as writer:
        writer.publish()
    return Home(root)


@dataclass(frozen=True)
class Place:
    """Where a home is put back as it was, test after test: a copy elsewhere must be published."""

    folder: Path

    @classmethod
    def of(cls, source: Path, folder: Path) -> Place:
        """A place for copies of a home, in a folder of its own."""
        copy_home(source, folder / "now" / "home")
        shutil.copytree(folder / "now" / "home", folder / "kept")
        return cls(folder)

    def put_back(self) -> Home:
        """The home as it was, to be changed until the next time."""
        shutil.rmtree(self.folder / "now")
        return Home(shutil.copytree(self.folder / "kept", self.folder / "now" / "home"))


def is_failed(check: CheckResult) -> bool:
    return check.severity == "error" and check.bad_rows > 0


def postings(home: Home) -> list[Posting]:
    """The journal."""
    return list(load_catalogue(home.warehouse).postings.values())


def corrected_book(folder: Path, model: str, old: str, new: str) -> Path:
    """A copy of the shipped book in which the standard input price of a model is another."""
    shutil.copytree(data_root() / "price_tables", folder)
    file = folder / "openai" / "direct.csv"
    start = f"openai/direct/global/{model}/standard/input@"
    lines = file.read_text().splitlines(keepends=True)
    changed = [
        line.replace(f",1000000,{old},", f",1000000,{new},") if line.startswith(start) else line
        for line in lines
    ]
    assert changed != lines
    file.write_text("".join(changed))
    return folder


def correction(older: str, price_id: str, unit_price: str, **cells: str) -> dict[str, str]:
    """A row of the user's own that corrects gpt-5's output price."""
    priced = {"meter": "output", "unit_price": unit_price, "valid_from": "2025-08-07T00:00:00Z"}
    later = {"change_kind": "correction", "supersedes": older, "recorded_on": "2026-11-28"}
    return price_row(price_id, **priced, **later, **cells)


def book_of(shipped: Path) -> Callable[[Home, Settings], PriceBook]:
    """What a session makes its book with, reading another shipped folder."""
    return lambda home, settings: PriceBook(shipped, own=home.price_tables)


def kept_files(home: Home, month: str = OCTOBER) -> dict[str, str]:
    """Digest by path of the month's live files that a run makes: all but raw and restated ones."""
    return {
        f.path: f.sha256
        for f in load_catalogue(home.warehouse).files.values()
        if f.retired_at is None and f.day and str(f.day).startswith(month) and is_book(f)
    }


def is_book(file: LakeFile) -> bool:
    return file.table_name.startswith(("core.", "marts.")) and "restated" not in file.table_name


def contents(
    catalogue: Path, tables: list[str], where: str = "true"
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables as a reader of a catalogue sees them."""
    with duckdb.connect(str(catalogue), read_only=True) as con:
        return {
            table: con.execute(f"select * from {table} where {where} order by all").fetchall()
            for table in tables
        }


def tables_of(catalogue: Path) -> list[str]:
    """Every table and view of a catalogue."""
    with duckdb.connect(str(catalogue), read_only=True) as con:
        rows = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by all"
        ).fetchall()
    return [name for (name,) in rows]
