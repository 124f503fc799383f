-- One row per delivered LiteLLM record: what it says, as text, wherever it says it
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        json_type(record) = 'OBJECT' as is_object,
        from_json(
            record,
            '{"id": "VARCHAR", "request_id": "VARCHAR", "litellm_call_id": "VARCHAR", "trace_id": "VARCHAR",
            "session_id": "VARCHAR", "startTime": "VARCHAR", "endTime": "VARCHAR", "call_type": "VARCHAR",
            "custom_llm_provider": "VARCHAR", "api_base": "VARCHAR", "model": "VARCHAR", "model_group": "VARCHAR",
            "stream": "VARCHAR", "cache_hit": "VARCHAR", "status": "VARCHAR", "response_cost": "VARCHAR",
            "spend": "VARCHAR", "end_user": "VARCHAR", "user": "VARCHAR", "team_id": "VARCHAR",
            "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR", "total_tokens": "VARCHAR",
            "model_parameters": {"user": "VARCHAR"}, "cost_breakdown": {"service_tier": "VARCHAR"},
            "hidden_params": {"additional_headers": {
            "x-litellm-attempted-retries": "VARCHAR", "x-litellm-attempted-fallbacks": "VARCHAR",
            "llm_provider-openai-organization": "VARCHAR", "openai-organization": "VARCHAR",
            "llm_provider-anthropic-organization-id": "VARCHAR", "anthropic-organization-id": "VARCHAR"}},
            "metadata": "JSON", "response": "JSON", "request_tags": "JSON", "error_information": "JSON"}'
        ) as told
    from raw.staged
),

-- An export to CSV holds the nested parts as JSON text.
unquoted as (
    select
        source_line,
        record,
        is_object,
        told,
        case json_type(told.metadata)
            when 'VARCHAR' then try_cast(told.metadata ->> '$' as json)
            else told.metadata
        end as metadata,
        case json_type(told.response)
            when 'VARCHAR' then try_cast(told.response ->> '$' as json)
            else told.response
        end as response,
        case json_type(told.request_tags)
            when 'VARCHAR' then try_cast(told.request_tags ->> '$' as json)
            else told.request_tags
        end as tag_list
    from delivered
),

opened as (
    select
        source_line,
        record,
        is_object,
        told,
        list_filter(coalesce(from_json(tag_list, '["VARCHAR"]'), []), lambda t: strpos(t, ':') > 1) as tags,
        coalesce(from_json(metadata, '"MAP(VARCHAR, VARCHAR)"'), map()) as gateway_values,
        from_json(
            metadata,
            '{"usage_object": "JSON", "additional_usage_values": "JSON", "error_information": "JSON",
            "spend_logs_metadata": "JSON", "requester_metadata": "JSON", "status": "VARCHAR",
            "attempted_retries": "VARCHAR", "attempted_fallbacks": "VARCHAR",
            "cost_breakdown": {"service_tier": "VARCHAR"},
            "prompt_management_metadata": {"prompt_id": "VARCHAR", "prompt_version": "VARCHAR"}}'
        ) as meta,
        from_json(
            response,
            '{"model": "VARCHAR", "service_tier": "VARCHAR", "usage": "JSON", "stop_reason": "VARCHAR",
            "choices": [{"finish_reason": "VARCHAR"}], "incomplete_details": {"reason": "VARCHAR"},
            "meta": {"billed_units": {"search_units": "VARCHAR"}}, "usage_info": {"pages_processed": "VARCHAR"}}'
        ) as answer
    from unquoted
),

unfolded as (
    select
        source_line,
        record,
        is_object,
        told,
        meta,
        answer,
        gateway_values,
        from_json(
            case
                when json_type(meta.usage_object) = 'OBJECT' and meta.usage_object <> '{}' then meta.usage_object
                when json_type(answer.usage) = 'OBJECT' then answer.usage
                else meta.additional_usage_values
            end,
            '{"prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR", "total_tokens": "VARCHAR",
            "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR",
            "prompt_tokens_details": {"cached_tokens": "VARCHAR", "cache_creation_tokens": "VARCHAR",
            "cache_write_tokens": "VARCHAR", "audio_tokens": "VARCHAR", "image_tokens": "VARCHAR",
            "web_search_requests": "VARCHAR", "cache_creation_token_details": {
            "ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR",
            "ephemeral_30m_input_tokens": "VARCHAR", "ephemeral_12h_input_tokens": "VARCHAR",
            "ttl_30m_tokens": "VARCHAR", "ttl_12h_tokens": "VARCHAR"}},
            "completion_tokens_details": {"reasoning_tokens": "VARCHAR", "audio_tokens": "VARCHAR",
            "image_tokens": "VARCHAR"}, "server_tool_use": {"web_search_requests": "VARCHAR",
            "web_fetch_requests": "VARCHAR"}, "pages_processed": "VARCHAR", "speed": "VARCHAR",
            "service_tier": "VARCHAR", "inference_geo": "VARCHAR", "type": "VARCHAR", "seconds": "VARCHAR"}'
        ) as usage,
        from_json(
            case
                when json_type(told.error_information) = 'OBJECT' then told.error_information
                else meta.error_information
            end,
            '{"error_class": "VARCHAR", "error_code": "VARCHAR"}'
        ) as failure,
        -- Tags written `name:value` are the client's words too, below its metadata.
        map_concat(
            map_from_entries(list_transform(
                list_sort(list_distinct(list_transform(tags, lambda t: split_part(t, ':', 1)))),
                lambda k: {
                    'key': k,
                    'value': substr(list_filter(tags, lambda t: starts_with(t, k || ':'))[1], length(k) + 2)
                }
            )),
            coalesce(from_json(meta.spend_logs_metadata, '"MAP(VARCHAR, VARCHAR)"'), map()),
            coalesce(from_json(meta.requester_metadata, '"MAP(VARCHAR, VARCHAR)"'), map())
        ) as client_values
    from opened
),

