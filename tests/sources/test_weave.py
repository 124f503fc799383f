"""Gemini's counts as Weave keeps them: without the thoughts, under the names of Google's SDK."""

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
WHOLE = OWN | {"thoughts_token_count": 30, "tool_use_prompt_token_count": 10}


def call(op: str, output: dict[str, Any] | None) -> dict[str, Any]:
    """The parsed row of a call of Google's client."""
    record = {
        "id": "c1",
        "op_name": f"weave:///team/project/op/{op}:abc",
        "trace_id": "t1",
        "started_at": "2026-11-01T10:00:00Z",
        "ended_at": "2026-11-01T10:00:01Z",
        "inputs": {"model": "gemini-2.5-flash"},
        "output": output,
        "summary": {"usage": {"gemini-2.5-flash": OWN}},
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
