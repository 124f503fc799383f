-- One row per charge of any provider's report, all deliveries
-- grain: record_id
with
united as (
    select * from steps.openai_cost_rows
    union all
    select * from steps.anthropic_cost_rows
    union all
    select * from steps.report_cost_rows
)

select
    record_id,
    day,
    provider,
    platform,
    source_format,
    kind,
    bucket_start,
    bucket_end,
    bucket_width,
    delivery_form,
    report_grouping,
    scope_id,
    delivery_id,
    delivered_as_of,
    is_empty_bucket,
    is_final,
    is_repeat,
    billing_account_id,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    user_id,
    raw_model,
    service_tier,
    is_batch,
    context_window,
    inference_geo,
    speed,
    api_source,
    line_item,
    cost_type,
    token_class,
    charge_category,
    resource_id,
    billed_cost,
    billed_cost_usd,
    list_cost_usd,
    effective_cost_usd,
    currency,
    amount_text,
    amount_unit,
    quantity,
    quantity_unit
from united
