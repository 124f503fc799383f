"""The checks that exactly one price holds: never two at once, never half a clock.

They look at every row for every period of what the book knew, so that no past day has two prices
either.
"""

from __future__ import annotations

from unitcost.price_book.rowsql import BOTH_HOLD, place_of

_PLACE = place_of("b")
_BOTH_KNOWN = """
    coalesce(a.known_from < b.known_to, true) and coalesce(b.known_from < a.known_to, true)
"""
_SAME_LIST = " and ".join(
    f"a.{column} = b.{column}"
    for column in (
        "provider",
        "platform",
        "region_scope",
        "model",
        "is_family",
        "service_tier",
        "meter",
        "currency",
    )
)
_HELD = """
with held as (
    select
        p.*
        exclude (valid_from, valid_to, model_key),
        coalesce(f.model, p.model_key) as model,
        f.model is not null as is_family,
        h.known_from,
        h.known_to,
        h.valid_from,
        h.valid_to
    from core.price_history as h
    inner join core.prices as p
        on h.price_id = p.price_id
    left join core.model_families as f
        on p.model_key = 'family:' || f.family
),
"""
_BANDS_APART = """
bands_apart as (
    select
        a.time_band,
        b.time_band as other
    from core.time_bands as a
    inner join core.time_bands as b
        on a.time_band <> b.time_band
    where
        a.complement_of = b.time_band
        or b.complement_of = a.time_band
        or (
            a.complement_of is null
            and b.complement_of is null
            and a.time_zone = b.time_zone
            and not exists (
                select 1
                from core.time_windows as x
                inner join core.time_windows as y
                    on
                        x.weekday = y.weekday
                        and x.from_minute < y.to_minute
                        and y.from_minute < x.to_minute
                where x.time_band = a.time_band and y.time_band = b.time_band
            )
        )
)
"""
TWO_PRICES = f"""
{_HELD}
{_BANDS_APART}
select
    {_PLACE} || b.price_id || ' holds at the same time as '
    || a.price_id || ' (' || a.source_file || ':' || a.source_line || ') for ' || min(a.model)
    || ' from ' || coalesce(cast(max(greatest(a.valid_from, b.valid_from)) as varchar), 'the start')
    || ', as known on ' || min(greatest(a.known_from, b.known_from))
    || '; the newer row must supersede the older: as price_change where the price moved, as '
    || 'correction where the older was wrong'
from held as a
inner join held as b
    on
        {_SAME_LIST} and {BOTH_HOLD} and {_BOTH_KNOWN}
        and coalesce(a.ctx_gt < b.ctx_le, true) and coalesce(b.ctx_gt < a.ctx_le, true)
        and (a.source_file, a.source_line) < (b.source_file, b.source_line)
where
    a.time_band is null
    or b.time_band is null
    or (a.time_band, b.time_band) not in (select (time_band, other) from bands_apart)
group by a.price_id, a.source_file, a.source_line, b.price_id, b.source_file, b.source_line
"""
"""Two rows that match one request, as known on some day."""
HALF_A_CLOCK = f"""
{_HELD}
days as (
    select distinct known_from as day
    from core.price_history
)

select distinct
    {_PLACE} || b.price_id || ' holds in time band '
    || b.time_band || ' and, as known on ' || d.day || ', no row holds the rest of the time; '
    || 'add one in its complement for the same interval'
from held as b
inner join core.time_bands as t
    on b.time_band = t.time_band
inner join days as d
    on b.known_from <= d.day and coalesce(d.day < b.known_to, true)
where not exists (
    select 1
    from held as a
    inner join core.time_bands as c
        on a.time_band = c.time_band
    where
        (c.complement_of = t.time_band or t.complement_of = c.time_band)
        and {_SAME_LIST}
        and a.known_from <= d.day and coalesce(d.day < a.known_to, true)
        and a.valid_from is not distinct from b.valid_from
        and a.valid_to is not distinct from b.valid_to
        and a.ctx_gt is not distinct from b.ctx_gt
)
"""
"""A price for the peak without one for the rest of the time."""
TWO_FALLBACKS = """
select
    'meters.toml: meter ' || a.meter || ' falls back to both ' || a.falls_back_to || ' and '
    || b.falls_back_to || coalesce(' for ' || coalesce(a.model, b.model), '') || '; keep one'
from core.meter_fallbacks as a
inner join core.meter_fallbacks as b
    on
        a.meter = b.meter
        and a.falls_back_to < b.falls_back_to
        and coalesce(a.provider = b.provider, true)
        and coalesce(a.model = b.model, true)
"""
"""A meter that would be billed at either of two others' prices."""
