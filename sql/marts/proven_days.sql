-- One row per day from the first that a report tells of to the last one over: how much of its usage is proven
-- grain: day
-- view
--
-- A share is what our requests tell, up to what the reports state; more than they state proves nothing. A day without
-- a report is proven in nothing, so a day that is lost whole proves no more than a bad one. What a provider without a
-- report has sold is measured by our own requests, and proven in nothing. Where the settings say whose reports are
-- expected, those providers alone are a day, each of the same weight and proven in nothing where its report is missing.
with built as (
    select max(cast(built_at as date)) as day
    from meta.days
),

reported as (
    select
        provider,
        min(day) as first_day
    from marts.attested_usage
    where reported_tokens > 0
    group by provider
),

attested as (
    select min(first_day) as first_day
    from reported
),

-- Without a first day by the settings, the first that its report tells of; where it tells of none, the other reports'.
expected as (
    select
        e.provider,
        coalesce(e.since, r.first_day, a.first_day) as since
    from meta.expected_reports as e
    cross join attested as a
    left join reported as r
        on e.provider = r.provider
),

begun as (
    select min(since) as first_day
    from expected
),

bounds as (
    select
        coalesce(e.first_day, a.first_day) as first_day,
        e.first_day is not null as is_expected,
        b.day as end_day
    from built as b
    cross join begun as e
    cross join attested as a
),

calendar as (
    select cast(first_day + cast(unnest(range(0, date_diff('day', first_day, end_day))) as integer) as date) as day
    from bounds
),

cells as (
    select
        c.day,
        e.provider
    from calendar as c
    inner join expected as e
        on c.day >= e.since
),

-- Tokens as they are; of an expected report as parts of a billion.
weighed as (
    select
        a.*,
        coalesce(a.reported_tokens, 0) as stated_tokens,
        coalesce(a.reported_tokens, a.metered_tokens) as used_tokens,
        1 as weight,
        1 as whole_tokens
    from marts.attested_usage as a
    cross join bounds as b
    where (a.reported_tokens > 0 or a.metered_tokens > 0) and not b.is_expected
    union all
    select
        a.* replace (c.day as day),
        coalesce(a.reported_tokens, 0) as stated_tokens,
        coalesce(a.reported_tokens, 1) as used_tokens,
        1000000000 as weight,
        coalesce(sum(a.reported_tokens) over (partition by c.day, c.provider), 1) as whole_tokens
    from cells as c
    left join marts.attested_usage as a
        on c.day = a.day and c.provider = a.provider and a.reported_tokens > 0
),

used as (
    select
        day,
        is_final,
        reported_cost_usd,
        unmatched_usd,
        stated_tokens,
        cast(used_tokens as hugeint) * weight // whole_tokens as measured_parts,
        cast(stated_tokens as hugeint) * weight // whole_tokens as reported_parts,
        cast(coalesce(metered_tokens, 0) as hugeint) * weight // whole_tokens as metered_parts,
        cast(
            greatest(coalesce(metered_tokens - twin_tokens, 0), 0) as hugeint
        ) * weight // whole_tokens as once_parts,
        cast(
            greatest(coalesce(priced_tokens - twin_tokens, 0), 0) as hugeint
        ) * weight // whole_tokens as priced_parts,
        cast(
            greatest(coalesce(customer_tokens - twin_tokens, 0), 0) as hugeint
        ) * weight // whole_tokens as customer_parts,
        cast(
            greatest(coalesce(feature_tokens - twin_tokens, 0), 0) as hugeint
        ) * weight // whole_tokens as feature_parts,
        cast(
            greatest(coalesce(judged_tokens - twin_tokens, 0), 0) as hugeint
        ) * weight // whole_tokens as judged_parts,
        cast(
            greatest(coalesce(recently_priced_tokens - twin_tokens, 0), 0) as hugeint
        ) * weight // whole_tokens as recent_parts,
        case when weight = 1 or stated_tokens > 0 then used_tokens else 0 end as measured_tokens
    from weighed
),

days as (
    select
        day,
        sum(stated_tokens) as reported_tokens,
        sum(measured_tokens) as measured_tokens,
        sum(measured_parts) as measured_parts,
        sum(least(priced_parts, reported_parts)) as pricing,
        sum(least(customer_parts, reported_parts) + least(feature_parts, reported_parts)) * 0.5 as attribution,
        sum(least(judged_parts, reported_parts)) as outcomes,
        sum(
            case
                when is_final and reported_cost_usd > unmatched_usd
                    then
                        cast(reported_parts as decimal(18, 0))
                        * coalesce(
                            decimal_division(
                                try_cast(reported_cost_usd - unmatched_usd as decimal(26, 12)),
                                try_cast(reported_cost_usd as decimal(26, 12)),
                                12
                            ),
                            0
                        )
                else 0
            end
        ) as reconciliation,
        sum(greatest(reported_parts - abs(metered_parts - reported_parts), 0)) as duplicates,
        sum(least(once_parts, reported_parts)) as quarantine,
        sum(least(recent_parts, reported_parts)) as price_age,
        sum(case when is_final then reported_parts else 0 end) as finality
    from used
    group by day
),

parts as (
    select
        d.day,
        p.part,
        coalesce(
            decimal_division(cast(100 * p.proven_parts as decimal(30, 6)), cast(d.measured_parts as bigint), 6), 0
        ) as proven_pct
    from days as d
    cross join lateral (
        values
        ('pricing', d.pricing),
        ('attribution', d.attribution),
        ('outcomes', d.outcomes),
        ('reconciliation', d.reconciliation),
        ('duplicates', d.duplicates),
        ('quarantine', d.quarantine),
        ('price_age', d.price_age),
        ('finality', d.finality)
    ) as p (part, proven_parts)
)

select
    c.day,
    cast(coalesce(max(d.reported_tokens), 0) as bigint) as reported_tokens,
    cast(coalesce(max(d.measured_tokens), 0) as bigint) as measured_tokens,
    cast(coalesce(max(case when p.part = 'pricing' then p.proven_pct end), 0) as decimal(18, 6)) as pricing_pct,
    cast(coalesce(max(case when p.part = 'attribution' then p.proven_pct end), 0) as decimal(18, 6)) as attribution_pct,
    cast(coalesce(max(case when p.part = 'outcomes' then p.proven_pct end), 0) as decimal(18, 6)) as outcomes_pct,
    cast(
        coalesce(max(case when p.part = 'reconciliation' then p.proven_pct end), 0) as decimal(18, 6)
    ) as reconciliation_pct,
    cast(coalesce(max(case when p.part = 'duplicates' then p.proven_pct end), 0) as decimal(18, 6)) as duplicates_pct,
    cast(coalesce(max(case when p.part = 'quarantine' then p.proven_pct end), 0) as decimal(18, 6)) as quarantine_pct,
    cast(coalesce(max(case when p.part = 'price_age' then p.proven_pct end), 0) as decimal(18, 6)) as price_age_pct,
    cast(coalesce(max(case when p.part = 'finality' then p.proven_pct end), 0) as decimal(18, 6)) as finality_pct
from calendar as c
left join days as d
    on c.day = d.day
left join parts as p
    on c.day = p.day
group by c.day
order by c.day
