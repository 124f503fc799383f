-- One row per span that states usage, in disjoint token classes
-- grain: trace_id, span_id
with
stated as (
    select
        f.trace_id,
        f.span_id,
        case
            when operation like '%embed%' or span_kind in ('embedding', 'embedder')
                then coalesce(stated_input_tokens, stated_total_tokens)
            else stated_input_tokens - coalesce(r.earlier_input_tokens, 0)
        end as input,
        stated_output_tokens - coalesce(r.earlier_output_tokens, 0) as output,
        stated_total_tokens
        - coalesce(r.earlier_input_tokens, 0) - coalesce(r.earlier_output_tokens, 0) as total,
        r.span_id is not null as is_running_total,
        read_tokens as cache_read,
        case
            when write_tokens is null and write_5m_tokens is null and write_1h_tokens is null then null
            else greatest(coalesce(write_tokens, 0), coalesce(write_5m_tokens, 0) + coalesce(write_1h_tokens, 0))
        end as cache_write,
        write_5m_tokens as write_5m,
        write_1h_tokens as write_1h,
        stated_reasoning_tokens as reasoning,
        audio_tokens as audio,
        image_tokens as image,
        case when read_audio_tokens is not null then least(read_audio_tokens, read_tokens) end as read_audio,
        read_image_tokens as stated_read_image,
        output_audio_tokens as stated_output_audio,
        output_image_tokens as stated_output_image,
        is_cache_beside_input
        or (
            is_handed_on
            and (
                coalesce(lower(provider_name), '') like '%anthropic%'
                or coalesce(lower(provider_name), '') like '%bedrock%'
                or lower(provider_name) = 'aws'
                or coalesce(response_model, request_model, '') like '%claude%'
            )
        ) as is_cache_beside,
        is_reasoning_beside_output,
        coalesce(lower(provider_name), '') || ' ' || coalesce(lower(response_model), lower(request_model), '') as maker
    from steps.otlp_fields as f
    left join steps.running_totals as r on f.trace_id = r.trace_id and f.span_id = r.span_id
    where stated_input_tokens is not null or stated_output_tokens is not null or stated_total_tokens is not null
),

-- Input excludes the cache where it is too small to hold it, or where only then the total comes out.
cached as (
    select
        *,
        coalesce(cache_read, 0) + coalesce(cache_write, 0) as cache,
        case
            when stated_read_image is not null then least(stated_read_image, cache_read - coalesce(read_audio, 0))
        end as read_image,
        coalesce(cache_read, 0) + coalesce(cache_write, 0) > 0
        and (
            is_cache_beside
            or input < coalesce(cache_read, 0) + coalesce(cache_write, 0)
            or total = input + coalesce(output, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0)
        ) as is_exclusive
    from stated
),

prompted as (
    select
        *,
        input + case when is_exclusive then cache else 0 end as prompt
    from cached
),

-- Output excludes reasoning where it is too small to hold it, or where only then the total comes out. A total
-- that says more than its parts is thinking that a Gemini dialect names nowhere.
thought as (
    select
        *,
        coalesce(
            reasoning > 0 and (is_reasoning_beside_output or reasoning > output or total = prompt + output + reasoning),
            false
        ) as is_reasoning_beside,
        case
            when
                coalesce(reasoning, 0) = 0
                and total > prompt + output
                and (maker like '%gemini%' or maker like '%google%' or maker like '%vertex%')
                then total - prompt - output
        end as hidden_reasoning
    from prompted
),

completed as (
    select
        *,
        coalesce(hidden_reasoning, reasoning) as all_reasoning,
        output + case when is_reasoning_beside then reasoning else 0 end + coalesce(hidden_reasoning, 0) as completion,
        case
            when audio is not null
                then least(greatest(audio - coalesce(read_audio, 0), 0), greatest(prompt - cache, 0))
        end as fresh_audio
    from thought
),

pictured as (
    select
        *,
        case
            when stated_output_audio is not null
                then least(stated_output_audio, completion - coalesce(all_reasoning, 0))
        end as output_audio,
        case
            when image is not null
                then least(
                    greatest(image - coalesce(read_image, 0), 0),
                    greatest(prompt - cache - coalesce(fresh_audio, 0), 0)
                )
        end as fresh_image
    from completed
),

sounded as (
    select
        *,
        case
            when stated_output_image is not null
                then least(stated_output_image, completion - coalesce(all_reasoning, 0) - coalesce(output_audio, 0))
        end as output_image
    from pictured
)

select
    trace_id,
    span_id,
    prompt - cache - coalesce(fresh_audio, 0) - coalesce(fresh_image, 0) as input_tokens,
    cache_read - coalesce(read_audio, 0) - coalesce(read_image, 0) as cache_read_tokens,
    case when write_5m is not null or write_1h is not null then coalesce(write_5m, 0) end as cache_write_5m_tokens,
    case when write_5m is not null or write_1h is not null then coalesce(write_1h, 0) end as cache_write_1h_tokens,
    cache_write - coalesce(write_5m, 0) - coalesce(write_1h, 0) as cache_write_unknown_tokens,
    fresh_audio as input_audio_tokens,
    fresh_image as input_image_tokens,
    read_audio as cache_read_audio_tokens,
    read_image as cache_read_image_tokens,
    completion - coalesce(all_reasoning, 0) - coalesce(output_audio, 0) - coalesce(output_image, 0) as output_tokens,
    all_reasoning as reasoning_tokens,
    output_audio as output_audio_tokens,
    output_image as output_image_tokens,
    prompt as prompt_tokens,
    completion as completion_tokens,
    case when is_exclusive then 'exclusive_input' else 'inclusive_input' end
    || case
        when is_reasoning_beside then ', exclusive_reasoning'
        when hidden_reasoning is not null then ', hidden_reasoning'
        else ''
    end
    || case when is_running_total then ', running_total' else '' end as normalisation_rule,
    case
        when is_exclusive and total = input + coalesce(output, 0) then null
        else total - prompt - coalesce(completion, 0)
    end as residual_tokens
from sounded
