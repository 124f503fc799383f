"""marts.workflow_runs and marts.cost_per_workflow: what one user action costs.

Runs over midnight are here; tasks over midnight are in `test_marts_tasks.py`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import duckdb

from tests.given import rows_of
from tests.sql.mart_inputs import DAY, build, put, request, task


def test_run_adds_up_its_requests_of_the_day(workbench: duckdb.DuckDBPyConnection) -> None:
    run = {"workflow_run_id": "r1", "workflow": "support", "task_id": "t1"}
    put(
        workbench,
        request("a", "0.2", **run, feature="chat", latency_ms=1500, prompt_tokens=10),
        request("b", None, **run, status="timeout", billed_state="unknown", is_final_attempt=False),
        request("c", "0.1", **run, started_at="2026-03-02 09:30:04", completion_tokens=3),
        request("d", "0.4"),
        tasks=(task("t1", "unknown"),),
    )
    build(workbench)

    no_run, run_row = rows_of(workbench, "select * from marts.workflow_runs")
    assert str(run_row.pop("first_request_at")) == "2026-03-02 09:30:00"
    assert run_row == {
        "day": DAY,
        "workflow_run_id": "r1",
        "workflow": "support",
        "feature": "chat",
        "customer_id": "(unattributed)",
        "task_type": "(unattributed)",
        "started_on": DAY,
        "is_started_here": True,
        "duration_ms": 4000,
        "requests": 3,
        "calls": 2,
        "failed_requests": 1,
        "truncated_requests": 0,
        "refused_requests": 0,
        "unknown_usage_requests": 0,
        "prompt_tokens": 10,
        "completion_tokens": 3,
        "cost_usd": Decimal("0.3"),
        "unpriced_requests": 1,
        "outcome": "unknown",
    }
    assert (no_run["workflow_run_id"], no_run["cost_usd"]) == ("(unattributed)", Decimal("0.4"))
    assert (no_run["started_on"], no_run["is_started_here"], no_run["outcome"]) == (
        None,
        False,
        None,
    )


def test_run_failed_if_one_of_its_tasks_did(workbench: duckdb.DuckDBPyConnection) -> None:
    outcomes = {"r1": ("success", "failure", "unknown"), "r2": ("success", "success")}
    put(
        workbench,
        *(
            request(f"{run}{n}", workflow_run_id=run, task_id=f"{run}{n}")
            for run, of_run in outcomes.items()
            for n, _ in enumerate(of_run)
        ),
        tasks=tuple(
            task(f"{run}{n}", outcome)
            for run, of_run in outcomes.items()
            for n, outcome in enumerate(of_run)
        ),
    )
    build(workbench)

    assert workbench.execute(
        "select workflow_run_id, outcome from marts.workflow_runs"
    ).fetchall() == [
        ("r1", "failure"),
        ("r2", "success"),
    ]


def test_run_over_midnight_costs_on_both_days_and_counts_on_the_first(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    run = {"workflow_run_id": "r1", "workflow": "nightly report"}
    put(
        workbench,
        request("late", "0.5", **run),
        request("other", "0.1", workflow="nightly report", workflow_run_id="r2"),
        run_days=(
            {"workflow_run_id": "r1", "day": DAY - timedelta(2)},
            {"workflow_run_id": "r1", "day": DAY - timedelta(1)},
            {"workflow_run_id": "r2", "day": DAY + timedelta(1)},
            {"workflow_run_id": "r2", "day": DAY - timedelta(32)},
        ),
    )
    build(workbench)

    assert workbench.execute(
        "select workflow_run_id, started_on, is_started_here from marts.workflow_runs"
    ).fetchall() == [("r1", DAY - timedelta(2), False), ("r2", DAY, True)]
    assert workbench.execute(
        "select runs, cost_usd, p50_run_cost_usd, p95_run_cost_usd from marts.cost_per_workflow"
    ).fetchall() == [(1, Decimal("0.6"), Decimal("0.1"), Decimal("0.1"))]


def test_percentiles_are_nearest_ranks(workbench: duckdb.DuckDBPyConnection) -> None:
    put(
        workbench,
        *(request(str(n), str(n), workflow="w", workflow_run_id=f"run {n}") for n in range(1, 41)),
    )
    build(workbench)

    assert workbench.execute(
        "select runs, p50_run_cost_usd, p95_run_cost_usd from marts.cost_per_workflow"
    ).fetchall() == [(40, Decimal(20), Decimal(38))]


def test_requests_of_no_run_cost_their_workflow_but_not_its_runs(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "0.3", workflow="w", workflow_run_id="r1"),
        request("b", "0.3", workflow="w", workflow_run_id="r1"),
        request("c", "0.3", workflow="w", workflow_run_id="r2"),
        request("d", "7", workflow="w"),
    )
    build(workbench)

    assert workbench.execute(
        """select requests, runs, calls_per_run, cost_usd, cost_per_run_usd
           from marts.cost_per_workflow"""
    ).fetchall() == [(4, 2, Decimal("1.5"), Decimal("7.9"), Decimal("0.45"))]


def test_unpriced_runs_have_no_cost_per_run(workbench: duckdb.DuckDBPyConnection) -> None:
    put(workbench, request("a", None, workflow="w", workflow_run_id="r1"))
    build(workbench)

    assert workbench.execute(
        """select runs, cost_usd, unpriced_requests, cost_per_run_usd, p50_run_cost_usd,
               p95_run_cost_usd
           from marts.cost_per_workflow"""
    ).fetchall() == [(1, Decimal(0), 1, None, None, None)]
