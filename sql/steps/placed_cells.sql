-- One row per provider's day, what its reports tell apart and token class: what we metered, each in an account
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- Requests that name no account are held against the reported ones, the account with the most usage
-- first, until what it reports is filled; what is left over stays with the first.
with accounts as (
    select
        provider,
        platform,
        account_id,
        row_number() over (
            partition by provider, platform
            order by sum(reported_quantity) desc, account_id
        ) as account_no
    from steps.reported_cells
    where account_id is not null
    group by provider, platform, account_id
),

model_accounts as (
    select
        r.day,
        r.provider,
        r.platform,
        r.model,
        min(a.account_no) as account_no
    from steps.reported_cells as r
    inner join accounts as a
        on r.provider = a.provider and r.platform = a.platform and r.account_id = a.account_id
    group by r.day, r.provider, r.platform, r.model
),

unplaced as (
    select
        c.*,
        c.priced_quantity + c.unpriced_quantity as quantity,
        coalesce(h.account_id, f.account_id) as home_account_id
    from steps.metered_cells as c
    left join model_accounts as m
        on c.day = m.day and c.provider = m.provider and c.platform = m.platform and c.model = m.model
    left join accounts as h
        on m.provider = h.provider and m.platform = h.platform and m.account_no = h.account_no
    left join accounts as f
        on c.provider = f.provider and c.platform = f.platform and f.account_no = 1
    where c.account_id is null
),

room as (
    select
        r.day,
        r.provider,
        r.platform,
        r.account_id,
        r.model,
        r.service_tier,
        r.region_scope,
        r.token_class,
        a.account_no,
        greatest(
            r.reported_quantity - coalesce(n.priced_quantity, 0) - coalesce(n.unpriced_quantity, 0), 0
        ) as room_quantity
    from steps.reported_cells as r
    inner join accounts as a
        on r.provider = a.provider and r.platform = a.platform and r.account_id = a.account_id
    left join steps.metered_cells as n
        on
            r.day = n.day
            and r.provider = n.provider
            and r.platform = n.platform
            and r.account_id = n.account_id
            and r.model = n.model
            and r.service_tier is not distinct from n.service_tier
            and r.region_scope is not distinct from n.region_scope
            and r.token_class = n.token_class
),

lined_up as (
    select
        *,
        sum(room_quantity) over (
            partition by day, provider, platform, model, service_tier, region_scope, token_class
            order by account_no
        ) - room_quantity as room_before
    from room
),

filled as (
    select
        u.day,
        u.provider,
        u.platform,
        l.account_id,
        u.model,
        u.service_tier,
        u.region_scope,
        u.token_class,
        u.unpriced_quantity,
        u.twin_quantity,
        u.largest_quantity,
        u.picos,
        u.quantity,
        greatest(least(l.room_quantity, u.quantity - l.room_before), 0) as filled_quantity
    from unplaced as u
    inner join lined_up as l
        on
            u.day = l.day
            and u.provider = l.provider
            and u.platform = l.platform
            and u.model = l.model
            and u.service_tier is not distinct from l.service_tier
            and u.region_scope is not distinct from l.region_scope
            and u.token_class = l.token_class
    where u.quantity > 0
),

parts as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        service_tier,
        region_scope,
        token_class,
        filled_quantity - unpriced_quantity * filled_quantity // quantity as priced_quantity,
        unpriced_quantity * filled_quantity // quantity as unpriced_quantity,
        twin_quantity * filled_quantity // quantity as twin_quantity,
        largest_quantity,
        picos * filled_quantity // quantity as picos
    from filled
    where filled_quantity > 0
),

placed_sums as (
    select
        day,
        provider,
        platform,
        model,
        service_tier,
        region_scope,
        token_class,
        sum(priced_quantity) as priced_quantity,
        sum(unpriced_quantity) as unpriced_quantity,
        sum(twin_quantity) as twin_quantity,
        sum(picos) as picos
    from parts
    group by day, provider, platform, model, service_tier, region_scope, token_class
),

united as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        service_tier,
        region_scope,
        token_class,
        priced_quantity,
        unpriced_quantity,
        twin_quantity,
        largest_quantity,
        picos,
        own_picos - picos as utc_picos
    from steps.metered_cells
    where account_id is not null
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        service_tier,
        region_scope,
        token_class,
        priced_quantity,
        unpriced_quantity,
        twin_quantity,
        largest_quantity,
        picos,
        0 as utc_picos
    from parts
    union all
    select
        u.day,
        u.provider,
        u.platform,
        u.home_account_id as account_id,
        u.model,
        u.service_tier,
        u.region_scope,
        u.token_class,
        u.priced_quantity - coalesce(s.priced_quantity, 0) as priced_quantity,
        u.unpriced_quantity - coalesce(s.unpriced_quantity, 0) as unpriced_quantity,
        u.twin_quantity - coalesce(s.twin_quantity, 0) as twin_quantity,
        u.largest_quantity,
        u.picos - coalesce(s.picos, 0) as picos,
        u.own_picos - u.picos as utc_picos
    from unplaced as u
    left join placed_sums as s
        on
            u.day = s.day
            and u.provider = s.provider
            and u.platform = s.platform
            and u.model = s.model
            and u.service_tier is not distinct from s.service_tier
            and u.region_scope is not distinct from s.region_scope
            and u.token_class = s.token_class
)

select
    day,
    provider,
    platform,
    account_id,
    model,
    service_tier,
    region_scope,
    token_class,
    sum(priced_quantity) as priced_quantity,
    sum(unpriced_quantity) as unpriced_quantity,
    sum(twin_quantity) as twin_quantity,
    max(largest_quantity) as largest_quantity,
    sum(picos) as picos,
    sum(utc_picos) as utc_picos
from united
group by day, provider, platform, account_id, model, service_tier, region_scope, token_class
