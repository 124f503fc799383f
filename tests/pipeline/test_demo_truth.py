"""The whole way, from vendors' files to marts, against what truly happened in the demo's month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from unitcost.demo import Truth, answers, demo_truth, write_agreement, write_demo
from unitcost.demo.run import Usage
from unitcost.demo.scenario import (
    CUSTOMERS,
    LOOPING_RUNS,
    PROMPT_CHANGE,
    UNDER_WATER,
    plan_of,
)
from unitcost.explaining import Span, explain
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.questions_page import DAYS, THROUGH, questions_page

ROOT = Path(__file__).resolve().parents[2]
MARTS_WITH_COST = (
    "cost_per_workflow",
    "cost_per_feature",
    "cost_per_customer",
    "cost_per_successful_task",
    "workflow_runs",
    "cost_per_model",
)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return demo_truth(THROUGH, days=DAYS)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path_factory.mktemp("home"))
    write_demo(home.landing, THROUGH, days=DAYS)
    write_agreement(home.price_tables, THROUGH, days=DAYS)
    report = run_nightly(home.root, THROUGH)
    assert report.failed_checks == ()
    assert (report.quarantined, report.unrecognised_files, report.waiting_rows) == (0, 0, 0)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        yield con


def one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.execute(sql).fetchall()[0][0]


def pairs(con: duckdb.DuckDBPyConnection, sql: str) -> dict[Any, Any]:
    return dict(con.execute(sql).fetchall())


def test_every_request_is_counted_once(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    assert one(warehouse, "select count(*) from core.requests") == truth.requests
    by_feature = "select feature, count(*) from core.requests group by feature"
    assert pairs(warehouse, by_feature) == truth.requests_by_feature


def test_every_request_ends_as_it_ended(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    expected = Counter(truth.by_status)
    expected["error"] = expected.pop("rate_limited") + expected.pop("server_error")
    assert (
        pairs(warehouse, "select status, count(*) from core.requests group by status") == expected
    )


def test_every_billed_token_is_in_its_class(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    rows = warehouse.execute(
        """
        select
            provider, coalesce(model, request_model), service_tier,
            coalesce(sum(input_tokens), 0), coalesce(sum(cache_read_tokens), 0),
            coalesce(sum(cache_write_5m_tokens), 0), coalesce(sum(output_tokens), 0),
            coalesce(sum(reasoning_tokens), 0), coalesce(sum(search_units), 0)
        from core.requests
        where billed_state = 'billed'
        group by all
        """
    ).fetchall()
    assert {row[:3]: Usage(*row[3:]) for row in rows} == truth.tokens


@pytest.mark.parametrize("mart", MARTS_WITH_COST)
def test_every_day_costs_what_it_truly_cost(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth, mart: str
) -> None:
    by_day = f"select day, sum(cost_usd) from marts.{mart} where requests > 0 group by day"
    assert pairs(warehouse, by_day) == truth.cost_by_day


def test_every_feature_and_customer_costs_what_it_truly_cost(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    by_feature = "select feature, sum(cost_usd) from marts.cost_per_feature group by feature"
    assert pairs(warehouse, by_feature) == truth.cost_by_feature
    by_customer = """
        select nullif(customer_id, '(unattributed)'), sum(cost_usd)
        from marts.cost_per_customer group by customer_id having sum(requests) > 0
    """
    assert pairs(warehouse, by_customer) == truth.cost_by_customer


def test_what_cannot_be_priced_is_counted_with_its_reason(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    unpriced = """
        select unpriced_reason, count(*)
        from core.request_costs where cost_usd is null group by unpriced_reason
    """
    assert pairs(warehouse, unpriced) == truth.unpriced


def test_every_task_ends_as_it_was_stated(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    rows = warehouse.execute(
        """
        select task_type, outcome, count(*) from core.tasks where day = started_on group by all
        """
    ).fetchall()
    assert {(kind, outcome): count for kind, outcome, count in rows} == truth.tasks


def test_what_usage_was_lost_cost_something_between_its_bounds(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    lower, upper, unbounded = warehouse.execute(
        """select sum(waste_lower_bound_usd), sum(waste_upper_bound_usd), sum(unbounded_requests)
           from marts.failure_waste where billed_state = 'unknown'"""
    ).fetchall()[0]
    assert (lower, unbounded) == (0, 0)
    assert truth.unseen_usd <= upper < truth.unseen_usd * 5


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


def test_stated_costs_equal_the_metered_ones_by_list(warehouse: duckdb.DuckDBPyConnection) -> None:
    differing = """
        select count(*) from marts.cost_per_request
        where reported_cost_usd is not null and billed_state = 'billed'
            and reported_cost_usd <> list_cost_usd
    """
    assert one(warehouse, differing) == 0


def test_providers_report_what_the_logs_saw_and_a_little_more(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    reported = one(
        warehouse, "select sum(billed_cost_usd) from core.provider_costs where is_primary"
    )
    metered = one(
        warehouse,
        """
        select sum(cost_usd) from marts.cost_per_request where provider in ('openai', 'anthropic')
        """,
    )
    assert metered < reported < metered * Decimal("1.03")
    assert reported - metered > truth.unseen_usd * Decimal("0.9")


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
