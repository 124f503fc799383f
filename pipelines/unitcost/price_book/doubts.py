"""What in a sound book a person should look at. Nothing here refuses a book; `checks` does.

A row whose `note` gives the reason is not doubted for a jump or for its batch price.
"""

from __future__ import annotations

import duckdb

from unitcost.price_book.rowsql import BOTH_HOLD, place_of
from unitcost.statements import run

_PLACE = place_of("b")
_LIST = "provider, platform, region_scope, model_key, service_tier, meter"


def _on(*columns: str) -> str:
    return " and ".join(f"a.{c} is not distinct from b.{c}" for c in columns)


_SAME_CELL = _on("provider", "platform", "region_scope", "model_key", "time_band", "ctx_gt")
_TILL = """
max(coalesce(valid_to, timestamp '9999-12-31')) over (
    partition by {} order by coalesce(valid_from, timestamp '0001-01-01'), {}
    rows between unbounded preceding and 1 preceding
)
"""
_GAP = f"""
with reached as (
    select
        *,
        {_TILL.format(_LIST, "price_id")} as till
    from core.prices_in_force
)

select
    {_PLACE} || b.price_id || ' begins at ' || b.valid_from || ', but the price before it ends at '
    || b.till || '; requests between have no price until a row for that time is added'
from reached as b
where b.valid_from > b.till
"""
_CONTEXT_HOLE = f"""
select
    {_PLACE} || b.price_id || ' begins above ' || b.ctx_gt
    || ' tokens, but the band below it ends at ' || max(a.ctx_le)
    || '; prompts between have no price until the bands meet'
from core.prices_in_force as a
inner join core.prices_in_force as b
    on
        {_on("provider", "platform", "region_scope", "model_key", "time_band")}
        and {_on("service_tier", "meter")} and {BOTH_HOLD} and a.ctx_le <= b.ctx_gt
group by b.source_file, b.source_line, b.price_id, b.ctx_gt
having max(a.ctx_le) < b.ctx_gt
"""
_NAME_HOLE = f"""
with named as (
    select alias as name, model, valid_from, valid_to, source_file, source_line
    from core.model_aliases
    union all
    select
        platform || '/' || deployment as name, model, valid_from, valid_to, source_file, source_line
    from core.deployments
),

reached as (
    select
        *,
        {_TILL.format("name", "model")} as till
    from named
)

select
    {_PLACE} || b.name || ' means ' || b.model || ' from ' || b.valid_from
    || ', and its meaning before ends at ' || b.till || '; it means nothing between'
from reached as b
where b.valid_from > b.till
"""
_JUMP = f"""
select
    {_PLACE} || b.price_id || ' is ' || b.unit_price || ' per ' || b.per || ' after '
    || a.unit_price || ' per ' || a.per || ' (' || a.source_file || ':' || a.source_line
    || '), ten-fold or more; correct the unit, or say why in note'
from core.prices_in_force as a
inner join core.prices_in_force as b
    on {_SAME_CELL} and {_on("service_tier", "meter")} and a.valid_to = b.valid_from
where
    b.note is null
    and (b.price_per_unit >= 10 * a.price_per_unit or a.price_per_unit >= 10 * b.price_per_unit)
"""
_BATCH = f"""
select
    {_PLACE} || b.price_id || ' is ' || b.unit_price || ', not half the standard price of '
    || a.unit_price || ' (' || a.source_file || ':' || a.source_line
    || '); correct it, or say in note why'
from core.prices_in_force as a
inner join core.prices_in_force as b
    on {_SAME_CELL} and {_on("meter")} and {BOTH_HOLD}
where
    a.service_tier = 'standard'
    and b.service_tier = 'batch'
    and b.price_per_unit * 2 <> a.price_per_unit
    and b.note is null
    and b.confirmation <> 'confirmed'
"""


def _out_of_order(meters: str, is_odd: str, said: str) -> str:
    """Rows of one meter that cost less or more than uncached input of the same cell."""
    return f"""
        select
            {_PLACE} || b.price_id || ' is ' || b.unit_price || ' per ' || b.per || ', {said} of '
            || a.unit_price || ' per ' || a.per || ' (' || a.source_file || ':' || a.source_line
            || '); check that the columns were not swapped'
        from core.prices_in_force as a
        inner join core.prices_in_force as b
            on {_SAME_CELL} and {_on("service_tier")} and {BOTH_HOLD}
        where a.meter = 'input' and b.meter {meters} and b.price_per_unit {is_odd} a.price_per_unit
    """


