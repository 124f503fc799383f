"""marts.cost_per_successful_task: what a success really costs, failures and retries included.

Where outcomes come from is tested with core.tasks.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import duckdb

from tests.given import rows_of
from tests.sql.mart_inputs import DAY, build, put, request, task

KIND = {"task_type": "refund", "feature": "support", "workflow": "agent"}


def test_success_costs_every_attempt_of_every_task(workbench: duckdb.DuckDBPyConnection) -> None:
    put(
        workbench,
        request("a", "0.10", task_id="good", is_final_attempt=False),
        request("b", "0.20", task_id="good"),
        request("c", "0.40", task_id="also good"),
        request("d", "0.80", task_id="bad"),
        request("e", "1.60", task_id="open"),
        request("f", None, task_id="open"),
        tasks=(
            task("good", **KIND),
            task("also good", **KIND),
            task("bad", "failure", **KIND),
            task("open", "unknown", **KIND),
        ),
    )
    build(workbench)

    assert rows_of(workbench, "select * from marts.cost_per_successful_task") == [
        {
            "day": DAY,
            **KIND,
            "tasks": 4,
            "succeeded": 2,
            "failed": 1,
            "unknown": 1,
            "success_rate_pct": Decimal("66.666667"),
            "requests": 6,
            "cost_usd": Decimal("3.1"),
            "unpriced_requests": 1,
            "cost_of_succeeded_usd": Decimal("0.7"),
            "cost_of_failed_usd": Decimal("0.8"),
            "cost_of_unknown_usd": Decimal("1.6"),
            "cost_per_successful_task_usd": Decimal("1.55"),
        }
    ]


def test_no_success_has_no_cost_per_success(workbench: duckdb.DuckDBPyConnection) -> None:
    put(
        workbench,
        request("a", "3", task_id="bad"),
        request("b", "3", task_id="open"),
        tasks=(task("bad", "failure", task_type="x"), task("open", "unknown", task_type="y")),
    )
    build(workbench)

    assert workbench.execute(
        """select task_type, success_rate_pct, cost_per_successful_task_usd
           from marts.cost_per_successful_task"""
    ).fetchall() == [("x", Decimal(0), None), ("y", None, None)]


def test_a_success_without_a_price_does_not_cost_nothing(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "0", task_id="t1", status="error", billed_state="not_billed", **KIND),
        request("b", None, task_id="t1", **KIND),
        tasks=(task("t1", **KIND),),
    )
    build(workbench)
    assert workbench.execute(
        """select succeeded, cost_usd, unpriced_requests, cost_per_successful_task_usd
           from marts.cost_per_successful_task"""
    ).fetchall() == [(1, 0, 1, None)]


def test_task_over_midnight_costs_here_and_counts_where_it_started(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "2", task_id="t1"),
        tasks=(task("t1", started_on=DAY - timedelta(1), **KIND),),
    )
    build(workbench)

    assert workbench.execute(
        """select tasks, succeeded, cost_usd, cost_of_succeeded_usd, cost_per_successful_task_usd
           from marts.cost_per_successful_task"""
    ).fetchall() == [(0, 0, Decimal(2), Decimal(2), None)]


def test_task_is_known_by_its_own_attributes_not_by_those_of_its_requests(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "1", task_id="t1", feature="other", workflow="sub-agent"),
        request("b", "2", task_id="t2", feature="other"),
        tasks=(task("t1", **KIND), task("t2")),
    )
    build(workbench)

    assert workbench.execute(
        "select task_type, feature, workflow, cost_usd from marts.cost_per_successful_task"
    ).fetchall() == [
        ("(unattributed)", "(unattributed)", "(unattributed)", Decimal(2)),
        ("refund", "support", "agent", Decimal(1)),
    ]


def test_requests_of_no_task_are_rows_of_their_own(workbench: duckdb.DuckDBPyConnection) -> None:
    put(
        workbench,
        request("a", "1", feature="search", task_type="refund"),
        request("b", "2"),
        request("c", "4", task_id="t1"),
        tasks=(task("t1"),),
    )
    build(workbench)

    assert workbench.execute(
        """select task_type, feature, tasks, cost_usd, cost_per_successful_task_usd
           from marts.cost_per_successful_task"""
    ).fetchall() == [
        ("(no task)", "(unattributed)", 0, Decimal(2), None),
        ("(no task)", "search", 0, Decimal(1), None),
        ("(unattributed)", "(unattributed)", 1, Decimal(4), Decimal(4)),
    ]
