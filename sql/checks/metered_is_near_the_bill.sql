-- One row for a provider whose bill of the day is further from what was metered than the band.
-- grain: day, subject
-- severity: warn

select
    day,
    concat(string_agg(distinct provider, ', ' order by provider), ' on ', platform) as subject,
    concat(
        'billed ', any_value(billed_day_cost_usd), ' USD, metered ', sum(metered_cost_usd), ' USD (',
        any_value(deviation_pct), ' %); not calibrated'
    ) as detail
from marts.calibrated_cost
where day = $day and not is_within_band
group by day, case when platform = 'direct' then provider end, platform
order by subject
