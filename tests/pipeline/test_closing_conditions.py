"""When a month may be closed: over, in order, once, and nothing of it is due."""

from __future__ import annotations

from datetime import date

import pytest

from tests.pipeline.books import OCTOBER, deliver, night
from unitcost.closing.freezing import close_month
from unitcost.errors import ClosedMonthError, UsageError
from unitcost.lake.catalogue import load_catalogue, utc_now
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.session import open_session

MONTH = Month.parse(OCTOBER)


def test_what_is_not_final_is_not_closed(open_books: Home) -> None:
    late = deliver(open_books, "late.csv", (("2026-10-30T12:00:00Z", "z", "gpt-5", 5, 5, "x"),))
    with pytest.raises(ClosedMonthError, match=r"1 files in landing are not read yet.*nightly"):
        close_month(open_books.root, MONTH)
    late.unlink()
    close_month(open_books.root, MONTH)


def test_days_due_and_failed_checks_hold_a_month_open(open_books: Home) -> None:
    with open_session(open_books.root) as writer:
        catalogue = writer.catalogue
        day = catalogue.days[date(2026, 10, 31)]
        catalogue.days[day.day] = day.model_copy(update={"inputs": "other"})
        writer.publish()
    with pytest.raises(ClosedMonthError, match="1 days are due, first 2026-10-31; run"):
        close_month(open_books.root, MONTH)
    with open_session(open_books.root) as writer:
        writer.catalogue.days[day.day] = day
        key = ("cost_is_not_negative", day.day)
        failed = {"bad_rows": 3, "example": "row"}
        writer.catalogue.checks[key] = writer.catalogue.checks[key].model_copy(update=failed)
        writer.publish()
    with pytest.raises(ClosedMonthError, match="cost_is_not_negative on 2026-10-31: row"):
        close_month(open_books.root, MONTH)


def test_months_are_closed_when_over_in_order_and_once(closed_books: Home) -> None:
    present = Month.of_day(utc_now().date())
    with pytest.raises(UsageError, match=f"{present} is not over"):
        close_month(closed_books.root, present)
    with pytest.raises(UsageError, match=r"2026-10 was closed at .* for good"):
        close_month(closed_books.root, MONTH)
    with pytest.raises(UsageError, match="2026-09 has no built day"):
        close_month(closed_books.root, Month.parse("2026-09"))


def test_an_earlier_open_month_is_closed_first(open_books: Home) -> None:
    deliver(open_books, "old.csv", (("2026-08-05T12:00:00Z", "o", "gpt-5", 5, 5, "x"),))
    night(open_books)
    with pytest.raises(ClosedMonthError, match=r"2026-08 is open .* `unitcost close 2026-08`"):
        close_month(open_books.root, MONTH)
    close_month(open_books.root, Month.parse("2026-08"))
    close_month(open_books.root, MONTH)
    assert set(load_catalogue(open_books.warehouse).closed) == {"2026-08", OCTOBER}