sided as (
    select
        *,
        usage.prompt_tokens_details as sides,
        usage.prompt_tokens_details.cache_creation_token_details as writes
    from unfolded
)

select
    source_line,
    record,
    is_object,
    map_concat(client_values, map_from_entries(list_transform(
        map_entries(client_values), lambda e: { 'key': 'metadata.' || e.key, 'value': e.value }
    ))) as client_attributes,
    map_from_entries(list_transform(
        map_entries(gateway_values), lambda e: { 'key': 'metadata.' || e.key, 'value': e.value }
    )) as gateway_attributes,
    nullif(coalesce(told.id, told.request_id), '') as log_id,
    nullif(told.litellm_call_id, '') as litellm_call_id,
    nullif(told.trace_id, '') as trace_id,
    coalesce(nullif(told.session_id, ''), attr_session_id(filled(client_values))) as session_id,
    nullif(told.starttime, '') as start_text,
    nullif(told.endtime, '') as end_text,
    nullif(told.call_type, '') as call_type,
    lower(coalesce(
        nullif(told.custom_llm_provider, ''),
        nullif(regexp_extract(told.model, '^([a-z0-9_]+)/', 1), '')
    )) as provider_name,
    nullif(regexp_extract(
        told.api_base, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:[^/@]*@)?([^/:?#]+)', 1
    ), '') as server_address,
    nullif(told.model, '') as model,
    nullif(told.model_group, '') as model_group,
    nullif(answer.model, '') as response_model,
    case
        when usage.speed = 'fast' then 'fast'
        else coalesce(
            nullif(answer.service_tier, ''),
            nullif(usage.service_tier, ''),
            nullif(told.cost_breakdown.service_tier, ''),
            nullif(meta.cost_breakdown.service_tier, '')
        )
    end as service_tier,
    nullif(coalesce(
        told.hidden_params.additional_headers."llm_provider-openai-organization",
        told.hidden_params.additional_headers."openai-organization",
        told.hidden_params.additional_headers."llm_provider-anthropic-organization-id",
        told.hidden_params.additional_headers."anthropic-organization-id"
    ), '') as account_id,
    case usage.inference_geo when 'us' then 'geo_us' when 'global' then 'global' end as region_scope,
    try_cast(nullif(told.stream, '') as boolean) as is_streaming,
    lower(coalesce(told.cache_hit, 'false')) = 'true' as is_cache_hit,
    lower(coalesce(nullif(told.status, ''), nullif(meta.status, ''), 'success')) as status,
    nullif(failure.error_class, '') as error_class,
    nullif(failure.error_code, '') as error_code,
    coalesce(answer.choices[1].finish_reason, answer.incomplete_details.reason, answer.stop_reason)
        as finish_reason,
    coalesce(
        told.hidden_params.additional_headers."x-litellm-attempted-retries", meta.attempted_retries
    ) as retries_text,
    coalesce(
        told.hidden_params.additional_headers."x-litellm-attempted-fallbacks", meta.attempted_fallbacks
    ) as fallbacks_text,
    coalesce(nullif(told.response_cost, ''), nullif(told.spend, '')) as cost_text,
    nullif(told.end_user, '') as end_user,
    nullif(coalesce(nullif(told.user, ''), told.model_parameters.user), '') as user_text,
    nullif(told.team_id, '') as team_text,
    meta.prompt_management_metadata.prompt_id as managed_prompt,
    meta.prompt_management_metadata.prompt_version as managed_prompt_version,
    {
        'n_prompt': coalesce(nullif(told.prompt_tokens, ''), usage.prompt_tokens),
        'n_completion': coalesce(nullif(told.completion_tokens, ''), usage.completion_tokens),
        'n_total': coalesce(nullif(told.total_tokens, ''), usage.total_tokens),
        'n_cache_read': coalesce(sides.cached_tokens, usage.cache_read_input_tokens),
        'n_cache_write': coalesce(
            usage.cache_creation_input_tokens,
            sides.cache_creation_tokens,
            sides.cache_write_tokens
        ),
        'n_write_5m': writes.ephemeral_5m_input_tokens,
        'n_write_1h': writes.ephemeral_1h_input_tokens,
        'n_write_30m': coalesce(
            writes.ephemeral_30m_input_tokens,
            writes.ttl_30m_tokens
        ),
        'n_write_12h': coalesce(
            writes.ephemeral_12h_input_tokens,
            writes.ttl_12h_tokens
        ),
        'n_audio_in': sides.audio_tokens,
        'n_image_in': sides.image_tokens,
        'n_reasoning': usage.completion_tokens_details.reasoning_tokens,
        'n_audio_out': usage.completion_tokens_details.audio_tokens,
        'n_image_out': usage.completion_tokens_details.image_tokens,
        'n_searches': coalesce(
            usage.server_tool_use.web_search_requests, sides.web_search_requests
        ),
        'n_fetches': usage.server_tool_use.web_fetch_requests,
        'n_units': answer.meta.billed_units.search_units,
        'n_pages': coalesce(answer.usage_info.pages_processed, usage.pages_processed)
    } as counts,
    case when usage.type = 'duration' then usage.seconds end as seconds_text
from sided
