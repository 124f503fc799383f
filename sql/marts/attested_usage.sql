-- One row per day, provider and platform: the tokens that its report states, and what our requests tell of them
-- grain: day, provider, platform
-- view
--
-- What a report states is the measure, and only sums of our requests stand beside it. So a request that is lost makes
-- a sum smaller and no measure. What does not match is usage that only the report has and every other charge, both
-- without sign, so that one error hides no other; usage that only we have is none of the report's. Of models that run
-- on one's own machines nobody sends a report, so there is none to miss.
with reported as (
    select
        day,
        provider,
        platform,
        sum(case when report_kind = 'usage' and token_class <> 'requests' then reported_quantity else 0 end)
            as reported_tokens,
        bool_or(is_provisional) as is_provisional
    from core.reported_usage
    group by day, provider, platform
),

billed as (
    select
        day,
        provider,
        platform,
        sum(reported_cost_usd) as reported_cost_usd
    from marts.reconciliation
    group by day, provider, platform
),

causes as (
    select
        day,
        provider,
        platform,
        sum(
            case
                when stage = 'cost' then abs(gap_usd)
                when cause <> 'timing' then greatest(gap_usd, 0)
                else 0
            end
        ) as unmatched_usd
    from marts.reconciliation_gap
    where stage <> 'invoice'
    group by day, provider, platform
),

-- Requests that another file tells of alike, under other ids, may be one told twice: they are proven in nothing.
twins as (
    select
        day,
        provider,
        platform,
        sum(twin_quantity) as twin_tokens,
        sum(
            cast(cost_usd * 1000000000000 as hugeint) * twin_quantity
            // greatest(priced_quantity + unpriced_quantity, 1)
            + 1
        ) as twin_picos
    from core.metered_usage
    where twin_quantity > 0 and token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by day, provider, platform
),

used_lists as (
    select distinct price_ids
    from marts.cost_per_request
    where cost_usd is not null and price_ids <> ''
),

price_lists as (
    select
        price_ids,
        unnest(string_split(price_ids, ',')) as price_id
    from used_lists
),

oldest_rows as (
    select
        l.price_ids,
        min(p.recorded_on) as recorded_on
    from price_lists as l
    inner join core.prices as p
        on l.price_id = p.price_id
    group by l.price_ids
),

judged_tasks as (
    select distinct task_id
    from core.tasks
    where outcome in ('success', 'failure')
),

told as (
    select
        r.day,
        case
            when r.platform = 'bedrock' then 'aws'
            when r.platform = 'azure' then 'azure'
            when r.platform in ('vertex', 'ai_studio') then 'gcp'
            when r.platform = 'direct' then r.provider
            else r.platform
        end as provider,
        r.platform,
        case
            when r.billed_state = 'billed' and r.usage_basis = 'reported' and r.status <> 'cache_hit'
                then coalesce(r.prompt_tokens, 0) + coalesce(r.completion_tokens, 0)
            else 0
        end as tokens,
        r.cost_usd is not null as is_priced,
        r.customer_id is not null as has_customer,
        r.feature is not null as has_feature,
        t.task_id is not null as is_judged,
        coalesce(o.recorded_on >= r.day - 180, false) as is_recently_priced
    from marts.cost_per_request as r
    left join judged_tasks as t
        on r.task_id = t.task_id
    left join oldest_rows as o
        on r.price_ids = o.price_ids and r.cost_usd is not null
    where r.platform is distinct from 'self_hosted'
),

metered as (
    select
        day,
        provider,
        platform,
        count(*) as requests,
        sum(tokens) as metered_tokens,
        sum(case when is_priced then tokens else 0 end) as priced_tokens,
        sum(case when has_customer then tokens else 0 end) as customer_tokens,
        sum(case when has_feature then tokens else 0 end) as feature_tokens,
        sum(case when is_judged then tokens else 0 end) as judged_tokens,
        sum(case when is_recently_priced then tokens else 0 end) as recently_priced_tokens
    from told
    group by day, provider, platform
)

select
    coalesce(r.day, m.day) as day,
    coalesce(r.provider, m.provider) as provider,
    coalesce(r.platform, m.platform) as platform,
    cast(nullif(r.reported_tokens, 0) as bigint) as reported_tokens,
    coalesce(m.requests, 0) as requests,
    cast(coalesce(m.metered_tokens, 0) as bigint) as metered_tokens,
    cast(coalesce(t.twin_tokens, 0) as bigint) as twin_tokens,
    cast(coalesce(m.priced_tokens, 0) as bigint) as priced_tokens,
    cast(coalesce(m.customer_tokens, 0) as bigint) as customer_tokens,
    cast(coalesce(m.feature_tokens, 0) as bigint) as feature_tokens,
    cast(coalesce(m.judged_tokens, 0) as bigint) as judged_tokens,
    cast(coalesce(m.recently_priced_tokens, 0) as bigint) as recently_priced_tokens,
    cast(b.reported_cost_usd as decimal(38, 12)) as reported_cost_usd,
    cast(
        case
            when r.day is not null
                then
                    coalesce(c.unmatched_usd, 0)
                    + cast(coalesce(t.twin_picos, 0) as decimal(38, 0)) * 0.000000000001
        end as decimal(38, 12)
    ) as unmatched_usd,
    coalesce(not r.is_provisional and not d.is_provisional, false) as is_final
from reported as r
full join metered as m
    on r.day = m.day and r.provider = m.provider and r.platform = m.platform
left join billed as b
    on r.day = b.day and r.provider = b.provider and r.platform = b.platform
left join causes as c
    on r.day = c.day and r.provider = c.provider and r.platform = c.platform
left join twins as t
    on
        coalesce(r.day, m.day) = t.day
        and coalesce(r.provider, m.provider) = t.provider
        and coalesce(r.platform, m.platform) = t.platform
left join meta.days as d
    on r.day = d.day
order by day, provider, platform
