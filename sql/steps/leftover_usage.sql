-- One row per provider's day, account, model, token class and side: usage without counterpart, and what may tell of it
-- grain: day, provider, platform, account_id, model, token_class, is_reported
--
-- `unseen_part` of `unseen_whole` of the provider's other tokens we have not seen on any day.
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
        sum(priced_quantity + unpriced_quantity - twin_quantity) as metered_quantity,
        sum(unpriced_quantity - agreed_unpriced_quantity) as unpriced_quantity,
        sum(reported_quantity) as reported_quantity,
        sum(reported_only_quantity) as reported_only_quantity
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
)

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
    u.largest_quantity,
    u.metered_quantity as month_quantity,
    u.metered_requests as month_requests,
    n.metered_requests,
    n.doubtful_requests,
    n.untold_requests,
    n.reported_requests - n.metered_requests as surplus_requests,
    c.reported_only_quantity,
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
inner join steps.usual_usage as u
    on
        strftime(l.day, '%Y-%m') = u.month
        and l.provider = u.provider
        and l.platform = u.platform
        and l.account_id is not distinct from u.account_id
        and l.model = u.model
        and l.token_class = u.token_class
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
