"""The marts of unit economics and token profiles, each on rows one can add up in the head.

All are made of all days; here of one or two.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.mart_inputs import DAY, build, put, request, task
from unitcost.tables import inputs_of, row_models, view_tables
from unitcost.uniting import unite
from unitcost.workbench import create_empty, open_workbench, run_step, tables_in
from unitcost_models.closing import Adjustment
from unitcost_models.late_outcomes import OutcomeAdjustment
from unitcost_models.meta import BuiltDay, Delivery
from unitcost_models.prices import Price
from unitcost_models.spend import CostPerCustomer, CostPerFeature
from unitcost_models.trust import Trust

Connection = duckdb.DuckDBPyConnection
COSTS = {"input_cost_usd": "1", "cache_read_cost_usd": "0", "cache_write_cost_usd": "0"}


def read(con: Connection, mart: str, columns: str) -> list[tuple[Any, ...]]:
    """A mart that is made of all days, made now."""
    run_step(con, f"marts.{mart}", DAY)
    return con.execute(f"select {columns} from marts.{mart}").fetchall()


def built(con: Connection, *requests: dict[str, Any], **others: Any) -> Connection:
    """The daily marts of these requests."""
    put(con, *requests, **others)
    build(con)
    return con


def days_of(con: Connection, costs: list[str], revenue: str = "1") -> None:
    """A customer's days, one after the other."""
    create_empty(con, CostPerCustomer)
    for n, cost in enumerate(costs):
        con.execute(
            f"""insert into marts.cost_per_customer by name
                select date '{DAY + timedelta(n)}' as day, 'acme' as customer_id, 1 as requests,
                    {cost} as cost_usd, 0 as unpriced_requests, {revenue} as revenue_usd,
                    {revenue} - {cost} as margin_usd"""
        )


def test_margin_of_a_month_and_its_days_under_water(workbench: Connection) -> None:
    days_of(workbench, ["0.5", "3", "0.5"])
    columns = "month, revenue_usd, cost_usd, margin_usd, round(margin_pct, 1), under_water_days"
    assert read(workbench, "customer_margin", columns) == [
        ("2026-03", Decimal(3), Decimal(4), Decimal(-1), Decimal("-33.3"), 1)
    ]


def test_under_water_is_a_week_that_cost_more_than_it_brought(workbench: Connection) -> None:
    days_of(workbench, ["0", "4", *["0"] * 8])
    columns = "first_on, last_on, under_water_days, margin_usd"
    assert read(workbench, "customers_under_water", columns) == [
        (DAY + timedelta(1), DAY + timedelta(2), 2, Decimal(-2))
    ]


def test_margin_by_plan_and_feature(workbench: Connection) -> None:
    built(
        workbench,
        request("a", "3", customer_id="acme", feature="chat"),
        request("b", "1", customer_id="solo", feature="search"),
        request("c", "5", customer_id="free", feature="chat"),
        revenue=(
            {"day": DAY, "customer_id": "acme", "plan": "pro", "revenue_usd": "10"},
            {"day": DAY, "customer_id": "acme", "plan": "add-on", "feature": "chat"}
            | {"revenue_usd": "2"},
            {"day": DAY, "customer_id": "solo", "plan": "pro", "revenue_usd": "0.5"},
            {"day": DAY, "customer_id": "idle", "plan": "pro", "revenue_usd": "1"},
        ),
    )
    columns = """plan, customers, under_water_customers, requests, cost_usd, revenue_usd,
        margin_usd, round(margin_pct, 2)"""
    assert read(workbench, "plan_margin", columns) == [
        ("(unattributed)", 1, 0, 1, Decimal(5), None, None, None),
        ("add-on", 1, 0, 0, Decimal(0), Decimal(2), Decimal(2), Decimal(100)),
        ("pro", 3, 1, 2, Decimal(4), Decimal("11.5"), Decimal("7.5"), Decimal("65.22")),
    ]
    columns = "feature, paying_customers, cost_usd, revenue_usd, margin_usd"
    assert read(workbench, "feature_margin", columns) == [
        ("(unattributed)", 3, Decimal(0), Decimal("11.5"), Decimal("11.5")),
        ("chat", 1, Decimal(8), Decimal(2), Decimal(-6)),
        ("search", 0, Decimal(1), None, None),
    ]


