-- One row per day, provider, platform and model: its requests, and whether a final bill is near what they cost
-- grain: day, provider, platform, model
-- view
--
-- Where a bill is not split by model, all models of the day are one row. A row in which a request has no
-- price is not near, so that a lost price never brings a bill nearer.
with compared as (
    select
        day,
        provider,
        platform,
        model,
        sum(metered_usd) as metered_usd,
        sum(reported_cost_usd) as reported_cost_usd,
        bool_or(is_provisional) as is_provisional,
        bool_or(token_class = 'not_split') as is_not_split
    from marts.reconciliation
    group by day, provider, platform, model
),

days as (
    select
        day,
        provider,
        platform,
        bool_or(is_not_split) as is_not_split
    from compared
    group by day, provider, platform
),

billed as (
    select
        c.day,
        c.provider,
        c.platform,
        case when d.is_not_split then '(not split)' else c.model end as model,
        sum(c.metered_usd) as metered_usd,
        sum(c.reported_cost_usd) as reported_cost_usd,
        bool_or(c.is_provisional) as is_provisional
    from compared as c
    inner join days as d
        on c.day = d.day and c.provider = d.provider and c.platform = d.platform
    group by c.day, c.provider, c.platform, case when d.is_not_split then '(not split)' else c.model end
),

metered as (
    select
        m.day,
        m.provider,
        m.platform,
        case when d.is_not_split then '(not split)' else m.model end as model,
        sum(m.priced_quantity + m.unpriced_quantity) as requests,
        sum(m.unpriced_quantity) as unpriced_requests
    from core.metered_usage as m
    left join days as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    where m.token_class = 'requests'
    group by m.day, m.provider, m.platform, case when d.is_not_split then '(not split)' else m.model end
)

select
    m.day,
    m.provider,
    m.platform,
    m.model,
    cast(m.requests as bigint) as requests,
    cast(m.unpriced_requests as bigint) as unpriced_requests,
    cast(coalesce(b.metered_usd, 0) as decimal(38, 12)) as metered_usd,
    cast(b.reported_cost_usd as decimal(38, 12)) as reported_cost_usd,
    coalesce(
        m.unpriced_requests = 0
        and not b.is_provisional
        and abs(b.reported_cost_usd - b.metered_usd) * 20 <= abs(b.reported_cost_usd),
        false
    ) as is_near
from metered as m
left join billed as b
    on m.day = b.day and m.provider = b.provider and m.platform = b.platform and m.model = b.model
order by m.day, m.provider, m.platform, m.model
