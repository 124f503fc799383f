"""Which price book a command means, loaded into a workbench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from unitcost.errors import UsageError
from unitcost.paths import Home
from unitcost.price_book.book import PriceBook
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench


def own_book(home: Path, folder: Path | None = None) -> PriceBook:
    """The home's price book: the shipped tables, or another folder's, with the home's own rows.

    Raises:
        UsageError: the folder holds no price tables.
    """
    own = Home(home).price_tables
    if folder is None:
        return PriceBook(own=own)
    if not (folder / "models.toml").is_file():
        message = f"{folder}: holds no price tables"
        raise UsageError(message, "name the folder that holds models.toml")
    return PriceBook(folder, own=own)


@contextmanager
def loaded(book: PriceBook) -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench that holds the book.

    Raises:
        PriceBookError: every problem of the book.
    """
    con = open_workbench()
    try:
        load_price_book(con, book)
        yield con
    finally:
        con.close()
