-- One row per model that a user of Claude Code used on a day, as text; one without a model where none was used
-- grain: source_line, item_no, raw_model
with
days as (
    select
        *,
        coalesce(cast(item as varchar), 'null') as record,
        report_day(item ->> '$.date') as used_on,
        coalesce(item ->> '$.customer_type', 'unknown') as customer_type
    from raw.report_items
),

models as (
    select
        *,
        unnest(if(
            json_array_length(item, '$.model_breakdown') > 0, from_json(item -> '$.model_breakdown', '["JSON"]'), [null]
        )) as used
    from days
)

select
    source_line,
    record,
    case
        when item ->> '$.date' is null then 'the item has no date; a page holds `data`, a list of days by actor'
        when json_type(item, '$.actor') is null then 'the item has no actor; its names may have changed'
    end as reject_reason,
    'claude_code' as kind,
    coalesce(cast(used_on as varchar), item ->> '$.date') as started,
    cast(used_on + 1 as varchar) as ended,
    'api' as delivery_form,
    'actor,customer_type,model,terminal_type' as report_grouping,
    'claude_code' as scope,
    delivery_part,
    as_of,
    -- The cost is an estimate; what an API key really cost stands in the cost report, a seat costs nothing by token.
    'true' as is_repeat,
    'anthropic' as provider,
    'direct' as platform,
    item ->> '$.organization_id' as billing_account_id,
    item ->> '$.actor.api_key_name' as api_key_name,
    item ->> '$.actor.email_address' as user_id,
    used ->> '$.model' as raw_model,
    item ->> '$.terminal_type' as api_source,
    concat_ws(' ', customer_type, item ->> '$.subscription_type') as meter_detail,
    concat_ws(' ', 'Claude Code,', customer_type, item ->> '$.subscription_type') as line_item,
    'estimated_' || customer_type as cost_type,
    'cents_number' as amount_unit,
    used ->> '$.estimated_cost.amount' as list_cost,
    used ->> '$.estimated_cost.currency' as currency,
    map(
        ['input_tokens', 'cache_read_tokens', 'cache_write_unknown_tokens', 'output_tokens'],
        [
            used ->> '$.tokens.input', used ->> '$.tokens.cache_read', used ->> '$.tokens.cache_creation',
            used ->> '$.tokens.output'
        ]
    ) as counts
from models
