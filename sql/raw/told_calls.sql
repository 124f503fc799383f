-- One row per billed entry of each record of a call log, read and checked, or with the reason why not
-- grain: source_line, record_id
with
listed as (
    select
        unnest(attr_keys()) as name,
        unnest(attr_key_fields()) as field,
        generate_subscripts(attr_keys(), 1) * 2 as distrust
),

-- Free names and values are there by their own name and below `metadata`.
known as (
    select
        name,
        field,
        distrust
    from listed
    union all
    select
        substr(name, length('metadata.') + 1) as name,
        field,
        distrust - 1 as distrust
    from listed
    where starts_with(name, 'metadata.')
),

told as (
    select
        told_no,
        unnest(map_keys(attributes)) as name,
        unnest(map_values(attributes)) as text
    from steps.told
),

-- Joined, as to look for each of hundreds of keys in each record's map costs ten times as much.
found as (
    select
        t.told_no,
        k.field,
        arg_min(t.text, k.distrust) as text
    from told as t
    inner join known as k on t.name = k.name
    where t.text <> ''
    group by t.told_no, k.field
),

dimensions as (
    select
        told_no,
        max(text) filter (where field = 'workflow') as told_workflow,
        max(text) filter (where field = 'stage') as told_stage,
        max(text) filter (where field = 'task_id') as told_task_id,
        max(text) filter (where field = 'task_type') as told_task_type,
        max(text) filter (where field = 'customer_id') as told_customer_id,
        max(text) filter (where field = 'user_id') as told_user_id,
        max(text) filter (where field = 'feature') as told_feature,
        max(text) filter (where field = 'team') as told_team,
        max(text) filter (where field = 'environment') as told_environment,
        max(text) filter (where field = 'session_id') as told_session_id,
        max(text) filter (where field = 'prompt_name') as told_prompt_name,
        max(text) filter (where field = 'prompt_version') as told_prompt_version,
        max(text) filter (where field = 'service_name') as told_service_name
    from found
    group by told_no
),

-- Records without identity, numbered where they are the same: apart, as a window carries every column it is given.
repeats as (
    select
        told_no,
        row_number() over (partition by content order by source_line asc) as occurrence
    from steps.told
    where record_key is null and provider_response_id is null
),

entries as (
    select
        t.* exclude (web_search_calls, file_search_calls, grounding_prompts, grounding_queries, attributes),
        d.* exclude (told_no),
        r.occurrence,
        u.entry_no,
        u.entry_model,
        u.normalisation_rule,
        -- Tool results and video cost what text costs.
        if(
            coalesce(u.input_tokens, u.input_tool_tokens, u.input_video_tokens) is null,
            null,
            coalesce(u.input_tokens, 0) + coalesce(u.input_tool_tokens, 0) + coalesce(u.input_video_tokens, 0)
        ) as input_tokens,
        if(
            coalesce(u.cache_read_tokens, u.cache_read_video_tokens) is null,
            null,
            coalesce(u.cache_read_tokens, 0) + coalesce(u.cache_read_video_tokens, 0)
        ) as cache_read_tokens,
        u.cache_write_5m_tokens,
        u.cache_write_1h_tokens,
        u.cache_write_30m_tokens,
        u.cache_write_12h_tokens,
        u.cache_write_unknown_tokens,
        u.input_audio_tokens,
        u.input_image_tokens,
        u.cache_read_audio_tokens,
        u.cache_read_image_tokens,
        u.output_tokens,
        u.reasoning_tokens,
        u.output_audio_tokens,
        u.output_image_tokens,
        u.prompt_tokens,
        u.completion_tokens,
        coalesce(u.web_search_calls, if(u.entry_no = 0, told_whole(t.web_search_calls), null)) as web_search_calls,
        u.web_fetch_calls,
        coalesce(u.file_search_calls, if(u.entry_no = 0, told_whole(t.file_search_calls), null)) as file_search_calls,
        coalesce(u.grounding_prompts, if(u.entry_no = 0, told_whole(t.grounding_prompts), null)) as grounding_prompts,
        coalesce(u.grounding_queries, if(u.entry_no = 0, told_whole(t.grounding_queries), null)) as grounding_queries,
        u.search_units,
        u.images,
        u.audio_seconds,
        u.characters,
        u.pages,
        u.container_minutes,
        u.cache_storage_token_hours,
        u.server_tool_calls,
        u.residual_tokens,
        u.reported_cost_usd as usage_cost_usd,
        u.problem
    from steps.told as t
    left join raw.usage_objects as u on t.told_no = u.body_id
    left join dimensions as d on t.told_no = d.told_no
    left join repeats as r on t.told_no = r.told_no
),

