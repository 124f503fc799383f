"""The marts of token profiles, each on rows one can add up in the head.

All are made of all days; here of one or two.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from tests.given import given
from tests.sql.mart_inputs import DAY, build, put, request
from unitcost.workbench import create_empty, run_step
from unitcost_models.marts import CostPerRequest

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


def test_profile_sets_prompt_against_answer(workbench: Connection) -> None:
    built(
        workbench,
        request("a", "3", **COSTS, output_cost_usd="2", prompt_tokens=1000, completion_tokens=100),
    )
    columns = """prompt_per_completion, prompt_per_million_usd, completion_per_million_usd,
        completion_to_prompt_price, round(prompt_cost_pct, 1)"""
    assert read(workbench, "token_profile", columns) == [
        (Decimal(10), Decimal(1000), Decimal(20000), Decimal(20), Decimal("33.3"))
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


def test_a_grown_prompt_of_a_model_without_a_price_stands_out_too(workbench: Connection) -> None:
    prompt = {"prompt_name": "reply"}
    built(
        workbench,
        request("a", "1", **prompt, **COSTS, prompt_version="7", prompt_tokens=1000),
        request("b", None, **prompt, prompt_version="7", prompt_tokens=500),
        request("c", None, **prompt, prompt_version="8", prompt_tokens=18_000),
    )
    columns = """prompt_version, growth_pct, requests, unpriced_requests, prompt_cost_usd,
        repeated_prefix_usd, cost_per_request_usd"""
    assert read(workbench, "prompt_growth", columns) == [
        ("7", None, 2, 1, Decimal(1), Decimal("0.5"), Decimal(1)),
        ("8", Decimal(2300), 1, 1, None, None, None),
    ]


def test_a_great_products_prompt_is_not_too_much_to_count(workbench: Connection) -> None:
    """Dollars times tokens times requests would need more digits than there are."""
    create_empty(workbench, CostPerRequest)
    workbench.execute(
        f"""insert into marts.cost_per_request by name
            select date '{DAY}' as day, n::varchar as request_id, 'reply' as prompt_name,
                '1' as prompt_version, 1000000 as prompt_tokens, 1000000 as cost_usd,
                1000000 as input_cost_usd, 0 as cache_read_cost_usd, 0 as cache_write_cost_usd,
                timestamp '{DAY} 09:30:00' as started_at, true as is_final_attempt
            from range(1200) as t(n)"""
    )
    run_step(workbench, "marts.requests_by_hour", DAY)
    columns = "requests, prompt_cost_usd, repeated_prefix_usd"
    assert read(workbench, "prompt_growth", columns) == [(1200, 1_200_000_000, 1_200_000_000)]


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
                **COSTS | {"input_cost_usd": str(n + 1), "cache_read_cost_usd": "0"},
                started_at=f"{DAY} 10:0{n}:00",
            )
            for s in "ab"
            for n in range(3)
        ),
    )
    columns = "turn_no, calls, prompt_per_call, prompt_to_first_turn_pct, context_tax_usd"
    assert read(workbench, "conversation_turns", columns) == [
        (n, 2, Decimal(100 * n), Decimal(100 * n), Decimal(2 * n - 2)) for n in (1, 2, 3)
    ]


def test_a_conversation_goes_on_in_the_next_month(workbench: Connection) -> None:
    """The conversation began the month before; its second turn is not the first of the next."""
    create_empty(workbench, CostPerRequest)
    turn = {"session_id": "s", "feature": "chat", "stage": "inference", "status": "ok",
            "is_final_attempt": True, "prompt_tokens": 100, "cost_usd": 1, **COSTS}  # fmt: skip
    days = (date(2026, 2, 28), date(2026, 3, 1))
    turns = ({"day": d, "started_at": f"{d} 10:00:00", "request_id": f"{d}"} | turn
             | {"input_cost_usd": d.month} for d in days)  # fmt: skip
    given(workbench, CostPerRequest, *turns)
    columns = "month, turn_no, prompt_to_first_turn_pct, context_tax_usd"
    assert read(workbench, "conversation_turns", columns) == [
        ("2026-02", 1, 100, 0),
        ("2026-03", 2, None, 1),
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
