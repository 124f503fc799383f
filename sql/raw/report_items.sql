-- One row per item of an API's pages, or per record that is no page
-- grain: source_line, item_no
with
delivered as (
    select
        source_line,
        cast(report_exact(record) as json) as record
    from raw.staged
),

paged as (
    select
        source_line,
        record,
        coalesce(json_type(record, '$.data') = 'ARRAY', false) as is_page,
        coalesce(record ->> 'data_refreshed_at', record ->> 'retrieved_at') as as_of,
        coalesce(record ->> 'has_more', 'false') <> 'true' as is_last
    from delivered
),

-- Pages up to one that says it is the last are one walk, and delivered together.
walks as (
    select
        *,
        'walk ' || coalesce(
            count_if(is_page and is_last) over (
                order by source_line rows between unbounded preceding and 1 preceding
            ), 0
        ) as delivery_part
    from paged
)

select
    source_line,
    delivery_part,
    as_of,
    unnest(from_json(record -> 'data', '["JSON"]')) as item,
    generate_subscripts(from_json(record -> 'data', '["JSON"]'), 1) as item_no
from walks
where is_page
union all
select
    source_line,
    'file' as delivery_part,
    null as as_of,
    record as item,
    1 as item_no
from walks
where not is_page
