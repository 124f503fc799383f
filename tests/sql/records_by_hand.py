"""Calls as gateways and tools record them outside any trace, and what is asked of their requests.

No expectation lives here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb

from tests.given import rows_of
from tests.sql.spans_by_hand import NOON, log_record

Connection = duckdb.DuckDBPyConnection
WITNESSES = {"cloudflare_ai_gateway": 2, "provider_bodies": 1, "posthog": 4, "langfuse": 5}


def told(source: str, number: int, at: float, **values: Any) -> dict[str, Any]:
    """A call of 100 input and 20 output tokens as a source tells it that knows no id of it."""
    known = {
        "source_format": source,
        "witness": WITNESSES[source],
        "started_at": NOON + timedelta(seconds=at),
        "reported_cost_usd": "0.5" if source == "cloudflare_ai_gateway" else None,
        "user_id": "ann" if source == "posthog" else None,
    }
    return log_record(f"{source}:{number}", **known | values)


def answer(number: int) -> dict[str, Any]:
    """The attribute of a span that names the numbered answer."""
    return {"gen_ai.response.id": f"chatcmpl-number-{number:06d}"}


def logged(number: int, witness: int) -> dict[str, Any]:
    """As a gateway (2) or its provider (1) logs the numbered call, ten seconds after the last."""
    return log_record(
        f"{'gateway' if witness == 2 else 'provider'}:{number}",
        witness=witness,
        provider_response_id=answer(number)["gen_ai.response.id"],
        started_at=NOON + timedelta(seconds=10 * number),
        reported_cost_usd="0.5" if witness == 2 else None,
    )


def counts(rows: list[dict[str, Any]]) -> list[int]:
    return [r["sighting_count"] for r in rows]


def matches(con: Connection) -> list[str | None]:
    """How sure each record is, of all that were matched or nearly were."""
    sql = "select content_match from core.sightings where content_match is not null order by all"
    return [row["content_match"] for row in rows_of(con, sql)]
