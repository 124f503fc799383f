-- One row per commitment that runs on the day, with what the day costs
-- grain: commitment_id
--
-- The price up to an instant of a period is cut to 12 decimals, and a day costs the difference of
-- its two ends; so the days of a period add up to its price, to the last digit.
with running as (
    select
        *,
        greatest(valid_from, cast($day as timestamp)) as starts_at,
        least(coalesce(valid_to, timestamp '9999-12-31 00:00:00'), cast($day + 1 as timestamp)) as ends_at,
        case
            when period = 'month' then date_trunc('month', cast($day as timestamp))
            else cast($day as timestamp)
        end as period_start
    from core.commitments
    where valid_from < cast($day + 1 as timestamp) and coalesce(valid_to > cast($day as timestamp), true)
),

timed as (
    select
        *,
        cast(epoch_us(starts_at) - epoch_us(period_start) as hugeint) as from_us,
        cast(epoch_us(ends_at) - epoch_us(period_start) as hugeint) as to_us,
        cast(case period
            when 'hour' then 3600000000
            when 'day' then 86400000000
            else extract(day from last_day($day)) * 86400000000
        end as hugeint) as period_us,
        cast(price_per_unit * units * 1000000000000 as hugeint) as price
    from running
)

select
    commitment_id,
    account_id,
    provider,
    platform,
    region_scope,
    model_key,
    service_tier,
    kind,
    starts_at,
    ends_at,
    capacity_tokens_per_minute * cast(to_us - from_us as bigint) // 60000000 as capacity_tokens,
    price * to_us // period_us - price * from_us // period_us as cost
from timed
