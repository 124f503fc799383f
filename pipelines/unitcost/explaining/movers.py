"""The largest movers: which factor of which cell, what shows it, and the day it began.

How much each moved is computed in `factors`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

import duckdb

from unitcost.explaining.cells import (
    IS_FAILED,
    READ_TOKENS,
    TIER,
    UNATTRIBUTED,
    Cell,
    condition,
    named,
)
from unitcost.explaining.period import Span
from unitcost.explaining.shapley import EXACT


class Day(NamedTuple):
    """One day of a cell, priced requests only."""

    served: Decimal = Decimal(0)
    failed: Decimal = Decimal(0)
    standard: Decimal = Decimal(0)
    prompt_tokens: Decimal = Decimal(0)
    cache_read_tokens: Decimal = Decimal(0)
    completion_tokens: Decimal = Decimal(0)
    token_usd: Decimal = Decimal(0)
    fees_usd: Decimal = Decimal(0)
    all_served: Decimal = Decimal(0)
    days: Decimal = Decimal(1)

    def plus(self, other: Day) -> Day:
        """Both together."""
        return Day(*(a + b for a, b in zip(self, other, strict=True)))


class Evidence(NamedTuple):
    """What a factor is measured by: a ratio of sums, and its unit."""

    unit: str
    part: Callable[[Day], Decimal]
    whole: Callable[[Day], Decimal]


EVIDENCE: Mapping[str, Evidence] = {
    "volume": Evidence(
        "served requests of all cells a day", lambda d: d.all_served, lambda d: d.days
    ),
    "mix": Evidence("% of served requests", lambda d: 100 * d.served, lambda d: d.all_served),
    "tier": Evidence(
        "% at another tier than standard, gateway cache included",
        lambda d: 100 * (d.served + d.failed - d.standard),
        lambda d: d.served + d.failed,
    ),
    "failures": Evidence(
        "% failed per served request", lambda d: 100 * d.failed, lambda d: d.served
    ),
    "input tokens": Evidence(
        "prompt tokens per request", lambda d: d.prompt_tokens, lambda d: d.served + d.failed
    ),
    "output tokens": Evidence(
        "completion tokens per request",
        lambda d: d.completion_tokens,
        lambda d: d.served + d.failed,
    ),
    "cache share": Evidence(
        "% of prompt tokens read from cache",
        lambda d: 100 * d.cache_read_tokens,
        lambda d: d.prompt_tokens,
    ),
    "price": Evidence(
        "USD per million tokens, all classes",
        lambda d: 1_000_000 * d.token_usd,
        lambda d: d.prompt_tokens + d.completion_tokens,
    ),
    "fees": Evidence(
        "USD of fees per request", lambda d: d.fees_usd, lambda d: d.served + d.failed
    ),
}
Series = Mapping[Cell, Mapping[date, Day]]


def read_days(
    con: duckdb.DuckDBPyConnection, spans: tuple[Span, Span], only: Mapping[str, str]
) -> Series:
    """Every cell day by day, from the first day of either period to the last of either.

    On a day on which only others were called, a cell has no requests of those that were served.
    """
    whole = Span(min(s.first for s in spans), max(s.last for s in spans))
    series: dict[Cell, dict[date, Day]] = defaultdict(dict)
    idle: dict[date, Day] = {}
    for day, *values in con.execute(_days_query(whole, only)).fetchall():
        series[Cell(*values[:4])][day] = called = Day(*map(Decimal, values[4:]))
        idle[day] = Day(all_served=called.all_served)
    return {cell: idle | days for cell, days in series.items()}


def _days_query(whole: Span, only: Mapping[str, str]) -> str:
    return f"""
        with cells as (
            select day, {named(Cell._fields)},
                {IS_FAILED} as is_failed,
                {TIER} as served_as, prompt_tokens, completion_tokens,
                {READ_TOKENS} as read_tokens,
                coalesce(tool_cost_usd, 0) + coalesce(commitment_cost_usd, 0) as fees_usd, cost_usd
            from marts.cost_per_request
            where cost_usd is not null and {whole.condition()} and {condition(only)}
        ),

        summed as (
            select day, {", ".join(Cell._fields)},
                count(*) filter (where not is_failed) as served,
                count(*) filter (where is_failed) as failed,
                count(*) filter (where served_as in ('standard', '(not billed)')) as standard,
                coalesce(sum(prompt_tokens), 0)::bigint as prompt_tokens,
                coalesce(sum(read_tokens), 0)::bigint as read_tokens,
                coalesce(sum(completion_tokens), 0)::bigint as completion_tokens,
                coalesce(sum(cost_usd - fees_usd), 0) as token_usd,
                coalesce(sum(fees_usd), 0) as fees_usd
            from cells
            group by all
        )

        select *, sum(served) over (partition by day)::bigint from summed order by all
    """


def measure(days: Mapping[date, Day], span: Span, factor: str) -> Decimal | None:
    """The factor's evidence over a period; None where there is none."""
    total = Day(days=Decimal(0))
    for day, values in days.items():
        if day in span:
            total = total.plus(values)
    return _ratio(EVIDENCE[factor], total)


def _ratio(evidence: Evidence, total: Day) -> Decimal | None:
    with localcontext(EXACT):
        whole = evidence.whole(total)
        return (evidence.part(total) / whole).quantize(Decimal("1e-6")) if whole else None


def began_on(days: Mapping[date, Day], factor: str) -> date | None:
    """The first day of the new level: where cutting the daily evidence in two explains most of it.

    The cut maximises `n1 n2 / n (mean1 - mean2)²`, the least squares of one step; the earlier of
    equals. None where nothing moved.
    """
    points = [(d, v) for d in sorted(days) if (v := _ratio(EVIDENCE[factor], days[d])) is not None]
    best, began = Decimal(0), None
    with localcontext(EXACT):
        total, left, count = sum((v for _, v in points), Decimal(0)), Decimal(0), len(points)
        for place in range(1, count):
            left += points[place - 1][1]
            gap = left / place - (total - left) / (count - place)
            gain = place * (count - place) * gap * gap / count
            if gain > best:
                best, began = gain, points[place][0]
    return began


class Customer(NamedTuple):
    """A customer who is in one of the periods only."""

    customer_id: str
    is_new: bool
    cost_usd: Decimal
    turned_on: date
    """First day of a new one, last day of a lost one."""


def read_turned(
    con: duckdb.DuckDBPyConnection, spans: tuple[Span, Span], only: Mapping[str, str]
) -> list[Customer]:
    """Customers who are in one period only, with what they cost there."""
    before, after = (f"sum(cost_usd) filter (where {span.condition()})" for span in spans)
    old, new = (f"count(*) filter (where {span.condition()})" for span in spans)
    rows = con.execute(
        f"""
        select coalesce(customer_id, '{UNATTRIBUTED}'), {old} = 0,
            coalesce(if({old} = 0, {after}, {before}), 0),
            if({old} = 0, min(day) filter (where {spans[1].condition()}),
                max(day) filter (where {spans[0].condition()}))
        from marts.cost_per_request where {condition(only)}
        group by customer_id
        having ({old} = 0) <> ({new} = 0)
        order by all
        """
    ).fetchall()
    return [Customer(*row) for row in rows]
