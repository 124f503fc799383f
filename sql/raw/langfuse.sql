-- One row per delivered Langfuse observation or trace, as text
-- grain: source_line
with
entries as (
    select
        source_line,
        lower(unnest(map_keys(usage_details))) as bucket,
        unnest(map_values(usage_details)) as amount
    from raw.langfuse_records
),

-- Buckets are disjoint and named freely: what a name speaks of is its class, and a class may have several.
buckets as (
    select
        source_line,
        amount,
        case
            when bucket in ('total', 'total_tokens') then 'total_tokens'
            when bucket like '%web_search%' then 'web_search_calls'
            when regexp_matches(bucket, 'reason|thought|thinking') then 'reasoning_tokens'
            when regexp_matches(bucket, '^(output|completion)')
                then case
                    when bucket like '%audio%' then 'output_audio_tokens'
                    when bucket like '%image%' then 'output_image_tokens'
                    else 'output_tokens'
                end
            when regexp_matches(bucket, '_5m') then 'cache_write_5m_tokens'
            when regexp_matches(bucket, '_1h') then 'cache_write_1h_tokens'
            when regexp_matches(bucket, 'cache_(creat|write)') then 'cache_write_unknown_tokens'
            when bucket like '%cache%'
                then case
                    when bucket like '%audio%' then 'cache_read_audio_tokens'
                    when bucket like '%image%' then 'cache_read_image_tokens'
                    else 'cache_read_tokens'
                end
            when regexp_matches(bucket, '^(input|prompt)')
                then case
                    when bucket like '%audio%' then 'input_audio_tokens'
                    when bucket like '%image%' then 'input_image_tokens'
                    else 'input_tokens'
                end
        end as class
    from entries
),

classes as (
    select
        source_line,
        class,
        case
            when count(*) = 1 then min(amount)
            else
                coalesce(
                    min(amount) filter (where told_decimal(amount) is null),
                    cast(sum(told_decimal(amount)) as varchar)
                )
        end as amount
    from buckets
    where class is not null and amount is not null
    group by source_line, class
),

numbers as (
    select
        source_line,
        class,
        amount,
        coalesce(told_decimal(amount), 0) as number
    from classes
),

sums as (
    select
        source_line,
        sum(case class when 'total_tokens' then -number else number end) as excess,
        sum(case when class like 'cache_read%' then number else 0 end) as reads,
        sum(case when class like 'cache_write%' then number else 0 end) as writes,
        sum(case class when 'reasoning_tokens' then number else 0 end) as reasoning,
        bool_or(class = 'total_tokens') as has_total
    from numbers
    where class like '%_tokens'
    group by source_line
),

-- Some who write to Langfuse repeat the cache in the input, or reasoning in the output; their own total tells.
repeated as (
    select
        source_line,
        case
            when excess in (reads, reads + reasoning) then reads
            when excess in (writes, writes + reasoning) then writes
            when excess in (reads + writes, reads + writes + reasoning) then reads + writes
            else 0
        end as in_input,
        case
            when excess in (reads, writes, reads + writes) then 0
            when excess in (reasoning, reads + reasoning, writes + reasoning, reads + writes + reasoning)
                then reasoning
            else 0
        end as in_output
    from sums
    where has_total and excess > 0
),

apart as (
    select
        n.source_line,
        n.class,
        n.number > 0 as is_some,
        case
            when n.class = 'input_tokens' and o.in_input between 0 and n.number
                then cast(n.number - o.in_input as varchar)
            when n.class = 'output_tokens' and o.in_output between 0 and n.number
                then cast(n.number - o.in_output as varchar)
            else n.amount
        end as amount
    from numbers as n
    left join repeated as o on n.source_line = o.source_line
),

usages as (
    select
        source_line,
        cast(json_group_object(class, amount) as varchar) as usage,
        bool_or(is_some) as has_usage
    from apart
    group by source_line
),

