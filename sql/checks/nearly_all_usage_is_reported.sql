-- One row for a day on which usage or billing of more than 1 % of the requests is in doubt.
-- grain: day, subject
-- severity: warn

with doubt as (
    select
        count(*) as requests,
        count(*) filter (where unpriced_reason like 'usage_%') as usage_doubts,
        count(*) filter (where unpriced_reason = 'billed_state_unknown') as billing_doubts
    from marts.cost_per_request
    where day = $day
)

select
    $day as day,
    'all requests' as subject,
    concat(
        usage_doubts, ' without full usage and ', billing_doubts, ' that may have been billed, of ', requests
    ) as detail
from doubt
where 100 * (usage_doubts + billing_doubts) > requests
order by subject
