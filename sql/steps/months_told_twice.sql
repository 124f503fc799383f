-- One row per account and month that bills tell both whole and by day: which of the two is left out
-- grain: provider, billing_account_id, month
--
-- Both say one sum of usage. Where the days say less than nineteen twentieths of it (their export began in the
-- middle of the month) the whole month counts; a day's hours that Google's clock puts into the next month are less.
with
delivered as (
    select
        provider,
        billing_account_id,
        source_format,
        delivery_form,
        scope_id,
        delivery_id,
        cast(date_trunc('month', min(bucket_start)) as date) as month,
        max(delivered_as_of) as delivered_as_of,
        max(case when is_final then 1 else 0 end) as finality,
        sum(abs(coalesce(billed_cost, 0))) as delivery_size,
        sum(case when charge_category = 'usage' then coalesce(billed_cost, 0) else 0 end) as usage_cost
    from raw.reports
    where delivery_form like 'bill%' and source_format <> 'invoices'
    group by provider, billing_account_id, source_format, delivery_form, scope_id, delivery_id
),

placed as (
    select
        *,
        row_number() over (
            partition by source_format, scope_id
            order by finality desc, delivered_as_of desc nulls last, delivery_size desc, delivery_id asc
        ) as place
    from delivered
),

forms as (
    select
        provider,
        billing_account_id,
        month,
        source_format,
        delivery_form,
        case when delivery_form = 'bill_by_month' then sum(usage_cost) end as whole_cost,
        case when delivery_form <> 'bill_by_month' then sum(usage_cost) end as daily_cost
    from placed
    where place = 1
    group by provider, billing_account_id, month, source_format, delivery_form
)

select
    provider,
    billing_account_id,
    month,
    max(daily_cost) * 20 >= max(whole_cost) * 19 as is_whole_left_out
from forms
group by provider, billing_account_id, month
having max(daily_cost) is not null and max(whole_cost) is not null
order by provider, billing_account_id, month
