-- One row per day, provider, account, model and token class: metered beside reported and billed
-- grain: day, provider, platform, account_id, model, token_class
with used as (
    select
        day,
        provider,
        platform,
        coalesce(account_id, '(unattributed)') as account_id,
        model,
        token_class,
        sum(priced_quantity + unpriced_quantity) as metered_quantity,
        sum(metered_picos + utc_picos) as metered_picos,
        sum(reported_quantity) as reported_quantity,
        sum(metered_picos + unpriced_picos + reported_only_picos - metered_only_picos) as usage_picos,
        cast(null as hugeint) as billed_picos
    from steps.usage_strata
    where token_class in ('input', 'cache_read', 'cache_write', 'output', 'other')
    group by day, provider, platform, coalesce(account_id, '(unattributed)'), model, token_class
),

charged as (
    select
        day,
        provider,
        platform,
        coalesce(account_id, '(unattributed)') as account_id,
        model,
        token_class,
        cast(0 as hugeint) as metered_quantity,
        cast(0 as hugeint) as metered_picos,
        cast(0 as hugeint) as reported_quantity,
        cast(0 as hugeint) as usage_picos,
        billed_picos
    from steps.reported_charges
),

-- Metered on days of which nothing is reported.
unreported as (
    select
        m.day,
        m.provider,
        m.platform,
        coalesce(m.account_id, '(unattributed)') as account_id,
        m.model,
        m.token_class,
        m.priced_quantity + m.unpriced_quantity as metered_quantity,
        cast(m.cost_usd * 1000000000000 as hugeint) as metered_picos,
        cast(null as hugeint) as reported_quantity,
        cast(null as hugeint) as usage_picos,
        cast(null as hugeint) as billed_picos
    from core.metered_usage as m
    left join steps.told_dimensions as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    where d.day is null and m.token_class in ('input', 'cache_read', 'cache_write', 'output', 'other')
),

united as (
    select * from used
    union all
    select * from charged
    union all
    select * from unreported
),

summed as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        sum(metered_quantity) as metered_quantity,
        sum(metered_picos) as metered_picos,
        sum(reported_quantity) as reported_quantity,
        sum(usage_picos) as usage_picos,
        sum(billed_picos) as billed_picos
    from united
    group by day, provider, platform, account_id, model, token_class
),

causes as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        sum(case when cause = 'unexplained' then gap_usd else 0 end) as unexplained_usd
    from marts.reconciliation_gap
    where stage <> 'invoice'
    group by day, provider, platform, account_id, model, token_class
),

judged as (
    select
        s.*,
        coalesce(d.is_provisional, false) as is_provisional,
        coalesce(d.has_usage, false) and s.token_class not in ('other', 'not_split') as has_usage,
        coalesce(d.has_costs, false) as has_costs,
        d.day is not null as is_reported,
        coalesce(c.unexplained_usd, 0) as unexplained_usd
    from summed as s
    left join steps.told_dimensions as d
        on s.day = d.day and s.provider = d.provider and s.platform = d.platform
    left join causes as c
        on
            s.day = c.day
            and s.provider = c.provider
            and s.platform = c.platform
            and s.account_id = c.account_id
            and s.model = c.model
            and s.token_class = c.token_class
)

select
    day,
    provider,
    platform,
    account_id,
    model,
    token_class,
    case when token_class not in ('other', 'not_split') then cast(metered_quantity as bigint) end as metered_quantity,
    cast(cast(metered_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as metered_usd,
    case when has_usage then cast(reported_quantity as bigint) end as reported_quantity,
    cast(
        case when is_reported then cast(usage_picos as decimal(38, 0)) * 0.000000000001 end as decimal(38, 12)
    ) as reported_usage_usd,
    cast(
        case when has_costs then cast(coalesce(billed_picos, 0) as decimal(38, 0)) * 0.000000000001 end
        as decimal(38, 12)
    ) as reported_cost_usd,
    cast(
        case
            when has_costs
                then cast(coalesce(billed_picos, 0) - metered_picos as decimal(38, 0)) * 0.000000000001
            when is_reported then cast(usage_picos - metered_picos as decimal(38, 0)) * 0.000000000001
        end as decimal(38, 12)
    ) as gap_usd,
    case when is_reported then unexplained_usd end as unexplained_usd,
    is_provisional
from judged
order by day, provider, platform, account_id, model, token_class
