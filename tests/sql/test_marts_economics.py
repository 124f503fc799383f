"""The marts of unit economics, each on rows one can add up in the head.

All are made of all days; here of one or two.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.mart_inputs import DAY, build, put, request, task
from unitcost.days.uniting import unite
from unitcost.tables import inputs_of, row_models, view_tables
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


def test_a_margin_is_unknown_where_a_days_revenue_is(workbench: Connection) -> None:
    """Euros without a rate: no number that is too small."""
    sold = {"day": DAY, "customer_id": "acme"}
    built(
        workbench,
        request("a", "3", customer_id="acme", feature="chat"),
        revenue=(
            sold | {"plan": "pro", "feature": "chat", "billed_revenue": "10"},
            sold | {"plan": "extra", "feature": "chat", "currency": "EUR", "billed_revenue": "1"},
        ),
    )
    assert read(workbench, "feature_margin", "feature, margin_usd") == [("chat", None)]
    plans = read(workbench, "plan_margin", "plan, revenue_usd, margin_usd")
    assert plans == [("extra", None, None), ("pro", Decimal(10), Decimal(7))]
    paid = "select revenue_usd, margin_usd from marts.cost_per_customer"
    assert workbench.execute(paid).fetchall() == [(None, None)]


def test_margin_by_plan_and_feature(workbench: Connection) -> None:
    built(
        workbench,
        request("a", "3", customer_id="acme", feature="chat"),
        request("b", "1", customer_id="solo", feature="search"),
        request("c", "5", customer_id="free", feature="chat"),
        revenue=(
            {"day": DAY, "customer_id": "acme", "plan": "pro", "billed_revenue": "10"},
            {"day": DAY, "customer_id": "acme", "plan": "add-on", "feature": "chat"}
            | {"billed_revenue": "2"},
            {"day": DAY, "customer_id": "solo", "plan": "pro", "billed_revenue": "0.5"},
            {"day": DAY, "customer_id": "idle", "plan": "pro", "billed_revenue": "1"},
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
    run_step(workbench, "marts.carried_tasks", DAY)
    columns = "succeeded, floor_usd, median_success_usd, viable_price_usd"
    assert read(workbench, "token_floor", columns) == [
        (20, Decimal("1.5"), Decimal(10), Decimal("16.25"))
    ]


def test_a_success_without_a_price_is_no_floor(workbench: Connection) -> None:
    """Half a cost is no cheap task, and no cost is no viable price of 0."""
    built(
        workbench,
        request("a", "3", task_id="t1"),
        request("b", "1", task_id="t2"),
        request("c", None, task_id="t2"),
        request("d", None, task_id="t3"),
        tasks=tuple(task(f"t{n}", feature="fg"[n > 2]) for n in (1, 2, 3)),
    )
    run_step(workbench, "marts.carried_tasks", DAY)
    columns = (
        "feature, succeeded, floor_usd, median_success_usd, viable_price_usd, unpriced_requests"
    )
    assert read(workbench, "token_floor", columns) == [
        ("f", 2, 3, 3, 2, 1),
        ("g", 1, None, None, None, 1),
    ]
    run_step(workbench, "marts.cost_per_success", DAY)
    per_success = """
        select member, cost_per_successful_task_usd, cost_per_task_usd, cost_usd
        from marts.cost_per_success where period = 'month' and dimension = 'feature'
        order by member"""
    assert workbench.execute(per_success).fetchall() == [("f", 2, 2, 4), ("g", None, None, 0)]


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
