"""What lies between the reports and the invoice of a month, by its causes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.reconciled_rows import Row, fill, invoice, metered
from unitcost.errors import UsageError
from unitcost.months import Month
from unitcost.reconciling.waterfall import month_report
from unitcost.workbench import create_empty
from unitcost_models.late_bills import BillAdjustment


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        ([invoice("10")], {}),
        ([invoice("10"), invoice("-2", "credit"), invoice("1.9", "tax")],
         {"credits_discounts_tax": "-0.1"}),
        ([invoice("10"), invoice("3", "purchase"), invoice("-2", "credit")],
         {"fees": "3", "credits_discounts_tax": "-2"}),
        ([invoice("10.004")], {"rounding": "0.004"}),
        ([invoice("13")], {"unexplained": "3"}),
        ([invoice("9.5", currency="eur")], {"currency": "-10"}),
    ],
)  # fmt: skip
def test_an_invoice_closes_the_month(
    shipped: duckdb.DuckDBPyConnection, lines: list[Row], parts: dict[str, str]
) -> None:
    assert invoice_parts(shipped, [charge("10")], lines) == {
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
    shipped: duckdb.DuckDBPyConnection, charges: list[str], lines: list[Row], parts: dict[str, str]
) -> None:
    """Only where the sums agree with it; else it is one, and the rest is unexplained."""
    assert invoice_parts(shipped, [charge(amount) for amount in charges], lines) == {
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
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    fill(shipped, [], [], [invoice("13")])
    create_empty(shipped, BillAdjustment)
    report = month_report(shipped, None, Decimal(1))
    assert (report.month, report.is_within_tolerance) == ("2026-10", False)
    assert [(p.cause, p.gap_usd) for p in report.fix_first] == [("unexplained", Decimal(13))]
    assert month_report(shipped, None, Decimal(100)).is_within_tolerance
    with pytest.raises(UsageError, match="2026-09"):
        month_report(shipped, Month.parse("2026-09"), Decimal(1))
