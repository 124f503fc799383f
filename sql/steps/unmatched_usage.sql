-- One row per provider's day, account, model, token class and cause: usage without counterpart
-- grain: day, provider, platform, account_id, model, token_class, cause
--
-- Of what only the provider reports: what requests of ours without a price used, under whatever tier or
-- region (unpriced); a class that none of our requests has, as far as our other classes are whole, or
-- a part of the cache's where they are quite (token_class); then what requests of ours used that were
-- perhaps billed and told no usage (failed_but_billed; hidden_retries where only a count of tries tells of
-- them); the rest is usage that no request of ours made (not_instrumented). Where the provider counts requests, its
-- surplus over ours says how much the doubtful ones can be; where it does not, what as many of the
-- account's requests of the model use in the month, or for few the largest. With equal counts the rest
-- is unexplained. What only we metered is late where the report may still change, else unexplained.
with priced as (
    select
        *,
        all_quantity - unpriced_quantity as left_quantity,
        case when unpriced_quantity = 0 then 0 else all_picos * unpriced_quantity // all_quantity end as unpriced_picos,
        all_picos
        - case when unpriced_quantity = 0 then 0 else all_picos * unpriced_quantity // all_quantity end as left_picos
    from steps.leftover_usage
),

classless as (
    select
        *,
        case
            when is_reported and metered_requests > 0 and metered_quantity = 0
                then left_quantity - left_quantity * unseen_part // unseen_whole
            when
                is_reported and metered_requests > 0 and token_class in ('cache_read', 'cache_write')
                and unseen_part = 0 and unseen_whole > 1
                then left_quantity
            else 0
        end as class_quantity
    from priced
),

doubted as (
    select
        *,
        left_quantity - class_quantity as rest_quantity,
        month_quantity * doubtful_requests // greatest(month_requests, 1) as usual_quantity,
        month_quantity // greatest(month_requests, 1) as mean_quantity,
        -- Requests whose usage was found under another label are no surplus.
        case
            when surplus_requests > 0 and left_quantity < reported_only_quantity
                then greatest(surplus_requests * left_quantity // reported_only_quantity, 1)
            else surplus_requests
        end as left_requests
    from classless
),

bounded as (
    select
        *,
        case
            when not is_reported or doubtful_requests = 0 or surplus_requests <= 0 then 0
            when left_requests > doubtful_requests then rest_quantity * doubtful_requests // left_requests
            when surplus_requests is not null or month_requests = 0 then rest_quantity
            when
                rest_quantity - usual_quantity
                <= greatest(largest_quantity - mean_quantity, 0) * cast(floor(2 * sqrt(doubtful_requests)) as bigint)
                then rest_quantity
            else least(rest_quantity, usual_quantity)
        end as doubtful_quantity
    from doubted
),

valued as (
    select
        *,
        case when class_quantity = 0 then 0 else left_picos * class_quantity // left_quantity end as class_picos,
        case when doubtful_quantity = 0 then 0 else left_picos * doubtful_quantity // left_quantity end
            as doubtful_picos,
        case when doubtful_quantity = 0 then 0 else doubtful_quantity * untold_requests // doubtful_requests end
            as untold_quantity
    from bounded
),

parts as (
    select
        v.day,
        v.provider,
        v.platform,
        v.account_id,
        v.model,
        v.token_class,
        'unpriced' as cause,
        v.unpriced_quantity as part_quantity,
        v.unpriced_picos as part_picos
    from valued as v
    union all
    select
        v.day,
        v.provider,
        v.platform,
        v.account_id,
        v.model,
        v.token_class,
        'token_class' as cause,
        v.class_quantity as part_quantity,
        v.class_picos as part_picos
    from valued as v
    union all
    select
        v.day,
        v.provider,
        v.platform,
        v.account_id,
        v.model,
        v.token_class,
        'hidden_retries' as cause,
        v.untold_quantity as part_quantity,
        case when v.untold_quantity = 0 then 0 else v.doubtful_picos * v.untold_quantity // v.doubtful_quantity end
            as part_picos
    from valued as v
    union all
    select
        v.day,
        v.provider,
        v.platform,
        v.account_id,
        v.model,
        v.token_class,
        'failed_but_billed' as cause,
        v.doubtful_quantity - v.untold_quantity as part_quantity,
        v.doubtful_picos
        - case when v.untold_quantity = 0 then 0 else v.doubtful_picos * v.untold_quantity // v.doubtful_quantity end
            as part_picos
    from valued as v
    union all
    select
        v.day,
        v.provider,
        v.platform,
        v.account_id,
        v.model,
        v.token_class,
        case
            when not v.is_reported then case when d.is_provisional then 'timing' else 'unexplained' end
            when v.metered_requests > 0 and v.surplus_requests <= 0 then 'unexplained'
            else 'not_instrumented'
        end as cause,
        v.rest_quantity - v.doubtful_quantity as part_quantity,
        v.left_picos - v.class_picos - v.doubtful_picos as part_picos
    from valued as v
    inner join steps.told_dimensions as d
        on v.day = d.day and v.provider = d.provider and v.platform = d.platform
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
