"""genai-prices asked for the made-up requests by the made-up list, call by call.

What it is given is what ours is given: counts already parsed and a price list already loaded. It
has no word for some classes and takes others only with prices that the list lacks; the requests
have the rest, and both must come to the same costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb

from tests.benchmarks.made_prices import METERS, START, make_requests
from unitcost.workbench import run_steps
from unitcost_models.shared import TOKEN_CLASSES

CLASSES = {
    "input_tokens": "input_mtok",
    "cache_read_tokens": "cache_read_mtok",
    "cache_write_5m_tokens": "cache_write_5m_mtok",
    "cache_write_1h_tokens": "cache_write_1h_mtok",
    "cache_write_unknown_tokens": "cache_write_mtok",
    "output_tokens": "output_mtok",
    "reasoning_tokens": "output_reasoning_mtok",
}
"""Columns of core.requests and its prices for them."""
_ASKED = f"""
    select r.model, r.started_at, c.cost_usd, {", ".join(f"r.{column}" for column in CLASSES)}
    from core.requests as r
    inner join core.request_costs as c using (request_id)
"""
_RATES = f"""
    select model, valid_from, {", ".join(f"{m}_rate as {c}" for m, c in METERS.items())}
    from exact_rates
    where valid_from >= timestamp '{START}'
    order by model, valid_from
"""


@contextmanager
def calls_for(
    con: duckdb.DuckDBPyConnection, count: int
) -> Iterator[list[tuple[Callable[[], Decimal], Decimal]]]:
    """A call for each of so many requests, spread over all versions, with what it costs by ours."""
    from genai_prices.data_snapshot import set_custom_snapshot  # noqa: PLC0415

    make_requests(con, 0, count, count)
    unsaid = ", ".join(f"{column} = null" for column in TOKEN_CLASSES if column not in CLASSES)
    con.execute(f"update core.requests set {unsaid}")
    run_steps(con, ["core.request_costs"], date(2026, 1, 1))
    set_custom_snapshot(_snapshot(_rows(con, _RATES)))
    try:
        yield [(_call(row), row["cost_usd"]) for row in _rows(con, _ASKED)]
    finally:
        set_custom_snapshot(None)


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    answer = con.execute(query)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _snapshot(rates: list[dict[str, Any]]) -> Any:
    """The made-up list in its own words: models with dated prices."""
    from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415
    from genai_prices.types import ClauseEquals, ModelInfo, Provider  # noqa: PLC0415

    versions: dict[str, list[Any]] = {}
    for row in rates:
        versions.setdefault(row["model"], []).append(_dated_price(row))
    models = [ModelInfo(id=m, match=ClauseEquals(m), prices=p) for m, p in versions.items()]
    bench = Provider(id="bench", name="bench", api_pattern="bench", models=models)
    return DataSnapshot(providers=[bench], from_auto_update=False)


def _dated_price(row: dict[str, Any]) -> Any:
    from genai_prices.types import (  # noqa: PLC0415
        ConditionalPrice,
        ModelPrice,
        StartDateConstraint,
    )

    start: datetime = row["valid_from"]
    prices = {key: row[column] * 10**6 for column, key in CLASSES.items()}
    constraint = StartDateConstraint(start.date())
    return ConditionalPrice(constraint=constraint, prices=ModelPrice(**prices))


def _call(row: dict[str, Any]) -> Callable[[], Decimal]:
    """With inclusive counts, as it wants them."""
    from genai_prices import Usage, calc_price  # noqa: PLC0415

    five_minutes, hour = row["cache_write_5m_tokens"], row["cache_write_1h_tokens"]
    written = five_minutes + hour + row["cache_write_unknown_tokens"]
    usage = Usage(
        input_tokens=row["input_tokens"] + row["cache_read_tokens"] + written,
        cache_read_tokens=row["cache_read_tokens"],
        cache_write_tokens=written,
        cache_write_5m_tokens=five_minutes,
        cache_write_1h_tokens=hour,
        output_tokens=row["output_tokens"] + row["reasoning_tokens"],
        output_reasoning_tokens=row["reasoning_tokens"],
    )
    at = row["started_at"].replace(tzinfo=UTC)
    call = partial(calc_price, usage, row["model"], provider_id="bench", genai_request_timestamp=at)
    return lambda: call().total_price
