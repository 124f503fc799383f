-- One row per delivered LiteLLM record, read and checked, or with the reason why not
-- grain: source_line
with
numbers as (
    select
        * exclude (counts),
        counts.*,
        list_filter(
            map_entries(from_json(to_json(counts), '"MAP(VARCHAR, VARCHAR)"')),
            lambda e: e.value is not null and coalesce(
                contains(e.value, '_')
                or try_cast(e.value as decimal(38, 18)) not between 0 and 1000000000000
                or try_cast(e.value as decimal(38, 18)) <> floor(try_cast(e.value as decimal(38, 18))),
                true
            )
        )[1] as bad_count,
        try_cast(start_text as decimal(28, 9)) as start_count,
        try_cast(end_text as decimal(28, 9)) as end_count,
        case
            when call_type in ('completion', 'acompletion', 'anthropic_messages', 'responses', 'aresponses')
                then 'chat'
            when call_type in ('text_completion', 'atext_completion') then 'text_completion'
            when call_type in ('embedding', 'aembedding') then 'embeddings'
            when call_type in (
                'generate_content', 'agenerate_content', 'generate_content_stream', 'agenerate_content_stream'
            ) then 'generate_content'
            when regexp_full_match(
                call_type, 'a(rerank|transcription|speech|moderation|ocr|image_generation|image_edit|image_variation)'
            ) then substr(call_type, 2)
            else call_type
        end as operation
    from raw.litellm_texts
),

moments as (
    select
        columns(lambda c: not starts_with(c, 'n_')),
        try_cast(try_cast(columns('^n_') as decimal(31, 18)) as bigint),
        case
            when start_count is null then epoch_us(try_cast(start_text as timestamptz) at time zone 'UTC')
            when start_count < 100000000000 then try_cast(floor(start_count * 1000000) as bigint)
            when start_count < 100000000000000 then try_cast(floor(start_count * 1000) as bigint)
            else try_cast(floor(start_count) as bigint)
        end as start_us,
        case
            when end_count is null then epoch_us(try_cast(end_text as timestamptz) at time zone 'UTC')
            when end_count < 100000000000 then try_cast(floor(end_count * 1000000) as bigint)
            when end_count < 100000000000000 then try_cast(floor(end_count * 1000) as bigint)
            else try_cast(floor(end_count) as bigint)
        end as end_us,
        try_cast(seconds_text as decimal(18, 6)) as audio_seconds
    from numbers
),

bounded as (
    select
        * exclude (n_image_out),
        case
            when n_image_out is null and operation = 'image_generation'
                then n_completion - coalesce(n_reasoning, 0) - coalesce(n_audio_out, 0)
            else n_image_out
        end as n_image_out,
        coalesce(
            greatest(n_prompt, n_completion, n_searches, n_fetches, n_units, n_pages, audio_seconds) > 0, false
        ) as has_usage,
        coalesce(n_write_5m, 0) + coalesce(n_write_1h, 0) + coalesce(n_write_30m, 0) + coalesce(n_write_12h, 0)
            as known_writes,
        start_us between 1577836800000000 and 4102444799999999 as is_start_plausible
    from moments
),

-- LiteLLM writes zeroes where it knows nothing.
used as (
    select
        columns(lambda c: not starts_with(c, 'n_')),
        case when has_usage then columns('^n_') end
    from bounded
),

split as (
    select
        * exclude (record),
        n_prompt - coalesce(n_cache_read, 0) - greatest(coalesce(n_cache_write, 0), known_writes)
        - coalesce(n_audio_in, 0) - coalesce(n_image_in, 0) as plain_input,
        n_completion - coalesce(n_reasoning, 0) - coalesce(n_audio_out, 0) - coalesce(n_image_out, 0)
            as plain_output,
        coalesce(try_cast(cost_text as decimal(38, 18)), 0) as cost,
        case
            when not is_object or is_object is null then 'not a record with named fields; each record is one object'
            when
                coalesce(log_id, litellm_call_id, model) is null
                then 'neither an id nor a model; is this a LiteLLM log?'
            when start_text is null then 'startTime is missing; export the log with its times'
            when
                start_us is null
                or contains(start_text, '_')
                or regexp_matches(start_text, ':[0-9.]+ ?[+-](1[5-9]|[2-9][0-9])')
                then 'startTime ' || start_text || ' is not a time; give ISO 8601 or an epoch number'
            when not is_start_plausible
                then 'startTime ' || start_text || ' is outside 2020 to 2099; check the unit'
            when bad_count is not null
                then
                    substr(bad_count.key, 3) || ' tokens or units are ' || bad_count.value
                    || '; give a whole number from 0 to 10^12'
            when
                cost_text is not null and coalesce(
                    contains(cost_text, '_') or abs(try_cast(cost_text as decimal(38, 18))) > 1000000000, true
                )
                then 'response_cost or spend is ' || cost_text || '; give dollars as a number'
        end as reject_reason,
        case when reject_reason is not null then cast(record as varchar) end as reject_text
    from used
),

