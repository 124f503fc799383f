-- One row per provider's day, what its reports tell apart and token class: metered and reported, and what each is worth
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- What only one side has may be another mix of a class's finer ones (lives of caches, audio) than ours is on
-- average: it is so where that would make the charge right, at prices between the list's of these.
with
-- How much more and less what only one side has may be worth, if it is the dearest or the cheapest of its class.
ranged as (
    select
        *,
        case
            when cell_billed_picos = 0 or coalesce(lowest_picos_per_token = highest_picos_per_token, true) then 0
            else
                greatest(reported_only_quantity * highest_picos_per_token - reported_only_picos, 0)
                + greatest(metered_only_picos - metered_only_quantity * lowest_picos_per_token, 0)
        end as dearer_picos,
        case
            when cell_billed_picos = 0 or coalesce(lowest_picos_per_token = highest_picos_per_token, true) then 0
            else
                greatest(reported_only_picos - reported_only_quantity * lowest_picos_per_token, 0)
                + greatest(metered_only_quantity * highest_picos_per_token - metered_only_picos, 0)
        end as cheaper_picos
    from steps.valued_usage
),

mixed as (
    select
        *,
        cell_billed_picos
        - sum(metered_picos + unpriced_picos + reported_only_picos - metered_only_picos) over cell as rest_picos,
        sum(dearer_picos) over cell as cell_dearer_picos,
        sum(cheaper_picos) over cell as cell_cheaper_picos
    from ranged
    window cell as (partition by day, provider, platform, account_id, model, token_class)
),

corrected as (
    select
        *,
        case
            when rest_picos > 0 and rest_picos <= cell_dearer_picos + 1000000 and cell_dearer_picos > 0
                then rest_picos * dearer_picos // cell_dearer_picos
            when rest_picos < 0 and 0 - rest_picos <= cell_cheaper_picos + 1000000 and cell_cheaper_picos > 0
                then rest_picos * cheaper_picos // cell_cheaper_picos
            else 0
        end as mix_picos
    from mixed
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
    duplicate_quantity,
    largest_quantity,
    reported_quantity,
    metered_picos,
    utc_picos,
    agreed_unpriced_quantity,
    unpriced_picos,
    reported_only_quantity,
    reported_only_picos + case when reported_only_quantity > 0 then mix_picos else 0 end as reported_only_picos,
    metered_only_quantity,
    metered_only_picos - case when reported_only_quantity > 0 then 0 else mix_picos end as metered_only_picos
from corrected
