"""Whatever became known of a closed day's bills, what was reported and the postings are that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from unitcost.queries import load_query
from unitcost.workbench import create_empty
from unitcost_models.closing import PostingDay
from unitcost_models.currencies import FxRate
from unitcost_models.late_bills import BillAdjustment, PublishedBill, ReportedBill, RestatedBill
from unitcost_models.provider import InvoiceLine, ProviderCost

DAY = date(2026, 10, 30)
POSTED = date(2026, 11, 2)
LINE = {
    "day": DAY,
    "provider": "aws",
    "platform": "bedrock",
    "billing_account_id": "payer",
    "source_format": "invoices",
    "is_primary": True,
    "charge_category": "usage",
    "billed_cost": Decimal(10),
    "currency": "eur",
}
Lines = list[dict[str, Any]]


def bill(con: duckdb.DuckDBPyConnection, lines: Lines) -> str:
    """Put lines into both tables of bills; the query of what is known of them."""
    given(con, ProviderCost, *lines)
    given(con, InvoiceLine, *lines[:1])
    return load_query(RestatedBill.table).bind(DAY)


def adjust(con: duckdb.DuckDBPyConnection, before: Lines, after: Lines) -> list[dict[str, Any]]:
    """The bill adjustments of a day; the tables stay in the workbench."""
    for row, lines in ((PublishedBill, before), (ReportedBill, before), (RestatedBill, after)):
        con.execute(f"create table {row.table} as {bill(con, lines)}")
    given(con, PostingDay, {"posting_no": 7, "day": POSTED, "posted_on": POSTED})
    create_empty(con, BillAdjustment)
    select = load_query(BillAdjustment.table).bind(DAY)
    con.execute(f"insert into {BillAdjustment.table} by name {select}")
    bill(con, before)
    assert con.execute(load_query("checks.bill_adjustments_tie").bind(DAY)).fetchall() == []
    return rows_of(con, f"select * from {BillAdjustment.table} order by bill_kind, amount_cost")


def test_places_are_added_up_and_repeats_left_out(workbench: duckdb.DuckDBPyConnection) -> None:
    lines = [
        LINE,
        LINE | {"billed_cost": Decimal("0.000000000001"), "charge_category": None},
        LINE | {"billed_cost": None},
        LINE | {"workspace_id": "member", "currency": None, "raw_model": "nova"},
        LINE | {"is_primary": False},
        LINE | {"day": POSTED},
    ]
    workbench.execute(f"create table known as {bill(workbench, lines)}")
    assert workbench.execute(
        """select bill_kind, account_id, raw_model, charge_category, currency, billed_cost,
            charge_lines, uncosted_lines
        from known"""
    ).fetchall() == [
        ("costs", "member", "nova", "usage", "(unattributed)", Decimal(10), 1, 0),
        ("costs", "payer", "(unattributed)", "usage", "eur", Decimal("10.000000000001"), 3, 1),
        ("invoices", "payer", "(unattributed)", "usage", "eur", Decimal(10), 1, 0),
    ]


def test_a_bill_and_an_invoice_are_two_kinds(workbench: duckdb.DuckDBPyConnection) -> None:
    known = bill(workbench, [LINE])
    given(workbench, InvoiceLine, LINE, LINE | {"source_format": "aws_cur"})
    found = workbench.execute(f"select bill_kind, billed_cost from ({known})").fetchall()
    assert found == [("bills", 10), ("costs", 10), ("invoices", 10)]


FEE = LINE | {"charge_category": "tax", "billed_cost": Decimal("0.5")}


@pytest.mark.parametrize(
    ("before", "after", "posted"),
    [
        ([], [LINE], [("costs", "late_report", 10, 0, 0), ("invoices", "late_report", 10, 0, 0)]),
        ([LINE], [], [("costs", "withdrawn", -10, 0, 0), ("invoices", "withdrawn", -10, 0, 0)]),
        ([LINE, FEE], [LINE, FEE], []),
        ([LINE], [LINE, LINE, FEE], [("costs", "late_report", Decimal("0.5"), 0, 0),
                                     ("costs", "corrected", 10, 0, 0)]),
        ([LINE, FEE], [LINE, FEE | {"billed_cost": None}],
         [("costs", "corrected", Decimal("-0.5"), 0, 1)]),
        ([LINE], [LINE, LINE | {"billed_cost": None}], [("costs", "corrected", 0, 0, 1)]),
    ],
)  # fmt: skip
def test_a_difference_is_posted_with_its_cause(
    workbench: duckdb.DuckDBPyConnection, before: Lines, after: Lines, posted: list[Any]
) -> None:
    rows = adjust(workbench, before, after)
    assert [
        (r["bill_kind"], r["cause"], r["amount_cost"], r["without_cost_before"],
         r["without_cost_after"])
        for r in rows
    ] == posted  # fmt: skip
    assert {(r["day"], r["month"], r["adjusted_day"]) for r in rows} <= {(POSTED, "2026-10", DAY)}


RATES = [
    {"day": day, "currency_pair": "EUR/USD", "usd_per_unit": rate}
    for day, rate in ((DAY, Decimal("1.1")), (date(2026, 10, 31), Decimal("1.2")))
]


@pytest.mark.parametrize(
    ("rates", "known"),
    [
        (RATES, [("costs", Decimal("7.7"), 0), ("invoices", Decimal("8.4"), 0)]),
        (RATES[:1], [("costs", Decimal("7.7"), 0), ("invoices", None, 1)]),
    ],
)
def test_what_is_known_is_read_in_dollars(
    workbench: duckdb.DuckDBPyConnection, rates: Lines, known: list[tuple[Any, ...]]
) -> None:
    """What was posted too: a report at the rate of its day, an invoice at the month's last."""
    given(workbench, FxRate, *rates)
    adjust(workbench, [LINE], [LINE | {"billed_cost": Decimal(7)}])
    query = load_query("marts.bills_as_known").text
    assert (
        workbench.execute(
            f"select bill_kind, billed_cost_usd, unconverted_amounts from ({query})"
        ).fetchall()
        == known
    )


def test_booked_and_posted_are_what_is_known(workbench: duckdb.DuckDBPyConnection) -> None:
    given(workbench, FxRate)
    other = LINE | {"currency": "usd", "billed_cost": Decimal("2.000000000001")}
    adjust(workbench, [LINE], [LINE | {"billed_cost": Decimal(7)}, other])
    workbench.execute(f"create view known as {load_query('marts.bills_as_known').text}")
    assert workbench.execute(
        """select month, currency, booked_cost, adjustment_cost, billed_cost, uncosted_lines
        from known where bill_kind = 'costs'"""
    ).fetchall() == [
        ("2026-10", "eur", Decimal(10), Decimal(-3), Decimal(7), 0),
        ("2026-10", "usd", Decimal(0), Decimal("2.000000000001"), Decimal("2.000000000001"), 0),
    ]
