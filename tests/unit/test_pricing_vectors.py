"""Worked cases, each one rule that some tool got wrong, priced through the real SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.sql.priced import open_priced_workbench, price, request

_COLUMNS = {
    "cache_write_1h": "cache_write_1h_tokens",
    "web_search_call": "web_search_calls",
    "search_unit": "search_units",
    "cache_storage_token_hours": "cache_storage_token_hours",
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_priced_workbench()
    yield con
    con.close()


def _column(meter: str, provider: str) -> str:
    if meter == "cache_write":
        return f"cache_write_{'30m' if provider == 'openai' else '5m'}_tokens"
    return _COLUMNS.get(meter, f"{meter}_tokens")


def _region(vector: dict[str, Any]) -> str | None:
    """A case with a multiplier and no region of its own ran on a regional endpoint."""
    named: str | None = vector.get("region_scope")
    return "regional" if "multiplier" in vector and named == "global" else named


def _request(vector: dict[str, Any]) -> dict[str, Any]:
    classes = vector["usage"]["classes"]
    return request(
        request_id=vector["id"],
        started_at=datetime.fromisoformat(vector["date"]).replace(tzinfo=None),
        provider=vector["provider"],
        platform=vector["platform"],
        region_scope=_region(vector),
        model=vector["model"],
        service_tier=vector["service_tier"],
        **{_column(meter, vector["provider"]): count for meter, count in classes.items()},
    )


def test_every_vector_is_priced_to_the_last_digit(
    con: duckdb.DuckDBPyConnection, shared_vectors: Path
) -> None:
    vectors = json.loads((shared_vectors / "pricing_vectors.json").read_text(encoding="utf-8"))
    costs = {row["request_id"]: row for row in price(con, *map(_request, vectors))}
    wrong = {}
    for vector in vectors:
        cost, expected = costs[vector["id"]]["cost_usd"], vector["expected_cost_usd"]
        total = cost * vector.get("n_identical_requests", 1) if cost is not None else None
        if total != (Decimal(expected) if expected is not None else None):
            wrong[vector["id"]] = (expected, total, costs[vector["id"]]["unpriced_reason"])
    assert wrong == {}


def test_every_unpriced_vector_says_why(
    con: duckdb.DuckDBPyConnection, shared_vectors: Path
) -> None:
    vectors = json.loads((shared_vectors / "pricing_vectors.json").read_text(encoding="utf-8"))
    for row in price(con, *map(_request, vectors)):
        assert (row["cost_usd"] is None) == (row["unpriced_reason"] is not None)
