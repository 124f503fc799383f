"""What only the whole book can tell of agreements: names that lead nowhere, contracts that tie.

Each check is a query that returns the bad rows as sentences, as in `checks`.
"""

from __future__ import annotations

import duckdb

from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rowsql import BOTH_HOLD, place_of
from unitcost.statements import run

_PLACE = place_of("a")
_IS_LEARNT = "coalesce(a.recorded_on <= (select as_of from core.price_revision), true)"
"""What it names may have been learnt with it, so a row learnt after `as_of` is not held to that."""
_MODELS = """
    select '*' union all select alias from core.model_aliases where rule = 'key'
    union all select 'family:' || family from core.model_families
"""
_TIERS = "select '*' union all select service_tier from core.service_tiers"
_METERS = "select '*' union all select meter from core.meters"
_PROVIDERS = "select provider from core.prices"
_SCOPES = "select '*' union all select region_scope from core.region_scopes"
_TIE = f"""
select
    {_PLACE} || a.contract_id || ' is as specific as ' || b.contract_id || ' (' || b.source_file
    || ':' || b.source_line || ') and covers the same price at the same time; name more of its '
    || 'scope, or end one of them'
from core.contracts_in_force as a
inner join core.contracts_in_force as b
    on
        a.provider = b.provider and a.specificity = b.specificity and {BOTH_HOLD}
        and a.account_id = b.account_id and a.platform = b.platform
        and a.region_scope = b.region_scope and a.service_tier = b.service_tier
        and a.meter = b.meter
        and (b.source_file, b.source_line) < (a.source_file, a.source_line)
where
    a.model_key = b.model_key
    or exists (
        select 1
        from core.model_families as f
        inner join core.model_families as g
            on f.model = g.model
        where a.model_key = 'family:' || f.family and b.model_key = 'family:' || g.family
    )
"""
_CURRENCY = f"""
select
    {_PLACE} || a.contract_id || ' is in ' || a.currency || ' and ' || a.provider
    || ' bills in ' || coalesce(c.currency, 'USD') || ' here; write the price in that currency'
from core.contracts_in_force as a
left join core.billing_currencies as c
    on a.provider = c.provider
where a.currency <> coalesce(c.currency, 'USD')
"""
_NO_ALLOWANCE = f"""
select
    {_PLACE} || 'there is no allowance ' || a.allowance_id
    || ' in allowances.csv; add it or correct the id'
from core.account_allowances as a
where a.allowance_id not in (select allowance_id from core.allowances)
"""
_NOT_COUNTED = f"""
select
    {_PLACE} || 'meter ' || m.meter || ' is not one that an allowance can free; name meters of '
    || 'meters.toml that are counted and are no tokens'
from core.allowances as a
inner join (
    select allowance_id, unnest(string_split(meters, ' ')) as meter
    from core.allowances
) as m
    on a.allowance_id = m.allowance_id
where
    m.meter not in (
        select meter from core.meters where request_column is not null and unit <> 'token'
    )
"""
_ZONE = f"""
select {_PLACE} || 'time_zone ' || a.time_zone || ' is not known; write an IANA name such as UTC'
from core.allowances as a
where a.time_zone not in (select name from pg_timezone_names())
"""
_TWICE_FREE = f"""
select
    {_PLACE} || a.allowance_id || ' frees meters of ' || a.provider || ' that ' || b.allowance_id
    || ' frees for the same models and time; an account may hold one of them'
from core.allowances as a
inner join core.allowances as b
    on
        a.provider = b.provider and a.allowance_id > b.allowance_id and {BOTH_HOLD}
        and (a.platform = b.platform or '*' in (a.platform, b.platform))
        and (a.model_key = b.model_key or '*' in (a.model_key, b.model_key))
        and list_has_any(string_split(a.meters, ' '), string_split(b.meters, ' '))
inner join core.account_allowances as h
    on a.allowance_id = h.allowance_id
inner join core.account_allowances as i
    on
        b.allowance_id = i.allowance_id
        and (h.account_id = i.account_id or '*' in (h.account_id, i.account_id))
"""


def _unknown(table: str, column: str, known: str, file: str) -> str:
    return f"""
        select
            {_PLACE} || '{column} ' || a.{column} || ' is not in {file}; correct it or write *'
        from {table} as a
        where a.{column} not in ({known}) and {_IS_LEARNT}
    """


def _repeated(table: str, key: str) -> str:
    return f"""
        select
            max({_PLACE}) || '{key} ' || a.{key} || ' is used by another row; give each its own'
        from {table} as a
        group by a.{key}
        having count(*) > 1
    """


_CHECKS = (
    _TIE,
    _CURRENCY,
    _NO_ALLOWANCE,
    _NOT_COUNTED,
    _ZONE,
    _TWICE_FREE,
    *(
        _unknown(table, column, known, file)
        for table, columns in (
            ("core.contracts", ("provider", "model_key", "service_tier", "region_scope", "meter")),
            ("core.commitments", ("provider", "model_key", "service_tier")),
            ("core.allowances", ("provider", "model_key")),
        )
        for column, known, file in (
            ("provider", _PROVIDERS, "the price tables"),
            ("model_key", _MODELS, "models.toml"),
            ("service_tier", _TIERS, "service_tiers.toml"),
            ("region_scope", _SCOPES, "region_scopes.toml"),
            ("meter", _METERS, "meters.toml"),
        )
        if column in columns
    ),
    _unknown("core.credits", "provider", f"select '*' union all {_PROVIDERS}", "the price tables"),
    _repeated("core.credits", "credit_id"),
    _repeated("core.contracts", "contract_id"),
    _repeated("core.commitments", "commitment_id"),
    _repeated("core.allowances", "allowance_id"),
)


def check_agreements(con: duckdb.DuckDBPyConnection) -> None:
    """Run every check on the loaded agreements.

    Raises:
        PriceBookError: every problem found, each with the fix.
    """
    problems = [row[0] for query in _CHECKS for row in run(con, query).fetchall()]
    if problems:
        raise PriceBookError(sorted(problems))
