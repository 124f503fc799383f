"""Usage objects of provider responses by hand, and what is read of them."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from tests.given import rows_of
from unitcost.sources.usage_objects import with_usage
from unitcost_models.shared import TOKEN_CLASSES

Con = duckdb.DuckDBPyConnection
Json = dict[str, Any]
CLASSES = (*TOKEN_CLASSES, "input_tool_tokens", "input_video_tokens", "cache_read_video_tokens")


def all_entries(con: Con, bodies: list[tuple[str, Any]]) -> list[list[Json]]:
    """The entries of each body (rule, usage); one query, whose planning is most of its time."""
    con.execute(
        "create or replace table raw.usage_bodies (body_id varchar, rule varchar, usage json)"
    )
    rows = [[f"{n:04}", rule, json.dumps(usage)] for n, (rule, usage) in enumerate(bodies)]
    con.executemany("insert into raw.usage_bodies values (?, ?, ?)", rows)
    con.execute(f"create or replace view raw.usage_objects as {with_usage(con)}")
    found: dict[str, list[Json]] = {body_id: [] for body_id, _, _ in rows}
    for row in rows_of(con, "from raw.usage_objects order by body_id, entry_no"):
        found[row["body_id"]].append(row)
    return list(found.values())


def entries(con: Con, rule: str, usage: Any) -> list[Json]:
    return all_entries(con, [(rule, usage)])[0]


def classes(row: Json) -> dict[str, int]:
    """The classes that hold tokens, `_tokens` left out."""
    return {name.removesuffix("_tokens"): row[name] for name in CLASSES if row[name]}


def inclusive(prompt: int, completion: int, total: int | None = None, **details: Any) -> Json:
    total = prompt + completion if total is None else total
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": total,
    } | details


def modality(**counts: int) -> list[Json]:
    return [{"modality": name, "tokenCount": count} for name, count in counts.items()]


G1 = {
    "input_tokens": 1000,
    "input_tokens_details": {
        "cached_tokens": 300,
        "cache_write_tokens": 100,
        "cache_write_tokens_details": {"ttl_30m_tokens": 60, "ttl_12h_tokens": 40},
    },
    "output_tokens": 50,
    "output_tokens_details": {"reasoning_tokens": 20},
}
G2 = inclusive(
    81,
    40,
    prompt_tokens_details={"audio_tokens": 69, "cached_tokens": 0},
    completion_tokens_details={"audio_tokens": 25, "reasoning_tokens": 0},
)
CACHED = {"text_tokens": 30, "audio_tokens": 20}
G3_INPUT = {
    "text_tokens": 60,
    "audio_tokens": 40,
    "cached_tokens": 50,
    "cached_tokens_details": CACHED,
}
G3 = {
    "input_tokens": 100,
    "input_token_details": G3_INPUT,
    "output_tokens": 20,
    "output_token_details": {"text_tokens": 5, "audio_tokens": 15},
}
G5 = {
    "input_tokens": 10,
    "cache_read_input_tokens": 900,
    "cache_creation_input_tokens": 90,
    "cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 60},
    "output_tokens": 40,
    "output_tokens_details": {"thinking_tokens": 25},
}
G6 = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 90,
    "cache_creation": None,
    "output_tokens": 0,
}
G8 = {
    "inputTokens": 10,
    "cacheReadInputTokens": 900,
    "cacheWriteInputTokens": 90,
    "outputTokens": 40,
    "totalTokens": 1040,
    "cacheDetails": [{"ttl": "1h", "inputTokens": 60}, {"ttl": "5m", "inputTokens": 30}],
}
G9 = {
    "promptTokenCount": 1000,
    "promptTokensDetails": modality(TEXT=700, IMAGE=300),
    "cachedContentTokenCount": 400,
    "cacheTokensDetails": modality(TEXT=400),
    "toolUsePromptTokenCount": 50,
    "candidatesTokenCount": 60,
    "thoughtsTokenCount": 140,
    "totalTokenCount": 1250,
}
G10 = {"promptTokenCount": 100, "promptTokensDetails": modality(IMAGE=90)}
G12 = inclusive(
    500,
    80,
    prompt_cache_hit_tokens=384,
    prompt_cache_miss_tokens=116,
    completion_tokens_details={"reasoning_tokens": 50},
)
THINKS_90 = {"reasoning_tokens": 90}
G15 = inclusive(1000, 0, prompt_tokens_details={"cached_tokens": 900, "cache_write_tokens": 90})
