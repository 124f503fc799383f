"""`unitcost prices show`: the rows that would price a request, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from unitcost.commands.common import COMMON, OUT, Common, show_json, show_table

if TYPE_CHECKING:
    from unitcost.price_review.contracted import ContractedPrice
    from unitcost.price_review.showing import Shown, ShownPrice


def show(
    model: Annotated[str, Parameter(help="The model, in any spelling that a log may hold.")],
    *,
    on: Annotated[str | None, Parameter(help="Day or instant, UTC; default now.")] = None,
    provider: Annotated[str | None, Parameter(help="Who was called, as a log names it.")] = None,
    platform: Annotated[str | None, Parameter(help="direct, azure, bedrock, vertex, ...")] = None,
    region: Annotated[str | None, Parameter(help="Region as served; default none named.")] = None,
    tier: Annotated[str, Parameter(help="Service tier as served.")] = "standard",
    prompt_tokens: Annotated[
        int | None,
        Parameter(
            validator=Number(gte=0), help="Size of the whole prompt; default every context band."
        ),
    ] = None,
    account: Annotated[
        str | None, Parameter(help="Provider account; its contracts are shown beside the list.")
    ] = None,
    common: Common = COMMON,
) -> None:
    """Show what a spelling means and the price row of every meter, with the reasons."""
    from unitcost.price_review.lookup import Question
    from unitcost.price_review.opening import own_book
    from unitcost.price_review.showing import instant, show_prices

    asked = Question(model, instant(on), provider, platform, region, tier, prompt_tokens, account)
    shown = show_prices(own_book(common.home), asked)
    if common.json:
        show_json(shown.model_dump())
    else:
        _show(shown)


def _show(shown: Shown) -> None:
    OUT.print(f"{shown.spelling} is {shown.model} ({shown.rule}) at {shown.on}Z")
    place = (shown.provider, shown.platform, shown.region_scope, shown.service_tier)
    OUT.print(f"list {'/'.join(place)}" + "".join(f"; {reason}" for reason in shown.why))
    columns = ["meter", "prompt", "price", "per", "from", "to", "confirmation", "recorded_on"]
    show_table(columns, [_cells(price) for price in shown.prices])
    meters: dict[str, list[ShownPrice]] = {}
    for price in shown.prices:
        meters.setdefault(price.price_id, []).append(price)
    for price_id, prices in meters.items():
        OUT.print(f"{', '.join(price.meter for price in prices)}: {price_id}", soft_wrap=True)
        OUT.print(f"  {prices[0].where}; {prices[0].sources}", soft_wrap=True)
        said = [reason for price in prices for reason in (*price.why, price.note) if reason]
        for reason in dict.fromkeys(said):
            OUT.print(f"  {reason}", soft_wrap=True)
    if shown.contracted:
        _show_contracted(shown.contracted)


def _show_contracted(prices: list[ContractedPrice]) -> None:
    OUT.print("contracted")
    columns = ["meter", "prompt", "price", "per", "contract", "account", "from", "to"]
    show_table(columns, [_contracted_cells(price) for price in prices])
    for said in dict.fromkeys(f"{p.contract_id}: {p.where}; {p.source}" for p in prices):
        OUT.print(said, soft_wrap=True)


def _contracted_cells(price: ContractedPrice) -> tuple[object, ...]:
    cost = f"{price.unit_price} {price.currency}"
    per = f"{price.per:,} {price.unit}"
    named = (price.contract_id, price.account_id, price.valid_from, price.valid_to)
    return (price.meter, _size(price), cost, per, *named)


def _size(price: ShownPrice | ContractedPrice) -> str:
    above = f"> {price.ctx_gt:,}" if price.ctx_gt is not None else ""
    most = f"<= {price.ctx_le:,}" if price.ctx_le is not None else ""
    band = price.time_band or ""
    return " ".join(part for part in (above, most, band) if part) or "any"


def _cells(price: ShownPrice) -> tuple[object, ...]:
    cost = f"{price.unit_price} {price.currency}"
    per = f"{price.per:,} {price.unit}"
    return (
        price.meter,
        _size(price),
        cost,
        per,
        price.valid_from,
        price.valid_to,
        price.confirmation,
        price.recorded_on,
    )
