-- One row per request and price sheet it is priced on: the list, and the account's own where it has one
-- grain: request_id, sheet
-- view
--
-- An account has a sheet of its own where contracts set its prices or an allowance frees a part of
-- the quantities. Containers are billed for a minimum time. A request that a commitment covers is
-- priced like a standard one, for comparison.
with sheets as (
    select
        false as has_own_sheet,
        'list' as sheet
    union all
    select
        true as has_own_sheet,
        'list' as sheet
    union all
    select
        true as has_own_sheet,
        'own' as sheet
),

grouped as (
    select
        r.*,
        coalesce(g.price_group, o.price_group) as price_group,
        coalesce(g.price_group, o.price_group, f.request_id) is not null as has_own_sheet,
        case
            when r.container_minutes > 0 then greatest(r.container_minutes, coalesce(m.quantity, 0))
        end as billed_container_minutes
    from core.requests as r
    left join core.price_groups as g
        on r.provider = g.provider and r.platform = g.platform and r.account_id = g.price_group
    left join core.price_groups as o
        on r.provider = o.provider and r.platform = o.platform and o.price_group = '*'
    left join steps.free_quantities as f
        on r.request_id = f.request_id
    left join core.minimum_charges as m
        on r.provider = m.provider and m.request_column = 'container_minutes'
)

