"""Requests, a bill and a commitment that rules of allocation spread, and the spreading.

No expectation lives here.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

from tests.given import given, rows_of
from unitcost.allocation_settings import AllocationSettings
from unitcost.days.allocation import open_allocation
from unitcost.queries import load_query
from unitcost.workbench import open_workbench, run_steps
from unitcost_models.agreements import CommitmentUse
from unitcost_models.allocation import AllocatedCost
from unitcost_models.marts import CostPerRequest
from unitcost_models.provider import ProviderCost

DAY = date(2026, 3, 2)
TABLE = AllocatedCost.table
CHECK = "checks.allocation_spreads_its_pools"


def request(number: int, customer: str | None, cost: str | None, **values: Any) -> dict[str, Any]:
    return {
        "request_id": f"{number:06}",
        "day": DAY,
        "customer_id": customer,
        "cost_usd": cost,
        "is_final_attempt": True,
        "prompt_tokens": 10,
    } | values


REQUESTS = (
    request(1, "acme", "3", stage="inference"),
    request(2, "birch", "1", stage="inference"),
    request(3, "acme", "0.5", stage="evaluation"),
    request(4, None, "0.000000000001", stage="inference"),
    request(5, "birch", None, stage="inference"),
)
BILL = (
    {"record_id": "s", "day": DAY, "provider": "aws", "line_item": "Support", "is_primary": True,
     "billed_cost_usd": "-10"},
    {"record_id": "r", "day": DAY, "provider": "aws", "line_item": "Support", "is_primary": False,
     "billed_cost_usd": "10"},
    {"record_id": "o", "day": DAY, "provider": "aws", "line_item": "Tokens", "is_primary": True,
     "billed_cost_usd": "99"},
)  # fmt: skip
UNUSED = {"day": DAY, "commitment_id": "ptu", "unused_cost_usd": "7"}


def allocate(rules: str, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """The mart under these rules, which must pass its check."""
    asked = AllocationSettings.model_validate(tomllib.loads(rules, parse_float=Decimal))
    with open_workbench() as con:
        given(con, CostPerRequest, *(requests or REQUESTS))
        given(con, ProviderCost, *BILL)
        given(con, CommitmentUse, UNUSED)
        open_allocation(con, asked, DAY)
        run_steps(con, [TABLE], DAY)
        assert con.execute(load_query(CHECK).bind(DAY)).fetchall() == []
        return rows_of(con, f"select * from {TABLE}")


def received(rows: list[dict[str, Any]], rule: str) -> dict[str, str]:
    return {
        r["receiver"]: f"{r['allocated_cost_usd']:f}"
        for r in rows
        if r["rule_name"] == rule and r["allocated_cost_usd"]
    }


def rule(text: str) -> str:
    return f'[[rules]]\nname = "r"\n{text}\n'
