-- One row per commitment of the day: what it cost, and the part of it that requests used
-- grain: commitment_id
--
-- Commitments of one scope are one pool of capacity. Where a capacity is not told, all of it is
-- used as soon as one request is.
with used as (
    select
        commitment_id,
        count(*) as requests,
        cast(sum(tokens) as hugeint) as tokens
    from steps.commitment_covers
    group by commitment_id
),

pooled as (
    select
        d.*,
        coalesce(u.requests, 0) as requests,
        coalesce(u.tokens, 0) as tokens,
        cast(sum(d.capacity_tokens) over same_scope as hugeint) as pool_capacity,
        count(*) over same_scope = count(d.capacity_tokens) over same_scope as is_capacity_told
    from steps.commitment_days as d
    left join used as u
        on d.commitment_id = u.commitment_id
    window same_scope as (
        partition by d.account_id, d.provider, d.platform, d.region_scope, d.model_key, d.service_tier
    )
)

select
    commitment_id,
    account_id,
    provider,
    platform,
    kind,
    cost,
    requests,
    tokens,
    case
        when requests = 0 then 0
        when is_capacity_told and pool_capacity > 0 then cost * least(tokens, pool_capacity) // pool_capacity
        else cost
    end as used_cost,
    case when is_capacity_told then pool_capacity end as capacity_tokens
from pooled
