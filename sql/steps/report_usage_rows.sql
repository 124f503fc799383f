-- One row per row of any report or bill that counts tokens or calls, all deliveries
-- grain: record_id
with
-- A bill counts one class a row, in thousands or millions of tokens.
counted as (
    select
        r.*,
        m.month is not null as is_told_twice,
        case when r.unit_size is not null then cast(round(r.quantity * r.unit_size, 0) as bigint) end as counted_tokens
    from raw.reports as r
    left join steps.months_told_twice as m
        on
            r.provider = m.provider
            and r.billing_account_id is not distinct from m.billing_account_id
            and cast(date_trunc('month', r.bucket_start) as date) = m.month
            and (r.delivery_form = 'bill_by_month') = m.is_whole_left_out
    where r.day = $day and r.source_format <> 'invoices'
)

select
    record_id,
    day,
    provider,
    platform,
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
    is_final,
    is_repeat or is_told_twice as is_repeat,
    billing_account_id,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    user_id,
    raw_model,
    service_tier,
    is_batch,
    context_window,
    inference_geo,
    speed,
    api_source,
    case when token_class = 'input_tokens' then counted_tokens else input_tokens end as input_tokens,
    case when token_class = 'cache_read_tokens' then counted_tokens else cache_read_tokens end as cache_read_tokens,
    case when token_class = 'cache_write_5m_tokens' then counted_tokens else cache_write_5m_tokens end
        as cache_write_5m_tokens,
    case when token_class = 'cache_write_1h_tokens' then counted_tokens else cache_write_1h_tokens end
        as cache_write_1h_tokens,
    case when token_class = 'cache_write_30m_tokens' then counted_tokens else cache_write_30m_tokens end
        as cache_write_30m_tokens,
    case when token_class = 'cache_write_12h_tokens' then counted_tokens else cache_write_12h_tokens end
        as cache_write_12h_tokens,
    case when token_class = 'cache_write_unknown_tokens' then counted_tokens else cache_write_unknown_tokens end
        as cache_write_unknown_tokens,
    case when token_class = 'input_audio_tokens' then counted_tokens else input_audio_tokens end as input_audio_tokens,
    case when token_class = 'input_image_tokens' then counted_tokens else input_image_tokens end as input_image_tokens,
    case when token_class = 'cache_read_audio_tokens' then counted_tokens else cache_read_audio_tokens end
        as cache_read_audio_tokens,
    case when token_class = 'cache_read_image_tokens' then counted_tokens else cache_read_image_tokens end
        as cache_read_image_tokens,
    case when token_class = 'output_tokens' then counted_tokens else output_tokens end as output_tokens,
    case when token_class = 'reasoning_tokens' then counted_tokens else reasoning_tokens end as reasoning_tokens,
    case when token_class = 'output_audio_tokens' then counted_tokens else output_audio_tokens end
        as output_audio_tokens,
    case when token_class = 'output_image_tokens' then counted_tokens else output_image_tokens end
        as output_image_tokens,
    case
        when token_class in (
            'output_tokens', 'reasoning_tokens', 'output_audio_tokens', 'output_image_tokens'
        ) then null
        else coalesce(counted_tokens, prompt_tokens)
    end as prompt_tokens,
    case
        when token_class in (
            'output_tokens', 'reasoning_tokens', 'output_audio_tokens', 'output_image_tokens'
        ) then counted_tokens
        else completion_tokens
    end as completion_tokens,
    web_search_calls,
    web_fetch_calls,
    file_search_calls,
    images,
    audio_seconds,
    characters,
    meter_detail,
    num_requests,
    cast(null as bigint) as container_sessions,
    cast(null as bigint) as storage_bytes,
    case when counted_tokens is not null then 'disjoint_rows' else 'disjoint_classes' end as normalisation_rule,
    residual_tokens
from counted
where coalesce(counted_tokens, prompt_tokens, completion_tokens, web_search_calls, num_requests) is not null
