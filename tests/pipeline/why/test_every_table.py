"""Every row of every table goes back to requests that account for it, or to lines."""

from __future__ import annotations

import duckdb
import pytest

from tests.pipeline.why.keys import keys
from unitcost.errors import UsageError
from unitcost.tables import published_models, row_models
from unitcost.why.asked import traceable
from unitcost.why.behind import WAYS
from unitcost.why.behind_deliveries import LINES, RECORDS
from unitcost.why.behind_lines import lines_behind
from unitcost.why.tracing import _requests, trace

WITHOUT_REQUESTS = {"marts.trust", "marts.reconciliation", "marts.reconciliation_gap"}
"""A part of trust may lack nothing; usage that is not instrumented has no requests."""
WITHOUT_REQUESTS |= {*LINES, *RECORDS, *(t for t, way in WAYS.items() if way == "false")}
WITHOUT_REQUESTS |= {"meta.deliveries", *(t for t in WAYS if t.startswith("raw."))}
"""Made of lines: a charge, revenue of a day without a request, a price; reports."""
MOST_ROWS = 8
"""Of a table, such as all prices."""
PUBLISHED = [m.table for m in published_models() if not m.table.startswith("raw.")]


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_row_of_every_table_can_be_asked_for(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A new core table or mart is under this test as soon as it is published."""
    assert table in traceable(), f"{table}: write its way into behind.py"
    grain = row_models()[table].key
    with pytest.raises(UsageError, match="no row with"):
        trace(con, table, [f"{c}=2026-01-01" for c in grain], 5)


def test_every_row_of_every_table_is_accounted_for(con: duckdb.DuckDBPyConnection) -> None:
    seen = set()
    for table in traceable():
        for key in keys(con, table)[:MOST_ROWS]:
            found = trace(con, table, key, 0)
            assert found.is_whole is not False, (table, key)
            assert len(found.largest.rows) == found.requests, (table, key)
            assert found.requests > 0 or table in WITHOUT_REQUESTS, (table, key)
            seen.add(table)
    assert len(seen) >= 40
    assert {"core.metered_usage", "core.reported_usage", "core.sightings"} <= seen


def test_every_way_back_can_be_gone(con: duckdb.DuckDBPyConnection) -> None:
    """Of the marts that have no row here too."""
    for table in {*WAYS, *LINES, *RECORDS}:
        con.execute(f"create or replace temp table asked as select * from {table} limit 0")
        con.execute(_requests(table, dict.fromkeys(row_models()[table].key, "2026-01-01")))
        assert lines_behind(con, table, ()).rows == []
