-- One row per delivered amount that a customer pays for a period, or with the reason why not
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(record, '"MAP(VARCHAR, VARCHAR)"') as all_values,
        from_json(
            record,
            '{"customer_id": "VARCHAR", "period": "VARCHAR", "period_start": "VARCHAR", "period_end": "VARCHAR",
            "amount": "VARCHAR", "amount_usd": "VARCHAR", "currency": "VARCHAR", "invoice_id": "VARCHAR",
            "line_id": "VARCHAR", "plan": "VARCHAR", "feature": "VARCHAR", "recorded_at": "VARCHAR"}'
        ) as known,
        from_json(record, '{"amount": "DECIMAL(38,12)", "amount_usd": "DECIMAL(38,12)"}') as exact
    from raw.staged
),

spread as (
    select
        source_line,
        record,
        all_values,
        coalesce(exact.amount, exact.amount_usd) as exact_amount,
        known.*
    from delivered
),

texts as (
    select
        source_line,
        record,
        exact_amount,
        list_sort(list_filter(map_entries(all_values), lambda e: trim(e.value) <> '')) as given,
        nullif(trim(columns(* exclude (source_line, record, all_values, exact_amount))), '')
    from spread
),

bounded as (
    select
        *,
        coalesce(amount, amount_usd) as amount_text,
        case
            when
                not contains(coalesce(amount, amount_usd), '_')
                and try_cast(coalesce(amount, amount_usd) as decimal(38, 12)) is not null
                then coalesce(exact_amount, try_cast(coalesce(amount, amount_usd) as decimal(38, 12)))
        end as money,
        case
            when regexp_full_match(period, '[0-9]{4}-[0-9]{2}') then try_cast(period || '-01' as date)
            when period is not null then try_cast(plain_time(period) as date)
            else cast(try_cast(plain_time(period_start) as timestamptz) at time zone 'UTC' as date)
        end as first_day,
        case
            when regexp_full_match(period, '[0-9]{4}-[0-9]{2}') then last_day(try_cast(period || '-01' as date))
            when period is not null then try_cast(plain_time(period) as date)
            when regexp_full_match(period_end, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_cast(period_end as date)
            else cast(make_timestamp(epoch_us(try_cast(plain_time(period_end) as timestamptz)) - 1) as date)
        end as final_day,
        try_cast(plain_time(recorded_at) as timestamptz) at time zone 'UTC' as recorded_moment
    from texts
),

checked as (
    select
        *,
        case
            when given is null then 'not a record with named fields; each record is one object whose names differ'
            when customer_id is null then 'customer_id is missing'
            when coalesce(period, period_start) is null
                then 'period is missing; give YYYY-MM, a date, or period_start and period_end'
            when period is null and period_end is null then 'period_end is missing; it is the last day, included'
            when first_day is null or final_day is null
                then
                    'period ' || coalesce(period, concat(period_start, ' to ', period_end))
                    || ' is not known; give YYYY-MM, YYYY-MM-DD, or period_start and period_end as dates'
            when first_day > final_day then 'period_end lies before period_start'
            when first_day < date '2020-01-01' or final_day >= date '2100-01-01'
                then 'the period is outside 2020 to 2099; check the year'
            when date_diff('day', first_day, final_day) > 3660 then 'the period is longer than ten years'
            when amount_text is null then 'amount is missing; give it as a number'
            when money is null or abs(money) >= 100000000000000
                then 'amount ' || amount_text || ' is not a number below 10^14; write it as 1234.56'
            when not regexp_full_match(upper(currency), '[A-Z]{3}')
                then 'currency ' || currency || ' is no ISO code; write it as USD or EUR'
            when amount is null and upper(currency) <> 'USD'
                then 'amount_usd is in ' || currency || '; give the amount in its own currency as amount'
            when recorded_at is not null and recorded_moment is null
                then 'recorded_at ' || recorded_at || ' is not a time; give ISO 8601'
        end as reject_reason
    from bounded
)

select
    md5(cast(to_json(given) as varchar)) as record_id,
    final_day as day,
    source_line,
    customer_id,
    first_day as period_start,
    final_day as period_end,
    money as billed_revenue,
    upper(coalesce(currency, 'USD')) as currency,
    invoice_id,
    line_id,
    plan,
    feature,
    recorded_moment as recorded_at,
    reject_reason,
    case when reject_reason is not null then cast(record as varchar) end as reject_text
from checked
order by source_line
