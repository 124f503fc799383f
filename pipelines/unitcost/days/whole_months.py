"""Finds the days of a bill that are built together: of a month that is told whole and day by day.

Which of the two counts is decided in `sql/steps/months_told_twice.sql`, from all rows of the month.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from unitcost.lake.catalogue import Catalogue
from unitcost.months import Month
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.sources.base import Source
from unitcost_models.meta import LakeFile


def weighed_days(session: Session, came: Collection[str]) -> set[tuple[date, str]]:
    """Each day of a month that new deliveries tell of and one tells whole, with each delivery that
    tells of the month: whichever came last, all of them are before every day."""
    sources = [s for s in SOURCES.values() if s.is_weighed_by_month]
    files = [f for s in sources for f in session.catalogue.live(s.row.table)]
    new = {Month.of_day(f.day) for f in files if f.day and f.delivery in came}
    pairs: set[tuple[date, str]] = set()
    for month in new:
        told = [f for f in files if f.day in month]
        if _is_told_whole(session, told):
            pairs |= {(a.day, b.delivery) for a in told for b in told if a.day and b.delivery}
    return pairs


def weighed_with(catalogue: Catalogue, source: Source, day: date) -> set[str]:
    """Paths of a source's files of the month that are before this day."""
    if not source.is_weighed_by_month:
        return set()
    speaking = {delivery for told, delivery in catalogue.touches if told == day}
    month = Month.of_day(day)
    files = catalogue.live(source.row.table) if speaking else []
    return {f.path for f in files if f.day in month and f.delivery in speaking}


def _is_told_whole(session: Session, files: Collection[LakeFile]) -> bool:
    with session.workbench(with_vocabulary=False) as con:
        found = con.execute(
            """select 1 from read_parquet($files, union_by_name = true, hive_partitioning = false)
               where delivery_form = 'bill_by_month' limit 1""",
            {"files": session.absolute([*files])},
        )
        return bool(found.fetchall())