def test_what_retrieval_adds_and_whether_the_longer_half_succeeds(workbench: Connection) -> None:
    prompts = {"a": 100, "b": 200, "c": 400, "d": 1000}
    outcomes = {"a": "success", "b": "success", "c": "failure", "d": "success"}
    answers = (
        request(t, "1", task_id=t, workflow_run_id=f"run {t}", stage="inference")
        | {"feature": "f", "prompt_tokens": tokens, **COSTS}
        for t, tokens in prompts.items()
    )
    embeddings = (
        request(f"e{t}", "0", task_id=t, workflow_run_id=f"run {t}", stage="embedding")
        for t in prompts
    )
    plain = request("p", "1", workflow_run_id="plain", stage="inference", prompt_tokens=9, **COSTS)
    tasks = tuple(task(t, o, feature="f") for t, o in outcomes.items())
    built(workbench, *answers, *embeddings, plain, tasks=tasks)
    columns = """feature, runs, requests, shortest_prompt_tokens, median_prompt_tokens,
        added_tokens, padding_tokens, added_cost_usd, padding_cost_usd,
        shorter_success_rate_pct, longer_success_rate_pct"""
    assert read(workbench, "retrieval_padding", columns) == [
        ("f", 4, 4, 100, 200, 1300, 1000, Decimal("2.15"), Decimal("1.3"), 100, 50)
    ]


def test_floor_is_the_cheapest_tenth_of_the_successes(workbench: Connection) -> None:
    outcomes = ["success"] * 20 + ["failure"] * 5
    built(
        workbench,
        *(request(f"r{n}", f"{n + 1}", task_id=f"t{n}") for n in range(25)),
        tasks=tuple(task(f"t{n}", o, feature="f") for n, o in enumerate(outcomes)),
    )
    run_step(workbench, "marts.task_costs", DAY)
    columns = "succeeded, floor_usd, median_success_usd, viable_price_usd"
    assert read(workbench, "token_floor", columns) == [
        (20, Decimal("1.5"), Decimal(10), Decimal("16.25"))
    ]


@pytest.mark.parametrize(("power", "at_ten"), [(1, 10), (2, 100)])
def test_scale_follows_the_measured_curve(workbench: Connection, power: int, at_ten: int) -> None:
    create_empty(workbench, CostPerFeature)
    workbench.execute(
        f"""insert into marts.cost_per_feature by name
            select date '{DAY}' + n::int as day, 'f' as feature, n as requests,
                n ** {power} as cost_usd, 0 as unpriced_requests, 100 as prompt_tokens,
                50 as cache_read_tokens from range(1, 13) as t(n)"""
    )
    columns = """cost_elasticity, cache_points_per_doubling,
        round(cost_per_day_at_10x_usd / cost_per_day_usd)"""
    assert read(workbench, "cost_at_scale", columns) == [(Decimal(power), Decimal(0), at_ten)]


def test_few_days_claim_no_curve(workbench: Connection) -> None:
    built(workbench, request("a", "1"))
    columns = "cost_elasticity, cost_per_day_usd, cost_per_day_at_10x_usd"
    assert read(workbench, "cost_at_scale", columns) == [(None, Decimal(1), None)]


def test_evaluation_and_development_are_no_cost_of_goods(workbench: Connection) -> None:
    built(
        workbench,
        request("a", "1", environment="production"),
        request("b", "2", environment="production", stage="evaluation"),
        request("c", "3", environment="staging"),
        request("d", "2"),
    )
    assert read(workbench, "cost_kinds", "spend_kind, cost_usd, share_of_month_pct") == [
        ("cost_of_goods", Decimal(1), Decimal("12.5")),
        ("evaluation", Decimal(2), Decimal(25)),
        ("research_and_development", Decimal(3), Decimal("37.5")),
        ("unknown", Decimal(2), Decimal(25)),
    ]


def test_profile_sets_prompt_against_answer(workbench: Connection) -> None:
    built(
        workbench,
        request("a", "3", **COSTS, output_cost_usd="2", prompt_tokens=1000, completion_tokens=100),
    )
    columns = """prompt_per_completion, prompt_per_million_usd, completion_per_million_usd,
        round(prompt_cost_pct, 1)"""
    assert read(workbench, "token_profile", columns) == [
        (Decimal(10), Decimal(1000), Decimal(20000), Decimal("33.3"))
    ]


def test_a_grown_prompt_stands_out_on_the_day_it_ships(workbench: Connection) -> None:
    prompt = {"prompt_name": "reply", **COSTS}
    built(
        workbench,
        request("a", "1", **prompt, prompt_version="7", prompt_tokens=800),
        request("b", "1", **prompt, prompt_version="7", prompt_tokens=1200),
        request(
            "c",
            "1",
            **prompt,
            prompt_version="8",
            prompt_tokens=18_000,
            started_at=f"{DAY} 23:00:00",
        ),
    )
    columns = "prompt_version, first_on, previous_version, growth_pct, repeated_prefix_usd"
    assert read(workbench, "prompt_growth", columns) == [
        ("7", DAY, None, None, Decimal("1.6")),
        ("8", DAY, "7", Decimal(1700), Decimal(1)),
    ]


