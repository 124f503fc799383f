"""Whatever became known of a closed day's tasks, what was reported and the postings are that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from tests.given import given, rows_of
from tests.sql.mart_inputs import build, put, request, task
from unitcost.queries import load_query
from unitcost.workbench import create_empty, run_step, run_steps
from unitcost_models.closing import PostingDay
from unitcost_models.late_outcomes import (
    OutcomeAdjustment,
    PublishedTask,
    ReportedTask,
    RestatedTask,
    SuccessAsKnown,
    SuccessAsReported,
)
from unitcost_models.marts import CostPerSuccessfulTask

DAY = date(2026, 10, 30)
POSTED = date(2026, 11, 2)
TASK = st.fixed_dictionaries(
    {
        "task_type": st.sampled_from(["refund", "(unattributed)"]),
        "feature": st.sampled_from(["chat", "search"]),
        "workflow": st.just("agent"),
        "outcome": st.sampled_from(["success", "failure", "unknown"]),
        "tasks": st.sampled_from([0, 1]),
        "unpriced_requests": st.sampled_from([0, 1]),
        "cost_usd": st.decimals(0, 5, places=12),
    }
)
DAYS = st.dictionaries(st.sampled_from("abcdef"), TASK)
Day = dict[str, dict[str, Any]]
ONE = {"task_type": "refund", "feature": "chat", "workflow": "agent", "tasks": 1,
       "unpriced_requests": 0, "cost_usd": Decimal("1.5")}  # fmt: skip


def adjust(con: duckdb.DuckDBPyConnection, before: Day, after: Day) -> list[dict[str, Any]]:
    """The outcome adjustments of a day; the tables stay in the workbench."""
    for row, held in ((PublishedTask, before), (ReportedTask, before), (RestatedTask, after)):
        given(con, row, *({"task_id": key, "day": DAY} | values for key, values in held.items()))
    given(con, PostingDay, {"posting_no": 7, "day": POSTED, "posted_on": POSTED})
    run_steps(con, ["steps.task_changes"], DAY)
    create_empty(con, OutcomeAdjustment)
    select = load_query(OutcomeAdjustment.table).bind(DAY)
    con.execute(f"insert into {OutcomeAdjustment.table} by name {select}")
    return rows_of(con, f"select * from {OutcomeAdjustment.table} order by all")


def spent(day: Day, outcome: str) -> Decimal:
    return sum((t["cost_usd"] for t in day.values() if t["outcome"] == outcome), Decimal(0))


@given_any(before=DAYS, after=DAYS)
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_reported_and_adjustments_are_what_is_known(
    workbench: duckdb.DuckDBPyConnection, before: Day, after: Day
) -> None:
    rows = adjust(workbench, before, after)
    claim = load_query("checks.outcome_adjustments_tie_to_tasks").bind(DAY)
    assert workbench.execute(claim).fetchall() == []
    assert (rows == []) == (before == after)
    for outcome, column in (
        ("success", "succeeded"),
        ("failure", "failed"),
        ("unknown", "unknown"),
    ):
        moved = sum((row[f"{column}_amount_usd"] for row in rows), Decimal(0))
        assert moved == spent(after, outcome) - spent(before, outcome)
    keys = [tuple(row[name] for name in OutcomeAdjustment.key) for row in rows]
    assert len(set(keys)) == len(keys)


def test_a_verdict_names_its_task_and_other_costs_are_added_up(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    dearer = {"outcome": "failure", "cost_usd": Decimal(2)}
    before = {key: ONE | {"outcome": "failure"} for key in "abc"}
    after = {"a": ONE | dearer, "b": ONE | dearer, "c": ONE | {"outcome": "success"}}
    rows = adjust(workbench, before, after)
    told = [
        (row["task_id"], row["outcome_before"], row["outcome_after"], row["added_succeeded"],
         row["amount_usd"], row["failed_amount_usd"], row["succeeded_amount_usd"])
        for row in rows
    ]  # fmt: skip
    assert told == [
        ("(as judged)", "failure", "failure", 0, 1, 1, 0),
        ("c", "failure", "success", 1, 0, Decimal("-1.5"), Decimal("1.5")),
    ]
    assert (rows[1]["month"], rows[1]["day"], rows[1]["adjusted_day"]) == ("2026-10", POSTED, DAY)


def test_a_verdict_that_tells_the_kind_too_moves_the_task_there(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    before = {"a": ONE | {"task_type": "(unattributed)", "outcome": "unknown"}}
    rows = adjust(workbench, before, {"a": ONE | {"outcome": "success"}})
    told = [
        (row["task_type"], row["outcome_before"], row["outcome_after"], row["added_tasks"],
         row["amount_usd"])
        for row in rows
    ]  # fmt: skip
    moved = Decimal("1.5")
    assert told == [
        ("(unattributed)", "unknown", None, -1, -moved),
        ("refund", None, "success", 1, moved),
    ]


def test_what_is_known_of_tasks_is_what_the_mart_says(workbench: duckdb.DuckDBPyConnection) -> None:
    """Kinds of task, costs of no task, unpriced requests and tasks of earlier days included."""
    kind = {"task_type": "refund", "feature": "chat", "workflow": "agent"}
    put(
        workbench,
        request("a", "0.1", task_id="t1", **kind),
        request("b", "0.2", task_id="t2", **kind),
        request("c", None, task_id="t3"),
        request("d", "0.4", feature="search"),
        tasks=(
            task("t1", outcome="success", **kind),
            task("t2", outcome="failure", started_on=date(2026, 3, 1), **kind),
            task("t3", outcome="unknown"),
        ),
    )
    build(workbench)
    day = rows_of(workbench, f"select min(day) as day from {CostPerSuccessfulTask.table}")[0]["day"]
    run_step(workbench, RestatedTask.table, day)
    known = """
        select task_type, feature, workflow, sum(tasks)::bigint, sum(cost_usd),
            sum(unpriced_requests)::bigint,
            coalesce(sum(tasks) filter (where outcome = 'success'), 0)::bigint,
            coalesce(sum(cost_usd) filter (where outcome = 'failure'), 0)
        from core.restated_tasks group by all order by all"""
    mart = """
        select task_type, feature, workflow, tasks, cost_usd, unpriced_requests, succeeded,
            cost_of_failed_usd
        from marts.cost_per_successful_task order by all"""
    found = workbench.execute(known).fetchall()
    assert found == workbench.execute(mart).fetchall()
    assert len(found) == 3


def test_both_views_add_up_and_differ_in_the_month(workbench: duckdb.DuckDBPyConnection) -> None:
    before = {"a": ONE | {"outcome": "unknown"}, "b": ONE | {"outcome": "success"}}
    adjust(workbench, before, {"a": ONE | {"outcome": "success"}, "b": before["b"]})
    kind = {"task_type": "refund", "feature": "chat", "workflow": "agent"}
    booked = {"day": DAY, "tasks": 2, "succeeded": 1, "failed": 0, "unknown": 1, "requests": 2,
              "cost_usd": 3, "unpriced_requests": 0, "cost_of_succeeded_usd": "1.5",
              "cost_of_failed_usd": 0, "cost_of_unknown_usd": "1.5"}  # fmt: skip
    given(workbench, CostPerSuccessfulTask, booked | kind)
    for view in (SuccessAsKnown, SuccessAsReported):
        run_step(workbench, view.table, DAY)
    known = """select month, booked_cost_per_successful_task_usd, tasks, succeeded, unknown,
                   cost_usd, cost_per_successful_task_usd from marts.success_as_known"""
    assert workbench.execute(known).fetchall() == [("2026-10", 3, 2, 2, 0, 3, Decimal("1.5"))]
    reported = """select month, tasks, succeeded, cost_per_successful_task_usd, adjusted_succeeded,
                      adjusted_unknown, succeeded_adjustment_usd, unknown_adjustment_usd
                  from marts.success_as_reported order by month"""
    assert workbench.execute(reported).fetchall() == [
        ("2026-10", 2, 1, 3, 0, 0, 0, 0),
        ("2026-11", 0, 0, None, 1, -1, Decimal("1.5"), Decimal("-1.5")),
    ]
