"""Puts the explanation together: each slice's change by factor, and the largest movers of all.

Nothing is printed here; the command does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import duckdb
from pydantic import BaseModel, ConfigDict

from unitcost.errors import UsageError
from unitcost.explaining.cells import DIMENSIONS, Cell, Side, read_slices
from unitcost.explaining.factors import FACTORS, PLACES, Parts, cell_parts, split
from unitcost.explaining.movers import (
    EVIDENCE,
    Customer,
    Day,
    began_on,
    measure,
    read_days,
    read_turned,
)
from unitcost.explaining.period import Span
from unitcost.explaining.success import Types, cost_per_success, read_tasks, split_success

MOVERS = 10


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Part(_Told):
    """What one factor contributes to a change."""

    factor: str
    change_usd: Decimal


class Change(_Told):
    """The cost of one slice before and after; the parts sum to the change exactly."""

    member: str
    before_usd: Decimal
    after_usd: Decimal
    change_usd: Decimal
    parts: tuple[Part, ...]
    unpriced_requests_before: int
    unpriced_requests_after: int


class SuccessChange(_Told):
    """The cost per successful task of one slice before and after."""

    member: str
    before_usd: Decimal | None
    after_usd: Decimal | None
    change_usd: Decimal | None
    parts: tuple[Part, ...]
    """Empty where the cost per success is not defined on one side."""


class Mover(_Told):
    """One factor of one cell, or one customer, with what shows it."""

    factor: str
    who: str
    change_usd: Decimal
    evidence: str
    before: Decimal | None
    after: Decimal | None
    began_on: date | None


class Explanation(_Told):
    """What moved between two periods, and why."""

    before: str
    after: str
    by: str | None
    changes: tuple[Change, ...]
    cost_per_success: tuple[SuccessChange, ...]
    movers: tuple[Mover, ...]


def explain(
    con: duckdb.DuckDBPyConnection,
    before: Span,
    after: Span,
    by: str | None = None,
    only: Mapping[str, str] | None = None,
) -> Explanation:
    """Compare two periods of the published warehouse.

    Raises:
        UsageError: a dimension that requests do not have, or periods that overlap.
    """
    only, spans = only or {}, (before, after)
    for name in (*only, *([by] if by else [])):
        if name not in DIMENSIONS:
            message = f"{name}: requests have no such dimension"
            raise UsageError(message, f"use one of {', '.join(DIMENSIONS)}")
    if before.first <= after.last and after.first <= before.last:
        message = f"{before} and {after} overlap"
        raise UsageError(message, "give two periods without a common day")
    slices = read_slices(con, spans, by, only)
    changes = [_change(member, *sides) for member, sides in slices.items()]
    tasks = read_tasks(con, spans, by, only)
    return Explanation(
        before=str(before),
        after=str(after),
        by=by,
        changes=tuple(sorted(changes, key=lambda c: (-abs(c.change_usd), c.member))),
        cost_per_success=tuple(_success(member, *sides) for member, sides in tasks.items()),
        movers=_movers(con, spans, only),
    )


def _change(member: str, before: Side, after: Side) -> Change:
    parts = split(before, after)
    return Change(
        member=member,
        before_usd=before.cost_usd,
        after_usd=after.cost_usd,
        change_usd=after.cost_usd - before.cost_usd,
        parts=tuple(Part(factor=name, change_usd=parts[name]) for name in FACTORS),
        unpriced_requests_before=before.unpriced_requests,
        unpriced_requests_after=after.unpriced_requests,
    )


def _success(member: str, before: Types, after: Types) -> SuccessChange:
    old, new = cost_per_success(before), cost_per_success(after)
    parts = split_success(before, after) or {}
    return SuccessChange(
        member=member,
        before_usd=old,
        after_usd=new,
        change_usd=None if old is None or new is None else new - old,
        parts=tuple(Part(factor=name, change_usd=usd) for name, usd in parts.items()),
    )


def _movers(
    con: duckdb.DuckDBPyConnection, spans: tuple[Span, Span], only: Mapping[str, str]
) -> tuple[Mover, ...]:
    """The ten parts with the largest change, up or down."""
    whole = read_slices(con, spans, None, only).get("(all)")
    if whole is None:
        return ()
    days = read_days(con, spans, only)
    found = [
        _moved(factor, cell, part, days.get(cell, {}), spans)
        for (cell, factor), part in _largest(cell_parts(*whole))
    ]
    found += [_turned(customer) for customer in read_turned(con, spans, only)]
    ranked = sorted(found, key=lambda m: (-abs(m.change_usd), m.factor, m.who))
    return tuple(mover for mover in ranked[:MOVERS] if mover.change_usd)


def _moved(
    factor: str, cell: Cell, part: Decimal, days: Mapping[date, Day], spans: tuple[Span, Span]
) -> Mover:
    return Mover(
        factor=factor,
        who=f"{cell.feature}, {cell.model}",
        change_usd=part.quantize(PLACES),
        evidence=EVIDENCE[factor].unit,
        before=measure(days, spans[0], factor),
        after=measure(days, spans[1], factor),
        began_on=began_on(days, factor),
    )


def _turned(customer: Customer) -> Mover:
    return Mover(
        factor="new customers" if customer.is_new else "lost customers",
        who=customer.customer_id,
        change_usd=customer.cost_usd if customer.is_new else -customer.cost_usd,
        evidence="cost of the period",
        before=None if customer.is_new else customer.cost_usd,
        after=customer.cost_usd if customer.is_new else None,
        began_on=customer.turned_on,
    )


def _largest(parts: Parts) -> list[tuple[tuple[Cell, str], Decimal]]:
    return sorted(parts.items(), key=lambda item: (-abs(item[1]), item[0]))[:MOVERS]
