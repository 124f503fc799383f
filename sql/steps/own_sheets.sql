-- One row per request that is priced on a sheet of its own account too, with whose prices stand on it
-- grain: request_id
--
-- An account has a sheet of its own where contracts set its prices, or where an allowance frees a
-- part of the quantities.
select
    r.request_id,
    coalesce(g.price_group, o.price_group, 'list') as price_group
from core.requests as r
left join core.price_groups as g
    on r.provider = g.provider and r.platform = g.platform and r.account_id = g.price_group
left join core.price_groups as o
    on r.provider = o.provider and r.platform = o.platform and o.price_group = '*'
where
    g.price_group is not null
    or o.price_group is not null
    or r.request_id in (select f.request_id from steps.free_quantities as f)
