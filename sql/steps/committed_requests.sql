-- One row per request that a commitment covers
-- grain: request_id
select distinct request_id
from steps.commitment_covers
