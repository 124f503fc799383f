"""Writes a published table, or some days of it, to a file that finance can open safely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import duckdb

from unitcost.errors import UsageError
from unitcost.months import Month

_LIVE_CELL = r"^[\s\x00]*[=+\-@\t\r]"
"""What a spreadsheet would take for a formula; such a text gets an apostrophe before it."""


@dataclass(frozen=True)
class Period:
    """UTC days, both ends included; None is open."""

    first: date | None
    last: date | None
    suffix: str

    @classmethod
    def of(cls, month: str | None, first: date | None, last: date | None) -> Period:
        """A month, or days from first to last.

        Raises:
            UsageError: both are given, the month is no month, or the days are out of order.
        """
        if month and (first or last):
            message = "--month and --from/--to exclude each other"
            raise UsageError(message, "give one of them")
        if month:
            whole = Month.parse(month)
            return cls(whole.first, whole.last, f"-{whole}")
        if first and last and first > last:
            message = f"--from {first} is after --to {last}"
            raise UsageError(message)
        return cls(first, last, "".join(f"-{day}" for day in (first, last) if day))

    def condition(self) -> str:
        """As SQL over `day`."""
        parts = ["true"]
        if self.first:
            parts.append(f"day >= date '{self.first}'")
        if self.last:
            parts.append(f"day <= date '{self.last}'")
        return " and ".join(parts)


def write_export(
    con: duckdb.DuckDBPyConnection, table: str, period: Period, output: str, target: Path
) -> int:
    """Write the rows and return their number; the file appears whole or not at all.

    Raises:
        UsageError: no such table, or a period for a table without days.
    """
    names = _columns(con, table)
    if "day" not in names and (period.first or period.last):
        message = f"{table} has no days"
        raise UsageError(message, "leave out --month, --from and --to")
    body = ", ".join(_cell(name, kind, output) for name, kind in names.items())
    query = f"select {body} from {table} where {period.condition()}"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{uuid4().hex}.part")
    header = ", header" if output == "csv" else ""
    con.execute(f"copy ({query}) to $draft (format {output}{header})", {"draft": str(draft)})
    draft.replace(target)
    count = con.execute(f"select count(*) from {table} where {period.condition()}").fetchall()
    return int(count[0][0])


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column name -> type, in order."""
    schema, _, name = table.rpartition(".")
    found = con.execute(
        """select column_name, data_type from information_schema.columns
           where table_schema = $schema and table_name = $name order by ordinal_position""",
        {"schema": schema or "marts", "name": name},
    ).fetchall()
    if not schema or not found:
        message = f"{table}: there is no such table"
        raise UsageError(message, "write schema and name, e.g. marts.cost_per_customer")
    return {str(column): str(kind) for column, kind in found}


def _cell(name: str, kind: str, output: str) -> str:
    if output != "csv" or kind != "VARCHAR":
        return f'"{name}"'
    return (
        f"case when regexp_matches(\"{name}\", '{_LIVE_CELL}') then '''' || \"{name}\" "
        f'else "{name}" end as "{name}"'
    )
