"""Spans that tell sums of calls beside them: taken apart where evidence allows, else as told."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.sql.spans_by_hand import Span, chat, count, span, totals

Connection = duckdb.DuckDBPyConnection
SPRING: dict[str, Any] = {"scope": "org.springframework.boot", "scope_version": "3.5.7"}
LOGFIRE = "logfire.claude_agent_sdk"


def said(prompt: int, answer: int, ending: str = "stop") -> dict[str, Any]:
    return {
        "gen_ai.usage.input_tokens": prompt,
        "gen_ai.usage.output_tokens": answer,
        "gen_ai.usage.total_tokens": prompt + answer,
        "gen_ai.response.finish_reasons": f'["{ending}"]',
    }


def loop(*usage: tuple[int, int], ending: str = "TOOL_CALLS", **spring: Any) -> list[Span]:
    """Calls one after the other below one span, each after tools that the last asked for."""
    return [
        chat(f"chat {n}", "advisor", said(*told, ending), at=2 * n, **{**SPRING, **spring})
        for n, told in enumerate(usage)
    ]


def added(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(row["prompt_tokens"], row["completion_tokens"]) for row in rows]


def test_a_tool_loop_of_spring_ai_1_adds_each_call_to_the_next(counting: Connection) -> None:
    rows = count(counting, loop((100, 20), (250, 50), (430, 60)))
    assert added(rows) == [(100, 20), (150, 30), (180, 10)]
    assert [row["residual_tokens"] for row in rows] == [0, 0, 0]
    rules = [row["normalisation_rule"].endswith("running_total") for row in rows]
    assert rules == [False, True, True]


def test_tools_that_ran_between_calls_tell_the_loop_where_no_ending_does(
    counting: Connection,
) -> None:
    ran = span("tool_call weather", "advisor", at=1.2, lasts=0.5, **SPRING)
    rows = count(counting, [*loop((100, 20), (250, 50), ending="STOP"), ran])
    assert added(rows) == [(100, 20), (150, 30)]


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param(loop((100, 20), (150, 30), (320, 40)), id="each call told alone"),
        pytest.param(loop((100, 20), (250, 10)), id="the answer shrank"),
        pytest.param(loop((100, 20), (250, 50), scope_version="4.0.1"), id="Spring AI 2"),
        pytest.param(loop((100, 20), (250, 50), ending="STOP"), id="no tools"),
        pytest.param(loop((100, 20), (250, 50), scope="other"), id="another writer"),
        pytest.param(loop((100, 20), (250, 50), lasts=3), id="at the same time"),
    ],
)
def test_calls_that_are_no_running_total_stay_as_told(
    counting: Connection, spans: list[Span]
) -> None:
    rows = count(counting, spans)
    assert len(rows) == len(spans)
    assert not any("running_total" in row["normalisation_rule"] for row in rows)


def agent(told: dict[str, Any], *chats: Span) -> list[Span]:
    shared = {"gen_ai.operation.name": "invoke_agent", "gen_ai.response.model": "claude-sonnet-4-5"}
    return [span("agent", None, shared | told, scope=LOGFIRE, lasts=9), *chats]


def half_told(number: int, prompt: int, answer: int) -> Span:
    """A chat of Claude's agent SDK under Logfire, with the counts of its answer's beginning."""
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.response.model": "claude-sonnet-4-5",
        "gen_ai.usage.partial.input_tokens": prompt,
        "gen_ai.usage.partial.output_tokens": answer,
        "gen_ai.usage.partial.cache_read.input_tokens": prompt - 10,
    }
    return span(f"chat {number}", "agent", told, at=number, scope=LOGFIRE)


def test_an_agent_that_knows_the_whole_counts_for_calls_half_told(counting: Connection) -> None:
    rows = count(counting, agent(said(2000, 300), half_told(1, 900, 1), half_told(2, 1100, 2)))
    assert (len(rows), totals(rows)) == (1, (2000, 300))
    assert (rows[0]["usage_basis"], rows[0]["attempt_count_known"]) == ("reported", False)


def test_without_a_result_the_half_told_calls_are_partial(counting: Connection) -> None:
    rows = count(counting, agent({}, half_told(1, 900, 1), half_told(2, 1100, 2)))
    assert [row["usage_basis"] for row in rows] == ["partial", "partial"]
    assert [row["cache_read_tokens"] for row in rows] == [890, 1090]
    assert totals(rows) == (2000, 3)
