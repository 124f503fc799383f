"""The marts of waste by month, hour and depth, and of agents that went round in circles.

Which requests are waste, and the bounds of their cost, are in `test_marts_requests.py`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.sql.mart_inputs import DAY, build, put, request, task
from unitcost.workbench import run_step
from unitcost_models.parts import WasteByPrompt
from unitcost_models.spend import CostPerFeature

LOST = {"status": "timeout", "billed_state": "unknown", "usage_basis": "missing"}


def read(con: duckdb.DuckDBPyConnection, mart: str, columns: str) -> list[tuple[Any, ...]]:
    """A mart that is made of all days, made now."""
    run_step(con, f"marts.{mart}", DAY)
    return con.execute(f"select {columns} from marts.{mart}").fetchall()


def test_month_without_the_waste_returns_what_it_cost_on_the_days_seen(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "0.4", task_id="bad", prompt_name="p", prompt_version="2", customer_id="acme"),
        request("b", "0.6", task_id="bad", prompt_name="p", prompt_version="2", customer_id="acme"),
        request("c", "5", task_id="good"),
        tasks=(task("bad", "failure"), task("good")),
    )
    build(workbench)

    assert read(
        workbench,
        "waste_per_month",
        """month, waste_class, customer_id, prompt_version, requests, waste_usd,
           returned_lower_bound_usd, returned_upper_bound_usd""",
    ) == [
        ("2026-03", "failed_task", "acme", "2", 2, Decimal(1), Decimal(31), Decimal(31)),
    ]


def test_a_month_that_is_over_returns_its_waste_and_the_ends_are_scaled(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    """Seen from 20 January to 4 March, and not on every day: February is whole all the same."""
    days = [date(2026, 1, 20), date(2026, 2, 2), date(2026, 2, 10), date(2026, 3, 1),
            date(2026, 3, 4)]  # fmt: skip
    given(workbench, CostPerFeature, *({"day": day, "feature": "f"} for day in days))
    lost = {"waste_class": "truncated", "provider": "openai"} | dict.fromkeys(
        ("waste_usd", "waste_lower_bound_usd", "waste_upper_bound_usd"), 12
    )
    given(workbench, WasteByPrompt, *({"day": day} | lost for day in days))
    assert read(workbench, "waste_per_month", "month, waste_usd, returned_lower_bound_usd") == [
        ("2026-01", 12, 31),
        ("2026-02", 24, 24),
        ("2026-03", 24, 186),
    ]


def test_storm_is_an_hour_with_more_than_one_retry_in_twenty(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    at = {"calm": "2026-03-02 08:10:00", "storm": "2026-03-02 09:59:59"}
    struck = {"calm": 1, "storm": 30}
    put(
        workbench,
        *(
            request(
                f"{hour}{n}",
                started_at=start,
                feature="chat",
                is_final_attempt=n >= struck[hour],
                http_status=429 if n < struck[hour] else 200,
            )
            for hour, start in at.items()
            for n in range(20 if hour == "calm" else 100)
        ),
    )
    build(workbench)

    assert read(
        workbench,
        "retry_storms",
        "hour_at, feature, requests, retried_requests, struck_pct, round(struck_low_pct, 2)",
    ) == [(datetime(2026, 3, 2, 9), "chat", 100, 30, Decimal(30), Decimal("21.89"))]


def test_throttling_is_a_storm_also_where_a_span_hides_the_retries(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(workbench, *(request(str(n), http_status=429 if n else 200) for n in range(3)))
    build(workbench)
    assert read(workbench, "retry_storms", "retried_requests, struck_requests") == [(0, 2)]


def test_depth_counts_attempts_and_what_the_unused_ones_cost(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    again = {"call_id": "c", "feature": "chat"}
    put(
        workbench,
        request("a", "0", **again, is_final_attempt=False),
        request("b", "0.2", **again, is_final_attempt=False),
        request("c", "0.3", **again),
        request("d", "1", feature="chat"),
    )
    build(workbench)

    assert read(
        workbench,
        "retry_depth",
        "attempts, calls, requests, retried_requests, cost_usd, waste_lower_bound_usd",
    ) == [
        (1, 1, 1, 0, Decimal(1), Decimal(0)),
        (3, 1, 3, 2, Decimal("0.5"), Decimal("0.2")),
    ]


def _tool_call(n: int, **values: Any) -> dict[str, Any]:
    return {
        "trace_id": "t",
        "span_id": f"s{n}",
        "agent_span_id": "agent",
        "day": DAY,
        "started_at": datetime(2026, 3, 2, 10) + timedelta(minutes=n),
        "tool_name": "run_sql",
        "input_hash": "same",
    } | values


def _turns(count: int) -> list[dict[str, Any]]:
    """One request half a minute before each call of the tool."""
    return [
        request(
            f"r{n}",
            "1",
            trace_id="t",
            customer_id="acme",
            started_at=f"{datetime(2026, 3, 2, 9, 59, 30) + timedelta(minutes=n)}",
        )
        for n in range(count)
    ]


def test_loop_costs_the_requests_after_the_first_call_up_to_the_last(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(workbench, *_turns(6), tool_calls=tuple(_tool_call(n) for n in range(4)))
    build(workbench)

    (row,) = rows_of(workbench, "select * from marts.agent_loops")
    assert (row["tool_calls"], row["requests"], row["cost_usd"]) == (4, 3, Decimal(3))
    assert (row["customer_id"], row["tool_name"]) == ("acme", "run_sql")


def test_a_loop_past_midnight_is_told_on_both_days(workbench: duckdb.DuckDBPyConnection) -> None:
    """Two calls before midnight and two after it: the day has the requests that are its own."""
    eve = DAY - timedelta(1)
    late = [_tool_call(n, day=eve, started_at=datetime(2026, 3, 1, 23, 58 + n)) for n in (0, 1)]
    calls = (*late, _tool_call(2), _tool_call(3))
    put(workbench, *_turns(6), tool_calls=calls)
    build(workbench)
    (row,) = rows_of(workbench, "select * from marts.agent_loops")
    assert (row["day"], row["tool_calls"], row["requests"]) == (DAY, 4, 4)

    alone = [_tool_call(n, day=eve) for n in range(3)]
    put(workbench, *_turns(3), tool_calls=tuple(alone))
    build(workbench)
    assert rows_of(workbench, "select * from marts.agent_loops") == []


@pytest.mark.parametrize(
    "other",
    [{"input_hash": "another"}, {"tool_name": "search"}, {"agent_span_id": "b"}, {"trace_id": "u"}],
)
def test_another_input_tool_or_agent_is_no_repetition(
    workbench: duckdb.DuckDBPyConnection, other: dict[str, str]
) -> None:
    put(workbench, *_turns(3), tool_calls=(_tool_call(0), _tool_call(1), _tool_call(2, **other)))
    build(workbench)
    assert rows_of(workbench, "select * from marts.agent_loops") == []
