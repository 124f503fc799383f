"""What only the whole book can tell: rows that overlap, and names that lead nowhere.

Each check is a query that returns the bad rows; what one row alone can tell is in its contract.
"""

from __future__ import annotations

import duckdb

from unitcost.price_book.errors import PriceBookError

_OVERLAP = """
select
    b.source_file || ':' || b.source_line || ': ' || b.price_id || ' holds at the same time as '
    || a.price_id || ' (' || a.source_file || ':' || a.source_line
    || '); close the older row with valid_to = the valid_from of the newer one'
from core.prices as a
inner join core.prices as b
    on
        a.provider = b.provider and a.platform = b.platform and a.region_scope = b.region_scope
        and a.model_key = b.model_key and a.service_tier = b.service_tier and a.meter = b.meter
        and a.currency = b.currency and a.price_id < b.price_id
        and (a.time_band is null or b.time_band is null or a.time_band = b.time_band)
        and coalesce(a.valid_from, timestamp '0001-01-01') < coalesce(b.valid_to, timestamp '9999-12-31')
        and coalesce(b.valid_from, timestamp '0001-01-01') < coalesce(a.valid_to, timestamp '9999-12-31')
        and coalesce(a.ctx_gt, -1) < coalesce(b.ctx_le, 1000000000000000)
        and coalesce(b.ctx_gt, -1) < coalesce(a.ctx_le, 1000000000000000)
where a.status <> 'cancelled' and b.status <> 'cancelled'
"""
_REPEATED_ID = """
select
    max(source_file || ':' || source_line) || ': price_id ' || price_id
    || ' is used by another row; an id names one row for ever'
from core.prices
group by price_id
having count(*) > 1
"""
_UNKNOWN = """
select p.source_file || ':' || p.source_line || ': {column} ' || p.{column} || ' is not in {file}; {fix}'
from core.prices as p
where p.{column} is not null and p.{column} <> '*' and p.{column} not in ({known})
"""
_HALF_A_CLOCK = """
select
    p.source_file || ':' || p.source_line || ': ' || p.price_id || ' holds in time band ' || p.time_band
    || ' and no row holds the rest of the time; add a row in its complement for the same interval'
from core.prices as p
inner join core.time_bands as b
    on p.time_band = b.time_band
where not exists (
    select 1
    from core.prices as o
    inner join core.time_bands as c
        on o.time_band = c.time_band
    where
        (c.complement_of = b.time_band or b.complement_of = c.time_band)
        and o.provider = p.provider and o.platform = p.platform and o.region_scope = p.region_scope
        and o.model_key = p.model_key and o.service_tier = p.service_tier and o.meter = p.meter
        and o.valid_from is not distinct from p.valid_from and o.valid_to is not distinct from p.valid_to
        and o.ctx_gt is not distinct from p.ctx_gt
)
"""
_REPEATED_ALIAS = """
select
    'models.toml: id ' || a.alias || ' means both ' || a.model || ' and ' || b.model
    || ' at the same time; give one of them, or dates that do not overlap'
from core.model_aliases as a
inner join core.model_aliases as b
    on
        a.alias = b.alias and a.model < b.model
        and coalesce(a.valid_from, timestamp '0001-01-01') < coalesce(b.valid_to, timestamp '9999-12-31')
        and coalesce(b.valid_from, timestamp '0001-01-01') < coalesce(a.valid_to, timestamp '9999-12-31')
"""
_REPEATED_NAME = """
select '{file}: ' || {name} || ' is listed twice; keep one'
from {table}
group by {key}
having count(*) > 1
"""


def _unknown(column: str, known: str, file: str, fix: str) -> str:
    return _UNKNOWN.format(column=column, known=known, file=file, fix=fix)


def _repeated(table: str, key: str, file: str, name: str) -> str:
    return _REPEATED_NAME.format(table=table, key=key, file=file, name=name)


_CHECKS = (
    _OVERLAP,
    _REPEATED_ID,
    _HALF_A_CLOCK,
    _REPEATED_ALIAS,
    _unknown(
        "model_key",
        "select alias from core.model_aliases where rule = 'key' "
        "union all select 'family:' || family from core.model_families",
        "models.toml",
        "add a [[model]] with this key or correct it",
    ),
    _unknown("meter", "select meter from core.meters", "meters.toml", "use a known meter or append one"),
    _unknown(
        "service_tier",
        "select service_tier from core.service_tiers",
        "service_tiers.toml",
        "use a known tier or add a [[tier]]",
    ),
    _unknown(
        "time_band",
        "select time_band from core.time_bands",
        "time_bands.toml",
        "use a known band or add a [[band]]",
    ),
    _unknown(
        "region_scope",
        "select s.region_scope from core.region_scopes as s "
        "where s.provider = p.provider and s.platform = p.platform",
        "region_scopes.toml for this provider and platform",
        "use a known scope or add a [[scope]]",
    ),
    _unknown(
        "supersedes",
        "select price_id from core.prices",
        "the book",
        "name the price_id of the row that it replaces",
    ),
    _repeated("core.providers", "provider_name", "providers.toml", "provider_name"),
    _repeated("core.service_tiers", "spelled", "service_tiers.toml", "spelled"),
    _repeated(
        "core.region_scopes",
        "provider, platform, spelled",
        "region_scopes.toml",
        "provider || ' ' || platform || ' ' || spelled",
    ),
)


def check_book(con: duckdb.DuckDBPyConnection) -> None:
    """Run every check on the loaded tables.

    Raises:
        PriceBookError: every problem found, each with the fix.
    """
    problems = [row[0] for query in _CHECKS for row in con.execute(query).fetchall()]
    if problems:
        raise PriceBookError(sorted(problems))
