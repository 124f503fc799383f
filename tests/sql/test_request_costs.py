"""core.request_costs against hand computations on the shipped price book."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.priced import price_one
from unitcost_models.base import columns
from unitcost_models.requests import RequestCost

_PARTS = ("input", "cache_read", "cache_write", "output", "tool")


def _parts(row: dict[str, Any]) -> list[Decimal]:
    return [row[f"{part}_cost_usd"] for part in _PARTS]


def test_has_the_columns_of_its_row_model(shipped: duckdb.DuckDBPyConnection) -> None:
    price_one(shipped)
    found = shipped.execute("describe core.request_costs").fetchall()
    assert [(row[0], row[1]) for row in found] == [
        (column.name, column.sql_type) for column in columns(RequestCost)
    ]


def test_parts_add_up_and_name_their_price_rows(shipped: duckdb.DuckDBPyConnection) -> None:
    row = price_one(
        shipped,
        model="gpt-5",
        input_tokens=1_000,
        cache_read_tokens=2_000,
        output_tokens=300,
        reasoning_tokens=700,
        web_search_calls=3,
    )
    assert _parts(row) == [
        Decimal("0.00125"),
        Decimal("0.00025"),
        Decimal(0),
        Decimal("0.01"),
        Decimal("0.03"),
    ]
    assert row["cost_usd"] == row["list_cost_usd"] == sum(_parts(row))
    assert row["reasoning_cost_usd"] == Decimal("0.007")
    assert row["cost_basis"] == "metered_list"
    assert row["price_ids"].split(",") == sorted(
        [
            "openai/direct/*/gpt-5/*/web_search_call@start",
            "openai/direct/global/gpt-5/standard/cache_read@2025-08-07",
            "openai/direct/global/gpt-5/standard/input@2025-08-07",
            "openai/direct/global/gpt-5/standard/output@2025-08-07",
        ]
    )


@pytest.mark.parametrize(
    "values",
    [
        {"status": "cache_hit", "billed_state": "not_billed"},
        {"status": "error", "billed_state": "not_billed", "usage_basis": "missing"},
        {"service_tier": "free", "model": "no-such-model"},
    ],
)
def test_what_is_not_billed_costs_nothing(
    shipped: duckdb.DuckDBPyConnection, values: dict[str, Any]
) -> None:
    row = price_one(shipped, input_tokens=1_000, **values)
    assert row["cost_usd"] == 0
    assert sum(_parts(row)) == 0
    assert row["unpriced_reason"] is None
    assert row["price_ids"] is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"usage_basis": "missing"}, "usage_missing"),
        ({"usage_basis": "partial", "input_tokens": 5}, "usage_partial"),
        ({"usage_basis": "estimated", "input_tokens": 5}, "usage_estimated"),
        ({"billed_state": "unknown", "input_tokens": 5}, "billed_state_unknown"),
        ({}, "usage_missing"),
        ({"model": None, "input_tokens": 5}, "unknown_model"),
        ({"model": "gpt-9", "input_tokens": 5}, "unknown_model"),
        ({"model": "gpt", "input_tokens": 5}, "unknown_model"),
        ({"region_scope": "mars", "input_tokens": 5}, "no_price_for_scope"),
        ({"platform": "openrouter", "input_tokens": 5}, "no_price_for_scope"),
        ({"service_tier": "provisioned", "input_tokens": 5}, "no_price_for_scope"),
        ({"cache_write_1h_tokens": 5}, "no_price_for_meter:cache_write_1h"),
        ({"platform": "azure", "container_minutes": 1}, "no_price_for_meter:container_hour"),
        (
            {"provider": "anthropic", "model": "claude-opus-5"}
            | {"container_minutes": 1, "container_size": "4gb"},
            "no_price_for_meter:container_4gb",
        ),
        ({"started_at": datetime(2025, 8, 6), "input_tokens": 5}, "no_price_at_date"),
        (
            {
                "provider": "deepseek",
                "model": "deepseek-chat",
                "started_at": datetime(2025, 9, 10),
                "input_tokens": 5,
            },
            "no_price_at_date",
        ),
    ],
)
def test_what_cannot_be_priced_says_why_and_is_never_zero(
    shipped: duckdb.DuckDBPyConnection, values: dict[str, Any], reason: str
) -> None:
    row = price_one(shipped, **values)
    assert row["unpriced_reason"] == reason
    assert row["cost_basis"] == "unpriced"
    assert {row[f"{part}_cost_usd"] for part in (*_PARTS, "reasoning")} == {None}
    assert row["cost_usd"] is None
    assert row["list_cost_usd"] is None


def test_a_zero_quantity_needs_no_price(shipped: duckdb.DuckDBPyConnection) -> None:
    row = price_one(shipped, input_tokens=4, cache_write_1h_tokens=0, output_audio_tokens=0)
    assert row["cost_usd"] == Decimal("0.000005")


def test_containers_are_counted_in_minutes_and_priced_by_the_hour(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    row = price_one(
        shipped, provider="anthropic", model="claude-opus-5", container_minutes=Decimal("7.5")
    )
    assert row["tool_cost_usd"] == Decimal("0.00625")


def test_cache_storage_is_priced_by_token_hours(shipped: duckdb.DuckDBPyConnection) -> None:
    row = price_one(
        shipped,
        provider="google",
        platform="ai_studio",
        model="gemini-2.5-pro",
        cache_storage_token_hours=Decimal("1234.5"),
    )
    assert row["tool_cost_usd"] == Decimal("0.00555525")


def test_the_largest_request_does_not_overflow(shipped: duckdb.DuckDBPyConnection) -> None:
    row = price_one(shipped, model="gpt-5-pro", output_tokens=10**12, input_tokens=10**12)
    assert row["cost_usd"] == Decimal(15 + 120) * 10**6
