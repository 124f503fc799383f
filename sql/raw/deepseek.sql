-- One row per count or charge of a day in an export of DeepSeek's platform, as text
-- grain: source_line
with
named as (
    select
        source_line,
        record,
        report_names(report_exact(record)) as names
    from raw.staged
),

opened as (
    select
        *,
        names['wallettype'] is not null or contains(lower(record), '"cost":') as is_cost,
        lower(names['type']) as meter
    from named
)

select
    source_line,
    record,
    case
        when is_cost and names['cost'] is null then 'the row has no cost; its columns may have been renamed'
        when is_cost and names['currency'] is null then 'the row has no currency; its columns may have been renamed'
        when not is_cost and (meter is null or names['amount'] is null)
            then 'the row has neither type and amount nor cost; export amount-*.csv and cost-*.csv'
        when not is_cost and report_count(names['amount']) is null
            then names['amount'] || ' is no count: a whole number from 0 to 10^15 is expected'
        when names['endtimeiso'] is null then 'the row has no end_time_iso; its columns may have been renamed'
    end as reject_reason,
    'usage' as kind,
    names['starttimeiso'] as started,
    names['endtimeiso'] as ended,
    'csv' as delivery_form,
    if(is_cost, 'model,wallet_type', 'api_key_id,model') as report_grouping,
    'deepseek' as provider,
    'direct' as platform,
    names['userid'] as billing_account_id,
    names['apikey'] as api_key_id,
    names['apikeyname'] as api_key_name,
    names['model'] as raw_model,
    names['wallettype'] as charge_type,
    if(is_cost, 'usage', null) as charge_category,
    if(is_cost, 'not_split', null) as cost_type,
    meter as meter_detail,
    case meter
        when 'input_cache_hit_tokens' then 'cache_read_tokens'
        when 'input_cache_miss_tokens' then 'input_tokens'
        when 'output_tokens' then 'output_tokens'
    end as token_class,
    if(is_cost, names['cost'], null) as amount,
    names['currency'] as currency,
    if(is_cost, null, names['amount']) as quantity,
    case when is_cost then null when meter like '%tokens' then 'tokens' else meter end as quantity_unit,
    '1' as unit_size,
    -- Hours of another price are rows of their own.
    concat_ws('|', meter, names['price']) as identity,
    case
        when not is_cost and meter = 'request_count' then map(['num_requests'], [names['amount']])
    end as counts
from opened
