"""Finds the days that a new delivery speaks of besides its records' own: judgements, revenue, a
bill's whole month.

The finding is kept in the catalogue, so that a crash between reading and building loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from unitcost.days.uniting import unite
from unitcost.days.whole_months import weighed_days
from unitcost.session import Session
from unitcost.silence import note_silence
from unitcost.sources import SOURCES
from unitcost.tables import CALL_LOGS, SPANS, row_models, unions
from unitcost.workbench import create_empty, create_view, run_steps
from unitcost_models.meta import Delivery

STATEMENTS = "steps.outcome_statements"
_KEYS = (
    "task_id",
    "workflow_run_id",
    "trace_id",
    "provider_response_id",
    "request_id",
    "session_id",
)
_EPOCH = date(2020, 1, 1)


def record_touches(session: Session, arrived: Iterable[Delivery]) -> None:
    """Note for each new delivery which built days it speaks of."""
    new = list(arrived)
    session.catalogue.touches |= weighed_days(session, {d.sha256 for d in new})
    for delivery in new:
        if any(f.is_late for f in session.catalogue.files.of_delivery(delivery.sha256)):
            for day in _touched(session, delivery):
                session.catalogue.touches.add((day, delivery.sha256))
    note_silence(session.catalogue, session.settings.tasks)


def _touched(session: Session, delivery: Delivery) -> set[date]:
    with session.workbench() as con:
        for source in SOURCES.values():
            _open_late(session, con, f"raw.{source.format}", delivery.sha256)
        unite(con)
        return _revenue_days(con) | _judged_days(session, con) | _days_of_spans(session, con)


def _open_late(session: Session, con: duckdb.DuckDBPyConnection, table: str, sha256: str) -> None:
    delivered = session.catalogue.files.of_delivery(sha256)
    files = [f for f in delivered if f.is_late and f.table_name == table]
    if files:
        create_view(con, table, session.absolute(files))
    else:
        create_empty(con, row_models()[table])


def _revenue_days(con: duckdb.DuckDBPyConnection) -> set[date]:
    rows = con.execute(
        """select distinct
               period_start + cast(unnest(range(period_end - period_start + 1)) as integer) as day
           from raw.revenue"""
    ).fetchall()
    return {day for (day,) in rows}


def _judged_days(session: Session, con: duckdb.DuckDBPyConnection) -> set[date]:
    """Built days with a request that a statement names by any of its keys."""
    files = session.absolute(session.catalogue.live("core.requests"))
    if not files:
        return set()
    run_steps(con, [STATEMENTS], _EPOCH)
    present = {str(row[0]) for row in con.execute(f"describe {STATEMENTS}").fetchall()}
    create_view(con, "core.requests", files)
    matches = " union ".join(
        f"""select r.day from core.requests as r
            where r.{key} in (select s.{key} from {STATEMENTS} as s where s.{key} is not null)"""
        for key in _KEYS
        if key in present
    )
    days = {day for (day,) in con.execute(f"select distinct day from ({matches})").fetchall()}
    return days | _days_of_given_ids(session, con)


def _days_of_given_ids(session: Session, con: duckdb.DuckDBPyConnection) -> set[date]:
    """Built days with a request that a statement names by the id its log gave it."""
    files = session.absolute(session.catalogue.live("core.sightings"))
    if not files:
        return set()
    create_view(con, "core.sightings", files)
    rows = con.execute(
        f"""select distinct g.day from core.sightings as g
            where regexp_extract(g.sighting_id, '^(?:requests|litellm):(.+)$', 1)
                in (select s.request_id from {STATEMENTS} as s where s.request_id is not null)"""
    ).fetchall()
    return {day for (day,) in rows}


def _days_of_spans(session: Session, con: duckdb.DuckDBPyConnection) -> set[date]:
    """Days of the spans that are judged without saying of which trace they are."""
    judged = "select observation_id from raw.scores where trace_id is null"
    if not con.execute(f"from ({judged}) where observation_id is not null limit 1").fetchall():
        return set()
    tables = [table for union in (SPANS, CALL_LOGS) for table in unions()[union]]
    files = [f for table in tables for f in session.catalogue.live(table)]
    if not files:
        return set()
    rows = con.execute(
        f"""select distinct day
            from read_parquet($files, union_by_name = true, hive_partitioning = false)
            where span_id in ({judged})""",
        {"files": session.absolute(files)},
    )
    return {day for (day,) in rows.fetchall()}
