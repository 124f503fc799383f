-- One row per provider's day, what its costs tell apart, token class and kind of charge: its charges in USD
-- grain: day, provider, platform, account_id, model, token_class, charge_category, currency
--
-- Charges for usage that a report does not split by class stand for the whole account. Another
-- currency is converted at the recorded rate of the day, on reading; without one the charge has no
-- dollars. Money is in 1e-12 USD.
select
    r.day,
    r.provider,
    r.platform,
    case when d.has_accounts then r.account_id end as account_id,
    case when d.has_unsplit_costs then '(not split)' else coalesce(r.model, '(not split)') end as model,
    case when d.has_unsplit_costs then 'not_split' else r.token_class end as token_class,
    r.charge_category,
    r.currency,
    sum(r.charge_lines) as charge_lines,
    sum(r.cent_lines) as cent_lines,
    bool_or(
        r.billed_cost_usd is null and r.billed_cost is not null and x.usd_per_unit is null
    ) as is_unconverted,
    sum(
        coalesce(
            cast(r.billed_cost_usd * 1000000000000 as hugeint),
            cast(r.billed_cost * 1000000000000 as hugeint) * cast(x.usd_per_unit * 1000000000000 as hugeint)
            // 1000000000000,
            0
        )
    ) as billed_picos,
    sum(cast(coalesce(r.list_cost_usd, r.billed_cost_usd, 0) * 1000000000000 as hugeint)) as list_picos
from core.reported_usage as r
inner join steps.told_dimensions as d
    on r.day = d.day and r.provider = d.provider and r.platform = d.platform
left join core.exchange_rates as x
    on r.day = x.day and upper(r.currency) = x.currency
where r.report_kind = 'costs'
group by
    r.day,
    r.provider,
    r.platform,
    case when d.has_accounts then r.account_id end,
    case when d.has_unsplit_costs then '(not split)' else coalesce(r.model, '(not split)') end,
    case when d.has_unsplit_costs then 'not_split' else r.token_class end,
    r.charge_category,
    r.currency
