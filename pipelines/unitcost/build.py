"""Builds the tables of one day from raw rows: steps in memory, kept tables as files.

It decides neither which days are due nor what is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import duckdb

from unitcost.due import TRACE_WINDOW
from unitcost.lake.files import ContractError
from unitcost.pricing import load_price_book
from unitcost.queries import Query, load_query, query_names
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.sources.base import Source
from unitcost.tables import day_tables, row_models, upstream
from unitcost.workbench import create_empty, create_view, run_step, run_steps
from unitcost_models.marts import RunDay
from unitcost_models.meta import CheckResult, LakeFile
from unitcost_models.tasks import TaskDay

TASK_WINDOW_DAYS = 31
"""How far back the first day of a task or a workflow run is looked for."""


def build_day(session: Session, day: date, tables: Iterable[str]) -> dict[str, LakeFile]:
    """Build the given tables of a day and every check on them; returns the files by table."""
    wanted = set(tables)
    with session.workbench() as con:
        _open_prices(session, con)
        _open_inputs(session, con, day, wanted)
        files = {}
        for table in day_tables():
            if table in wanted:
                files[table] = _build_table(session, con, table, day)
        _run_checks(session, con, day, wanted)
    return files


def _build_table(
    session: Session, con: duckdb.DuckDBPyConnection, table: str, day: date
) -> LakeFile:
    _run_missing_steps(con, table, day)
    try:
        run_step(con, table, day)
    except duckdb.Error as error:
        message = f"{table} of {day}: {error}"
        raise ContractError(message) from error
    return session.write(con, row_models()[table], f"select * from {table}", day)


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


def _open_prices(session: Session, con: duckdb.DuckDBPyConnection) -> None:
    """The price book, read and checked once a run."""
    if not session.prices:
        with session.workbench() as book:
            load_price_book(book)
            for (name,) in book.execute(
                "select table_name from information_schema.tables where table_schema = 'core'"
            ).fetchall():
                session.prices[f"core.{name}"] = book.table(f"core.{name}").to_arrow_table()
    for name, rows in session.prices.items():
        con.register("rows", rows)
        con.execute(f"create table {name} as select * from rows")
        con.unregister("rows")


def _open_inputs(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, wanted: set[str]
) -> None:
    """Put raw rows, and the kept tables that are not being built, before the transforms."""
    for source in SOURCES.values():
        _open_raw(session, con, source, day)
    _open_days_before(session, con, day)
    needed = {t for table in wanted for t in upstream(table)} - wanted
    for table in needed & set(day_tables()):
        files = session.absolute(session.catalogue.live(table, [day]))
        _open(con, table, files)


def _open_raw(session: Session, con: duckdb.DuckDBPyConnection, source: Source, day: date) -> None:
    days = {day + timedelta(offset) for offset in (TRACE_WINDOW if source.counts_calls else (0,))}
    table = f"raw.{source.format}"
    files = [
        f
        for f in session.catalogue.live(table)
        if f.day is not None
        and (f.day in days or (f.is_late and f.day >= day + timedelta(TRACE_WINDOW[0])))
    ]
    _open(con, table, session.absolute(files))


def _open(con: duckdb.DuckDBPyConnection, table: str, files: list[str]) -> None:
    if files:
        create_view(con, table, files)
    else:
        create_empty(con, row_models()[table])


def _open_days_before(session: Session, con: duckdb.DuckDBPyConnection, day: date) -> None:
    """On which earlier days each task and each workflow run spent."""
    earlier = [day - timedelta(n) for n in range(1, TASK_WINDOW_DAYS + 1)]
    files = session.absolute(session.catalogue.live("core.requests", earlier))
    for row, unit in ((TaskDay, "task_id"), (RunDay, "workflow_run_id")):
        create_empty(con, row)
        if files:
            con.execute(
                f"""insert into {row.table} by name
                    select distinct {unit}, day
                    from read_parquet($files, hive_partitioning = false)
                    where {unit} is not null""",
                {"files": files},
            )


def _run_checks(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, wanted: set[str]
) -> None:
    for name in query_names("checks"):
        check = load_query(name)
        if set(check.inputs) & wanted and _are_open(con, check):
            result = _run_check(con, check, day)
            session.catalogue.checks[result.check_name, day] = result


def _are_open(con: duckdb.DuckDBPyConnection, check: Query) -> bool:
    present = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    }
    return set(check.inputs) <= present


def _run_check(con: duckdb.DuckDBPyConnection, check: Query, day: date) -> CheckResult:
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
