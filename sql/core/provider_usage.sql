-- One row per reported combination of dimensions in one bucket: of each bucket just one delivery
-- grain: record_id
with
sized as (
    select
        *,
        cast(
            coalesce(prompt_tokens, 0)
            + coalesce(completion_tokens, 0)
            + coalesce(web_search_calls, 0)
            + coalesce(file_search_calls, 0)
            + coalesce(images, 0)
            + coalesce(characters, 0)
            + coalesce(num_requests, 0)
            + coalesce(container_sessions, 0)
            + coalesce(storage_bytes, 0)
            + coalesce(audio_seconds, 0)
            as decimal(38, 6)
        ) as row_size
    from steps.provider_usage_rows
),

delivered as (
    select
        *,
        sum(row_size) over (partition by source_format, scope_id, delivery_id) as delivery_size
    from sized
),

-- The newest by the report's own watermark; without one the largest, as a bucket grows until it is final.
placed as (
    select
        *,
        rank() over (
            partition by source_format, scope_id
            order by
                coalesce(is_final, false) desc, delivered_as_of desc nulls last, delivery_size desc, delivery_id asc
        ) as place
    from delivered
),

kept as (
    select *
    from placed
    where place = 1
),

-- Reports grouped otherwise repeat the same bucket.
groupings as (
    select
        provider,
        billing_account_id,
        source_format,
        kind,
        day,
        delivery_form,
        bucket_width,
        bucket_start,
        report_grouping,
        sum(row_size) as grouping_size,
        max(delivered_as_of) as as_of,
        row_number() over (
            partition by
                provider, billing_account_id, source_format, kind, day, delivery_form, bucket_width, bucket_start
            order by
                max(delivered_as_of) desc nulls last, sum(row_size) desc,
                length(report_grouping) desc, report_grouping asc
        ) as place
    from kept
    where not is_repeat
    group by
        provider, billing_account_id, source_format, kind, day, delivery_form, bucket_width, bucket_start,
        report_grouping
),

-- Reports in other buckets, in another form or of another source repeat the same day.
series as (
    select
        provider,
        billing_account_id,
        source_format,
        kind,
        day,
        delivery_form,
        bucket_width,
        row_number() over (
            partition by provider, billing_account_id, kind, day
            order by
                sum(grouping_size) desc, max(as_of) desc nulls last,
                source_format asc, delivery_form asc, bucket_width asc
        ) as place
    from groupings
    where place = 1
    group by provider, billing_account_id, source_format, kind, day, delivery_form, bucket_width
)

select
    r.record_id,
    r.day,
    r.provider,
    r.platform,
    r.source_format,
    r.kind,
    r.bucket_start,
    r.bucket_end,
    r.bucket_width,
    r.report_grouping,
    coalesce(g.place = 1 and s.place = 1 and not r.is_repeat, false) as is_primary,
    coalesce(not r.is_final, r.bucket_end > r.delivered_as_of) as is_provisional,
    r.billing_account_id,
    r.workspace_id,
    r.workspace_name,
    r.api_key_id,
    r.api_key_name,
    r.user_id,
    r.raw_model,
    r.service_tier,
    r.is_batch,
    r.context_window,
    r.inference_geo,
    r.speed,
    r.api_source,
    r.input_tokens,
    r.cache_read_tokens,
    r.cache_write_5m_tokens,
    r.cache_write_1h_tokens,
    r.cache_write_30m_tokens,
    r.cache_write_12h_tokens,
    r.cache_write_unknown_tokens,
    r.input_audio_tokens,
    r.input_image_tokens,
    r.cache_read_audio_tokens,
    r.cache_read_image_tokens,
    r.output_tokens,
    r.reasoning_tokens,
    r.output_audio_tokens,
    r.output_image_tokens,
    r.prompt_tokens,
    r.completion_tokens,
    r.web_search_calls,
    r.web_fetch_calls,
    r.file_search_calls,
    cast(null as bigint) as grounding_prompts,
    cast(null as bigint) as grounding_queries,
    cast(null as bigint) as search_units,
    r.images,
    r.audio_seconds,
    r.characters,
    cast(null as bigint) as pages,
    cast(null as decimal(18, 6)) as container_minutes,
    cast(null as decimal(18, 6)) as cache_storage_token_hours,
    r.meter_detail,
    r.num_requests,
    r.container_sessions,
    r.storage_bytes,
    r.normalisation_rule,
    r.residual_tokens
from kept as r
left join groupings as g
    on
        r.provider = g.provider
        and r.billing_account_id is not distinct from g.billing_account_id
        and r.source_format = g.source_format
        and r.kind = g.kind
        and r.day = g.day
        and r.delivery_form = g.delivery_form
        and r.bucket_width is not distinct from g.bucket_width
        and r.bucket_start = g.bucket_start
        and r.report_grouping = g.report_grouping
left join series as s
    on
        r.provider = s.provider
        and r.billing_account_id is not distinct from s.billing_account_id
        and r.source_format = s.source_format
        and r.kind = s.kind
        and r.day = s.day
        and r.delivery_form = s.delivery_form
        and r.bucket_width is not distinct from s.bucket_width
where not r.is_empty_bucket
order by r.record_id