described as (
    select
        o.*,
        u.usage,
        u.has_usage,
        o.kind is null and o.started is null and o.stamped is not null as is_trace,
        map_concat(
            coalesce(from_json(try_cast(o.metadata['resourceAttributes'] as json), '"MAP(VARCHAR, VARCHAR)"'), map()),
            coalesce(from_json(try_cast(o.metadata['attributes'] as json), '"MAP(VARCHAR, VARCHAR)"'), map()),
            o.metadata,
            map(
                list_distinct(list_transform(o.tags, lambda t: split_part(t, ':', 1))),
                list_transform(
                    list_distinct(list_transform(o.tags, lambda t: split_part(t, ':', 1))),
                    lambda k: substr(list_filter(o.tags, lambda t: starts_with(t, k || ':'))[1], length(k) + 2)
                )
            )
        ) as attributes
    from raw.langfuse_records as o
    left join usages as u on o.source_line = u.source_line
),

read as (
    select
        *,
        filled(attributes) as known,
        -- LiteLLM names its generations so.
        nullif(regexp_extract(id, '^time-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]+_(.+)$', 1), '') as litellm_answer
    from described
)

select
    source_line,
    record,
    case
        when id is null then 'the id is missing; export whole Langfuse rows'
        when not is_trace and kind is null then 'it has no type; export whole Langfuse observations'
    end as reject_reason,
    case when is_trace then 'trace:' || id else id end as record_key,
    left(replace(updated_at, ' ', 'T'), 23) as version,
    case
        when is_trace then 'context'
        when kind in ('GENERATION', 'EMBEDDING') then 'call'
        when has_usage then 'aggregate'
        else 'context'
    end as role,
    5 as witness,
    case when is_trace then id else trace_id end as trace_id,
    -- Sorts before every span, so that the trace is the root of what has no parent.
    case when is_trace then '(trace)' else id end as span_id,
    parent_id as parent_span_id,
    coalesce(own_name, lower(kind), 'trace') as span_name,
    coalesce(started, stamped) as started,
    ended,
    attr_provider_name(known) as provider_name,
    attr_server_address(known) as server_address,
    coalesce(attr_request_model(known), model) as request_model,
    model as response_model,
    case kind when 'GENERATION' then 'chat' when 'EMBEDDING' then 'embeddings' end as operation,
    attr_service_tier(known) as service_tier,
    attr_is_batch(known) as is_batch,
    coalesce(attr_response_id(known), litellm_answer) as provider_response_id,
    attr_is_streaming(known) as is_streaming,
    case when litellm_answer is not null and lower(metadata['cache_hit']) = 'true' then 'true' end as is_cache_hit,
    case when is_error then 'true' end as has_error,
    case
        when is_error
            then coalesce(
                nullif(regexp_extract(message, '^([A-Za-z_.]*(?:Error|Exception|Timeout)[A-Za-z]*)', 1), ''),
                nullif(regexp_extract(lower(message), '(timeout|timed out|cancel|abort)', 1), '')
            )
    end as error_type,
    case when is_error then nullif(regexp_extract(message, '(?:code|status)[^0-9]{0,8}([45][0-9][0-9])', 1), '') end
        as http_status,
    nullif(regexp_extract(attr_finish_reason(known), '[A-Za-z_-]+'), '') as finish_reason,
    attr_account_id(known) as account_id,
    case when usage is not null then 'disjoint_classes' end as usage_rule,
    usage,
    case when not is_trace then coalesce(nullif(total_cost, ''), details_cost) end as cost,
    case when is_trace then own_name else trace_name end as workflow,
    case kind
        when 'EVALUATOR' then 'evaluation'
        when 'RETRIEVER' then 'retrieval'
    end as stage,
    user_id,
    session_id,
    environment,
    prompt_name,
    prompt_version,
    attributes,
    judgements
from read
left join raw.langfuse_judgements on id = judged_id
