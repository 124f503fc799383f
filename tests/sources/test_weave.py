"""Counts that Weave keeps in part: Gemini's without the thoughts, Converse's without the cache."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.reading import parse_texts

OWN = {
    "requests": 1,
    "prompt_token_count": 100,
    "candidates_token_count": 10,
    "cached_content_token_count": 50,
    "total_token_count": 150,
}
CONVERSE = {"requests": 1, "prompt_tokens": 10, "completion_tokens": 40, "total_tokens": 950}
WHOLE = OWN | {"thoughts_token_count": 30, "tool_use_prompt_token_count": 10}


def call(op: str, output: dict[str, Any] | None, model: str = "gemini-2.5-flash") -> dict[str, Any]:
    """The parsed row of a call of a provider's client."""
    record = {
        "id": "c1",
        "op_name": f"weave:///team/project/op/{op}:abc",
        "trace_id": "t1",
        "started_at": "2026-11-01T10:00:00Z",
        "ended_at": "2026-11-01T10:00:01Z",
        "inputs": {"model": model},
        "output": output,
        "summary": {"usage": {model: CONVERSE if "Bedrock" in op else OWN}},
    }
    (row,) = parse_texts("weave", [json.dumps(record)])
    return row


@pytest.mark.parametrize(
    ("output", "counts"),
    [(None, (50, 50, 10, 40)), ({"usage_metadata": WHOLE}, (60, 50, 10, 30))],
)
def test_the_thoughts_are_in_the_answer_or_in_the_total(
    output: dict[str, Any] | None, counts: tuple[int, ...]
) -> None:
    row = call("google.genai.models.Models.generate_content", output)
    names = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
    assert tuple(row[name] for name in names) == counts
    assert (row["usage_basis"], row["residual_tokens"]) == ("reported", 0)


def test_the_chunks_of_a_stream_are_added_up_so_they_are_no_count() -> None:
    row = call("google.genai.models.Models.generate_content_stream", {"usage_metadata": OWN})
    assert row["usage_basis"] == "estimated"


@pytest.mark.parametrize(
    ("output", "cached", "basis"),
    [
        (
            {
                "usage": {
                    "inputTokens": 10,
                    "outputTokens": 40,
                    "totalTokens": 950,
                    "cacheReadInputTokens": 900,
                    "cacheWriteInputTokens": 0,
                }
            },
            900,
            "reported",
        ),
        ({"usage": {"inputTokens": 10, "outputTokens": 40, "totalTokens": 950}}, None, "partial"),
        (None, None, "partial"),
    ],
)
def test_the_cache_of_converse_is_in_the_answer_or_only_in_the_total(
    output: dict[str, Any] | None, cached: int | None, basis: str
) -> None:
    row = call("BedrockRuntime.converse", output, "us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert (row["role"], row["provider_name"]) == ("call", "bedrock")
    assert (row["input_tokens"], row["cache_read_tokens"]) == (10, cached)
    assert (row["output_tokens"], row["usage_basis"]) == (40, basis)
