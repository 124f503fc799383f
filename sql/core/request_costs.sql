-- One row per request: what it costs at list price, under the account's contracts, and in effect.
-- grain: request_id
--
-- The effective cost is the contracted one. A request that a commitment covers bears its share of
-- the commitment instead of tokens; fees for tools come on top of it.
with charged as (
    select
        l.request_id,
        l.day,
        o.request_id is not null as has_own_sheet,
        l.input_cost + l.cache_read_cost + l.cache_write_cost + l.output_cost + l.tool_cost as list_cost,
        c.commitment_cost_usd,
        case when o.request_id is null then l.unpriced_reason else o.unpriced_reason end as sheet_reason,
        case when o.request_id is null then l.input_cost else o.input_cost end as input_cost,
        case when o.request_id is null then l.cache_read_cost else o.cache_read_cost end as cache_read_cost,
        case when o.request_id is null then l.cache_write_cost else o.cache_write_cost end as cache_write_cost,
        case when o.request_id is null then l.output_cost else o.output_cost end as output_cost,
        case when o.request_id is null then l.reasoning_cost else o.reasoning_cost end as reasoning_cost,
        case when o.request_id is null then l.tool_cost else o.tool_cost end as tool_cost,
        case when o.request_id is null then l.price_ids else o.price_ids end as price_ids,
        o.contract_ids
    from steps.priced_asks as l
    left join steps.priced_asks as o
        on l.request_id = o.request_id and o.is_own_sheet
    left join steps.commitment_shares as c
        on l.request_id = c.request_id
    where not l.is_own_sheet
),

judged as (
    select
        *,
        commitment_cost_usd is not null as is_allocated,
        input_cost + cache_read_cost + cache_write_cost + output_cost + tool_cost as contracted_cost
    from charged
)

select
    j.request_id,
    j.day,
    cast(case when j.is_allocated then 0 else j.input_cost end as decimal(38, 12)) as input_cost_usd,
    cast(case when j.is_allocated then 0 else j.cache_read_cost end as decimal(38, 12)) as cache_read_cost_usd,
    cast(case when j.is_allocated then 0 else j.cache_write_cost end as decimal(38, 12)) as cache_write_cost_usd,
    cast(case when j.is_allocated then 0 else j.output_cost end as decimal(38, 12)) as output_cost_usd,
    cast(case when j.is_allocated then 0 else j.reasoning_cost end as decimal(38, 12)) as reasoning_cost_usd,
    cast(
        case when j.is_allocated then coalesce(j.tool_cost, 0) else j.tool_cost end as decimal(38, 12)
    ) as tool_cost_usd,
    cast(
        case when j.is_allocated then j.commitment_cost_usd when j.sheet_reason is null then 0 end as decimal(38, 12)
    ) as commitment_cost_usd,
    cast(
        case
            when j.is_allocated then j.commitment_cost_usd + coalesce(j.tool_cost, 0)
            else j.contracted_cost
        end as decimal(38, 12)
    ) as cost_usd,
    cast(j.list_cost as decimal(38, 12)) as list_cost_usd,
    cast(j.contracted_cost as decimal(38, 12)) as contracted_cost_usd,
    case
        when j.is_allocated then 'allocated'
        when j.sheet_reason is not null then 'unpriced'
        when j.has_own_sheet then 'metered_contract'
        else 'metered_list'
    end as cost_basis,
    case when not j.is_allocated then j.sheet_reason end as unpriced_reason,
    j.price_ids,
    j.contract_ids,
    v.price_revision
from judged as j
cross join core.price_revision as v
order by j.request_id
