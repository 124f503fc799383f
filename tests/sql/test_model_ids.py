"""steps.model_ids: spellings that lead to a model, and spellings that must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.sql.priced import open_priced_workbench
from unitcost.workbench import run_step
from unitcost_models.price_names import Deployment
from unitcost_models.sources import SourceSighting


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_priced_workbench()
    yield con
    con.close()


def _run(con: duckdb.DuckDBPyConnection) -> None:
    for step in ("steps.model_spellings", "steps.model_ids"):
        run_step(con, step, date(2026, 1, 1))


def _resolve(con: duckdb.DuckDBPyConnection, **sighting: Any) -> list[dict[str, Any]]:
    given(con, SourceSighting, {"sighting_id": "s1", **sighting})
    _run(con)
    return rows_of(con, "select * from steps.model_ids where raw_model is not null")


@pytest.mark.parametrize(
    ("provider_name", "raw_model", "expected"),
    [
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
    ],
)
def test_a_known_spelling_resolves(
    con: duckdb.DuckDBPyConnection,
    provider_name: str | None,
    raw_model: str,
    expected: tuple[str | None, ...],
) -> None:
    row = _resolve(con, provider_name=provider_name, response_model=raw_model)[0]
    columns = ("provider", "platform", "region_scope", "model", "rule")
    assert tuple(row[column] for column in columns) == expected


@pytest.mark.parametrize(
    "raw_model",
    [
        "gpt-4",
        "gpt-5-ultra",
        "gpt-4.1x",
        "my-gpt-5",
        "gpt-5-v1",
        "gpt-5-v2",
        "gpt-5@latestx",
        "gpt-5:free",
        "gpt-5:latest",
        "gpt-4o-2024-12-24",
        "acme/gpt-5",
        "openai/acme/gpt-5",
        "xx.anthropic.claude-opus-5",
        "us.gpt-5",
        "arn:aws:bedrock:us-east-1:123456789012:imported-model/gpt-5",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/gpt-5",
        "projects/p/locations/us-central1/endpoints/123",
        "the best GPT-5",
        "GPT-5 (preview)",
        "claude",
        "claude-sonet-4-5",
        "gpt-5-1234567",
        "gpt-5-20251399",
        "gpt-5-20251314",
        "gpt-5-2025-13-14",
        "gpt-5-2025-00-10",
        "gpt-5-2025-10-32",
        "gpt-5\u200b",
        "gpt\u20115",
        "\uff47pt-5",
        "g\u0440t-5",
        "gpt-5\x00",
        "gpt-5,gpt-4o",
        "family:gemini-3",
        "*",
        "gpt-5-2025-0807",
        "embedding",
        "",
    ],
)
def test_nothing_resolves_by_prefix_or_likeness(
    con: duckdb.DuckDBPyConnection, raw_model: str
) -> None:
    row = _resolve(con, provider_name="openai", response_model=raw_model)[0]
    assert row["model"] is None
    assert row["rule"] is None
    assert row["region_scope"] is None


def test_an_alias_means_another_model_from_its_date(con: duckdb.DuckDBPyConnection) -> None:
    rows = _resolve(con, provider_name="mistral", response_model="mistral-medium-latest")
    moved = datetime(2026, 6, 16)
    assert (rows[0]["valid_to"], rows[0]["model"]) == (moved, "mistral-medium-3-1")
    assert (rows[1]["valid_from"], rows[1]["model"]) == (moved, "mistral-medium-3-5")


def test_a_deployment_is_what_its_owner_says(con: duckdb.DuckDBPyConnection) -> None:
    """On its platform it goes before a model of the same name; elsewhere it means nothing."""
    named: dict[str, Any] = {
        "model": "gpt-5",
        "provider": "openai",
        "source_file": "models.toml",
        "source_line": 1,
    }
    given(
        con,
        Deployment,
        named | {"deployment": "gpt-4o", "platform": "azure", "region_scope": "data_zone_eu"},
        named | {"deployment": "prod-chat", "platform": "azure", "service_tier": "provisioned"},
    )
    try:
        row = _resolve(con, provider_name="azure", request_model="gpt-4o")[0]
        assert (row["model"], row["rule"]) == ("gpt-5", "deployment")
        assert row["region_scope"] == "data_zone_eu"
        row = _resolve(con, provider_name="litellm", request_model="azure/Prod-Chat")[0]
        assert (row["model"], row["platform"]) == ("gpt-5", "azure")
        assert row["service_tier"] == "provisioned"
        assert _resolve(con, provider_name="openai", request_model="gpt-4o")[0]["rule"] == "key"
        assert _resolve(con, provider_name="openai", request_model="prod-chat")[0]["model"] is None
    finally:
        given(con, Deployment)


@pytest.mark.parametrize(
    ("raw_model", "service_tier"),
    [
        ("deepseek/deepseek-v4-flash:free", "free"),
        ("deepseek/deepseek-v4-flash:nitro", None),
        ("deepseek/deepseek-v4-flash", None),
    ],
)
def test_only_the_free_variant_changes_the_tier(
    con: duckdb.DuckDBPyConnection, raw_model: str, service_tier: str | None
) -> None:
    row = _resolve(con, provider_name="openrouter", response_model=raw_model)[0]
    assert (row["model"], row["service_tier"]) == ("deepseek-v4-flash", service_tier)


@pytest.mark.parametrize(
    "raw_model",
    [
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123",
        "bedrock/us-east-1/1-month-commitment/anthropic.claude-opus-5",
    ],
)
def test_provisioned_throughput_is_told_by_the_id(
    con: duckdb.DuckDBPyConnection, raw_model: str
) -> None:
    row = _resolve(con, provider_name="bedrock", request_model=raw_model)[0]
    assert (row["platform"], row["service_tier"]) == ("bedrock", "provisioned")


def test_both_names_of_a_call_are_resolved(con: duckdb.DuckDBPyConnection) -> None:
    rows = _resolve(
        con, provider_name="openai", response_model="gpt-5.6-sol", request_model="gpt-5.6"
    )
    assert {row["raw_model"]: row["model"] for row in rows} == {
        "gpt-5.6-sol": "gpt-5.6-sol",
        "gpt-5.6": "gpt-5.6-sol",
    }


def test_the_platform_that_the_source_tells_wins(con: duckdb.DuckDBPyConnection) -> None:
    row = _resolve(
        con, provider_name="anthropic", platform_name="bedrock", response_model="claude-opus-5"
    )[0]
    assert (row["provider"], row["platform"]) == ("anthropic", "bedrock")


def test_every_model_of_the_book_resolves_by_its_own_key(con: duckdb.DuckDBPyConnection) -> None:
    keys = [row[0] for row in con.execute("select distinct model from core.price_keys").fetchall()]
    given(
        con,
        SourceSighting,
        *({"sighting_id": key, "response_model": key} for key in keys),
    )
    _run(con)
    found = rows_of(con, "select * from steps.model_ids where raw_model is not null")
    assert {row["raw_model"]: row["model"] for row in found} == {key: key for key in keys}


def test_a_platform_that_nobody_knows_is_not_the_makers_own(con: duckdb.DuckDBPyConnection) -> None:
    """What it charges is not known, so the call must not find the maker's list."""
    asked = {"provider_name": "openai", "response_model": "gpt-5"}
    row = _resolve(con, platform_name="Moonbase", **asked)[0]
    assert (row["provider"], row["platform"], row["model"]) == ("openai", "moonbase", "gpt-5")
    for silent in ("", "litellm", None):
        assert _resolve(con, platform_name=silent, **asked)[0]["platform"] == "direct"
