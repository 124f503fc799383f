-- One row per request and price sheet that it is priced on: what finds its card, and the meters it used
-- grain: request_id, is_own_sheet
-- view
--
-- Every request is priced on the list, and on the sheet of its account where it has one. Nothing
-- billed costs 0; unknown usage has no cost. The context tier goes by the request's whole prompt,
-- cached and written included. A request that a commitment covers is priced like a standard one, for
-- comparison.
with sheets as (
    select
        r.*,
        false as is_own_sheet,
        'list' as price_group
    from core.requests as r
    union all
    select
        r.*,
        true as is_own_sheet,
        o.price_group
    from core.requests as r
    inner join steps.own_sheets as o
        on r.request_id = o.request_id
)

select
    s.request_id,
    s.is_own_sheet,
    s.day,
    s.price_group,
    s.provider,
    s.platform,
    s.model,
    s.started_at,
    s.input_tokens,
    s.cache_read_tokens,
    s.cache_write_5m_tokens,
    s.cache_write_1h_tokens,
    s.cache_write_30m_tokens,
    s.cache_write_12h_tokens,
    s.cache_write_unknown_tokens,
    s.input_audio_tokens,
    s.input_image_tokens,
    s.cache_read_audio_tokens,
    s.cache_read_image_tokens,
    s.output_tokens,
    s.reasoning_tokens,
    s.output_audio_tokens,
    s.output_image_tokens,
    b.time_bands,
    lower(coalesce(s.region_scope, '')) as list_region_scope,
    case
        when v.request_id is not null then 'standard'
        when s.is_batch and s.service_tier = 'standard' then 'batch'
        else s.service_tier
    end as list_service_tier,
    s.status = 'cache_hit' or s.billed_state = 'not_billed' or s.service_tier = 'free' as is_free,
    case
        when s.usage_basis <> 'reported' then 'usage_' || s.usage_basis
        when s.billed_state = 'unknown' then 'billed_state_unknown'
        when
            coalesce(
                s.input_tokens,
                s.cache_read_tokens,
                s.cache_write_5m_tokens,
                s.cache_write_1h_tokens,
                s.cache_write_30m_tokens,
                s.cache_write_12h_tokens,
                s.cache_write_unknown_tokens,
                s.input_audio_tokens,
                s.input_image_tokens,
                s.cache_read_audio_tokens,
                s.cache_read_image_tokens,
                s.output_tokens,
                s.reasoning_tokens,
                s.output_audio_tokens,
                s.output_image_tokens,
                s.web_search_calls,
                s.web_fetch_calls,
                s.file_search_calls,
                s.grounding_prompts,
                s.grounding_queries,
                s.search_units,
                s.images,
                s.audio_seconds,
                s.characters,
                s.pages,
                s.container_minutes,
                s.cache_storage_token_hours
            ) is null
            then 'usage_missing'
    end as unknown_reason,
    coalesce(s.input_tokens, 0)
    + coalesce(s.cache_read_tokens, 0)
    + coalesce(s.cache_write_5m_tokens, 0)
    + coalesce(s.cache_write_1h_tokens, 0)
    + coalesce(s.cache_write_30m_tokens, 0)
    + coalesce(s.cache_write_12h_tokens, 0)
    + coalesce(s.cache_write_unknown_tokens, 0)
    + coalesce(s.input_audio_tokens, 0)
    + coalesce(s.input_image_tokens, 0)
    + coalesce(s.cache_read_audio_tokens, 0)
    + coalesce(s.cache_read_image_tokens, 0) as whole_prompt_tokens,
    coalesce(s.output_tokens, 0)
    + coalesce(s.reasoning_tokens, 0)
    + coalesce(s.output_audio_tokens, 0)
    + coalesce(s.output_image_tokens, 0) as whole_output_tokens,
    case when s.input_tokens > 0 then 1 else 0 end
    + case when s.cache_read_tokens > 0 then 2 else 0 end
    + case when s.cache_write_5m_tokens > 0 then 4 else 0 end
    + case when s.cache_write_1h_tokens > 0 then 8 else 0 end
    + case when s.cache_write_30m_tokens > 0 then 16 else 0 end
    + case when s.cache_write_12h_tokens > 0 then 32 else 0 end
    + case when s.cache_write_unknown_tokens > 0 then 64 else 0 end
    + case when s.input_audio_tokens > 0 then 128 else 0 end
    + case when s.input_image_tokens > 0 then 256 else 0 end
    + case when s.cache_read_audio_tokens > 0 then 512 else 0 end
    + case when s.cache_read_image_tokens > 0 then 1024 else 0 end
    + case when s.output_tokens > 0 then 2048 else 0 end
    + case when s.reasoning_tokens > 0 then 4096 else 0 end
    + case when s.output_audio_tokens > 0 then 8192 else 0 end
    + case when s.output_image_tokens > 0 then 16384 else 0 end
    -- Few requests use any of these: one look at all of them is quicker than one at each.
    + case
        when
            s.web_search_calls is not null
            or s.web_fetch_calls is not null
            or s.file_search_calls is not null
            or s.grounding_prompts is not null
            or s.grounding_queries is not null
            or s.search_units is not null
            or s.images is not null
            or s.audio_seconds is not null
            or s.characters is not null
            or s.pages is not null
            or s.container_minutes is not null
            or s.cache_storage_token_hours is not null
            then
                case when s.web_search_calls > 0 then 32768 else 0 end
                + case when s.web_fetch_calls > 0 then 65536 else 0 end
                + case when s.file_search_calls > 0 then 131072 else 0 end
                + case when s.grounding_prompts > 0 then 262144 else 0 end
                + case when s.grounding_queries > 0 then 524288 else 0 end
                + case when s.search_units > 0 then 1048576 else 0 end
                + case when s.images > 0 then 2097152 else 0 end
                + case when s.audio_seconds > 0 then 4194304 else 0 end
                + case when s.characters > 0 then 8388608 else 0 end
                + case when s.pages > 0 then 16777216 else 0 end
                + case
                    when s.container_minutes > 0
                        then case s.container_size
                            when '1gb' then 134217728
                            when '4gb' then 268435456
                            when '16gb' then 536870912
                            when '64gb' then 1073741824
                            else 33554432
                        end
                    else 0
                end
                + case when s.cache_storage_token_hours > 0 then 67108864 else 0 end
        else 0
    end as meters_used
from sheets as s
left join steps.time_bands_in_force as b
    on date_trunc('minute', s.started_at) = b.minute
left join steps.committed_requests as v
    on s.request_id = v.request_id
