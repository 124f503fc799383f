-- One row per month, account, model and token class: what our requests use of it
-- grain: month, provider, platform, account_id, model, token_class
with counted as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        account_id,
        model,
        sum(metered_requests) as metered_requests
    from steps.request_counts
    group by strftime(day, '%Y-%m'), provider, platform, account_id, model
),

used as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        account_id,
        model,
        token_class,
        sum(priced_quantity + unpriced_quantity - twin_quantity) as metered_quantity,
        max(largest_quantity) as largest_quantity
    from steps.usage_strata
    where is_tokens
    group by strftime(day, '%Y-%m'), provider, platform, account_id, model, token_class
)

select
    u.month,
    u.provider,
    u.platform,
    u.account_id,
    u.model,
    u.token_class,
    u.metered_quantity,
    c.metered_requests,
    u.largest_quantity
from used as u
inner join counted as c
    on
        u.month = c.month
        and u.provider = c.provider
        and u.platform = c.platform
        and u.account_id is not distinct from c.account_id
        and u.model = c.model
