-- One row per UTC day and commitment: what it cost, what requests used of it and what nobody did.
-- grain: day, commitment_id
--
-- Where requests used it but none of them can bear a part (its usage is not known, or it is not
-- billed), the cost is unused.
with borne as (
    select distinct c.commitment_id
    from steps.commitment_covers as c
    inner join steps.commitment_shares as s
        on c.request_id = s.request_id
),

judged as (
    select
        p.*,
        case when b.commitment_id is null then 0 else p.used_cost end as borne_cost
    from steps.commitment_pools as p
    left join borne as b
        on p.commitment_id = b.commitment_id
)

select
    $day as day,
    commitment_id,
    provider,
    platform,
    account_id,
    kind,
    cast(cast(cost as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as cost_usd,
    cast(cast(borne_cost as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as used_cost_usd,
    cast(cast(cost - borne_cost as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as unused_cost_usd,
    cast(requests as bigint) as requests,
    cast(tokens as bigint) as covered_tokens,
    cast(decimal_division(
        cast(100 * tokens as decimal(30, 6)), nullif(cast(capacity_tokens as decimal(30, 0)), 0), 6
    ) as decimal(18, 6)) as utilization_pct
from judged
order by day, commitment_id
