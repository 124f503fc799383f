-- One row per charge of an Anthropic cost bucket; all deliveries
-- grain: record_id
select
    record_id,
    day,
    'anthropic' as provider,
    'direct' as platform,
    source_format,
    kind,
    bucket_start,
    bucket_end,
    bucket_width,
    delivery_form,
    report_grouping,
    scope_id,
    delivery_id,
    delivered_as_of,
    is_empty_bucket,
    cast(null as boolean) as is_final,
    false as is_repeat,
    cast(null as varchar) as billing_account_id,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    cast(null as varchar) as user_id,
    model as raw_model,
    service_tier,
    case
        when coalesce(service_tier, usage_type) is not null
            then coalesce(service_tier, '') = 'batch' or lower(coalesce(usage_type, '')) like '%batch%'
    end as is_batch,
    context_window,
    inference_geo,
    speed,
    cast(null as varchar) as api_source,
    description as line_item,
    case
        when cost_type is not null then cost_type
        when token_type is not null then 'tokens'
        when description is not null then 'unparsed'
        else 'not_split'
    end as cost_type,
    case
        when token_type in ('uncached_input_tokens', 'input_no_cache') then 'input_tokens'
        when token_type in ('cache_read_input_tokens', 'input_cache_read') then 'cache_read_tokens'
        when token_type in ('cache_creation.ephemeral_5m_input_tokens', 'input_cache_write_5m')
            then 'cache_write_5m_tokens'
        when token_type in ('cache_creation.ephemeral_1h_input_tokens', 'input_cache_write_1h')
            then 'cache_write_1h_tokens'
        when token_type in ('output_tokens', 'output') then 'output_tokens'
    end as token_class,
    cast(null as varchar) as charge_category,
    cast(null as varchar) as resource_id,
    coalesce(
        billed_cost_usd,
        case
            when amount_unit = 'cents_text' then decimal_division(try_cast(amount_text as decimal(36, 22)), 100, 12)
        end
    ) as billed_cost,
    billed_cost_usd,
    list_cost_usd,
    cast(null as decimal(38, 12)) as effective_cost_usd,
    currency,
    amount_text,
    amount_unit,
    cast(null as decimal(18, 6)) as quantity,
    cast(null as varchar) as quantity_unit
from raw.anthropic_costs
where day = $day
