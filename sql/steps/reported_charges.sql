-- One row per provider's day, what its costs tell apart, token class and kind of charge: its charges in USD
-- grain: day, provider, platform, account_id, model, token_class, charge_category, currency
--
-- Charges for usage that a report does not split by class stand for the whole account. Another
-- currency is converted at the recorded rate of the day, on reading; without one the charge has no
-- dollars. Money is in 1e-12 USD.
with told as (
    select
        r.*,
        case
            when d.has_unsplit_costs or not d.has_models then '(not split)' else coalesce(r.model, '(not split)')
        end as told_model,
        case when d.has_unsplit_costs then 'not_split' else r.token_class end as told_class
    from core.reported_usage as r
    inner join steps.told_dimensions as d
        on r.day = d.day and r.provider = d.provider and r.platform = d.platform
    where r.report_kind = 'costs'
),

placed as (
    select
        r.*,
        case when t.day is null then r.account_id else t.account_id end as told_account_id
    from told as r
    left join steps.told_accounts as t
        on
            r.day = t.day
            and r.provider = t.provider
            and r.platform = t.platform
            and r.told_model = t.model
            and r.account_id is not distinct from t.named_account_id
)

select
    r.day,
    r.provider,
    r.platform,
    r.told_account_id as account_id,
    r.told_model as model,
    r.told_class as token_class,
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
from placed as r
left join core.exchange_rates as x
    on r.day = x.day and upper(r.currency) = x.currency
group by
    r.day,
    r.provider,
    r.platform,
    r.told_account_id,
    r.told_model,
    r.told_class,
    r.charge_category,
    r.currency
