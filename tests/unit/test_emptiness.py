"""What is said to have no rows has none, and little is missed of what reads one table only."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from unitcost.emptiness import empty_when, view_empty_when
from unitcost.workbench import contents_of

A, B = frozenset({"raw.a"}), frozenset({"raw.b"})
BOTH = A | B

SURE = {
    "select x from raw.a where x > 1": {A},
    "select * replace (abs(x) as x) from raw.a": {A},
    "select distinct x from raw.a order by x limit 3": {A},
    "select x, count(*) as n from raw.a group by x": {A},
    "select x % 2 as y, count(*) as n from raw.a group by y": {A},
    "select x, count(*) as n from raw.a group by all": {A},
    "select x, sum(x) over () as n from raw.a": {A},
    "select unnest([x, x]) as y, x from raw.a": {A},
    "select a.x from raw.a inner join raw.b using (x)": {A, B},
    "select a.x from raw.a, raw.b": {A, B},
    "select a.x from raw.a cross join raw.b": {A, B},
    "select x from raw.a semi join raw.b using (x)": {A, B},
    "select x from raw.a anti join raw.b using (x)": {A},
    "select a.x from raw.a left join raw.b using (x)": {A},
    "select b.x from raw.a right join raw.b using (x)": {B},
    "select x from raw.a full join raw.b using (x)": {BOTH},
    "select x from raw.a union all select x from raw.b": {BOTH},
    "select x from raw.a union all by name select x from raw.b": {BOTH},
    "select x from raw.a except select x from raw.b": {A},
    "select x from (select x from raw.a where x > 1) as n": {A},
    "with n as (select x from raw.a) select x from n inner join raw.b using (x)": {A, B},
    """with recursive n as (select x from raw.a union all select x + 1 from n where x < 9)
       select x from n""": {A},
}
NOTHING_SAID = (
    "select 1 as x",
    "select count(*) as n from raw.a",
    "select count(*) as n from raw.a group by all",
    "select some_macro(x) as n from raw.a",
    "select max(x) as n, 'a' as name from raw.a",
    "select x from raw.a group by rollup (x)",
    "select x from raw.a group by grouping sets ((x), ())",
    "select x from (values (1)) as v (x)",
    "select x from range(3) as r (x)",
    "select x from raw.a positional join raw.b",
    "select x from read_parquet('raw.a')",
)


def said(sql: str) -> set[frozenset[str]]:
    return {*empty_when(sqlglot.parse_one(sql, dialect="duckdb"))}


@pytest.mark.parametrize("sql", SURE)
def test_what_needs_rows_of_a_table_has_none_without(
    workbench: duckdb.DuckDBPyConnection, sql: str
) -> None:
    assert said(sql) == SURE[sql]
    for emptied in SURE[sql]:
        for table in ("raw.a", "raw.b"):
            kept = "false" if table in emptied else "true"
            workbench.execute(
                f"create or replace table {table} as select unnest([1, 2, 3]) as x where {kept}"
            )
        assert workbench.execute(sql).fetchall() == []


@pytest.mark.parametrize("sql", NOTHING_SAID)
def test_of_what_may_have_rows_nothing_is_said(sql: str) -> None:
    assert said(sql) == set()


def test_a_workbench_tells_what_has_no_rows(workbench: duckdb.DuckDBPyConnection) -> None:
    workbench.execute("create table raw.none (x int)")
    workbench.execute("create table raw.some as select 1 as x")
    workbench.execute("create view core.none as select * from raw.none union all from raw.none")
    workbench.execute("create view core.some as select * from raw.none union all from raw.some")
    there = contents_of(workbench)
    assert there.empty == {"raw.none", "core.none"}
    workbench.execute("insert into raw.none values (1)")
    assert contents_of(workbench).empty == set()


@pytest.mark.parametrize(
    "select",
    ["select * from read_parquet(['/lake/raw/b.parquet'])", "select ( as x from raw.b"],
)
def test_of_a_view_that_reads_files_or_is_not_understood_nothing_is_said(select: str) -> None:
    assert view_empty_when(f"create view raw.a as {select}") == frozenset()
