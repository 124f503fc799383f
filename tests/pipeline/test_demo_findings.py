"""What went wrong in the demo's month by plan is found, with its size."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.pipeline.answers import one, pairs
from unitcost.demo import Truth, answers
from unitcost.demo.scenario import (
    CUSTOMERS,
    LOOPING_RUNS,
    PROMPT_CHANGE,
    UNDER_WATER,
    plan_of,
)
from unitcost.explaining import Span, explain
from unitcost.questions_page import DAYS, THROUGH, questions_page

ROOT = Path(__file__).resolve().parents[2]


def test_the_reports_differ_by_what_was_planted_and_the_causes_name_it(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    """Use by hand is told to the last digit; calls that had timed out or broke off nearly all."""
    causes = pairs(
        warehouse,
        """select cause, sum(gap_usd) from marts.reconciliation_gap
        where account_id <> 'proj_playground' group by cause""",
    )
    by_hand = """select sum(gap_usd) from marts.reconciliation_gap
        where account_id = 'proj_playground' and cause = 'not_instrumented'"""
    charged = """select sum(billed_cost_usd) from core.provider_costs
        where workspace_id = 'proj_playground'"""
    assert one(warehouse, by_hand) == one(warehouse, charged) > 0
    assert set(causes) <= {"failed_but_billed", "not_instrumented"}
    assert causes["failed_but_billed"] > sum(causes.values()) * Decimal("0.95")
    assert truth.unseen_usd >= sum(causes.values())


def test_every_agent_that_went_round_in_circles_is_found_with_what_it_took(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    found = warehouse.execute(
        "select trace_id, tool_calls, requests, cost_usd from marts.agent_loops"
    ).fetchall()
    assert {trace: tuple(loop) for trace, *loop in found} == truth.loops
    assert len(truth.loops) == LOOPING_RUNS


def test_the_retry_storm_is_found_with_its_size(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    storms = warehouse.execute(
        """select feature, hour_at, throttled_requests from marts.retry_storms
           where day = ? and hour(hour_at) in (14, 15) and struck_low_pct > 10""",
        [THROUGH],
    ).fetchall()
    planted = {"ticket-summary", "draft-reply", "doc-search", "data-agent", "contract-review"}
    assert {feature for feature, *_ in storms} == planted
    for feature, hour, throttled in storms:
        assert throttled == truth.throttled[feature, hour]


def test_every_question_has_an_answer(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert all(answer.rows for answer in answers(warehouse))


def test_explain_finds_the_broken_cache_and_the_grown_prompt(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    before, after = THROUGH - timedelta(1), THROUGH
    found = explain(warehouse, Span(before, before), Span(after, after))
    (change,) = found.changes
    assert change.change_usd == truth.cost_by_day[after] - truth.cost_by_day[before]
    assert sum(part.change_usd for part in change.parts) == change.change_usd
    assert [(m.factor, m.who, m.began_on) for m in found.movers[:2]] == [
        ("cache share", "contract-review, claude-sonnet-4-6", after),
        ("input tokens", "draft-reply, gpt-5.4", after),
    ]
    assert found.movers[0].after == 0


def test_explain_finds_the_price_that_changed_and_the_marts_its_size(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    """The discount ends on the second day: the price's part lies between what it took off on the
    first day's volume and what it would have on the second's."""
    taken = "select sum(list_cost_usd - cost_usd) from marts.cost_per_request where day = ?"
    first, second = (warehouse.execute(taken, [THROUGH - timedelta(n)]).fetchall() for n in (1, 0))
    assert (first, second) == ([(truth.discount_usd,)], [(0,)])
    assert truth.discount_usd > 0
    before, after = Span(THROUGH - timedelta(1), THROUGH - timedelta(1)), Span(THROUGH, THROUGH)
    found = explain(warehouse, before, after)
    (change,) = found.changes
    price = next(part.change_usd for part in change.parts if part.factor == "price")
    (mover,) = [mover for mover in found.movers if mover.factor == "price"]
    assert mover.who == "ticket-summary, gpt-5.4-mini"
    assert (mover.change_usd, mover.began_on) == (price, THROUGH)
    lost = """select sum(list_cost_usd) * 0.2 from marts.cost_per_request
        where day = ? and model = 'gpt-5.4-mini'"""
    by_volume = [truth.discount_usd, warehouse.execute(lost, [THROUGH]).fetchall()[0][0]]
    assert min(by_volume) < price < max(by_volume)


def test_the_customer_under_water_is_found_with_what_it_loses(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    deepest = """select customer_id, margin_usd, under_water_days
                 from marts.customers_under_water order by margin_usd limit 1"""
    customer = CUSTOMERS[UNDER_WATER]
    _, monthly = plan_of(UNDER_WATER)
    paid = (monthly * DAYS / 30).quantize(Decimal("0.01"))
    lost = paid - truth.cost_by_customer[customer]
    assert warehouse.execute(deepest).fetchall() == [(customer, lost, DAYS)]


def test_the_grown_prompt_is_found_with_its_length(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Instructions of 2,304 tokens before, of 7,936 after; what is asked comes on top."""
    versions = warehouse.execute(
        """select prompt_version, first_on, shortest_prompt_tokens, previous_version
           from marts.prompt_growth where prompt_name = ? order by first_on""",
        [PROMPT_CHANGE[0]],
    ).fetchall()
    (old, before, short, _), (new, shipped, longer, previous) = versions
    assert (old, new, previous, before, shipped) == (
        *PROMPT_CHANGE[1:], old, THROUGH - timedelta(1), THROUGH
    )  # fmt: skip
    assert 2_304 <= short < 2_304 + 500
    assert 7_936 <= longer < 7_936 + 500


def test_the_questions_page_has_the_answers_of_today(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    written = (ROOT / "docs/questions.md").read_text()
    assert written == questions_page(warehouse), (
        "run: uv run python -m unitcost.questions_page > docs/questions.md"
    )
