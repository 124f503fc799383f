-- One row per provider's day, what its reports tell apart and token class: both sides, at our prices or the list's
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- Reported usage is valued at what the same usage cost us; where we have none of it, at what the
-- provider charges for it before discounts, and where we have it in another tier or region, at the list price.
-- Quantities are compared only where the reports count them: a day without usage report, or a class
-- that is charged and not counted, is taken as metered.
with cells as (
    select
        coalesce(m.day, r.day) as day,
        coalesce(m.provider, r.provider) as provider,
        coalesce(m.platform, r.platform) as platform,
        coalesce(m.account_id, r.account_id) as account_id,
        coalesce(m.month_account_id, r.month_account_id) as month_account_id,
        coalesce(m.model, r.model) as model,
        coalesce(m.service_tier, r.service_tier) as service_tier,
        coalesce(m.region_scope, r.region_scope) as region_scope,
        coalesce(m.token_class, r.token_class) as token_class,
        coalesce(m.priced_quantity, 0) as priced_quantity,
        coalesce(m.unpriced_quantity, 0) as unpriced_quantity,
        coalesce(m.twin_quantity, 0) as twin_quantity,
        coalesce(m.largest_quantity, 0) as largest_quantity,
        coalesce(m.picos, 0) as metered_picos,
        coalesce(m.utc_picos, 0) as utc_picos,
        coalesce(r.reported_quantity, 0) as reported_quantity
    from steps.metered_cells as m
    full outer join steps.reported_cells as r
        on
            m.day = r.day
            and m.provider = r.provider
            and m.platform = r.platform
            and m.account_id is not distinct from r.account_id
            and m.model = r.model
            and m.service_tier is not distinct from r.service_tier
            and m.region_scope is not distinct from r.region_scope
            and m.token_class = r.token_class
),

charged as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        sum(greatest(billed_picos, list_picos)) as billed_picos
    from steps.reported_charges
    where charge_category = 'usage'
    group by day, provider, platform, account_id, model, token_class
),

summed as (
    select
        c.*,
        sum(c.priced_quantity) over cell as cell_priced_quantity,
        sum(c.reported_quantity) over cell as cell_reported_quantity,
        coalesce(p.billed_picos, 0) as cell_billed_picos,
        l.picos_per_token,
        l.lowest_picos_per_token,
        l.highest_picos_per_token
    from cells as c
    left join charged as p
        on
            c.day = p.day
            and c.provider = p.provider
            and c.platform = p.platform
            and c.account_id is not distinct from p.account_id
            and c.model = p.model
            and c.token_class = p.token_class
    left join steps.list_rates as l
        on
            c.day = l.day
            and c.platform = l.platform
            and c.model = l.model
            and coalesce(c.service_tier, 'standard') = l.service_tier
            and coalesce(c.region_scope, '') = l.region_scope
            and c.token_class = l.token_class
    window cell as (partition by c.day, c.provider, c.platform, c.account_id, c.model, c.token_class)
),

rated as (
    select
        s.*,
        s.token_class in ('input', 'cache_read', 'cache_write', 'output') as is_tokens,
        d.has_usage
        and s.token_class in ('input', 'cache_read', 'cache_write', 'output')
        and (s.cell_reported_quantity > 0 or s.cell_billed_picos = 0) as is_counted,
        case
            when s.priced_quantity > 0 then s.metered_picos
            when s.cell_priced_quantity > 0 and s.picos_per_token is not null then s.picos_per_token
            when s.cell_billed_picos > 0 and s.cell_reported_quantity > 0 then s.cell_billed_picos
            else s.picos_per_token
        end as rate_picos,
        case
            when s.priced_quantity > 0 then s.priced_quantity
            when s.cell_priced_quantity > 0 and s.picos_per_token is not null then 1
            when s.cell_billed_picos > 0 and s.cell_reported_quantity > 0 then s.cell_reported_quantity
            else 1
        end as rate_quantity
    from summed as s
    inner join steps.told_dimensions as d
        on s.day = d.day and s.provider = d.provider and s.platform = d.platform
),

-- A file that came twice came twice as a whole: where only we have half of the twins or more, all of
-- them are one request twice, else no more of them than only we have.
judged as (
    select
        *,
        case
            when 2 * (priced_quantity - reported_quantity) >= twin_quantity then twin_quantity
            else greatest(priced_quantity - reported_quantity, 0)
        end as duplicate_quantity
    from rated
),

compared as (
    select
        *,
        least(priced_quantity - duplicate_quantity, reported_quantity) as agreed_quantity,
        least(unpriced_quantity, greatest(reported_quantity - priced_quantity + duplicate_quantity, 0))
            as agreed_unpriced_quantity
    from judged
)

select
    day,
    provider,
    platform,
    account_id,
    month_account_id,
    model,
    service_tier,
    region_scope,
    token_class,
    is_tokens,
    is_counted,
    priced_quantity,
    unpriced_quantity,
    twin_quantity,
    case when is_counted then duplicate_quantity else 0 end as duplicate_quantity,
    largest_quantity,
    reported_quantity,
    metered_picos,
    utc_picos,
    case when is_counted then agreed_unpriced_quantity else 0 end as agreed_unpriced_quantity,
    case when is_counted then coalesce(agreed_unpriced_quantity * rate_picos // rate_quantity, 0) else 0 end
        as unpriced_picos,
    case when is_counted then reported_quantity - agreed_quantity - agreed_unpriced_quantity else 0 end
        as reported_only_quantity,
    case
        when is_counted
            then
                coalesce(
                    (reported_quantity - agreed_quantity - agreed_unpriced_quantity) * rate_picos // rate_quantity, 0
                )
        else 0
    end as reported_only_picos,
    case when is_counted then priced_quantity - agreed_quantity else 0 end as metered_only_quantity,
    case when is_counted then coalesce((priced_quantity - agreed_quantity) * rate_picos // rate_quantity, 0) else 0 end
        as metered_only_picos,
    cell_billed_picos,
    lowest_picos_per_token,
    highest_picos_per_token
from compared
