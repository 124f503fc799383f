"""Reads the price rows of `price_tables/<provider>/<platform>.csv` against their contract.

What one row alone cannot tell (overlaps, unknown models) is in `checks`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from unitcost.price_book.errors import PriceBookError, sentences
from unitcost_models.prices import Price

CSV_COLUMNS = tuple(list(Price.model_fields)[: list(Price.model_fields).index("note") + 1])
"""The columns of a price file, in order."""


def price_files(folder: Path) -> list[Path]:
    """Every price file of the book, sorted by its path inside the folder."""
    return sorted(folder.glob("*/*.csv"), key=lambda path: path.relative_to(folder).as_posix())


def read_prices(folder: Path) -> list[Price]:
    """All price rows, each with its file and line.

    Raises:
        PriceBookError: every cell that breaks the contract, named by file and line.
    """
    prices: list[Price] = []
    problems: list[str] = []
    for path in price_files(folder):
        _read_file(path, path.relative_to(folder).as_posix(), prices, problems)
    if problems:
        raise PriceBookError(problems)
    return prices


def _read_file(path: Path, name: str, prices: list[Price], problems: list[str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if tuple(header) != CSV_COLUMNS:
            problems.append(f"{name}:1: the columns must be {','.join(CSV_COLUMNS)}")
            return
        for cells in reader:
            _read_line(cells, name, reader.line_num, prices, problems)


def _read_line(
    cells: list[str], name: str, line: int, prices: list[Price], problems: list[str]
) -> None:
    if len(cells) != len(CSV_COLUMNS):
        problems.append(f"{name}:{line}: {len(cells)} cells; a price row has {len(CSV_COLUMNS)}")
        return
    row: dict[str, Any] = dict(zip(CSV_COLUMNS, cells, strict=True))
    try:
        prices.append(Price.model_validate(row | {"source_file": name, "source_line": line}))
    except ValidationError as error:
        problems.extend(sentences(error, f"{name}:{line}"))
