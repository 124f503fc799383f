"""Whatever both sides say, the parts of the gap sum exactly, and order changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.given import given as put
from tests.given import rows_of
from tests.shipped_book import open_shipped_book
from unitcost.errors import UsageError
from unitcost.months import Month
from unitcost.reconciling.comparing import reconcile
from unitcost.reconciling.waterfall import month_report
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.late_bills import BillAdjustment
from unitcost_models.provider import InvoiceLine
from unitcost_models.reconciliation import MeteredUsage, ReportedUsage

Row = dict[str, Any]
_TOKENS = ("input", "cache_read", "cache_write", "output")
_MONEY = st.integers(0, 10**15).map(lambda n: Decimal(n).scaleb(-12))
_PLACE = st.fixed_dictionaries(
    {
        "day": st.sampled_from([date(2026, 10, d) for d in (30, 31)] + [date(2026, 11, 1)]),
        "provider": st.sampled_from(["openai", "anthropic"]),
        "platform": st.just("direct"),
        "account_id": st.sampled_from([None, "a", "b"]),
        "model": st.sampled_from(["gpt-5.4", "claude-sonnet-4-6", "new"]),
        "service_tier": st.sampled_from(["standard", "batch"]),
        "region_scope": st.sampled_from(["global", "us_residency"]),
    }
)
_METERED = st.tuples(
    _PLACE,
    st.fixed_dictionaries(
        {
            "hour_of_day": st.integers(0, 23),
            "token_class": st.sampled_from([*_TOKENS, "other", "requests", "doubtful", "untold"]),
            "priced_quantity": st.integers(0, 10**9),
            "unpriced_quantity": st.integers(0, 10**6),
            "cost_usd": _MONEY,
        }
    ),
    st.integers(0, 10**6),
)
_REPORTED = st.tuples(
    _PLACE,
    st.fixed_dictionaries(
        {
            "report_kind": st.sampled_from(["usage", "costs"]),
            "token_class": st.sampled_from([*_TOKENS, "other", "not_split", "requests"]),
            "reported_quantity": st.integers(0, 10**9),
            "billed_cost": _MONEY,
            "charge_category": st.sampled_from(["usage", "usage", "credit", "purchase"]),
            "currency": st.sampled_from(["usd", "usd", "eur"]),
            "charge_lines": st.integers(1, 3),
            "is_provisional": st.booleans(),
        }
    ),
    st.integers(0, 3),
)
_INVOICED = st.fixed_dictionaries(
    {
        "day": st.just(date(2026, 10, 1)),
        "provider": st.sampled_from(["openai", "anthropic"]),
        "billed_cost": _MONEY,
        "charge_category": st.sampled_from(["usage", "tax"]),
        "currency": st.sampled_from(["usd", "eur"]),
    }
)


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as con:
        open_shipped_book(con)
        yield con


def metered(place: Row, values: Row, twins: int) -> Row:
    """A row of core.metered_usage; twins are a part of it."""
    priced = values["priced_quantity"]
    counts = values["token_class"] in ("requests", "doubtful", "untold")
    return {
        **place,
        **values,
        "twin_quantity": min(twins, priced),
        "largest_quantity": priced,
        "cost_usd": Decimal(0) if counts else values["cost_usd"],
    }


def reported(place: Row, values: Row, tiers: int) -> Row:
    """A row of core.reported_usage, as such rows are; some tell neither tier nor region."""
    told = {} if tiers else {"service_tier": None, "region_scope": None}
    row = {**place, **values, **told, "cent_lines": 0}
    if row["report_kind"] == "costs":
        is_usd = row["currency"] == "usd"
        return {
            **row,
            "token_class": "other" if row["token_class"] == "requests" else row["token_class"],
            "billed_cost_usd": row["billed_cost"] if is_usd else None,
        }
    token_class = "input" if row["token_class"] in ("other", "not_split") else row["token_class"]
    none = {"billed_cost": None, "currency": None, "charge_category": "usage"}
    return {**row, **none, "token_class": token_class}


def fill(
    con: duckdb.DuckDBPyConnection, ours: list[Row], theirs: list[Row], invoices: list[Row]
) -> None:
    """Put both sides into the workbench and reconcile them."""
    put(con, MeteredUsage, *ours)
    put(con, ReportedUsage, *theirs)
    lines = [
        {
            "record_id": str(n),
            "platform": "(all)",
            "source_format": "invoices",
            "is_primary": True,
            "billed_cost_usd": row["billed_cost"] if row["currency"] == "usd" else None,
            **row,
        }
        for n, row in enumerate(invoices)
    ]
    put(con, InvoiceLine, *lines)
    reconcile(con)


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(_METERED, max_size=12), st.lists(_REPORTED, max_size=12), st.lists(_INVOICED))
def test_parts_sum_exactly(
    bench: duckdb.DuckDBPyConnection, ours: list[Any], theirs: list[Any], invoices: list[Row]
) -> None:
    mine = [metered(*row) for row in ours]
    fill(bench, mine, [reported(*row) for row in theirs], invoices)
    assert (
        rows_of(
            bench,
            """
            with stated as (
                select day, provider, platform, sum(gap_usd) as gap_usd,
                    sum(coalesce(reported_cost_usd, reported_usage_usd) - metered_usd) as difference
                from marts.reconciliation group by day, provider, platform
            ),
            parts as (
                select day, provider, platform, sum(gap_usd) as gap_usd
                from marts.reconciliation_gap where stage <> 'invoice'
                group by day, provider, platform
            )
            select * from stated full join parts using (day, provider, platform)
            where coalesce(stated.gap_usd, 0) <> coalesce(parts.gap_usd, 0)
                or stated.gap_usd <> difference
            """,
        )
        == []
    )
    total = bench.execute("select sum(metered_usd) from marts.reconciliation").fetchall()[0][0]
    assert (total or 0) == sum((row["cost_usd"] for row in mine), Decimal(0))
    months = rows_of(bench, "select * from marts.reconciliation_months")
    assert sum((m["metered_usd"] for m in months), Decimal(0)) == (total or 0)
    invoiced = {row["provider"] for row in invoices}
    for m in months:
        if m["month"] == "2026-10" and m["provider"] in invoiced:
            assert m["gap_usd"] == m["invoiced_usd"] - m["metered_usd"]
        if m["gap_usd"] is not None:
            assert m["gap_usd"] == m["explained_usd"] + m["unexplained_usd"]


def test_the_order_of_rows_changes_nothing(bench: duckdb.DuckDBPyConnection) -> None:
    rng = Random(6)
    place = [
        {"day": date(2026, 10, 1 + n % 3), "provider": "openai", "platform": "direct",
         "account_id": rng.choice([None, "a", "b"]), "model": "gpt-5.4",
         "service_tier": rng.choice(["standard", "batch"]), "region_scope": "global"}
        for n in range(40)
    ]  # fmt: skip
    ours = [
        metered(
            p,
            {"hour_of_day": n % 24, "token_class": _TOKENS[n % 4], "unpriced_quantity": 0,
             "priced_quantity": rng.randrange(10**6), "cost_usd": Decimal(n).scaleb(-3)},
            0,
        )
        for n, p in enumerate(place)
    ]  # fmt: skip
    usage = {"report_kind": "usage", "charge_category": "usage", "currency": None,
             "billed_cost": None, "charge_lines": 1, "is_provisional": False}  # fmt: skip
    theirs = [
        reported(p, {**usage, "token_class": _TOKENS[n % 4], "reported_quantity": n * 997}, 1)
        for n, p in enumerate(place)
    ]
    answers = set()
    for _ in range(3):
        rng.shuffle(ours)
        rng.shuffle(theirs)
        fill(bench, ours, theirs, [])
        answers.add(str(rows_of(bench, "select * from marts.reconciliation_gap")))
    assert len(answers) == 1


def invoice(amount: str, category: str = "usage", currency: str = "usd") -> Row:
    """A line of an October invoice of OpenAI."""
    return {"day": date(2026, 10, 1), "provider": "openai", "billed_cost": Decimal(amount),
            "charge_category": category, "currency": currency}  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        ([invoice("10")], {}),
        ([invoice("10"), invoice("-2", "credit"), invoice("1.9", "tax")],
         {"credits_discounts_tax": "-0.1"}),
        ([invoice("10.004")], {"rounding": "0.004"}),
        ([invoice("13")], {"unexplained": "3"}),
        ([invoice("9.5", currency="eur")], {"currency": "-10"}),
    ],
)  # fmt: skip
def test_an_invoice_closes_the_month(
    bench: duckdb.DuckDBPyConnection, lines: list[Row], parts: dict[str, str]
) -> None:
    assert invoice_parts(bench, [charge("10")], lines) == {
        cause: Decimal(amount) for cause, amount in parts.items()
    }


@pytest.mark.parametrize(
    ("charges", "lines", "parts"),
    [
        (["10", "-2"], [invoice("8")], {}),
        (["10", "-2"], [invoice("8.004"), invoice("1.5", "tax")],
         {"rounding": "0.004", "credits_discounts_tax": "1.5"}),
        (["10", "-2"], [invoice("10"), invoice("-2", "credit")], {}),
        (["10"], [invoice("12"), invoice("-2", "discount")], {}),
        (["10", "-2"], [invoice("10")], {"credits_discounts_tax": "2"}),
        (["10", "-2"], [invoice("7")], {"unexplained": "-3", "credits_discounts_tax": "2"}),
    ],
)  # fmt: skip
def test_a_credit_that_one_side_has_taken_off_its_charges_is_no_difference(
    bench: duckdb.DuckDBPyConnection, charges: list[str], lines: list[Row], parts: dict[str, str]
) -> None:
    """Only where the sums agree with it; else it is one, and the rest is unexplained."""
    assert invoice_parts(bench, [charge(amount) for amount in charges], lines) == {
        cause: Decimal(amount) for cause, amount in parts.items()
    }


_PLACE_OF_INVOICE = {"day": date(2026, 10, 5), "provider": "openai", "platform": "direct"}


def charge(amount: str) -> Row:
    """What OpenAI reports as charged; a credit where it is negative."""
    dollars = Decimal(amount)
    return {**_PLACE_OF_INVOICE, "report_kind": "costs", "token_class": "other",
            "charge_category": "credit" if dollars < 0 else "usage",
            "currency": "usd", "billed_cost": dollars, "billed_cost_usd": dollars,
            "charge_lines": 1, "cent_lines": 0, "is_provisional": False}  # fmt: skip


def invoice_parts(
    con: duckdb.DuckDBPyConnection, charges: list[Row], lines: list[Row]
) -> dict[str, Decimal]:
    """Between what is reported and what is invoiced, of ten dollars that were metered."""
    spent = metered(
        {**_PLACE_OF_INVOICE, "model": "gpt-5.4", "service_tier": "standard",
         "region_scope": "global"},
        {"hour_of_day": 3, "token_class": "other", "priced_quantity": 0, "unpriced_quantity": 0,
         "cost_usd": Decimal(10)},
        0,
    )  # fmt: skip
    fill(con, [spent], charges, lines)
    found = rows_of(
        con, "select cause, gap_usd from marts.reconciliation_gap where stage = 'invoice'"
    )
    return {row["cause"]: row["gap_usd"] for row in found}


def test_the_waterfall_tells_the_newest_month_and_what_is_beyond_tolerance(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    fill(bench, [], [], [invoice("13")])
    create_empty(bench, BillAdjustment)
    report = month_report(bench, None, Decimal(1))
    assert (report.month, report.is_within_tolerance) == ("2026-10", False)
    assert [(p.cause, p.gap_usd) for p in report.fix_first] == [("unexplained", Decimal(13))]
    assert month_report(bench, None, Decimal(100)).is_within_tolerance
    with pytest.raises(UsageError, match="2026-09"):
        month_report(bench, Month.parse("2026-09"), Decimal(1))
