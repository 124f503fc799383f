"""How a request ended, what its usage is worth, and whether it was billed."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.sql.spans_by_hand import Span, chat, count, log_record

Connection = duckdb.DuckDBPyConnection
NO_USAGE = {"gen_ai.usage.input_tokens": "", "gen_ai.usage.output_tokens": ""}
NO_END = {"gen_ai.response.finish_reasons": ""}
NOTHING = NO_USAGE | NO_END
ZEROS = {"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}
STALE = {"error.type": "InternalServerError", "http.response.status_code": 500}
PARTIAL = {"gen_ai.usage.partial.input_tokens": 9, "gen_ai.usage.partial.output_tokens": 1}
STREAM = {"gen_ai.request.stream": "true"}


def ended(attributes: dict[str, Any], **values: Any) -> Span:
    return chat("call", None, attributes, **values)


def finished(reason: str) -> Span:
    return ended({"gen_ai.response.finish_reasons": reason})


def failed(error_type: str) -> Span:
    return ended(NOTHING | {"error.type": error_type})


CASES = {
    "an answer": (ended({}), "ok reported billed"),
    "a cut answer": (finished("length"), "truncated reported billed"),
    "a refusal": (finished("refusal"), "refused reported billed"),
    "a tool call": (finished("tool_calls"), "ok reported billed"),
    "no end, not streaming": (ended(NO_END), "ok reported billed"),
    "a stream without usage": (ended(STREAM | NO_USAGE), "ok missing unknown"),
    "an aborted stream": (ended(STREAM | NO_END), "incomplete partial unknown"),
    "a cut stream": (ended(STREAM | NOTHING), "incomplete missing unknown"),
    "half a usage": (
        ended(NO_END | {"gen_ai.usage.output_tokens": ""}),
        "incomplete partial unknown",
    ),
    "a rate limit by class": (failed("openai.RateLimitError"), "error missing not_billed"),
    "a status as error type": (failed("503"), "error missing not_billed"),
    "a rate limit by status": (
        ended(NOTHING | {"http.response.status_code": 429}),
        "error missing not_billed",
    ),
    "a client timeout": (failed("openai.APITimeoutError"), "timeout missing unknown"),
    "a lost connection": (failed("openai.APIConnectionError"), "error missing unknown"),
    "a cancelled call": (failed("asyncio.CancelledError"), "cancelled missing unknown"),
    "an unnamed error": (ended(NOTHING, status_code="error"), "error missing unknown"),
    "an error with usage": (ended({}, status_code="error"), "error reported billed"),
    "an earlier attempt's error": (ended(STALE, status_code="ok"), "ok reported billed"),
    "an estimate": (ended({"gen_ai.usage.source": "estimated"}), "ok estimated unknown"),
    "an unfinished count": (ended(NOTHING | PARTIAL), "incomplete partial unknown"),
    "zeros for unknown": (ended(ZEROS), "ok missing unknown"),
}


def test_every_end_has_its_status_basis_and_billed_state(counting: Connection) -> None:
    spans = [
        call | {"trace_id": f"{number:032x}", "span_name": name}
        for number, (name, (call, _)) in enumerate(CASES.items())
    ]
    rows = {r["trace_id"]: r for r in count(counting, spans)}
    found = {
        name: f"{row['status']} {row['usage_basis']} {row['billed_state']}"
        for number, name in enumerate(CASES)
        for row in [rows[f"{number:032x}"]]
    }
    assert found == {name: told for name, (_, told) in CASES.items()}


def test_a_missing_usage_has_no_tokens(counting: Connection) -> None:
    row = count(counting, [ended(NOTHING)])[0]
    assert (row["prompt_tokens"], row["input_tokens"], row["output_tokens"]) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "status", "billed_state"),
    [
        ({"is_cache_hit": True}, "cache_hit", "not_billed"),
        ({"billed_state": "not_billed"}, "ok", "not_billed"),
        ({"error_type": "incomplete"}, "incomplete", "billed"),
    ],
)
def test_a_record_may_say_itself(
    counting: Connection, told: dict[str, Any], status: str, billed_state: str
) -> None:
    row = count(counting, [], [log_record("litellm:1", **told)])[0]
    assert (row["status"], row["billed_state"]) == (status, billed_state)


def test_a_cost_of_zero_with_tokens_is_unknown(counting: Connection) -> None:
    spans = [
        chat("a", None, {"gen_ai.usage.cost": 0}),
        chat("b", None, {"gen_ai.usage.cost": "8.4e-06"}, at=1),
    ]
    costs = [r["reported_cost_usd"] for r in count(counting, spans)]
    assert [None if c is None else str(c) for c in costs] == [None, "0.000008400000"]
