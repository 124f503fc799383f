-- One row per charge: a UTC day's use of one meter at one price for one owner, a correction of a closed month, a bill's
-- grain: day, charge_class, cause, adjusted_day, owner, place, cost_basis, contracts, part, token_class, price_id, line
--
-- The classes of one part of the cost are told apart where their list prices account for it to the last digit; else
-- they stay one charge. List and contracted cost are known per request only: its charges bear them as they bear the
-- effective cost, in running shares of trillionths of a dollar, rounded down, so that nothing is lost or added.
-- Requests without a price are in no charge. Lines of bills for no usage are charges of their own, in their currency.
with shares as (
    select
        s.*,
        cast(s.effective_cost_usd * 1000000000000 as hugeint) as own,
        cast(sum(s.effective_cost_usd) over running * 1000000000000 as hugeint) as through,
        cast(u.effective_cost_usd * 1000000000000 as hugeint) as effective,
        cast(u.contracted_cost_usd * 1000000000000 as hugeint) as contracted,
        cast(u.list_cost_usd * 1000000000000 as hugeint) as listed,
        row_number() over running = 1 as is_first
    from exports.focus_parts as s
    inner join exports.focus_usage as u
        on s.usage_no = u.usage_no
    window running as (partition by s.usage_no order by s.part, s.token_class nulls first)
),

costed as (
    select
        *,
        case
            when contracted = effective then own
            when effective = 0 then case when is_first then contracted else 0 end
            else contracted * through // effective - contracted * (through - own) // effective
        end as contracted_share,
        case
            when listed = effective then own
            when effective = 0 then case when is_first then listed else 0 end
            else listed * through // effective - listed * (through - own) // effective
        end as list_share
    from shares
),

charges as (
    select
        u.day,
        'Usage' as charge_category,
        cast(null as varchar) as charge_class,
        cast(null as varchar) as cause,
        cast(null as date) as adjusted_day,
        u.provider,
        u.platform,
        u.account_id,
        u.region_scope,
        u.model,
        u.service_tier,
        u.is_batch,
        u.customer_id,
        u.feature,
        u.team,
        u.workflow,
        u.environment,
        u.cost_basis,
        u.contract_ids,
        u.has_list_price,
        c.part,
        c.token_class,
        c.price_id,
        cast(sum(c.requests) as bigint) as requests,
        cast(sum(coalesce(c.quantity, c.requests)) as decimal(38, 6)) as quantity,
        case
            when count(c.quantity) < count(*) then 'requests'
            when c.part <> 'tools' then 'tokens'
            else c.token_class
        end as unit,
        'USD' as currency,
        cast(case when c.part = 'committed' then 0 else sum(c.effective_cost_usd) end as decimal(38, 12))
            as billed_cost,
        cast(sum(c.effective_cost_usd) as decimal(38, 12)) as effective_cost,
        cast(sum(c.contracted_share) * 0.000000000001 as decimal(38, 12)) as contracted_cost,
        cast(sum(c.list_share) * 0.000000000001 as decimal(38, 12)) as list_cost
    from costed as c
    inner join exports.focus_usage as u
        on c.usage_no = u.usage_no
    group by
        u.day, u.provider, u.platform, u.account_id, u.region_scope, u.model, u.service_tier, u.is_batch, u.customer_id,
        u.feature, u.team, u.workflow, u.environment, u.cost_basis, u.contract_ids, u.has_list_price, c.part,
        c.token_class, c.price_id, c.quantity is null
),

corrections as (
    select
        day,
        'Usage' as charge_category,
        'Correction' as charge_class,
        cause,
        adjusted_day,
        provider,
        nullif(model, '(unattributed)') as model,
        nullif(customer_id, '(unattributed)') as customer_id,
        nullif(feature, '(unattributed)') as feature,
        nullif(workflow, '(unattributed)') as workflow,
        cast(sum(requests) as bigint) as requests,
        cast(sum(requests_after - requests_before) as decimal(38, 6)) as quantity,
        'requests' as unit,
        'USD' as currency,
        cast(sum(amount_usd) as decimal(38, 12)) as billed_cost,
        cast(sum(amount_usd) as decimal(38, 12)) as effective_cost,
        cast(sum(amount_usd) as decimal(38, 12)) as contracted_cost,
        cast(sum(amount_usd) as decimal(38, 12)) as list_cost
    from core.adjustments
    where day >= $first and day <= $last
    group by day, cause, adjusted_day, provider, model, customer_id, feature, workflow
),

bills as (
    select
        *,
        'charges' as unit,
        case when billed_cost < 0 then -1 else 1 end as quantity,
        billed_cost as contracted_cost,
        billed_cost as list_cost
    from exports.focus_bills
),

united as (
    select *
    from charges
    union all by name
    select *
    from corrections
    union all by name
    select *
    from bills
)

select
    day,
    charge_category,
    charge_class,
    cause,
    adjusted_day,
    record_id,
    line_item,
    period_end,
    provider,
    platform,
    account_id,
    region_scope,
    model,
    service_tier,
    is_batch,
    customer_id,
    feature,
    team,
    workflow,
    environment,
    cost_basis,
    contract_ids,
    has_list_price,
    part,
    token_class,
    price_id,
    requests,
    quantity,
    unit,
    currency,
    billed_cost,
    effective_cost,
    contracted_cost,
    list_cost
from united
order by all
