-- One row per day, place, stage and cause: a part of the difference between what we metered and what is billed
-- grain: day, provider, platform, account_id, model, token_class, stage, cause
with parts as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'usage' as stage,
        cause,
        part_quantity,
        part_picos
    from steps.usage_causes
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'cost' as stage,
        cause,
        cast(null as hugeint) as part_quantity,
        part_picos
    from steps.charge_causes
    union all
    select
        cast(month || '-01' as date) as day,
        provider,
        '(all)' as platform,
        '(all)' as account_id,
        '(all)' as model,
        '(all)' as token_class,
        'invoice' as stage,
        cause,
        cast(null as hugeint) as part_quantity,
        part_picos
    from steps.invoice_causes
)

select
    day,
    provider,
    platform,
    coalesce(account_id, '(unattributed)') as account_id,
    model,
    token_class,
    stage,
    cause,
    cast(part_quantity as bigint) as part_quantity,
    cast(cast(part_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as gap_usd
from parts
order by day, provider, platform, account_id, model, token_class, stage, cause
