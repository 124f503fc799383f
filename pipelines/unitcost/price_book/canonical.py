"""The one way to write a price file: order of rows, spelling of cells. A change is then one line.

Nothing is judged here: a row that breaks its contract keeps its cells and its place; `rows` says
what is wrong with it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import CSV_COLUMNS, price_files

ORDER = (
    "provider",
    "platform",
    "model_key",
    "region_scope",
    "service_tier",
    "meter",
    "time_band",
    "ctx_gt",
    "valid_from",
    "recorded_on",
    "price_id",
)
"""Rows are sorted by these columns, so that the versions of one price are neighbours."""

Cells = list[str]
_PLACE = {name: position for position, name in enumerate(CSV_COLUMNS)}
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")


def canonical_text(text: str, name: str) -> str:
    """The same rows as canonical CSV.

    Raises:
        PriceBookError: the columns are not those of a price file, or a row lacks some.
    """
    return written(spelled(cells) for cells in _read(text, name))


def written(rows: Iterator[Cells]) -> str:
    """Spelled rows as the text of a price file: sorted, one a line."""
    ordered: list[Cells] = sorted(rows, key=_position)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(ordered)
    return out.getvalue()


def not_canonical(folder: Path) -> dict[Path, str]:
    """The price files of a folder that are written otherwise, each with its canonical text.

    Raises:
        PriceBookError: files that are no price files, each problem named by file and line.
    """
    wanted: dict[Path, str] = {}
    problems: list[str] = []
    for path in price_files(folder):
        try:
            text = canonical_text(_text(path), path.relative_to(folder).as_posix())
        except PriceBookError as error:
            problems += error.problems
            continue
        if text.encode() != path.read_bytes():
            wanted[path] = text
    if problems:
        raise PriceBookError(problems)
    return wanted


def spelled(cells: Sequence[str]) -> Cells:
    """Cells without stray blanks and line breaks, the price as plain decimal text."""
    tidy = [" ".join(cell.split()) for cell in cells]
    price = _PLACE["unit_price"]
    tidy[price] = plain_decimal(tidy[price])
    return tidy


def plain_decimal(text: str) -> str:
    """`3e-07` as `0.0000003`, `2.50` as `2.5`; what is no such number stays as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PriceBookError([f"{path.name}: not UTF-8 ({error}); save it as UTF-8"]) from None


def _read(text: str, name: str) -> Iterator[Cells]:
    reader = csv.reader(io.StringIO(text, newline=""))
    if tuple(next(reader, [])) != CSV_COLUMNS:
        raise PriceBookError([f"{name}:1: the columns must be {','.join(CSV_COLUMNS)}"])
    for cells in reader:
        if cells and len(cells) != len(CSV_COLUMNS):
            said = f"{len(cells)} cells; a price row has {len(CSV_COLUMNS)}"
            raise PriceBookError([f"{name}:{reader.line_num}: {said}"])
        if cells:
            yield cells


def _position(cells: Cells) -> tuple[tuple[int, str], ...]:
    """Where a row stands: by its columns, and by all its cells where these are the same."""
    ordered = [_rank(column, cells[_PLACE[column]]) for column in ORDER]
    return (*ordered, *((0, cell) for cell in cells))


def _rank(column: str, cell: str) -> tuple[int, str]:
    is_size = column == "ctx_gt" and cell.isascii() and cell.isdecimal()
    return (int(cell) if is_size else -1, cell)
