"""Worked cases: one request each, what it costs, and the rule it shows.

The shared ones come with the public reports they answer; the project's own say after `@` what a
million units cost by the provider's page, so that a reader can work each one out again.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.sql.priced import request

OWN = Path(__file__).parent / "fixtures" / "pricing_cases.csv"
_COLUMNS = {
    "cache_write_1h": "cache_write_1h_tokens",
    "web_search_call": "web_search_calls",
    "search_unit": "search_units",
    "cache_storage_token_hours": "cache_storage_token_hours",
}


@dataclass(frozen=True)
class Case:
    """One worked case."""

    case_id: str
    provider: str
    platform: str
    region_scope: str | None
    model: str
    service_tier: str
    started_at: datetime
    """UTC, without zone."""
    usage: dict[str, int]
    """Column of core.requests to count; disjoint."""
    cost_usd: Decimal | None
    """Of all `request_count` together; None where it must stay unpriced."""
    rule: str
    request_count: int = 1

    def request(self) -> dict[str, Any]:
        """The columns of core.requests."""
        return request(
            request_id=self.case_id,
            started_at=self.started_at,
            provider=self.provider,
            platform=self.platform,
            region_scope=self.region_scope,
            model=self.model,
            service_tier=self.service_tier,
            **self.usage,
        )


def own_cases() -> list[Case]:
    """The cases of this project."""
    with OWN.open(encoding="utf-8", newline="") as file:
        return [_own_case(row) for row in csv.DictReader(file)]


def _own_case(row: dict[str, str]) -> Case:
    counts = (part.split("@")[0].split("=") for part in row["usage"].split(" "))
    return Case(
        case_id=row["case_id"],
        provider=row["provider"],
        platform=row["platform"],
        region_scope=row["region_scope"],
        model=row["model"],
        service_tier=row["service_tier"],
        started_at=_utc(row["started_at"]),
        usage={column: int(count) for column, count in counts},
        cost_usd=Decimal(row["cost_usd"]) if row["cost_usd"] else None,
        rule=row["rule"],
    )


def worked_out(row: dict[str, str]) -> Decimal:
    """The sum of an own case's counts times what it says a million of each costs."""
    parts = [part.split("=")[1].split("@") for part in row["usage"].split(" ")]
    return sum((Decimal(count) * Decimal(price) for count, price in parts), Decimal(0)) / 10**6


def shared_cases(folder: Path) -> list[Case]:
    """The cases of `pricing_vectors.json` in this folder."""
    vectors = json.loads((folder / "pricing_vectors.json").read_text(encoding="utf-8"))
    return [_shared_case(vector) for vector in vectors]


def _shared_case(vector: dict[str, Any]) -> Case:
    expected = vector["expected_cost_usd"]
    return Case(
        case_id=vector["id"],
        provider=vector["provider"],
        platform=vector["platform"],
        region_scope=_region(vector),
        model=vector["model"],
        service_tier=vector["service_tier"],
        started_at=_utc(vector["date"]),
        usage={
            _column(meter, vector["provider"]): count
            for meter, count in vector["usage"]["classes"].items()
        },
        cost_usd=None if expected is None else Decimal(expected),
        rule=vector["rule"],
        request_count=vector.get("n_identical_requests", 1),
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _column(meter: str, provider: str) -> str:
    if meter == "cache_write":
        return f"cache_write_{'30m' if provider == 'openai' else '5m'}_tokens"
    return _COLUMNS.get(meter, f"{meter}_tokens")


def _region(vector: dict[str, Any]) -> str | None:
    """A case with a multiplier and no region of its own ran on a regional endpoint."""
    named: str | None = vector.get("region_scope")
    return "regional" if "multiplier" in vector and named == "global" else named
