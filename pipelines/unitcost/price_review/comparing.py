"""Holds a catalogue's quotes against what the book's own SQL would charge there.

A quote is compared at one instant and one prompt size inside its tier, so that rows need not be cut
alike to agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

import duckdb

from unitcost.price_review.catalogues.quotes import Quote
from unitcost.price_review.naming import resolve

Verdict = Literal["new model", "new price", "differs", "agrees", "cannot be mapped"]

_FIND = """
with asked as (
    select
        unnest(?::integer[]) as quote_no, unnest(?::varchar[]) as provider_name,
        unnest(?::varchar[]) as spelling, unnest(?::varchar[]) as meter,
        unnest(?::varchar[]) as service_tier, unnest(?::timestamp[]) as instant,
        unnest(?::bigint[]) as prompt
),

named as (
    select
        a.*, m.provider, m.platform, m.model, s.region_scope as scope,
        coalesce(lower(m.region_scope), '') as region
    from asked as a
    inner join steps.model_ids as m
        on
            a.provider_name is not distinct from m.provider_name and a.spelling = m.raw_model
            and coalesce(m.valid_from <= a.instant, true) and coalesce(m.valid_to > a.instant, true)
    left join core.region_scopes as s
        on
            m.provider = s.provider and m.platform = s.platform
            and coalesce(lower(m.region_scope), '') = s.spelled
)

select
    n.quote_no, n.provider, n.platform, n.model, n.region,
    coalesce(k.list_region_scope, n.scope) as region_scope,
    coalesce(k.list_service_tier, n.service_tier) as service_tier,
    coalesce(l.meter, f.falls_back_to, nullif(n.meter, 'cache_write')) as meter,
    l.time_band, l.price_id, l.price_per_unit, p.recorded_on, p.ctx_gt,
    exists (
        select 1 from core.price_keys as o where o.provider = n.provider and o.platform = n.platform
    ) as is_listed
from named as n
left join core.price_keys as k
    on
        n.provider = k.provider and n.platform = k.platform and n.model = k.model
        and n.region = k.region_scope and n.service_tier = k.service_tier
left join core.meter_fallbacks as f
    on n.meter = 'cache_write' and f.meter = n.meter and f.provider = n.provider
left join core.price_lines as l
    on
        k.provider = l.provider and k.platform = l.platform and k.model = l.model
        and k.list_region_scope = l.region_scope and k.list_service_tier = l.service_tier
        and n.instant >= l.valid_from and n.instant < l.valid_to
        and n.prompt > l.ctx_gt and n.prompt <= l.ctx_le
        and (l.meter = coalesce(f.falls_back_to, n.meter)
            or n.meter = 'grounding' and starts_with(l.meter, 'grounding_'))
left join core.prices as p
    on l.price_id = p.price_id
order by n.quote_no, l.time_band, l.meter
"""


@dataclass(frozen=True)
class Point:
    """What is priced: one meter of one model on one list, for prompts longer than `ctx_gt`."""

    provider: str
    platform: str
    region_scope: str
    model: str | None
    """None where the book has no such model."""
    service_tier: str
    meter: str
    ctx_gt: int | None
    at: date
    """Day on which book and catalogue are compared."""


@dataclass(frozen=True)
class Compared:
    """One quote beside the book."""

    quote: Quote
    verdict: Verdict
    reason: str | None = None
    point: Point | None = None
    ours: Decimal | None = None
    """The book's price for the quote's number of units."""
    price_id: str | None = None
    recorded_on: date | None = None
    """When the book learnt its price."""


class _Hit(NamedTuple):
    """What the book says where a quote leads; one a time band."""

    quote_no: int
    provider: str
    platform: str
    model: str | None
    region: str
    region_scope: str | None
    service_tier: str
    meter: str | None
    time_band: str | None
    price_id: str | None
    price_per_unit: Decimal | None
    recorded_on: date | None
    ctx_gt: int | None
    is_listed: bool
    """Whether the provider has any price list on the platform."""


def compare(con: duckdb.DuckDBPyConnection, quotes: Sequence[Quote], on: date) -> list[Compared]:
    """Every quote with its verdict, as catalogue and book stand on that day."""
    if not quotes:
        return []
    resolve(con, ((q.provider_name, None, q.spelling) for q in quotes))
    probes = [_probe(quote, on) for quote in quotes]
    columns = [
        list(range(len(quotes))),
        [q.provider_name for q in quotes],
        [q.spelling for q in quotes],
        [q.meter for q in quotes],
        [q.service_tier for q in quotes],
        probes,
        [1 if q.ctx_gt is None else q.ctx_gt + 1 for q in quotes],
    ]
    hits: list[list[_Hit]] = [[] for _ in quotes]
    for hit in map(_Hit._make, con.execute(_FIND, columns).fetchall()):
        hits[hit.quote_no].append(hit)
    return [_judged(*each) for each in zip(quotes, hits, probes, strict=True)]


def _probe(quote: Quote, on: date) -> datetime:
    """An instant well inside the quote's time, since changes rarely fall on midnight."""
    day = on
    if quote.valid_to and quote.valid_to <= on:
        day = quote.valid_to - timedelta(days=2)
    if quote.valid_from and day < quote.valid_from:
        day = quote.valid_from
    return datetime.combine(day, time(23, 59), UTC).replace(tzinfo=None)


def _judged(quote: Quote, hits: list[_Hit], probe: datetime) -> Compared:
    reason = _why_not(quote, hits)
    if reason:
        return Compared(quote, "cannot be mapped", reason)
    hit = hits[0]
    point = Point(
        provider=hit.provider,
        platform=hit.platform,
        region_scope=str(hit.region_scope),
        model=hit.model,
        service_tier=hit.service_tier,
        meter=str(hit.meter),
        ctx_gt=_bound(quote.ctx_gt, hit.ctx_gt),
        at=probe.date(),
    )
    return _against(quote, point, hit) if hit.model else Compared(quote, "new model", point=point)


def _bound(theirs: int | None, ours: int | None) -> int | None:
    """Our bound where theirs is the same but for being inclusive."""
    return ours if theirs and ours and abs(theirs - ours) == 1 else theirs


def _why_not(quote: Quote, hits: list[_Hit]) -> str | None:
    """Why the book has no place for this price, if so."""
    if not hits:
        return "no such model on that day"
    hit = hits[0]
    if not hit.is_listed:
        maker = hit.provider if hit.model else "that model's maker"
        return f"no price lists of {maker} on {hit.platform}"
    if hit.region_scope is None:
        place = f"{hit.provider} on {hit.platform}"
        return f"{hit.region or 'no region'} is on no price list of {place}"
    if hit.meter is None:
        return f"no price for cache writes at {hit.provider}"
    if hit.meter == "grounding":
        return "grounding, by prompt or by query"
    by_clock = [
        f"{_plain(h.price_per_unit, quote)} {h.time_band}"
        for h in hits
        if h.time_band and h.price_per_unit
    ]
    return f"by the clock here: {', '.join(by_clock)}" if by_clock else None


def _against(quote: Quote, point: Point, hit: _Hit) -> Compared:
    if hit.price_per_unit is None:
        return Compared(quote, "new price", point=point)
    ours = (hit.price_per_unit * quote.per).normalize()
    verdict: Verdict = "agrees" if ours == quote.unit_price else "differs"
    return Compared(quote, verdict, None, point, ours, hit.price_id, hit.recorded_on)


def _plain(per_unit: Decimal, quote: Quote) -> str:
    return f"{(per_unit * quote.per).normalize():f}"
