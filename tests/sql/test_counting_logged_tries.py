"""Tries that a gateway logs one by one, told apart from calls of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.sql.records_by_hand import Connection
from tests.sql.spans_by_hand import ANSWER, NOON, attempt_of, chat, count, log_record

NOTHING: dict[str, Any] = {
    "usage_basis": "missing",
    "prompt_tokens": None,
    "completion_tokens": None,
    "input_tokens": None,
    "output_tokens": None,
    "finish_reason": None,
}


def logged_try(number: int, status: int, at: float, **values: Any) -> dict[str, Any]:
    """A try as a gateway logs it that knows nothing of calls but the trace they are in."""
    told = {
        "source_format": "portkey",
        "trace_id": "of the application",
        "http_status": status,
        "has_error": status >= 400,
        "started_at": NOON + timedelta(seconds=at),
    } | (NOTHING if status >= 400 else {})
    return log_record(f"portkey:{number}", **told | values)


def test_tries_that_a_gateway_logs_under_one_trace_are_one_call(counting: Connection) -> None:
    """Times may be whole seconds, and a fallback asks another model."""
    records = [
        logged_try(1, 200, 3, request_model="gpt-4o"),
        logged_try(2, 429, 3),
        logged_try(3, 503, 0),
        logged_try(4, 200, 30),
        logged_try(5, 429, 31, trace_id="another"),
        logged_try(6, 200, 32, trace_id=None),
    ]
    rows = count(counting, [], records)
    assert [attempt_of(r)[:3] for r in rows] == [
        (1, False, "error"),
        (2, False, "error"),
        (3, True, "ok"),
        (None, True, "ok"),
        (None, True, "error"),
        (None, True, "ok"),
    ]
    assert [r["retry_evidence"] for r in rows] == ["gateway_log"] * 3 + [None] * 3
    assert len({r["call_id"] for r in rows}) == 4


def test_a_call_long_after_a_failure_or_beside_it_is_no_retry(counting: Connection) -> None:
    records = [logged_try(1, 429, 0), logged_try(2, 200, 90), logged_try(3, 200, 90.5)]
    assert len({r["call_id"] for r in count(counting, [], records)}) == 3


def test_tries_under_one_trace_are_those_of_the_span_with_the_answer(counting: Connection) -> None:
    records = [logged_try(1, 429, 0), logged_try(2, 200, 2, provider_response_id="msg_1")]
    rows = count(counting, [chat("app", None, ANSWER, lasts=4)], records)
    assert [attempt_of(r) for r in rows] == [
        (1, False, "error", "not_billed"),
        (2, True, "ok", "billed"),
    ]
    assert len({r["call_id"] for r in rows}) == 1
