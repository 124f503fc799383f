"""A month made of one built day: every daily table that questions read, once a day.

To build a month of 100,000,000 requests takes more than an hour; what questions cost on it is the
same where the tables' rows are those of one day, with ids and times of their own on each.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import duckdb

from unitcost.lake.files import PARQUET
from unitcost.session import Session, open_session
from unitcost.tables import kept_behind, row_models
from unitcost_models.base import Row, columns

_IDS = frozenset({"request_id", "call_id", "trace_id", "task_id", "workflow_run_id"}) | {
    "session_id",
    "provider_response_id",
}


def repeat_day(root: Path, day: date, days: int, tables: Iterable[str]) -> None:
    """Name what `tables` read of a home's one day under the `days` - 1 days after it, too."""
    kept = sorted({kept for table in tables for kept in kept_behind(table)})
    rows = [row_models()[table] for table in kept if table in row_models()]
    with open_session(root) as session, duckdb.connect() as con:
        for number in range(1, days):
            for row in (row for row in rows if row.is_daily):
                _repeat(con, session, row, day, number)
        session.publish()


def _repeat(
    con: duckdb.DuckDBPyConnection, session: Session, row: type[Row], day: date, number: int
) -> None:
    later = day + timedelta(number)
    for file in session.catalogue.live(row.table, [day]):
        path = file.path.replace(f"day={day}", f"day={later}")
        target = session.home.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        source = session.home.root / file.path
        if own := _own(row, number):
            body = f"select * replace ({own}) from '{source}'"
            con.execute(f"copy ({body}) to '{target}' ({PARQUET})")
        else:
            target.hardlink_to(source)
        session.catalogue.add(file.model_copy(update={"path": path, "day": later}))


def _own(row: type[Row], number: int) -> str:
    """The columns that differ from day to day."""
    changed = [
        f"'{number}-' || {c.name} as {c.name}"
        if c.name in _IDS
        else f"{c.name} + to_days({number}) as {c.name}"
        for c in columns(row)
        if c.name in _IDS or c.sql_type == "TIMESTAMP"
    ]
    return ", ".join(changed)
