-- One row per delivered page, bucket or row of OpenAI's usage; what the API of before 2025 lists, in today's form
-- grain: source_line, record
with
-- The API of before 2025 (`/v1/usage`) lists each kind under a name of its own, without buckets.
named as (
    select
        source_line,
        record,
        coalesce(
            json_exists(record, '$.data[0].aggregation_timestamp') or json_exists(record, '$.whisper_api_data'), false
        ) as is_old_page,
        json_exists(record, '$.aggregation_timestamp') as is_old_row
    from raw.staged
),

old_rows as (
    select
        source_line,
        unnest(
            coalesce(from_json(record -> 'data', '["JSON"]'), [])
            || coalesce(from_json(record -> 'whisper_api_data', '["JSON"]'), [])
            || coalesce(from_json(record -> 'tts_api_data', '["JSON"]'), [])
            || coalesce(from_json(record -> 'dalle_api_data', '["JSON"]'), [])
        ) as item
    from named
    where is_old_page
    union all
    select
        source_line,
        record as item
    from named
    where is_old_row
),

old_kinds as (
    select
        source_line,
        item,
        case
            when json_exists(item, '$.num_seconds') then 'audio_transcriptions'
            when json_exists(item, '$.num_characters') then 'audio_speeches'
            when json_exists(item, '$.num_images') then 'images'
            when item ->> 'operation' ilike 'embedding%' then 'embeddings'
            when item ->> 'operation' ilike 'moderation%' then 'moderations'
            else 'completions'
        end as kind
    from old_rows
)

select
    source_line,
    record
from named
where not is_old_page and not is_old_row
union all
select
    source_line,
    json_object(
        'object', 'organization.usage.' || kind || '.result',
        'start_time', coalesce(item ->> 'aggregation_timestamp', item ->> 'timestamp'),
        'model', coalesce(item ->> 'snapshot_id', item ->> 'model_id'),
        'project_id', item ->> 'project_id',
        'api_key_id', item ->> 'api_key_id',
        'batch', case when item ->> 'request_type' ilike 'batch' then 'true' end,
        'num_model_requests', coalesce(item ->> 'n_requests', item ->> 'num_requests'),
        'input_tokens', item ->> 'n_context_tokens_total',
        'input_cached_tokens', item ->> 'n_cached_context_tokens_total',
        'output_tokens', case when kind = 'completions' then item ->> 'n_generated_tokens_total' end,
        'seconds', item ->> 'num_seconds',
        'characters', item ->> 'num_characters',
        'images', item ->> 'num_images',
        'size', item ->> 'image_size'
    )::varchar as record
from old_kinds
