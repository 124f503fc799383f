"""A month is closed over nothing that nobody has looked at, and each partition can be proven."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from tests.given import given
from tests.pipeline.books import OCTOBER, deliver, night
from unitcost.closing.freezing import close_month
from unitcost.errors import ClosedMonthError
from unitcost.lake.catalogue import load_catalogue
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.session import open_session
from unitcost_models.provider import ProviderCost
from unitcost_models.reconciliation import ReconciliationMonth

MONTH = Month.parse(OCTOBER)
DAY = date(2026, 10, 30)


def add_refused_record(home: Home) -> None:
    deliver(home, "broken.csv", (("2026-10-30T10:00:00Z", "x", "gpt-5", -1, 1, "acme"),))
    night(home)


def add_provisional_cost(home: Home) -> None:
    start = datetime(2026, 10, 30)
    cost = {
        "record_id": "r",
        "day": DAY,
        "provider": "openai",
        "platform": "direct",
        "source_format": "openai_costs",
        "kind": "costs",
        "bucket_start": start,
        "bucket_end": start,
        "bucket_width": "1d",
        "report_grouping": "",
        "is_primary": True,
        "is_provisional": True,
        "cost_type": "tokens",
        "billed_cost": 0,
        "currency": "USD",
    }
    with open_session(home.root) as session, session.workbench(with_vocabulary=False) as con:
        given(con, ProviderCost, cost)
        session.write(con, ProviderCost, f"select * from {ProviderCost.table}", DAY)
        session.publish()


def add_gap(home: Home, unexplained: str | None = "-1.01", reported: int | None = 100) -> None:
    months = {
        "month": OCTOBER,
        "provider": "openai",
        "metered_days": 2,
        "reported_days": 2,
        "metered_usd": 100,
        "unreported_usd": 0,
        "reported_cost_usd": reported,
        "unexplained_usd": unexplained,
        "unconverted_lines": 0,
        "provisional_days": 0,
    }
    with open_session(home.root) as session, session.workbench(with_vocabulary=False) as con:
        given(con, ReconciliationMonth, months)
        session.write(con, ReconciliationMonth, f"select * from {ReconciliationMonth.table}", None)
        session.publish()


CONCERNS = {
    "quarantine": (add_refused_record, "1 refused records"),
    "provisional": (add_provisional_cost, "1 costs that providers reported are provisional"),
    "unreconciled": (
        add_gap,
        "1 providers have a gap without a cause above 1 % of the bill, first openai",
    ),
}


@pytest.mark.parametrize("name", CONCERNS)
def test_a_concern_is_named_and_can_be_accepted(open_books: Home, name: str) -> None:
    add, text = CONCERNS[name]
    add(open_books)
    with pytest.raises(ClosedMonthError, match=f"{text}.*--accept {name}"):
        close_month(open_books.root, MONTH, [other for other in CONCERNS if other != name])
    assert load_catalogue(open_books.warehouse).closed == {}
    assert close_month(open_books.root, MONTH, [name]).accepted_concerns == name


def test_refused_records_are_reviewed_once(open_books: Home) -> None:
    add_refused_record(open_books)
    close_month(open_books.root, MONTH, ["quarantine"])
    with duckdb.connect(str(open_books.warehouse), read_only=True) as con:
        found = con.execute("select quarantined_records from meta.closed_months").fetchall()
    assert found == [(1,)]
    november = Month.parse("2026-11")
    if november.last < date.today():
        assert close_month(open_books.root, november).accepted_concerns is None


def test_a_month_without_concerns_needs_no_word(closed: Home) -> None:
    assert load_catalogue(closed.warehouse).closed[OCTOBER].accepted_concerns is None


def test_a_gap_of_one_per_cent_is_tolerated(open_books: Home) -> None:
    add_gap(open_books, "1")
    assert close_month(open_books.root, MONTH).accepted_concerns is None


def test_every_partition_has_its_digest(closed: Home) -> None:
    with duckdb.connect(str(closed.warehouse), read_only=True) as con:
        rows = con.execute(
            "select table_name, day, path, sha256 from meta.closed_files where month = $m",
            {"m": OCTOBER},
        ).fetchall()
    assert {day for table, day, *_ in rows if table == "marts.cost_per_feature"} == {
        date(2026, 10, 30),
        date(2026, 10, 31),
    }
    for _, _, path, digest in rows:
        assert hashlib.sha256((closed.root / path).read_bytes()).hexdigest() == digest


def test_two_views_tell_when_and_of_what_was_learnt(closed_books: Home) -> None:
    late = ("2026-10-30T12:00:00Z", "z", "gpt-5", 1_000_000, 0, "late")
    deliver(closed_books, "late.csv", (late,))
    night(closed_books)
    with duckdb.connect(str(closed_books.warehouse), read_only=True) as con:
        found = {
            view: dict(
                con.execute(f"select month, sum(cost_usd) from marts.{view} group by 1").fetchall()
            )
            for view in ("cost_as_reported", "cost_as_known")
        }
    moved = Decimal("1.25")
    reported, known = found["cost_as_reported"], found["cost_as_known"]
    assert known[OCTOBER] - reported[OCTOBER] == moved
    assert reported["2026-11"] - known["2026-11"] == moved
    assert sum(reported.values()) == sum(known.values())


def test_a_provider_without_any_bill_is_told(
    open_books: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing can be held against it, so it is no gap; it is not passed over in silence."""
    add_gap(open_books, unexplained=None, reported=None)
    close_month(open_books.root, MONTH)
    told = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert told == ["2026-10: no bill of openai; 100.000000000000 USD are metered only"]