moments as (
    select
        *,
        coalesce(entry_no, 0) = 0 as is_answer,
        told_moment(started) as started_us,
        coalesce(
            told_moment(ended),
            told_moment(started) + try_cast(try_cast(duration_ms as decimal(28, 9)) * 1000 as bigint)
        ) as ended_us,
        coalesce(
            greatest(
                prompt_tokens, completion_tokens, web_search_calls, web_fetch_calls, file_search_calls,
                grounding_prompts, grounding_queries, search_units, images, characters, pages
            ) > 0
            or greatest(audio_seconds, container_minutes, cache_storage_token_hours) > 0,
            false
        ) as has_usage,
        try_cast(cost as decimal(38, 18)) as stated_cost,
        lower(coalesce(has_error, 'false')) in ('true', '1') as is_error,
        lower(coalesce(is_cache_hit, 'false')) in ('true', '1') as is_hit
    from entries
),

judged as (
    select
        *,
        started_us between 1577836800000000 and 4102444799999999 as is_start_plausible,
        coalesce(
            reject_reason,
            case
                when started is null then 'the start time is missing; export the log with its times'
                when started_us is null
                    then 'start time ' || started || ' is not a time; give ISO 8601 or an epoch number'
                when not started_us between 1577836800000000 and 4102444799999999
                    then 'start time ' || started || ' is outside 2020 to 2099; check the unit'
                when usage is not null and entry_no is null
                    then 'its usage object is of no known shape; see docs/usage_objects.md'
                when regexp_extract(usage, '"(-?[0-9]+_[0-9_]*)"', 1) <> ''
                    then
                        'its usage counts ' || regexp_extract(usage, '"(-?[0-9]+_[0-9_]*)"', 1)
                        || '; give whole numbers without a sign between the digits'
                when problem is not null
                    then problem || '; give whole numbers from 0 to 10^12'
                when cost is not null and coalesce(contains(cost, '_') or abs(stated_cost) > 1000000000, true)
                    then 'the cost is ' || cost || '; give dollars as a number'
            end
        ) as problem_found
    from moments
)

