"""`unitcost export`: one table, or a month of it, or FOCUS charges, as a file for finance.

How files are written is in `unitcost.export`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, OUT, Common, show_json
from unitcost.commands.warehouse import read_warehouse
from unitcost.errors import UsageError

if TYPE_CHECKING:
    from unitcost.export.tables import Written

CHARGES = "marts.cost_per_request"
"""What FOCUS charges are made of; naming it beside `--format focus` is not needed."""


def export(
    table: Annotated[
        str | None, Parameter(help="Table, e.g. marts.cost_per_customer; none with focus.")
    ] = None,
    *,
    month: Annotated[str | None, Parameter(help="Month YYYY-MM.")] = None,
    first: Annotated[date | None, Parameter(name="--from", help="First UTC day.")] = None,
    last: Annotated[date | None, Parameter(name="--to", help="Last UTC day, included.")] = None,
    output: Annotated[
        Literal["csv", "parquet", "xlsx", "focus"], Parameter(name="--format")
    ] = "csv",
    focus_version: Annotated[
        Literal["1.2", "1.4"], Parameter(help="FOCUS version of --format focus.")
    ] = "1.2",
    money: Annotated[
        Literal["number", "text"], Parameter(help="Money in XLSX: cells to add up, or exact text.")
    ] = "number",
    out: Annotated[Path | None, Parameter(help="File; default in exports/ of the home.")] = None,
    common: Common = COMMON,
) -> None:
    """Write a table to a file: exact decimals, UTC days, no cell that a spreadsheet would run."""
    from unitcost.export.focus import write_focus
    from unitcost.export.period import Period
    from unitcost.export.tables import Layout, held_period, write_table
    from unitcost.paths import Home

    period = Period.of(month, first, last)
    is_focus = output == "focus"
    name = _focus_name(table, focus_version) if is_focus else _table_name(table)
    ending = "csv" if is_focus else output
    target = out or Home(common.home).exports / f"{name}{period.suffix}.{ending}"
    if target.is_dir():
        message = f"--out {target} is a folder"
        raise UsageError(message, f"name the file too, e.g. {target / f'{name}.{ending}'}")
    with read_warehouse(common.home, period.month) as con:
        if output == "focus":
            written = write_focus(con, period, focus_version, target)
        else:
            written = write_table(con, name, period, Layout(output, money), target)
        if not written.rows and period.suffix:
            held = held_period(con, CHARGES if is_focus else name)
            written = replace(written, notes=(*written.notes, f"no row in this period; {held}"))
    _show(name, target, written, common)


def _focus_name(table: str | None, version: str) -> str:
    if table not in (None, CHARGES):
        message = f"--format focus holds the charges of all requests, not {table}"
        raise UsageError(message, "leave the table out, or choose --format csv, parquet or xlsx")
    return f"focus-{version}"


def _table_name(table: str | None) -> str:
    if table is None:
        message = "name the table to export"
        raise UsageError(message, "e.g. unitcost export marts.cost_per_customer --month 2026-10")
    return table


def _show(name: str, target: Path, written: Written, common: Common) -> None:
    if common.json:
        answer = {"table": name, "path": str(target), "rows": written.rows, "sums": written.sums}
        show_json({**answer, "notes": list(written.notes)})
        return
    OUT.print(f"{written.rows:,} rows of {name} written to {target}", highlight=False)
    for note in written.notes:
        ERR.print(f"warning: {note}", highlight=False)
