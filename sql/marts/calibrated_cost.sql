-- One row per day, provider, platform and model: cost as metered, and scaled to the bill where that is near.
-- grain: day, provider, platform, model
--
-- Scaled in trillionths of a dollar: rounded down, then one each to the largest remainders. A cloud bills what it
-- serves of all makers together.
with metered as (
    select
        case
            when platform = 'bedrock' then 'aws'
            when platform = 'azure' then 'azure'
            when platform in ('vertex', 'ai_studio') then 'gcp'
            when platform = 'direct' then provider
            else platform
        end as biller,
        provider,
        coalesce(platform, '(unattributed)') as platform,
        coalesce(model, '(unattributed)') as model,
        cast(coalesce(sum(cost_usd), 0) as decimal(38, 12)) as metered_cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests
    from marts.cost_per_request
    where day = $day
    group by provider, platform, coalesce(model, '(unattributed)')
),

-- A day with a charge that is not final or not in dollars is not compared.
billed as (
    select
        provider,
        platform,
        case
            when bool_or(is_provisional) or count(billed_cost_usd) < count(*) then null
            else sum(billed_cost_usd)
        end as billed_cost_usd
    from core.provider_costs
    where day = $day and is_primary and lower(coalesce(charge_category, 'usage')) = 'usage'
    group by provider, platform
),

compared as (
    select
        m.*,
        b.billed_cost_usd,
        cast(m.metered_cost_usd * 1000000000000 as hugeint) as weight,
        cast(sum(m.metered_cost_usd) over of_day * 1000000000000 as hugeint) as all_weights,
        cast(b.billed_cost_usd * 1000000000000 as hugeint) as bill
    from metered as m
    left join billed as b
        on m.biller = b.provider and m.platform = b.platform
    window of_day as (partition by m.biller, m.platform)
),

judged as (
    select
        compared.*,
        case
            when all_weights > 0
                then abs(bill - all_weights) * 100000000 <= all_weights * cast(n.band_pct * 1000000 as hugeint)
        end as is_within_band
    from compared
    cross join core.calibration_band as n
),

floors as (
    select
        *,
        case when is_within_band then bill * weight // all_weights end as share,
        case when is_within_band then bill * weight % all_weights end as remainder
    from judged
),

shared as (
    select
        *,
        share
        + case
            when
                row_number()
                    over (
                        partition by biller, platform
                        order by remainder desc nulls last, model asc, provider asc
                    )
                <= bill - sum(share) over (partition by biller, platform)
                then 1
            else 0
        end as calibrated
    from floors
)

select
    $day as day,
    provider,
    platform,
    model,
    metered_cost_usd,
    unpriced_requests,
    cast(billed_cost_usd as decimal(38, 12)) as billed_day_cost_usd,
    case
        when all_weights > 0
            then try_cast(decimal_division(
                try_cast((bill - all_weights) * 100 as decimal(30, 0)), try_cast(all_weights as decimal(30, 0)), 6
            ) as decimal(18, 6))
    end as deviation_pct,
    is_within_band,
    cast(cast(calibrated as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as calibrated_cost_usd
from shared
order by day, provider, platform, model
