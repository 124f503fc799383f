"""marts.task_costs and marts.cost_per_success: what a success costs, and how sure that is.

Where outcomes come from is tested with core.tasks.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.sql.mart_inputs import DAY, add_up, build, put, request, task
from tests.sql.success_by_hand import put_tasks, run
from unitcost.workbench import open_workbench, run_step

EARLIER = DAY - timedelta(3)


def test_task_has_all_its_cost_of_all_days_under_its_dearest_model(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "1", task_id="t", model="small", prompt_name="p", prompt_version="1"),
        request("b", "2", task_id="t", model="big"),
        request("c", None, task_id="t", model="big"),
        request("d", "4"),
        tasks=(
            task("t", "unknown", started_on=DAY - timedelta(1)),
            task("t", "success", day=DAY - timedelta(1), started_on=DAY - timedelta(1)),
        ),
    )
    build(workbench)
    run_step(workbench, "marts.task_costs", DAY)

    assert workbench.execute(
        """select started_on, task_id, model, outcome, requests, cost_usd, unpriced_requests
           from marts.task_costs"""
    ).fetchall() == [
        (DAY - timedelta(1), "t", "big", "success", 3, Decimal(3), 1),
        (DAY, "(no task)", "gpt-5-mini", "unknown", 1, Decimal(4), 0),
    ]


def test_unknown_tasks_imply_a_range(workbench: duckdb.DuckDBPyConnection) -> None:
    outcomes = {"a": "success", "b": "failure", "c": "unknown", "d": "unknown"}
    put(
        workbench,
        *(request(t, "1.5", task_id=t) for t in outcomes),
        tasks=tuple(task(t, outcome) for t, outcome in outcomes.items()),
    )
    build(workbench)

    columns = """tasks, unknown_pct, success_rate_pct, failed_cost_pct, cost_per_task_usd,
        if_unknown_succeeded_usd, cost_per_successful_task_usd"""
    assert run(workbench, columns, "period = 'month' and dimension = 'all'") == [
        (4, Decimal(50), Decimal(50), Decimal(25), Decimal("1.5"), Decimal(2), Decimal(6))
    ]


def test_half_the_rate_at_half_the_price_is_the_same_cost_per_success(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    rates = {"sure": ("2", ["success"] * 10), "coin": ("1", ["success", "failure"] * 5)}
    tasks = {f"{m}{n}": (m, p, o) for m, (p, os) in rates.items() for n, o in enumerate(os)}
    put(
        workbench,
        *(request(t, p, task_id=t, model=m) for t, (m, p, _) in tasks.items()),
        tasks=tuple(task(t, o) for t, (_, _, o) in tasks.items()),
    )
    build(workbench)

    columns = "member, cost_per_successful_task_usd"
    assert run(workbench, columns, "period = 'week' and dimension = 'model'") == [
        ("coin", Decimal(2)),
        ("sure", Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("succeeded", "failed", "low", "high"),
    [
        (8, 2, "49.02", "94.33"),  # R: prop.test(8, 10, correct = FALSE)
        (0, 10, "0.00", "27.75"),
        (10, 0, "72.25", "100.00"),
        (325, 175, "60.72", "69.05"),
    ],
)
def test_interval_is_wilsons(
    workbench: duckdb.DuckDBPyConnection, succeeded: int, failed: int, low: str, high: str
) -> None:
    put_tasks(workbench, "m", succeeded, failed, ("1", "1"))
    add_up(workbench, "marts.tasks_by_dimension")
    columns = """round(success_rate_low_pct, 2), round(success_rate_high_pct, 2), succeeded,
        cost_per_successful_task_low_usd, cost_per_successful_task_usd,
        cost_per_successful_task_high_usd"""
    ((lowest, highest, count, *costs),) = run(
        workbench, columns, "period = 'day' and dimension = 'all'"
    )
    assert (str(lowest), str(highest), count) == (low, high, succeeded)
    if succeeded:
        assert costs == sorted(costs)
        assert abs(costs[2] * lowest - costs[1] * 100 * succeeded / (succeeded + failed)) < 1
    else:
        assert costs == [None, None, None]


OUTCOMES = st.sampled_from(["success", "failure", "unknown"])
TASKS = st.lists(st.tuples(OUTCOMES, st.sampled_from([DAY, EARLIER])), max_size=5)
SPENDS = st.lists(
    st.tuples(
        st.none() | st.integers(0, 4),
        st.none() | st.decimals("0", "99999", places=12).map(str),
        st.sampled_from(["m1", "m2"]),
        st.sampled_from([None, "a"]),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@drawn(TASKS, SPENDS)
def test_success_failure_and_unknown_are_the_whole_in_every_dimension(
    tasks: list[tuple[str, date]], spends: list[tuple[int | None, str | None, str, str | None]]
) -> None:
    requests = [
        request(
            str(n),
            cost,
            model=model,
            customer_id=customer,
            task_id=f"t{of}" if of is not None and of < len(tasks) else None,
        )
        for n, (of, cost, model, customer) in enumerate(spends)
    ]
    with open_workbench() as con:
        put(
            con,
            *requests,
            tasks=tuple(task(f"t{n}", o, started_on=d) for n, (o, d) in enumerate(tasks)),
            task_days=tuple(
                {"task_id": f"t{n}", "day": d} for n, (_, d) in enumerate(tasks) if d == EARLIER
            ),
        )
        build(con)
        (whole,) = con.execute(
            "select coalesce(sum(cost_usd), 0), count(*) from marts.cost_per_request"
        ).fetchall()
        sums = run(
            con,
            """period, dimension, sum(cost_of_succeeded_usd + cost_of_failed_usd
                + cost_of_unknown_usd), sum(requests), sum(cost_usd)""",
            "true group by all",
        )
    assert all((cost, count) == whole and cost == total for *_, cost, count, total in sums)
    assert len(sums) == (21 if requests else 0)


def test_human_and_tool_cost_stand_beside_the_models(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        *(request(t, "1", task_id=t) for t in "abc"),
        tasks=(
            task("a", human_cost_usd=4),
            task("b", "failure", tool_cost_usd="0.5", human_cost_usd="0.25"),
            task("c"),
        ),
    )
    build(workbench)

    columns = """cost_usd, other_cost_tasks, human_cost_usd, tool_cost_usd,
        cost_per_successful_task_usd, full_cost_per_successful_task_usd"""
    assert run(workbench, columns, "period = 'day' and dimension = 'all'") == [
        (3, 2, Decimal("4.25"), Decimal("0.5"), Decimal("1.5"), Decimal("3.875"))
    ]
