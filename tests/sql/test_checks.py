"""Every claim holds on a good day, and finds the row that breaks it.

What happens to a day whose claims fail is tested with the nightly run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from tests.given import given
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
WHO = {"feature": "chat", "workflow": "agent", "customer_id": "acme", "task_type": "refund"}

PAID = {"customer_id": "acme", "feature": "chat"}

GROUP = "openai / gpt-5-mini / chat / agent / acme"
KIND = "refund / chat / agent"
PAYER = "acme / pro / chat / USD"
PLACE = "invoices / openai / (all) / proj / gpt-5 / usage / usd"

BROKEN: dict[str, list[tuple[str, str]]] = {
    "allocation_spreads_its_pools": [
        ("update marts.allocated_cost set direct_cost_usd = 0.300000000001", "(direct)"),
        ("update marts.allocated_cost set pool_kind = 'requests', given_cost_usd = 1", "(direct)"),
    ],
    "allowances_are_not_exceeded": [
        ("update core.allowance_use set free_quantity = 3", "org-1, three-a-day"),
        ("update core.allowance_use set quantity = 1", "org-1, three-a-day"),
        ("update steps.allowance_before set quantity = 2", "org-1, three-a-day"),
    ],
    "calls_alike_are_told_apart": [
        ("update core.sightings set content_match = 'ambiguous'", "posthog"),
    ],
    "commitment_cost_is_used_or_unused": [
        ("update core.commitment_use set unused_cost_usd = 0", "ptu"),
        ("update core.commitment_use set unused_cost_usd = -1, used_cost_usd = 1.3", "ptu"),
    ],
    "requests_bear_what_commitments_used": [
        ("update core.request_costs set commitment_cost_usd = null", "all commitments"),
        ("update core.commitment_use set used_cost_usd = 0.100000000001", "all commitments"),
    ],
    "adjustments_tie_to_requests": [
        ("update core.restated_requests set cost_usd = 0.100000000001 where cost_usd = 0.1", GROUP),
        ("update core.restated_requests set cost_usd = null where request_id = 'a'", GROUP),
        ("delete from steps.published_requests where request_id = 'b'", GROUP),
    ],
    "outcome_adjustments_tie_to_tasks": [
        ("update core.restated_tasks set outcome = 'unknown'", KIND),
        ("update core.restated_tasks set cost_usd = 0.300000000001", KIND),
        ("update core.restated_tasks set unpriced_requests = 1", KIND),
        ("delete from steps.published_tasks", KIND),
    ],
    "bill_adjustments_tie": [
        ("update core.restated_bills set billed_cost = 1", PLACE),
        ("update core.restated_bills set uncosted_lines = 1", PLACE),
        ("delete from core.restated_bills", PLACE),
        ("delete from steps.published_bills", PLACE),
    ],
    "billing_in_doubt_is_not_priced": [
        ("update marts.cost_per_request set billed_state = 'unknown' where request_id = 'a'", "a"),
        (
            "update marts.cost_per_request set billed_state = 'not_billed' where request_id = 'b'",
            "b",
        ),
    ],
    "calls_have_one_final_attempt": [
        ("update core.requests set call_id = 'c', is_final_attempt = true", "c")
    ],
    "cost_is_not_negative": [
        ("update core.request_costs set cost_usd = -1 where request_id = 'a'", "a"),
        ("update core.request_costs set reasoning_cost_usd = -1 where request_id = 'b'", "b"),
    ],
    "cost_is_the_sum_of_its_parts": [
        ("update core.request_costs set tool_cost_usd = 0.000000000001 where request_id = 'a'", "a")
    ],
    "every_mart_ties_to_requests": [
        ("update marts.cost_per_stage set cost_usd = 0.300000000001", "marts.cost_per_stage"),
        ("delete from marts.workflow_runs", "marts.workflow_runs"),
        ("update marts.cost_per_user set unpriced_requests = 1", "marts.cost_per_user"),
        ("update core.request_costs set cost_usd = 3 where request_id = 'b'", "core.request_costs"),
    ],
    "every_request_has_a_cost_row": [
        ("delete from core.request_costs where request_id = 'b'", "b"),
        ("delete from core.requests where request_id = 'a'", "a"),
    ],
    "every_task_has_one_outcome": [
        ("update marts.cost_per_successful_task set failed = 1", "refund, chat, agent")
    ],
    "every_task_of_a_request_is_known": [("delete from core.tasks", "t1")],
    "every_usage_has_a_price": [
        (
            """update marts.cost_per_request
               set cost_usd = null, unpriced_reason = 'no_price_at_date' where request_id = 'a'""",
            "openai, gpt-5-mini",
        )
    ],
    "metered_is_near_the_bill": [
        ("update marts.calibrated_cost set is_within_band = false", "openai on direct")
    ],
    "nearly_all_requests_are_attributed": [
        ("update marts.cost_per_request set feature = null where request_id = 'a'", "feature")
    ],
    "nearly_all_usage_is_reported": [
        (
            """update marts.cost_per_request
               set unpriced_reason = 'billed_state_unknown' where request_id = 'a'""",
            "all requests",
        )
    ],
    "request_ids_are_unique": [("insert into core.requests from core.requests limit 1", "a")],
    "revenue_has_an_exchange_rate": [
        (
            f"""insert into core.revenue by name
                select date '{DAY}' as day, 'acme' as customer_id, 'pro' as plan,
                    'chat' as feature, 'EUR' as currency, 1 as billed_revenue, 1 as amounts""",
            "acme",
        )
    ],
    "revenue_adjustments_tie": [
        ("update core.restated_revenue set billed_revenue = 1", PAYER),
        ("delete from core.restated_revenue", PAYER),
        ("delete from steps.published_revenue", PAYER),
    ],
    "pools_of_bills_are_in_dollars": [
        (
            f"""insert into core.provider_costs by name
                select 'fee' as record_id, date '{DAY}' as day, 5 as billed_cost, 'eur' as currency;
                insert into steps.pool_lines by name select 0 as rule_no, 'fee' as record_id""",
            "(direct)",
        )
    ],
    "requests_are_in_their_day": [
        ("update core.requests set started_at = '2026-03-03' where request_id = 'b'", "b")
    ],
    "stated_costs_agree_with_ours": [
        ("update marts.cost_per_request set reported_cost_usd = 9", "openai, gpt-5-mini")
    ],
    "token_classes_sum_to_the_totals": [
        ("update core.requests set prompt_tokens = 9 where request_id = 'a'", "a"),
        ("update core.requests set output_tokens = 9 where request_id = 'a'", "a"),
    ],
    "unpriced_cost_is_null_with_reason": [
        ("update core.request_costs set cost_usd = null where request_id = 'a'", "a"),
        ("update core.request_costs set unpriced_reason = 'x' where request_id = 'b'", "b"),
    ],
    "waste_ties_to_requests": [
        ("delete from marts.failure_waste", "retried"),
        ("update marts.failure_waste set waste_usd = 0", "retried"),
    ],
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
