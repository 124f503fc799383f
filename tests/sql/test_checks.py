"""Every claim holds on a good day, and finds the row that breaks it.

What happens to a day whose claims fail is tested with the nightly run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from tests.given import given
from tests.sql.broken_claims import BROKEN, PAID, WHO
from tests.sql.mart_inputs import DAY, build, findings, put, request, task
from unitcost.queries import load_query, query_names
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.agreements import AllowanceBefore, AllowanceUse, CommitmentUse
from unitcost_models.closing import Adjustment
from unitcost_models.currencies import ExchangeRate
from unitcost_models.late_bills import BillAdjustment
from unitcost_models.late_outcomes import OutcomeAdjustment
from unitcost_models.late_revenue import RevenueAdjustment
from unitcost_models.provider import InvoiceLine
from unitcost_models.requests import Sighting

CLAIMS = [name.removeprefix("checks.") for name in query_names("checks")]
_COMMITMENT = {
    "day": DAY,
    "commitment_id": "ptu",
    "cost_usd": "0.3",
    "used_cost_usd": "0.1",
    "unused_cost_usd": "0.2",
}
_HELD = {"account_id": "org-1", "allowance_id": "three-a-day", "period_start": DAY}
_ALLOWANCE = _HELD | {"day": DAY, "allowed_quantity": 3, "quantity": 5, "free_quantity": 2}
_BILLED = {
    "day": DAY,
    "provider": "openai",
    "platform": "(all)",
    "workspace_id": "proj",
    "raw_model": "gpt-5",
    "is_primary": True,
    "charge_category": "usage",
    "billed_cost": "9",
    "currency": "usd",
}
_SIGHTING = {
    "request_id": "a",
    "sighting_id": "posthog:1",
    "content_match": "likely",
    "source_format": "posthog",
}


@pytest.fixture(scope="module")
def day() -> Iterator[duckdb.DuckDBPyConnection]:
    """A day with two requests on which every claim holds."""
    tokens = {"input_tokens": 6, "cache_read_tokens": 2, "prompt_tokens": 8, "output_tokens": 3}
    both = {"task_id": "t1", "workflow_run_id": "r1", "completion_tokens": 3} | tokens | WHO
    with open_workbench() as con:
        put(
            con,
            request("a", "0.1", is_final_attempt=False, **both),
            request("b", "0.2", **both | {"input_cost_usd": "0.1", "commitment_cost_usd": "0.1"}),
            tasks=(task("t1", **WHO),),
            revenue=({"day": DAY, "plan": "pro", "billed_revenue": "9", **PAID},),
        )
        given(con, CommitmentUse, _COMMITMENT)
        given(con, AllowanceUse, _ALLOWANCE)
        given(con, AllowanceBefore, _HELD | {"quantity": 1})
        given(con, InvoiceLine, _BILLED)
        given(con, Sighting, _SIGHTING)
        build(con)
        for kind in ("requests", "tasks", "revenue", "bills"):
            known = load_query(f"core.restated_{kind}").bind(DAY)
            con.execute(f"create table steps.published_{kind} as {known}")
            con.execute(f"create table core.restated_{kind} as {known}")
        create_empty(con, ExchangeRate)
        create_empty(con, Adjustment)
        create_empty(con, OutcomeAdjustment)
        create_empty(con, RevenueAdjustment)
        create_empty(con, BillAdjustment)
        yield con


@pytest.fixture
def good_day(day: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """That day; what a test breaks of it is whole for the next."""
    day.execute("begin")
    yield day
    day.execute("rollback")


def test_every_claim_is_broken_in_a_test() -> None:
    assert sorted(BROKEN) == CLAIMS


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_holds_on_a_good_day(good_day: duckdb.DuckDBPyConnection, claim: str) -> None:
    assert findings(good_day, claim) == []


@pytest.mark.parametrize(
    ("claim", "breakage", "subject"),
    [(claim, breakage, subject) for claim, cases in BROKEN.items() for breakage, subject in cases],
)
def test_claim_names_what_breaks_it(
    good_day: duckdb.DuckDBPyConnection, claim: str, breakage: str, subject: str
) -> None:
    good_day.execute(breakage)

    found = findings(good_day, claim)
    assert [name for name, _ in found] == [subject]
    assert found[0][1]


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_says_how_severe_it_is_and_answers_in_three_columns(
    good_day: duckdb.DuckDBPyConnection, claim: str
) -> None:
    query = load_query(f"checks.{claim}")
    assert re.fullmatch(r"-- severity: (error|warn)", query.text.splitlines()[2])
    described = good_day.execute(f"describe {query.bind(DAY)}").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("day", "DATE"),
        ("subject", "VARCHAR"),
        ("detail", "VARCHAR"),
    ]
