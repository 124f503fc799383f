-- One row per stratum, side and step of matching: usage that both sides have under another label
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class, is_reported, step_no
--
-- What only the provider reports and what only we metered is held against each other, first where
-- only the region differs (1), then tier and region (2), the day: ours a day late (3), a day early (4),
-- and the token class of the same direction (5). A quantity is matched once, so the causes are
-- disjoint. Of another day nine parts in ten of what only we have must be missing there, of the same class; so
-- that is asked before the class. What is left after step 5 has no counterpart.
-- Money is what the row adds to the gap: ours is negative.
with recursive
ladder as (
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
        true as is_reported,
        0 as step_no,
        cast(0 as hugeint) as matched_quantity,
        cast(0 as hugeint) as matched_picos,
        cast(reported_only_quantity as hugeint) as left_quantity,
        cast(reported_only_picos as hugeint) as left_picos
    from steps.usage_strata
    where reported_only_quantity > 0
    union all
    -- Duplicates are ours twice: they have no counterpart, and are claimed at once.
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
        false as is_reported,
        0 as step_no,
        cast(duplicate_quantity as hugeint) as matched_quantity,
        cast(
            0 - metered_only_picos * duplicate_quantity // metered_only_quantity as hugeint
        ) as matched_picos,
        cast(metered_only_quantity - duplicate_quantity as hugeint) as left_quantity,
        cast(
            metered_only_picos * duplicate_quantity // metered_only_quantity
            - metered_only_picos as hugeint
        ) as left_picos
    from steps.usage_strata
    where metered_only_quantity > 0
    union all
    -- On a day without a report: in no gap, but the reported day's records may lie there.
    select
        day,
        provider,
        platform,
        month_account_id as account_id,
        month_account_id,
        model,
        cast(null as varchar) as service_tier,
        cast(null as varchar) as region_scope,
        token_class,
        false as is_reported,
        0 as step_no,
        cast(0 as hugeint) as matched_quantity,
        cast(0 as hugeint) as matched_picos,
        cast(quantity as hugeint) as left_quantity,
        cast(0 as hugeint) as left_picos
    from steps.unreported_neighbours
    union all
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
        is_reported,
        step_no,
        match_quantity as matched_quantity,
        case when match_quantity = 0 then 0 else left_picos * match_quantity // left_quantity end as matched_picos,
        left_quantity - match_quantity as left_quantity,
        case
            when match_quantity = 0 then left_picos
            else left_picos - left_picos * match_quantity // left_quantity
        end as left_picos
    from (
        select
            *,
            case
                when
                    step_no in (3, 4)
                    and case when is_reported then other_quantity else side_quantity end * 9
                    > case when is_reported then side_quantity else other_quantity end * 10
                    then 0
                else
                    greatest(least(least(side_quantity, other_quantity) - quantity_before, left_quantity), 0)
            end as match_quantity
        from (
            select
                *,
                sum(left_quantity) over (
                    partition by
                        provider, platform, match_account, model, match_day, match_tier, match_class, is_reported
                ) as side_quantity,
                sum(left_quantity) over (
                    partition by provider, platform, match_account, model, match_day, match_tier, match_class
                ) - sum(left_quantity) over (
                    partition by
                        provider, platform, match_account, model, match_day, match_tier, match_class, is_reported
                ) as other_quantity,
                sum(left_quantity) over (
                    partition by
                        provider, platform, match_account, model, match_day, match_tier, match_class, is_reported
                    order by token_class, service_tier, region_scope, account_id
                    rows between unbounded preceding and current row
                ) - left_quantity as quantity_before
            from (
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
                    is_reported,
                    step_no + 1 as step_no,
                    left_quantity,
                    left_picos,
                    case
                        when is_reported then day
                        when step_no = 2 then day - 1
                        when step_no = 3 then day + 1
                        else day
                    end as match_day,
                    case when step_no in (2, 3) then month_account_id else account_id end as match_account,
                    case when step_no = 0 then service_tier end as match_tier,
                    case
                        when step_no < 4 or token_class = 'output' then token_class
                        else 'prompt'
                    end as match_class
                from ladder
                where step_no < 5
            ) as labelled
        ) as lined_up
    ) as matched
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
    is_reported,
    step_no,
    matched_quantity,
    matched_picos,
    left_quantity,
    left_picos
from ladder
