"""Holds what was metered against what providers report and bill, for all days at once.

A provider's day may be another than ours, so no day can be reconciled alone. What is compared is
added up by day before, so that the requests themselves are not read again. A closed month stays as
it was compared when it was closed, whatever rates or prices are recorded later.
"""

from __future__ import annotations

from datetime import date

import duckdb

from unitcost.days.inputs import open_prices, read_prices
from unitcost.days.packing import all_rows
from unitcost.lake.shapes import select_rows, shape_of
from unitcost.session import Session
from unitcost.tables import COMPARED, RECONCILED, inputs_of, row_models
from unitcost.workbench import create_view, run_steps
from unitcost_models.meta import LakeFile

_FEW_ROWS = 1_000_000
"""So many are held in memory; of more the files are read where they are."""


def write_reconciliation(session: Session) -> dict[str, LakeFile]:
    """The reconciliation of all days, one file a table; of closed months as they were closed."""
    with session.workbench(with_vocabulary=False) as con:
        open_prices(session, con, _priced_by(session))
        for table in COMPARED:
            open_compared(session, con, table)
        reconcile(con)
        return {
            table: session.write(con, row_models()[table], _with_closed(session, con, table), None)
            for table in RECONCILED
        }


def reconcile(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of `RECONCILED` in a workbench that holds those of `COMPARED` and prices."""
    run_steps(con, RECONCILED, date.min)


def _with_closed(session: Session, con: duckdb.DuckDBPyConnection, table: str) -> str:
    """A SELECT of the open months' rows as they are now, and of the closed months' as published."""
    row = row_models()[table]
    published = select_rows(con, row, session.home.root, session.catalogue.live(table))
    month = "month" if "month" in row.model_fields else "strftime(day, '%Y-%m')"
    closed = f"list_contains({sorted(session.catalogue.closed)}::varchar[], {month})"
    return f"""
        select * from {table} where not {closed}
        union all by name
        select * from ({published}) where {closed}
        order by {", ".join(row.key)}"""


def _priced_by(session: Session) -> set[str]:
    """Tables of the price book that are read."""
    return {name for table in RECONCILED for name in inputs_of(table)} & {*read_prices(session)}


def open_compared(session: Session, con: duckdb.DuckDBPyConnection, table: str) -> None:
    """All days' rows of a table, whatever version wrote them.

    Few rows are read once, as each of a dozen steps would open the files of all days again.
    """
    row, files = row_models()[table], all_rows(session, con, table)
    older = [file for file in files if file.shape != shape_of(row)]
    rows = select_rows(con, row, session.home.root, older)
    if current := [file for file in files if file.shape == shape_of(row)]:
        create_view(con, f"{table}_files", session.absolute(current))
        rows = f"select * from {table}_files union all by name {rows}"
    is_small = sum(file.rows for file in files) <= _FEW_ROWS
    con.execute(f"create {'table' if is_small else 'view'} {table} as {rows}")