_UNIT = f"""
select
    {_PLACE} || b.price_id || ' is ' || b.unit_price || ' per ' || b.per || ' ' || b.unit
    || ', a thousand times more or less than half of all prices of ' || b.meter
    || '; check unit and per'
from core.prices_in_force as b
inner join (
    select meter, currency, quantile_disc(price_per_unit, 0.5) as typical_per_unit
    from core.prices_in_force
    where price_per_unit > 0
    group by meter, currency
) as t
    on b.meter = t.meter and b.currency = t.currency
where
    b.price_per_unit > 0
    and (
        b.price_per_unit > 1000 * t.typical_per_unit or b.price_per_unit * 1000 < t.typical_per_unit
    )
"""
_UNSOURCED = """
select
    source_file || ':' || min(source_line) || ': ' || count(*)
    || ' rows of this file, this the first, call their date documented and name only catalogues; '
    || 'where a page says so, name it in sources of the next row'
from core.prices
where
    valid_from_basis = 'documented'
    and status <> 'cancelled'
    and regexp_full_match(
        sources,
        '((genai-prices|litellm|models\\.dev|llm-prices|portkey|tokencost|langfuse)@[0-9-]+ ?)+'
    )
group by source_file
"""
_NO_PRICE_FOR_NAME = f"""
with priced as (
    select
        coalesce(f.model, p.model_key) as model,
        p.price_id,
        coalesce(p.valid_from, timestamp '0001-01-01') as valid_from,
        coalesce(p.valid_to, timestamp '9999-12-31') as valid_to
    from core.prices_in_force as p
    left join core.model_families as f
        on p.model_key = 'family:' || f.family
),

reached as (
    select
        model,
        valid_from,
        {_TILL.format("model", "price_id")} as till
    from priced
),

holes as (
    select model, coalesce(till, timestamp '0001-01-01') as hole_from, valid_from as hole_to
    from reached
    where valid_from > coalesce(till, timestamp '0001-01-01')
    union all
    select model, max(valid_to) as hole_from, timestamp '9999-12-31' as hole_to
    from priced
    group by model
    having max(valid_to) < timestamp '9999-12-31'
),

named as (
    select alias as name, model, valid_from, valid_to, source_file, source_line
    from core.model_aliases
    union all
    select deployment as name, model, valid_from, valid_to, source_file, source_line
    from core.deployments
)

select
    {_PLACE} || b.name || ' means ' || b.model || ', which has no price '
    || case
        when h.model is null then 'at all'
        when h.hole_from = timestamp '0001-01-01' then 'before ' || h.hole_to
        when h.hole_to = timestamp '9999-12-31' then 'from ' || h.hole_from || ' on'
        else 'from ' || h.hole_from || ' to ' || h.hole_to
    end
    || '; end the name there, point it to the model that answered, or add the price'
from named as b
left join holes as h
    on
        b.model = h.model
        and h.hole_from < coalesce(b.valid_to, timestamp '9999-12-31')
        and (
            b.valid_from < h.hole_to
            or (b.valid_from is null and h.hole_from > timestamp '0001-01-01')
        )
where h.model is not null or b.model not in (select p.model from priced as p)
"""
_NO_LIST_IN_CURRENCY = """
select
    'unitcost.toml: [prices.currency] ' || b.provider || ' bills in ' || b.currency
    || ' and the book has no row of it in that currency; its requests stay unpriced'
from core.billing_currencies as b
where b.provider not in (select p.provider from core.prices_in_force as p)
"""
_DOUBTS = (
    _GAP,
    _CONTEXT_HOLE,
    _NAME_HOLE,
    _JUMP,
    _BATCH,
    _out_of_order("= 'cache_read'", ">", "more than the input price"),
    _out_of_order("= 'output'", "<", "less than the input price"),
    _out_of_order("like 'cache_write%'", "<", "less than the input price"),
    _UNIT,
    _UNSOURCED,
    _NO_PRICE_FOR_NAME,
    _NO_LIST_IN_CURRENCY,
)


def doubts(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What is odd in the book that is loaded, each as a sentence with file, line and fix."""
    return sorted({row[0] for query in _DOUBTS for row in run(con, query).fetchall()})
