"""Reads the CSV files of the price book, each line against the contract of its row.

What one row alone cannot tell (overlaps, unknown models) is in `checks`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from unitcost.price_book.book import PriceBook
from unitcost.price_book.errors import PriceBookError, sentences
from unitcost.price_book.files import PRICES
from unitcost_models.base import Row
from unitcost_models.prices import Price

R = TypeVar("R", bound=Row)
_ADDED = ("price_per_unit", "source_file", "source_line")
"""Columns that are not written in a file but follow from it."""


def csv_columns(row: type[Row]) -> tuple[str, ...]:
    """The columns of a row's CSV file, in order."""
    return tuple(name for name in row.model_fields if name not in _ADDED)


CSV_COLUMNS = csv_columns(Price)
"""The columns of a price file, in order."""


def price_files(folder: Path) -> list[Path]:
    """Every price file of one folder, sorted by its path inside it."""
    return sorted(folder.glob(PRICES), key=lambda path: path.relative_to(folder).as_posix())


def read_prices(book: PriceBook) -> list[Price]:
    """All price rows of the book, whatever it knew by `as_of`; errors as in `read_rows`."""
    return read_rows(book, Price, PRICES)


def read_rows(book: PriceBook, row: type[R], pattern: str) -> list[R]:
    """The rows of all files of both folders that match, each with its file and line.

    Raises:
        PriceBookError: every cell that breaks the contract, named by file and line.
    """
    rows: list[R] = []
    problems: list[str] = []
    for folder in book.folders():
        for path in folder.files(pattern):
            for found in _read_text(path.read_bytes(), folder.name(path), row):
                if isinstance(found, row):
                    rows.append(found)
                else:
                    problems.append(str(found))
    if problems:
        raise PriceBookError(problems)
    return rows


@lru_cache(maxsize=1024)
def _read_text(text: bytes, name: str, row: type[R]) -> tuple[R | str, ...]:
    """The rows of a file, kept: books that are compared have most of their files in common."""
    return tuple(_lines(text, name, row))


def _lines(text: bytes, name: str, row: type[R]) -> Iterator[R | str]:
    """Its rows, or what is wrong with a line; a spreadsheet's mark of UTF-8 is skipped."""
    wanted = csv_columns(row)
    try:
        reader = csv.reader(StringIO(text.decode("utf-8-sig"), newline=""))
        if tuple(next(reader, [])) != wanted:
            yield f"{name}:1: the columns must be {','.join(wanted)}"
            return
        for cells in filter(None, reader):
            yield from _read_line(cells, f"{name}:{reader.line_num}", row)
    except (UnicodeDecodeError, csv.Error) as error:
        yield f"{name}: cannot be read as CSV in UTF-8 ({error}); save it as such"


def _read_line(cells: list[str], place: str, row: type[R]) -> Iterator[R | str]:
    wanted = csv_columns(row)
    if len(cells) != len(wanted):
        yield f"{place}: {len(cells)} cells; a row of this file has {len(wanted)}"
        return
    file, line = place.rsplit(":", 1)
    values = {name: cell or None for name, cell in zip(wanted, cells, strict=True)}
    try:
        yield row.model_validate(values | {"source_file": file, "source_line": int(line)})
    except ValidationError as error:
        yield from sentences(error, place)
