-- One row per UTC day and service: what its recorded requests cost, and the estimate for all of them.
-- grain: day, service_name
--
-- Measured and weighted stand side by side; no other table weighs.
select
    day,
    coalesce(service_name, '(unattributed)') as service_name,
    count(*) as requests,
    count(*) filter (where sampling_weight > 1) as sampled_requests,
    cast(sum(sampling_weight) as decimal(18, 6)) as weighted_quantity,
    coalesce(sum(cost_usd), 0) as cost_usd,
    coalesce(sum(cast(round(cost_usd * sampling_weight, 12) as decimal(38, 12))), 0) as weighted_cost_usd,
    count(*) filter (where cost_usd is null) as unpriced_requests
from marts.cost_per_request
where day = $day
group by day, coalesce(service_name, '(unattributed)')
order by day, service_name
