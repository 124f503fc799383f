-- One row per billed entry of a usage object whose counts stand beside each other (Anthropic, Bedrock, Cohere, ...)
-- grain: body_id, entry_no
with
bodies as (
    select
        body_id,
        rule,
        usage,
        if(
            rule = 'anthropic' and json_type(usage, '$.iterations') = 'ARRAY',
            from_json(usage -> 'iterations', '["JSON"]'),
            []
        ) as iterations
    from raw.usage_bodies
    where rule in (
        'anthropic', 'bedrock_converse', 'bedrock_metrics', 'bedrock_titan', 'bedrock_llama', 'cohere', 'ollama',
        'cloudflare_gateway', 'marketplace_units'
    )
),

steps as (
    select
        body_id,
        rule,
        unnest(iterations) as usage,
        generate_subscripts(iterations, 1) as entry_no
    from bodies
),

-- Compactions and advisors are billed outside the totals; messages are inside them.
entries as (
    select
        body_id,
        rule,
        usage,
        cast(0 as bigint) as entry_no,
        cast(null as varchar) as entry_model,
        'response' as entry_type
    from bodies
    union all
    select
        body_id,
        rule,
        usage,
        entry_no,
        usage ->> 'model' as entry_model,
        usage ->> 'type' as entry_type
    from steps
    where usage ->> 'type' in ('compaction', 'advisor_message')
),

-- One look into the object: each look reads all of it.
opened as (
    select
        * exclude (usage),
        coalesce(json_type(usage) = 'OBJECT', false) as is_object,
        from_json(
            usage,
            '{"billed_units": {"input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "image_tokens": "VARCHAR",
            "search_units": "VARCHAR"},
            "inputTokenCount": "VARCHAR", "input_tokens": "VARCHAR", "inputTokens": "VARCHAR",
            "inputTextTokenCount": "VARCHAR", "prompt_token_count": "VARCHAR", "prompt_eval_count": "VARCHAR",
            "tokens_in": "VARCHAR", "outputTokenCount": "VARCHAR", "output_tokens": "VARCHAR",
            "outputTokens": "VARCHAR", "generation_token_count": "VARCHAR", "eval_count": "VARCHAR",
            "tokens_out": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "cacheReadInputTokens": "VARCHAR",
            "cacheReadInputTokenCount": "VARCHAR", "cache_creation_input_tokens": "VARCHAR",
            "cacheWriteInputTokens": "VARCHAR", "cacheWriteInputTokenCount": "VARCHAR",
            "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"},
            "cacheDetails": [{"ttl": "VARCHAR", "inputTokens": "VARCHAR"}],
            "output_tokens_details": {"thinking_tokens": "VARCHAR"}, "totalTokens": "VARCHAR",
            "server_tool_use": {"web_search_requests": "VARCHAR", "web_fetch_requests": "VARCHAR"},
            "tokens": {"input_tokens": "VARCHAR", "output_tokens": "VARCHAR"},
            "usage_amount": "VARCHAR", "direction": "VARCHAR"}'
        ) as told
    from entries
),

-- Where Bedrock's own count stands beside the maker's, Bedrock's is what it bills.
texts as (
    select
        body_id,
        rule,
        entry_no,
        entry_model,
        entry_type,
        is_object,
        coalesce(
            told.billed_units.input_tokens,
            told.inputtokencount,
            told.input_tokens,
            told.inputtokens,
            told.inputtexttokencount,
            told.prompt_token_count,
            told.prompt_eval_count,
            told.tokens_in
        ) as count_input,
        coalesce(
            told.billed_units.output_tokens,
            told.outputtokencount,
            told.output_tokens,
            told.outputtokens,
            told.generation_token_count,
            told.eval_count,
            told.tokens_out
        ) as count_output,
        coalesce(
            told.cache_read_input_tokens, told.cachereadinputtokens, told.cachereadinputtokencount
        ) as count_read,
        coalesce(
            told.cache_creation_input_tokens, told.cachewriteinputtokens, told.cachewriteinputtokencount
        ) as count_write,
        coalesce(
            told.cache_creation.ephemeral_5m_input_tokens,
            list_filter(told.cachedetails, lambda d: d['ttl'] = '5m')[1]['inputTokens']
        ) as count_write_5m,
        coalesce(
            told.cache_creation.ephemeral_1h_input_tokens,
            list_filter(told.cachedetails, lambda d: d['ttl'] = '1h')[1]['inputTokens']
        ) as count_write_1h,
        told.output_tokens_details.thinking_tokens as count_reasoning,
        told.billed_units.image_tokens as count_image,
        told.totaltokens as count_total,
        told.server_tool_use.web_search_requests as count_web_searches,
        told.server_tool_use.web_fetch_requests as count_web_fetches,
        told.billed_units.search_units as count_search_units,
        told.tokens.input_tokens as count_processed_input,
        told.tokens.output_tokens as count_processed_output,
        told.usage_amount as units,
        told.direction
    from opened
),

