"""A coding agent's call is one request: of its session file, its event, its span, a gateway."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.records_by_hand import logged
from tests.sql.spans_by_hand import NOON, count, log_record, span, totals


def of_agent(number: int, source: str = "claude_code", **values: Any) -> dict[str, Any]:
    """A coding agent's call as its session file has it, or as its event does a second later."""
    ended = NOON + timedelta(seconds=30 * number + 10)
    is_event = source == "agent_events"
    told = {
        "source_format": source,
        "witness": 3,
        "session_id": "s-1",
        "prompt_tokens": 100 + number,
        "input_tokens": 70 + number,
        "cache_write_unknown_tokens" if is_event else "cache_write_5m_tokens": 30,
        "started_at": ended - timedelta(seconds=8 if is_event else 1),
        "ended_at": ended if is_event else None,
        "provider_response_id": None if is_event else f"msg_{number:020d}",
        "user_id": "ann@example.com" if is_event else None,
        "feature": None if is_event else "main",
    }
    return log_record(f"{source}:{number}", **told | values)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seen=st.lists(
        st.sets(st.sampled_from(("claude_code", "agent_events")), min_size=1), max_size=12
    ),
    shuffle=st.randoms(use_true_random=False),
)
def test_an_agents_event_and_its_session_file_tell_of_one_call(
    counting: duckdb.DuckDBPyConnection, seen: list[set[str]], shuffle: Any
) -> None:
    records = [of_agent(n, source) for n, places in enumerate(seen) for source in places]
    shuffle.shuffle(records)
    rows = count(counting, [], records)
    assert [r["sighting_count"] for r in rows] == [len(places) for places in seen]
    for row, places in zip(rows, seen, strict=True):
        assert (row["user_id"] is not None) == ("agent_events" in places)
        assert (row["feature"] is not None) == ("claude_code" in places)
        assert (row["provider_response_id"] is not None) == ("claude_code" in places)


def agent_span(number: int) -> Any:
    """The span of the same call, whose answer's id is the event's and not the file's."""
    return span(
        f"span {number}",
        "root",
        {
            "session.id": "s-1",
            "gen_ai.system": "anthropic",
            "gen_ai.request.model": "claude-sonnet-4-5",
            "gen_ai.response.id": f"req_{number:020d}",
            "llm.anthropic.usage.input_tokens": 70 + number,
            "llm.anthropic.usage.cache_creation_input_tokens": 30,
            "llm.anthropic.usage.output_tokens": 20,
        },
        at=30 * number + 2,
        lasts=8,
        scope="com.anthropic.claude_code.tracing",
        span_name="claude_code.llm_request",
    )


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seen=st.lists(
        st.sets(st.sampled_from(("claude_code", "agent_events", "span")), min_size=1), max_size=12
    ),
    shuffle=st.randoms(use_true_random=False),
)
def test_an_agents_span_event_and_session_file_tell_of_one_call(
    counting: duckdb.DuckDBPyConnection, seen: list[set[str]], shuffle: Any
) -> None:
    named = {"agent_events": "req", "claude_code": "msg"}
    records = [
        of_agent(
            n, source, provider_name="anthropic", provider_response_id=f"{named[source]}_{n:020d}"
        )
        for n, places in enumerate(seen)
        for source in places - {"span"}
    ]
    spans = [agent_span(n) for n, places in enumerate(seen) if "span" in places]
    shuffle.shuffle(records)
    rows = count(counting, [span("root"), *spans], records)
    assert [r["sighting_count"] for r in rows] == [len(places) for places in seen]
    assert totals(rows) == (sum(100 + n for n in range(len(seen))), 20 * len(seen))


def test_an_agents_calls_of_equal_length_pair_one_by_one(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    """The same question asked again, answered longer; a file that holds part of an answer."""
    first: dict[str, Any] = {"prompt_tokens": 100, "completion_tokens": 20}
    again: dict[str, Any] = {"prompt_tokens": 100, "completion_tokens": 35}
    part: dict[str, Any] = {"prompt_tokens": 100, "completion_tokens": 1}
    records = [
        of_agent(0, "agent_events", **first),
        of_agent(1, "agent_events", **again),
        of_agent(0, **first),
        of_agent(1, **part),
    ]
    rows = count(counting, [], records)
    assert [r["sighting_count"] for r in rows] == [2, 2]
    assert [r["completion_tokens"] for r in rows] == [20, 35]
    assert [r["cache_write_5m_tokens"] for r in rows] == [30, None]
    assert [r["session_id"] for r in rows] == ["s-1", "s-1"]


def test_an_agents_event_is_no_other_sessions_call_nor_one_long_before(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    records = [
        of_agent(0, "agent_events"),
        of_agent(0, session_id="s-2"),
        of_agent(1, prompt_tokens=100, started_at=NOON + timedelta(minutes=5)),
    ]
    assert [r["sighting_count"] for r in count(counting, [], records)] == [1] * 3


def test_an_agents_event_is_one_call_with_the_gateways_record_of_its_answer(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    gateway = logged(0, 2) | {"provider_response_id": "msg_" + "0" * 20, "prompt_tokens": 100}
    (row,) = count(counting, [], [of_agent(0), of_agent(0, "agent_events"), gateway])
    assert (row["sighting_count"], str(row["reported_cost_usd"])) == (3, "0.500000000000")
