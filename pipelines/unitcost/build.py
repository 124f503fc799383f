"""Builds the tables of one day from raw rows: steps in memory, kept tables as files.

It decides neither which days are due nor what is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from unitcost.errors import ClosedMonthError
from unitcost.inputs import open_inputs, open_prices
from unitcost.lake.files import ContractError
from unitcost.queries import Query, load_query, query_names
from unitcost.session import Session
from unitcost.tables import day_tables, row_models
from unitcost.workbench import run_step, run_steps
from unitcost_models.meta import CheckResult, LakeFile


def build_day(session: Session, day: date, tables: Iterable[str]) -> dict[str, LakeFile]:
    """Build the given tables of a day and every check on them; returns the files by table.

    Raises:
        ClosedMonthError: the day's tables are frozen.
    """
    if session.catalogue.is_closed(day):
        message = (
            f"{day} is in a closed month, whose tables never change; "
            "`unitcost nightly` posts what changed since to core.adjustments"
        )
        raise ClosedMonthError(message)
    wanted = set(tables)
    with session.workbench() as con:
        open_prices(session, con)
        open_inputs(session, con, day, wanted)
        files = {}
        for table in day_tables():
            if table in wanted:
                files[table] = _build_table(session, con, table, day)
        _run_checks(session, con, day, wanted)
    return files


def _build_table(
    session: Session, con: duckdb.DuckDBPyConnection, table: str, day: date
) -> LakeFile:
    run_table(con, table, day)
    return session.write(con, row_models()[table], f"select * from {table}", day)


def run_table(con: duckdb.DuckDBPyConnection, table: str, day: date) -> None:
    """Make a table of the day in the workbench, with the steps it needs; nothing is written."""
    _run_missing_steps(con, table, day)
    try:
        run_step(con, table, day)
    except duckdb.Error as error:
        message = f"{table} of {day}: {error}"
        raise ContractError(message) from error


def _run_missing_steps(con: duckdb.DuckDBPyConnection, table: str, day: date) -> None:
    """Run the steps the table needs that an earlier table has not run already."""
    done = {
        f"steps.{name}"
        for (name,) in con.execute(
            "select table_name from information_schema.tables where table_schema = 'steps'"
        ).fetchall()
    }
    needed = [step for step in load_query(table).inputs if step.startswith("steps.")]
    run_steps(con, [step for step in needed if step not in done], day, done)


def _run_checks(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, wanted: set[str]
) -> None:
    present = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    }
    for name in query_names("checks"):
        check = load_query(name)
        if set(check.inputs) & wanted and set(check.inputs) <= present:
            result = run_check(con, check, day)
            session.catalogue.checks[result.check_name, day] = result


def run_check(con: duckdb.DuckDBPyConnection, check: Query, day: date) -> CheckResult:
    """How many rows break a claim, and one of them."""
    bad = con.execute(
        f"select to_json(b)::varchar, count(*) over () from ({check.bind(day)}) as b limit 1"
    ).fetchall()
    return CheckResult(
        check_name=check.name.removeprefix("checks."),
        day=day,
        severity=severity(check),
        bad_rows=bad[0][1] if bad else 0,
        example=bad[0][0] if bad else None,
    )


def severity(check: Query) -> str:
    """`error` or `warn`, from the third line of a check's header."""
    header = check.text.splitlines()[2:3]
    return "warn" if header and header[0].strip() == "-- severity: warn" else "error"
