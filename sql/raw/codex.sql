-- One row per delivered token count of a Codex session that tells of a new answer, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"timestamp": "VARCHAR", "type": "VARCHAR", "payload": {"type": "VARCHAR", "id": "VARCHAR",
            "timestamp": "VARCHAR", "forked_from_id": "VARCHAR", "cwd": "VARCHAR", "originator": "VARCHAR",
            "cli_version": "VARCHAR", "model_provider": "VARCHAR", "source": "VARCHAR", "model": "VARCHAR",
            "effort": "VARCHAR", "service_tier": "VARCHAR", "settings": {"service_tier": "VARCHAR"},
            "git": {"branch": "VARCHAR"},
            "info": {"model": "VARCHAR", "total_token_usage": "JSON", "last_token_usage": "JSON"}}}'
        ) as told
    from raw.staged
),

typed as (
    select
        source_line,
        record,
        told,
        told.payload,
        coalesce(told.type = 'event_msg' and told.payload.type = 'token_count', false) as is_count,
        coalesce(told.type = 'session_meta', false) as is_start,
        told_moment(told.timestamp) as moment,
        told_moment(coalesce(told.payload.timestamp, told.timestamp)) as start_moment,
        from_json(
            told.payload.info.total_token_usage,
            '{"input_tokens": "VARCHAR", "cached_input_tokens": "VARCHAR", "cache_write_input_tokens": "VARCHAR",
            "output_tokens": "VARCHAR", "reasoning_output_tokens": "VARCHAR", "total_tokens": "VARCHAR"}'
        ) as total,
        from_json(
            told.payload.info.last_token_usage,
            '{"input_tokens": "VARCHAR", "cached_input_tokens": "VARCHAR", "cache_write_input_tokens": "VARCHAR",
            "output_tokens": "VARCHAR", "reasoning_output_tokens": "VARCHAR", "total_tokens": "VARCHAR"}'
        ) as last
    from delivered
),

-- A file is one session. A fork begins with its own start and repeats its parent's, which is older.
session as (
    select
        arg_max(payload, start_moment) filter (where is_start) as own,
        max(start_moment) filter (where is_start) as own_start,
        arg_min(payload, start_moment) filter (where is_start) as eldest
    from typed
),

-- What holds at a line is what was last said before it; the file's own order is that of its times.
placed as (
    select
        t.source_line,
        t.record,
        t.told,
        t.payload,
        t.is_count,
        t.moment,
        t.total,
        t.last,
        last_value(
            if(t.told.type = 'turn_context', t.payload.model, null) ignore nulls
        ) over earlier as turn_model,
        last_value(
            if(t.told.type = 'turn_context', t.payload.effort, null) ignore nulls
        ) over earlier as effort,
        last_value(coalesce(t.payload.service_tier, t.payload.settings.service_tier) ignore nulls) over earlier
            as service_tier,
        lag(t.total) over (
            partition by t.is_count order by t.moment asc, told_whole(t.total.total_tokens) asc, t.record asc
        ) as previous
    from typed as t
    window
        earlier as (
            order by t.moment asc nulls first, t.is_count asc, told_whole(t.total.total_tokens) asc, t.record asc
            rows between unbounded preceding and current row
        )
),

-- A total that went down is a new base: the session was resumed or compacted.
counted as (
    select
        p.*,
        s.own,
        s.own_start,
        coalesce(s.eldest.forked_from_id, s.eldest.id) as family,
        coalesce(s.own.forked_from_id is not null or contains(s.own.source, 'thread_spawn'), false) as is_fork,
        coalesce(told_whole(p.total.total_tokens) >= told_whole(p.previous.total_tokens), false) as goes_on
    from placed as p
    cross join session as s
    where p.is_count and (p.total is not null or p.last is not null)
),

parts as (
    select
        *,
        if(last is not null, last.input_tokens, if(
            goes_on,
            cast(told_whole(total.input_tokens) - told_whole(previous.input_tokens) as varchar),
            total.input_tokens
        )) as input_tokens,
        if(last is not null, last.cached_input_tokens, if(
            goes_on,
            cast(told_whole(total.cached_input_tokens) - told_whole(previous.cached_input_tokens) as varchar),
            total.cached_input_tokens
        )) as cached_tokens,
        if(last is not null, last.cache_write_input_tokens, if(
            goes_on,
            cast(told_whole(total.cache_write_input_tokens) - told_whole(previous.cache_write_input_tokens) as varchar),
            total.cache_write_input_tokens
        )) as write_tokens,
        if(last is not null, last.output_tokens, if(
            goes_on,
            cast(told_whole(total.output_tokens) - told_whole(previous.output_tokens) as varchar),
            total.output_tokens
        )) as output_tokens,
        if(last is not null, last.reasoning_output_tokens, if(
            goes_on,
            cast(told_whole(total.reasoning_output_tokens) - told_whole(previous.reasoning_output_tokens) as varchar),
            total.reasoning_output_tokens
        )) as reasoning_tokens,
        md5(concat_ws(
            '|', coalesce(family, told.timestamp), cast(total as varchar), if(total is null, cast(last as varchar), '')
        )) as call_key
    from counted
)

select
    source_line,
    record,
    call_key as record_key,
    3 as witness,
    own.id as trace_id,
    coalesce(min(told.timestamp) over (partition by call_key), told.timestamp) as started,
    coalesce(own.model_provider, 'openai') as provider_name,
    coalesce(payload.info.model, payload.model, turn_model) as request_model,
    'chat' as operation,
    service_tier,
    'openai_responses' as usage_rule,
    cast(json_object(
        'input_tokens', input_tokens,
        'input_tokens_details', json_object('cached_tokens', cached_tokens, 'cache_write_tokens', write_tokens),
        'output_tokens', output_tokens,
        'output_tokens_details', json_object('reasoning_tokens', reasoning_tokens)
    ) as varchar) as usage,
    own.id as session_id,
    'codex' as service_name,
    told_map(json_object(
        'cwd', own.cwd, 'git_branch', own.git.branch, 'originator', own.originator, 'effort', effort,
        'version', own.cli_version
    )) as attributes
from parts
where
    (not is_fork or moment is null or moment >= own_start + 1000000)
    and coalesce(told_whole(input_tokens) + told_whole(output_tokens) <> 0, true)
