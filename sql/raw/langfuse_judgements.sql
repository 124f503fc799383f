-- One row per Langfuse trace or observation that scores inside a delivered record judge
-- grain: judged_id
with
delivered as (
    select
        record ->> 'id' as id,
        -- A CSV holds them as JSON text.
        told_json(json_extract(record, '$.scores')) as held
    from raw.staged
    where contains(record, '"scores"')
),

-- A trace of the API holds its own scores and those of its observations.
listed as (
    select
        id,
        unnest(from_json(
            held,
            '[{"id": "VARCHAR", "name": "VARCHAR", "value": "VARCHAR", "dataType": "VARCHAR", "stringValue": "VARCHAR",
            "observationId": "VARCHAR", "timestamp": "VARCHAR", "updatedAt": "VARCHAR"}]'
        )) as score
    from delivered
    where json_type(held) = 'ARRAY'
),

-- A row of the pages holds the values of its scores by their names.
named as (
    select
        id,
        unnest(map_entries(from_json(held, '"MAP(VARCHAR, JSON)"'))) as score
    from delivered
    where json_type(held) = 'OBJECT'
),

valued as (
    select
        id,
        score.key as score_name,
        if(json_type(score.value) = 'ARRAY', from_json(score.value, '["VARCHAR"]'), [score.value ->> '$'])
            as score_values
    from named
),

-- Free texts and corrections are content. Of several values by one name the page tells no order.
judged as (
    select
        coalesce(score.observationid, id) as judged_id,
        score.name as score_name,
        case
            when upper(score.datatype) = 'CATEGORICAL' then score.stringvalue
            when coalesce(upper(score.datatype), 'NUMERIC') in ('NUMERIC', 'BOOLEAN') then score.value
        end as score_value,
        concat_ws('|', coalesce(score.updatedat, score.timestamp), score.id, score.value, score.stringvalue) as version
    from listed
    union all
    select
        id as judged_id,
        score_name,
        score_values[1] as score_value,
        '' as version
    from valued
    where len(list_distinct(score_values)) = 1
),

newest as (
    select
        judged_id,
        score_name,
        arg_max(score_value, version) as score_value
    from judged
    where score_name <> '' and score_value <> '' and length(score_value) <= 100
    group by judged_id, score_name
)

select
    judged_id,
    map_from_entries(list({ 'key': score_name, 'value': score_value } order by score_name asc)) as judgements
from newest
where judged_id is not null
group by judged_id
order by judged_id
