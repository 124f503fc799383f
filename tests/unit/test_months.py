"""Months as commands spell them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unitcost.errors import UsageError
from unitcost.months import Month

DAYS = st.dates(date(1, 1, 1), date(9999, 11, 30))


@given(DAYS)
def test_a_day_lies_in_its_month_only(day: date) -> None:
    month = Month.of_day(day)
    assert day in month
    assert Month.parse(str(month)) == month
    assert month.first - timedelta(1) not in month if month.first > date.min else True
    assert month.last + timedelta(1) not in month
    assert month.next().first == month.last + timedelta(1)
    assert month < month.next()


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "202610", "2026-10-01", "0000-01"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a month"):
        Month.parse(text)
