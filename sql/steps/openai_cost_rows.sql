-- One row per charge of an OpenAI cost bucket; all deliveries
-- grain: record_id
select
    record_id,
    day,
    'openai' as provider,
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
    project_id as workspace_id,
    project_name as workspace_name,
    api_key_id,
    cast(null as varchar) as api_key_name,
    user_id,
    model as raw_model,
    cast(null as varchar) as service_tier,
    case when meter like '%batch%' or lower(line_prefix) like '%batch%' then true end as is_batch,
    cast(null as varchar) as context_window,
    cast(null as varchar) as inference_geo,
    cast(null as varchar) as speed,
    api_source,
    line_item,
    case
        when meter is null then 'not_split'
        when meter = 'web search' then 'web_search'
        when meter = 'file search' then 'file_search'
        when meter = 'code interpreter' then 'code_execution'
        when meter in ('images', 'training', 'unparsed') then meter
        else 'tokens'
    end as cost_type,
    case
        when meter like '%output%'
            then case
                when meter like '%audio%' then 'output_audio_tokens'
                when meter like '%image%' then 'output_image_tokens'
                when meter like '%reasoning%' then 'reasoning_tokens'
                else 'output_tokens'
            end
        when meter like '%cache%write%'
            then case
                when meter like '%30m%' then 'cache_write_30m_tokens'
                when meter like '%12h%' then 'cache_write_12h_tokens'
                else 'cache_write_unknown_tokens'
            end
        when meter like '%cache%'
            then case
                when meter like '%audio%' then 'cache_read_audio_tokens'
                when meter like '%image%' then 'cache_read_image_tokens'
                else 'cache_read_tokens'
            end
        when meter like '%input%'
            then case
                when meter like '%audio%' then 'input_audio_tokens'
                when meter like '%image%' then 'input_image_tokens'
                else 'input_tokens'
            end
    end as token_class,
    cast(null as varchar) as charge_category,
    cast(null as varchar) as resource_id,
    coalesce(billed_cost_usd, try_cast(amount_text as decimal(38, 12))) as billed_cost,
    billed_cost_usd,
    cast(null as decimal(38, 12)) as list_cost_usd,
    cast(null as decimal(38, 12)) as effective_cost_usd,
    currency,
    amount_text,
    amount_unit,
    quantity,
    quantity_unit
from raw.openai_costs
where day = $day
