-- One row per row of a provider's report or bill: its values read, and what is wrong with them
-- grain: told_no
with
numbers as (
    select
        *,
        coalesce(amount_unit, 'currency_number') as unit_rule,
        coalesce(delivery_form, 'bill') as form,
        lower(currency) as iso_currency,
        told_moment(started) as start_us,
        told_moment(ended) as end_us,
        told_moment(as_of) as as_of_us,
        report_amount(amount, amount_unit) as exact_amount,
        report_amount(list_cost, amount_unit) as exact_list,
        report_amount(effective_cost, amount_unit) as exact_effective,
        report_amount(amount_usd, null) as exact_usd,
        coalesce(counts, map()) as told_counts
    from steps.told_reports
),

checked as (
    select
        *,
        coalesce(start_us between 1577836800000000 and 4102444799999999, false) as is_start_plausible,
        coalesce(
            reject_reason,
            case
                when started is null then 'the row has no start; its columns may have been renamed'
                when start_us is null then 'start ' || started || ' is not a time; give ISO 8601 or an epoch number'
                when not start_us between 1577836800000000 and 4102444799999999
                    then 'start ' || started || ' is outside 2020 to 2099; check the unit of its time'
                when ended is not null and coalesce(end_us <= start_us or end_us > 4102444800000000, true)
                    then 'end ' || ended || ' is no time after the start'
                when amount is not null and exact_amount is null
                    then amount || ' is no amount of money: a decimal number below 10^14 is expected'
                when amount is not null and not coalesce(regexp_full_match(iso_currency, '[a-z]{3}'), true)
                    then 'currency ' || currency || ' is no ISO code; write it as USD or EUR'
                when
                    len(list_filter(
                        map_entries(told_counts), lambda e: e.value is not null and report_count(e.value) is null
                    )) > 0
                    then list_filter(
                        map_entries(told_counts), lambda e: e.value is not null and report_count(e.value) is null
                    )[1].key || ' is no count: a whole number from 0 to 10^15 is expected'
            end
        ) as problem
    from numbers
)

select
    told_no,
    source_line,
    record,
    problem,
    form as delivery_form,
    coalesce(delivery_part, 'file') as part,
    coalesce(kind, 'usage') as kind,
    case when is_start_plausible then make_timestamp(start_us) end as bucket_start,
    case when end_us between start_us and 4102444800000000 then make_timestamp(end_us) end as bucket_end,
    case when as_of_us between 0 and 4102444799999999 then make_timestamp(as_of_us) end as delivered_as_of,
    coalesce(report_grouping, '') as report_grouping,
    scope,
    identity,
    coalesce(try_cast(is_appended as boolean), false) as is_appended,
    try_cast(is_final as boolean) as is_final,
    coalesce(try_cast(is_repeat as boolean), false) as is_repeat,
    try_cast(is_batch as boolean) as is_batch,
    coalesce(provider, 'unknown') as provider,
    coalesce(platform, 'unknown') as platform,
    billing_account_id,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    user_id,
    raw_model,
    service_tier,
    context_window,
    inference_geo,
    speed,
    api_source,
    meter_detail,
    line_item,
    sku_id,
    resource_id,
    charge_type,
    charge_category,
    case
        when charge_category <> 'usage' then charge_category
        when cost_type is not null then cost_type
        when token_class is not null then 'tokens'
        when line_item is null then 'not_split'
        else 'unparsed'
    end as cost_type,
    token_class,
    quantity_unit,
    iso_currency as currency,
    case when cardinality(tags) > 0 then tags end as tags,
    coalesce(amount, list_cost) as amount_text,
    unit_rule as amount_unit,
    report_rounded(exact_amount) as billed_cost,
    case
        when iso_currency = 'usd' then report_rounded(exact_amount)
        else report_rounded(exact_usd)
    end as billed_cost_usd,
    case when iso_currency = 'usd' then report_rounded(exact_list) end as list_cost_usd,
    case when iso_currency = 'usd' then report_rounded(exact_effective) end as effective_cost_usd,
    try_cast(quantity as decimal(18, 6)) as quantity,
    case
        when token_class is not null and coalesce(charge_category, 'usage') = 'usage'
            then try_cast(unit_size as bigint)
    end as unit_size,
    report_count(told_counts['num_requests']) as num_requests,
    report_count(told_counts['input_tokens']) as input_tokens,
    report_count(told_counts['cache_read_tokens']) as cache_read_tokens,
    report_count(told_counts['cache_write_5m_tokens']) as cache_write_5m_tokens,
    report_count(told_counts['cache_write_1h_tokens']) as cache_write_1h_tokens,
    report_count(told_counts['cache_write_unknown_tokens']) as cache_write_unknown_tokens,
    report_count(told_counts['output_tokens']) as output_tokens,
    report_count(told_counts['reasoning_tokens']) as reasoning_tokens,
    report_count(told_counts['prompt_tokens']) as prompt_tokens,
    report_count(told_counts['completion_tokens']) as completion_tokens,
    report_count(told_counts['web_search_calls']) as web_search_calls,
    report_count(told_counts['web_fetch_calls']) as web_fetch_calls
from checked
