-- One row per delivered LiteLLM record, read and checked, or with the reason why not
-- grain: source_line
with
opened as (
    select
        source_line,
        record,
        json_type(record) = 'OBJECT' as is_object,
        case json_type(record, '$.metadata')
            when 'OBJECT' then record -> '$.metadata'
            when 'VARCHAR' then try_cast(record ->> '$.metadata' as json)
        end as metadata,
        case json_type(record, '$.response')
            when 'OBJECT' then record -> '$.response'
            when 'VARCHAR' then try_cast(record ->> '$.response' as json)
        end as response,
        case json_type(record, '$.request_tags')
            when 'ARRAY' then record -> '$.request_tags'
            when 'VARCHAR' then try_cast(record ->> '$.request_tags' as json)
        end as tag_list
    from raw.staged
),

unfolded as (
    select
        *,
        case
            when
                json_type(metadata, '$.usage_object') = 'OBJECT'
                and metadata ->> '$.usage_object' <> '{}' then metadata -> '$.usage_object'
            when json_type(response, '$.usage') = 'OBJECT' then response -> '$.usage'
            when json_type(metadata, '$.additional_usage_values') = 'OBJECT'
                then metadata -> '$.additional_usage_values'
        end as usage,
        case
            when json_type(record, '$.error_information') = 'OBJECT' then record -> '$.error_information'
            when json_type(metadata, '$.error_information') = 'OBJECT' then metadata -> '$.error_information'
        end as failure,
        coalesce(from_json(tag_list, '["VARCHAR"]'), []) as tags,
        map_concat(
            coalesce(from_json(metadata -> '$.spend_logs_metadata', '"MAP(VARCHAR, VARCHAR)"'), map()),
            coalesce(from_json(metadata -> '$.requester_metadata', '"MAP(VARCHAR, VARCHAR)"'), map())
        ) as client_values,
        coalesce(from_json(metadata, '"MAP(VARCHAR, VARCHAR)"'), map()) as gateway_values
    from opened
),

