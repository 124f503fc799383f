-- One row per provider's day and model: whether both sides know the accounts, and what stands for all of them
-- grain: day, provider, platform, model
--
-- An account is told apart where every record of both sides names one. Where some do not, both sides
-- are compared together: under the one account that is named, or as all accounts. Days are held
-- against their neighbours as finely as the whole month knows accounts. Where costs are not split by
-- model, all models of the day know as much as the least of them.
with evidence as (
    select
        day,
        provider,
        platform,
        model,
        account_id
    from steps.provider_days
    union
    select
        r.day,
        r.provider,
        r.platform,
        case
            when not d.has_models or (r.report_kind = 'costs' and d.has_unsplit_costs) then '(not split)'
            else coalesce(r.model, '(not split)')
        end as model,
        r.account_id
    from core.reported_usage as r
    inner join steps.told_dimensions as d
        on r.day = d.day and r.provider = d.provider and r.platform = d.platform
    where r.charge_category = 'usage'
),

grouped as (
    select
        e.*,
        strftime(e.day, '%Y-%m') as month,
        case when d.has_unsplit_costs then '(not split)' else e.model end as known_with
    from evidence as e
    inner join steps.told_dimensions as d
        on e.day = d.day and e.provider = d.provider and e.platform = d.platform
),

days as (
    select
        day,
        provider,
        platform,
        known_with,
        bool_and(account_id is not null) as is_told_apart,
        case when min(account_id) < max(account_id) then '(all accounts)' else min(account_id) end as shared_account_id
    from grouped
    group by day, provider, platform, known_with
),

months as (
    select
        month,
        provider,
        platform,
        known_with,
        bool_and(account_id is not null) as is_told_apart,
        case when min(account_id) < max(account_id) then '(all accounts)' else min(account_id) end as shared_account_id
    from grouped
    group by month, provider, platform, known_with
),

models as (
    select distinct
        day,
        month,
        provider,
        platform,
        model,
        known_with
    from grouped
)

select
    m.day,
    m.provider,
    m.platform,
    m.model,
    d.is_told_apart,
    d.shared_account_id,
    n.is_told_apart as is_told_apart_all_month,
    n.shared_account_id as month_account_id
from models as m
inner join days as d
    on m.day = d.day and m.provider = d.provider and m.platform = d.platform and m.known_with = d.known_with
inner join months as n
    on m.month = n.month and m.provider = n.provider and m.platform = n.platform and m.known_with = n.known_with
