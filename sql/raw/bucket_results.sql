-- One row per result of a delivered bucket, or per bucket without one, or per row of a CSV file
-- grain: source_line, bucket_no, the place of the result in the bucket
--
-- raw.bucket_pages are the delivered pages, single buckets and rows.
with
delivered as (
    select
        source_line,
        record,
        json_type(record, '$.data') = 'ARRAY' as is_page,
        json_type(record, '$.results') is not null as is_bucket
    from raw.bucket_pages
),

buckets as (
    select
        source_line,
        'api' as delivery_form,
        coalesce(record ->> 'data_refreshed_at', record ->> 'retrieved_at') as as_of,
        unnest(from_json(record -> 'data', '["JSON"]')) as bucket,
        generate_subscripts(from_json(record -> 'data', '["JSON"]'), 1) as bucket_no
    from delivered
    where is_page
    union all
    select
        source_line,
        if(is_bucket, 'api', 'csv') as delivery_form,
        null as as_of,
        record as bucket,
        1 as bucket_no
    from delivered
    where is_page is distinct from true
),

opened as (
    select
        *,
        coalesce(
            json_type(bucket) = 'OBJECT' and (delivery_form = 'csv' or json_type(bucket, '$.results') = 'ARRAY'), false
        ) as is_known_shape,
        from_json(
            bucket,
            '{"start_time": "VARCHAR", "end_time": "VARCHAR", "start_time_iso": "VARCHAR", "end_time_iso": "VARCHAR",
            "starting_at": "VARCHAR", "ending_at": "VARCHAR", "usage_date_utc": "VARCHAR"}'
        ) as bucket_texts,
        case
            when delivery_form = 'csv' then [bucket]
            when json_array_length(bucket, '$.results') > 0 then from_json(bucket -> 'results', '["JSON"]')
            else [null]
        end as inner_results
    from buckets
),

-- A bucket may be large: it stands beside its results only where one of them is nothing.
results as (
    select
        source_line,
        delivery_form,
        bucket_no,
        as_of,
        is_known_shape,
        bucket_texts,
        if(list_count(inner_results) < len(inner_results), bucket::varchar, null) as bucket_text,
        unnest(inner_results) as result
    from opened
)

select
    source_line,
    delivery_form,
    bucket_no,
    try_cast(plain_time(as_of) as timestamptz)::timestamp as delivered_as_of,
    coalesce(result::varchar, bucket_text, 'null') as reject_text,
    is_known_shape,
    result is not null as has_result,
    bucket_texts,
    result
from results
