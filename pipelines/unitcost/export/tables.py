"""Writes a published table, or some days of it, to a file that finance can open safely.

XLSX is written by `xlsx`, FOCUS rows are made by `focus`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb

from unitcost.drafts import appearing
from unitcost.errors import UsageError
from unitcost.export.cells import safe_text
from unitcost.export.period import Period
from unitcost.export.xlsx import Content, Money, write_xlsx
from unitcost.sqltext import sql_text
from unitcost_models.base import MONEY

Format = Literal["csv", "parquet", "xlsx"]

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Written:
    """What a file holds. `sums` are exact, by money column; `notes` say what it could not hold."""

    rows: int
    sums: dict[str, str | None]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """How a file is written; `money` is for XLSX: cells that can be added up, or exact text."""

    format: Format = "csv"
    money: Money = "number"


def write_table(
    con: duckdb.DuckDBPyConnection,
    table: str,
    period: Period,
    layout: Layout,
    target: Path,
) -> Written:
    """Write the rows; the file appears whole or not at all.

    A closed month has the columns that its files were written with, whatever was added since.

    Raises:
        UsageError: no such table, a period for a table without days and months or one that cuts a
            month, or too many rows for XLSX.
    """
    names = _columns(con, table, period)
    body = ", ".join(f'"{name}"' for name in names)
    query = f"select {body} from {table} where {_condition(table, names, period)}"
    written = _count(con, query, [name for name, kind in names.items() if kind == MONEY])
    with appearing(target) as draft:
        if layout.format == "xlsx":
            content = Content(table.rpartition(".")[2], query, names, written.sums)
            return replace(written, notes=write_xlsx(con, content, draft, layout.money))
        if layout.format == "csv":
            cells = ", ".join(_cell(name, kind) for name, kind in names.items())
            write_csv(con, f"select {cells} from ({query})", draft)
        else:
            con.execute(f"copy ({query}) to {sql_text(draft)} (format parquet)")
    return written


def _condition(table: str, names: Mapping[str, str], period: Period) -> str:
    """Which rows are of the period, by their day or else their month."""
    if "day" in names:
        return period.condition()
    if "month" in names:
        return period.month_condition()
    if period.first or period.last:
        message = f"{table} has neither days nor months"
        raise UsageError(message, "leave out --month, --from and --to")
    return "true"


def held_period(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Which days or months a table has, in words: for a reader whose period has no row."""
    names = _columns(con, table, Period(None, None, ""))
    column = next((name for name in ("day", "month") if name in names), "null")
    first, last = con.execute(f"select min({column}), max({column}) from {table}").fetchall()[0]
    return f"{table} has {column}s from {first} to {last}" if first else f"{table} has no row"


def write_csv(
    con: duckdb.DuckDBPyConnection, query: str, draft: Path, for_excel: bool = True
) -> None:
    """UTF-8; with a byte order mark only where Excel needs it: if there is more than ASCII."""
    con.execute(f"copy ({query}) to {sql_text(draft)} (format csv, header)")
    if not for_excel or _is_ascii(draft):
        return
    marked = draft.with_suffix(".bom")
    with draft.open("rb") as plain, marked.open("wb") as out:
        out.write(_BOM)
        shutil.copyfileobj(plain, out, 1 << 20)
    marked.replace(draft)


def _is_ascii(file: Path) -> bool:
    with file.open("rb") as handle:
        while block := handle.read(1 << 20):
            if not block.isascii():
                return False
    return True


def _count(con: duckdb.DuckDBPyConnection, query: str, money: list[str]) -> Written:
    sums = "".join(f', cast(sum("{name}") as varchar)' for name in money)
    answer = con.execute(f"select count(*){sums} from ({query})").fetchall()[0]
    return Written(int(answer[0]), dict(zip(money, answer[1:], strict=True)))


def _columns(con: duckdb.DuckDBPyConnection, table: str, period: Period) -> dict[str, str]:
    """Column name -> type, in order."""
    schema, _, name = table.rpartition(".")
    found = con.execute(
        """select column_name, data_type from information_schema.columns
           where table_schema = $schema and table_name = $name order by ordinal_position""",
        {"schema": schema, "name": name},
    ).fetchall()
    if not schema or not found:
        message = f"{table}: there is no such table"
        raise UsageError(message, "write schema and name, e.g. marts.cost_per_customer")
    kinds = {str(column): str(kind) for column, kind in found}
    held = _closed_columns(con, table, period)
    return {column: kinds[column] for column in held if column in kinds} if held else kinds


def _closed_columns(con: duckdb.DuckDBPyConnection, table: str, period: Period) -> list[str]:
    """Columns of a closed month's files, in their order; none where it is open or has no files."""
    first, last = period.bounds()
    files = con.execute(
        """select path from meta.files
           where table_name = $table and retired_at is null and day >= $first and day <= $last
               and $month in (select month from meta.closed_months)
           order by path""",
        {"table": table, "first": first, "last": last, "month": str(period.month)},
    ).fetchall()
    root = _folder(con) if files else Path()
    ordered: dict[str, None] = {}
    for (file,) in files:
        source = f"read_parquet({sql_text(root / file)}, hive_partitioning = false)"
        described = con.execute(f"describe select * from {source}").fetchall()
        ordered.update(dict.fromkeys(str(column) for column, *_ in described))
    return list(ordered)


def _folder(con: duckdb.DuckDBPyConnection) -> Path:
    """The home folder, at which paths begin; a month's own catalogue lies one folder deeper."""
    found = con.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    parents = Path(found[0][0]).parents
    return parents[1] if parents[0].name == "closed" else parents[0]


def _cell(name: str, kind: str) -> str:
    quoted = f'"{name}"'
    return f"{safe_text(quoted)} as {quoted}" if kind == "VARCHAR" else quoted
