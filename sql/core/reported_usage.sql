-- One row per day, what a report tells apart, token class and kind of charge: what a provider reports
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class, charge_category, currency
--
-- Only primary rows. A report that names no kinds of charges still has credits, which are negative and
-- take back no quantity, and taxes, which say so. Where a day has no usage report that counts tokens, the
-- quantities of its charges stand in.
with usage_rows as (
    select
        day,
        provider,
        platform,
        workspace_id as account_id,
        raw_model,
        service_tier,
        is_batch,
        inference_geo,
        coalesce(is_provisional, false) as is_provisional,
        coalesce(input_tokens, 0) + coalesce(input_audio_tokens, 0) + coalesce(input_image_tokens, 0) as input,
        coalesce(cache_read_tokens, 0) + coalesce(cache_read_audio_tokens, 0) + coalesce(cache_read_image_tokens, 0)
            as cache_read,
        coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0) + coalesce(cache_write_30m_tokens, 0)
        + coalesce(cache_write_12h_tokens, 0) + coalesce(cache_write_unknown_tokens, 0) as cache_write,
        coalesce(output_tokens, 0) + coalesce(reasoning_tokens, 0) + coalesce(output_audio_tokens, 0)
        + coalesce(output_image_tokens, 0) as output,
        coalesce(num_requests, 0) as requests
    from core.provider_usage
    where is_primary
),

classes as (
    select c.token_class
    from (values ('input'), ('cache_read'), ('cache_write'), ('output'), ('requests')) as c (token_class)
),

told_usage as (
    select
        u.day,
        u.provider,
        u.platform,
        u.account_id,
        u.raw_model,
        u.service_tier,
        u.is_batch,
        u.inference_geo,
        u.is_provisional,
        c.token_class,
        case c.token_class
            when 'input' then u.input
            when 'cache_read' then u.cache_read
            when 'cache_write' then u.cache_write
            when 'output' then u.output
            else u.requests
        end as quantity
    from usage_rows as u
    cross join classes as c
),

charges as (
    select
        day,
        provider,
        platform,
        workspace_id as account_id,
        raw_model,
        service_tier,
        is_batch,
        inference_geo,
        coalesce(is_provisional, false) as is_provisional,
        case
            when cost_type = 'not_split' then 'not_split'
            when token_class in ('input_tokens', 'input_audio_tokens', 'input_image_tokens') then 'input'
            when token_class like 'cache_read%' then 'cache_read'
            when token_class like 'cache_write%' then 'cache_write'
            when token_class like 'output%' or token_class = 'reasoning_tokens' then 'output'
            else 'other'
        end as token_class,
        coalesce(charge_category, 'usage') as charge_category,
        coalesce(currency, 'xxx') as currency,
        case when quantity_unit = 'tokens' then cast(round(quantity, 0) as bigint) end as quantity,
        billed_cost,
        billed_cost_usd,
        list_cost_usd,
        case when amount_unit = 'dollars_2dp' then 1 else 0 end as cent_lines
    from core.provider_costs
    where is_primary
),

counted_days as (
    select distinct
        day,
        provider,
        platform
    from told_usage
    where token_class <> 'requests' and quantity > 0
),

united as (
    select
        day,
        provider,
        platform,
        'usage' as report_kind,
        account_id,
        raw_model,
        service_tier,
        is_batch,
        inference_geo,
        is_provisional,
        token_class,
        'usage' as charge_category,
        cast(null as varchar) as currency,
        quantity,
        cast(null as decimal(38, 12)) as billed_cost,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as list_cost_usd,
        0 as cent_lines
    from told_usage
    where quantity <> 0
    union all
    select
        c.day,
        c.provider,
        c.platform,
        'usage' as report_kind,
        c.account_id,
        c.raw_model,
        c.service_tier,
        c.is_batch,
        c.inference_geo,
        c.is_provisional,
        c.token_class,
        'usage' as charge_category,
        cast(null as varchar) as currency,
        c.quantity,
        cast(null as decimal(38, 12)) as billed_cost,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as list_cost_usd,
        0 as cent_lines
    from charges as c
    left join counted_days as d
        on c.day = d.day and c.provider = d.provider and c.platform = d.platform
    where
        d.day is null and c.quantity <> 0 and c.charge_category = 'usage'
        and c.token_class not in ('other', 'not_split')
    union all
    select
        day,
        provider,
        platform,
        'costs' as report_kind,
        account_id,
        raw_model,
        service_tier,
        is_batch,
        inference_geo,
        is_provisional,
        token_class,
        charge_category,
        currency,
        quantity,
        billed_cost,
        billed_cost_usd,
        list_cost_usd,
        cent_lines
    from charges
),

tiered as (
    select
        u.*,
        m.maker,
        coalesce(c.model, m.model) as model,
        case when u.is_batch then 'batch' else coalesce(t.service_tier, lower(u.service_tier)) end as told_tier,
        lower(u.inference_geo) as told_region
    from united as u
    left join steps.reported_models as m
        on u.raw_model = m.raw_model
    left join steps.called_models as c
        on u.raw_model = c.raw_model
    left join core.service_tiers as t
        on lower(u.service_tier) = t.spelled
),

-- Named as the price list names them, so that both sides use the same words.
named as (
    select
        t.*,
        case when t.told_tier is not null then coalesce(k.list_service_tier, t.told_tier) end as list_service_tier,
        case when t.told_region is not null then coalesce(k.list_region_scope, t.told_region) end as list_region_scope
    from tiered as t
    left join core.price_keys as k
        on
            t.maker = k.provider
            and t.platform = k.platform
            and coalesce(t.told_region, '') = k.region_scope
            and t.model = k.model
            and coalesce(t.told_tier, 'standard') = k.service_tier
)

select
    day,
    provider,
    platform,
    report_kind,
    account_id,
    model,
    list_service_tier as service_tier,
    list_region_scope as region_scope,
    token_class,
    charge_category,
    currency,
    cast(sum(quantity) as bigint) as reported_quantity,
    cast(sum(billed_cost) as decimal(38, 12)) as billed_cost,
    cast(sum(billed_cost_usd) as decimal(38, 12)) as billed_cost_usd,
    cast(sum(list_cost_usd) as decimal(38, 12)) as list_cost_usd,
    count(*) as charge_lines,
    cast(sum(cent_lines) as bigint) as cent_lines,
    bool_or(is_provisional) as is_provisional
from named
group by
    day, provider, platform, report_kind, account_id, model, list_service_tier, list_region_scope, token_class,
    charge_category, currency
order by
    day, provider, platform, account_id, model, service_tier, region_scope, token_class, charge_category,
    currency
