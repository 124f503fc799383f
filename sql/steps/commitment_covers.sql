-- One row per request of the day and commitment that covers it
-- grain: request_id, commitment_id
--
-- A request is covered by what it was served with: the commitment's tier. One that several cover
-- bears a share of each.
select
    r.request_id,
    c.commitment_id,
    coalesce(r.prompt_tokens, 0) + coalesce(r.completion_tokens, 0) as tokens
from core.requests as r
inner join steps.commitment_days as c
    on
        r.provider = c.provider
        and r.service_tier = c.service_tier
        and c.platform in (r.platform, '*')
        and c.account_id in (r.account_id, '*')
        and c.region_scope in (lower(r.region_scope), '*')
        and r.started_at >= c.starts_at
        and r.started_at < c.ends_at
left join core.model_families as f
    on c.model_key = 'family:' || f.family and r.model = f.model
where c.model_key in (r.model, '*') or f.model is not null
