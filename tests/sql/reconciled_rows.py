"""Rows of both sides of a reconciliation by hand, and the reconciling of them.

No expectation lives here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from tests.given import given as put
from unitcost.reconciling.comparing import reconcile
from unitcost_models.provider import InvoiceLine
from unitcost_models.reconciliation import MeteredUsage, ReportedUsage

Row = dict[str, Any]


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


def invoice(amount: str, category: str = "usage", currency: str = "usd") -> Row:
    """A line of an October invoice of OpenAI."""
    return {"day": date(2026, 10, 1), "provider": "openai", "billed_cost": Decimal(amount),
            "charge_category": category, "currency": currency}  # fmt: skip
