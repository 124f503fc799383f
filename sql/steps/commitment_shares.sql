-- One row per request that bears a part of a commitment
-- grain: request_id
--
-- The used part is divided by what the requests would cost at list price; by tokens where one of
-- them has no list price; evenly where all weigh nothing. The largest remainders get the digits
-- left over, so that the shares add up to the used part. A request with a fee that has no price
-- bears none: its cost is unknown.
with bearers as (
    select
        c.commitment_id,
        c.request_id,
        c.tokens,
        p.input_cost + p.cache_read_cost + p.cache_write_cost + p.output_cost as list_cost
    from steps.commitment_covers as c
    inner join steps.priced_asks as p
        on c.request_id = p.request_id and not p.is_own_sheet
    left join steps.priced_asks as o
        on c.request_id = o.request_id and o.is_own_sheet
    where
        not p.is_free
        and p.unknown_reason is null
        and (
            not p.has_fees
            or case when o.request_id is null then p.unpriced_reason else o.unpriced_reason end is null
        )
),

told as (
    select
        commitment_id,
        count(*) = count(list_cost) and sum(list_cost) > 0 as is_listed,
        sum(tokens) > 0 as has_tokens
    from bearers
    group by commitment_id
),

weighed as (
    select
        b.commitment_id,
        b.request_id,
        cast(
            case
                when t.is_listed then b.list_cost * 1000000000000
                when t.has_tokens then b.tokens
                else 1
            end as hugeint
        ) as weight
    from bearers as b
    inner join told as t
        on b.commitment_id = t.commitment_id
),

totalled as (
    select
        w.commitment_id,
        w.request_id,
        w.weight,
        p.used_cost,
        cast(sum(w.weight) over (partition by w.commitment_id) as hugeint) as all_weights
    from weighed as w
    inner join steps.commitment_pools as p
        on w.commitment_id = p.commitment_id
),

floors as (
    select
        commitment_id,
        request_id,
        used_cost,
        used_cost * weight // all_weights as share,
        used_cost * weight % all_weights as remainder
    from totalled
),

shared as (
    select
        request_id,
        share
        + case
            when
                row_number() over (partition by commitment_id order by remainder desc, request_id asc)
                <= used_cost - sum(share) over (partition by commitment_id)
                then 1
            else 0
        end as share
    from floors
)

select
    request_id,
    cast(sum(share) as decimal(38, 0)) * 0.000000000001 as commitment_cost_usd
from shared
group by request_id
