"""What two books would charge for the same requests: the last 28 days, by provider and model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from unitcost.lake.opening import attach_published
from unitcost.price_book.book import PriceBook
from unitcost.price_review.effect import DAYS
from unitcost.price_review.opening import loaded
from unitcost.workbench import create_empty, run_steps
from unitcost_models.agreements import AllowanceBefore
from unitcost_models.requests import Request

_REQUESTS = f"""
insert into core.requests by name
select * from home.core.requests
where day > (select max(day) from home.core.requests) - {DAYS}
"""
_SPENT = """
select
    r.provider, r.model, sum(c.list_cost_usd) as list_cost_usd,
    count(*) - count(c.list_cost_usd) as unpriced_requests
from core.requests as r
inner join core.request_costs as c
    on r.request_id = c.request_id
group by r.provider, r.model
"""
_NO_DAY = date(1970, 1, 1)
Spent = dict[tuple[str | None, str | None], tuple[Decimal, int]]


class Spending(BaseModel):
    """One model's list cost under both books."""

    model_config = ConfigDict(frozen=True)

    provider: str | None
    model: str | None
    before_usd: Decimal
    after_usd: Decimal
    difference_usd: Decimal
    unpriced_before: int
    unpriced_after: int


def spending(a: PriceBook, b: PriceBook, warehouse: Path) -> list[Spending]:
    """Both books' cost of the last 28 days' requests, their models as they were resolved.

    Raises:
        PriceBookError: a book has problems.
    """
    before, after = _spent(a, warehouse), _spent(b, warehouse)
    nothing = (Decimal(0), 0)
    found = []
    for key in sorted(before.keys() | after.keys(), key=str):
        (old, old_unpriced), (new, new_unpriced) = before.get(key, nothing), after.get(key, nothing)
        if (old, old_unpriced) != (new, new_unpriced):
            found.append(
                Spending(
                    provider=key[0],
                    model=key[1],
                    before_usd=old,
                    after_usd=new,
                    difference_usd=new - old,
                    unpriced_before=old_unpriced,
                    unpriced_after=new_unpriced,
                )
            )
    return found


def _spent(book: PriceBook, warehouse: Path) -> Spent:
    with loaded(book) as con:
        attach_published(con, warehouse, "home")
        create_empty(con, Request)
        create_empty(con, AllowanceBefore)  # a comparison of lists deducts nothing
        con.execute(_REQUESTS)
        run_steps(con, ["core.request_costs"], _NO_DAY)
        rows = con.execute(_SPENT).fetchall()
    return {(provider, model): (cost or Decimal(0), n) for provider, model, cost, n in rows}
