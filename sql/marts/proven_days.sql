-- One row per day from the first that a report tells of to the last one over: how much of its usage is proven
-- grain: day
-- view
--
-- A share is what our requests tell, up to what the reports state; more than they state proves nothing. A day without
-- a report is proven in nothing, so a day that is lost whole proves no more than a bad one. What a provider without a
-- report has sold is measured by our own requests, and proven in nothing.
with built as (
    select max(cast(built_at as date)) as day
    from meta.days
),

spans as (
    select
        min(a.day) as first_day,
        date_diff('day', min(a.day), min(b.day)) as days
    from marts.attested_usage as a
    cross join built as b
    where a.reported_tokens > 0
),

calendar as (
    select cast(first_day + cast(unnest(range(0, days)) as integer) as date) as day
    from spans
),

used as (
    select
        * replace (coalesce(reported_tokens, 0) as reported_tokens),
        coalesce(reported_tokens, metered_tokens) as measured_tokens
    from marts.attested_usage
    where reported_tokens > 0 or metered_tokens > 0
),

proven as (
    select
        day,
        reported_tokens,
        measured_tokens,
        least(metered_tokens, reported_tokens) as metered_tokens,
        greatest(reported_tokens - abs(metered_tokens - reported_tokens), 0) as once_tokens,
        least(priced_tokens, reported_tokens) as priced_tokens,
        least(customer_tokens, reported_tokens) as customer_tokens,
        least(feature_tokens, reported_tokens) as feature_tokens,
        least(judged_tokens, reported_tokens) as judged_tokens,
        least(recently_priced_tokens, reported_tokens) as recently_priced_tokens,
        case when is_final then reported_tokens else 0 end as final_tokens,
        case
            when is_final and reported_cost_usd > unmatched_usd
                then
                    cast(reported_tokens as decimal(18, 0))
                    * coalesce(
                        decimal_division(
                            try_cast(reported_cost_usd - unmatched_usd as decimal(26, 12)),
                            try_cast(reported_cost_usd as decimal(26, 12)),
                            12
                        ),
                        0
                    )
            else 0
        end as reconciled_tokens
    from used
),

days as (
    select
        day,
        cast(sum(reported_tokens) as bigint) as reported_tokens,
        cast(sum(measured_tokens) as bigint) as measured_tokens,
        sum(metered_tokens) as metered_tokens,
        sum(once_tokens) as once_tokens,
        sum(priced_tokens) as priced_tokens,
        sum(customer_tokens + feature_tokens) * 0.5 as attributed_tokens,
        sum(judged_tokens) as judged_tokens,
        sum(recently_priced_tokens) as recently_priced_tokens,
        sum(final_tokens) as final_tokens,
        sum(reconciled_tokens) as reconciled_tokens
    from proven
    group by day
)

select
    c.day,
    coalesce(d.reported_tokens, 0) as reported_tokens,
    coalesce(d.measured_tokens, 0) as measured_tokens,
    cast(
        coalesce(decimal_division(cast(100 * d.priced_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as pricing_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.attributed_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as attribution_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.judged_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as outcomes_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.reconciled_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as reconciliation_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.once_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as duplicates_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.metered_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as quarantine_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.recently_priced_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as price_age_pct,
    cast(
        coalesce(decimal_division(cast(100 * d.final_tokens as decimal(30, 6)), d.measured_tokens, 6), 0)
        as decimal(18, 6)
    ) as finality_pct
from calendar as c
left join days as d
    on c.day = d.day
order by c.day
