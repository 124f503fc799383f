"""What only the whole book can tell: rows that overlap, and names that lead nowhere.

Each check is a query that returns the bad rows as sentences; what one row alone can tell is in its
contract.
"""

from __future__ import annotations

import duckdb

from unitcost.price_book.errors import PriceBookError

_SAME_LIST = " and ".join(
    f"a.{column} = b.{column}"
    for column in (
        "provider",
        "platform",
        "region_scope",
        "model_key",
        "service_tier",
        "meter",
        "currency",
    )
)
_SAME_TIME = """
    coalesce(a.valid_from < b.valid_to, true) and coalesce(b.valid_from < a.valid_to, true)
"""
_SAME_SIZE = "coalesce(a.ctx_gt < b.ctx_le, true) and coalesce(b.ctx_gt < a.ctx_le, true)"
_PLACE = "b.source_file || ':' || b.source_line || ': '"

_OVERLAP = f"""
select
    {_PLACE} || b.price_id || ' holds at the same time as ' || a.price_id || ' (' || a.source_file
    || ':' || a.source_line || '); close the older row with valid_to = valid_from of the newer'
from core.prices as a
inner join core.prices as b
    on
        {_SAME_LIST} and {_SAME_TIME} and {_SAME_SIZE}
        and (a.source_file, a.source_line) < (b.source_file, b.source_line)
        and (a.time_band is null or b.time_band is null or a.time_band = b.time_band)
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
_UNIT = f"""
select
    {_PLACE} || 'unit ' || b.unit || ' is not that of meter ' || m.meter
    || ' in meters.toml; write ' || m.unit
from core.prices as b
inner join core.meters as m
    on b.meter = m.meter
where b.unit <> m.unit
"""
_HALF_A_CLOCK = f"""
select
    {_PLACE} || b.price_id || ' holds in time band ' || b.time_band
    || ' and no row holds the rest of the time; add one in its complement for the same interval'
from core.prices as b
inner join core.time_bands as t
    on b.time_band = t.time_band
where not exists (
    select 1
    from core.prices as a
    inner join core.time_bands as c
        on a.time_band = c.time_band
    where
        (c.complement_of = t.time_band or t.complement_of = c.time_band)
        and {_SAME_LIST}
        and a.valid_from is not distinct from b.valid_from
        and a.valid_to is not distinct from b.valid_to
        and a.ctx_gt is not distinct from b.ctx_gt
)
"""
_TWO_MEANINGS = f"""
select
    {_PLACE} || 'id ' || b.alias || ' means both ' || b.model || ' and ' || a.model || ' ('
    || a.source_file || ':' || a.source_line
    || ') at the same time; keep one of them, or give dates that do not overlap'
from core.model_aliases as a
inner join core.model_aliases as b
    on
        a.alias = b.alias and a.model <> b.model and {_SAME_TIME}
        and (a.source_file, a.source_line) < (b.source_file, b.source_line)
"""
_TWO_DEPLOYMENTS = f"""
select
    {_PLACE} || 'deployment ' || b.deployment || ' on ' || b.platform || ' is there already ('
    || a.source_file || ':' || a.source_line
    || '); keep one of them, or give dates that do not overlap'
from core.deployments as a
inner join core.deployments as b
    on
        a.deployment = b.deployment and a.platform = b.platform and {_SAME_TIME}
        and (a.source_file, a.source_line) < (b.source_file, b.source_line)
"""


def _unknown(column: str, known: str, file: str, fix: str, table: str = "core.prices") -> str:
    """Rows whose name is not among the known ones."""
    return f"""
        select {_PLACE} || '{column} ' || b.{column} || ' is not in {file}; {fix}'
        from {table} as b
        where b.{column} <> '*' and b.{column} not in ({known})
    """


def _dangling(table: str, column: str, known: str, file: str) -> str:
    """Rule entries that name what does not exist."""
    return f"""
        select distinct
            '{file}: {column} ' || {column} || ' is not known; add it or correct the name'
        from {table}
        where {column} is not null and {column} not in ({known})
    """


def _repeated(table: str, key: str, file: str) -> str:
    """Names listed twice under one key."""
    return f"""
        select '{file}: ' || concat_ws(' ', {key}) || ' is listed twice; keep one'
        from {table}
        group by {key}
        having count(*) > 1
    """


_METERS = "select meter from core.meters"
_TIERS = "select service_tier from core.service_tiers"
_SCOPES = (
    "select s.{} from core.region_scopes as s "
    "where s.provider = b.provider and s.platform = b.platform"
)
_ZONES = "select name from pg_timezone_names()"
_HOLIDAYS = "select calendar from core.holidays"
_KEYS = "select alias from core.model_aliases where rule = 'key'"
_CHECKS = (
    _OVERLAP,
    _REPEATED_ID,
    _UNIT,
    _HALF_A_CLOCK,
    _TWO_MEANINGS,
    _TWO_DEPLOYMENTS,
    _unknown(
        "model_key",
        f"{_KEYS} union all select 'family:' || family from core.model_families",
        "models.toml",
        "add a [[model]] with this key or correct it",
    ),
    _unknown("meter", _METERS, "meters.toml", "correct it or append one"),
    _unknown(
        "service_tier",
        _TIERS,
        "service_tiers.toml",
        "correct it or add a [[tier]]",
    ),
    _unknown(
        "time_band",
        "select time_band from core.time_bands",
        "time_bands.toml",
        "correct it or add a [[band]]",
    ),
    _unknown(
        "region_scope",
        _SCOPES.format("region_scope"),
        "region_scopes.toml for this provider and platform",
        "correct it or add a [[scope]]",
    ),
    _unknown(
        "supersedes",
        "select price_id from core.prices",
        "the book",
        "write the price_id of the row that it replaces",
    ),
    _dangling("core.model_families", "model", _KEYS, "models.toml"),
    _unknown(
        "platform",
        "select platform from core.providers where platform is not null",
        "providers.toml",
        "correct it",
        "core.deployments",
    ),
    _unknown("service_tier", _TIERS, "service_tiers.toml", "correct it", "core.deployments"),
    _unknown(
        "region_scope",
        _SCOPES.format("spelled"),
        "region_scopes.toml for this provider and platform",
        "correct it",
        "core.deployments",
    ),
    _dangling("core.meter_fallbacks", "meter", _METERS, "meters.toml"),
    _dangling("core.meter_fallbacks", "falls_back_to", _METERS, "meters.toml"),
    _dangling(
        "core.time_bands",
        "complement_of",
        "select time_band from core.time_windows",
        "time_bands.toml",
    ),
    _dangling("core.time_bands", "time_zone", _ZONES, "time_bands.toml"),
    _dangling("core.time_bands", "calendar", _HOLIDAYS, "time_bands.toml"),
    _dangling(
        "core.tier_equivalents",
        "priced_as",
        _TIERS,
        "service_tiers.toml",
    ),
    _repeated("core.providers", "provider_name", "providers.toml"),
    _repeated("core.service_tiers", "spelled", "service_tiers.toml"),
    _repeated("core.region_scopes", "provider, platform, spelled", "region_scopes.toml"),
    _repeated("core.meters", "meter", "meters.toml"),
    _repeated("core.model_aliases", "alias, model, valid_from", "models.toml"),
)


def check_book(con: duckdb.DuckDBPyConnection) -> None:
    """Run every check on the loaded tables.

    Raises:
        PriceBookError: every problem found, each with the fix.
    """
    problems = [row[0] for query in _CHECKS for row in con.execute(query).fetchall()]
    if problems:
        raise PriceBookError(sorted(problems))
