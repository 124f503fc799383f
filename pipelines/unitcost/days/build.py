"""Builds the tables of one day from raw rows: steps in memory, kept tables as files.

It decides neither which days are due nor what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Event

import duckdb

from unitcost.days.allocation import open_allocation
from unitcost.days.inputs import (
    DAYS_BEFORE,
    HANDED_ON,
    open_days_before,
    open_inputs,
    open_prices,
)
from unitcost.errors import ClosedMonthError
from unitcost.lake.files import ContractError
from unitcost.queries import Query, load_query, query_names
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.statements import run
from unitcost.tables import day_tables, inputs_of, row_models
from unitcost.workbench import (
    Contents,
    clear,
    contents_of,
    create_view,
    drop_unread_steps,
    run_steps,
    share_memory,
    steps_of,
)
from unitcost_models.meta import CheckResult, LakeFile

_MANY_ROWS = 122_880
"""A row group. Of a day of more, tables go to their files as they are made and are read from there:
the few wide tables of a day need neither be written twice nor be in memory together."""


def _passed() -> Event:
    event = Event()
    event.set()
    return event


@dataclass(frozen=True)
class Turn:
    """A day's place in a row of days that are built at once; alone it waits for nobody."""

    before: Event = field(default_factory=_passed)
    """Set when all is written that this day reads of earlier ones."""
    handed_on: Event = field(default_factory=Event)
    """Set when all is written that later days read of this one."""


@contextmanager
def open_builder(session: Session, lanes: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench with the vocabulary and the price book, for one day after the other.

    It is one of so many that share the memory. Each has one thread, since to share out a day's work
    takes longer than to do it; of a large day beside which nobody works it is shared out.
    """
    with session.workbench() as con:
        share_memory(con, lanes)
        con.execute("set threads = 1")
        open_prices(session, con)
        yield con


def build_day(
    session: Session,
    con: duckdb.DuckDBPyConnection,
    day: date,
    tables: Iterable[str],
    turn: Turn | None = None,
) -> dict[str, LakeFile]:
    """Build the given tables of a day and every check on them; returns the files by table.

    Earlier days may be building in another thread; `turn` keeps the order between them.

    Raises:
        ClosedMonthError: the day's tables are frozen.
    """
    _refuse_closed(session, day)
    turn, wanted = turn or Turn(), set(tables)
    clear(con, session.prices.keys())
    open_inputs(session, con, day, wanted)
    open_allocation(con, session.settings.allocation, day)
    build_table = _stream_table if is_large(session, day) else _build_table
    there = contents_of(con)
    there.done |= there.kinds.keys()
    files = {}
    pending = [t for t in day_tables() if t in wanted]
    for table in tuple(pending):
        if DAYS_BEFORE & inputs_of(table) and not there.done >= DAYS_BEFORE:
            turn.before.wait()
            open_days_before(session, con, day)
            there.done |= DAYS_BEFORE
        files[table] = build_table(session, con, table, day, there)
        pending.remove(table)
        if files[table].rows > _MANY_ROWS:
            drop_unread_steps(con, pending)
        if HANDED_ON & wanted <= files.keys():
            turn.handed_on.set()
    _run_checks(session, con, day, wanted)
    return files


def _refuse_closed(session: Session, day: date) -> None:
    if session.catalogue.is_closed(day):
        message = (
            f"{day} is in a closed month, whose tables never change; "
            "`unitcost nightly` posts what changed since to core.adjustments"
        )
        raise ClosedMonthError(message)


def is_large(session: Session, day: date) -> bool:
    """Whether a day has more raw rows than one part of a file."""
    raw = (f for name in SOURCES for f in session.catalogue.live(f"raw.{name}", [day]))
    return sum(file.rows for file in raw) > _MANY_ROWS


def _build_table(
    session: Session, con: duckdb.DuckDBPyConnection, table: str, day: date, there: Contents
) -> LakeFile:
    run_table(con, table, day, there)
    row, is_empty = row_models()[table], table in there.empty
    return session.write(con, row, f"select * from {table}", day, is_empty)


def _stream_table(
    session: Session, con: duckdb.DuckDBPyConnection, table: str, day: date, there: Contents
) -> LakeFile:
    """The same, the rows going to their file as they are made."""
    with _telling(table, day):
        run_steps(con, steps_of(table, there.done), day, there)
        file = session.write(con, row_models()[table], load_query(table).bind(day), day)
        create_view(con, table, session.absolute([file]))
    there.note(table, "view", is_empty=file.rows == 0)
    there.done.add(table)
    return file


def run_table(con: duckdb.DuckDBPyConnection, table: str, day: date, there: Contents) -> None:
    """Make a table of the day in the workbench, and first the steps it needs that are not done.

    Nothing is written; `there` learns of what was made.
    """
    with _telling(table, day):
        run_steps(con, [table], day, there)


@contextmanager
def _telling(table: str, day: date) -> Iterator[None]:
    """Say of what the engine complains."""
    try:
        yield
    except duckdb.Error as error:
        message = f"{table} of {day}: {error}"
        raise ContractError(message) from error


def _run_checks(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, wanted: set[str]
) -> None:
    there = contents_of(con)
    for name in query_names("checks"):
        check = load_query(name)
        if set(check.inputs) & wanted and set(check.inputs) <= there.kinds.keys():
            result = run_check(con, check, day, there)
            session.catalogue.checks[result.check_name, day] = result


def run_check(
    con: duckdb.DuckDBPyConnection, check: Query, day: date, there: Contents | None = None
) -> CheckResult:
    """How many rows break a claim, and one of them; a claim about nothing holds."""
    sql = f"select to_json(b)::varchar, count(*) over () from ({check.text}) as b limit 1"
    is_empty = there is not None and there.have_none(check.empty_when)
    bad = [] if is_empty else run(con, sql, day=day).fetchall()
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
