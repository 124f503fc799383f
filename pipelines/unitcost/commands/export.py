"""`unitcost export`: one table, or a month of it, as a file for finance."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json
from unitcost.commands.warehouse import read_warehouse


def export(
    table: Annotated[str, Parameter(help="Table, e.g. marts.cost_per_customer.")],
    *,
    month: Annotated[str | None, Parameter(help="Month YYYY-MM.")] = None,
    first: Annotated[date | None, Parameter(name="--from", help="First UTC day.")] = None,
    last: Annotated[date | None, Parameter(name="--to", help="Last UTC day, included.")] = None,
    output: Annotated[Literal["csv", "parquet"], Parameter(name="--format")] = "csv",
    out: Annotated[Path | None, Parameter(help="File; default in exports/ of the home.")] = None,
    common: Common = COMMON,
) -> None:
    """Write a table to a file: exact decimals, UTC days, no cell that a spreadsheet would run."""
    from unitcost.export import Period, write_export
    from unitcost.paths import Home

    period = Period.of(month, first, last)
    target = out or Home(common.home).exports / f"{table}{period.suffix}.{output}"
    with read_warehouse(common.home) as con:
        rows = write_export(con, table, period, output, target)
    if common.json:
        show_json({"table": table, "path": str(target), "rows": rows})
    else:
        OUT.print(f"{rows:,} rows of {table} written to {target}", highlight=False)
