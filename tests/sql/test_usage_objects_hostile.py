"""Usage objects with wrong counts or that are none: named and unknown; the rest is not lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sql.usage_bodies import (
    G5,
    Con,
    all_entries,
    classes,
    entries,
    inclusive,
)
from unitcost.sources.usage_objects import RULES

COUNTS = [
    ("openai_chat", "prompt_tokens"),
    ("anthropic", "input_tokens"),
    ("gemini", "promptTokenCount"),
]
NO_COUNTS = [-1, 0.5, "NaN", "many", True, [1], {"a": 1}, 10**13, 1e300]


def test_a_wrong_count_is_named_and_unknown(workbench: Con) -> None:
    bodies = [(rule, {name: value}) for rule, name in COUNTS for value in NO_COUNTS]
    for (row,) in all_entries(workbench, bodies):
        assert "is no count of tokens" in row["problem"]
        assert (row["input_tokens"], row["prompt_tokens"]) == (None, None)


def test_what_is_no_usage_has_no_tokens(workbench: Con) -> None:
    usages: list[Any] = [None, [], 7, "text", {}, {"cacheDetails": 5, "iterations": {}}]
    bodies = [(rule, usage) for rule in RULES for usage in usages]
    for (_, usage), (row,) in zip(bodies, all_entries(workbench, bodies), strict=True):
        assert classes(row) == {}
        assert (row["problem"] is None) == isinstance(usage, dict)


@pytest.mark.parametrize("bad", [None, 5, "x", [1], {"cached_tokens": None}])
def test_hostile_details_do_not_hide_the_totals(workbench: Con, bad: Any) -> None:
    bodies = [
        ("openai_chat", inclusive(5, 6, prompt_tokens_details=bad)),
        ("gemini", {"promptTokenCount": 5, "promptTokensDetails": bad}),
        ("anthropic", G5 | {"iterations": bad, "cache_creation": bad}),
    ]
    (chat,), (gemini,), (anthropic,) = all_entries(workbench, bodies)
    assert (chat["input_tokens"], chat["output_tokens"], chat["cache_read_tokens"]) == (5, 6, None)
    assert gemini["input_tokens"] == 5
    assert anthropic["cache_write_unknown_tokens"] == 90


def test_an_unknown_rule_gives_no_row(workbench: Con) -> None:
    assert entries(workbench, "telepathy", inclusive(1, 1)) == []
