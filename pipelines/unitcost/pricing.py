"""Loads the price book into a workbench, checked. The price of a request is SQL, not here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from unitcost.paths import data_root
from unitcost.price_book.checks import check_book
from unitcost.price_book.rows import read_prices
from unitcost.price_book.rules import read_rules
from unitcost.queries import load_query
from unitcost_models.base import Row, columns
from unitcost_models.prices import Price, PriceRevision

DERIVED = ("core.price_keys", "core.price_lines", "core.price_cards")
"""Tables made from the book by SQL, in this order."""


def load_price_book(con: duckdb.DuckDBPyConnection, folder: Path | None = None) -> str:
    """Create the price tables in `core` and return the revision of the book.

    `folder` is `price_tables/` unless another book is given.

    Raises:
        PriceBookError: every problem of the book, each naming file, line or entry, and the fix.
    """
    book = folder or data_root() / "price_tables"
    revision = price_revision(book)
    for row, rows in read_rules(book).items():
        _create(con, row, rows)
    _create(con, Price, read_prices(book))
    _create(con, PriceRevision, [PriceRevision(price_revision=revision)])
    check_book(con)
    for name in DERIVED:
        con.execute(f"create or replace table {name} as {load_query(name).text}")
    return revision


def price_revision(folder: Path | None = None) -> str:
    """Digest of every file of the book: what was known when something was priced."""
    book = folder or data_root() / "price_tables"
    digest = hashlib.sha256()
    for path in sorted(p for p in book.rglob("*") if p.suffix in (".csv", ".toml")):
        name = path.relative_to(book).as_posix().encode()
        digest.update(name + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _create(con: duckdb.DuckDBPyConnection, row: type[Row], rows: Sequence[Row]) -> None:
    """A table of these rows; one list a column is far quicker than one insert a row."""
    cells = [f"unnest(?::{c.sql_type}[]) as {c.name}" for c in columns(row)]
    values = [[getattr(r, c.name) for r in rows] for c in columns(row)]
    con.execute(f"create or replace table {row.table} as select {', '.join(cells)}", values)
