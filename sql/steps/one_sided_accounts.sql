-- One row per month and account that our records or the provider's usage reports name and the other side does not
-- grain: month, provider, platform, account_id
--
-- Only of months in which each of our requests names its account, and at least one of them is the reports' too.
with named as (
    select distinct
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        account_id,
        true as is_metered
    from core.metered_usage
    union all
    select distinct
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        account_id,
        false as is_metered
    from core.reported_usage
    where report_kind = 'usage'
),

accounts as (
    select
        month,
        provider,
        platform,
        account_id,
        account_id is not null and count(*) = 2 as is_shared,
        account_id is null and bool_or(is_metered) as is_unnamed
    from named
    group by month, provider, platform, account_id
),

told_apart as (
    select
        month,
        provider,
        platform
    from accounts
    group by month, provider, platform
    having bool_or(is_shared) and not bool_or(is_unnamed)
)

select
    a.month,
    a.provider,
    a.platform,
    a.account_id
from accounts as a
inner join told_apart as t
    on a.month = t.month and a.provider = t.provider and a.platform = t.platform
where not a.is_shared