select
    r.request_id,
    s.sheet,
    case when s.sheet = 'own' then coalesce(r.price_group, 'list') else 'list' end as price_group,
    r.day,
    r.started_at,
    r.provider,
    r.platform,
    r.model,
    r.model_rule,
    r.billed_state,
    r.usage_basis,
    lower(coalesce(r.region_scope, '')) as region_scope,
    case
        when v.request_id is not null then 'standard'
        when r.is_batch and r.service_tier = 'standard' then 'batch'
        else r.service_tier
    end as service_tier,
    b.time_bands,
    r.status = 'cache_hit' or r.billed_state = 'not_billed' or r.service_tier = 'free' as is_free,
    coalesce(
        r.input_tokens,
        r.cache_read_tokens,
        r.cache_write_5m_tokens,
        r.cache_write_1h_tokens,
        r.cache_write_30m_tokens,
        r.cache_write_12h_tokens,
        r.cache_write_unknown_tokens,
        r.input_audio_tokens,
        r.input_image_tokens,
        r.cache_read_audio_tokens,
        r.cache_read_image_tokens,
        r.output_tokens,
        r.reasoning_tokens,
        r.output_audio_tokens,
        r.output_image_tokens,
        r.web_search_calls,
        r.web_fetch_calls,
        r.file_search_calls,
        r.grounding_prompts,
        r.grounding_queries,
        r.search_units,
        r.images,
        r.audio_seconds,
        r.characters,
        r.pages,
        r.container_minutes,
        r.cache_storage_token_hours
    ) is not null as has_usage,
    r.input_tokens,
    r.cache_read_tokens,
    r.cache_write_5m_tokens,
    r.cache_write_1h_tokens,
    r.cache_write_30m_tokens,
    r.cache_write_12h_tokens,
    r.cache_write_unknown_tokens,
    r.input_audio_tokens,
    r.input_image_tokens,
    r.cache_read_audio_tokens,
    r.cache_read_image_tokens,
    r.output_tokens,
    r.reasoning_tokens,
    r.output_audio_tokens,
    r.output_image_tokens,
    r.web_search_calls - coalesce(f.web_search_calls, 0) as web_search_calls,
    r.web_fetch_calls - coalesce(f.web_fetch_calls, 0) as web_fetch_calls,
    r.file_search_calls - coalesce(f.file_search_calls, 0) as file_search_calls,
    r.grounding_prompts - coalesce(f.grounding_prompts, 0) as grounding_prompts,
    r.grounding_queries - coalesce(f.grounding_queries, 0) as grounding_queries,
    r.search_units - coalesce(f.search_units, 0) as search_units,
    r.images - coalesce(f.images, 0) as images,
    r.audio_seconds - coalesce(f.audio_seconds, 0) as audio_seconds,
    r.characters - coalesce(f.characters, 0) as characters,
    r.pages - coalesce(f.pages, 0) as pages,
    r.billed_container_minutes - coalesce(f.container_minutes, 0) as container_minutes,
    r.cache_storage_token_hours - coalesce(f.cache_storage_token_hours, 0) as cache_storage_token_hours,
    r.container_size,
    k.currency,
    cast(x.usd_per_unit as decimal(18, 12)) as usd_per_unit,
    coalesce(r.input_tokens, 0)
    + coalesce(r.cache_read_tokens, 0)
    + coalesce(r.cache_write_5m_tokens, 0)
    + coalesce(r.cache_write_1h_tokens, 0)
    + coalesce(r.cache_write_30m_tokens, 0)
    + coalesce(r.cache_write_12h_tokens, 0)
    + coalesce(r.cache_write_unknown_tokens, 0)
    + coalesce(r.input_audio_tokens, 0)
    + coalesce(r.input_image_tokens, 0)
    + coalesce(r.cache_read_audio_tokens, 0)
    + coalesce(r.cache_read_image_tokens, 0) as whole_prompt_tokens,
    case when r.input_tokens > 0 then 1 else 0 end
    + case when r.cache_read_tokens > 0 then 2 else 0 end
    + case when r.cache_write_5m_tokens > 0 then 4 else 0 end
    + case when r.cache_write_1h_tokens > 0 then 8 else 0 end
    + case when r.cache_write_30m_tokens > 0 then 16 else 0 end
    + case when r.cache_write_12h_tokens > 0 then 32 else 0 end
    + case when r.cache_write_unknown_tokens > 0 then 64 else 0 end
    + case when r.input_audio_tokens > 0 then 128 else 0 end
    + case when r.input_image_tokens > 0 then 256 else 0 end
    + case when r.cache_read_audio_tokens > 0 then 512 else 0 end
    + case when r.cache_read_image_tokens > 0 then 1024 else 0 end
    + case when r.output_tokens > 0 then 2048 else 0 end
    + case when r.reasoning_tokens > 0 then 4096 else 0 end
    + case when r.output_audio_tokens > 0 then 8192 else 0 end
    + case when r.output_image_tokens > 0 then 16384 else 0 end
    + case when r.web_search_calls > 0 then 32768 else 0 end
    + case when r.web_fetch_calls > 0 then 65536 else 0 end
    + case when r.file_search_calls > 0 then 131072 else 0 end
    + case when r.grounding_prompts > 0 then 262144 else 0 end
    + case when r.grounding_queries > 0 then 524288 else 0 end
    + case when r.search_units > 0 then 1048576 else 0 end
    + case when r.images > 0 then 2097152 else 0 end
    + case when r.audio_seconds > 0 then 4194304 else 0 end
    + case when r.characters > 0 then 8388608 else 0 end
    + case when r.pages > 0 then 16777216 else 0 end
    + case
        when r.container_minutes > 0
            then case r.container_size
                when '1gb' then 134217728
                when '4gb' then 268435456
                when '16gb' then 536870912
                when '64gb' then 1073741824
                else 33554432
            end
        else 0
    end
    + case when r.cache_storage_token_hours > 0 then 67108864 else 0 end as meters_used
from grouped as r
left join steps.time_bands_in_force as b
    on date_trunc('minute', r.started_at) = b.minute
inner join sheets as s
    on r.has_own_sheet = s.has_own_sheet
left join steps.free_quantities as f
    on r.request_id = f.request_id and s.sheet = 'own'
left join core.billing_currencies as k
    on r.provider = k.provider
left join core.exchange_rates as x
    on k.currency = x.currency and r.day = x.day
left join steps.committed_requests as v
    on r.request_id = v.request_id
