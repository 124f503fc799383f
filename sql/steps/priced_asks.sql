-- One row per request and price sheet: what it costs there, class by class
-- grain: request_id, is_own_sheet
-- view
--
-- By its card where that tells, else line by line. Any used meter without a price makes the whole
-- cost NULL with a reason.
select
    c.request_id,
    c.is_own_sheet,
    c.day,
    c.is_free,
    c.unknown_reason,
    case when c.is_itemised then l.unpriced_reason when not c.is_free then c.unknown_reason end as unpriced_reason,
    c.meters_used >= 32768 as has_fees,
    case
        when c.is_itemised then l.input_cost
        else cast(c.input_trillionths as decimal(19, 0)) * 0.000000000001
    end as input_cost,
    case
        when c.is_itemised then l.cache_read_cost
        else cast(c.cache_read_trillionths as decimal(19, 0)) * 0.000000000001
    end as cache_read_cost,
    case
        when c.is_itemised then l.cache_write_cost
        else cast(c.cache_write_trillionths as decimal(19, 0)) * 0.000000000001
    end as cache_write_cost,
    case
        when c.is_itemised then l.output_cost
        else cast(c.output_trillionths as decimal(19, 0)) * 0.000000000001
    end as output_cost,
    case
        when c.is_itemised then l.reasoning_cost
        else cast(c.reasoning_trillionths as decimal(19, 0)) * 0.000000000001
    end as reasoning_cost,
    case when c.is_itemised then l.tool_cost when c.input_trillionths is not null then 0 end as tool_cost,
    b.price_ids,
    b.contract_ids
from steps.card_costs as c
left join steps.line_costs as l
    on c.is_itemised and c.request_id = l.request_id and c.is_own_sheet = l.is_own_sheet
left join steps.bills as b
    on c.card_id = b.card_id and c.meters_used = b.meters_used and not c.is_free and c.unknown_reason is null
