-- One row per month, kind of waste and where it arose: what it cost, and what a month without it returns.
-- grain: month, waste_class, provider, model, feature, workflow, customer_id, prompt_name, prompt_version
-- view
--
-- A month's waste is returned as it was. The first and the last month of all are seen in part: theirs is scaled
-- from the days seen, first to last, to the whole month.
with spans as (
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
        substr(cast(day as varchar), 1, 7) as month,
        waste_class,
        provider,
        model,
        feature,
        workflow,
        customer_id,
        prompt_name,
        prompt_version,
        cast(sum(requests) as bigint) as requests,
        sum(waste_usd) as waste_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        sum(waste_lower_bound_usd) as waste_lower_bound_usd,
        sum(waste_upper_bound_usd) as waste_upper_bound_usd,
        cast(sum(unbounded_requests) as bigint) as unbounded_requests
    from marts.waste_by_prompt
    group by
        substr(cast(day as varchar), 1, 7),
        waste_class,
        provider,
        model,
        feature,
        workflow,
        customer_id,
        prompt_name,
        prompt_version
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
