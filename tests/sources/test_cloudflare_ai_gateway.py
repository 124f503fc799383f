"""What Cloudflare's gateway splits off stands beside or inside its counts, as at the provider."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.reading import parse_texts

CLASSES = (
    *("input_tokens", "cache_read_tokens", "cache_write_unknown_tokens", "output_tokens"),
    *("reasoning_tokens", "prompt_tokens", "completion_tokens"),
)


def log(provider: str, counts: tuple[int, int], details: object) -> str:
    """One element of the logs API's `result`."""
    row: dict[str, Any] = {
        "id": "01KCLOUD0000000000000000009",
        "created_at": "2026-11-01T10:00:00Z",
        "provider": provider,
        "model": "m",
        "tokens_in": counts[0],
        "tokens_out": counts[1],
        "cached": False,
        "status_code": 200,
        "success": True,
        "usage_metadata": details,
    }
    return json.dumps(row)


@pytest.mark.parametrize(
    ("provider", "counts", "details", "rule", "expected"),
    [
        (
            *("anthropic", (9, 5), {"input_cached_tokens": 0, "input_cache_creation_tokens": 3429}),
            *("anthropic", (9, 0, 3429, 5, None, 3438, 5)),
        ),
        (
            *("anthropic", (10, 4), json.dumps({"input_cached_tokens": 3429})),
            *("anthropic", (10, 3429, None, 4, None, 3439, 4)),
        ),
        (
            *("google-ai-studio", (9, 21), {"reasoningTokens": 852}),
            *("gemini", (9, None, None, 21, 852, 9, 873)),
        ),
        (
            *("google-ai-studio", (100, 10), {"input_cached_tokens": 90}),
            *("gemini", (10, 90, None, 10, None, 100, 10)),
        ),
        (
            *("openai", (2000, 10), {"input_cached_tokens": 1536, "reasoningTokens": 4}),
            *("openai_chat", (464, 1536, None, 6, 4, 2000, 10)),
        ),
        (
            *(
                "aws-bedrock",
                (10, 4),
                {"input_cached_tokens": 900, "input_cache_creation_tokens": 90},
            ),
            *("anthropic", (10, 900, 90, 4, None, 1000, 4)),
        ),
        (
            *(
                "openrouter",
                (1000, 9),
                {"input_cached_tokens": 900, "input_cache_creation_tokens": 90},
            ),
            *("openai_chat", (10, 900, 90, 9, None, 1000, 9)),
        ),
        (
            *("google-vertex-ai", (100, 10), {"input_cached_tokens": 90}),
            *("gemini", (10, 90, None, 10, None, 100, 10)),
        ),
        (
            *("workers-ai", (37, 2), {"input_cached_tokens": 0, "neurons": 1.4}),
            *("cloudflare_gateway", (37, None, None, 2, None, 37, 2)),
        ),
        (
            *("anthropic", (16, 7), {"input_tokens": 16, "output_tokens": 7}),
            *("cloudflare_gateway", (16, None, None, 7, None, 16, 7)),
        ),
    ],
)
def test_what_is_split_off_follows_the_provider(
    provider: str, counts: tuple[int, int], details: object, rule: str, expected: tuple[int | None]
) -> None:
    (row,) = parse_texts("cloudflare_ai_gateway", [log(provider, counts, details)])
    assert row["normalisation_rule"] == rule
    assert tuple(row[c] for c in CLASSES) == expected
