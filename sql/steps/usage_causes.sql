-- One row per provider's day, account, model, token class and cause: metered cost to reported usage at our prices
-- grain: day, provider, platform, account_id, model, token_class, cause
with parts as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'timing' as cause,
        cast(0 as hugeint) as part_quantity,
        0 - utc_picos as part_picos
    from steps.usage_strata
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'unpriced' as cause,
        agreed_unpriced_quantity as part_quantity,
        unpriced_picos as part_picos
    from steps.usage_strata
    union all
    select
        m.day,
        m.provider,
        m.platform,
        m.account_id,
        m.model,
        m.token_class,
        case m.step_no
            when 0 then 'duplicate'
            when 1 then 'region'
            when 2 then 'tier'
            when 5 then 'token_class'
            else 'timing'
        end as cause,
        case when m.is_reported then m.matched_quantity else 0 - m.matched_quantity end as part_quantity,
        m.matched_picos as part_picos
    from steps.matched_labels as m
    inner join steps.told_dimensions as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        cause,
        part_quantity,
        part_picos
    from steps.unmatched_usage
)

select
    day,
    provider,
    platform,
    account_id,
    model,
    token_class,
    cause,
    sum(part_quantity) as part_quantity,
    sum(part_picos) as part_picos
from parts
where part_quantity <> 0 or part_picos <> 0
group by day, provider, platform, account_id, model, token_class, cause
