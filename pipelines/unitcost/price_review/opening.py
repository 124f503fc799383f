"""Which price book a command means, loaded into a workbench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from unitcost.errors import UsageError
from unitcost.paths import Home
from unitcost.price_book.book import PriceBook
from unitcost.pricing import load_price_book
from unitcost.session import price_book
from unitcost.settings import load_settings
from unitcost.workbench import open_workbench


def own_book(home: Path, folder: Path | None = None) -> PriceBook:
    """The home's price book: the shipped tables, or another folder's, with the home's own rows.

    Raises:
        UsageError: the folder holds no price tables.
        SettingsError: the settings file cannot be used.
    """
    own = Home(home)
    book = price_book(own, load_settings(own.settings_file))
    if folder is None:
        return book
    if not (folder / "models.toml").is_file():
        message = f"{folder}: holds no price tables"
        raise UsageError(message, "name the folder that holds models.toml")
    return replace(book, shipped=folder)


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
