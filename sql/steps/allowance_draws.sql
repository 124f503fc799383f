-- One row per request and meter that draws on an allowance of its account, with the part that is free
-- grain: request_id, allowance_id, meter
--
-- Inside a period, what was used first is free first: by start, then by request. What the account
-- used on earlier days of the period is gone.
with granted as (
    select
        a.allowance_id,
        h.account_id,
        a.provider,
        a.platform,
        a.model_key,
        a.period,
        a.time_zone,
        m.meter,
        m.request_column,
        a.quantity * case when m.meter = 'container_hour' then 60 else 1 end as allowed_quantity,
        greatest(
            coalesce(a.valid_from, timestamp '0001-01-01 00:00:00'),
            coalesce(h.valid_from, timestamp '0001-01-01 00:00:00')
        ) as valid_from,
        least(
            coalesce(a.valid_to, timestamp '9999-12-31 00:00:00'),
            coalesce(h.valid_to, timestamp '9999-12-31 00:00:00')
        ) as valid_to
    from core.account_allowances as h
    inner join core.allowances as a
        on h.allowance_id = a.allowance_id
    inner join core.meters as m
        on list_contains(string_split(a.meters, ' '), m.meter)
),

asked as (
    select
        r.request_id,
        r.started_at,
        coalesce(r.account_id, '(unattributed)') as account_id,
        g.allowance_id,
        g.meter,
        g.allowed_quantity,
        cast(date_trunc(
            g.period, (r.started_at at time zone 'UTC') at time zone g.time_zone
        ) as date) as period_start,
        cast(case g.request_column
            when 'web_search_calls' then r.web_search_calls
            when 'web_fetch_calls' then r.web_fetch_calls
            when 'file_search_calls' then r.file_search_calls
            when 'grounding_prompts' then r.grounding_prompts
            when 'grounding_queries' then r.grounding_queries
            when 'search_units' then r.search_units
            when 'images' then r.images
            when 'audio_seconds' then r.audio_seconds
            when 'characters' then r.characters
            when 'pages' then r.pages
            when 'cache_storage_token_hours' then r.cache_storage_token_hours
            when 'container_minutes'
                then case
                    when g.meter = coalesce('container_' || r.container_size, 'container_hour')
                        then greatest(r.container_minutes, coalesce(m.quantity, 0))
                end
        end as decimal(18, 6)) as quantity
    from core.requests as r
    inner join granted as g
        on
            r.provider = g.provider
            and g.platform in (r.platform, '*')
            and g.account_id in (coalesce(r.account_id, '(unattributed)'), '*')
            and r.started_at >= g.valid_from
            and r.started_at < g.valid_to
    left join core.minimum_charges as m
        on r.provider = m.provider and m.request_column = 'container_minutes' and r.container_minutes > 0
    left join core.model_families as f
        on g.model_key = 'family:' || f.family and r.model = f.model
    where
        (g.model_key in (r.model, '*') or f.model is not null)
        and r.billed_state = 'billed'
        and r.usage_basis = 'reported'
        and r.service_tier <> 'free'
        and r.status <> 'cache_hit'
),

counted as (
    select
        a.*,
        coalesce(b.quantity, 0)
        + sum(a.quantity) over (
            partition by a.account_id, a.allowance_id, a.period_start
            order by a.started_at, a.request_id, a.meter
            rows between unbounded preceding and current row
        ) - a.quantity as used_before
    from asked as a
    left join steps.allowance_before as b
        on
            a.account_id = b.account_id
            and a.allowance_id = b.allowance_id
            and a.period_start = b.period_start
    where a.quantity > 0
)

select
    request_id,
    account_id,
    allowance_id,
    meter,
    period_start,
    allowed_quantity,
    quantity,
    greatest(least(quantity, allowed_quantity - used_before), 0) as free_quantity
from counted
