"""Whatever the requests: every mart ties to them, and their order changes nothing.

Single marts are tested with rows one can read in the other `test_marts_*.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.sql.mart_inputs import DAY, MARTS, build, findings, put, request, task
from unitcost.tables import row_models
from unitcost.workbench import open_workbench

NAMES = st.sampled_from([None, "a", "b", "(unattributed)"])
COSTS = st.none() | st.decimals("0", "8000000000000", places=12).map(str)
"""Twelve of them stay below the 10^14 dollars that trillionths of a day can hold."""
TOKENS = st.none() | st.integers(0, 10**12)
STATUSES = (
    "ok",
    "error",
    "timeout",
    "cancelled",
    "truncated",
    "refused",
    "incomplete",
    "cache_hit",
)
REQUESTS = st.lists(
    st.fixed_dictionaries(
        {
            "cost_usd": COSTS,
            "workflow_run_id": NAMES,
            "task_id": NAMES,
            "workflow": NAMES,
            "stage": NAMES,
            "task_type": NAMES,
            "customer_id": NAMES,
            "user_id": NAMES,
            "feature": NAMES,
            "team": NAMES,
            "model": NAMES,
            "prompt_name": NAMES,
            "prompt_version": NAMES,
            "status": st.sampled_from(STATUSES),
            "billed_state": st.sampled_from(["billed", "not_billed", "unknown"]),
            "is_final_attempt": st.booleans(),
            "day": st.sampled_from([DAY, DAY, DAY, DAY + timedelta(1)]),
            "prompt_tokens": TOKENS,
            "cache_write_5m_tokens": TOKENS,
            "latency_ms": st.none() | st.integers(0, 10**9),
        }
    ),
    max_size=12,
)
TASKS = st.lists(
    st.fixed_dictionaries(
        {
            "task_id": st.sampled_from(["a", "b", "(unattributed)"]),
            "outcome": st.sampled_from(["success", "failure", "unknown"]),
            "started_on": st.sampled_from([DAY, DAY - timedelta(1)]),
            "task_type": NAMES,
            "feature": NAMES,
            "workflow": NAMES,
        }
    ),
    unique_by=lambda t: t["task_id"],
    max_size=3,
)
REVENUE = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["a", "b", "c"]),
            "billed_revenue": st.decimals("-999999999999999", "999999999999999", places=12).map(
                str
            ),
        }
    ),
    unique_by=lambda r: r["customer_id"],
    max_size=3,
)


@settings(max_examples=10, deadline=None)
@drawn(REQUESTS, TASKS, REVENUE, st.sets(st.sampled_from(["a", "b"])), st.randoms())
def test_every_mart_ties_and_order_changes_nothing(
    drawn_requests: list[dict[str, Any]],
    tasks: list[dict[str, Any]],
    revenue: list[dict[str, Any]],
    earlier_runs: set[str],
    random: Any,
) -> None:
    requests = [request(str(n), **values) for n, values in enumerate(drawn_requests)]
    others = {
        "tasks": tuple(task(**t) for t in tasks),
        "revenue": tuple({"day": DAY} | r for r in revenue),
        "run_days": tuple({"workflow_run_id": r, "day": DAY - timedelta(1)} for r in earlier_runs),
    }
    with open_workbench() as con:
        put(con, *requests, **others)
        build(con)
        first = _contents(con)
        assert findings(con, "every_mart_ties_to_requests") == []
        assert findings(con, "waste_ties_to_requests") == []
        assert findings(con, "every_task_has_one_outcome") == []
        _assert_waste_is_bounded_by_the_whole(con)
        _assert_success_failure_and_unknown_are_the_whole(con)
        assert _runs_by_workflow(con) == _runs(con)
        random.shuffle(requests)
        put(con, *requests, **others)
        build(con)
        assert _contents(con) == first


def _assert_waste_is_bounded_by_the_whole(con: duckdb.DuckDBPyConnection) -> None:
    """Every request is in one class at most, so no class takes what another has."""
    wrong = """
        with waste as (
            select
                coalesce(sum(requests), 0) as requests,
                coalesce(sum(waste_usd), 0) as waste_usd,
                coalesce(sum(waste_lower_bound_usd), 0) as lower_usd
            from marts.failure_waste
        ), whole as (
            select
                count(*) as requests,
                coalesce(sum(cost_usd), 0) as cost_usd,
                coalesce(sum(cost_lower_bound_usd), 0) as lower_usd,
                count(*) filter (where cost_lower_bound_usd > cost_upper_bound_usd) as crossed
            from marts.cost_per_request
        )
        select * from waste, whole
        where waste.requests > whole.requests or waste.waste_usd > whole.cost_usd
            or waste.lower_usd > whole.lower_usd or whole.crossed > 0
    """
    assert con.execute(wrong).fetchall() == []


def _assert_success_failure_and_unknown_are_the_whole(con: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        select * from marts.cost_per_successful_task
        where cost_of_succeeded_usd + cost_of_failed_usd + cost_of_unknown_usd <> cost_usd
    """
    assert con.execute(wrong).fetchall() == []


def test_empty_day_is_a_valid_day() -> None:
    with open_workbench() as con:
        put(con)
        build(con)
        assert not any(_contents(con).values())


def _runs_by_workflow(con: duckdb.DuckDBPyConnection) -> int:
    answer = con.execute("select coalesce(sum(runs), 0) from marts.cost_per_workflow").fetchall()
    return int(answer[0][0])


def _runs(con: duckdb.DuckDBPyConnection) -> int:
    answer = con.execute("select count(*) from marts.workflow_runs where is_started_here")
    return int(answer.fetchall()[0][0])


def _contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of every mart as they stand, proven to be in key order without a repeated key."""
    found = {}
    for mart in MARTS:
        key = ", ".join(row_models()[mart].key)
        keys = con.execute(f"select {key} from {mart}").fetchall()
        assert keys == sorted(set(keys), key=_nulls_last), mart
        found[mart] = con.execute(f"select * from {mart}").fetchall()
    return found


def _nulls_last(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    return [(part is None, part) for part in key]