def test_turns_grow_against_the_first(workbench: Connection) -> None:
    built(
        workbench,
        *(
            request(
                f"{s}{n}",
                "1",
                session_id=s,
                stage="inference",
                prompt_tokens=100 * (n + 1),
                started_at=f"{DAY} 10:0{n}:00",
            )
            for s in "ab"
            for n in range(3)
        ),
    )
    columns = "turn_no, calls, prompt_per_call, prompt_to_first_turn_pct"
    assert read(workbench, "conversation_turns", columns) == [
        (n, 2, Decimal(100 * n), Decimal(100 * n)) for n in (1, 2, 3)
    ]


def test_sizes_include_their_lower_end(workbench: Connection) -> None:
    sizes = (0, 999, 1000, 199_999, 200_000, 10**6)
    built(workbench, *(request(str(n), prompt_tokens=n) for n in sizes))
    assert read(workbench, "context_sizes", "from_prompt_tokens, requests") == [
        (0, 2),
        (1000, 1),
        (128_000, 1),
        (200_000, 1),
        (500_000, 1),
    ]


def test_cache_is_measured_by_the_hour(workbench: Connection) -> None:
    at = {"10": 80, "11": 0}
    built(
        workbench,
        *(
            request(h, prompt_tokens=100, cache_read_tokens=read_, started_at=f"{DAY} {h}:30:00")
            for h, read_ in at.items()
        ),
    )
    assert read(workbench, "cache_hits", "hour(hour_at), cache_read_pct") == [
        (10, Decimal(80)),
        (11, Decimal(0)),
    ]


def test_fan_out_counts_a_stage_against_all_runs(workbench: Connection) -> None:
    run = {"workflow": "search", "stage": "inference"}
    built(
        workbench,
        request("a", "3", **run, workflow_run_id="r1"),
        request("b", "0", **run, workflow_run_id="r1", is_final_attempt=False),
        request("c", "1", **run | {"stage": "embedding"}, workflow_run_id="r2"),
    )
    columns = "stage, runs, calls, requests, calls_per_run, share_of_workflow_pct"
    assert read(workbench, "fan_out", columns) == [
        ("embedding", 2, 1, 1, Decimal("0.5"), Decimal(25)),
        ("inference", 2, 1, 2, Decimal("0.5"), Decimal(75)),
    ]


def test_peak_is_the_busiest_minute(workbench: Connection) -> None:
    built(
        workbench,
        *(
            request(str(n), prompt_tokens=100, started_at=f"{DAY} 10:0{n // 2}:{n % 2}0")
            for n in range(3)
        ),
    )
    columns = "busy_minutes, requests, strftime(peak_at, '%H:%M'), peak_prompt_tokens"
    assert read(workbench, "tokens_per_minute", columns) == [(2, 3, "10:00", 200)]


def test_shapes_are_ranked_by_volume(workbench: Connection) -> None:
    tokens = [1000] * 6 + [10, 20, 40, 80]
    built(workbench, *(request(str(n), prompt_tokens=t) for n, t in enumerate(tokens)))
    found = read(
        workbench,
        "call_shapes",
        "prompt_size_tokens, requests, is_top_fifth, share_of_requests_pct",
    )
    assert [row for row in found if row[2]] == [(512, 6, True, Decimal(60))]


def test_verbosity_sets_thinking_apart(workbench: Connection) -> None:
    kind = {"task_type": "refund"}
    built(
        workbench,
        request("a", **kind, completion_tokens=100, reasoning_tokens=50),
        request("b", **kind, completion_tokens=300, reasoning_tokens=50),
    )
    columns = "completion_per_request, p50_completion_tokens, p95_completion_tokens, reasoning_pct"
    assert read(workbench, "verbosity", columns) == [(Decimal(200), 100, 300, Decimal(25))]


def test_views_have_no_rows_on_an_empty_warehouse() -> None:
    with open_workbench() as con:
        built(con)
        con.execute("create schema meta")
        for row in (Adjustment, OutcomeAdjustment, BuiltDay, Delivery, Price):
            create_empty(con, row)
        kept = {table for view in view_tables() for table in inputs_of(view)} & {*row_models()}
        for table in kept - {*tables_in(con), *view_tables()}:
            create_empty(con, row_models()[table])
        unite(con)
        for table in view_tables():
            run_step(con, table, DAY)
            found = "points_pct <> 0" if table == Trust.table else "true"
            assert con.execute(f"select * from {table} where {found}").fetchall() == [], table
