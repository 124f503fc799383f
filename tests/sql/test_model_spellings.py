"""steps.model_ids: spellings that lead to a model, and spellings that must not."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.sql.model_ids_by_hand import resolve

Spelling = tuple[str | None, str]
Expected = tuple[str | None, ...]
Resolved = dict[Spelling, dict[str, Any]]

KNOWN: list[tuple[str | None, str, Expected]] = [
    ("openai", "gpt-5", ("openai", "direct", None, "gpt-5", "key")),
    ("openai", "GPT-5 ", ("openai", "direct", None, "gpt-5", "key")),
    ("openai", "\tgpt-5\u00a0\r\n", ("openai", "direct", None, "gpt-5", "key")),
    ("openai", "gpt-4.1-2025-04-14", ("openai", "direct", None, "gpt-4.1", "id")),
    ("openai", "gpt-4o-2024-05-13", ("openai", "direct", None, "gpt-4o-2024-05-13", "key")),
    ("openai", "gpt-6-sol-2026-09-22", ("openai", "direct", None, "gpt-6-sol", "date_suffix")),
    ("azure.ai.openai", "gpt-5-mini", ("openai", "azure", None, "gpt-5-mini", "key")),
    ("azure", "azure/eu/gpt-5", ("openai", "azure", "data_zone_eu", "gpt-5", "route_prefix")),
    (
        "gemini",
        "models/gemini-2.5-pro",
        ("google", "ai_studio", None, "gemini-2.5-pro", "route_prefix"),
    ),
    (
        "gcp.vertex_ai",
        "projects/p/locations/europe-west1/publishers/google/models/gemini-2.5-pro",
        ("google", "vertex", "europe-west1", "gemini-2.5-pro", "route_prefix"),
    ),
    (
        "vertex_ai",
        "claude-sonnet-4-5@20250929",
        ("anthropic", "vertex", None, "claude-sonnet-4-5", "vertex_version"),
    ),
    (
        "vertex_ai",
        "claude-opus-5@default",
        ("anthropic", "vertex", None, "claude-opus-5", "vertex_version"),
    ),
    (
        "aws.bedrock",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ("anthropic", "bedrock", "geo_us", "claude-sonnet-4-5", "bedrock_version"),
    ),
    (
        "aws.bedrock",
        "global.anthropic.claude-opus-5-5",
        ("anthropic", "bedrock", "global", "claude-opus-5-5", "bedrock_prefix"),
    ),
    (
        "aws.bedrock",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Feu.amazon.nova-pro-v1%3A0",
        ("amazon", "bedrock", "geo_eu", "nova-pro", "bedrock_version"),
    ),
    (
        "aws.bedrock",
        "amazon.titan-embed-text-v2:0",
        ("amazon", "bedrock", "in_region", "titan-embed-text-v2", "bedrock_prefix"),
    ),
    (
        "openrouter",
        "anthropic/claude-sonnet-4.5",
        ("anthropic", "openrouter", None, "claude-sonnet-4-5", "route_prefix"),
    ),
    ("openai", "xai/grok-4.5", ("xai", "direct", None, "grok-4.5", "route_prefix")),
    ("openai", "gemini-3.8-flash", ("google", "ai_studio", None, "gemini-3.8-flash", "key")),
    (
        "openai",
        "bedrock/amazon.nova-lite-v1:0",
        ("amazon", "bedrock", "in_region", "nova-lite", "bedrock_version"),
    ),
    (
        "aws.bedrock",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
        ("anthropic", "bedrock", "us-east-1", "claude-sonnet-4-5", "bedrock_version"),
    ),
    (
        None,
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-opus-5-5",
        ("anthropic", "bedrock", "global", "claude-opus-5-5", "bedrock_prefix"),
    ),
    (
        "anthropic",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ("anthropic", "bedrock", "geo_us", "claude-sonnet-4-5", "bedrock_version"),
    ),
    (
        "bedrock",
        "claude-sonnet-4-5-20250929-v1:0",
        ("anthropic", "bedrock", None, "claude-sonnet-4-5", "bedrock_version"),
    ),
    (
        "litellm",
        "bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ("anthropic", "bedrock", "geo_us", "claude-sonnet-4-5", "bedrock_version"),
    ),
    (
        "litellm",
        "bedrock/us-gov-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0",
        ("anthropic", "bedrock", "us-gov-west-1", "claude-sonnet-4-5", "bedrock_version"),
    ),
    (
        None,
        "publishers/google/models/gemini-2.5-pro",
        ("google", "vertex", None, "gemini-2.5-pro", "route_prefix"),
    ),
    (
        "vertex_ai",
        "gemini-1.5-pro@002",
        ("google", "vertex", None, "gemini-1.5-pro", "vertex_version"),
    ),
    ("litellm", "azure_ai/gpt-5", ("openai", "azure", None, "gpt-5", "route_prefix")),
    ("openai", "openai/responses/gpt-5", ("openai", "direct", None, "gpt-5", "route_prefix")),
    (
        "litellm",
        "openrouter/anthropic/claude-sonnet-4.5",
        ("anthropic", "openrouter", None, "claude-sonnet-4-5", "route_prefix"),
    ),
    (
        "openrouter",
        "openai/gpt-5:nitro",
        ("openai", "openrouter", None, "gpt-5", "openrouter_variant"),
    ),
    ("openai", "ft:gpt-5-2025-08-07:acme::x", ("openai", "direct", None, None, "fine_tune")),
    *(
        (
            "openai",
            f"ft:gpt-4o-2024-08-06{rest}",
            ("openai", "direct", None, "ft:gpt-4o-2024-08-06", "fine_tune"),
        )
        for rest in ("", ":acme::x", ":acme:name:x", ":acme:name:x:ckpt-step-90")
    ),
    *(
        ("openai", f"ft:gpt-4o-2024-08-06{rest}", ("openai", "direct", None, None, "fine_tune"))
        for rest in (":", ":acme", ":acme:name", ":::x", ":acme:name:", ":acme::x:y")
    ),
    ("azure", "gpt-5-2025-08-07.ft-0a1b", ("openai", "azure", None, None, "fine_tune")),
    (
        "bedrock",
        "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0/abc",
        ("bedrock", "bedrock", None, None, "fine_tune"),
    ),
    ("gemini", "tunedModels/my-model-x1", ("google", "ai_studio", None, None, "fine_tune")),
    (
        "anthropic",
        "Claude Sonnet 4.5",
        ("anthropic", "direct", None, "claude-sonnet-4-5", "display_name"),
    ),
    (
        "anthropic",
        "Claude Haiku 3.5",
        ("anthropic", "direct", None, "claude-3-5-haiku", "display_name"),
    ),
    (
        None,
        "Claude Opus 4.1 (Bedrock Edition)",
        ("anthropic", "bedrock", None, "claude-opus-4-1", "display_name"),
    ),
    (
        None,
        "Claude 3.5 Sonnet v2 (Amazon Bedrock Edition)",
        ("anthropic", "bedrock", None, "claude-3-5-sonnet", "display_name"),
    ),
    (
        "openrouter",
        "Anthropic: Claude Opus 5.5",
        ("anthropic", "openrouter", None, "claude-opus-5-5", "display_name"),
    ),
    (
        "openai",
        "GPT-4o 2024-05-13",
        ("openai", "direct", None, "gpt-4o-2024-05-13", "display_name"),
    ),
    (
        "gemini",
        "Gemini 2.5 Pro",
        ("google", "ai_studio", None, "gemini-2.5-pro", "display_name"),
    ),
    ("cohere", "Command R+", ("cohere", "direct", None, "command-r-plus", "display_name")),
    (None, "Amazon Nova Pro", ("amazon", "bedrock", None, "nova-pro", "display_name")),
    (None, "claude-opus-5", ("anthropic", "direct", None, "claude-opus-5", "key")),
    ("some-proxy", "gpt-5", ("openai", "some-proxy", None, "gpt-5", "key")),
]
UNKNOWN = [
    *("gpt-4", "gpt-5-ultra", "gpt-4.1x", "my-gpt-5", "gpt-5-v1", "gpt-5-v2", "gpt-5@latestx"),
    *("gpt-5:free", "gpt-5:latest", "gpt-4o-2024-12-24", "acme/gpt-5", "openai/acme/gpt-5"),
    *("xx.anthropic.claude-opus-5", "us.gpt-5"),
    "arn:aws:bedrock:us-east-1:123456789012:imported-model/gpt-5",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/gpt-5",
    *("projects/p/locations/us-central1/endpoints/123", "the best GPT-5", "GPT-5 (preview)"),
    *("claude", "claude-sonet-4-5", "gpt-5-1234567", "gpt-5-20251399", "gpt-5-20251314"),
    *("gpt-5-2025-13-14", "gpt-5-2025-00-10", "gpt-5-2025-10-32", "gpt-5\u200b", "gpt\u20115"),
    *("\uff47pt-5", "g\u0440t-5", "gpt-5\x00", "gpt-5,gpt-4o", "family:gemini-3", "*"),
    *("gpt-5-2025-0807", "embedding", ""),
]


@pytest.fixture(scope="module")
def resolved(shipped: duckdb.DuckDBPyConnection) -> Resolved:
    """All of them at once, since a query costs far more than a spelling; the earliest meaning."""
    spellings = [*((name, model) for name, model, _ in KNOWN), *(("openai", m) for m in UNKNOWN)]
    rows = resolve(
        shipped,
        *({"provider_name": name, "response_model": model} for name, model in spellings),
    )
    return {(row["provider_name"], row["raw_model"]): row for row in reversed(rows)}


@pytest.mark.parametrize(("provider_name", "raw_model", "expected"), KNOWN)
def test_a_known_spelling_resolves(
    resolved: Resolved, provider_name: str | None, raw_model: str, expected: Expected
) -> None:
    row = resolved[provider_name, raw_model]
    columns = ("provider", "platform", "region_scope", "model", "rule")
    assert tuple(row[column] for column in columns) == expected


@pytest.mark.parametrize("raw_model", UNKNOWN)
def test_nothing_resolves_by_prefix_or_likeness(resolved: Resolved, raw_model: str) -> None:
    row = resolved["openai", raw_model]
    assert row["model"] is None
    assert row["rule"] is None
    assert row["region_scope"] is None
