-- One row per line of what a provider bills: of a cloud's bill, a FOCUS file or an invoice
-- grain: record_id
--
-- A bill's lines are in core.provider_costs too; an invoice's are only here, on the day on which its
-- period begins. A later delivery of an invoice replaces the earlier one.
with bills as (
    select
        record_id,
        day,
        bucket_end,
        provider,
        platform,
        source_format,
        is_provisional,
        billing_account_id,
        workspace_id,
        raw_model,
        token_class,
        line_item,
        coalesce(charge_category, 'usage') as charge_category,
        billed_cost,
        billed_cost_usd,
        currency,
        quantity,
        quantity_unit
    from core.provider_costs
    where source_format in ('aws_cur', 'azure_cost', 'gcp_billing', 'focus')
),

sized as (
    select
        provider,
        billing_account_id,
        day,
        source_format,
        row_number() over (
            partition by provider, billing_account_id, day
            order by sum(abs(coalesce(billed_cost, 0))) desc, source_format asc
        ) as place
    from bills
    group by provider, billing_account_id, day, source_format
),

invoices as (
    select
        record_id,
        day,
        bucket_end,
        provider,
        platform,
        source_format,
        not is_final as is_provisional,
        billing_account_id,
        workspace_id,
        raw_model,
        token_class,
        line_item,
        coalesce(charge_category, 'usage') as charge_category,
        billed_cost,
        billed_cost_usd,
        currency,
        quantity,
        quantity_unit,
        rank() over (
            partition by source_format, scope_id
            order by coalesce(is_final, false) desc, delivered_as_of desc nulls last, delivery_id asc
        ) as place
    from raw.reports
    where day = $day and source_format = 'invoices'
)

select
    b.record_id,
    b.day,
    b.bucket_end,
    b.provider,
    b.platform,
    b.source_format,
    s.place = 1 as is_primary,
    b.is_provisional,
    b.billing_account_id,
    b.workspace_id,
    b.raw_model,
    b.token_class,
    b.line_item,
    b.charge_category,
    b.billed_cost,
    b.billed_cost_usd,
    b.currency,
    b.quantity,
    b.quantity_unit
from bills as b
inner join sized as s
    on
        b.provider = s.provider
        and b.billing_account_id is not distinct from s.billing_account_id
        and b.day = s.day
        and b.source_format = s.source_format
union all
select
    record_id,
    day,
    bucket_end,
    provider,
    platform,
    source_format,
    true as is_primary,
    is_provisional,
    billing_account_id,
    workspace_id,
    raw_model,
    token_class,
    line_item,
    charge_category,
    billed_cost,
    billed_cost_usd,
    currency,
    quantity,
    quantity_unit
from invoices
where place = 1
order by record_id
