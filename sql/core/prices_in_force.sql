-- One row per price row that prices requests, for the interval it holds as known on the book's day.
-- grain: price_id
--
-- A provider bills in one currency; its rows in another are another list and do not price.
select
    p.price_id,
    p.provider,
    p.platform,
    p.region_scope,
    p.model_key,
    p.service_tier,
    p.meter,
    p.unit,
    p.per,
    p.unit_price,
    p.currency,
    p.price_per_unit,
    p.ctx_gt,
    p.ctx_le,
    p.time_band,
    h.valid_from,
    h.valid_to,
    p.status,
    p.recorded_on,
    p.sources,
    p.confirmation,
    p.note,
    p.source_file,
    p.source_line
from core.price_history as h
inner join core.prices as p
    on h.price_id = p.price_id
cross join core.price_revision as v
left join core.billing_currencies as b
    on p.provider = b.provider
where
    h.known_from <= coalesce(v.as_of, date '9999-12-31')
    and coalesce(v.as_of, date '9999-12-31') < coalesce(h.known_to, date '9999-12-31' + 1)
    and p.currency = coalesce(b.currency, 'USD')
order by p.price_id
