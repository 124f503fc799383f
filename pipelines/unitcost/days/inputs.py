"""Puts before a day what its transforms read: prices, raw rows, kept tables of other days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import duckdb
import pyarrow as pa

from unitcost.days.due import TRACE_WINDOW
from unitcost.days.earlier import UNITS, open_earlier
from unitcost.days.uniting import unite
from unitcost.days.whole_months import weighed_with
from unitcost.pricing import load_price_book
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.sources.base import Source
from unitcost.tables import day_inputs, day_tables, row_models, upstream
from unitcost.workbench import create_empty, create_view, tables_in
from unitcost_models.agreements import AllowanceBefore, AllowanceUse
from unitcost_models.base import Row
from unitcost_models.carried import EarlierRequest, EarlierTask
from unitcost_models.marts import CostPerRequest, RunDay
from unitcost_models.meta import LakeFile
from unitcost_models.sources import ContentTwin, SourceSighting
from unitcost_models.tasks import Task, TaskDay

TASK_WINDOW_DAYS = 31
"""How far back the first day of a task or a workflow run is looked for."""

DAYS_BEFORE = frozenset(
    {
        TaskDay.table,
        RunDay.table,
        EarlierRequest.table,
        EarlierTask.table,
        AllowanceBefore.table,
    }
)
"""What `open_days_before` puts there."""
HANDED_ON = frozenset({"core.requests", Task.table, CostPerRequest.table, AllowanceUse.table})
"""What it reads of the days before."""

_BOOKS: dict[str, dict[str, pa.Table]] = {}
"""The tables of the book that was read last, by the digest of all it says."""

_LINKS = ("trace_id", "request_id", "provider_response_id")
"""Columns by which a neighbouring day's row belongs to a call of the day."""
_BAND_HOURS = 1
"""Rows this near to the day are looked at even where no column links them: the log of a gateway
and the span of its caller may lie on either side of midnight."""


def open_prices(
    session: Session, con: duckdb.DuckDBPyConnection, wanted: Iterable[str] | None = None
) -> None:
    """Put the price book's tables into a workbench, or those that are wanted."""
    book = read_prices(session)
    for name in book if wanted is None else wanted:
        con.register("rows", book[name])
        con.execute(f"create table {name} as select * from rows")
        con.unregister("rows")


def read_prices(session: Session) -> dict[str, pa.Table]:
    """The price book's tables, read and checked once a run; in a process, once while it is so."""
    if not session.prices:
        digest = session.book.digest()
        if digest not in _BOOKS:
            _BOOKS.clear()
            _BOOKS[digest] = _load_prices(session)
        session.prices = dict(_BOOKS[digest])
    return session.prices


def _load_prices(session: Session) -> dict[str, pa.Table]:
    with session.workbench(with_vocabulary=False) as book:
        load_price_book(book, session.book)
        names = book.execute(
            "select table_name from information_schema.tables where table_schema = 'core'"
        ).fetchall()
        return {f"core.{n}": book.table(f"core.{n}").to_arrow_table() for (n,) in names}


def open_inputs(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, wanted: set[str]
) -> None:
    """Raw rows, and the kept tables of the day that are not being built.

    A table that is read only as a part of a union is left out where it has no rows: to plan dozens
    of them costs more than a small day's rows.
    """
    told = [s for s in SOURCES.values() if s.counts_calls and _open_calls(session, con, s, day)]
    for source in SOURCES.values():
        if not source.counts_calls:
            _open_raw(con, source.row, _own_files(session, source, day))
    filled = {_sightings(s) for s in told}
    for step in {_sightings(s) for s in SOURCES.values() if s.counts_calls} - filled:
        create_empty(con, SourceSighting, step)  # planning the query would cost more than its rows
    if len(told) < 2 or not session.settings.counting.match_by_content:
        create_empty(con, ContentTwin)
    unite(con)
    needed = {t for table in wanted for t in upstream(table)} - wanted
    for table in needed & set(day_tables()):
        files = session.absolute(session.catalogue.live(table, [day]))
        _open(con, row_models()[table], table, files)


def _own_files(session: Session, source: Source, day: date) -> list[str]:
    """The day's files, those of judgements and revenue with a later date, and those of a bill's
    month that is weighed as a whole."""
    weighed = weighed_with(session.catalogue, source, day)
    return session.absolute(
        [
            f
            for f in session.catalogue.live(source.row.table)
            if f.day is not None
            and (
                f.day == day
                or (f.is_late and f.day >= day + timedelta(TRACE_WINDOW[0]))
                or f.path in weighed
            )
        ]
    )


