-- One row per part of trust: how much of it is good, its weight, the query that shows it and what would raise it
-- grain: part
-- view
--
-- A part counts things that are good out of all there are; nothing there is nothing to trust. What turns bad leaves
-- its own part and enters no other, so that no loss raises the sum of the points.
with pricing as (
    select
        count(cost_usd) as good,
        count(*) as whole
    from marts.cost_per_request
),

attribution as (
    select
        count(customer_id) + count(feature) as good,
        2 * count(*) as whole
    from marts.cost_per_request
),

outcomes as (
    select
        count(*) filter (where outcome in ('success', 'failure')) as good,
        count(*) as whole
    from core.tasks
),

reconciliation as (
    select
        coalesce(sum(case when is_near then requests else 0 end), 0) as good,
        coalesce(sum(requests), 0) as whole
    from marts.reconciled_requests
),

newest as (
    select max(day) as day
    from marts.cost_per_request
),

built as (
    select max(cast(built_at as date)) as day
    from meta.days
),

freshness as (
    select
        coalesce(least(greatest(11 - date_diff('day', newest.day, built.day), 0), 10), 0) as good,
        10 as whole
    from newest
    cross join built
),

deliveries as (
    select
        coalesce(sum(accepted), 0) as accepted,
        coalesce(sum(duplicates), 0) as duplicates,
        coalesce(sum(quarantined), 0) as quarantined
    from meta.deliveries
),

used_lists as (
    select distinct price_ids
    from marts.cost_per_request
    where cost_usd is not null and price_ids <> ''
),

price_lists as (
    select
        price_ids,
        unnest(string_split(price_ids, ',')) as price_id
    from used_lists
),

oldest_rows as (
    select
        l.price_ids,
        min(p.recorded_on) as recorded_on
    from price_lists as l
    inner join core.prices as p
        on l.price_id = p.price_id
    group by l.price_ids
),

price_age as (
    select
        count(*) filter (where o.recorded_on >= r.day - 180) as good,
        count(*) as whole
    from marts.cost_per_request as r
    left join oldest_rows as o
        on r.price_ids = o.price_ids and r.cost_usd is not null
),

finality as (
    select
        count(*) filter (where not is_provisional) as good,
        count(*) as whole
    from meta.days
),

parts as (
    select
        'pricing' as part,
        20 as weight,
        good,
        whole,
        'select count(cost_usd), count(*) from marts.cost_per_request' as evidence_sql,
        'add what unpriced_reason names: prices, model names, usage' as remedy
    from pricing
    union all
    select
        'attribution' as part,
        15 as weight,
        good,
        whole,
        'select count(customer_id) + count(feature), 2 * count(*) from marts.cost_per_request' as evidence_sql,
        'set customer and feature on spans, or name their attributes in [attribution]' as remedy
    from attribution
    union all
    select
        'outcomes' as part,
        10 as weight,
        good,
        whole,
        'select count(*) filter (where outcome in (''success'', ''failure'')), count(*)'
        || ' from core.tasks' as evidence_sql,
        'deliver outcomes of the tasks that are unknown' as remedy
    from outcomes
    union all
    select
        'reconciliation' as part,
        20 as weight,
        good,
        whole,
        'select coalesce(sum(case when is_near then requests else 0 end), 0), coalesce(sum(requests), 0)'
        || ' from marts.reconciled_requests' as evidence_sql,
        'deliver the cost reports of each provider; look at unitcost reconcile' as remedy
    from reconciliation
    union all
    select
        'freshness' as part,
        10 as weight,
        good,
        whole,
        'select least(greatest(11 - date_diff(''day'', (select max(day) from marts.cost_per_request),'
        || ' max(cast(built_at as date))), 0), 10), 10 from meta.days' as evidence_sql,
        'deliver the newest logs; a day behind costs a point after the first' as remedy
    from freshness
    union all
    select
        'duplicates' as part,
        5 as weight,
        accepted as good,
        accepted + duplicates as whole,
        'select sum(accepted), sum(accepted) + sum(duplicates) from meta.deliveries' as evidence_sql,
        'deliver each record once; the repeats are counted once all the same' as remedy
    from deliveries
    union all
    select
        'quarantine' as part,
        10 as weight,
        accepted as good,
        accepted + quarantined as whole,
        'select sum(accepted), sum(accepted) + sum(quarantined) from meta.deliveries' as evidence_sql,
        'mend what meta.quarantine names and deliver it again' as remedy
    from deliveries
    union all
    select
        'price_age' as part,
        5 as weight,
        good,
        whole,
        'select count(*) filter (where o.recorded_on >= r.day - 180), count(*) from marts.cost_per_request as r'
        || ' left join (select l.price_ids, min(p.recorded_on) as recorded_on from (select price_ids,'
        || ' unnest(string_split(price_ids, '','')) as price_id from (select distinct price_ids from'
        || ' marts.cost_per_request)) as l inner join core.prices as p on l.price_id = p.price_id'
        || ' group by l.price_ids) as o on r.price_ids = o.price_ids and r.cost_usd is not null' as evidence_sql,
        'confirm prices that were recorded more than 180 days before the request: unitcost prices import' as remedy
    from price_age
    union all
    select
        'finality' as part,
        5 as weight,
        good,
        whole,
        'select count(*) filter (where not is_provisional), count(*) from meta.days' as evidence_sql,
        'run unitcost nightly when the day is over' as remedy
    from finality
)

select
    part,
    cast(weight as bigint) as weight,
    cast(good as bigint) as good_count,
    cast(whole as bigint) as whole_count,
    cast(
        coalesce(decimal_division(cast(100 * good as decimal(30, 6)), nullif(cast(whole as bigint), 0), 6), 0)
        as decimal(18, 6)
    ) as score_pct,
    cast(
        coalesce(decimal_division(cast(weight * good as decimal(30, 6)), nullif(cast(whole as bigint), 0), 6), 0)
        as decimal(18, 6)
    ) as points_pct,
    evidence_sql,
    remedy
from parts
order by part
