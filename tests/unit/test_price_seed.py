"""Every row of the seed list is in the book, with its price, scope and dates."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sql.price_by_hand import Key, moment, price_rows

_TIERS_KNOWN_FROM = datetime(2025, 1, 1)
"""Rows of a tier without any start are not used for years in which nobody saw the tier."""
_SEEDED_ON = "2026-11-22"
"""What the book learnt later may say otherwise."""
_TICK = timedelta(microseconds=1)
_METERS = {
    "web_search": "web_search_call",
    "file_search": "file_search_call",
    "code_execution_container": "container_hour",
    "managed_agent_session": "agent_session_hour",
    "code_execution": "code_execution_call",
    "x_search": "x_search_call",
    "collections_search": "collections_search_call",
}
_FAMILIES = {
    "rerank-*": "family:cohere-rerank",
    "gemini-*-pro": "family:gemini-pro",
    "gemini-*-flash": "family:gemini-flash",
    "gemini-2.5-*": "family:gemini-2.5",
    "gemini-3*": "family:gemini-3",
}
_LIFE = {"anthropic": "cache_write_5m", "openai": "cache_write_30m"}


@pytest.fixture(scope="module")
def seed(shared_data: Path) -> list[dict[str, str]]:
    path = shared_data.parent / "prices" / "list_prices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _meter(row: dict[str, str]) -> str:
    if row["meter"] == "cache_write":
        return _LIFE.get(row["provider"], "cache_write")
    if row["meter"] == "web_grounding":
        return f"grounding_{row['unit']}"
    return _METERS.get(row["meter"], row["meter"])


def _keys(row: dict[str, str]) -> list[Key]:
    model = _FAMILIES.get(row["model_id"], row["model_id"])
    named = (row["provider"], row["platform"], row["region_scope"], model, row["service_tier"])
    provider, platform, region_scope, model, _ = named
    return [
        named,
        (provider, platform, region_scope, model, "*"),
        (provider, platform, "*", model, "*"),
    ]


def _instants(row: dict[str, str]) -> list[datetime]:
    """The first and the last instant of the seed row, or one far away where it is open."""
    ends = moment(row["effective_to"]) - _TICK if row["effective_to"] else datetime(2027, 6, 1)
    if row["effective_from"]:
        return [moment(row["effective_from"]), ends]
    is_tier = row["service_tier"] != "standard"
    return [max(_TIERS_KNOWN_FROM, ends - timedelta(days=999)) if is_tier else ends, ends]


def _is_kept(row: dict[str, str], at: datetime) -> bool:
    size = int(row["context_gt_tokens"] or -1) + 1
    per = Decimal(20 if row["unit"] == "20-minute" else row["per"])
    return any(
        Decimal(kept["unit_price"]) * per == Decimal(row["unit_price"]) * Decimal(kept["per"])
        for key in _keys(row)
        for kept in price_rows(_SEEDED_ON).get(key, [])
        if kept["meter"] == _meter(row)
        and bool(kept["time_band"]) == bool(row["time_band"])
        and (not kept["valid_from"] or moment(kept["valid_from"]) <= at)
        and (not kept["valid_to"] or at < moment(kept["valid_to"]))
        and int(kept["ctx_gt"] or -1) < size <= int(kept["ctx_le"] or 10**9)
    )


def test_every_seed_row_is_in_the_book(seed: list[dict[str, str]]) -> None:
    lost = [row for row in seed for at in _instants(row) if not _is_kept(row, at)]
    assert lost == []


def test_no_price_starts_earlier_or_ends_later_than_the_seed_says(
    seed: list[dict[str, str]],
) -> None:
    dated = [row for row in seed if row["effective_to"]]
    for row in dated:
        end = moment(row["effective_to"])
        later = [other for other in seed if _keys(other) == _keys(row) and other is not row]
        still_open = any(
            _meter(other) == _meter(row)
            and (not other["effective_from"] or moment(other["effective_from"]) <= end)
            and (not other["effective_to"] or end < moment(other["effective_to"]))
            for other in later
        )
        assert still_open or not _is_kept(row, end), row
