"""A made-up month as a landing folder: one Parquet file of flat requests a day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from tests.benchmarks.made_day import requests_sql

FIRST = date(2026, 3, 2)
_OWN_IDS = ("request_id", "call_id", "provider_response_id", "workflow_run_id")
"""Made different on every day."""
_AS_THEY_ARE = """
    provider, platform, model, operation, service_tier, is_batch, latency_ms, workflow, stage,
    task_type, customer_id, user_id, feature, team, environment, prompt_name, prompt_version,
    service_name, input_tokens, cache_read_tokens, cache_write_5m_tokens, output_tokens,
    reasoning_tokens, web_search_calls, status, billed_state, usage_basis
"""


def write_month(landing: Path, requests: int, days: int) -> int:
    """Write `requests` evenly over `days` below `landing/requests`; returns the bytes written."""
    folder = landing / "requests"
    folder.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute("set threads = 2; set preserve_insertion_order = false")
        for number in range(days):
            file = folder / f"{FIRST + timedelta(number)}.parquet"
            con.execute(f"copy ({_day(number, requests // days)}) to '{file}'")
    return sum(file.stat().st_size for file in folder.iterdir())


def _day(number: int, requests: int) -> str:
    own = ", ".join(f"'{number}-' || {name} as {name}" for name in _OWN_IDS)
    return f"""select {own}, started_at + to_days({number}) as started_at, {_AS_THEY_ARE}
               from ({requests_sql(requests)})"""
