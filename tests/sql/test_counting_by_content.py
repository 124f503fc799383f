"""Records of several sources without a shared id are one call where all they tell is alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.records_by_hand import WITNESSES, Connection, counts, matches, told
from tests.sql.spans_by_hand import NOON, chat, count, span, totals

PLACES = ("trace", *WITNESSES)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seen=st.lists(st.sets(st.sampled_from(PLACES), min_size=1), min_size=1, max_size=4),
    shuffle=st.randoms(use_true_random=False),
)
def test_any_sightings_without_ids_in_any_order_count_each_call_once(
    counting: Connection, seen: list[set[str]], shuffle: Any
) -> None:
    """Calls alike, ten seconds apart: whoever saw which, the totals are those of all calls."""
    spans = [span("root", lasts=90)]
    spans += [chat(f"call {n}", "root", at=10 * n) for n, s in enumerate(seen) if "trace" in s]
    records = [told(place, n, 10 * n + 0.1) for n, s in enumerate(seen) for place in s - {"trace"}]
    shuffle.shuffle(spans)
    shuffle.shuffle(records)
    rows = count(counting, spans, records)
    assert counts(rows) == [len(places) for places in seen]
    assert totals(rows) == (100 * len(seen), 20 * len(seen))
    for row, places in zip(rows, seen, strict=True):
        assert (row["reported_cost_usd"] is not None) == ("cloudflare_ai_gateway" in places)
        assert (row["user_id"] is not None) == ("posthog" in places)
        assert (row["trace_id"] is not None) == ("trace" in places)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=st.integers(1, 6), pause=st.sampled_from([0.0, 0.001, 1.0]), shuffle=st.randoms())
def test_calls_alike_at_once_that_all_saw_are_as_many_as_each_saw(
    counting: Connection, calls: int, pause: float, shuffle: Any
) -> None:
    spans = [span("root", lasts=90), *(chat(f"c{n}", "root", at=pause * n) for n in range(calls))]
    records = [
        told(source, n, pause * n + 0.3)
        for n in range(calls)
        for source in ("langfuse", "provider_bodies")
    ]
    shuffle.shuffle(records)
    rows = count(counting, spans, records)
    assert counts(rows) == [3] * calls
    assert matches(counting) == ["likely" if calls == 1 else "possible"] * 2 * calls


def test_calls_of_one_source_never_become_one(counting: Connection) -> None:
    """One record between two calls alike is either's; the nearer one has it."""
    two = [told("posthog", 1, 0), told("posthog", 2, 1)]
    assert counts(count(counting, [], two)) == [1, 1]
    assert counts(count(counting, [], [*two, told("langfuse", 1, 0.9)])) == [1, 2]
    assert matches(counting) == ["possible"]
    assert counts(count(counting, [], [*two, told("langfuse", 1, 0.5)])) == [1, 1, 1]
    assert matches(counting) == ["ambiguous"]


def test_a_call_that_two_sources_share_by_id_takes_in_a_third_and_no_second_of_its_own(
    counting: Connection,
) -> None:
    by_id = {"provider_response_id": "chatcmpl-1"}
    spans = [span("root", lasts=90), chat("a", "root", {"gen_ai.response.id": "chatcmpl-1"})]
    records = [told("provider_bodies", 1, 0.2, **by_id), told("langfuse", 1, 0.1)]
    assert counts(count(counting, spans, records)) == [3]
    again = chat("b", "root", at=0.4)
    assert counts(count(counting, [*spans, again], records)) == [3, 1]


@pytest.mark.parametrize(
    "other",
    [
        {"prompt_tokens": 101},
        {"completion_tokens": 21},
        {"request_model": "gpt-4o"},
        {"started_at": NOON + timedelta(seconds=3.5)},
        {"session_id": "another"},
        {"is_cache_hit": True},
        {"is_batch": True},
        {"cache_read_tokens": 64},
        {"has_error": True, "http_status": 500},
        {"provider_response_id": "chatcmpl-2"},
    ],
)
def test_whatever_differs_keeps_calls_apart(counting: Connection, other: dict[str, Any]) -> None:
    one = told(
        "posthog",
        1,
        0,
        cache_read_tokens=0,
        session_id="a session",
        provider_response_id="chatcmpl-1",
    )
    same = told("langfuse", 1, 0.2)
    assert counts(count(counting, [], [one, same])) == [2]
    assert counts(count(counting, [], [one, same | other])) == [1, 1]


def test_calls_of_a_few_tokens_are_too_much_alike(counting: Connection) -> None:
    few = {"prompt_tokens": 9, "completion_tokens": 1}
    records = [told("posthog", 1, 0, **few), told("langfuse", 1, 0.2, **few)]
    assert counts(count(counting, [], records)) == [1, 1]


def test_a_name_and_its_dated_model_are_one(counting: Connection) -> None:
    records = [
        told("posthog", 1, 0, provider_name="azure", request_model="azure/gpt-4o-mini"),
        told("langfuse", 1, 0, request_model=None, response_model="gpt-4o-mini-2024-07-18"),
    ]
    assert counts(count(counting, [], records)) == [2]


def test_a_failure_that_gateway_and_provider_log_is_one_free_request(counting: Connection) -> None:
    failed: dict[str, Any] = {
        "usage_basis": "missing",
        "has_error": True,
        "http_status": 429,
        "finish_reason": None,
    }
    failed |= dict.fromkeys(("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"))
    records = [
        told("cloudflare_ai_gateway", 1, 0, **failed),
        told("provider_bodies", 1, 0.4, **failed),
        told("provider_bodies", 2, 0.4, **failed | {"http_status": 503}),
        told("posthog", 1, 0.2, **failed | {"http_status": None, "error_type": "RateLimitError"}),
    ]
    rows = count(counting, [], records)
    assert sorted(counts(rows)) == [1, 3]
    assert {r["billed_state"] for r in rows} == {"not_billed"}
    assert matches(counting) == ["possible"] * 2


@pytest.mark.parametrize(("day", "requests"), [(2, 1), (3, 0)])
def test_a_call_over_midnight_is_counted_on_one_day(
    counting: Connection, day: int, requests: int
) -> None:
    """The better witness says when it began."""
    midnight = 12 * 3600.0
    records = [
        told("cloudflare_ai_gateway", 1, midnight - 0.1),
        told("posthog", 1, midnight + 0.1),
    ]
    assert len(count(counting, [], records, day=date(2026, 3, day))) == requests


def test_half_an_hour_of_calls_alike_is_left_alone(counting: Connection) -> None:
    records = [
        told(source, n, 3 * n) for n in range(601) for source in ("posthog", "provider_bodies")
    ]
    rows = count(counting, [], records)
    assert counts(rows) == [1] * 1202
    assert matches(counting) == ["ambiguous"] * 601
    rows = count(counting, [], records[:1000])
    assert counts(rows) == [2] * 500


def test_a_log_that_tells_only_when_calls_ended_finds_them(counting: Connection) -> None:
    """The call that began first may have ended last."""
    lasts = (3.0, 0.5, 4.0)
    records = [
        told(source, n, n, ended_at=NOON + timedelta(seconds=n + lasts[n]))
        for n in range(3)
        for source in ("posthog", "langfuse")
    ]
    records += [told("provider_bodies", n, n + lasts[n], ended_at=None) for n in range(3)]
    rows = count(counting, [], records)
    assert counts(rows) == [3, 3, 3]
    assert totals(rows) == (300, 60)
