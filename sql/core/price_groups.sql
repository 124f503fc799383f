-- One row per account and platform on which contracts set its prices; `*` stands for every other account.
-- grain: provider, platform, price_group
select distinct
    c.provider,
    k.platform,
    c.account_id as price_group
from core.contracts_in_force as c
inner join core.price_keys as k
    on c.provider = k.provider and c.platform in (k.platform, '*')
order by c.provider, k.platform, price_group
