"""steps.model_ids: what a name means by date, deployment and platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pytest

from tests.given import given
from tests.sql.model_ids_by_hand import resolve
from unitcost_models.price_names import Deployment


def _resolve(shipped: duckdb.DuckDBPyConnection, **sighting: Any) -> list[dict[str, Any]]:
    return resolve(shipped, sighting)


def test_an_alias_means_another_model_from_its_date(shipped: duckdb.DuckDBPyConnection) -> None:
    rows = _resolve(shipped, provider_name="mistral", response_model="mistral-medium-latest")
    moved = datetime(2026, 6, 16)
    assert (rows[0]["valid_to"], rows[0]["model"]) == (moved, "mistral-medium-3-1")
    assert (rows[1]["valid_from"], rows[1]["model"]) == (moved, "mistral-medium-3-5")


def test_a_deployment_is_what_its_owner_says(shipped: duckdb.DuckDBPyConnection) -> None:
    """On its platform it goes before a model of the same name; elsewhere it means nothing."""
    named: dict[str, Any] = {
        "model": "gpt-5",
        "provider": "openai",
        "source_file": "models.toml",
        "source_line": 1,
    }
    given(
        shipped,
        Deployment,
        named | {"deployment": "gpt-4o", "platform": "azure", "region_scope": "data_zone_eu"},
        named | {"deployment": "prod-chat", "platform": "azure", "service_tier": "provisioned"},
    )
    try:
        row = _resolve(shipped, provider_name="azure", request_model="gpt-4o")[0]
        assert (row["model"], row["rule"]) == ("gpt-5", "deployment")
        assert row["region_scope"] == "data_zone_eu"
        row = _resolve(shipped, provider_name="litellm", request_model="azure/Prod-Chat")[0]
        assert (row["model"], row["platform"]) == ("gpt-5", "azure")
        assert row["service_tier"] == "provisioned"
        assert _resolve(shipped, provider_name="openai", request_model="gpt-4o")[0]["rule"] == "key"
        assert (
            _resolve(shipped, provider_name="openai", request_model="prod-chat")[0]["model"] is None
        )
    finally:
        given(shipped, Deployment)


@pytest.mark.parametrize(
    ("raw_model", "service_tier"),
    [
        ("deepseek/deepseek-v4-flash:free", "free"),
        ("deepseek/deepseek-v4-flash:nitro", None),
        ("deepseek/deepseek-v4-flash", None),
    ],
)
def test_only_the_free_variant_changes_the_tier(
    shipped: duckdb.DuckDBPyConnection, raw_model: str, service_tier: str | None
) -> None:
    row = _resolve(shipped, provider_name="openrouter", response_model=raw_model)[0]
    assert (row["model"], row["service_tier"]) == ("deepseek-v4-flash", service_tier)


@pytest.mark.parametrize(
    "raw_model",
    [
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123",
        "bedrock/us-east-1/1-month-commitment/anthropic.claude-opus-5",
    ],
)
def test_provisioned_throughput_is_told_by_the_id(
    shipped: duckdb.DuckDBPyConnection, raw_model: str
) -> None:
    row = _resolve(shipped, provider_name="bedrock", request_model=raw_model)[0]
    assert (row["platform"], row["service_tier"]) == ("bedrock", "provisioned")


def test_both_names_of_a_call_are_resolved(shipped: duckdb.DuckDBPyConnection) -> None:
    rows = _resolve(
        shipped, provider_name="openai", response_model="gpt-5.6-sol", request_model="gpt-5.6"
    )
    assert {row["raw_model"]: row["model"] for row in rows} == {
        "gpt-5.6-sol": "gpt-5.6-sol",
        "gpt-5.6": "gpt-5.6-sol",
    }


def test_the_platform_that_the_source_tells_wins(shipped: duckdb.DuckDBPyConnection) -> None:
    row = _resolve(
        shipped, provider_name="anthropic", platform_name="bedrock", response_model="claude-opus-5"
    )[0]
    assert (row["provider"], row["platform"]) == ("anthropic", "bedrock")


def test_every_model_of_the_book_resolves_by_its_own_key(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    keys = [
        row[0] for row in shipped.execute("select distinct model from core.price_keys").fetchall()
    ]
    found = resolve(shipped, *({"response_model": key} for key in keys))
    assert {row["raw_model"]: row["model"] for row in found} == {key: key for key in keys}


def test_a_platform_that_nobody_knows_is_not_the_makers_own(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    """What it charges is not known, so the call must not find the maker's list."""
    asked = {"provider_name": "openai", "response_model": "gpt-5"}
    row = _resolve(shipped, platform_name="Moonbase", **asked)[0]
    assert (row["provider"], row["platform"], row["model"]) == ("openai", "moonbase", "gpt-5")
    for silent in ("", "litellm", None):
        assert _resolve(shipped, platform_name=silent, **asked)[0]["platform"] == "direct"
