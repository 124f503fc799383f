"""Tells which due days the new rows of their neighbours leave as they are.

A day's digest names all files beside it, since any of their rows may belong to a call of the day.
Here the rows that came with this run are looked at: mostly none does, and nothing is to be built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import duckdb

from unitcost.days.due import input_digests
from unitcost.days.inputs import files_beside, open_beside
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.workbench import clear


def untouched(session: Session, constant: str, due: Iterable[date]) -> list[date]:
    """Due days of which nothing is new but rows of the days beside, none of which belongs to a call
    of theirs; `constant` is what `input_digests` takes."""
    came = {f.path: f for f in session.catalogue.files.changed() if f.run_id == session.run_id}
    before = input_digests(session.catalogue, constant, set(), without=came.keys())
    days, own = session.catalogue.days, {f.day for f in came.values() if not f.is_late}
    same = [d for d in due if d in days and days[d].inputs == before.get(d) and d not in own]
    if not same:
        return []
    with session.workbench(with_vocabulary=False) as con:
        return [day for day in same if not _is_told_of(session, con, day, came.keys())]


def _is_told_of(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, came: Collection[str]
) -> bool:
    """Whether a row that came beside a day belongs to a call of it."""
    for source in SOURCES.values():
        new = [f for f in files_beside(session, source, day) if f.path in came]
        if not (source.counts_calls and new):
            continue
        clear(con, kept=())
        if con.execute(f"{open_beside(session, con, source, day, new)} limit 1").fetchall():
            return True
    return False
