"""What only the whole book can tell: names that lead nowhere or to two things.

Each check is a query that returns the bad rows as sentences; what one row alone can tell is in its
contract. That no two prices hold at once is in `overlaps`; what may only be doubted, in `doubts`.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.overlaps import HALF_A_CLOCK, TWO_FALLBACKS, TWO_PRICES
from unitcost.price_book.rowsql import BOTH_HOLD, place_of
from unitcost.statements import run

_PLACE = place_of("b")
_IS_LEARNT = "coalesce(b.recorded_on <= (select as_of from core.price_revision), true)"
_UNIT = f"""
select
    {_PLACE} || 'unit ' || b.unit || ' is not that of meter ' || m.meter
    || ' in meters.toml; write ' || m.unit
from core.prices as b
inner join core.meters as m
    on b.meter = m.meter
where b.unit <> m.unit
"""
_TWO_MEANINGS = f"""
select
    {_PLACE} || 'id ' || b.alias || ' means both ' || b.model || ' and ' || a.model || ' ('
    || a.source_file || ':' || a.source_line
    || ') at the same time; keep one of them, or give dates that do not overlap'
from core.model_aliases as a
inner join core.model_aliases as b
    on
        a.alias = b.alias and a.model <> b.model and {BOTH_HOLD}
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
        a.deployment = b.deployment and a.platform = b.platform and {BOTH_HOLD}
        and (a.source_file, a.source_line) < (b.source_file, b.source_line)
"""
_OTHER_MAKER = f"""
select
    {_PLACE} || 'model_key ' || b.model_key || ' is a model of ' || a.provider
    || ', and the row is on a list of ' || b.provider || '; correct provider'
from core.prices as b
inner join core.model_aliases as a
    on b.model_key = a.alias and a.rule = 'key'
where a.provider <> b.provider
"""


def _unknown(column: str, known: str, file: str, fix: str, table: str = "core.prices") -> str:
    """Rows whose name is not among the known ones; what a price is named by may be learnt with it,
    after the day whose knowledge counts."""
    return f"""
        select {_PLACE} || '{column} ' || b.{column} || ' is not in {file}; {fix}'
        from {table} as b
        where b.{column} <> '*' and b.{column} not in ({known})
            and {_IS_LEARNT if table == "core.prices" else "true"}
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
    TWO_PRICES,
    HALF_A_CLOCK,
    TWO_FALLBACKS,
    _UNIT,
    _TWO_MEANINGS,
    _TWO_DEPLOYMENTS,
    _OTHER_MAKER,
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
    _dangling(
        "core.billing_currencies",
        "provider",
        "select provider from core.providers where provider is not null",
        "unitcost.toml: [prices.currency]",
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


def check_book(con: duckdb.DuckDBPyConnection, found: Iterable[str] = ()) -> None:
    """Run every check on the loaded tables, and refuse the book for these or what was `found`.

    Raises:
        PriceBookError: every problem, each with the fix.
    """
    problems = {row[0] for query in _CHECKS for row in run(con, query).fetchall()}
    if problems := problems.union(found):
        raise PriceBookError(sorted(problems))
