"""The least that prices the made-up requests in DuckDB: what pricing is measured against.

One range join of requests and rates, knowing that nothing but a model and an instant decides, that
every class has a price, and that all is billed. It checks nothing.
"""

from __future__ import annotations

import duckdb

from tests.benchmarks.made_prices import METERS
from unitcost_models.base import columns
from unitcost_models.requests import RequestCost

EXACT, FLOAT = "decimal(18, 12)", "double"
_PARTS = {
    "input_cost_usd": ("input", "input_audio", "input_image"),
    "cache_read_cost_usd": ("cache_read", "cache_read_audio", "cache_read_image"),
    "cache_write_cost_usd": tuple(meter for meter in METERS if meter.startswith("cache_write")),
    "output_cost_usd": ("output", "reasoning", "output_audio", "output_image"),
    "reasoning_cost_usd": ("reasoning",),
    "cost_usd": tuple(METERS),
}


def create_rates(con: duckdb.DuckDBPyConnection) -> None:
    """One row per model and version with every rate and the id of its price row."""
    for kind, name in ((EXACT, "exact_rates"), (FLOAT, "float_rates")):
        rates = ", ".join(
            f"max(price_per_unit) filter (meter = '{m}')::{kind} as {m}_rate, "
            f"max(price_id) filter (meter = '{m}') as {m}_price_id"
            for m in METERS
        )
        con.execute(
            f"create table {name} as select model, valid_from, valid_to, {rates} "
            "from core.price_lines where provider = 'bench' group by all"
        )


def sum_alone(rates: str) -> str:
    """Request and cost, in no order."""
    return f"select r.request_id, {_charge(tuple(METERS))} as cost_usd {_joined(rates)}"


def whole_rows(rates: str) -> str:
    """Every column of core.request_costs, in its order."""
    parts = {part: f"cast({_charge(meters)} as decimal(38, 12))" for part, meters in _PARTS.items()}
    nothing = "cast(0 as decimal(38, 12))"
    used = ", ".join(f"case when r.{METERS[m]} > 0 then c.{m}_price_id end" for m in sorted(METERS))
    cells = parts | {
        "request_id": "r.request_id",
        "day": "r.day",
        "tool_cost_usd": nothing,
        "commitment_cost_usd": nothing,
        "list_cost_usd": parts["cost_usd"],
        "contracted_cost_usd": parts["cost_usd"],
        "cost_basis": "'metered_list'",
        "unpriced_reason": "cast(null as varchar)",
        "price_ids": f"concat_ws(',', {used})",
        "contract_ids": "cast(null as varchar)",
        "price_revision": "(select price_revision from core.price_revision)",
    }
    listed = ", ".join(f"{cells[c.name]} as {c.name}" for c in columns(RequestCost))
    return f"select {listed} {_joined(rates)} order by r.request_id"


def _charge(meters: tuple[str, ...]) -> str:
    return " + ".join(f"r.{METERS[meter]} * c.{meter}_rate" for meter in meters)


def _joined(rates: str) -> str:
    return f"""
        from core.requests as r
        inner join {rates} as c
            on r.model = c.model and r.started_at >= c.valid_from and r.started_at < c.valid_to
    """