select
    case
        when record_key is not null or provider_response_id is not null
            then md5(content || '|' || coalesce(entry_no, 0))
        else md5(content || '|' || occurrence)
    end as record_id,
    coalesce(
        record_key,
        provider_response_id,
        md5(content || '|' || occurrence)
    ) || case when is_answer then '' else '#' || entry_no end as call_id,
    version,
    case when is_start_plausible then cast(make_timestamp(started_us) as date) end as day,
    source_line,
    coalesce(role, 'call') as role,
    coalesce(witness, 4) as witness,
    told_id(trace_id, 32) as trace_id,
    case when is_answer then told_id(span_id, 16) end as span_id,
    told_id(parent_span_id, 16) as parent_span_id,
    span_name,
    lower(coalesce(is_workflow, 'false')) in ('true', '1') as is_workflow,
    case when is_start_plausible then make_timestamp(started_us) end as started_at,
    case when ended_us between started_us and 4102444799999999 then make_timestamp(ended_us) end as ended_at,
    call_key,
    told_whole(attempt_no) as attempt_no,
    told_whole(resend_count) as resend_count,
    lower(provider_name) as provider_name,
    lower(platform_name) as platform_name,
    region_scope,
    nullif(regexp_extract(
        server_address, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:[^/@]*@)?([^/:?#]+)', 1
    ), '') as server_address,
    -- An entry that names no model (a compaction) was made by the model that answered.
    coalesce(entry_model, request_model) as request_model,
    coalesce(entry_model, response_model) as response_model,
    operation,
    service_tier,
    try_cast(is_batch as boolean) as is_batch,
    case when is_answer then provider_response_id end as provider_response_id,
    try_cast(is_streaming as boolean) as is_streaming,
    is_hit as is_cache_hit,
    is_error as has_error,
    error_type,
    case when told_whole(http_status) between 100 and 599 then told_whole(http_status) end as http_status,
    finish_reason,
    case when is_hit then 'not_billed' else lower(billed_state) end as billed_state,
    account_id,
    case
        when not has_usage then 'missing'
        when usage_basis is not null then usage_basis
        when is_error then 'partial'
        when server_tool_calls > coalesce(web_search_calls, 0) + coalesce(file_search_calls, 0) then 'partial'
        else 'reported'
    end as usage_basis,
    case when has_usage then normalisation_rule end as normalisation_rule,
    case when has_usage then residual_tokens end as residual_tokens,
    case
        when not is_answer then null
        when stated_cost <> 0 or is_hit then cast(round(stated_cost, 12) as decimal(38, 12))
        else nullif(usage_cost_usd, 0)
    end as reported_cost_usd,
    case when has_usage then input_tokens end as input_tokens,
    case when has_usage then cache_read_tokens end as cache_read_tokens,
    case when has_usage then cache_write_5m_tokens end as cache_write_5m_tokens,
    case when has_usage then cache_write_1h_tokens end as cache_write_1h_tokens,
    case when has_usage then cache_write_30m_tokens end as cache_write_30m_tokens,
    case when has_usage then cache_write_12h_tokens end as cache_write_12h_tokens,
    case when has_usage then cache_write_unknown_tokens end as cache_write_unknown_tokens,
    case when has_usage then input_audio_tokens end as input_audio_tokens,
    case when has_usage then input_image_tokens end as input_image_tokens,
    case when has_usage then cache_read_audio_tokens end as cache_read_audio_tokens,
    case when has_usage then cache_read_image_tokens end as cache_read_image_tokens,
    case when has_usage then output_tokens end as output_tokens,
    case when has_usage then reasoning_tokens end as reasoning_tokens,
    case when has_usage then output_audio_tokens end as output_audio_tokens,
    case when has_usage then output_image_tokens end as output_image_tokens,
    case when has_usage then prompt_tokens end as prompt_tokens,
    case when has_usage then completion_tokens end as completion_tokens,
    case when is_answer and cardinality(judgements) > 0 then judgements end as judgements,
    web_search_calls,
    web_fetch_calls,
    file_search_calls,
    grounding_prompts,
    grounding_queries,
    search_units,
    images,
    audio_seconds,
    characters,
    pages,
    container_minutes,
    cache_storage_token_hours,
    coalesce(told_workflow, workflow) as workflow,
    coalesce(told_stage, stage) as stage,
    coalesce(told_task_id, task_id) as task_id,
    coalesce(told_task_type, task_type) as task_type,
    coalesce(told_customer_id, customer_id) as customer_id,
    coalesce(told_user_id, user_id) as user_id,
    coalesce(told_feature, feature) as feature,
    coalesce(told_team, team) as team,
    coalesce(told_environment, environment) as environment,
    coalesce(told_session_id, session_id) as session_id,
    coalesce(told_prompt_name, prompt_name) as prompt_name,
    coalesce(told_prompt_version, prompt_version) as prompt_version,
    coalesce(told_service_name, service_name) as service_name,
    problem_found as reject_reason,
    case when problem_found is not null then record end as reject_text
from judged
order by source_line, entry_no
