"""How names of models in reports and bills are read, and what stands in for usage not told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.shipped_book import open_shipped_book
from unitcost.workbench import create_empty, open_workbench, run_step
from unitcost_models.provider import ProviderCost, ProviderUsage
from unitcost_models.reconciliation import MeteredUsage

DAY = date(2026, 10, 5)
_ROW = {
    "day": DAY,
    "provider": "openai",
    "platform": "direct",
    "is_primary": True,
    "workspace_id": "proj",
}


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as con:
        open_shipped_book(con)
        create_empty(con, MeteredUsage)
        yield con


def reported(
    con: duckdb.DuckDBPyConnection, usage: list[dict[str, Any]], costs: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """core.reported_usage of these rows."""
    given(con, ProviderUsage, *({**_ROW, **row} for row in usage))
    given(con, ProviderCost, *({**_ROW, **row} for row in costs))
    for step in ("steps.reported_models", "steps.called_models", "core.reported_usage"):
        run_step(con, step, DAY)
    return rows_of(con, "from core.reported_usage")


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-5.4-2026-03-05", "gpt-5.4"),
        ("GPT-5.4", "gpt-5.4"),
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("Claude Sonnet 4.5 (Amazon Bedrock Edition)", "claude-sonnet-4-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("Gemini 2.5 Flash GA", "gemini-2.5-flash"),
        ("5.6 sol", "gpt-5.6-sol"),
        ("NovaPro", "nova-pro"),
        ("Claude3.5Sonnet", "claude-3-5-sonnet"),
        ("Gemini25Flash", "gemini25flash"),
        ("command R plus", "command-r-plus"),
        ("commandr", "commandr"),
        ("gpt-5.4x", "gpt-5.4x"),
        ("Mystery", "mystery"),
    ],
)
def test_a_report_s_model_is_read(bench: duckdb.DuckDBPyConnection, name: str, model: str) -> None:
    rows = reported(bench, [{"raw_model": name, "input_tokens": 5}], [])
    assert [row["model"] for row in rows] == [model]


@pytest.mark.parametrize(
    ("reported_as", "called"),
    [
        ("Nova2.0Lite", "us.amazon.nova-2-lite-v1:0"),
        ("Claude Nova 9 (Amazon Bedrock Edition)", "global.anthropic.claude-nova-9-20261001-v1:0"),
        ("Gemini 9 Flash GA", "gemini-9-flash"),
        ("7 new", "gpt-7-new-2026-10-01"),
        ("zeta-2.5", None),
    ],
)
def test_an_unknown_model_is_the_one_that_requests_spell_otherwise(
    bench: duckdb.DuckDBPyConnection, reported_as: str, called: str | None
) -> None:
    names = (called or "zeta-25", "7 new thing")
    metered = {"day": DAY, "provider": "p", "platform": "q", "token_class": "input"}
    given(bench, MeteredUsage, *({**metered, "model": n, "unpriced_quantity": 5} for n in names))
    rows = reported(bench, [{"raw_model": reported_as, "input_tokens": 5}], [])
    create_empty(bench, MeteredUsage)
    assert [row["model"] for row in rows] == [called or reported_as]


def test_tiers_and_regions_have_the_price_list_s_names(bench: duckdb.DuckDBPyConnection) -> None:
    told = [
        {"raw_model": "gpt-5.4", "input_tokens": 1, "service_tier": "default", "is_batch": True},
        {"raw_model": "gpt-5.4", "input_tokens": 2, "service_tier": "auto", "inference_geo": "eu"},
        {"raw_model": "gpt-5.4", "input_tokens": 4},
    ]
    rows = reported(bench, told, [])
    assert {(r["service_tier"], r["region_scope"]): r["reported_quantity"] for r in rows} == {
        ("batch", None): 1,
        ("standard", "data_residency"): 2,
        (None, None): 4,
    }


def test_charges_count_where_no_usage_report_does(bench: duckdb.DuckDBPyConnection) -> None:
    charge = {
        "raw_model": "gpt-5.4",
        "cost_type": "tokens",
        "token_class": "input_tokens",
        "quantity": Decimal(1000),
        "quantity_unit": "tokens",
        "billed_cost": Decimal("0.0025"),
        "currency": "usd",
    }
    alone = reported(bench, [], [charge])
    assert {(r["report_kind"], r["reported_quantity"]) for r in alone} == {
        ("usage", 1000),
        ("costs", 1000),
    }
    beside = reported(bench, [{"raw_model": "gpt-5.4", "input_tokens": 990}], [charge])
    assert [r["reported_quantity"] for r in beside if r["report_kind"] == "usage"] == [990]


def test_only_primary_rows_count(bench: duckdb.DuckDBPyConnection) -> None:
    rows = [
        {"raw_model": "gpt-5.4", "input_tokens": 5},
        {"raw_model": "gpt-5.4", "input_tokens": 5, "is_primary": False},
    ]
    assert [r["reported_quantity"] for r in reported(bench, rows, [])] == [5]
