-- One row per delivered record of the flat `requests` format, read and checked, or with the reason why not
-- grain: source_line
-- raw.flat_texts: the record's texts under the format's names, trimmed; NULL where there is none.
with
numbers as (
    select
        columns(lambda c: not regexp_matches(
            c, '_tokens$|_calls$|^grounding_|_units$|^images$|^characters$|^pages$|^attempt_no$|^http_status$'
        )),
        try_cast(try_cast(columns(
            '_tokens$|_calls$|^grounding_|_units$|^images$|^characters$|^pages$|^attempt_no$|^http_status$'
        ) as decimal(31, 18)) as bigint),
        try_cast(started_at as decimal(28, 9)) as epoch_count,
        -- Few digits and nothing else are right everywhere; of `case`, unlike `or`, the rest is then not worked out.
        list_filter(given, lambda e: case
            when length(e.value) <= 11 and translate(e.value, '0123456789', '') = '' then false
            when
                e.key in (
                    'input_tokens', 'cache_read_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens',
                    'cache_write_30m_tokens', 'cache_write_12h_tokens', 'cache_write_unknown_tokens',
                    'input_audio_tokens', 'input_image_tokens', 'cache_read_audio_tokens',
                    'cache_read_image_tokens', 'output_tokens', 'reasoning_tokens', 'output_audio_tokens',
                    'output_image_tokens', 'prompt_tokens', 'completion_tokens', 'web_search_calls',
                    'web_fetch_calls', 'file_search_calls', 'grounding_prompts', 'grounding_queries',
                    'search_units', 'images', 'characters', 'pages', 'attempt_no', 'http_status'
                )
                then coalesce(
                    contains(e.value, '_')
                    or try_cast(e.value as decimal(38, 18)) not between 0 and 1000000000000
                    or try_cast(e.value as decimal(38, 18)) <> floor(try_cast(e.value as decimal(38, 18))),
                    true
                )
            when e.key in ('latency_ms', 'audio_seconds', 'container_minutes', 'cache_storage_token_hours')
                then coalesce(
                    contains(e.value, '_') or try_cast(e.value as decimal(38, 18)) not between 0 and 100000000000, true
                )
            when e.key = 'reported_cost_usd'
                then coalesce(
                    contains(e.value, '_') or abs(try_cast(e.value as decimal(38, 18))) > 1000000000000, true
                )
            else false
        end)[1] as bad_number
    from raw.flat_texts
),

