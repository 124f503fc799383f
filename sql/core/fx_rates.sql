-- One row per UTC day and pair of currencies: what one unit of the first was worth in the second
-- grain: day, currency_pair
select
    day,
    currency || '/USD' as currency_pair,
    usd_per_unit,
    source,
    recorded_on
from core.exchange_rates
order by day, currency_pair