texts as (
    select
        source_line,
        record,
        is_object,
        tags,
        map_concat(client_values, map_from_entries(list_transform(
            map_entries(client_values), lambda e: { 'key': 'metadata.' || e.key, 'value': e.value }
        ))) as client_attributes,
        map_from_entries(list_transform(
            map_entries(gateway_values), lambda e: { 'key': 'metadata.' || e.key, 'value': e.value }
        )) as gateway_attributes,
        nullif(coalesce(record ->> '$.id', record ->> '$.request_id'), '') as log_id,
        nullif(record ->> '$.litellm_call_id', '') as litellm_call_id,
        nullif(record ->> '$.trace_id', '') as trace_id,
        coalesce(nullif(record ->> '$.session_id', ''), attr_session_id(client_values)) as session_id,
        nullif(record ->> '$.startTime', '') as start_text,
        nullif(record ->> '$.endTime', '') as end_text,
        nullif(record ->> '$.call_type', '') as call_type,
        lower(coalesce(
            nullif(record ->> '$.custom_llm_provider', ''),
            nullif(regexp_extract(record ->> '$.model', '^([a-z0-9_]+)/', 1), '')
        )) as provider_name,
        nullif(regexp_extract(
            record ->> '$.api_base', '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:[^/@]*@)?([^/:?#]+)', 1
        ), '') as server_address,
        nullif(record ->> '$.model', '') as model,
        nullif(record ->> '$.model_group', '') as model_group,
        nullif(response ->> '$.model', '') as response_model,
        case
            when usage ->> '$.speed' = 'fast' then 'fast'
            else coalesce(
                nullif(response ->> '$.service_tier', ''),
                nullif(usage ->> '$.service_tier', ''),
                nullif(record ->> '$.cost_breakdown.service_tier', ''),
                nullif(metadata ->> '$.cost_breakdown.service_tier', '')
            )
        end as service_tier,
        case usage ->> '$.inference_geo' when 'us' then 'geo_us' when 'global' then 'global' end as region_scope,
        try_cast(nullif(record ->> '$.stream', '') as boolean) as is_streaming,
        lower(coalesce(record ->> '$.cache_hit', 'false')) = 'true' as is_cache_hit,
        lower(coalesce(nullif(record ->> '$.status', ''), nullif(metadata ->> '$.status', ''), 'success')) as status,
        nullif(failure ->> '$.error_class', '') as error_class,
        nullif(failure ->> '$.error_code', '') as error_code,
        coalesce(
            response ->> '$.choices[0].finish_reason',
            response ->> '$.incomplete_details.reason',
            response ->> '$.stop_reason'
        ) as finish_reason,
        coalesce(
            record ->> '$.hidden_params.additional_headers."x-litellm-attempted-retries"',
            metadata ->> '$.attempted_retries'
        ) as retries_text,
        coalesce(
            record ->> '$.hidden_params.additional_headers."x-litellm-attempted-fallbacks"',
            metadata ->> '$.attempted_fallbacks'
        ) as fallbacks_text,
        coalesce(nullif(record ->> '$.response_cost', ''), nullif(record ->> '$.spend', '')) as cost_text,
        nullif(record ->> '$.end_user', '') as end_user,
        nullif(coalesce(nullif(record ->> '$.user', ''), record ->> '$.model_parameters.user'), '') as user_text,
        nullif(record ->> '$.team_id', '') as team_text,
        metadata ->> '$.prompt_management_metadata.prompt_id' as managed_prompt,
        metadata ->> '$.prompt_management_metadata.prompt_version' as managed_prompt_version,
        {
            'n_prompt': coalesce(nullif(record ->> '$.prompt_tokens', ''), usage ->> '$.prompt_tokens'),
            'n_completion': coalesce(nullif(record ->> '$.completion_tokens', ''), usage ->> '$.completion_tokens'),
            'n_total': coalesce(nullif(record ->> '$.total_tokens', ''), usage ->> '$.total_tokens'),
            'n_cache_read': coalesce(
                usage ->> '$.prompt_tokens_details.cached_tokens', usage ->> '$.cache_read_input_tokens'
            ),
            'n_cache_write': coalesce(
                usage ->> '$.cache_creation_input_tokens',
                usage ->> '$.prompt_tokens_details.cache_creation_tokens',
                usage ->> '$.prompt_tokens_details.cache_write_tokens'
            ),
            'n_write_5m': usage ->> '$.prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens',
            'n_write_1h': usage ->> '$.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens',
            'n_write_30m': coalesce(
                usage ->> '$.prompt_tokens_details.cache_creation_token_details.ephemeral_30m_input_tokens',
                usage ->> '$.prompt_tokens_details.cache_creation_token_details.ttl_30m_tokens'
            ),
            'n_write_12h': coalesce(
                usage ->> '$.prompt_tokens_details.cache_creation_token_details.ephemeral_12h_input_tokens',
                usage ->> '$.prompt_tokens_details.cache_creation_token_details.ttl_12h_tokens'
            ),
            'n_audio_in': usage ->> '$.prompt_tokens_details.audio_tokens',
            'n_image_in': usage ->> '$.prompt_tokens_details.image_tokens',
            'n_reasoning': usage ->> '$.completion_tokens_details.reasoning_tokens',
            'n_audio_out': usage ->> '$.completion_tokens_details.audio_tokens',
            'n_image_out': usage ->> '$.completion_tokens_details.image_tokens',
            'n_searches': coalesce(
                usage ->> '$.server_tool_use.web_search_requests',
                usage ->> '$.prompt_tokens_details.web_search_requests'
            ),
            'n_fetches': usage ->> '$.server_tool_use.web_fetch_requests',
            'n_units': response ->> '$.meta.billed_units.search_units',
            'n_pages': coalesce(response ->> '$.usage_info.pages_processed', usage ->> '$.pages_processed')
        } as counts,
        case when usage ->> '$.type' = 'duration' then usage ->> '$.seconds' end as seconds_text
    from unfolded
),

