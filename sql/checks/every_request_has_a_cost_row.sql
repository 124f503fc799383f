-- One row per request without a cost row, or cost row without a request.
-- grain: day, subject
-- severity: error

with requests as (
    select request_id
    from core.requests
    where day = $day
),

costs as (
    select request_id
    from core.request_costs
    where day = $day
)

select
    $day as day,
    coalesce(requests.request_id, costs.request_id) as subject,
    case
        when requests.request_id is null then 'is in core.request_costs only'
        else 'is in core.requests only'
    end as detail
from requests
full outer join costs on requests.request_id = costs.request_id
where requests.request_id is null or costs.request_id is null
order by subject
