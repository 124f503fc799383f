-- One row per line of what a provider bills: of a cloud's bill, a FOCUS file or an invoice
-- grain: record_id
--
-- A bill's lines are in core.provider_costs too; an invoice's are only here, on the day on which its
-- period begins. A later delivery of an invoice replaces the earlier one.
with bills as (
    select
        c.record_id,
        c.day,
        c.bucket_end,
        c.provider,
        c.platform,
        c.source_format,
        c.is_provisional,
        c.billing_account_id,
        c.workspace_id,
        c.raw_model,
        c.token_class,
        c.line_item,
        coalesce(c.charge_category, 'usage') as charge_category,
        c.billed_cost,
        c.billed_cost_usd,
        c.currency,
        c.quantity,
        c.quantity_unit,
        r.delivery_form,
        r.is_repeat
    from core.provider_costs as c
    inner join steps.report_cost_rows as r
        on c.record_id = r.record_id
    where c.source_format in ('aws_cur', 'azure_cost', 'gcp_billing', 'focus')
),

sized as (
    select
        provider,
        billing_account_id,
        day,
        source_format,
        delivery_form,
        row_number() over (
            partition by provider, billing_account_id, day
            order by sum(abs(coalesce(billed_cost, 0))) desc, source_format asc, delivery_form asc
        ) as place
    from bills
    where not is_repeat
    group by provider, billing_account_id, day, source_format, delivery_form
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
    coalesce(s.place = 1 and not b.is_repeat, false) as is_primary,
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
left join sized as s
    on
        b.provider = s.provider
        and b.billing_account_id is not distinct from s.billing_account_id
        and b.day = s.day
        and b.source_format = s.source_format
        and b.delivery_form = s.delivery_form
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
