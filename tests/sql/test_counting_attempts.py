"""Attempts are told apart where there is evidence, and said to be unknown where there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.spans_by_hand import (
    ANSWER,
    NOON,
    attempt_of,
    chat,
    count,
    http_try,
    log_record,
    span,
    totals,
)

Connection = duckdb.DuckDBPyConnection
NO_USAGE = {"gen_ai.usage.input_tokens": "", "gen_ai.usage.output_tokens": ""}
FAILED = NO_USAGE | {"gen_ai.response.finish_reasons": "", "error.type": "RateLimitError"}
SDK = "com.anthropic.sdk.python"


def test_one_span_of_an_sdk_hides_its_retries(counting: Connection) -> None:
    row = count(counting, [chat("a", None, ANSWER)])[0]
    assert (row["attempt_count_known"], row["attempt_no"]) == (False, None)
    assert (row["is_final_attempt"], row["retry_evidence"]) == (True, None)
    assert row["call_id"] == row["request_id"]


def test_http_tries_below_a_call_are_its_attempts(counting: Connection) -> None:
    token = {"http.request.method": "POST", "url.path": "/oauth/token"}
    rows = count(
        counting,
        [
            chat("call", None, ANSWER, lasts=3),
            http_try("one", "call", 429, at=0.1, lasts=0.2),
            http_try("redirect", "call", 307, at=0.4, lasts=0.1),
            http_try("two", "call", 200, at=1, lasts=1),
            span("urllib3", "two", {"http.request.method": "POST"}, kind="client", at=1.1),
            span("token", "call", token, kind="client", lasts=0.05),
        ],
    )
    assert [attempt_of(r) for r in rows if r["span_id"] == "one"] == [
        (1, False, "error", "not_billed")
    ]
    assert [attempt_of(r) for r in rows if r["span_id"] == "call"] == [(2, True, "ok", "billed")]
    assert {(r["retry_evidence"], r["attempt_count_known"]) for r in rows} == {("http_spans", True)}
    assert len({r["call_id"] for r in rows}) == 1
    assert totals(rows) == (100, 20)
    seen = rows_of(counting, "select sighting_id, is_winner, role from core.sightings")
    assert len(seen) == sum(r["sighting_count"] for r in rows) == 3


def test_one_http_try_says_that_there_was_no_other(counting: Connection) -> None:
    rows = count(counting, [chat("call", None, ANSWER), http_try("one", "call", 200)])
    assert [(r["attempt_no"], r["attempt_count_known"], r["http_status"]) for r in rows] == [
        (1, True, 200)
    ]


def test_a_call_that_failed_thrice_is_three_attempts(counting: Connection) -> None:
    tries = [http_try(f"t{n}", "call", 500, at=n, lasts=0.5) for n in range(3)]
    rows = count(counting, [chat("call", None, FAILED, lasts=4, status_code="error"), *tries])
    assert sorted(attempt_of(r) for r in rows) == [
        (1, False, "error", "not_billed"),
        (2, False, "error", "not_billed"),
        (3, True, "error", "not_billed"),
    ]


def test_resends_that_a_span_counts_are_rows_without_usage(counting: Connection) -> None:
    call = chat("call", None, ANSWER | {"http.request.resend_count": 2}, scope=SDK)
    outer = chat("outer", None, ANSWER)
    rows = count(counting, [outer, call | {"parent_span_id": "outer"}])
    assert [attempt_of(r) for r in rows] == [
        (1, False, "error", "unknown"),
        (2, False, "error", "unknown"),
        (3, True, "ok", "billed"),
    ]
    assert [r["prompt_tokens"] for r in rows] == [None, None, 100]
    assert [r["usage_basis"] for r in rows] == ["missing", "missing", "reported"]
    assert {r["started_at"] for r in rows} == {NOON}
    assert len({r["request_id"] for r in rows}) == 3
    assert {r["retry_evidence"] for r in rows} == {"resend_count"}


def test_an_absurd_resend_count_is_capped(counting: Connection) -> None:
    call = chat("call", None, ANSWER | {"http.request.resend_count": 10**9}, scope=SDK)
    assert len(count(counting, [call])) == 101


def test_the_anthropic_sdk_says_when_nothing_was_resent(counting: Connection) -> None:
    row = count(counting, [chat("call", None, ANSWER, scope=SDK)])[0]
    assert (row["attempt_no"], row["attempt_count_known"]) == (1, True)


def test_a_failed_sibling_with_equal_input_is_an_earlier_attempt(counting: Connection) -> None:
    asked = {"derived.input_hash": "h1"}
    spans = [
        span("root"),
        chat("one", "root", FAILED | asked, status_code="error"),
        chat("two", "root", ANSWER | asked, at=2),
        chat("other input", "root", {"derived.input_hash": "h2"}, at=4),
        chat("late", "root", asked, at=600),
        chat("after success", "root", asked, at=602),
    ]
    rows = {r["span_id"]: r for r in count(counting, spans)}
    assert rows["one"]["call_id"] == rows["two"]["call_id"]
    assert [rows[s]["attempt_no"] for s in ("one", "two")] == [1, 2]
    assert [rows[s]["is_final_attempt"] for s in ("one", "two")] == [False, True]
    assert rows["two"]["retry_evidence"] == "failed_sibling"
    assert len({r["call_id"] for r in rows.values()}) == 4


def test_a_fallback_to_another_model_is_a_retry_that_changed_it(counting: Connection) -> None:
    asked = {"derived.input_hash": "h1"}
    spans = [
        span("root"),
        chat("one", "root", FAILED | asked, status_code="error"),
        chat("two", "root", ANSWER | asked | {"gen_ai.request.model": "gpt-5-mini"}, at=2),
    ]
    one, two = count(counting, spans)
    assert one["call_id"] == two["call_id"]
    assert (two["retry_evidence"], two["retry_confidence"]) == ("fallback_sibling", "possible")
    assert (one["is_final_attempt"], two["is_final_attempt"]) == (False, True)


@pytest.mark.parametrize(
    ("trace_state", "weight"),
    [
        ("ot=th:c", "4"),
        ("vendor=x,ot=rv:1a;th:8", "2"),
        ("ot=th:0", "1"),
        ("ot=th:ffff", "65536"),
        ("ot=th:ffffffffffffff", "1"),
        ("ot=th:xyz", "1"),
        ("ot=p:3", "1"),
        ("th:c", "1"),
        (None, "1"),
    ],
)
def test_a_sampled_trace_stands_for_many(
    counting: Connection, trace_state: str | None, weight: str
) -> None:
    (row,) = count(counting, [chat("one", None, ANSWER) | {"trace_state": trace_state}])
    assert row["sampling_weight"] == Decimal(weight)


def test_a_log_of_every_call_outweighs_the_sample(counting: Connection) -> None:
    spans = [chat("one", None, ANSWER) | {"trace_state": "ot=th:c"}]
    records = [log_record("litellm:x", provider_response_id=ANSWER["gen_ai.response.id"])]
    (row,) = count(counting, spans, records)
    assert row["sampling_weight"] == 1


def test_attempts_that_a_gateway_logged_share_the_call(counting: Connection) -> None:
    nothing = {"usage_basis": "missing", "prompt_tokens": None, "completion_tokens": None}
    nothing |= {"input_tokens": None, "output_tokens": None, "finish_reason": None}
    records = [
        log_record(
            "litellm:1", call_key="k", attempt_no=1, has_error=True, http_status=500, **nothing
        ),
        log_record(
            "litellm:2",
            call_key="k",
            attempt_no=2,
            started_at=NOON + timedelta(seconds=5),
            provider_response_id="msg_1",
        ),
    ]
    rows = count(counting, [chat("app", None, ANSWER, at=4, lasts=3)], records)
    assert [attempt_of(r) for r in rows] == [
        (1, False, "error", "not_billed"),
        (2, True, "ok", "billed"),
    ]
    assert {r["retry_evidence"] for r in rows} == {"gateway_log"}
    assert len({r["call_id"] for r in rows}) == 1


@pytest.mark.parametrize("day_of_month", [2, 3])
def test_an_attempt_before_midnight_belongs_to_its_own_day(
    counting: Connection, day_of_month: int
) -> None:
    midnight = 12 * 3600
    spans = [
        chat("call", None, ANSWER, at=midnight + 1, lasts=5),
        http_try("one", "call", 503, at=midnight - 1, lasts=0.5),
        http_try("two", "call", 200, at=midnight + 2, lasts=0.5),
    ]
    rows = count(counting, spans, day=datetime(2026, 3, day_of_month).date())
    assert [r["attempt_no"] for r in rows] == [day_of_month - 1]


def test_each_attempt_is_told_by_its_own_evidence(counting: Connection) -> None:
    """A retry with the same model before the fallback is no fallback."""
    asked = {"derived.input_hash": "h1"}
    spans = [
        span("root"),
        chat("one", "root", FAILED | asked, status_code="error"),
        chat("two", "root", FAILED | asked, at=2, status_code="error"),
        chat("three", "root", ANSWER | asked | {"gen_ai.request.model": "gpt-5-mini"}, at=4),
    ]
    rows = count(counting, spans)
    assert [r["retry_evidence"] for r in rows] == [
        "failed_sibling",
        "failed_sibling",
        "fallback_sibling",
    ]
    assert [r["attempt_no"] for r in rows] == [1, 2, 3]
    assert len({r["call_id"] for r in rows}) == 1
