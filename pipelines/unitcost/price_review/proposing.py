"""What a catalogue would change in the book: each difference with its evidence and its money.

Nothing is decided here: a proposal is for a person to review.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

import duckdb

from unitcost.price_review.catalogues.quotes import Quote, Unmapped
from unitcost.price_review.comparing import Compared, Point, compare
from unitcost.price_review.effect import Use, unpriced_uses, uses_by_price
from unitcost.price_review.proposal import Proposal

Items = Sequence[Quote | Unmapped]

_LACKING = """
select
    l.provider, l.platform, l.region_scope, l.model, l.service_tier, l.meter,
    nullif(l.ctx_gt, -1) as ctx_gt, l.price_id, p.per, p.unit, l.price_per_unit * p.per as ours,
    p.recorded_on
from core.price_lines as l
inner join core.prices as p
    on l.price_id = p.price_id and l.meter = p.meter
where $at >= l.valid_from and $at < l.valid_to
order by all
"""


def proposals(
    con: duckdb.DuckDBPyConnection,
    catalogue: tuple[str, Items],
    others: Mapping[str, Items],
    dated: date,
    has_uses: bool,
) -> list[Proposal]:
    """Every price of the catalogue with its verdict, and what it lacks, in a stable order."""
    _, items = catalogue
    compared = compare(con, [item for item in items if isinstance(item, Quote)], dated)
    stated = {name: _stated(con, listed, dated) for name, listed in others.items()}
    kept = _reconciled(compared)
    found = [_proposal(each, stated, dated) for each in kept]
    found += [_unmapped(item) for item in items if isinstance(item, Unmapped)]
    found += _lacking(con, kept, dated)
    return sorted(_with_effects(con, found) if has_uses else found, key=_position)


def _stated(con: duckdb.DuckDBPyConnection, items: Items, dated: date) -> dict[Point, Decimal]:
    """What another catalogue states now, by point and single unit."""
    quotes = [item for item in items if isinstance(item, Quote)]
    return {
        each.point: each.quote.unit_price / each.quote.per
        for each in compare(con, quotes, dated)
        if each.point and not _is_past(each.quote, dated)
    }


def _reconciled(compared: Iterable[Compared]) -> list[Compared]:
    """One statement a point; where spellings contradict each other, each is listed as such."""
    points: dict[tuple[Point, str], list[Compared]] = {}
    kept: list[Compared] = []
    for each in compared:
        if each.point is None:
            kept.append(each)
        else:
            name = each.point.model or each.quote.bare_id
            points.setdefault((each.point, name), []).append(each)
    for same in points.values():
        kept += _settled(same)
    return kept


def _settled(same: list[Compared]) -> list[Compared]:
    prices = {each.quote.unit_price / each.quote.per: each for each in same}
    if len(prices) == 1:
        return same[:1]
    agreeing = [each for each in prices.values() if each.verdict == "agrees"]
    said = ", ".join(sorted(f"{e.quote.unit_price:f} as {e.quote.spelling}" for e in same))
    return [
        *agreeing,
        *(
            Compared(each.quote, "cannot be mapped", f"contradicts itself: {said}"[:200])
            for each in prices.values()
            if each.verdict != "agrees"
        ),
    ]


def _proposal(
    each: Compared, stated: Mapping[str, Mapping[Point, Decimal]], dated: date
) -> Proposal:
    quote, point = each.quote, each.point
    if point is None:
        return _unmapped(Unmapped(quote.spelling, quote.key, each.reason or ""))
    others = {name: at[point] * quote.per for name, at in stated.items() if point in at}
    return Proposal(
        verdict=each.verdict,
        provider=point.provider,
        platform=point.platform,
        region_scope=point.region_scope,
        model=point.model or quote.bare_id,
        service_tier=point.service_tier,
        meter=point.meter,
        ctx_gt=point.ctx_gt,
        at=point.at,
        per=quote.per,
        unit=quote.unit,
        ours=each.ours,
        theirs=quote.unit_price,
        others=others,
        agreeing=1 + sum(price == quote.unit_price for price in others.values()),
        price_id=each.price_id,
        recorded_on=each.recorded_on,
        days_behind=(dated - each.recorded_on).days if each.recorded_on else None,
        spelling=quote.spelling,
        key=quote.key,
        valid_from=quote.valid_from,
        is_past=_is_past(quote, dated),
    )


def _is_past(quote: Quote, dated: date) -> bool:
    return quote.valid_to is not None and quote.valid_to <= dated


def _unmapped(item: Unmapped) -> Proposal:
    return Proposal(
        verdict="cannot be mapped", spelling=item.spelling, key=item.key, reason=item.reason
    )


def _lacking(
    con: duckdb.DuckDBPyConnection, compared: Iterable[Compared], dated: date
) -> list[Proposal]:
    """Our prices of models that the catalogue lists on the same platform, without a quote."""
    matched = [each for each in compared if each.point and each.price_id]
    seen = {each.price_id for each in matched}
    models = {(p.provider, p.platform, p.region_scope, p.model) for e in matched if (p := e.point)}
    found: dict[str, Proposal] = {}
    for row in con.execute(_LACKING, {"at": dated}).fetchall():
        if tuple(row[:4]) in models and row[7] not in seen:
            found[row[7]] = _lack(row, dated)
    return list(found.values())


def _lack(row: Sequence[object], dated: date) -> Proposal:
    names = (
        "provider", "platform", "region_scope", "model", "service_tier", "meter", "ctx_gt",
        "price_id", "per", "unit", "ours", "recorded_on",
    )  # fmt: skip
    cells = dict(zip(names, row, strict=True))
    return Proposal.model_validate({"verdict": "they lack", "at": dated, **cells})


def _with_effects(con: duckdb.DuckDBPyConnection, found: list[Proposal]) -> list[Proposal]:
    """The same proposals with the money they would have moved."""
    new = [p for p in found if p.verdict in ("new price", "new model") and not p.is_past]
    unpriced = unpriced_uses(con, [_point(proposal) for proposal in new])
    by_price = uses_by_price(con)
    uses = {id(new[number]): use for number, use in unpriced.items()}
    none = Use(Decimal(0), 0)
    return [
        _costed(p, by_price.get(p.price_id or "", none) if p.price_id else uses.get(id(p), none))
        if p.verdict in ("differs", "new price", "new model") and not p.is_past
        else p
        for p in found
    ]


def _point(p: Proposal) -> tuple[Point, str]:
    """Where requests without a price would have found this one, and the model's bare id."""
    model = None if p.verdict == "new model" else p.model
    lists = (str(p.provider), str(p.platform), str(p.region_scope))
    point = Point(*lists, model, str(p.service_tier), str(p.meter), p.ctx_gt, p.at or date.min)
    return point, str(p.model)


def _costed(proposal: Proposal, use: Use) -> Proposal:
    with localcontext(prec=60):
        change = (proposal.theirs or Decimal(0)) - (proposal.ours or Decimal(0))
        effect = use.quantity * change / (proposal.per or 1) + 0  # no negative zero
    update = {"effect_usd": effect.quantize(Decimal("1e-12")), "requests": use.requests}
    return proposal.model_copy(update=update)


def _position(p: Proposal) -> tuple[str, ...]:
    place = (p.provider, p.platform, p.model, p.region_scope, p.service_tier, p.meter)
    return (*(part or "" for part in place), f"{p.ctx_gt or 0:020}", str(p.at), *_tail(p))


def _tail(p: Proposal) -> tuple[str, ...]:
    return (p.verdict, p.spelling or "", p.key or "", str(p.theirs))
