-- One row per call that shares its counts of tokens with one of another source, or the status it failed with
-- grain: group_key
with
calls as (
    select
        s.sighting_id,
        coalesce(l.group_key, 'one:' || s.sighting_id) as group_key,
        l.group_key is not null as is_linked,
        s.source_format,
        s.witness,
        s.usage_basis,
        s.provider_response_id,
        case
            when not coalesce(s.has_error, false) then 0
            when s.http_status is not null then s.http_status
            when
                lower(s.error_type) like '%ratelimit%' or lower(s.error_type) like '%rate_limit%'
                or lower(s.error_type) like '%toomanyrequests%'
                then 429
        end as failure,
        coalesce(w.prompt_tokens, s.prompt_tokens, 0) as prompt_tokens,
        coalesce(s.completion_tokens, 0) as completion_tokens
    from steps.sightings as s
    left join steps.linked_calls as l on s.sighting_id = l.sighting_id
    left join steps.uncached_counts as w on s.sighting_id = w.sighting_id
    where
        s.role = 'call'
        and not coalesce(s.is_cache_hit, false)
        and not coalesce(s.is_batch, false)
        and not coalesce(l.is_sum, false)
),

-- Only calls of several records are ranked: a window over all is dear.
ranked as (
    select
        *,
        row_number() over (
            partition by group_key
            order by case when usage_basis = 'missing' then 1 else 0 end asc, witness asc, sighting_id asc
        ) as place,
        min(source_format) over (partition by group_key) as first_source,
        max(source_format) over (partition by group_key) as last_source,
        max(provider_response_id) over (partition by group_key) is not null as has_id
    from calls
    where is_linked
),

told as (
    select
        sighting_id,
        group_key,
        witness,
        failure,
        prompt_tokens,
        completion_tokens,
        provider_response_id is not null as has_id,
        source_format as first_source,
        source_format as last_source
    from calls
    where not is_linked
    union all
    select
        sighting_id,
        group_key,
        witness,
        failure,
        prompt_tokens,
        completion_tokens,
        has_id,
        first_source,
        last_source
    from ranked
    where place = 1
),

-- Few tokens tell no call from another; a call that failed has none, and its status tells it.
marked as (
    select *
    from told
    where
        (failure = 0 and prompt_tokens + completion_tokens >= 50)
        or (failure > 0 and prompt_tokens + completion_tokens = 0)
),

shared as (
    select
        prompt_tokens,
        completion_tokens,
        failure
    from marked
    group by prompt_tokens, completion_tokens, failure
    having min(first_source || ' ' || last_source) <> max(first_source || ' ' || last_source)
),

-- A name that resolves to nothing counts with its provider.
names as (
    select
        provider_name,
        platform_name,
        raw_model,
        coalesce(
            min(model),
            coalesce(min(provider), '') || '/' || regexp_extract(lower(raw_model), '([^/]*)$', 1)
        ) as model
    from steps.model_ids
    where raw_model is not null
    group by provider_name, platform_name, raw_model
)

select
    m.group_key,
    m.first_source,
    m.last_source,
    m.first_source || ' ' || m.last_source as sources,
    m.witness,
    m.has_id,
    m.failure,
    m.prompt_tokens,
    m.completion_tokens,
    s.cache_read_tokens,
    case
        when
            coalesce(
                s.cache_write_5m_tokens, s.cache_write_1h_tokens, s.cache_write_30m_tokens,
                s.cache_write_12h_tokens, s.cache_write_unknown_tokens
            ) is not null
            then
                coalesce(s.cache_write_5m_tokens, 0)
                + coalesce(s.cache_write_1h_tokens, 0)
                + coalesce(s.cache_write_30m_tokens, 0)
                + coalesce(s.cache_write_12h_tokens, 0)
                + coalesce(s.cache_write_unknown_tokens, 0)
    end as cache_write_tokens,
    s.reasoning_tokens,
    s.session_id,
    epoch_us(s.started_at) as started_us,
    epoch_us(coalesce(s.ended_at, s.started_at)) as ended_us,
    coalesce(a.model, q.model) as answered_model,
    coalesce(q.model, a.model) as asked_model
from marked as m
inner join shared as k
    on
        m.prompt_tokens = k.prompt_tokens
        and m.completion_tokens = k.completion_tokens
        and m.failure = k.failure
inner join steps.sightings as s on m.sighting_id = s.sighting_id
left join names as a
    on
        s.response_model = a.raw_model
        and s.provider_name is not distinct from a.provider_name
        and s.platform_name is not distinct from a.platform_name
left join names as q
    on
        s.request_model = q.raw_model
        and s.provider_name is not distinct from q.provider_name
        and s.platform_name is not distinct from q.platform_name
