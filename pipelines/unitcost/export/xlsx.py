"""Writes rows as an XLSX workbook, a row at a time, equal rows as equal bytes.

Cells are texts, numbers, dates and booleans; there is no formula and no link in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import xlsxwriter

from unitcost.errors import UsageError
from unitcost_models.base import MONEY

MAX_ROWS = 1_048_575
"""Rows of a sheet below its header."""
_BATCH = 10_000
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 as the file stores it; fixed, so that bytes are equal
_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_TOO_LONG = -2
_INTEGERS = ("BIGINT", "HUGEINT", "INTEGER")

Money = Literal["number", "text"]


@dataclass(frozen=True)
class Content:
    """What a workbook holds: a title, a query, its columns with their types, and exact sums."""

    title: str
    query: str
    columns: Mapping[str, str]
    sums: Mapping[str, str | None]


class _Sheet:
    """One sheet of a workbook, and how many cells it could not hold whole."""

    def __init__(self, workbook: Any, name: str, money: Money) -> None:
        """An empty sheet with the formats of its cells."""
        self.sheet = workbook.add_worksheet(name)
        self.money = money
        self.header = workbook.add_format({"bold": True})
        self.text = workbook.add_format({"num_format": "@", "quote_prefix": True})
        self.numbers = {
            scale: workbook.add_format({"num_format": "0." + "0" * scale if scale else "0"})
            for scale in (0, 6, 12, 18)
        }
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.cut = 0
        self.rounded = 0

    def write_header(self, names: Mapping[str, str]) -> None:
        """The first row, which stays in sight."""
        for column, name in enumerate(names):
            self.sheet.write_string(0, column, name, self.header)
        self.sheet.freeze_panes(1, 0)

    def writer(self, kind: str) -> Callable[[int, int, Any], None]:
        """What writes a cell of a SQL type."""
        if kind == "BOOLEAN":
            return self._write_boolean
        if kind == "DATE":
            return self._write_day
        if kind in _INTEGERS or kind.startswith("DECIMAL"):
            is_text = kind == MONEY and self.money == "text"
            return self._write_text if is_text else self._number_writer(_scale(kind))
        return self._write_text

    def _write_text(self, row: int, column: int, cell: Any) -> None:
        if self.sheet.write_string(row, column, _as_text(cell), self.text) == _TOO_LONG:
            self.cut += 1

    def _write_boolean(self, row: int, column: int, cell: bool) -> None:
        self.sheet.write_boolean(row, column, cell)

    def _write_day(self, row: int, column: int, cell: date) -> None:
        self.sheet.write_datetime(row, column, cell, self.day)

    def _number_writer(self, scale: int) -> Callable[[int, int, Any], None]:
        number_format = self.numbers[scale]

        def write(row: int, column: int, cell: Decimal | int) -> None:
            self.rounded += Decimal(f"{float(cell):.15G}") != cell
            self.sheet.write_number(row, column, float(cell), number_format)

        return write

    def notes(self) -> tuple[str, ...]:
        """What the cells could not hold, as a reader should be told."""
        said = []
        if self.rounded:
            said.append(
                f"{self.rounded:,} numbers have more digits than a spreadsheet's cell holds and "
                "are rounded after the 15th; --money text, CSV and Parquet have them all"
            )
        if self.cut:
            said.append(f"{self.cut:,} texts are cut at 32,767 characters; CSV has them whole")
        return tuple(said)


def write_xlsx(
    con: duckdb.DuckDBPyConnection, content: Content, target: Path, money: Money
) -> tuple[str, ...]:
    """Write the rows and, on a second sheet, the exact sums; returns what it could not hold.

    Raises:
        UsageError: more rows than a sheet holds.
    """
    cursor = con.execute(content.query)
    with xlsxwriter.Workbook(str(target), _OPTIONS) as workbook:
        workbook.set_properties({"created": _CREATED})
        sheet = _Sheet(workbook, content.title[:31], money)
        sheet.write_header(content.columns)
        rows = _write_rows(cursor, sheet, content.columns)
        _write_sums(_Sheet(workbook, "exact sums", "text"), rows, content.sums)
    return sheet.notes()


def _write_rows(cursor: duckdb.DuckDBPyConnection, sheet: _Sheet, names: Mapping[str, str]) -> int:
    writers = [sheet.writer(kind) for kind in names.values()]
    number = 0
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            number += 1
            if number > MAX_ROWS:
                message = f"more than {MAX_ROWS:,} rows, which no sheet holds"
                raise UsageError(message, "export fewer days, or --format csv or parquet")
            for column, cell in enumerate(row):
                if cell is not None:
                    writers[column](number, column, cell)
    return number


def _write_sums(sheet: _Sheet, rows: int, sums: Mapping[str, str | None]) -> None:
    sheet.write_header({"column": "VARCHAR", "exact_sum": "VARCHAR"})
    write = sheet.writer("VARCHAR")
    for number, (name, total) in enumerate([("rows", str(rows)), *sums.items()], start=1):
        write(number, 0, name)
        write(number, 1, total or "")


def _scale(kind: str) -> int:
    return int(kind.rstrip(")").rpartition(",")[2]) if kind.startswith("DECIMAL") else 0


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return json.dumps(cell, ensure_ascii=False, default=str, sort_keys=True)
