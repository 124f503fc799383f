-- One row per month, provider and currency other than USD in which charges share a factor: what it is
-- grain: month, provider, platform, currency
--
-- A charge may stand to our price, or to a list price of its model and class, as the true rate stands to the
-- recorded one: of the tiers and regions that the provider reports, where it tells them. The ratio that most
-- money of the month shares, to half a part in a hundred, is that rate, if it is half of the money and within
-- a tenth of 1; of two equally shared the one nearer to 1.
-- Money is in 1e-9 USD.
with labels as (
    select distinct
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        coalesce(service_tier, 'standard') as service_tier,
        coalesce(region_scope, '') as region_scope
    from steps.reported_cells
    where reported_quantity > 0
),

expected as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        currency,
        billed_picos,
        usage_picos as expected_picos
    from steps.charged_cells
    where currency <> 'usd' and is_tokens and not is_unconverted and usage_picos > 0 and billed_picos > 0
    union all
    select
        c.day,
        c.provider,
        c.platform,
        c.account_id,
        c.model,
        c.token_class,
        c.currency,
        c.billed_picos,
        l.picos_per_token * c.reported_quantity as expected_picos
    from steps.charged_cells as c
    inner join steps.list_rates as l
        on c.day = l.day and c.platform = l.platform and c.model = l.model and c.token_class = l.token_class
    inner join labels as t
        on
            c.day = t.day
            and c.provider = t.provider
            and c.platform = t.platform
            and c.account_id is not distinct from t.account_id
            and c.model = t.model
            and c.token_class = t.token_class
            and (not c.has_tiers or l.service_tier = t.service_tier)
            and (not c.has_regions or l.region_scope = t.region_scope)
    where
        c.currency <> 'usd' and c.is_tokens and not c.is_unconverted and c.usage_picos > 0 and c.billed_picos > 0
        and c.reported_quantity > 0
),

-- Each possible ratio of a charge once, in thousandths.
ratios as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        currency,
        day,
        account_id,
        model,
        token_class,
        (billed_picos * 1000 + expected_picos // 2) // expected_picos as permille,
        max(billed_picos // 1000) as billed_nanos,
        max(expected_picos // 1000) as expected_nanos
    from expected
    where abs(billed_picos - expected_picos) * 10 <= expected_picos
    group by
        day, provider, platform, currency, account_id, model, token_class,
        (billed_picos * 1000 + expected_picos // 2) // expected_picos
),

shared as (
    select
        month,
        provider,
        platform,
        currency,
        permille,
        sum(billed_nanos) as billed_nanos
    from ratios
    group by month, provider, platform, currency, permille
),

near as (
    select
        a.month,
        a.provider,
        a.platform,
        a.currency,
        a.permille,
        sum(b.billed_nanos) as billed_nanos
    from shared as a
    inner join shared as b
        on
            a.month = b.month
            and a.provider = b.provider
            and a.platform = b.platform
            and a.currency = b.currency
            and b.permille >= a.permille - 5
            and b.permille <= a.permille + 5
    group by a.month, a.provider, a.platform, a.currency, a.permille
),

billed as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        currency,
        sum(billed_picos // 1000) as billed_nanos
    from steps.charged_cells
    where currency <> 'usd' and is_tokens and not is_unconverted and usage_picos > 0 and billed_picos > 0
    group by strftime(day, '%Y-%m'), provider, platform, currency
),

chosen as (
    select
        n.month,
        n.provider,
        n.platform,
        n.currency,
        n.permille,
        row_number() over (
            partition by n.month, n.provider, n.platform, n.currency
            order by n.billed_nanos desc, abs(n.permille - 1000), n.permille asc
        ) as place
    from near as n
    inner join billed as b
        on n.month = b.month and n.provider = b.provider and n.platform = b.platform and n.currency = b.currency
    where n.billed_nanos * 2 >= b.billed_nanos
),

closest as (
    select
        r.month,
        r.provider,
        r.platform,
        r.currency,
        r.billed_nanos,
        r.expected_nanos,
        row_number() over (
            partition by r.day, r.provider, r.platform, r.currency, r.account_id, r.model, r.token_class
            order by abs(r.permille - c.permille), r.permille
        ) as place
    from ratios as r
    inner join chosen as c
        on
            r.month = c.month
            and r.provider = c.provider
            and r.platform = c.platform
            and r.currency = c.currency
            and c.place = 1
            and r.permille >= c.permille - 5
            and r.permille <= c.permille + 5
)

select
    month,
    provider,
    platform,
    currency,
    sum(billed_nanos) as billed_nanos,
    sum(expected_nanos) as expected_nanos
from closest
where place = 1
group by month, provider, platform, currency
having sum(billed_nanos) > 0
