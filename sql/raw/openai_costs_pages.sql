-- One row per delivered page, bucket or row of OpenAI's costs, its amounts as texts
-- grain: source_line
--
-- An amount is a bare JSON number of up to 36 digits; as text it stays exact.
select
    source_line,
    regexp_replace(record::varchar, '("value"\s*:\s*)(-?[0-9][0-9.eE+-]*)', '\1"\2"', 'g')::json as record
from raw.staged
