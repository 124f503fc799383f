-- One row per log record of a coding agent that tells of a call to a model, as text
-- grain: source_line, record
with
batches as (
    select
        source_line,
        unnest(otlp_logs(record)) as batch
    from raw.staged
),

scopes as (
    select
        source_line,
        batch.resource.attributes as resource_attributes,
        unnest(batch.scopelogs) as held
    from batches
),

records as (
    select
        source_line,
        resource_attributes,
        unnest(held.logrecords) as told
    from scopes
),

named as (
    select
        source_line,
        cast(to_json(told) as varchar) as record,
        coalesce(nullif(told.timeunixnano, '0'), told.observedtimeunixnano) as stamped,
        nullif(lower(told.traceid), '') as trace_id,
        map_concat(
            told_named(otlp_resource_pairs(resource_attributes)),
            told_named(otlp_pairs(told.attributes))
        ) as a
    from records
),

-- Claude Code leaves its own name out of the event's. Materialized, as attributes would else be read for the filter
-- on the kind and once more for what it lets through.
events as materialized (
    select
        *,
        case
            when a['event.name'] in ('api_request', 'claude_code.api_request') then 'claude'
            when a['event.name'] in ('api_error', 'claude_code.api_error') then 'claude error'
            when a['event.name'] = 'codex.sse_event' and a['event.kind'] = 'response.completed' then 'codex'
            when a['event.name'] = 'gemini_cli.api_response' then 'gemini'
            when a['event.name'] = 'gemini_cli.api_error' then 'gemini error'
        end as kind
    from named
),

calls as (
    select
        source_line,
        record,
        stamped,
        trace_id,
        a,
        kind,
        cast(null as varchar) as reject_reason
    from events
    where kind is not null
    union all
    select
        source_line,
        cast(record as varchar) as record,
        null as stamped,
        null as trace_id,
        map() as a,
        null as kind,
        'not an OTLP/JSON batch of logs; deliver lines with resourceLogs[].scopeLogs[].logRecords[]' as reject_reason
    from raw.staged
    where otlp_logs(record) is null
),

-- A record is written when its call is over.
timed as (
    select
        *,
        coalesce(a['event.timestamp'], stamped) as ended,
        told_moment(coalesce(a['event.timestamp'], stamped))
        - case
            when kind = 'codex' then 0
            else coalesce(try_cast(try_cast(a['duration_ms'] as decimal(18, 3)) * 1000 as bigint), 0)
        end as started_us
    from calls
)

select
    source_line,
    record,
    reject_reason,
    coalesce(nullif(a['request_id'], ''), nullif(a['requestId'], '')) as record_key,
    3 as witness,
    trace_id,
    cast(started_us as varchar) as started,
    ended,
    case split_part(kind, ' ', 1) when 'claude' then 'anthropic' when 'codex' then 'openai' else 'google' end
        as provider_name,
    a['model'] as request_model,
    -- What the span of the same call names as the answer's id.
    case when kind like 'claude%' then coalesce(nullif(a['request_id'], ''), nullif(a['requestId'], '')) end
        as provider_response_id,
    case when a['speed'] = 'fast' then 'fast' end as service_tier,
    cast(nullif(try_cast(a['attempt'] as bigint) - 1, 0) as varchar) as resend_count,
    case when kind like '%error' then 'true' else 'false' end as has_error,
    coalesce(a['error_type'], case when kind like '%error' then a['error.type'] end) as error_type,
    coalesce(a['status_code'], a['http.status_code']) as http_status,
    case split_part(kind, ' ', 1) when 'claude' then 'anthropic' when 'codex' then 'openai_responses' else 'gemini' end
        as usage_rule,
    cast(case kind
        when 'claude'
            then
                json_object(
                    'input_tokens', told_count(a['input_tokens']),
                    'output_tokens', told_count(a['output_tokens']),
                    'cache_read_input_tokens', told_count(a['cache_read_tokens']),
                    'cache_creation_input_tokens', told_count(a['cache_creation_tokens'])
                )
        when 'codex'
            then
                json_object(
                    'input_tokens', told_count(a['input_token_count']),
                    'input_tokens_details', json_object('cached_tokens', told_count(a['cached_token_count'])),
                    'output_tokens', told_count(a['output_token_count']),
                    'output_tokens_details', json_object('reasoning_tokens', told_count(a['reasoning_token_count']))
                )
        when 'gemini' then json_object(
            'promptTokenCount', told_count(a['input_token_count']),
            'cachedContentTokenCount', told_count(a['cached_content_token_count']),
            'candidatesTokenCount', told_count(a['output_token_count']),
            'thoughtsTokenCount', told_count(a['thoughts_token_count']),
            'toolUsePromptTokenCount', told_count(a['tool_token_count']),
            'totalTokenCount', told_count(a['total_token_count'])
        )
    end as varchar) as usage,
    a['cost_usd'] as cost,
    coalesce(a['user.email'], a['user.account_uuid'], a['user.id']) as user_id,
    coalesce(a['session.id'], a['conversation.id']) as session_id,
    a as attributes
from timed
