-- One row per part of trust: what is proven of it, its weight, the queries that show it and what would raise it
-- grain: part
-- view
--
-- Points are only for what a provider's report attests, each day alike: of what our own records alone tell, nobody
-- knows what they miss, and their plain share stands beside. So no loss of records raises a point.
with proven as (
    select
        count(*) as days,
        coalesce(sum(pricing_pct), 0) as pricing_pct,
        coalesce(sum(attribution_pct), 0) as attribution_pct,
        coalesce(sum(outcomes_pct), 0) as outcomes_pct,
        coalesce(sum(reconciliation_pct), 0) as reconciliation_pct,
        coalesce(sum(duplicates_pct), 0) as duplicates_pct,
        coalesce(sum(quarantine_pct), 0) as quarantine_pct,
        coalesce(sum(price_age_pct), 0) as price_age_pct,
        coalesce(sum(finality_pct), 0) as finality_pct
    from marts.proven_days
),

requests as (
    select
        count(*) as requests,
        count(cost_usd) as priced,
        count(customer_id) + count(feature) as attributed,
        max(day) as newest_day
    from marts.cost_per_request
),

tasks as (
    select
        count(*) filter (where outcome in ('success', 'failure')) as judged,
        count(*) as tasks
    from core.tasks
),

attested as (
    select
        coalesce(sum(requests) filter (where reported_tokens > 0), 0) as requests,
        coalesce(sum(recently_priced_tokens), 0) as recently_priced_tokens,
        coalesce(sum(metered_tokens), 0) as metered_tokens
    from marts.attested_usage
),

deliveries as (
    select
        coalesce(sum(accepted), 0) as accepted,
        coalesce(sum(duplicates), 0) as duplicates,
        coalesce(sum(quarantined), 0) as quarantined
    from meta.deliveries
),

days as (
    select
        max(cast(built_at as date)) as built_day,
        count(*) filter (where not is_provisional) as final_days,
        count(*) as days
    from meta.days
),

freshness as (
    select coalesce(least(greatest(11 - date_diff('day', r.newest_day, d.built_day), 0), 10), 0) as days
    from requests as r
    cross join days as d
),

parts as (
    select
        'pricing' as part,
        20 as weight,
        p.pricing_pct as proven_pct,
        p.days,
        r.priced as good,
        r.requests as whole,
        'count(cost_usd), count(*) from marts.cost_per_request' as counts_sql,
        'add what unpriced_reason names: prices, model names, usage' as remedy
    from proven as p
    cross join requests as r
    union all
    select
        'attribution' as part,
        15 as weight,
        p.attribution_pct as proven_pct,
        p.days,
        r.attributed as good,
        2 * r.requests as whole,
        'count(customer_id) + count(feature), 2 * count(*) from marts.cost_per_request' as counts_sql,
        'set customer and feature on spans, or name their attributes in [attribution]' as remedy
    from proven as p
    cross join requests as r
    union all
    select
        'outcomes' as part,
        10 as weight,
        p.outcomes_pct as proven_pct,
        p.days,
        t.judged as good,
        t.tasks as whole,
        'count(*) filter (where outcome in (''success'', ''failure'')), count(*)'
        || ' from core.tasks' as counts_sql,
        'deliver outcomes of the tasks that are unknown' as remedy
    from proven as p
    cross join tasks as t
    union all
    select
        'reconciliation' as part,
        20 as weight,
        p.reconciliation_pct as proven_pct,
        p.days,
        a.requests as good,
        r.requests as whole,
        '(select coalesce(sum(requests), 0) from marts.attested_usage where reported_tokens > 0), count(*)'
        || ' from marts.cost_per_request' as counts_sql,
        'deliver the usage and cost reports of each provider and day; look at unitcost reconcile' as remedy
    from proven as p
    cross join attested as a
    cross join requests as r
    union all
    select
        'freshness' as part,
        10 as weight,
        100 * f.days as proven_pct,
        10 as days,
        f.days as good,
        10 as whole,
        'select 100 * f.days, 10, f.days, 10 from (select least(greatest(11 - date_diff(''day'','
        || ' (select max(day) from marts.cost_per_request), max(cast(built_at as date))), 0), 10) as days'
        || ' from meta.days) as f' as counts_sql,
        'deliver the newest logs; a day behind costs a point after the first' as remedy
    from freshness as f
    union all
    select
        'duplicates' as part,
        5 as weight,
        p.duplicates_pct as proven_pct,
        p.days,
        d.accepted as good,
        d.accepted + d.duplicates as whole,
        'coalesce(sum(accepted), 0), coalesce(sum(accepted + duplicates), 0) from meta.deliveries' as counts_sql,
        'deliver each record once, with ids; look for more tokens than the provider reports' as remedy
    from proven as p
    cross join deliveries as d
    union all
    select
        'quarantine' as part,
        10 as weight,
        p.quarantine_pct as proven_pct,
        p.days,
        d.accepted as good,
        d.accepted + d.quarantined as whole,
        'coalesce(sum(accepted), 0), coalesce(sum(accepted + quarantined), 0) from meta.deliveries' as counts_sql,
        'mend what meta.quarantine names and deliver it again, and the logs that are missing' as remedy
    from proven as p
    cross join deliveries as d
    union all
    select
        'price_age' as part,
        5 as weight,
        p.price_age_pct as proven_pct,
        p.days,
        a.recently_priced_tokens as good,
        a.metered_tokens as whole,
        'coalesce(sum(recently_priced_tokens), 0), coalesce(sum(metered_tokens), 0)'
        || ' from marts.attested_usage' as counts_sql,
        'confirm prices that were recorded more than 180 days before the request: unitcost prices import' as remedy
    from proven as p
    cross join attested as a
    union all
    select
        'finality' as part,
        5 as weight,
        p.finality_pct as proven_pct,
        p.days,
        d.final_days as good,
        d.days as whole,
        'count(*) filter (where not is_provisional), count(*) from meta.days' as counts_sql,
        'run unitcost nightly when the day is over, and pull the final reports' as remedy
    from proven as p
    cross join days as d
)

select
    part,
    cast(weight as bigint) as weight,
    cast(days as bigint) as days,
    cast(
        coalesce(decimal_division(cast(proven_pct as decimal(30, 6)), nullif(cast(days as bigint), 0), 6), 0)
        as decimal(18, 6)
    ) as score_pct,
    cast(
        coalesce(
            decimal_division(cast(weight * proven_pct as decimal(30, 6)), nullif(cast(100 * days as bigint), 0), 6), 0
        ) as decimal(18, 6)
    ) as points_pct,
    cast(good as bigint) as good_count,
    cast(whole as bigint) as whole_count,
    cast(
        coalesce(decimal_division(cast(100 * good as decimal(30, 6)), nullif(cast(whole as bigint), 0), 6), 0)
        as decimal(18, 6)
    ) as plain_pct,
    case
        when part = 'freshness'
            then counts_sql
        else
            'select (select coalesce(sum(' || part || '_pct), 0) from marts.proven_days),'
            || ' (select count(*) from marts.proven_days), ' || counts_sql
    end as evidence_sql,
    remedy
from parts
order by part