def _sightings(source: Source) -> str:
    """The step that hands a source's calls on."""
    if source.is_call_log:
        return "steps.call_log_sightings"
    spans = source.is_told_as_otlp
    return "steps.otlp_json_sightings" if spans else f"steps.{source.format}_sightings"


def _open_calls(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, day: date
) -> bool:
    """The day's rows, with those of the neighbouring days that belong to its calls; whether any."""
    table = source.row.table
    near = files_beside(session, source, day)
    if not near:
        return _open_raw(con, source.row, _own_files(session, source, day))
    con.execute(f"create table {table}_near as {open_beside(session, con, source, day, near)}")
    con.execute(
        f"create view {table} as "
        f"select * from {table}_own union all by name select * from {table}_near"
    )
    return True


def files_beside(session: Session, source: Source, day: date) -> list[LakeFile]:
    """A source's files of the neighbouring days."""
    beside = [day + timedelta(n) for n in TRACE_WINDOW if n]
    return [f for f in session.catalogue.live(source.row.table, beside) if not f.is_late]


def open_beside(
    session: Session,
    con: duckdb.DuckDBPyConnection,
    source: Source,
    day: date,
    files: Iterable[LakeFile],
) -> str:
    """Put a source's rows of the day and of files beside it there; the SELECT of those of the files
    that belong to the day's calls."""
    table, band = source.row.table, _band(day)
    _open(con, source.row, f"{table}_own", _own_files(session, source, day))
    create_view(con, f"{table}_beside", session.absolute([*files]))
    con.execute(f"create or replace table {table}_linked as {_linked(source.row, band)}")
    far = f"select record_id from {table}_linked where not is_near"
    only = f" or record_id in ({far})" if con.execute(f"{far} limit 1").fetchall() else ""
    return f"select * from {table}_beside where {band}{only}"


def _linked(row: type[Row], band: str) -> str:
    """Ids of rows that share an id with the day's, and whether they are in the band anyway.

    Mostly none is not, and to look for each id alone spares reading the files' wide rows.
    """
    by_link = (
        f"""select record_id, coalesce({band}, false) as is_near from {row.table}_beside
            where {key} in (select {key} from {row.table}_own where {key} is not null)"""
        for key in _LINKS
        if key in row.model_fields
    )
    return " union ".join(by_link)


def _band(day: date) -> str:
    band = timedelta(hours=_BAND_HOURS)
    start = datetime.combine(day, time())
    end = start + timedelta(days=1) + band
    return f"started_at >= timestamp '{start - band}' and started_at < timestamp '{end}'"


def _open_raw(con: duckdb.DuckDBPyConnection, row: type[Row], files: list[str]) -> bool:
    """A raw table, empty only where a query of a day names it; whether it has files."""
    if files or row.table in day_inputs():
        _open(con, row, row.table, files)
    return bool(files)


def _open(con: duckdb.DuckDBPyConnection, row: type[Row], table: str, files: list[str]) -> None:
    if files:
        create_view(con, table, files)
    else:
        create_empty(con, row, table)


def open_days_before(session: Session, con: duckdb.DuckDBPyConnection, day: date) -> None:
    """What earlier days have used of allowances, and on which tasks and workflow runs spent.

    Where the day's requests are there, only on theirs: others would be kept for nothing.
    """
    earlier = [day - timedelta(n) for n in range(1, TASK_WINDOW_DAYS + 1)]
    _open_allowances(session, con, earlier)
    _open_units(session, con, earlier)
    open_earlier(session, con)


def _open_units(session: Session, con: duckdb.DuckDBPyConnection, earlier: list[date]) -> None:
    """The days on which tasks and runs spent."""
    files = session.absolute(session.catalogue.live("core.requests", earlier))
    is_here = "core.requests" in tables_in(con)
    for row in UNITS:
        unit = row.key[0]
        create_empty(con, row)
        only = f"in (select {unit} from core.requests where {unit} is not null)"
        if files:
            con.execute(
                f"""insert into {row.table} by name
                    select distinct {unit}, day
                    from read_parquet($files, hive_partitioning = false)
                    where {unit} {only if is_here else "is not null"}""",
                {"files": files},
            )


def _open_allowances(session: Session, con: duckdb.DuckDBPyConnection, earlier: list[date]) -> None:
    """What each account has used of an allowance; a period has at most a month."""
    create_empty(con, AllowanceBefore)
    if files := session.absolute(session.catalogue.live(AllowanceUse.table, earlier)):
        con.execute(
            f"""insert into {AllowanceBefore.table} by name
                select account_id, allowance_id, period_start, sum(quantity) as quantity
                from read_parquet($files, hive_partitioning = false)
                group by account_id, allowance_id, period_start""",
            {"files": files},
        )