numbers as (
    select
        * exclude (counts),
        counts.*,
        list_filter(
            map_entries(from_json(to_json(counts), '"MAP(VARCHAR, VARCHAR)"')),
            lambda e: e.value is not null and coalesce(
                try_cast(e.value as decimal(38, 18)) not between 0 and 1000000000000
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
    from texts
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
            when n_image_out is not null or operation <> 'image_generation' then n_image_out
            else n_completion - coalesce(n_reasoning, 0) - coalesce(n_audio_out, 0)
        end as n_image_out,
        coalesce(
            greatest(n_prompt, n_completion, n_searches, n_fetches, n_units, n_pages, audio_seconds) > 0, false
        ) as has_usage,
        coalesce(n_write_5m, 0) + coalesce(n_write_1h, 0) + coalesce(n_write_30m, 0) + coalesce(n_write_12h, 0)
            as known_writes,
        start_us between 1577836800000000 and 4102444799999999 as is_start_plausible
    from moments
),

split as (
    select
        *,
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
            when start_us is null then 'startTime ' || start_text || ' is not a time; give ISO 8601 or an epoch number'
            when not is_start_plausible
                then 'startTime ' || start_text || ' is outside 2020 to 2099; check the unit'
            when bad_count is not null
                then
                    substr(bad_count.key, 3) || ' tokens or units are ' || bad_count.value
                    || '; give a whole number from 0 to 10^12'
            when cost_text is not null and coalesce(abs(try_cast(cost_text as decimal(38, 18))) > 1000000000, true)
                then 'response_cost or spend is ' || cost_text || '; give dollars as a number'
        end as reject_reason
    from bounded
),

named as (
    select
        source_line,
        log_id as given_id,
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
        case when has_usage and plain_input is not null then greatest(plain_input, 0) end as input_tokens,
        case when has_usage then n_cache_read end as cache_read_tokens,
        case when has_usage then n_write_5m end as cache_write_5m_tokens,
        case when has_usage then n_write_1h end as cache_write_1h_tokens,
        case when has_usage then n_write_30m end as cache_write_30m_tokens,
        case when has_usage then n_write_12h end as cache_write_12h_tokens,
        case when has_usage and n_cache_write is not null then greatest(n_cache_write - known_writes, 0) end
            as cache_write_unknown_tokens,
        case when has_usage then n_audio_in end as input_audio_tokens,
        case when has_usage then n_image_in end as input_image_tokens,
        cast(null as bigint) as cache_read_audio_tokens,
        cast(null as bigint) as cache_read_image_tokens,
        case when has_usage and plain_output is not null then greatest(plain_output, 0) end as output_tokens,
        case when has_usage then n_reasoning end as reasoning_tokens,
        case when has_usage then n_audio_out end as output_audio_tokens,
        case when has_usage then n_image_out end as output_image_tokens,
        case when has_usage then n_prompt end as prompt_tokens,
        case when has_usage then n_completion end as completion_tokens,
        n_searches as web_search_calls,
        n_fetches as web_fetch_calls,
        n_units as search_units,
        n_pages as pages,
        audio_seconds,
        coalesce(
            attr_workflow(client_attributes), substr(list_filter(tags, lambda t: starts_with(t, 'workflow:'))[1], 10)
        ) as workflow,
        coalesce(
            attr_stage(client_attributes), substr(list_filter(tags, lambda t: starts_with(t, 'stage:'))[1], 7)
        ) as stage,
        coalesce(
            attr_task_id(client_attributes), substr(list_filter(tags, lambda t: starts_with(t, 'task_id:'))[1], 9)
        ) as task_id,
        coalesce(
            attr_task_type(client_attributes), substr(list_filter(tags, lambda t: starts_with(t, 'task_type:'))[1], 11)
        ) as task_type,
        coalesce(
            attr_customer_id(client_attributes),
            substr(list_filter(tags, lambda t: starts_with(t, 'customer:'))[1], 10),
            end_user,
            attr_customer_id(gateway_attributes)
        ) as customer_id,
        coalesce(attr_user_id(client_attributes), attr_user_id(gateway_attributes), user_text) as user_id,
        coalesce(
            attr_feature(client_attributes), substr(list_filter(tags, lambda t: starts_with(t, 'feature:'))[1], 9)
        ) as feature,
        coalesce(
            attr_team(client_attributes),
            attr_team(gateway_attributes),
            substr(list_filter(tags, lambda t: starts_with(t, 'team:'))[1], 6),
            team_text
        ) as team,
        coalesce(
            attr_environment(client_attributes),
            substr(list_filter(tags, lambda t: starts_with(t, 'environment:'))[1], 13),
            substr(list_filter(tags, lambda t: starts_with(t, 'env:'))[1], 5)
        ) as environment,
        session_id,
        coalesce(attr_prompt_name(client_attributes), managed_prompt) as prompt_name,
        coalesce(attr_prompt_version(client_attributes), managed_prompt_version) as prompt_version,
        attr_service_name(client_attributes) as service_name,
        reject_reason,
        case when reject_reason is not null then cast(record as varchar) end as reject_text
    from split
),

digested as (
    select
        *,
        md5(cast(json_merge_patch(to_json(named), '{"source_line": null, "reject_text": null}') as varchar)) as content
    from named
)

select
    case
        when coalesce(log_id, litellm_call_id) is not null then content
        else md5(content || cast(row_number() over (partition by content order by source_line asc) as varchar))
    end as record_id,
    cast(started_at as date) as day,
    source_line,
    workflow,
    stage,
    task_id,
    task_type,
    customer_id,
    user_id,
    feature,
    team,
    environment,
    session_id,
    prompt_name,
    prompt_version,
    service_name,
    input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    cache_write_30m_tokens,
    cache_write_12h_tokens,
    cache_write_unknown_tokens,
    input_audio_tokens,
    input_image_tokens,
    cache_read_audio_tokens,
    cache_read_image_tokens,
    output_tokens,
    reasoning_tokens,
    output_audio_tokens,
    output_image_tokens,
    prompt_tokens,
    completion_tokens,
    log_id,
    litellm_call_id,
    trace_id,
    started_at,
    ended_at,
    started_us,
    ended_us,
    call_type,
    operation,
    provider_name,
    server_address,
    region_scope,
    model,
    model_group,
    response_model,
    service_tier,
    is_batch,
    is_streaming,
    is_cache_hit,
    has_error,
    error_type,
    http_status,
    finish_reason,
    attempted_retries,
    attempted_fallbacks,
    usage_basis,
    residual_tokens,
    reported_cost_usd,
    web_search_calls,
    web_fetch_calls,
    search_units,
    pages,
    audio_seconds,
    reject_reason,
    reject_text
from digested
order by source_line
