-- One row per minute in which a model priced by the clock was called: the time bands open then.
-- grain: minute
with clocked_models as (
    select distinct
        provider,
        model
    from core.price_cards
    where time_band is not null
),

minutes as (
    select distinct date_trunc('minute', r.started_at) as minute
    from core.requests as r
    inner join clocked_models as m
        on r.provider = m.provider and r.model = m.model
),

local_minutes as (
    select
        m.minute,
        b.time_band,
        b.calendar,
        (m.minute at time zone 'UTC') at time zone b.time_zone as local_time
    from minutes as m
    cross join core.time_bands as b
    where b.complement_of is null
),

local_clocks as (
    select
        minute,
        time_band,
        calendar,
        cast(local_time as date) as local_day,
        date_diff('day', date '2001-01-01', cast(local_time as date)) % 7 + 1 as weekday,
        extract(hour from local_time) * 60 + extract(minute from local_time) as minute_of_day
    from local_minutes
),

openings as (
    select
        c.minute,
        c.time_band,
        w.time_band is not null and h.holiday is null as is_open
    from local_clocks as c
    left join core.time_windows as w
        on
            c.time_band = w.time_band
            and c.weekday = w.weekday
            and c.minute_of_day >= w.from_minute
            and c.minute_of_day < w.to_minute
    left join core.holidays as h
        on c.calendar = h.calendar and c.local_day = h.holiday
),

in_force as (
    select
        minute,
        time_band
    from openings
    where is_open
    union all
    select
        o.minute,
        b.time_band
    from openings as o
    inner join core.time_bands as b
        on o.time_band = b.complement_of
    where not o.is_open
)

select
    minute,
    '|' || string_agg(time_band, '|' order by time_band) || '|' as time_bands
from in_force
group by minute
order by minute