digested as (
    select
        *,
        md5(cast(json_merge_patch(
            to_json(split), '{"source_line": null, "reject_text": null, "gateway_attributes": null}'
        ) as varchar)) as content
    from split
),

attributed as (
    select
        * replace (
            filled(client_attributes) as client_attributes,
            filled(gateway_attributes) as gateway_attributes
        )
    from digested
)

select
    case
        when coalesce(log_id, litellm_call_id) is not null then content
        else md5(content || cast(row_number() over (partition by content order by source_line asc) as varchar))
    end as record_id,
    case when is_start_plausible then cast(make_timestamp(start_us) as date) end as day,
    source_line,
    regexp_replace(log_id, '_cache_hit[0-9.]*$', '') as log_id,
    litellm_call_id,
    case when regexp_full_match(trace_id, '[0-9a-fA-F]{32}') then lower(trace_id) else trace_id end as trace_id,
    case when is_start_plausible then make_timestamp(start_us) end as started_at,
    case when end_us between start_us and 4102444799999999 then make_timestamp(end_us) end as ended_at,
    case when is_start_plausible then start_us end as started_us,
    case when end_us between start_us and 4102444799999999 then end_us end as ended_us,
    call_type,
    operation,
    provider_name,
    server_address,
    region_scope,
    coalesce(account_id, attr_account_id(client_attributes), attr_account_id(gateway_attributes)) as account_id,
    model,
    model_group,
    response_model,
    service_tier,
    coalesce(regexp_matches(call_type, 'batch'), false) as is_batch,
    is_streaming,
    is_cache_hit,
    status = 'failure' or error_class is not null as has_error,
    error_class as error_type,
    case
        when error_class in ('Timeout', 'APITimeoutError', 'APIConnectionError', 'ClientDisconnected') then null
        when error_code in ('408', '499') then null
        when regexp_full_match(error_code, '[1-5][0-9][0-9]') then cast(error_code as bigint)
    end as http_status,
    finish_reason,
    try_cast(retries_text as bigint) as attempted_retries,
    try_cast(fallbacks_text as bigint) as attempted_fallbacks,
    case
        when not has_usage then 'missing'
        when status = 'failure' then 'partial'
        else 'reported'
    end as usage_basis,
    case
        when has_usage then
            least(coalesce(plain_input, 0), 0) + least(coalesce(plain_output, 0), 0)
            + coalesce(n_total - coalesce(n_prompt, 0) - coalesce(n_completion, 0), 0)
    end as residual_tokens,
    case
        when cost_text is null or cost = 0 and not is_cache_hit then null
        else cast(round(cost, 12) as decimal(38, 12))
    end as reported_cost_usd,
    case when plain_input is not null then greatest(plain_input, 0) end as input_tokens,
    n_cache_read as cache_read_tokens,
    n_write_5m as cache_write_5m_tokens,
    n_write_1h as cache_write_1h_tokens,
    n_write_30m as cache_write_30m_tokens,
    n_write_12h as cache_write_12h_tokens,
    case when n_cache_write is not null then greatest(n_cache_write - known_writes, 0) end
        as cache_write_unknown_tokens,
    n_audio_in as input_audio_tokens,
    n_image_in as input_image_tokens,
    cast(null as bigint) as cache_read_audio_tokens,
    cast(null as bigint) as cache_read_image_tokens,
    case when plain_output is not null then greatest(plain_output, 0) end as output_tokens,
    n_reasoning as reasoning_tokens,
    n_audio_out as output_audio_tokens,
    n_image_out as output_image_tokens,
    n_prompt as prompt_tokens,
    n_completion as completion_tokens,
    n_searches as web_search_calls,
    n_fetches as web_fetch_calls,
    n_units as search_units,
    n_pages as pages,
    audio_seconds,
    attr_workflow(client_attributes) as workflow,
    attr_stage(client_attributes) as stage,
    attr_task_id(client_attributes) as task_id,
    attr_task_type(client_attributes) as task_type,
    coalesce(attr_customer_id(client_attributes), end_user, attr_customer_id(gateway_attributes)) as customer_id,
    coalesce(attr_user_id(client_attributes), attr_user_id(gateway_attributes), user_text) as user_id,
    attr_feature(client_attributes) as feature,
    coalesce(attr_team(client_attributes), attr_team(gateway_attributes), team_text) as team,
    coalesce(attr_environment(client_attributes), client_attributes['env']) as environment,
    session_id,
    coalesce(attr_prompt_name(client_attributes), managed_prompt) as prompt_name,
    coalesce(attr_prompt_version(client_attributes), managed_prompt_version) as prompt_version,
    attr_service_name(client_attributes) as service_name,
    reject_reason,
    reject_text
from attributed
order by source_line