moments as (
    select
        *,
        case
            when epoch_count is null then try_cast(started_at as timestamptz) at time zone 'UTC'
            when epoch_count < 100000000000 then make_timestamp(try_cast(floor(epoch_count * 1000000) as bigint))
            when epoch_count < 100000000000000 then make_timestamp(try_cast(floor(epoch_count * 1000) as bigint))
            when epoch_count < 100000000000000000 then make_timestamp(try_cast(floor(epoch_count) as bigint))
            else make_timestamp(try_cast(floor(epoch_count) as bigint) // 1000)
        end as start_moment,
        case
            when coalesce(
                cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_write_30m_tokens,
                cache_write_12h_tokens, cache_write_unknown_tokens, input_audio_tokens, input_image_tokens,
                cache_read_audio_tokens, cache_read_image_tokens
            ) is not null then
                coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
                + coalesce(cache_write_1h_tokens, 0) + coalesce(cache_write_30m_tokens, 0)
                + coalesce(cache_write_12h_tokens, 0) + coalesce(cache_write_unknown_tokens, 0)
                + coalesce(input_audio_tokens, 0) + coalesce(input_image_tokens, 0)
                + coalesce(cache_read_audio_tokens, 0) + coalesce(cache_read_image_tokens, 0)
        end as special_input,
        case
            when coalesce(reasoning_tokens, output_audio_tokens, output_image_tokens) is not null
                then
                    coalesce(reasoning_tokens, 0) + coalesce(output_audio_tokens, 0)
                    + coalesce(output_image_tokens, 0)
        end as special_output
    from numbers
),

classed as (
    select
        * replace (
            coalesce(input_tokens, prompt_tokens - coalesce(special_input, 0)) as input_tokens,
            coalesce(output_tokens, completion_tokens - coalesce(special_output, 0)) as output_tokens
        ),
        coalesce(input_tokens + coalesce(special_input, 0), prompt_tokens, special_input) as prompt_sum,
        coalesce(output_tokens + coalesce(special_output, 0), completion_tokens, special_output) as completion_sum,
        case
            when
                input_tokens is null and prompt_tokens is not null
                or output_tokens is null and completion_tokens is not null then 'inclusive_totals'
            when coalesce(input_tokens, special_input, output_tokens, special_output) is not null
                then 'disjoint_classes'
        end as normalisation_rule
    from moments
),

judged as (
    select
        *,
        coalesce(prompt_tokens, prompt_sum) as all_input,
        coalesce(completion_tokens, completion_sum) as all_output,
        case
            when prompt_tokens is not null or completion_tokens is not null
                then coalesce(prompt_tokens - prompt_sum, 0) + coalesce(completion_tokens - completion_sum, 0)
        end as residual_tokens,
        coalesce(
            usage_basis,
            case
                when
                    coalesce(
                        prompt_sum,
                        completion_sum,
                        web_search_calls,
                        web_fetch_calls,
                        file_search_calls,
                        grounding_prompts,
                        grounding_queries, search_units, images, characters, pages
                    ) is null and coalesce(audio_seconds, container_minutes, cache_storage_token_hours) is null
                    then 'missing'
                when completion_sum is null and lower(status) in ('error', 'timeout', 'cancelled', 'incomplete')
                    then 'partial'
                else 'reported'
            end
        ) as known_basis,
        case
            when
                not is_plain and given is null
                then 'not a record with named fields; each record is one object whose names differ'
            when started_at is null then 'started_at is missing; give ISO 8601 or an epoch number'
            when start_moment is null or contains(started_at, '_')
                then 'started_at ' || started_at || ' is not a time; give ISO 8601 or an epoch number'
            when start_moment < timestamp '2020-01-01' or start_moment >= timestamp '2100-01-01'
                then 'started_at ' || started_at || ' is outside 2020 to 2099; check the unit'
            when epoch_count is null and regexp_matches(started_at, ':[0-9.]+ ?[+-](1[5-9]|[2-9][0-9])')
                then 'started_at ' || started_at || ' is further from UTC than any place; give an offset up to +14:00'
            when provider is null then 'provider is missing; give the maker or the platform, such as openai'
            when coalesce(model, request_model, response_model) is null
                then 'model is missing; give model, request_model or response_model'
            when bad_number is not null
                then
                    bad_number.key || ' is ' || bad_number.value || '; give a number that is not negative, '
                    || 'whole where things are counted, and not above 10^12'
            when input_tokens < 0
                then 'prompt_tokens is less than its parts; it must include cache and audio tokens'
            when output_tokens < 0
                then 'completion_tokens is less than its parts; it must include reasoning and audio tokens'
            when
                lower(status) not in (
                    'ok', 'error', 'timeout', 'cancelled', 'truncated', 'refused', 'incomplete', 'cache_hit'
                )
                then
                    'status ' || status || ' is unknown; give ok, error, timeout, cancelled, truncated, refused, '
                    || 'incomplete or cache_hit'
            when lower(billed_state) not in ('billed', 'not_billed', 'unknown')
                then 'billed_state ' || billed_state || ' is unknown; give billed, not_billed or unknown'
            when lower(usage_basis) not in ('reported', 'partial', 'estimated', 'missing')
                then 'usage_basis ' || usage_basis || ' is unknown; give reported, partial, estimated or missing'
            when lower(container_size) not in ('1gb', '4gb', '16gb', '64gb')
                then 'container_size ' || container_size || ' is unknown; give 1gb, 4gb, 16gb or 64gb'
            when is_batch is not null and try_cast(is_batch as boolean) is null
                then 'is_batch ' || is_batch || ' is unknown; give true or false'
        end as reject_reason
    from classed
),

-- Records without an id of their own are told apart by how often the same was delivered before.
numbered as (
    select
        source_line,
        row_number() over (partition by content order by source_line asc) as place
    from judged
    where request_id is null and provider_response_id is null
)

select
    case
        when n.source_line is null then j.content
        else md5(j.content || cast(n.place as varchar))
    end as record_id,
    cast(start_moment as date) as day,
    j.source_line,
    request_id,
    call_id,
    attempt_no,
    case when regexp_full_match(trace_id, '[0-9a-fA-F]{32}') then lower(trace_id) else trace_id end as trace_id,
    case when regexp_full_match(span_id, '[0-9a-fA-F]{16}') then lower(span_id) else span_id end as span_id,
    workflow_run_id,
    start_moment as started_at,
    make_timestamp(
        epoch_us(start_moment) + try_cast(try_cast(latency_ms as decimal(28, 9)) * 1000 as bigint)
    ) as ended_at,
    lower(provider) as provider,
    lower(platform) as platform,
    region_scope,
    account_id,
    lower(container_size) as container_size,
    coalesce(request_model, model) as request_model,
    coalesce(response_model, case when request_model is not null then model end) as response_model,
    operation,
    service_tier,
    try_cast(is_batch as boolean) as is_batch,
    provider_response_id,
    lower(status) as status,
    error_type,
    http_status,
    finish_reason,
    lower(billed_state) as billed_state,
    lower(known_basis) as usage_basis,
    normalisation_rule,
    residual_tokens,
    try_cast(reported_cost_usd as decimal(38, 12)) as reported_cost_usd,
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
    all_input as prompt_tokens,
    all_output as completion_tokens,
    web_search_calls,
    web_fetch_calls,
    file_search_calls,
    grounding_prompts,
    grounding_queries,
    search_units,
    images,
    try_cast(audio_seconds as decimal(18, 6)) as audio_seconds,
    characters,
    pages,
    try_cast(container_minutes as decimal(18, 6)) as container_minutes,
    try_cast(cache_storage_token_hours as decimal(18, 6)) as cache_storage_token_hours,
    reject_reason,
    cast(null as varchar) as reject_text
from judged as j
left join numbered as n on j.source_line = n.source_line
order by j.source_line
