-- One row per month, kind of waste and where it arose: what it cost, and what a month without it returns.
-- grain: month, waste_class, provider, model, feature, workflow, customer_id, prompt_name, prompt_version
-- view
--
-- A month's waste is returned as it was. The first and the last month of all are seen in part: theirs is scaled
-- from the days seen, first to last, to the whole month.
with wasted as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        waste_class,
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(feature, '(unattributed)') as feature,
        coalesce(workflow, '(unattributed)') as workflow,
        coalesce(customer_id, '(unattributed)') as customer_id,
        coalesce(prompt_name, '(unattributed)') as prompt_name,
        coalesce(prompt_version, '(unattributed)') as prompt_version,
        cost_usd,
        cost_lower_bound_usd,
        cost_upper_bound_usd
    from marts.cost_per_request
    where waste_class is not null
),

spans as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        min(day) as first_on,
        max(day) as last_on,
        min(date_trunc('month', day)) as month_start,
        min(date_trunc('month', day) + interval 1 month) as month_end
    from marts.cost_per_feature
    group by substr(cast(day as varchar), 1, 7)
),

months as (
    select
        month,
        date_diff('day', month_start, month_end) as days_of_month,
        date_diff(
            'day',
            case when lag(month) over (order by month asc) is null then first_on else month_start end,
            case when lead(month) over (order by month asc) is null then last_on + 1 else month_end end
        ) as days_seen
    from spans
),

summed as (
    select
        month,
        waste_class,
        provider,
        model,
        feature,
        workflow,
        customer_id,
        prompt_name,
        prompt_version,
        count(*) as requests,
        sum(cost_usd) as waste_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests,
        sum(cost_lower_bound_usd) as waste_lower_bound_usd,
        sum(cost_upper_bound_usd) as waste_upper_bound_usd,
        count(*) filter (where cost_upper_bound_usd is null) as unbounded_requests
    from wasted
    group by
        month, waste_class, provider, model, feature, workflow, customer_id, prompt_name, prompt_version
)

select
    summed.month,
    summed.waste_class,
    summed.provider,
    summed.model,
    summed.feature,
    summed.workflow,
    summed.customer_id,
    summed.prompt_name,
    summed.prompt_version,
    summed.requests,
    summed.waste_usd,
    summed.unpriced_requests,
    summed.waste_lower_bound_usd,
    summed.waste_upper_bound_usd,
    summed.unbounded_requests,
    cast(decimal_division(
        cast(summed.waste_lower_bound_usd * months.days_of_month as decimal(38, 12)), months.days_seen, 12
    ) as decimal(38, 12)) as returned_lower_bound_usd,
    cast(decimal_division(
        cast(summed.waste_upper_bound_usd * months.days_of_month as decimal(38, 12)), months.days_seen, 12
    ) as decimal(38, 12)) as returned_upper_bound_usd
from summed
inner join months on summed.month = months.month
order by
    summed.month,
    summed.waste_class,
    summed.provider,
    summed.model,
    summed.feature,
    summed.workflow,
    summed.customer_id,
    summed.prompt_name,
    summed.prompt_version
