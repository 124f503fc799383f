-- One row per row of a provider's report or bill, read and checked, or with the reason why not
-- grain: source_line, record_id
with
-- A scope is what a later delivery replaces: what the source says, or the row's own labels.
scoped as materialized (
    select
        *,
        md5(row(*columns(
            * exclude (told_no, source_line, record, problem, part, scope, is_final, delivered_as_of)
        ))::varchar) as content,
        md5(row(
            delivery_form, kind, bucket_start, bucket_end, scope,
            case
                when scope is null then row(
                    identity, provider, platform, billing_account_id, workspace_id, api_key_id, user_id, raw_model,
                    service_tier, is_batch, line_item, sku_id, resource_id, charge_type, quantity_unit, currency, tags
                )
            end,
            case when is_appended then row(billed_cost, quantity, delivered_as_of) end
        )::varchar) as scope_id
    from raw.read_reports
),

-- Materialized, as the digest of a whole delivery would else be made again for each of its rows.
deliveries as materialized (
    select
        scope_id,
        part,
        md5(string_agg(content || coalesce(is_final::varchar, ''), '' order by content)) as delivery_id,
        -- A walk over pages is one delivery, as new as its newest page.
        max(delivered_as_of) as newest
    from scoped
    group by scope_id, part
),

-- Apart, as a window carries every column it is given.
places as (
    select
        s.told_no,
        d.delivery_id,
        d.newest,
        row_number() over (partition by s.scope_id, s.part, s.content order by s.source_line) as occurrence
    from scoped as s
    inner join deliveries as d on s.scope_id = d.scope_id and s.part = d.part
),

numbered as (
    select
        s.* replace (p.newest as delivered_as_of),
        p.delivery_id,
        p.occurrence
    from scoped as s
    inner join places as p on s.told_no = p.told_no
)

select
    md5(concat_ws('|', scope_id, delivery_id, content, delivered_as_of, occurrence)) as record_id,
    bucket_start::date as day,
    kind,
    bucket_start,
    bucket_end,
    case
        when starts_with(delivery_form, 'bill') then null
        when epoch(bucket_end) - epoch(bucket_start) = 60 then '1m'
        when epoch(bucket_end) - epoch(bucket_start) = 3600 then '1h'
        when epoch(bucket_end) - epoch(bucket_start) = 86400 then '1d'
        else (epoch(bucket_end) - epoch(bucket_start))::bigint || 's'
    end as bucket_width,
    delivery_form,
    report_grouping,
    scope_id,
    delivery_id,
    delivered_as_of,
    false as is_empty_bucket,
    provider,
    platform,
    billing_account_id,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    user_id,
    raw_model,
    service_tier,
    context_window,
    inference_geo,
    speed,
    api_source,
    meter_detail,
    line_item,
    sku_id,
    resource_id,
    charge_type,
    charge_category,
    cost_type,
    token_class,
    quantity_unit,
    currency,
    tags,
    input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    null::bigint as cache_write_30m_tokens,
    null::bigint as cache_write_12h_tokens,
    cache_write_unknown_tokens,
    null::bigint as input_audio_tokens,
    null::bigint as input_image_tokens,
    null::bigint as cache_read_audio_tokens,
    null::bigint as cache_read_image_tokens,
    output_tokens,
    reasoning_tokens,
    null::bigint as output_audio_tokens,
    null::bigint as output_image_tokens,
    coalesce(
        prompt_tokens,
        input_tokens + coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
        + coalesce(cache_write_1h_tokens, 0) + coalesce(cache_write_unknown_tokens, 0)
    ) as prompt_tokens,
    coalesce(completion_tokens, output_tokens + coalesce(reasoning_tokens, 0)) as completion_tokens,
    web_search_calls,
    web_fetch_calls,
    null::bigint as file_search_calls,
    null::bigint as grounding_prompts,
    null::bigint as grounding_queries,
    null::bigint as search_units,
    null::bigint as images,
    null::decimal(18, 6) as audio_seconds,
    null::bigint as characters,
    null::bigint as pages,
    null::decimal(18, 6) as container_minutes,
    null::decimal(18, 6) as cache_storage_token_hours,
    source_line,
    is_final,
    is_repeat,
    is_batch,
    amount_text,
    amount_unit,
    billed_cost,
    billed_cost_usd,
    list_cost_usd,
    effective_cost_usd,
    quantity,
    unit_size,
    num_requests,
    case
        when prompt_tokens is not null
            then
                prompt_tokens - coalesce(input_tokens, 0) - coalesce(cache_read_tokens, 0)
                - coalesce(cache_write_5m_tokens, 0) - coalesce(cache_write_1h_tokens, 0)
                - coalesce(cache_write_unknown_tokens, 0)
                + coalesce(completion_tokens - coalesce(output_tokens, 0) - coalesce(reasoning_tokens, 0), 0)
    end as residual_tokens,
    problem as reject_reason,
    case when problem is not null then record end as reject_text
from numbered
order by source_line, record_id
