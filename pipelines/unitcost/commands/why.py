"""`unitcost why`: from a number back to requests, price rows, files and lines.

It only shows; the way back is found in `unitcost.why.tracing`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, OUT, Common, as_objects, show_json, show_table
from unitcost.commands.warehouse import read_warehouse

if TYPE_CHECKING:
    from unitcost.why.part import Part
    from unitcost.why.tracing import Why

_SHOWN = {
    "largest": (
        "Requests, dearest first",
        ("request_id", "started_at", "model", "cost_usd", "source_file", "source_line"),
    ),
    "prices": (
        "Price rows",
        (
            *("price_id", "requests", "unit_price", "per", "currency", "valid_from", "valid_to"),
            *("recorded_on", "sources", "source_file", "source_line"),
        ),
    ),
    "files": ("Files", ("source_file", "requests", "lines", "first_line", "last_line")),
    "lines": (
        "Lines of reports, bills and deliveries",
        ("source_file", "source_line", "line_item", "billed_amount", "currency"),
    ),
    "billed": (
        "What these lines state together, each record once",
        ("source_format", "currency", "records", "billed_amount"),
    ),
}


def why(
    table: Annotated[str, Parameter(help="Table, e.g. marts.cost_per_feature.")],
    *key: Annotated[
        str, Parameter(help="The row: column=value, or the values in the order of the grain.")
    ],
    limit: Annotated[int, Parameter(help="Requests to list; 0 lists all.")] = 20,
    common: Common = COMMON,
) -> None:
    """Show what a row is made of: requests, price rows, bills, and the files and lines of each."""
    from unitcost.why.tracing import trace

    with read_warehouse(common.home) as con:
        found = trace(con, table, key, limit)
    if common.json:
        parts = {name: _objects(getattr(found, name)) for name in _SHOWN}
        rows = {name: _objects(part) for name, part in found.rows.items()}
        show_json({**asdict(found), **parts, "rows": rows})
    else:
        _show(found)


def _objects(part: Part) -> list[dict[str, object]]:
    return as_objects(part.columns, part.rows)


def _show(found: Why) -> None:
    show_table(("column", "value"), list(found.row.items()), "The row")
    OUT.print(
        f"{found.requests:,} requests cost {found.cost_usd:f} USD; "
        f"{found.unpriced_requests:,} of them have no price."
    )
    for name, part in found.rows.items():
        if part.rows:
            show_table(part.columns, part.rows, f"Rows of {name} behind it")
    for name, (title, columns) in _SHOWN.items():
        part = getattr(found, name)
        places = [part.columns.index(column) for column in columns]
        if part.rows:
            show_table(columns, [[row[p] for p in places] for row in part.rows], title)
    if len(found.largest.rows) < found.requests:
        ERR.print(f"hint: {len(found.largest.rows)} requests are listed; --limit 0 lists all")
    if found.is_whole is False:
        ERR.print("warning: the requests do not account for the row's cost", highlight=False)
