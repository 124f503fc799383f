"""When silence is success: a day's time has passed once a call is dated later than all of it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from unitcost.days.due import input_digests
from unitcost.lake.catalogue import Catalogue
from unitcost.silence import note_silence, passed_through
from unitcost.task_rules import TaskRules
from unitcost_models.closed_months import ClosedMonth
from unitcost_models.meta import LakeFile

FIRST = date(2026, 3, 2)


def catalogue(*days: int, table: str = "raw.otlp_json") -> Catalogue:
    """A catalogue with calls on those days of March 2026."""
    found = Catalogue()
    for day in days:
        found.add(_file(date(2026, 3, day), table))
    return found


def _file(day: date, table: str) -> LakeFile:
    return LakeFile(
        table_name=table,
        day=day,
        path=f"{table}/{day}",
        rows=1,
        bytes=1,
        sha256=str(day),
        run_id="r",
        delivery="d",
        is_late=False,
        retired_at=None,
        shape="s",
    )


def rules(**hours: int) -> TaskRules:
    return TaskRules.model_validate({"no_complaint_hours": hours})


@pytest.mark.parametrize(
    ("hours", "last"),
    [(1, 8), (24, 8), (25, 7), (48, 7), (72, 6)],
)
def test_a_days_time_has_passed_after_the_whole_day_and_the_hours(hours: int, last: int) -> None:
    found = passed_through(catalogue(2, 10), rules(reply=hours))
    assert found == {"reply": date(2026, 3, last)}


def test_only_calls_that_are_not_in_the_future_make_time_pass() -> None:
    ahead = catalogue(2)
    ahead.add(_file(date(2099, 12, 31), "raw.outcomes"))
    ahead.add(_file(date(2098, 1, 1), "raw.otlp_json"))
    assert passed_through(ahead, rules(reply=24)) == {"reply": date(2026, 2, 28)}
    assert passed_through(Catalogue(), rules(reply=24)) == {}


def test_a_day_is_due_when_its_time_has_passed_and_when_the_rule_changes() -> None:
    def digest(*days: int, **hours: int) -> str:
        known = catalogue(*days)
        note_silence(known, rules(**hours))
        note_silence(known, rules(**hours))
        return input_digests(known, "c", set())[FIRST]

    assert digest(2, 9) == digest(2, 10)
    assert digest(2, 4, reply=48) == digest(2, 4)
    assert digest(2, 5, reply=48) == digest(2, 9, reply=48) != digest(2, 5)
    known = catalogue(2, 9)
    note_silence(known, rules(reply=48))
    note_silence(known, rules())
    assert known.touches == set()


def test_time_passes_for_a_closed_day_too() -> None:
    """So that its silence is posted as an adjustment."""
    known = catalogue(2, 4)
    known.closed["2026-03"] = ClosedMonth(
        month="2026-03",
        closed_at=datetime(2026, 4, 2),
        price_revision="r",
        priced_on=date(2026, 4, 2),
        days=2,
        files=2,
        bytes=2,
        files_sha256="f",
        catalogue="closed/2026-03.duckdb",
        quarantined_records=0,
        accepted_concerns=None,
    )
    before = input_digests(known, "c", set())[FIRST]
    note_silence(known, rules(reply=24))
    assert input_digests(known, "c", set())[FIRST] != before
