-- One row per model call of a delivered OpenHands result, as text
-- grain: source_line, record_key
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"instance_id": "VARCHAR", "metadata": {"agent_class": "VARCHAR", "start_time": "VARCHAR",
            "llm_config": {"model": "VARCHAR"}},
            "metrics": {"token_usages": [{"model": "VARCHAR", "prompt_tokens": "VARCHAR",
            "completion_tokens": "VARCHAR", "cache_read_tokens": "VARCHAR", "cache_write_tokens": "VARCHAR",
            "response_id": "VARCHAR"}], "response_latencies": [{"model": "VARCHAR", "latency": "VARCHAR",
            "response_id": "VARCHAR"}]},
            "history": [{"tool_call_metadata": {"model_response": {"id": "VARCHAR", "created": "VARCHAR",
            "model": "VARCHAR", "choices": [{"finish_reason": "VARCHAR"}]}}}]}'
        ) as told
    from raw.staged
),

-- Usage, latency and answer stand in three lists, joined by the answer's id.
calls as (
    select
        *,
        unnest(if(
            told.instance_id is null or told.metrics.token_usages is null,
            [null],
            list_sort(list_distinct(
                list_transform(told.metrics.token_usages, lambda u: u.response_id)
                || list_transform(coalesce(told.metrics.response_latencies, []), lambda l: l.response_id)
            ))
        )) as response_id
    from delivered
),

joined as (
    select
        source_line,
        record,
        told,
        response_id,
        list_filter(told.metrics.token_usages, lambda u: u.response_id = response_id)[1] as used,
        list_filter(told.metrics.response_latencies, lambda l: l.response_id = response_id)[1] as waited,
        list_filter(
            list_transform(told.history, lambda e: e.tool_call_metadata.model_response),
            lambda r: r.id = response_id
        )[1] as answer
    from calls
)

select
    source_line,
    record,
    case
        when response_id is null
            then 'no OpenHands result with token_usages; deliver the output.jsonl of a version that writes them'
        when answer.created is null
            then 'call ' || response_id || ' of this run is not in its history, so its time is unknown'
    end as reject_reason,
    response_id as record_key,
    5 as witness,
    told.instance_id || '@' || coalesce(told.metadata.start_time, '') as trace_id,
    answer.created as started,
    cast(try_cast(waited.latency as decimal(18, 6)) * 1000 as varchar) as duration_ms,
    case when response_id like 'gen-%' then 'openrouter' end as provider_name,
    coalesce(used.model, waited.model, told.metadata.llm_config.model) as request_model,
    answer.model as response_model,
    'chat' as operation,
    response_id as provider_response_id,
    answer.choices[1].finish_reason as finish_reason,
    'litellm' as usage_rule,
    case
        when used is not null then cast(json_object(
            'prompt_tokens', used.prompt_tokens,
            'completion_tokens', used.completion_tokens,
            'prompt_tokens_details',
            json_object('cached_tokens', used.cache_read_tokens, 'cache_creation_tokens', used.cache_write_tokens)
        ) as varchar)
    end as usage,
    told.instance_id as task_id,
    'openhands' as service_name,
    told_map(json_object('agent_class', told.metadata.agent_class)) as attributes
from joined
