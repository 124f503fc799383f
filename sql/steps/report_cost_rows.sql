-- One row per charge of any report or bill, all deliveries
-- grain: record_id
select
    r.record_id,
    r.day,
    r.provider,
    r.platform,
    r.source_format,
    'costs' as kind,
    r.bucket_start,
    r.bucket_end,
    r.bucket_width,
    r.delivery_form,
    r.report_grouping,
    r.scope_id,
    r.delivery_id,
    r.delivered_as_of,
    r.is_empty_bucket,
    r.is_final,
    r.is_repeat or m.month is not null as is_repeat,
    r.billing_account_id,
    r.workspace_id,
    r.workspace_name,
    r.api_key_id,
    r.api_key_name,
    r.user_id,
    r.raw_model,
    r.service_tier,
    r.is_batch,
    r.context_window,
    r.inference_geo,
    r.speed,
    r.api_source,
    r.line_item,
    r.cost_type,
    r.token_class,
    r.charge_category,
    r.resource_id,
    r.billed_cost,
    r.billed_cost_usd,
    r.list_cost_usd,
    r.effective_cost_usd,
    r.currency,
    r.amount_text,
    r.amount_unit,
    r.quantity,
    r.quantity_unit
from raw.reports as r
left join steps.months_told_twice as m
    on
        r.provider = m.provider
        and r.billing_account_id is not distinct from m.billing_account_id
        and cast(date_trunc('month', r.bucket_start) as date) = m.month
        and (r.delivery_form = 'bill_by_month') = m.is_whole_left_out
where r.day = $day and r.amount_text is not null and r.source_format <> 'invoices'
