"""core.request_costs against hand computations on the shipped price book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.priced import open_priced_workbench, price, price_one, request
from unitcost_models.base import columns
from unitcost_models.requests import RequestCost

_PARTS = ("input", "cache_read", "cache_write", "output", "tool")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_priced_workbench()
    yield con
    con.close()


def _parts(row: dict[str, Any]) -> list[Decimal]:
    return [row[f"{part}_cost_usd"] for part in _PARTS]


def test_has_the_columns_of_its_row_model(con: duckdb.DuckDBPyConnection) -> None:
    price_one(con)
    found = con.execute("describe core.request_costs").fetchall()
    assert [(row[0], row[1]) for row in found] == [
        (column.name, column.sql_type) for column in columns(RequestCost)
    ]


def test_parts_add_up_and_name_their_price_rows(con: duckdb.DuckDBPyConnection) -> None:
    row = price_one(
        con,
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
    con: duckdb.DuckDBPyConnection, values: dict[str, Any]
) -> None:
    row = price_one(con, input_tokens=1_000, **values)
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
    con: duckdb.DuckDBPyConnection, values: dict[str, Any], reason: str
) -> None:
    row = price_one(con, **values)
    assert row["unpriced_reason"] == reason
    assert row["cost_basis"] == "unpriced"
    assert {row[f"{part}_cost_usd"] for part in (*_PARTS, "reasoning")} == {None}
    assert row["cost_usd"] is None
    assert row["list_cost_usd"] is None


def test_a_zero_quantity_needs_no_price(con: duckdb.DuckDBPyConnection) -> None:
    row = price_one(con, input_tokens=4, cache_write_1h_tokens=0, output_audio_tokens=0)
    assert row["cost_usd"] == Decimal("0.000005")


@pytest.mark.parametrize(
    ("provider", "model", "meter", "usd_per_million"),
    [
        ("anthropic", "claude-sonnet-4-6", "cache_write_unknown_tokens", "3.75"),
        ("anthropic", "claude-sonnet-4-6", "cache_write_5m_tokens", "3.75"),
        ("anthropic", "claude-sonnet-4-6", "cache_write_1h_tokens", "6"),
        ("anthropic", "claude-sonnet-4-6", "input_image_tokens", "3"),
        ("anthropic", "claude-sonnet-4-6", "reasoning_tokens", "15"),
        ("openai", "gpt-5", "input_image_tokens", "1.25"),
        ("openai", "gpt-realtime", "input_image_tokens", "5"),
        ("openai", "gpt-realtime", "input_audio_tokens", "32"),
    ],
)
def test_each_class_has_its_price_or_the_one_documented_for_it(
    con: duckdb.DuckDBPyConnection, provider: str, model: str, meter: str, usd_per_million: str
) -> None:
    row = price_one(con, provider=provider, model=model, **{meter: 100_000})
    assert row["cost_usd"] == Decimal(usd_per_million) / 10


@pytest.mark.parametrize(
    ("model", "reason_or_usd"),
    [("gemini-2.5-flash", "1"), ("gemini-3.8-flash", "0.75"), ("gemini-2.0-flash", "0.7")],
)
def test_audio_is_unified_only_where_documented(
    con: duckdb.DuckDBPyConnection, model: str, reason_or_usd: str
) -> None:
    row = price_one(
        con, provider="google", platform="ai_studio", model=model, input_audio_tokens=1_000_000
    )
    assert row["cost_usd"] == Decimal(reason_or_usd)


def test_openai_fast_is_priority_and_anthropic_fast_is_its_own(
    con: duckdb.DuckDBPyConnection,
) -> None:
    fast, priority = price(
        con,
        request(request_id="a", model="gpt-4.1", service_tier="fast", input_tokens=1_000),
        request(request_id="b", model="gpt-4.1", service_tier="priority", input_tokens=1_000),
    )
    assert fast["cost_usd"] == priority["cost_usd"] == Decimal("0.0035")
    own = price_one(
        con, provider="anthropic", model="claude-opus-5", service_tier="fast", input_tokens=1_000
    )
    assert own["cost_usd"] == Decimal("0.01")


def test_a_batch_job_is_priced_as_batch(con: duckdb.DuckDBPyConnection) -> None:
    row = price_one(con, is_batch=True, input_tokens=1_000_000)
    assert row["cost_usd"] == Decimal("0.625")


@pytest.mark.parametrize(
    ("values", "usd_per_million"),
    [
        ({"model": "gpt-5.4", "region_scope": "eu"}, "2.75"),
        ({"model": "gpt-5.4", "region_scope": None}, "2.5"),
        ({"model": "gpt-5", "region_scope": "eu"}, "1.25"),
        ({"provider": "anthropic", "model": "claude-sonnet-5", "region_scope": "us"}, "2.2"),
        (
            {
                "provider": "anthropic",
                "platform": "bedrock",
                "model": "claude-sonnet-4-5",
                "region_scope": "in_region",
            },
            "3.3",
        ),
        (
            {
                "provider": "google",
                "platform": "vertex",
                "model": "gemini-3.5-flash",
                "region_scope": "europe-west1",
            },
            "1.65",
        ),
        (
            {
                "provider": "google",
                "platform": "vertex",
                "model": "gemini-3.5-flash",
                "region_scope": "europe-west1",
                "started_at": datetime(2026, 6, 30, 23, 59, 59, 999999),
            },
            "1.5",
        ),
    ],
)
def test_the_region_as_served_chooses_the_list(
    con: duckdb.DuckDBPyConnection, values: dict[str, Any], usd_per_million: str
) -> None:
    row = price_one(con, input_tokens=100_000, **values)
    assert row["cost_usd"] == Decimal(usd_per_million) / 10


def test_an_older_model_has_no_residency_price(con: duckdb.DuckDBPyConnection) -> None:
    row = price_one(
        con, provider="anthropic", model="claude-sonnet-4-5", region_scope="us", input_tokens=1
    )
    assert row["unpriced_reason"] == "no_price_for_scope"


@pytest.mark.parametrize(
    ("provider", "model", "bound"),
    [
        ("openai", "gpt-5.5", 272_000),
        ("anthropic", "claude-haiku-5-5", 100_000),
        ("xai", "grok-4.5", 199_999),
    ],
)
def test_the_whole_prompt_chooses_the_tier_and_the_bound_stays_below(
    con: duckdb.DuckDBPyConnection, provider: str, model: str, bound: int
) -> None:
    at, above = price(
        con,
        *(
            request(
                request_id=name,
                provider=provider,
                model=model,
                input_tokens=size - 50_000,
                cache_read_tokens=50_000,
                output_tokens=10,
            )
            for name, size in (("a", bound), ("b", bound + 1))
        ),
    )
    assert above["cost_usd"] > at["cost_usd"] * Decimal("1.4")
    assert above["output_cost_usd"] > at["output_cost_usd"]


def test_an_instant_belongs_to_the_new_price_and_the_one_before_to_the_old(
    con: duckdb.DuckDBPyConnection,
) -> None:
    step = datetime(2026, 8, 21)
    before, after = price(
        con,
        *(
            request(
                request_id=name, model="gpt-5.6-sol", started_at=instant, input_tokens=1_000_000
            )
            for name, instant in (("a", step - timedelta(microseconds=1)), ("b", step))
        ),
    )
    assert before["input_cost_usd"] == Decimal(10)
    assert after["input_cost_usd"] == Decimal(8)


@pytest.mark.parametrize(
    ("started_at", "usd_per_million"),
    [
        (datetime(2026, 9, 24, 0, 59, 59), "0.15"),
        (datetime(2026, 9, 24, 1), "0.3"),
        (datetime(2026, 9, 24, 3, 59, 59), "0.3"),
        (datetime(2026, 9, 24, 4), "0.15"),
        (datetime(2026, 9, 24, 9, 59, 59), "0.3"),
        (datetime(2026, 9, 24, 10), "0.15"),
        (datetime(2026, 9, 25, 2), "0.15"),
        (datetime(2026, 9, 26, 2), "0.15"),
        (datetime(2026, 9, 28, 2), "0.3"),
    ],
    ids=str,
)
def test_the_clock_of_the_provider_chooses_peak_or_off_peak(
    con: duckdb.DuckDBPyConnection, started_at: datetime, usd_per_million: str
) -> None:
    row = price_one(
        con,
        provider="deepseek",
        model="deepseek-flash",
        started_at=started_at,
        input_tokens=1_000_000,
    )
    assert row["cost_usd"] == Decimal(usd_per_million)


def test_containers_are_counted_in_minutes_and_priced_by_the_hour(
    con: duckdb.DuckDBPyConnection,
) -> None:
    row = price_one(
        con, provider="anthropic", model="claude-opus-5", container_minutes=Decimal("7.5")
    )
    assert row["tool_cost_usd"] == Decimal("0.00625")


def test_cache_storage_is_priced_by_token_hours(con: duckdb.DuckDBPyConnection) -> None:
    row = price_one(
        con,
        provider="google",
        platform="ai_studio",
        model="gemini-2.5-pro",
        cache_storage_token_hours=Decimal("1234.5"),
    )
    assert row["tool_cost_usd"] == Decimal("0.00555525")


def test_the_largest_request_does_not_overflow(con: duckdb.DuckDBPyConnection) -> None:
    row = price_one(con, model="gpt-5-pro", output_tokens=10**12, input_tokens=10**12)
    assert row["cost_usd"] == Decimal(15 + 120) * 10**6
