-- One row per provider's day, model and account that a record of either side names: the account it is compared under
-- grain: day, provider, platform, model, named_account_id
--
-- An account is told apart where every record of both sides names one. Where some do not, both sides
-- are compared together: under the one account that is named, or as all accounts. So they are in a
-- month in which the two sides have no name in common: they name accounts otherwise. Days are held
-- against their neighbours as finely as the whole month knows accounts. Where costs are not split by
-- model, all models of the day know as much as the least of them.
with told as (
    select
        day,
        provider,
        platform,
        model,
        account_id,
        false as is_reported
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
        r.account_id,
        true as is_reported
    from core.reported_usage as r
    inner join steps.told_dimensions as d
        on r.day = d.day and r.provider = d.provider and r.platform = d.platform
    where r.charge_category = 'usage'
),

sides as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        account_id,
        bool_or(is_reported) as is_reported,
        bool_or(not is_reported) as is_metered
    from told
    where account_id is not null
    group by strftime(day, '%Y-%m'), provider, platform, account_id
),

named_otherwise as (
    select
        month,
        provider,
        platform
    from sides
    group by month, provider, platform
    having bool_or(is_reported) and bool_or(is_metered) and not bool_or(is_reported and is_metered)
),

grouped as (
    select distinct
        t.day,
        strftime(t.day, '%Y-%m') as month,
        t.provider,
        t.platform,
        t.model,
        t.account_id,
        a.account_id is not null as is_absent,
        t.account_id is not null and o.month is null as is_known,
        case when d.has_unsplit_costs then '(not split)' else t.model end as known_with
    from told as t
    inner join steps.told_dimensions as d
        on t.day = d.day and t.provider = d.provider and t.platform = d.platform
    left join steps.absent_accounts as a
        on
            strftime(t.day, '%Y-%m') = a.month
            and t.provider = a.provider
            and t.platform = a.platform
            and t.account_id = a.account_id
    left join named_otherwise as o
        on strftime(t.day, '%Y-%m') = o.month and t.provider = o.provider and t.platform = o.platform
),

days as (
    select
        day,
        provider,
        platform,
        known_with,
        bool_and(is_known) as is_told_apart,
        case when min(account_id) < max(account_id) then '(all accounts)' else min(account_id) end as shared_account_id
    from grouped
    where not is_absent
    group by day, provider, platform, known_with
),

months as (
    select
        month,
        provider,
        platform,
        known_with,
        bool_and(is_known) as is_told_apart,
        case when min(account_id) < max(account_id) then '(all accounts)' else min(account_id) end as shared_account_id
    from grouped
    where not is_absent
    group by month, provider, platform, known_with
)

select
    g.day,
    g.provider,
    g.platform,
    g.model,
    g.account_id as named_account_id,
    case when g.is_absent or d.is_told_apart then g.account_id else d.shared_account_id end as account_id,
    case when g.is_absent or m.is_told_apart then g.account_id else m.shared_account_id end as month_account_id
from grouped as g
left join days as d
    on g.day = d.day and g.provider = d.provider and g.platform = d.platform and g.known_with = d.known_with
left join months as m
    on g.month = m.month and g.provider = m.provider and g.platform = m.platform and g.known_with = m.known_with
