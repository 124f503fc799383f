-- One row per row of a provider's report or bill, read and checked, or with the reason why not
-- grain: source_line, record_id
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
),

read as (
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
),

-- A scope is what a later delivery replaces: what the source says, or the row's own labels.
scoped as materialized (
    select
        *,
        md5(row(*columns(
            * exclude (told_no, source_line, record, problem, part, scope, is_final, delivered_as_of)
        ))::varchar) as content,
        md5(row(
            delivery_form, kind, bucket_start, bucket_end, scope,
            case
                when scope is null then row(
                    identity, provider, platform, billing_account_id, workspace_id, api_key_id, user_id, raw_model,
                    service_tier, is_batch, line_item, sku_id, resource_id, charge_type, quantity_unit, currency, tags
                )
            end,
            case when is_appended then row(billed_cost, quantity, delivered_as_of) end
        )::varchar) as scope_id
    from read
),

-- Materialized, as the digest of a whole delivery would else be made again for each of its rows.
deliveries as materialized (
    select
        scope_id,
        part,
        md5(string_agg(content || coalesce(is_final::varchar, ''), '' order by content)) as delivery_id,
        -- A walk over pages is one delivery, as new as its newest page.
        max(delivered_as_of) as newest
    from scoped
    group by scope_id, part
),

-- Apart, as a window carries every column it is given.
places as (
    select
        s.told_no,
        d.delivery_id,
        d.newest,
        row_number() over (partition by s.scope_id, s.part, s.content order by s.source_line) as occurrence
    from scoped as s
    inner join deliveries as d on s.scope_id = d.scope_id and s.part = d.part
),

numbered as (
    select
        s.* replace (p.newest as delivered_as_of),
        p.delivery_id,
        p.occurrence
    from scoped as s
    inner join places as p on s.told_no = p.told_no
)

select
    md5(concat_ws('|', scope_id, delivery_id, content, delivered_as_of, occurrence)) as record_id,
    bucket_start::date as day,
    kind,
    bucket_start,
    bucket_end,
    case
        when starts_with(delivery_form, 'bill') then null
        when epoch(bucket_end) - epoch(bucket_start) = 60 then '1m'
        when epoch(bucket_end) - epoch(bucket_start) = 3600 then '1h'
        when epoch(bucket_end) - epoch(bucket_start) = 86400 then '1d'
        else (epoch(bucket_end) - epoch(bucket_start))::bigint || 's'
    end as bucket_width,
    delivery_form,
    report_grouping,
    scope_id,
    delivery_id,
    delivered_as_of,
    false as is_empty_bucket,
    provider,
    platform,
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
    cost_type,
    token_class,
    quantity_unit,
    currency,
    tags,
    input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    null::bigint as cache_write_30m_tokens,
    null::bigint as cache_write_12h_tokens,
    cache_write_unknown_tokens,
    null::bigint as input_audio_tokens,
    null::bigint as input_image_tokens,
    null::bigint as cache_read_audio_tokens,
    null::bigint as cache_read_image_tokens,
    output_tokens,
    reasoning_tokens,
    null::bigint as output_audio_tokens,
    null::bigint as output_image_tokens,
    coalesce(
        prompt_tokens,
        input_tokens + coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
        + coalesce(cache_write_1h_tokens, 0) + coalesce(cache_write_unknown_tokens, 0)
    ) as prompt_tokens,
    coalesce(completion_tokens, output_tokens + coalesce(reasoning_tokens, 0)) as completion_tokens,
    web_search_calls,
    web_fetch_calls,
    null::bigint as file_search_calls,
    null::bigint as grounding_prompts,
    null::bigint as grounding_queries,
    null::bigint as search_units,
    null::bigint as images,
    null::decimal(18, 6) as audio_seconds,
    null::bigint as characters,
    null::bigint as pages,
    null::decimal(18, 6) as container_minutes,
    null::decimal(18, 6) as cache_storage_token_hours,
    source_line,
    is_final,
    is_repeat,
    is_batch,
    amount_text,
    amount_unit,
    billed_cost,
    billed_cost_usd,
    list_cost_usd,
    effective_cost_usd,
    quantity,
    unit_size,
    num_requests,
    case
        when prompt_tokens is not null
            then
                prompt_tokens - coalesce(input_tokens, 0) - coalesce(cache_read_tokens, 0)
                - coalesce(cache_write_5m_tokens, 0) - coalesce(cache_write_1h_tokens, 0)
                - coalesce(cache_write_unknown_tokens, 0)
                + coalesce(completion_tokens - coalesce(output_tokens, 0) - coalesce(reasoning_tokens, 0), 0)
    end as residual_tokens,
    problem as reject_reason,
    case when problem is not null then record end as reject_text
from numbered
order by source_line, record_id