listed as (
    select
        *,
        [*columns('^count_')] as counts
    from texts
),

checked as (
    select
        *,
        list_filter(counts, lambda t: not coalesce(
            try_cast(t as decimal(38, 6)) between 0 and 1000000000000 and try_cast(t as decimal(38, 6)) % 1 = 0,
            t is null
        )) as wrong_counts
    from listed
),

numbers as (
    select
        body_id,
        rule,
        entry_no,
        entry_model,
        entry_type,
        direction,
        cast(round(try_cast(units as decimal(24, 6)) * 1000000, 0) as bigint) as unit_tokens,
        if(
            try_cast(columns('^count_') as decimal(38, 6)) between 0 and 1000000000000
            and try_cast(columns('^count_') as decimal(38, 6)) % 1 = 0,
            try_cast(try_cast(columns('^count_') as decimal(38, 6)) as bigint),
            null
        ),
        case
            when not is_object then 'the usage is no JSON object'
            when len(wrong_counts) > 0 then wrong_counts[1] || ' is no count of tokens'
        end as problem
    from checked
),

parts as (
    select
        *,
        if(rule = 'marketplace_units', if(direction = 'input', unit_tokens, null), count_input) as input_text,
        if(rule = 'marketplace_units', if(direction = 'output', unit_tokens, null), count_output) as completion,
        if(
            coalesce(count_write_5m, count_write_1h) is null,
            count_write,
            nullif(count_write - coalesce(count_write_5m, 0) - coalesce(count_write_1h, 0), 0)
        ) as rest_write,
        greatest(coalesce(count_write, 0), coalesce(count_write_5m, 0) + coalesce(count_write_1h, 0)) as written
    from numbers
),

remainders as (
    select
        *,
        completion - coalesce(count_reasoning, 0) as rest_output,
        input_text + coalesce(count_read, 0) + written + coalesce(count_image, 0) as prompt,
        if(
            rule = 'anthropic',
            coalesce(count_input, 0) + coalesce(count_read, 0) + coalesce(count_write, written) + count_output,
            count_total
        ) as declared
    from parts
),

-- A part larger than its whole leaves 0 of it and a residual.
classes as (
    select
        * exclude (rest_write, rest_output),
        if(columns('^rest_') < 0, 0, columns('^rest_'))
    from remainders
)

select
    body_id,
    entry_no,
    entry_model,
    entry_type,
    rule as normalisation_rule,
    input_text as input_tokens,
    count_read as cache_read_tokens,
    count_write_5m as cache_write_5m_tokens,
    count_write_1h as cache_write_1h_tokens,
    cast(null as bigint) as cache_write_30m_tokens,
    cast(null as bigint) as cache_write_12h_tokens,
    rest_write as cache_write_unknown_tokens,
    cast(null as bigint) as input_audio_tokens,
    count_image as input_image_tokens,
    cast(null as bigint) as cache_read_audio_tokens,
    cast(null as bigint) as cache_read_image_tokens,
    rest_output as output_tokens,
    count_reasoning as reasoning_tokens,
    cast(null as bigint) as output_audio_tokens,
    cast(null as bigint) as output_image_tokens,
    prompt as prompt_tokens,
    completion as completion_tokens,
    count_web_searches as web_search_calls,
    count_web_fetches as web_fetch_calls,
    cast(null as bigint) as file_search_calls,
    cast(null as bigint) as grounding_prompts,
    cast(null as bigint) as grounding_queries,
    count_search_units as search_units,
    cast(null as bigint) as images,
    cast(null as decimal(18, 6)) as audio_seconds,
    cast(null as bigint) as characters,
    cast(null as bigint) as pages,
    cast(null as decimal(18, 6)) as container_minutes,
    cast(null as decimal(18, 6)) as cache_storage_token_hours,
    cast(null as bigint) as input_tool_tokens,
    cast(null as bigint) as input_video_tokens,
    cast(null as bigint) as cache_read_video_tokens,
    count_processed_input as processed_input_tokens,
    count_processed_output as processed_output_tokens,
    declared as declared_tokens,
    declared
    - coalesce(input_text, 0)
    - coalesce(count_read, 0)
    - coalesce(count_write_5m, 0)
    - coalesce(count_write_1h, 0)
    - coalesce(rest_write, 0)
    - coalesce(count_image, 0)
    - coalesce(rest_output, 0)
    - coalesce(count_reasoning, 0) as residual_tokens,
    cast(null as decimal(38, 12)) as reported_cost_usd,
    problem
from classes
