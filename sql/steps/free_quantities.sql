-- One row per request that an allowance frees of a charge, in whole or in part, with what is free
-- grain: request_id
select
    d.request_id,
    sum(case when m.request_column = 'web_search_calls' then d.free_quantity end) as web_search_calls,
    sum(case when m.request_column = 'web_fetch_calls' then d.free_quantity end) as web_fetch_calls,
    sum(case when m.request_column = 'file_search_calls' then d.free_quantity end) as file_search_calls,
    sum(case when m.request_column = 'grounding_prompts' then d.free_quantity end) as grounding_prompts,
    sum(case when m.request_column = 'grounding_queries' then d.free_quantity end) as grounding_queries,
    sum(case when m.request_column = 'search_units' then d.free_quantity end) as search_units,
    sum(case when m.request_column = 'images' then d.free_quantity end) as images,
    sum(case when m.request_column = 'audio_seconds' then d.free_quantity end) as audio_seconds,
    sum(case when m.request_column = 'characters' then d.free_quantity end) as characters,
    sum(case when m.request_column = 'pages' then d.free_quantity end) as pages,
    sum(case when m.request_column = 'container_minutes' then d.free_quantity end) as container_minutes,
    sum(
        case when m.request_column = 'cache_storage_token_hours' then d.free_quantity end
    ) as cache_storage_token_hours
from steps.allowance_draws as d
inner join core.meters as m
    on d.meter = m.meter
where d.free_quantity > 0
group by d.request_id
