"""Which price of the shipped book holds for a request: by class, tier, region, size and instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.priced import price, price_one, request


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
    shipped: duckdb.DuckDBPyConnection, provider: str, model: str, meter: str, usd_per_million: str
) -> None:
    row = price_one(shipped, provider=provider, model=model, **{meter: 100_000})
    assert row["cost_usd"] == Decimal(usd_per_million) / 10


@pytest.mark.parametrize(
    ("model", "reason_or_usd"),
    [("gemini-2.5-flash", "1"), ("gemini-3.8-flash", "0.75"), ("gemini-2.0-flash", "0.7")],
)
def test_audio_is_unified_only_where_documented(
    shipped: duckdb.DuckDBPyConnection, model: str, reason_or_usd: str
) -> None:
    row = price_one(
        shipped, provider="google", platform="ai_studio", model=model, input_audio_tokens=1_000_000
    )
    assert row["cost_usd"] == Decimal(reason_or_usd)


def test_openai_fast_is_priority_and_anthropic_fast_is_its_own(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    fast, priority = price(
        shipped,
        request(request_id="a", model="gpt-4.1", service_tier="fast", input_tokens=1_000),
        request(request_id="b", model="gpt-4.1", service_tier="priority", input_tokens=1_000),
    )
    assert fast["cost_usd"] == priority["cost_usd"] == Decimal("0.0035")
    own = price_one(
        shipped,
        provider="anthropic",
        model="claude-opus-5",
        service_tier="fast",
        input_tokens=1_000,
    )
    assert own["cost_usd"] == Decimal("0.01")


def test_a_batch_job_is_priced_as_batch(shipped: duckdb.DuckDBPyConnection) -> None:
    row = price_one(shipped, is_batch=True, input_tokens=1_000_000)
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
    shipped: duckdb.DuckDBPyConnection, values: dict[str, Any], usd_per_million: str
) -> None:
    row = price_one(shipped, input_tokens=100_000, **values)
    assert row["cost_usd"] == Decimal(usd_per_million) / 10


def test_an_older_model_has_no_residency_price(shipped: duckdb.DuckDBPyConnection) -> None:
    row = price_one(
        shipped, provider="anthropic", model="claude-sonnet-4-5", region_scope="us", input_tokens=1
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
    shipped: duckdb.DuckDBPyConnection, provider: str, model: str, bound: int
) -> None:
    at, above = price(
        shipped,
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
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    step = datetime(2026, 8, 21)
    before, after = price(
        shipped,
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
    shipped: duckdb.DuckDBPyConnection, started_at: datetime, usd_per_million: str
) -> None:
    row = price_one(
        shipped,
        provider="deepseek",
        model="deepseek-flash",
        started_at=started_at,
        input_tokens=1_000_000,
    )
    assert row["cost_usd"] == Decimal(usd_per_million)
