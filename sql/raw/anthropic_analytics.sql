-- One row per group of a bucket of Anthropic's unified usage or cost analytics, as text
-- grain: source_line, item_no
with
opened as (
    select
        *,
        coalesce(cast(item as varchar), 'null') as record,
        coalesce(json_type(item, '$.usage') = 'OBJECT', false) as is_usage,
        coalesce(json_type(item, '$.cost') = 'OBJECT', false) as is_cost,
        if(json_type(item, '$.group') = 'OBJECT', list_sort(json_keys(item, '$.group')), []) as dimensions,
        item ->> '$.group.token_type' as token_type,
        item ->> '$.starting_at' as started,
        item ->> '$.ending_at' as ended
    from raw.report_items
)

select
    source_line,
    record,
    case
        when
            not is_usage and not is_cost
            then 'the item has neither usage nor cost; a page holds `data`, a list of them'
        when ended is null then 'the item has no ending_at'
        when is_cost and item ->> '$.cost.amount' is null then 'the cost has no amount; its names may have changed'
        when is_usage and not is_cost and item ->> '$.usage.uncached_input_tokens' is null
            then 'the usage has no uncached_input_tokens; its names may have changed'
    end as reject_reason,
    'messages' as kind,
    started,
    ended,
    'api' as delivery_form,
    array_to_string(dimensions, ',') as report_grouping,
    concat_ws('|', if(is_cost, 'cost', 'usage'), array_to_string(dimensions, ',')) as scope,
    delivery_part,
    as_of,
    -- Groups of people overlap; a row of several days repeats its days.
    cast(
        list_contains(dimensions, 'rbac_group_id')
        or coalesce(told_moment(ended) - told_moment(started) > 86400000000, false) as varchar
    ) as is_repeat,
    'anthropic' as provider,
    'direct' as platform,
    item ->> '$.group.workspace_id' as workspace_id,
    item ->> '$.group.api_key_id' as api_key_id,
    coalesce(item ->> '$.group.actor', item ->> '$.group.claude_tag_user_id') as user_id,
    item ->> '$.group.model' as raw_model,
    item ->> '$.group.service_tier' as service_tier,
    if(item ->> '$.group.service_tier' is null, null, cast(item ->> '$.group.service_tier' = 'batch' as varchar))
        as is_batch,
    item ->> '$.group.context_window' as context_window,
    item ->> '$.group.inference_geo' as inference_geo,
    item ->> '$.group.speed' as speed,
    item ->> '$.group.product' as api_source,
    nullif(concat_ws(' ', item ->> '$.group.cost_type', token_type), '') as line_item,
    item ->> '$.group.cost_type' as cost_type,
    if(is_cost, report_token_class(report_words(token_type)), null) as token_class,
    if(is_cost, item ->> '$.cost.amount', null) as amount,
    'cents_text' as amount_unit,
    if(is_cost, item ->> '$.cost.list_amount', null) as list_cost,
    item ->> '$.cost.currency' as currency,
    told_map(item -> '$.group') as tags,
    case
        when is_usage and not is_cost then map(
            [
                'num_requests', 'input_tokens', 'cache_read_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens',
                'output_tokens', 'web_search_calls', 'web_fetch_calls'
            ],
            [
                item ->> '$.usage.requests',
                item ->> '$.usage.uncached_input_tokens',
                item ->> '$.usage.cache_read_input_tokens',
                item ->> '$.usage.cache_creation.ephemeral_5m_input_tokens',
                item ->> '$.usage.cache_creation.ephemeral_1h_input_tokens',
                item ->> '$.usage.output_tokens',
                item ->> '$.usage.server_tool_use.web_search_requests',
                item ->> '$.usage.server_tool_use.web_fetch_requests'
            ]
        )
    end as counts
from opened
