"""What prices would have meant for the requests of the last 28 days, from the published warehouse.

Quantities come from SQL, by price row or, where nothing priced the request, by price list; money is
quantity times price, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import duckdb

from unitcost.lake.opening import attach_published
from unitcost.price_review.comparing import Point
from unitcost.sqltext import sql_name, sql_text

K = TypeVar("K", str, int)

DAYS = 28
_LONGEST = 1_000_000_000_000_000

_USED = """
create or replace temp table used as
with requests as (
    select * from home.core.requests
    where day > (select max(day) from home.core.requests) - {days}
),

meters as (
    select
        request_id, provider, platform, model, service_tier, is_batch,
        coalesce(lower(region_scope), '') as region,
        regexp_extract(lower(coalesce(response_model, request_model)), '[^/]*$') as spelling,
        prompt_tokens,
        unnest([{meters}]) as counted
    from requests
)

select
    m.* exclude (counted), m.counted.meter as meter, c.price_ids,
    cast(m.counted.quantity as decimal(38, 6)) as quantity
from meters as m
inner join home.core.request_costs as c
    on m.request_id = c.request_id
where m.counted.quantity > 0
"""
_BY_PRICE = """
with priced as (
    select u.request_id, u.meter, u.quantity, u.provider, u.model, p.price_id, p.meter as priced_as
    from used as u
    cross join unnest(string_split(u.price_ids, ',')) as i (price_id)
    inner join core.prices as p
        on i.price_id = p.price_id
),

billed as (
    select p.price_id, p.request_id, p.quantity, p.meter
    from priced as p
    left join core.meter_fallbacks as f
        on
            p.meter = f.meter and p.priced_as = f.falls_back_to
            and coalesce(f.provider = p.provider, true) and coalesce(f.model = p.model, true)
    where p.priced_as = p.meter or f.meter is not null
    qualify rank() over (
        partition by p.request_id, p.meter order by p.priced_as = p.meter desc
    ) = 1
)

select price_id, meter, sum(quantity) as quantity, list(distinct request_id) as requests
from billed
group by price_id, meter
"""
_UNPRICED = """
with points as (
    select
        unnest(?::integer[]) as point_no, unnest(?::varchar[]) as provider,
        unnest(?::varchar[]) as platform, unnest(?::varchar[]) as region_scope,
        unnest(?::varchar[]) as model, unnest(?::varchar[]) as spelling,
        unnest(?::varchar[]) as service_tier, unnest(?::varchar[]) as meter,
        unnest(?::bigint[]) as ctx_gt, unnest(?::bigint[]) as ctx_le
)

select p.point_no, u.meter, sum(u.quantity) as quantity, list(distinct u.request_id) as requests
from (
    select p.point_no, u.request_id, u.meter, u.quantity
    from points as p
    inner join core.region_scopes as s
        on
            p.provider = s.provider and p.platform = s.platform
            and p.region_scope = s.region_scope
    inner join used as u
        on
            p.provider = u.provider and p.platform = u.platform and s.spelled = u.region
            and (p.model = u.model or p.model is null and p.spelling = u.spelling)
            and p.service_tier = case
                when u.is_batch and u.service_tier = 'standard' then 'batch' else u.service_tier
            end
            and coalesce(u.prompt_tokens, 0) > p.ctx_gt and coalesce(u.prompt_tokens, 0) <= p.ctx_le
    left join core.meter_fallbacks as f
        on
            u.meter = f.meter and p.meter = f.falls_back_to
            and coalesce(f.provider = p.provider, true) and coalesce(f.model = p.model, true)
    where u.price_ids is null and (u.meter = p.meter or f.meter is not null)
    qualify rank() over (
        partition by u.request_id, u.meter order by u.meter = p.meter desc
    ) = 1
) as u
inner join points as p
    on u.point_no = p.point_no
group by p.point_no, u.meter
"""


@dataclass(frozen=True)
class Use:
    """How much of something was used, in single units."""

    quantity: Decimal
    requests: int


def attach_uses(con: duckdb.DuckDBPyConnection, warehouse: Path) -> bool:
    """Prepare the requests of the last 28 days; False where no warehouse was published."""
    if not warehouse.is_file():
        return False
    attach_published(con, warehouse, "home")
    meters = con.execute(
        "select meter, request_column from core.meters where request_column is not null"
    ).fetchall()
    counted = ", ".join(
        f"{{'meter': {sql_text(meter)}, 'quantity': {sql_name(column)}::decimal(38, 6)}}"
        for meter, column in meters
    )
    con.execute(_USED.format(days=DAYS, meters=counted))
    return True


def uses_by_price(con: duckdb.DuckDBPyConnection) -> dict[str, Use]:
    """What each price row priced."""
    return _summed(con.execute(_BY_PRICE).fetchall())


def unpriced_uses(
    con: duckdb.DuckDBPyConnection, points: Sequence[tuple[Point, str]]
) -> dict[int, Use]:
    """What had no price at each point (and spelling, for an unknown model), by its position."""
    if not points:
        return {}
    longer = _upper_bounds([point for point, _ in points])
    columns = [
        list(range(len(points))),
        [point.provider for point, _ in points],
        [point.platform for point, _ in points],
        [point.region_scope for point, _ in points],
        [point.model for point, _ in points],
        [spelling for _, spelling in points],
        [point.service_tier for point, _ in points],
        [point.meter for point, _ in points],
        [-1 if point.ctx_gt is None else point.ctx_gt for point, _ in points],
        longer,
    ]
    return _summed(con.execute(_UNPRICED, columns).fetchall())


def _upper_bounds(points: Sequence[Point]) -> list[int]:
    """Where each point's context band ends: at the next one of the same list and meter."""
    starts: dict[Point, list[int]] = {}
    for point in points:
        starts.setdefault(replace(point, ctx_gt=None), []).append(point.ctx_gt or -1)
    return [
        min(
            (s for s in starts[replace(point, ctx_gt=None)] if s > (point.ctx_gt or -1)),
            default=_LONGEST,
        )
        for point in points
    ]


def _summed(rows: Sequence[tuple[K, str, Decimal, list[str]]]) -> dict[K, Use]:
    """One use a key, over its meters; containers are counted in minutes and priced by the hour."""
    quantities: dict[K, Decimal] = {}
    requests: dict[K, set[str]] = {}
    for key, meter, quantity, ids in rows:
        units = quantity / 60 if meter == "container_hour" else quantity
        quantities[key] = quantities.get(key, Decimal(0)) + units
        requests.setdefault(key, set()).update(ids)
    return {key: Use(total, len(requests[key])) for key, total in quantities.items()}
