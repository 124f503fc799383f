-- One row per provider's day, account, model and token class with costs: usage at our prices, and what is charged
-- grain: day, provider, platform, account_id, model, token_class
--
-- Charges for usage only. Where costs are not split by what they are for, an account is one cell.
with valued as (
    select
        s.day,
        s.provider,
        s.platform,
        s.account_id,
        case when d.has_unsplit_costs then '(not split)' else s.model end as model,
        case when d.has_unsplit_costs then 'not_split' else s.token_class end as token_class,
        bool_or(s.is_tokens) as is_tokens,
        bool_or(d.has_tiers) as has_tiers,
        bool_or(d.has_regions) as has_regions,
        sum(case when s.is_counted then s.reported_quantity else 0 end) as reported_quantity,
        sum(s.unpriced_quantity) as unpriced_quantity,
        sum(
            s.metered_picos + s.unpriced_picos + s.reported_only_picos - s.metered_only_picos
        ) as usage_picos
    from steps.usage_strata as s
    inner join steps.told_dimensions as d
        on s.day = d.day and s.provider = d.provider and s.platform = d.platform
    where d.has_costs and s.token_class in ('input', 'cache_read', 'cache_write', 'output', 'other')
    group by
        s.day,
        s.provider,
        s.platform,
        s.account_id,
        case when d.has_unsplit_costs then '(not split)' else s.model end,
        case when d.has_unsplit_costs then 'not_split' else s.token_class end
),

charged as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        min(currency) as currency,
        sum(charge_lines) as charge_lines,
        sum(cent_lines) as cent_lines,
        bool_or(is_unconverted) as is_unconverted,
        sum(billed_picos) as billed_picos,
        sum(list_picos) as list_picos
    from steps.reported_charges
    where charge_category = 'usage'
    group by day, provider, platform, account_id, model, token_class
)

select
    coalesce(v.day, c.day) as day,
    coalesce(v.provider, c.provider) as provider,
    coalesce(v.platform, c.platform) as platform,
    coalesce(v.account_id, c.account_id) as account_id,
    coalesce(v.model, c.model) as model,
    coalesce(v.token_class, c.token_class) as token_class,
    coalesce(v.is_tokens, false) as is_tokens,
    coalesce(v.has_tiers, false) as has_tiers,
    coalesce(v.has_regions, false) as has_regions,
    coalesce(v.reported_quantity, 0) as reported_quantity,
    coalesce(v.unpriced_quantity, 0) as unpriced_quantity,
    coalesce(v.usage_picos, 0) as usage_picos,
    c.currency,
    coalesce(c.charge_lines, 0) as charge_lines,
    coalesce(c.cent_lines, 0) as cent_lines,
    coalesce(c.is_unconverted, false) as is_unconverted,
    coalesce(c.billed_picos, 0) as billed_picos,
    coalesce(c.list_picos, 0) as list_picos
from valued as v
full outer join charged as c
    on
        v.day = c.day
        and v.provider = c.provider
        and v.platform = c.platform
        and v.account_id is not distinct from c.account_id
        and v.model = c.model
        and v.token_class = c.token_class
