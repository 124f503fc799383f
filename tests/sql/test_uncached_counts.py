"""A gateway that counts no cache and a trace that tells all of it are one call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sql.records_by_hand import Connection, counts, matches, told
from tests.sql.spans_by_hand import NOON, count


def _claude(source: str, number: int, at: float, **values: Any) -> dict[str, Any]:
    """A call of Claude: 900 tokens from the cache, 100 beside them, as a source tells it."""
    known = {"provider_name": "anthropic", "request_model": "claude-sonnet-4-5"}
    split = {
        "prompt_tokens": 1000,
        "cache_read_tokens": 900,
        "normalisation_rule": "exclusive_input",
        "witness": 4,
    }
    unsplit = {"normalisation_rule": "cloudflare_gateway"}
    told_of = unsplit if source == "cloudflare_ai_gateway" else split
    return told(source, number, at, **known | told_of | values)


def test_a_gateway_that_counts_no_cache_is_the_call_that_a_trace_tells_whole(
    counting: Connection,
) -> None:
    """Its count is not the request's, its cost is."""
    records = [
        _claude("cloudflare_ai_gateway", 1, 0),
        _claude("langfuse", 1, 0.1),
        _claude("posthog", 1, 0.2),
    ]
    (row,) = count(counting, [], records)
    assert (row["sighting_count"], row["prompt_tokens"]) == (3, 1000)
    assert (row["input_tokens"], row["cache_read_tokens"]) == (100, 900)
    assert row["reported_cost_usd"] is not None
    assert matches(counting) == ["likely"] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"completion_tokens": 21},
        {"prompt_tokens": 1001},
        {"started_at": NOON + timedelta(seconds=9)},
        {"request_model": "claude-opus-4-5"},
        {"provider_name": "openai", "request_model": "gpt-4o"},
        {"normalisation_rule": "inclusive_input"},
    ],
)
def test_a_gateway_that_may_tell_of_another_call_is_counted_apart(
    counting: Connection, other: dict[str, Any]
) -> None:
    gateway = _claude("cloudflare_ai_gateway", 1, 0, **other)
    model = other if "provider_name" in other else {}
    traced = _claude("langfuse", 1, 0.1, **model)
    assert counts(count(counting, [], [gateway, traced])) == [1, 1]


def test_calls_at_once_that_had_more_and_less_from_the_cache_each_find_the_gateways_record(
    counting: Connection,
) -> None:
    more = {"prompt_tokens": 5100, "cache_read_tokens": 5000}
    records = [
        _claude("cloudflare_ai_gateway", 1, 0),
        _claude("cloudflare_ai_gateway", 2, 1.5),
        _claude("langfuse", 1, 0.1),
        _claude("langfuse", 2, 1.6, **more),
    ]
    rows = count(counting, [], records)
    assert [(r["sighting_count"], r["prompt_tokens"]) for r in rows] == [(2, 1000), (2, 5100)]
