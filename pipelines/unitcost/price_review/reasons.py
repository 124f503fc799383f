"""Why a price row was chosen: what it beat, what it replaced, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb

from unitcost.price_review.lookup import Row, rows

_SAME_PRICE = """
    provider = $provider and platform = $platform and model_key = $model_key
    and region_scope = $region_scope and service_tier = $service_tier and meter = $priced_as
    and ctx_gt is not distinct from $ctx_gt and time_band is not distinct from $time_band
"""
_BEATEN = """
select p.price_id, p.unit_price, p.per, p.model_key
from core.prices_in_force as p
left join core.model_families as f
    on p.model_key = 'family:' || f.family and f.model = $model
where
    p.provider = $provider and p.platform = $platform and p.meter = $priced_as
    and (p.model_key in ($model, '*') or f.model is not null)
    and p.region_scope in ($list_region_scope, '*') and p.service_tier in ($list_service_tier, '*')
    and coalesce(p.valid_from <= $on, true) and coalesce(p.valid_to > $on, true)
    and coalesce(p.ctx_gt < $ctx_le, true) and coalesce(p.ctx_le > $ctx_gt, true)
    and p.time_band is not distinct from $time_band and p.price_id <> $price_id
order by p.price_id
"""
_REPLACED = """
with recursive chain as (
    select supersedes, 1 as step from core.prices where price_id = $price_id
    union all
    select p.supersedes, c.step + 1
    from chain as c
    inner join core.prices as p
        on c.supersedes = p.price_id
    where c.step < 100
)

select p.price_id, p.unit_price, p.per, n.change_kind
from chain as c
inner join core.prices as p
    on c.supersedes = p.price_id
inner join core.prices as n
    on n.supersedes = p.price_id
order by c.step
"""
_NEXT = f"""
select price_id, unit_price, per, valid_from, status
from core.prices_in_force
where {_SAME_PRICE} and valid_from > $on
order by valid_from
limit 1
"""
_CALLED_OFF = f"""
select price_id, unit_price, per, valid_from
from core.prices
where {_SAME_PRICE} and status = 'cancelled'
order by valid_from
"""


def reasons(con: duckdb.DuckDBPyConnection, found: Row, line: Row, on: datetime) -> Iterator[str]:
    """Sentences: whose row it is, by what name, over which others, since and until what."""
    yield from _scope(found, line)
    facts = found | line | {"on": on}
    for row in _asked(con, _BEATEN, facts):
        yield f"beats {row['price_id']} ({_price(row)}), which is less specific"
    for row in _asked(con, _REPLACED, facts):
        yield f"replaces {row['price_id']} ({_price(row)}), {row['change_kind']}"
    for row in _asked(con, _NEXT, facts):
        yield f"{row['status']}: {_price(row)} from {row['valid_from']}Z ({row['price_id']})"
    for row in _asked(con, _CALLED_OFF, facts):
        yield f"cancelled: {_price(row)} from {row['valid_from']}Z ({row['price_id']})"


def _scope(found: Row, line: Row) -> Iterator[str]:
    key = line["model_key"]
    if key == found["model"]:
        yield "the model's own row"
    else:
        whose = "every model of the provider" if key == "*" else key
        yield f"a row of {whose}; the model has none of its own"
    if line["priced_as"] != line["meter"]:
        yield f"{line['meter']} has no price of its own here and is billed as {line['priced_as']}"
    if line["region_scope"] == "*":
        yield "the same in every region"
    if line["service_tier"] == "*":
        yield "the same in every tier"


def list_reasons(found: Row) -> list[str]:
    """Why this list: how region and tier were read."""
    region, tier = found["region_scope"], found["service_tier"]
    said: list[str] = []
    if region != found["list_region_scope"]:
        named = f"region {region}" if region else "no region named"
        said.append(f"{named}: list {found['list_region_scope']}")
    if tier != found["list_service_tier"]:
        said.append(f"tier {tier} is billed as {found['list_service_tier']}")
    return said


def _asked(con: duckdb.DuckDBPyConnection, sql: str, facts: dict[str, Any]) -> list[Row]:
    """The query's answer with just the facts it names."""
    return rows(con, sql, {name: facts[name] for name in facts if f"${name}" in _words(sql)})


def _words(sql: str) -> set[str]:
    return {word.strip("(),") for word in sql.split()}


def _price(row: Row) -> str:
    return f"{row['unit_price'] or 'no price'} for {row['per']:,}"
