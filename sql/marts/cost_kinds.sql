-- One row per month and kind of spend: cost of goods, evaluation, research and development, or not known.
-- grain: month, spend_kind
-- view
select
    substr(cast(day as varchar), 1, 7) as month,
    spend_kind,
    cast(sum(requests) as bigint) as requests,
    coalesce(sum(cost_usd), 0) as cost_usd,
    cast(coalesce(sum(requests) filter (where not is_priced), 0) as bigint) as unpriced_requests,
    cast(decimal_division(
        cast(100 * coalesce(sum(cost_usd), 0) as decimal(30, 12)),
        nullif(sum(sum(cost_usd)) over (partition by substr(cast(day as varchar), 1, 7)), 0),
        6
    ) as decimal(18, 6)) as share_of_month_pct
from marts.requests_by_hour
group by substr(cast(day as varchar), 1, 7), spend_kind
order by month, spend_kind
