"""A closed month is corrected in FOCUS rows by what it was told of: an invoice or bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given
from unitcost.queries import bind_export
from unitcost_models.late_bills import BillAdjustment
from unitcost_models.provider import InvoiceLine

_CLOSED, _POSTED = date(2026, 9, 30), date(2026, 10, 2)


def line(source_format: str, amount: str = "5") -> dict[str, Any]:
    """Tax, as the closed month's books have it."""
    return {"record_id": source_format, "day": _CLOSED, "provider": "aws", "platform": "bedrock",
            "source_format": source_format, "is_primary": True, "charge_category": "tax",
            "billed_cost": Decimal(amount), "currency": "eur"}  # fmt: skip


def posted(bill_kind: str, posting_no: int, amount: str) -> dict[str, Any]:
    """What became known of it later."""
    return {"day": _POSTED, "month": "2026-09", "adjusted_day": _CLOSED, "bill_kind": bill_kind,
            "provider": "aws", "platform": "bedrock", "account_id": "1", "raw_model": "m",
            "charge_category": "tax", "currency": "eur", "cause": "corrected",
            "amount_cost": Decimal(amount), "posting_no": posting_no}  # fmt: skip


_BOTH = (posted("bills", 1, "0.25"), posted("invoices", 1, "0.5"), posted("costs", 1, "0.25"))


@pytest.mark.parametrize(
    ("lines", "later", "corrections"),
    [
        ((line("aws_cur"), line("invoices")), _BOTH, ["0.5"]),
        ((line("aws_cur"),), _BOTH, ["0.25"]),
        ((line("invoices"),), _BOTH, ["0.5"]),
        ((), _BOTH, ["0.5"]),
        ((), (posted("bills", 1, "5"), posted("invoices", 2, "6")), ["5"]),
        ((), (posted("invoices", 1, "6"), posted("bills", 2, "5")), ["6"]),
        ((line("aws_cur"),), (), []),
    ],
    ids=["both", "bills", "invoice", "both late", "bills first", "invoice first", "nothing"],
)
def test_a_correction_is_told_once(
    workbench: duckdb.DuckDBPyConnection, lines: Any, later: Any, corrections: list[str]
) -> None:
    """A bill's line and its invoice's are one charge, whenever each of them came."""
    given(workbench, InvoiceLine, *lines)
    given(workbench, BillAdjustment, *later)
    rows = bind_export("exports.focus_bills", date(2026, 10, 1), date(2026, 10, 31))
    found = workbench.execute(f"select charge_class, billed_cost from ({rows})").fetchall()
    assert found == [("Correction", Decimal(amount)) for amount in corrections]
    month = bind_export("exports.focus_bills", date(2026, 9, 1), date(2026, 9, 30))
    booked = workbench.execute(f"select charge_class, billed_cost from ({month})").fetchall()
    assert booked == ([(None, Decimal(5))] if lines else [])
