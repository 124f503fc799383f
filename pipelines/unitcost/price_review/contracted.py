"""What an account pays instead of the list price, where contracts say so.

The list prices are looked up in `lookup`; which contract wins is the book's own SQL.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import duckdb

from unitcost.price_review.lookup import OF_THE_LIST, MeterPrice, Question, Row, rows

_LINES = f"""
with own as (
    select price_group
    from core.price_groups
    where provider = $provider and platform = $platform and price_group in ($account, '*')
    order by price_group = '*'
    limit 1
)

select distinct
    m.bit, l.meter, m.unit, p.ctx_gt, p.ctx_le, l.time_band, l.price_per_unit, l.price_id,
    coalesce(p.per, c.per) as per, c.currency, c.contract_id, c.account_id, c.discount_pct,
    f.valid_from, f.valid_to, c.source, c.source_file, c.source_line
from core.contract_lines as l
inner join own
    on l.price_group = own.price_group
inner join core.contracts as c
    on l.contract_id = c.contract_id
inner join core.contracts_in_force as f
    on l.contract_id = f.contract_id
inner join core.meters as m
    on l.meter = m.meter
left join core.prices as p
    on l.price_id = p.price_id
{OF_THE_LIST}"""


class ContractedPrice(MeterPrice):
    """What the account pays for one meter, by the contract that wins: the discount taken off."""

    price_id: str | None
    """The list price it is instead of; None where the list has none."""
    contract_id: str
    account_id: str
    """`*` where the contract is every account's."""
    discount_pct: Decimal | None
    """None where a price is agreed."""
    valid_from: datetime | None
    valid_to: datetime | None
    source: str
    where: str
    """File and line of the contract."""


def contracted_prices(
    con: duckdb.DuckDBPyConnection, asked: Question, found: Row
) -> list[ContractedPrice]:
    """The prices that contracts set on the list that `look_up` found; none if none does."""
    wanted = ("provider", "platform", "model", "list_region_scope", "list_service_tier")
    place = {name: found[name] for name in wanted}
    values = place | {"account": asked.account, "on": asked.on, "prompt": asked.prompt_tokens}
    return [_priced(line) for line in rows(con, _LINES, values)]


def _priced(line: Row) -> ContractedPrice:
    price = (line["price_per_unit"] * line["per"]).normalize()
    where = f"{line['source_file']}:{line['source_line']}"
    cells = {name: line.get(name) for name in ContractedPrice.model_fields}
    return ContractedPrice.model_validate(cells | {"unit_price": f"{price:f}", "where": where})
