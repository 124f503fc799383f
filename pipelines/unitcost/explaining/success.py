"""The change of the cost per success, split into mix of tasks, cost per task and success rate.

Shapley values themselves are in `shapley`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import NamedTuple

import duckdb

from unitcost.explaining.cells import condition
from unitcost.explaining.factors import PLACES, rounded
from unitcost.explaining.period import Span
from unitcost.explaining.shapley import EXACT, game_shares
from unitcost.sqltext import sql_text

TASK_DIMENSIONS = (
    *("feature", "workflow", "task_type", "customer_id"),
    *("provider", "model", "prompt_name", "prompt_version"),
)
"""Dimensions that a whole task has."""
FACTORS = ("task mix", "cost per task", "success rate")


class Tasks(NamedTuple):
    """Tasks of one type that started in a period."""

    tasks: int
    succeeded: int
    cost_usd: Decimal


Types = Mapping[str, Tasks]


def read_tasks(
    con: duckdb.DuckDBPyConnection,
    spans: tuple[Span, Span],
    by: str | None,
    only: Mapping[str, str],
) -> dict[str, tuple[dict[str, Tasks], dict[str, Tasks]]]:
    """Tasks by type, of each member before and after; none where tasks lack the dimension."""
    if {*only, *([by] if by else [])} - {*TASK_DIMENSIONS}:
        return {}
    found: dict[str, tuple[dict[str, Tasks], dict[str, Tasks]]] = defaultdict(lambda: ({}, {}))
    member = by or sql_text("(all)")
    for side, span in enumerate(spans):
        days = span.condition().replace("day", "started_on")
        rows = con.execute(
            f"""select {member}, task_type, count(*), count(*) filter (where outcome = 'success'),
                    sum(cost_usd)
                from marts.task_costs where is_task and {days} and {condition(only)}
                group by all order by all"""
        ).fetchall()
        for name, task_type, tasks, succeeded, cost in rows:
            found[name][side][task_type] = Tasks(tasks, succeeded, cost)
    return dict(sorted(found.items()))


def cost_per_success(types: Types) -> Decimal | None:
    """All cost by all successes, to 12 decimals; None where none succeeded."""
    succeeded = sum(t.succeeded for t in types.values())
    if not succeeded:
        return None
    with localcontext(EXACT):
        return (sum((t.cost_usd for t in types.values()), Decimal(0)) / succeeded).quantize(PLACES)


def split_success(before: Types, after: Types) -> dict[str, Decimal] | None:
    """The change of the cost per success by factor, exactly summing to it.

    `sum(w c) / sum(w r)` over task types with `w` their share of tasks, `c` their cost per task and
    `r` their success rate. None where it is not defined on the way.
    """
    old, new = cost_per_success(before), cost_per_success(after)
    if old is None or new is None:
        return None
    with localcontext(EXACT):
        try:
            shares = game_shares(len(FACTORS), lambda moved: _mixed(before, after, moved))
        except (DivisionByZero, InvalidOperation):
            return None
    return rounded(dict(zip(FACTORS, shares, strict=True)), new - old)


def _mixed(before: Types, after: Types, moved: frozenset[int]) -> Decimal:
    """The cost per success with some factors as after and the others as before."""
    cost = rate = Decimal(0)
    totals = [sum(t.tasks for t in side.values()) for side in (before, after)]
    for name in sorted({*before, *after}):
        pair = (before.get(name), after.get(name))
        sides = [pair[factor in moved] for factor in range(len(FACTORS))]
        present = next(t for t in pair if t is not None)
        weight = Decimal(sides[0].tasks if sides[0] else 0) / totals[0 in moved]
        costs, rates = sides[1] or present, sides[2] or present
        cost += weight * costs.cost_usd / costs.tasks
        rate += weight * rates.succeeded / rates.tasks
    return cost / rate
