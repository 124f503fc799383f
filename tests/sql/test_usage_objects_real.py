"""Every real usage object sums to what it declares, by its own source's rule.

The bodies lie outside the checkout; where a body legitimately does not sum, it is named here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.sql.recorded_rules import Json, rule_of
from tests.sql.usage_bodies import CLASSES, all_entries
from unitcost.sources.usage_objects import choose_rule
from unitcost.workbench import open_workbench

Body = tuple[Json, str | None, list[Json]]
"""The recorded row, its rule and its entries."""

DECLARES_NO_TOTAL = {
    "ollama": 39,
    "cohere": 92,
    "bedrock_titan": 26,
    "bedrock_metrics": 32,
    "bedrock_llama": 11,
    "bedrock_converse": 19,  # embeddings and agents
    "gemini": 13,  # embeddings, and two bodies cut short
    "openai_transcription": 1,  # billed by the second
}
RESIDUALS = {
    "openrouter": [-2161, -1],  # a cache written and read at once; 11 thinking tokens of 10
    "openai_chat": [-3],  # an invented answer whose details exceed its totals
    "gemini": [1090, 1090, 3512],  # cachedContents: tokens laid in a cache, no call
}


@pytest.fixture(scope="module")
def bodies(shared_data: Path) -> Iterator[list[Body]]:
    con = open_workbench()
    yield _normalised(con, shared_data / "provider_usage/provider_usage.jsonl")
    con.close()


def _normalised(con: duckdb.DuckDBPyConnection, path: Path) -> list[Body]:
    recorded = [row for row in map(json.loads, path.read_text().splitlines()) if row["usage"]]
    con.execute("create table raw.usage_bodies (body_id varchar, rule varchar, usage json)")
    rules = [rule_of(row) for row in recorded]
    found = all_entries(
        con, [(rule or "", row["usage"]) for row, rule in zip(recorded, rules, strict=True)]
    )
    return list(zip(recorded, rules, found, strict=True))


def _sum(entry: Json) -> int:
    return sum(entry[name] or 0 for name in CLASSES)


def test_all_bodies_are_read(bodies: list[Body]) -> None:
    assert len(bodies) == 3636
    assert sum(rule is None for _, rule, _ in bodies) == 5  # guardrail and read units, no usage
    assert [e["problem"] for _, _, found in bodies for e in found if e["problem"]] == []
    assert Counter(len(found) for _, _, found in bodies) == {1: 3620, 2: 11, 0: 5}


def test_classes_sum_to_the_declared_total(bodies: list[Body]) -> None:
    sums = [e for _, _, found in bodies for e in found if e["declared_tokens"] is not None]
    assert all(_sum(e) == e["declared_tokens"] - e["residual_tokens"] for e in sums)
    wrong: dict[str, list[int]] = {}
    for entry in sorted(sums, key=lambda e: e["residual_tokens"]):
        if entry["residual_tokens"]:
            wrong.setdefault(entry["normalisation_rule"], []).append(entry["residual_tokens"])
    assert wrong == RESIDUALS


def test_the_declared_total_is_the_objects_own(bodies: list[Body]) -> None:
    for row, _, found in bodies:
        total = next(
            (
                row["usage"][n]
                for n in ("total_tokens", "totalTokens", "totalTokenCount")
                if n in row["usage"]
            ),
            None,
        )
        if found and total is not None:
            assert found[0]["declared_tokens"] == total


def test_anthropic_counts_are_all_kept(bodies: list[Body]) -> None:
    names = (
        "input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "output_tokens",
    )
    for row, rule, found in bodies:
        if rule == "anthropic":
            assert _sum(found[0]) == sum(row["usage"].get(name) or 0 for name in names)
            steps = row["usage"].get("iterations") or []
            outside = [s for s in steps if s["type"] in ("compaction", "advisor_message")]
            assert [_sum(e) for e in found[1:]] == [
                sum(s.get(n) or 0 for n in names) for s in outside
            ]


def test_objects_without_a_total_are_known_and_keep_their_counts(bodies: list[Body]) -> None:
    bare = [(row, e) for row, _, found in bodies for e in found if e["declared_tokens"] is None]
    assert Counter(e["normalisation_rule"] for _, e in bare) == DECLARES_NO_TOTAL
    pattern = re.compile(
        "(?i)^(prompt|input|output|candidates|thoughts|generation|eval|image|cache).*(tokens|count)$"
    )
    for row, entry in bare:
        usage = row["usage"].get("billed_units") or row["usage"]
        if "inputTokenCount" in usage:  # Bedrock's own beside the maker's
            usage = {name: value for name, value in usage.items() if name.endswith("Count")}
        assert _sum(entry) == sum(
            v or 0 for n, v in usage.items() if pattern.match(n) and not isinstance(v, dict)
        )


@pytest.mark.parametrize(
    ("name", "provider", "total"),
    [
        ("chat_ok", "openai", 2534),
        ("chat_reason", "openai", 239),
        ("chat_stream", "openai", 32),
        ("responses", "openai", 338),
        ("tool2_0", "openai", 117),
        ("tool2_1", "openai", 152),
        ("anth_cache", "anthropic", 4 + 6 + 8845 + 193),
        ("anth_cache_write", "anthropic", 4 + 1165 + 207),
        ("anth_stream", "anthropic", 17 + 108),
    ],
)
def test_recorded_bodies(
    workbench: duckdb.DuckDBPyConnection, shared_data: Path, name: str, provider: str, total: int
) -> None:
    usage = _last_usage((shared_data / "provider_usage/raw_bodies" / name).read_text())
    (row,) = all_entries(workbench, [(choose_rule(provider, None, usage) or "", usage)])[0]
    assert (_sum(row), row["residual_tokens"]) == (total, 0)


def _last_usage(text: str) -> Json:
    """A body's usage; of a stream, all events' usage, the last word on each count."""
    if text.lstrip().startswith("{"):
        return dict(json.loads(text)["usage"])
    merged: Json = {}
    for line in re.findall(r"(?m)^data: (\{.*\})\s*$", text):
        event = json.loads(line)
        merged |= event.get("usage") or event.get("message", {}).get("usage") or {}
    return merged
