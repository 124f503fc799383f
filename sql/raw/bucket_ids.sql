-- One row per row of raw.bucket_rows: its id, what it replaces, and the delivery that it came with
-- grain: row_no
--
-- A bucket of a page is a delivery, and so are all rows of a CSV file. It is grouped by what any of its rows names.
with
placed as (
    select
        rowid as row_no,
        *,
        case
            when epoch(bucket_end) - epoch(bucket_start) = 60 then '1m'
            when epoch(bucket_end) - epoch(bucket_start) = 3600 then '1h'
            when epoch(bucket_end) - epoch(bucket_start) = 86400 then '1d'
            else (epoch(bucket_end) - epoch(bucket_start))::bigint || 's'
        end as bucket_width,
        if(delivery_form = 'api', source_line || '/' || bucket_no, 'file') as part
    from raw.bucket_rows
),

named as (
    select distinct
        kind,
        part,
        unnest(dimensions) as dimension
    from placed
),

groupings as (
    select
        kind,
        part,
        string_agg(dimension, ',' order by dimension) as report_grouping
    from named
    group by kind, part
),

grouped as (
    select
        p.*,
        coalesce(g.report_grouping, '') as report_grouping
    from placed as p
    left join groupings as g on p.kind = g.kind and p.part = g.part
),

digested as (
    select
        row_no,
        source_line,
        part,
        bucket_width,
        report_grouping,
        md5(concat_ws(
            '|', kind, delivery_form, report_grouping, bucket_start, bucket_end,
            if(delivery_form = 'csv', scope_dimensions, '')
        )) as scope_id,
        md5(row(*columns(* exclude (
            row_no, source_line, bucket_no, part, dimensions, scope_dimensions, reject_text, reject_reason
        )))::varchar) as content
    from grouped
),

-- Materialized, as the digest of a whole delivery would else be made again for each of its rows.
deliveries as materialized (
    select
        scope_id,
        part,
        md5(string_agg(content, '' order by content)) as delivery_id
    from digested
    group by scope_id, part
),

numbered as (
    select
        d.*,
        deliveries.delivery_id,
        row_number() over (partition by d.scope_id, d.part, d.content order by d.source_line, d.row_no) as occurrence
    from digested as d
    inner join deliveries on d.scope_id = deliveries.scope_id and d.part = deliveries.part
)

select
    row_no,
    md5(concat_ws('|', scope_id, delivery_id, content, occurrence)) as record_id,
    bucket_width,
    report_grouping,
    scope_id,
    delivery_id
from numbered
