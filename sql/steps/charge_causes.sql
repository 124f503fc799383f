-- One row per provider's day, account, model, token class and cause: reported usage at our prices to what is charged
-- grain: day, provider, platform, account_id, model, token_class, cause
--
-- Charges for no usage speak for themselves (credits_discounts_tax, fees), and so do charges without
-- tokens (fees) and discounts that the report states beside its list cost. What differs less than the
-- report's own digits is rounding. In another currency a factor that the charges of the month share
-- is its rate. A unit price that is the list's of another tier or region, where the
-- report does not tell these, is that; any other unit price of counted usage is price. Charges that
-- count nothing, for a model or account of which we have no request, are not_instrumented.
with requested as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        metered_requests + doubtful_requests as requests
    from steps.request_counts
),

-- What is charged, at the true rate of its currency.
rated as (
    select
        c.*,
        case
            when f.billed_nanos is null then 0 else
                c.billed_picos * (f.billed_nanos - f.expected_nanos) // f.billed_nanos
        end
            as rate_picos
    from steps.charged_cells as c
    left join steps.currency_factors as f
        on
            strftime(c.day, '%Y-%m') = f.month
            and c.provider = f.provider
            and c.platform = f.platform
            and c.currency = f.currency
            and c.is_tokens
            and not c.is_unconverted
            and c.usage_picos > 0
            and c.billed_picos > 0
),

-- The charged unit price is, to a part in a thousand or the report's cents and before discounts, a list
-- price of the same model and class. Ours is one too, of another tier or region; or it is none, and then
-- it is held against the list price of the default tier or region.
list_pairs as (
    select
        c.day,
        c.provider,
        c.platform,
        c.account_id,
        c.model,
        c.token_class,
        abs(c.usage_picos - o.picos_per_token * c.reported_quantity) * 1000 <= c.usage_picos as is_ours,
        l.service_tier = o.service_tier and l.region_scope <> o.region_scope as is_same_tier,
        (l.picos_per_token - o.picos_per_token) * c.reported_quantity as list_picos,
        case
            when l.service_tier = o.service_tier then 0
            else (l.picos_per_token - coalesce(t.picos_per_token, l.picos_per_token)) * c.reported_quantity
        end as region_picos,
        o.service_tier = 'standard' and o.region_scope = '' as is_default
    from rated as c
    inner join steps.list_rates as l
        on
            c.day = l.day
            and c.platform = l.platform
            and c.model = l.model
            and c.token_class = l.token_class
    inner join steps.list_rates as o
        on
            c.day = o.day
            and c.platform = o.platform
            and c.model = o.model
            and c.token_class = o.token_class
            and l.picos_per_token <> o.picos_per_token
    left join steps.list_rates as t
        on
            c.day = t.day
            and c.platform = t.platform
            and c.model = t.model
            and c.token_class = t.token_class
            and l.service_tier = t.service_tier
            and o.region_scope = t.region_scope
    where
        c.reported_quantity > 0
        and not (c.has_tiers and c.has_regions)
        and (not c.has_tiers or l.service_tier = o.service_tier)
        and (not c.has_regions or l.region_scope = o.region_scope)
        and abs(greatest(c.billed_picos - c.rate_picos, c.list_picos) - l.picos_per_token * c.reported_quantity)
        <= greatest(
            c.billed_picos // 1000,
            case when 50000000000 * c.cent_lines <= c.billed_picos then 5000000000 * c.cent_lines else 0 end
        )
),

other_rates as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        is_ours,
        is_same_tier,
        list_picos,
        region_picos,
        row_number() over (
            partition by day, provider, platform, account_id, model, token_class
            order by is_ours desc, is_same_tier desc, is_default desc, abs(list_picos), list_picos asc
        ) as place
    from list_pairs
    where is_ours or is_default
),

judged as (
    select
        c.*,
        case
            when c.token_class <> 'other' and c.list_picos > c.billed_picos and not c.is_unconverted
                then c.billed_picos - c.list_picos
            else 0
        end as discount_picos,
        5000000000 * c.cent_lines + 1000000 * c.charge_lines as tolerance_picos,
        o.is_same_tier,
        case when o.is_ours then 0 else coalesce(o.list_picos, 0) end as label_picos,
        coalesce(o.region_picos, 0) as region_picos,
        coalesce(r.requests, 0) as requests
    from rated as c
    left join other_rates as o
        on
            c.day = o.day
            and c.provider = o.provider
            and c.platform = o.platform
            and c.account_id is not distinct from o.account_id
            and c.model = o.model
            and c.token_class = o.token_class
            and o.place = 1
    left join requested as r
        on
            c.day = r.day
            and c.provider = r.provider
            and c.platform = r.platform
            and c.account_id is not distinct from r.account_id
            and c.model = r.model
),

remaining as (
    select
        *,
        billed_picos - usage_picos - discount_picos - rate_picos as rest_picos
    from judged
),

-- Where ours is no list price, what lies between the two list prices is tier or region, and the rest is price.
-- Where tier and region are both others, what the region adds within the other tier is region's.
labelled as (
    select
        * replace (case when abs(rest_picos) <= tolerance_picos then 0 else region_picos end as region_picos),
        case when abs(rest_picos) <= tolerance_picos then 0 else label_picos end as other_picos
    from remaining
),

parts as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'credits_discounts_tax' as cause,
        discount_picos as part_picos
    from labelled
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'currency' as cause,
        rate_picos as part_picos
    from labelled
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        case
            when is_unconverted then 'currency'
            when token_class = 'other' then 'fees'
            when abs(rest_picos) <= tolerance_picos then 'rounding'
            when rate_picos <> 0 and abs(rest_picos) * 200 <= usage_picos then 'currency'
            when other_picos <> 0 then 'price'
            when reported_quantity > 0 and is_same_tier then 'region'
            when reported_quantity > 0 and not is_same_tier then 'tier'
            when reported_quantity > 0 then 'price'
            when billed_picos > 0 and unpriced_quantity > 0 then 'unpriced'
            when billed_picos > 0 and requests = 0 and usage_picos = 0 and token_class <> 'not_split'
                then 'not_instrumented'
            else 'unexplained'
        end as cause,
        rest_picos - other_picos as part_picos
    from labelled
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        case when is_same_tier then 'region' else 'tier' end as cause,
        other_picos - region_picos as part_picos
    from labelled
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        'region' as cause,
        region_picos as part_picos
    from labelled
    union all
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        case when charge_category = 'purchase' then 'fees' else 'credits_discounts_tax' end as cause,
        billed_picos as part_picos
    from steps.reported_charges
    where charge_category <> 'usage'
)

select
    day,
    provider,
    platform,
    account_id,
    model,
    token_class,
    cause,
    sum(part_picos) as part_picos
from parts
where part_picos <> 0
group by day, provider, platform, account_id, model, token_class, cause
