"""Revenue of a period is spread over its days exactly, and a later statement replaces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.given import given, rows_of
from tests.sql.revenue_by_hand import PAID, Connection
from tests.sql.staging_by_hand import accept
from unitcost.queries import load_query
from unitcost.workbench import open_workbench, run_steps
from unitcost_models.base import columns
from unitcost_models.currencies import FxRate
from unitcost_models.raw_revenue import RawRevenue, Revenue


@pytest.fixture(autouse=True)
def no_rates(workbench: Connection) -> None:
    given(workbench, FxRate)


def in_usd(con: Connection, day: date) -> list[dict[str, Any]]:
    """Revenue of the day as it is read, with the rates that were given."""
    run_steps(con, ["core.revenue", "marts.revenue"], day)
    stored = rows_of(con, "from core.revenue")
    assert all(list(row) == [c.name for c in columns(Revenue)] for row in stored)
    return rows_of(con, "from marts.revenue")


def of_day(con: Connection, day: date) -> dict[str, Decimal]:
    rows = in_usd(con, day)
    return {
        customer: sum((r["revenue_usd"] for r in rows if r["customer_id"] == customer), Decimal(0))
        for customer in {row["customer_id"] for row in rows}
    }


def days(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(n) for n in range((last - first).days + 1))


def test_a_month_is_spread_evenly_and_its_last_day_takes_the_rest(workbench: Connection) -> None:
    accept(workbench, RawRevenue, PAID)
    spread = [of_day(workbench, d)["acme"] for d in days(date(2026, 2, 1), date(2026, 2, 28))]
    assert set(spread[:-1]) == {Decimal("3.571428571428")}
    assert spread[-1] == Decimal("3.571428571444")
    assert sum(spread) == 100
    assert of_day(workbench, date(2026, 1, 31)) == of_day(workbench, date(2026, 3, 1)) == {}


def rate(day: date, usd_per_unit: str) -> dict[str, Any]:
    return {"day": day, "currency_pair": "EUR/USD", "reported_usd_per_unit": usd_per_unit}


def test_another_currency_is_converted_at_each_days_rate(workbench: Connection) -> None:
    """A revised rate changes the next reading, and nothing that was delivered."""
    accept(workbench, RawRevenue, PAID | {"amount": "28", "currency": "eur"})
    first, second = date(2026, 2, 1), date(2026, 2, 2)
    given(workbench, FxRate, rate(first, "1.1"), rate(second, "1.25"))
    assert of_day(workbench, first) == {"acme": Decimal("1.1")}
    assert of_day(workbench, second) == {"acme": Decimal("1.25")}
    given(workbench, FxRate, rate(first, "1.2"))
    assert of_day(workbench, first) == {"acme": Decimal("1.2")}


def test_without_a_rate_of_the_day_revenue_is_unknown_and_counted(workbench: Connection) -> None:
    dollars, euros = PAID | {"line_id": "1"}, PAID | {"line_id": "2", "currency": "EUR"}
    accept(workbench, RawRevenue, dollars, euros)
    given(workbench, FxRate, rate(date(2026, 2, 1), "1.1"))
    (row,) = in_usd(workbench, date(2026, 2, 2))
    assert (row["revenue_usd"], row["unconverted_amounts"]) == (None, 1)


@pytest.fixture(scope="module")
def kept() -> Iterator[Connection]:
    con = open_workbench()
    given(con, FxRate)
    yield con
    con.close()


@settings(max_examples=15, deadline=None)
@drawn(
    amount=st.decimals(-(10**13), 10**13, places=12, allow_nan=False),
    length=st.integers(1, 40),
)
def test_every_period_sums_to_its_amount(kept: Connection, amount: Decimal, length: int) -> None:
    first = date(2026, 2, 1)
    last = first + timedelta(length - 1)
    own = {"source_format": "revenue", "source_file": "a", "source_line": 1}
    given(
        kept,
        RawRevenue,
        own
        | {
            "record_id": "r",
            "day": last,
            "customer_id": "acme",
            "period_start": first,
            "period_end": last,
            "billed_revenue": amount,
            "currency": "USD",
            "ingested_at": "2026-03-03 00:00:00",
        },
    )
    query = load_query("core.revenue")
    spread = " union all ".join(f"({query.bind(d)})" for d in days(first, last))
    assert rows_of(kept, f"select sum(billed_revenue) as s from ({spread})") == [{"s": amount}]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([{"amount": "28"}, {"amount": "56"}], "2"),
        (
            [
                {"amount": "28", "recorded_at": "2026-03-02"},
                {"amount": "56", "recorded_at": "2026-03-01"},
            ],
            "1",
        ),
        ([{"amount": "28", "recorded_at": "2026-03-02"}, {"amount": "56"}], "1"),
        ([{"amount": "28", "invoice_id": "1"}, {"amount": "56", "invoice_id": "2"}], "3"),
        ([{"amount": "28", "line_id": "1"}, {"amount": "56", "line_id": "1"}], "2"),
        ([{"amount": "28", "feature": "a"}, {"amount": "56", "feature": "b"}], "3"),
        ([{"amount": "28", "plan": "a"}, {"amount": "56", "plan": "a"}], "2"),
        ([{"amount": "28", "invoice_id": "1"}, {"amount": "-28", "invoice_id": "2"}], "0"),
    ],
    ids=[
        "greater",
        "later",
        "dated",
        "two invoices",
        "one line",
        "two features",
        "one plan",
        "credit note",
    ],
)
def test_a_later_statement_replaces_and_another_invoice_adds(
    workbench: Connection, versions: list[dict[str, str]], expected: str
) -> None:
    for order in (versions, versions[::-1]):
        workbench.execute("drop table if exists raw.revenue")
        assert accept(workbench, RawRevenue, *({**PAID, **v} for v in order)) == 2
        assert of_day(workbench, date(2026, 2, 3)) == {"acme": Decimal(expected)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [({}, {"EUR", "USD"}), ({"invoice_id": "1"}, {"EUR", "USD"}), ({"line_id": "1"}, {"EUR"})],
    ids=["no ids", "one invoice", "one line"],
)
def test_only_a_line_that_names_itself_is_corrected_into_another_currency(
    workbench: Connection, line: dict[str, str], expected: set[str]
) -> None:
    dollars = PAID | line | {"amount": "56", "currency": "USD", "recorded_at": "2026-03-01"}
    euros = PAID | line | {"amount": "28", "currency": "EUR", "recorded_at": "2026-03-02"}
    accept(workbench, RawRevenue, dollars, euros)
    query = load_query("core.revenue").bind(date(2026, 2, 3))
    assert {row["currency"] for row in rows_of(workbench, query)} == expected
