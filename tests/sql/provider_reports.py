"""Invented usage and cost reports in the providers' shapes, and the core tables made of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from tests.given import rows_of
from tests.sql.staging_by_hand import accept
from unitcost.days.uniting import unite
from unitcost.sources.base import Sample
from unitcost.workbench import create_empty, run_steps
from unitcost_models.base import Row
from unitcost_models.raw_provider import (
    RawAnthropicCost,
    RawAnthropicUsage,
    RawOpenaiCost,
    RawOpenaiUsage,
)

DAY = date(2026, 10, 1)
START = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
RAW = (RawOpenaiUsage, RawOpenaiCost, RawAnthropicUsage, RawAnthropicCost)
TIMES = {
    "start_time": str(START),
    "end_time": str(START + 86400),
    "start_time_iso": "2026-10-01T00:00:00+00:00",
    "end_time_iso": "2026-10-02T00:00:00+00:00",
}
"""The time columns of an OpenAI dashboard CSV row."""
OLD_USAGE_CSV = {
    "usage_date_utc": "2026-10-01",
    "model_version": "claude-1-20260101",
    "api_key": "backend",
    "workspace": "Default",
    "usage_type": "message",
    "usage_input_tokens_no_cache": "10",
    "usage_input_tokens_cache_write_5m": "30",
    "usage_input_tokens_cache_write_1h": "60",
    "usage_input_tokens_cache_read": "900",
    "usage_output_tokens": "40",
    "web_search_count": "2",
}
NEW_USAGE_CSV = OLD_USAGE_CSV | {"context_window": "≤ 200k", "inference_geo": "us", "speed": "fast"}
COSTS_CSV = {
    "usage_date_utc": "2026-10-01",
    "model": "Claude Opus 5",
    "workspace": "Default",
    "api_key": "backend",
    "usage_type": "message",
    "token_type": "input_no_cache",
    "cost_usd": "0.10",
    "cost_type": "tokens",
}
"""Rows of the Anthropic Console's CSV files, of usage in both generations, and of costs."""
Report = dict[str, Any]


def openai_page(*results: Report, seconds: int = 86400, **extra: Any) -> Report:
    """One page of one bucket that starts the day."""
    bucket = {
        "object": "bucket",
        "start_time": START,
        "end_time": START + seconds,
        "results": list(results),
    }
    return {"object": "page", "has_more": False, "next_page": None, "data": [bucket], **extra}


def completions(**columns: Any) -> Report:
    """A completions result of the newer kind: 1000 in, 80 out."""
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 1000,
        "input_cached_tokens": 300,
        "input_cache_write_tokens": 100,
        "input_cache_write_30m_tokens": 100,
        "input_cache_write_12h_tokens": 0,
        "input_uncached_tokens": 600,
        "input_text_tokens": 550,
        "input_audio_tokens": 50,
        "input_image_tokens": 0,
        "input_cached_text_tokens": 300,
        "input_cached_audio_tokens": 0,
        "input_cached_image_tokens": 0,
        "output_tokens": 80,
        "output_text_tokens": 80,
        "output_audio_tokens": 0,
        "output_image_tokens": 0,
        "num_model_requests": 4,
        "project_id": "proj_a",
        "user_id": None,
        "api_key_id": None,
        "model": "m-1",
        "batch": False,
        "service_tier": "default",
        "api_source": None,
        **columns,
    }


def cost(line_item: str | None, value: Any = 1.5, **columns: Any) -> Report:
    """A result of OpenAI's costs."""
    amount = {"value": value, "currency": "usd"}
    base = {"object": "organization.costs.result", "amount": amount, "line_item": line_item}
    return base | {"project_id": None} | columns


def anthropic_page(*results: Report, **extra: Any) -> Report:
    """One page of one daily bucket."""
    bucket = {
        "starting_at": "2026-10-01T00:00:00Z",
        "ending_at": "2026-10-02T00:00:00Z",
        "results": list(results),
    }
    return {"data": [bucket], "has_more": False, "next_page": None, **extra}


def messages(**columns: Any) -> Report:
    """A messages usage result."""
    return {
        "uncached_input_tokens": 10,
        "cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 60},
        "cache_read_input_tokens": 900,
        "output_tokens": 40,
        "server_tool_use": {"web_search_requests": 2},
        "model": "claude-1",
        "workspace_id": None,
        "api_key_id": None,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
        **columns,
    }


def charge(amount: Any = "123.78912", **columns: Any) -> Report:
    """A result of Anthropic's costs, in cents."""
    names = ("workspace_id", "description", "cost_type", "token_type", "model", "service_tier")
    return dict.fromkeys(names) | {"amount": amount, "currency": "USD"} | columns


def core(
    con: duckdb.DuckDBPyConnection, table: str, *deliveries: tuple[type[Row], list[Any]]
) -> list[Report]:
    """Rows of a core table after the deliveries (raw row model, records of one file)."""
    models: tuple[type[Row], ...] = RAW
    for row in models:
        create_empty(con, row)
    for number, (row, records) in enumerate(deliveries):
        accept(con, row, *records, name=f"{number}.json")
    unite(con)
    run_steps(con, [table], DAY)
    return rows_of(con, f"from {table}")


def sample(name: str, *records: Report) -> Sample:
    """A JSON file's sample."""
    return Sample(name=name, kind="json", columns=(), records=records)


def table_sample(name: str, row: dict[str, str]) -> Sample:
    """A CSV file's sample with one row."""
    return Sample(name=name, kind="csv", columns=tuple(row), records=(dict(row),))


def text(record: Report) -> str:
    """A record as JSON text, to be edited by hand."""
    return json.dumps(record)
