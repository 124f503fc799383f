-- One row per month and kind of spend: cost of goods, evaluation, research and development, or not known.
-- grain: month, spend_kind
-- view
with kinds as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        case
            when stage = 'evaluation' then 'evaluation'
            when lower(environment) in ('production', 'prod', 'live') then 'cost_of_goods'
            when environment is not null then 'research_and_development'
            else 'unknown'
        end as spend_kind,
        cost_usd
    from marts.cost_per_request
)

select
    month,
    spend_kind,
    count(*) as requests,
    coalesce(sum(cost_usd), 0) as cost_usd,
    count(*) - count(cost_usd) as unpriced_requests,
    cast(decimal_division(
        cast(100 * coalesce(sum(cost_usd), 0) as decimal(30, 12)),
        nullif(sum(sum(cost_usd)) over (partition by month), 0),
        6
    ) as decimal(18, 6)) as share_of_month_pct
from kinds
group by month, spend_kind
order by month, spend_kind
