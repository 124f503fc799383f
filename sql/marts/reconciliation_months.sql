-- One row per month and provider: metered, reported, billed and invoiced, and how much of the gap is told
-- grain: month, provider
with causes as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        sum(gap_usd) as gap_usd,
        sum(case when cause <> 'unexplained' then gap_usd else 0 end) as explained_usd
    from marts.reconciliation_gap
    group by strftime(day, '%Y-%m'), provider
)

select
    m.month,
    m.provider,
    m.metered_days,
    m.reported_days,
    cast(cast(m.metered_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as metered_usd,
    cast(cast(m.unreported_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as unreported_usd,
    cast(cast(m.usage_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as reported_usage_usd,
    cast(cast(m.billed_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as reported_cost_usd,
    cast(cast(m.invoiced_picos as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as invoiced_usd,
    case when coalesce(m.usage_picos, m.billed_picos, m.invoiced_picos) is not null then coalesce(c.gap_usd, 0) end
        as gap_usd,
    case
        when coalesce(m.usage_picos, m.billed_picos, m.invoiced_picos) is not null then coalesce(c.explained_usd, 0)
    end as explained_usd,
    case
        when coalesce(m.usage_picos, m.billed_picos, m.invoiced_picos) is not null
            then coalesce(c.gap_usd, 0) - coalesce(c.explained_usd, 0)
    end as unexplained_usd,
    cast(m.unconverted_lines as bigint) as unconverted_lines,
    m.provisional_days
from steps.month_sums as m
left join causes as c
    on m.month = c.month and m.provider = c.provider
order by m.month, m.provider
