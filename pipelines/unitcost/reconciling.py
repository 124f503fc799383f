"""Holds what was metered against what providers report and bill, for all days at once.

A provider's day may be another than ours, so no day can be reconciled alone. What is compared is
added up by day before, so that the requests themselves are not read again.
"""

from __future__ import annotations

from datetime import date

import duckdb

from unitcost.inputs import open_prices
from unitcost.session import Session
from unitcost.tables import COMPARED, RECONCILED, row_models
from unitcost.workbench import create_empty, create_view, run_steps
from unitcost_models.meta import LakeFile


def write_reconciliation(session: Session) -> dict[str, LakeFile]:
    """The reconciliation of every day built so far, one file a table."""
    with session.workbench(with_vocabulary=False) as con:
        open_prices(session, con)
        for table in COMPARED:
            _open(session, con, table)
        reconcile(con)
        return {
            table: session.write(con, row_models()[table], f"select * from {table}", None)
            for table in RECONCILED
        }


def reconcile(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of `RECONCILED` in a workbench that holds those of `COMPARED` and prices."""
    run_steps(con, RECONCILED, date.min)


def _open(session: Session, con: duckdb.DuckDBPyConnection, table: str) -> None:
    files = session.absolute(session.catalogue.live(table))
    if files:
        create_view(con, table, files)
    else:
        create_empty(con, row_models()[table])
