"""Tells for which days the time to complain has passed, where the settings read silence as success.

What is noted is a touch of the day, so that the day is due when its time has passed. How a task
then ended is decided in `sql/core/tasks.sql`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from unitcost.lake.catalogue import Catalogue, utc_now
from unitcost.sources import SOURCES
from unitcost.task_rules import TaskRules

_NAME = "silence: "


def note_silence(catalogue: Catalogue, rules: TaskRules) -> None:
    """Touch the days whose time has passed; forget those of rules that hold no longer."""
    if not rules.no_complaint_hours and not any(_is_noted(t) for t in catalogue.touches):
        return
    passed = passed_through(catalogue, rules)
    kept = {t for t in catalogue.touches if not _is_noted(t)}
    catalogue.touches = kept | {
        (day, f"{_NAME}{kind}")
        for kind, last in passed.items()
        for day in _days(catalogue)
        if day <= last
    }


def passed_through(catalogue: Catalogue, rules: TaskRules) -> Mapping[str, date]:
    """Kind of task -> the last day whose tasks were not complained of in time.

    Time goes by what was delivered: a day's has passed once a call is dated later than all of it.
    Without new logs nobody would have heard a complaint either.
    """
    if not rules.no_complaint_hours:
        return {}
    today = utc_now().date()
    newest = max((day for day in _days(catalogue) if day <= today), default=None)
    if newest is None:
        return {}
    return {
        kind: newest - timedelta(days=1 - (-hours // 24))
        for kind, hours in rules.no_complaint_hours.items()
    }


def _is_noted(touch: tuple[date, str]) -> bool:
    return touch[1].startswith(_NAME)


def _days(catalogue: Catalogue) -> set[date]:
    """Days with calls."""
    counting = [f"raw.{s.format}" for s in SOURCES.values() if s.counts_calls]
    return {f.day for table in counting for f in catalogue.live(table) if f.day is not None}
