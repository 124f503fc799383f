"""marts.cost_per_request and marts.failure_waste: one row per request, and which of them are waste.

The marts that add requests up are tested in `test_marts_spend.py` and `test_marts_tasks.py`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.mart_inputs import DAY, build, put, request, task


def test_request_carries_its_cost_and_the_outcome_of_its_task(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "0.25", task_id="t1", feature="search", price_ids="p1,p2"),
        request("b", None),
        tasks=(task("t1", "success"),),
    )
    build(workbench)

    assert rows_of(
        workbench,
        """select request_id, feature, outcome, cost_usd, unpriced_reason, price_ids, waste_class
           from marts.cost_per_request""",
    ) == [
        {
            "request_id": "a",
            "feature": "search",
            "outcome": "success",
            "cost_usd": Decimal("0.25"),
            "unpriced_reason": None,
            "price_ids": "p1,p2",
            "waste_class": None,
        },
        {
            "request_id": "b",
            "feature": None,
            "outcome": None,
            "cost_usd": None,
            "unpriced_reason": "usage_missing",
            "price_ids": None,
            "waste_class": None,
        },
    ]


def test_token_groups_sum_their_known_classes(workbench: duckdb.DuckDBPyConnection) -> None:
    put(
        workbench,
        request("known", cache_write_5m_tokens=5, cache_write_1h_tokens=60, input_audio_tokens=7),
        request("unknown", input_tokens=3),
        request("zero", cache_write_30m_tokens=0, output_image_tokens=0, cache_read_image_tokens=0),
    )
    build(workbench)

    assert workbench.execute(
        """select request_id, cache_write_tokens, input_media_tokens, output_media_tokens
           from marts.cost_per_request"""
    ).fetchall() == [
        ("known", 65, 7, None),
        ("unknown", None, None, None),
        ("zero", 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("values", "waste_class"),
    [
        ({"status": "timeout", "is_final_attempt": False, "task_id": "bad"}, "timed_out"),
        ({"status": "error", "is_final_attempt": False}, "errored"),
        ({"status": "refused", "task_id": "bad"}, "refused"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "incomplete", "task_id": "bad"}, "incomplete"),
        ({"status": "truncated", "is_final_attempt": False}, "truncated"),
        ({"is_final_attempt": False, "task_id": "bad"}, "retried"),
        ({"task_id": "bad"}, "failed_task"),
        ({"task_id": "good"}, None),
        ({"task_id": "open"}, None),
        ({"status": "cache_hit", "task_id": "bad"}, "failed_task"),
        ({}, None),
    ],
)
def test_request_is_wasted_for_the_first_reason_that_holds(
    workbench: duckdb.DuckDBPyConnection, values: dict[str, Any], waste_class: str | None
) -> None:
    outcomes = (task("bad", "failure"), task("good", "success"), task("open", "unknown"))
    put(workbench, request("a", **values), tasks=outcomes)
    build(workbench)

    assert workbench.execute("select waste_class from marts.cost_per_request").fetchall() == [
        (waste_class,)
    ]


CALL = {"call_id": "c", "operation": "chat", "feature": "search"}
LOST = {"status": "timeout", "billed_state": "unknown", "usage_basis": "missing"}
PAID = {"input_cost_usd": "3", "cache_read_cost_usd": "0", "cache_write_cost_usd": "0"}


def _bounds(con: duckdb.DuckDBPyConnection) -> tuple[Decimal | None, ...]:
    build(con)
    (row,) = con.execute(
        """select cost_lower_bound_usd, cost_upper_bound_usd from marts.cost_per_request
           where request_id = 'lost'"""
    ).fetchall()
    return tuple(row)


def test_known_cost_is_its_own_bounds(workbench: duckdb.DuckDBPyConnection) -> None:
    put(workbench, request("lost", "0.25"), request("dear", "9"))
    assert _bounds(workbench) == (Decimal("0.25"), Decimal("0.25"))


def test_lost_usage_costs_at_most_the_dearest_prompt_and_the_dearest_answer(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    chat = {"operation": "chat", "feature": "search"}
    put(
        workbench,
        request("lost", None, **LOST, **chat),
        request("long prompt", "3.5", **PAID, **chat),
        request("long answer", "2", **PAID | {"input_cost_usd": "1"}, **chat),
        request("another feature", "99", **PAID, operation="chat", feature="agent"),
        request("another model", "99", **PAID, **chat, model="gpt-5"),
        request("yesterday", "99", **PAID, **chat, day=DAY - timedelta(1)),
    )
    assert _bounds(workbench) == (Decimal(0), Decimal(4))


def test_lost_usage_had_the_prompt_of_the_other_attempt(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("lost", None, **LOST, **CALL),
        request("again", "0.7", **CALL, **PAID | {"input_cost_usd": "0.5"}),
        request("other", "8", **PAID | CALL | {"call_id": "d"}),
    )
    assert _bounds(workbench) == (Decimal(0), Decimal("5.5"))


def test_attempt_that_read_the_cache_tells_nothing_of_one_that_may_have_filled_it(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("lost", None, **LOST, **CALL),
        request("again", "0.7", **CALL, **PAID | {"input_cost_usd": "0.5"}, cache_read_tokens=9),
        request("other", "8", **PAID | CALL | {"call_id": "d"}),
    )
    assert _bounds(workbench) == (Decimal(0), Decimal(8))


def test_nothing_alike_bounds_nothing(workbench: duckdb.DuckDBPyConnection) -> None:
    put(workbench, request("lost", None, **LOST), request("other", "8", feature="agent"))
    assert _bounds(workbench) == (Decimal(0), None)
    assert workbench.execute(
        """select waste_lower_bound_usd, waste_upper_bound_usd, unbounded_requests
           from marts.failure_waste"""
    ).fetchall() == [(Decimal(0), None, 1)]


def test_billed_request_costs_at_least_what_is_known_of_it(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    partial = {"usage_basis": "partial", "unpriced_reason": "usage_partial"}
    put(workbench, request("lost", None, **partial, **PAID))
    assert _bounds(workbench) == (Decimal(3), None)


def test_waste_is_added_up_where_it_arose_and_doubt_has_no_dollars(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    in_doubt = {"status": "timeout", "billed_state": "unknown", "usage_basis": "missing"}
    limited = {"status": "error", "billed_state": "not_billed", "usage_basis": "missing"}
    put(
        workbench,
        request("a", "0.10", is_final_attempt=False, prompt_tokens=100, completion_tokens=10),
        request("b", "0.20", is_final_attempt=False, prompt_tokens=50),
        request("c", None, is_final_attempt=False),
        request("d", None, feature="search", **in_doubt),
        request("e", "0", customer_id="acme", **limited),
        request("f", "5", prompt_tokens=9),
    )
    build(workbench)

    assert workbench.execute(
        """select waste_class, billed_state, feature, customer_id, requests, wasted_prompt_tokens,
               wasted_completion_tokens, unknown_usage_requests, waste_usd, unpriced_requests
           from marts.failure_waste"""
    ).fetchall() == [
        ("errored", "not_billed", "(unattributed)", "acme", 1, 0, 0, 0, Decimal(0), 0),
        ("retried", "billed", "(unattributed)", "(unattributed)", 3, 150, 10, 0, Decimal("0.3"), 1),
        ("timed_out", "unknown", "search", "(unattributed)", 1, 0, 0, 1, None, 1),
    ]
