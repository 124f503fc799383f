-- One row per span that a gateway wrote, with its log's record of the same call
-- grain: sighting_id
select
    'otlp:' || trace_id || ':' || span_id as sighting_id,
    'litellm:' || gateway_call_id as record_id
from steps.otlp_fields
where gateway_call_id is not null
