-- One row per month, provider and comparison by which its days begin at another hour: how many hours later
-- grain: compared, month, provider, platform
--
-- The evidence is that the reported quantities are those of the metered hours in another window. Their courses must
-- agree in half of all that differs by UTC, and are `is_plain` where the days are a week or nine parts in ten agree.
-- Their counts must agree in 99 parts in 100, to the token; a day or two are enough for it, whose course tells nothing.
with compared as (
    select
        'courses' as compared,
        2 as least_factor,
        offset_hours,
        month,
        provider,
        platform,
        days,
        difference
    from steps.offset_courses
    union all
    select
        'counts' as compared,
        100 as least_factor,
        offset_hours,
        month,
        provider,
        platform,
        0 as days,
        difference
    from steps.offset_counts
),

ranked as (
    select
        *,
        sum(case when offset_hours = 0 then difference else 0 end) over (
            partition by compared, month, provider, platform
        ) as utc_difference,
        row_number() over (
            partition by compared, month, provider, platform
            order by difference, abs(offset_hours), offset_hours
        ) as place
    from compared
)

select
    compared,
    month,
    provider,
    platform,
    offset_hours,
    days >= 7 or difference * 10 <= utc_difference as is_plain
from ranked
where place = 1 and offset_hours <> 0 and difference * least_factor <= utc_difference
