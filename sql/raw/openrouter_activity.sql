-- One row per item of OpenRouter's activity, as text
-- grain: source_line, scope, api_source
with
delivered as (
    select
        source_line,
        record,
        json_type(record, '$.data') = 'ARRAY' as is_page
    from raw.staged
),

items as (
    select
        source_line,
        cast(source_line as varchar) as delivery_part,
        record ->> 'retrieved_at' as as_of,
        unnest(from_json(record -> 'data', '["JSON"]')) as item
    from delivered
    where is_page
    union all
    select
        source_line,
        'file' as delivery_part,
        null as as_of,
        cast(record as json) as item
    from delivered
    where is_page is distinct from true
),

opened as (
    select
        source_line,
        delivery_part,
        as_of,
        coalesce(cast(item as varchar), 'null') as record,
        from_json(
            item,
            '{"date": "VARCHAR", "model": "VARCHAR", "model_permaslug": "VARCHAR", "endpoint_id": "VARCHAR",
            "provider_name": "VARCHAR", "workspace_id": "VARCHAR", "usage": "VARCHAR",
            "byok_usage_inference": "VARCHAR", "requests": "VARCHAR", "prompt_tokens": "VARCHAR",
            "completion_tokens": "VARCHAR", "reasoning_tokens": "VARCHAR", "cached_tokens": "VARCHAR"}'
        ) as told
    from items
),

counted as (
    select
        *,
        left(told.date, 10) as day_text,
        nullif(told.prompt_tokens, '') as prompt_text,
        nullif(told.completion_tokens, '') as completion_text,
        nullif(told.cached_tokens, '') as cached_text,
        nullif(told.reasoning_tokens, '') as reasoning_text,
        try_cast(told.prompt_tokens as decimal(28, 6)) - coalesce(try_cast(told.cached_tokens as decimal(28, 6)), 0)
            as uncached,
        try_cast(told.completion_tokens as decimal(28, 6))
        - coalesce(try_cast(told.reasoning_tokens as decimal(28, 6)), 0) as visible,
        case
            when bool_or(nullif(told.workspace_id, '') is not null) over (partition by delivery_part)
                then 'endpoint_id,model,workspace_id'
            else 'endpoint_id,model'
        end as report_grouping
    from opened
)

select
    source_line,
    record,
    case
        when nullif(told.model, '') is null then 'the item has no model; its columns may have been renamed'
        when try_cast(day_text as date) is null
            then 'the item has no date; an item holds date, model, usage and token counts'
    end as reject_reason,
    day_text as started,
    cast(try_cast(day_text as date) + 1 as varchar) as ended,
    'api' as delivery_form,
    report_grouping,
    report_grouping as scope,
    delivery_part,
    as_of,
    'openrouter' as provider,
    'openrouter' as platform,
    nullif(told.workspace_id, '') as workspace_id,
    coalesce(nullif(told.model_permaslug, ''), nullif(told.model, '')) as raw_model,
    nullif(told.endpoint_id, '') as api_source,
    nullif(told.provider_name, '') as meter_detail,
    nullif(told.usage, '') as amount,
    'USD' as currency,
    'usage' as charge_category,
    -- A row of replayed answers has more cached than prompt tokens.
    map(
        [
            'num_requests', 'prompt_tokens', 'completion_tokens', 'input_tokens', 'cache_read_tokens',
            'output_tokens', 'reasoning_tokens'
        ],
        [
            nullif(told.requests, ''), prompt_text, completion_text,
            coalesce(cast(greatest(uncached, 0) as varchar), prompt_text), cached_text,
            coalesce(cast(greatest(visible, 0) as varchar), completion_text), reasoning_text
        ]
    ) as counts,
    case
        when try_cast(told.byok_usage_inference as decimal(38, 18)) > 0
            then map(['byok_usage_inference'], [told.byok_usage_inference])
    end as tags
from counted
