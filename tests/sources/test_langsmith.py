"""LangSmith's runs with few fields: calls need no tree, what repeats them does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.reading import parse_texts
from unitcost.sources import detect_format
from unitcost.sources.base import Sample


def run(**told: Any) -> dict[str, Any]:
    """A run without anything that says where in a tree it stands."""
    known = {
        "id": "r1",
        "run_type": "llm",
        "start_time": "2026-11-01T10:00:00",
        "prompt_tokens": 120,
        "completion_tokens": 30,
        "total_tokens": 150,
        "extra": {"metadata": {"ls_model_name": "gpt-4o-mini", "ls_provider": "openai"}},
    }
    return known | told


def test_a_page_of_trimmed_runs_is_known_and_its_calls_are_read() -> None:
    page: dict[str, object] = {"runs": [run(), run(id="r2")], "cursors": {"next": None}}
    assert detect_format(Sample("runs.json", "json", (), (page,))) == "langsmith"
    rows = parse_texts("langsmith", [json.dumps(page)])
    assert [(r["role"], r["prompt_tokens"], r["reject_reason"]) for r in rows] == [
        ("call", 120, None)
    ] * 2


@pytest.mark.parametrize("place", ["trace_id", "dotted_order", "parent_run_id"])
def test_a_chain_without_a_place_in_a_tree_is_refused(place: str) -> None:
    alone, placed = parse_texts(
        "langsmith",
        [json.dumps(run(run_type="chain", **told)) for told in ({}, {place: "t1"})],
    )
    assert "export trace_id or dotted_order too" in alone["reject_reason"]
    assert (placed["role"], placed["reject_reason"]) == ("aggregate", None)
