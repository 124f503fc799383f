-- One row per provider's day, account, model, token class and cause: usage without counterpart
-- grain: day, provider, platform, account_id, model, token_class, cause
--
-- Of what only the provider reports: what requests of ours without a price used, under whatever tier or
-- region (unpriced); a class that none of our requests has, as far as our other
-- classes are whole (token_class); then what requests of ours used that were perhaps billed and told
-- no usage (failed_but_billed; hidden_retries where only a count of tries tells of them); the rest is
-- usage that no request of ours made (not_instrumented). Where the provider counts requests, its
-- surplus over ours says how much the doubtful ones can be; where it does not, what as many of our
-- requests of the model use, or for few the largest. With equal counts the rest is unexplained. What only we
-- metered is late where the report may still change, else unexplained.
with leftovers as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        is_reported,
        sum(left_quantity) as left_quantity,
        sum(left_picos) as left_picos
    from steps.matched_labels
    where step_no = 5
    group by day, provider, platform, account_id, model, token_class, is_reported
),

classes as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        sum(priced_quantity + unpriced_quantity) as metered_quantity,
        sum(unpriced_quantity - agreed_unpriced_quantity) as unpriced_quantity,
        max(largest_quantity) as largest_quantity,
        sum(reported_quantity) as reported_quantity
    from steps.usage_strata
    where is_tokens
    group by day, provider, platform, account_id, model, token_class
),

whole as (
    select
        c.day,
        c.provider,
        c.platform,
        c.account_id,
        c.model,
        max(case when c.token_class = 'output' then c.reported_quantity else 0 end) as output_quantity,
        max(case when c.token_class = 'output' and l.is_reported then l.left_quantity else 0 end) as output_left,
        max(case when c.token_class = 'input' then c.reported_quantity else 0 end) as input_quantity,
        max(case when c.token_class = 'input' and l.is_reported then l.left_quantity else 0 end) as input_left
    from classes as c
    left join leftovers as l
        on
            c.day = l.day
            and c.provider = l.provider
            and c.platform = l.platform
            and c.account_id is not distinct from l.account_id
            and c.model = l.model
            and c.token_class = l.token_class
    group by c.day, c.provider, c.platform, c.account_id, c.model
),

-- How much of the provider's other tokens we have not seen on any day, as a fraction.
seen as (
    select
        l.day,
        l.provider,
        l.platform,
        l.account_id,
        l.model,
        l.token_class,
        l.is_reported,
        l.left_picos as all_picos,
        case when l.is_reported then least(l.left_quantity, c.unpriced_quantity) else 0 end as unpriced_quantity,
        l.left_quantity as all_quantity,
        c.metered_quantity,
        c.largest_quantity,
        n.metered_requests,
        n.doubtful_requests,
        n.untold_requests,
        n.reported_requests - n.metered_requests as surplus_requests,
        case when l.token_class = 'output' then w.input_left else w.output_left end as unseen_part,
        greatest(case when l.token_class = 'output' then w.input_quantity else w.output_quantity end, 1) as unseen_whole
    from leftovers as l
    inner join classes as c
        on
            l.day = c.day
            and l.provider = c.provider
            and l.platform = c.platform
            and l.account_id is not distinct from c.account_id
            and l.model = c.model
            and l.token_class = c.token_class
    inner join whole as w
        on
            l.day = w.day
            and l.provider = w.provider
            and l.platform = w.platform
            and l.account_id is not distinct from w.account_id
            and l.model = w.model
    inner join steps.request_counts as n
        on
            l.day = n.day
            and l.provider = n.provider
            and l.platform = n.platform
            and l.account_id is not distinct from n.account_id
            and l.model = n.model
),

priced as (
    select
        *,
        all_quantity - unpriced_quantity as left_quantity,
        case when unpriced_quantity = 0 then 0 else all_picos * unpriced_quantity // all_quantity end as unpriced_picos,
        all_picos
        - case when unpriced_quantity = 0 then 0 else all_picos * unpriced_quantity // all_quantity end as left_picos
    from seen
),

classless as (
    select
        *,
        case
            when is_reported and metered_requests > 0 and metered_quantity = 0
                then left_quantity - left_quantity * unseen_part // unseen_whole
            else 0
        end as class_quantity
    from priced
),

doubted as (
    select
        *,
        left_quantity - class_quantity as rest_quantity,
        metered_quantity * doubtful_requests // greatest(metered_requests, 1) as usual_quantity,
        metered_quantity // greatest(metered_requests, 1) as mean_quantity
    from classless
),

bounded as (
    select
        *,
        case
            when not is_reported or doubtful_requests = 0 or surplus_requests <= 0 then 0
            when surplus_requests > doubtful_requests then rest_quantity * doubtful_requests // surplus_requests
            when surplus_requests is not null or metered_requests = 0 then rest_quantity
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
