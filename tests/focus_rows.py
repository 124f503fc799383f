"""Requests of every kind that FOCUS rows tell apart, and a file of them for the official validator:
`python -m tests.focus_rows FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.given import given
from unitcost.export.focus import write_focus
from unitcost.export.period import Period
from unitcost.months import Month
from unitcost.workbench import open_workbench
from unitcost_models.closing import Adjustment
from unitcost_models.late_bills import BillAdjustment
from unitcost_models.marts import CostPerRequest
from unitcost_models.prices import Price
from unitcost_models.provider import InvoiceLine

OCTOBER = Month.parse("2026-10")
DAY = date(2026, 10, 5)
PARTS = ("input", "cache_read", "cache_write", "output", "reasoning", "tool", "commitment")
M = Decimal("0.000001")


def request(request_id: str, **values: Any) -> dict[str, Any]:
    """A priced request whose cost is the sum of its parts; `input_cost_usd=...` and the like."""
    costs = {f"{part}_cost_usd": values.pop(f"{part}_cost_usd", Decimal(0)) for part in PARTS}
    total = sum(costs.values()) - costs["reasoning_cost_usd"]
    row = {
        "request_id": request_id,
        "day": DAY,
        "provider": "openai",
        "platform": "direct",
        "model": "gpt-5",
        "service_tier": "standard",
        "is_batch": False,
        "cost_basis": "metered_list",
        "price_ids": "p-in,p-out",
        "feature": "chat",
    }
    same = dict.fromkeys(("cost_usd", "list_cost_usd", "contracted_cost_usd"), total)
    return row | costs | same | values


REQUESTS = (
    request(
        "listed",
        input_tokens=1000,
        output_tokens=500,
        reasoning_tokens=100,
        input_cost_usd=1000 * M,
        output_cost_usd=1200 * M,
        reasoning_cost_usd=200 * M,
    ),
    request(
        "two_lives",
        provider="anthropic",
        model="claude",
        price_ids="w-5m,w-1h",
        cache_write_5m_tokens=10,
        cache_write_1h_tokens=7,
        cache_write_cost_usd=10 * M + 14 * M,
    ),
    request(
        "contracted",
        account_id="=HYPERLINK(1)",
        customer_id="+1",
        contract_ids="deal",
        cost_basis="metered_contract",
        input_tokens=3,
        output_tokens=7,
        input_cost_usd=Decimal("0.000001000001"),
        output_cost_usd=Decimal("0.000002000001"),
        list_cost_usd=Decimal("0.000010000000"),
    ),
    request(
        "committed",
        platform="azure",
        account_id="acme",
        cost_basis="allocated",
        price_ids="",
        input_tokens=90,
        output_tokens=10,
        prompt_tokens=90,
        completion_tokens=10,
        commitment_cost_usd=Decimal("0.33"),
        contracted_cost_usd=None,
        list_cost_usd=Decimal("0.5"),
    ),
    request("tools", web_search_calls=2, file_search_calls=1, tool_cost_usd=Decimal("0.0225")),
    request("searched", web_search_calls=3, tool_cost_usd=Decimal("0.03"), price_ids="search"),
    request("free", input_tokens=5, list_cost_usd=Decimal("0.1"), price_ids=None),
    request("rate_limited"),
    request("unpriced") | {"cost_usd": None, "cost_basis": "unpriced", "input_tokens": 9},
    request("next_month", day=date(2026, 11, 1), input_tokens=1, input_cost_usd=M),
)
PRICES = (
    ("p-in", "openai", "input", M),
    ("p-out", "openai", "output", 2 * M),
    ("w-5m", "anthropic", "cache_write_5m", M),
    ("w-1h", "anthropic", "cache_write_1h", 2 * M),
    ("search", "openai", "web_search_call", Decimal("0.01")),
)
CORRECTION = {
    "day": DAY,
    "month": "2026-09",
    "adjusted_day": date(2026, 9, 30),
    "cause": "price",
    "provider": "openai",
    "model": "gpt-5",
    "feature": "chat",
    "workflow": "(unattributed)",
    "customer_id": "acme",
    "requests": 2,
    "requests_before": 2,
    "requests_after": 2,
    "amount_usd": Decimal("-0.000000000007"),
}


def bill_line(
    record_id: str, charge_category: str, billed_cost: str, **values: Any
) -> dict[str, Any]:
    """A line of a bill, in dollars unless `currency` says otherwise."""
    is_usd = values.get("currency", "usd") == "usd"
    return {
        "record_id": record_id,
        "day": DAY,
        "provider": "azure",
        "platform": "azure",
        "source_format": "azure_cost",
        "is_primary": True,
        "billing_account_id": "payer",
        "currency": "usd",
        "charge_category": charge_category,
        "billed_cost": billed_cost,
        "billed_cost_usd": billed_cost if is_usd else None,
    } | values


BILL = (
    bill_line("used", "usage", "7"),
    bill_line("repeated", "credit", "-9", is_primary=False),
    bill_line("credit", "credit", "-5.25", line_item="=credit"),
    bill_line("discount", "discount", "-0.000000000001", line_item="Discount"),
    bill_line("tax", "tax", "19.99", platform="(all)", bucket_end=datetime(2026, 11, 1)),
    bill_line("fee", "purchase", "12", provider="gcp", platform="vertex", line_item="Support"),
    bill_line("refund", "purchase", "-2", provider="gcp", platform="vertex"),
    bill_line("capacity", "purchase", "100", line_item="Provisioned throughput"),
    bill_line("moved", "adjustment", "0.01"),
    bill_line("euros", "tax", "1.90", currency="eur", provider="mistral", platform="direct"),
    bill_line("untold", "tax", "0") | {"billed_cost": None, "billed_cost_usd": None},
    bill_line("points", "tax", "1", currency="bonus points"),
    bill_line("billed_too", "tax", "3", provider="openai", platform="direct"),
    bill_line("invoiced", "tax", "4", provider="openai", platform="(all)")
    | {"source_format": "invoices"},
    bill_line("next", "tax", "50", day=date(2026, 11, 1)),
)
"""`used` is metered, `repeated` no primary bill, `billed_too` is on the invoice as well."""


def posted_bill(charge_category: str, amount_cost: str, **values: Any) -> dict[str, Any]:
    """What was posted in October of a September invoice, in euros."""
    return {
        "day": DAY,
        "month": "2026-09",
        "adjusted_day": date(2026, 9, 1),
        "bill_kind": "invoices",
        "provider": "openai",
        "platform": "(all)",
        "account_id": "(unattributed)",
        "raw_model": "(unattributed)",
        "charge_category": charge_category,
        "currency": "eur",
        "cause": "corrected",
        "amount_cost": amount_cost,
        "posting_no": 1,
        "posted_on": DAY,
    } | values


POSTED = (
    posted_bill("tax", "-0.15"),
    posted_bill("purchase", "7", cause="late_report", account_id="=payer"),
    posted_bill("usage", "100"),
    posted_bill("credit", "-9", bill_kind="costs"),
    posted_bill("credit", "-9", day=date(2026, 11, 1)),
    posted_bill("credit", "-9", currency="(unattributed)"),
)
"""Usage is metered, a cost report's credits are on the bill; the last two are another month's, and
in no currency."""


def open_charges(
    con: duckdb.DuckDBPyConnection,
    *requests: dict[str, Any],
    bill: Sequence[dict[str, Any]] = (),
    posted: Sequence[dict[str, Any]] = (),
) -> None:
    """The tables that FOCUS rows are made of."""
    given(con, CostPerRequest, *(r | {"started_at": datetime(2026, 10, 5)} for r in requests))
    prices = ("price_id", "provider", "meter", "price_per_unit")
    rows = [dict(zip(prices, row, strict=True)) | {"currency": "USD"} for row in PRICES]
    given(con, Price, *rows)
    given(con, Adjustment, CORRECTION)
    given(con, InvoiceLine, *bill)
    given(con, BillAdjustment, *posted)


if __name__ == "__main__":
    with open_workbench() as workbench:
        open_charges(workbench, *REQUESTS, bill=BILL, posted=POSTED)
        write_focus(workbench, Period.of_month(OCTOBER), "1.2", Path(sys.argv[1]))
