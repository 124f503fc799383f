"""The change of a slice's cost, split into its factors without a rest.

Cost is a sum of products, one for each cell, tier and class of tokens; each factor's part of a
product is its Shapley value, and the parts of all products are added up by factor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple

from unitcost.explaining.cells import Cell, Kind, Side, Sums
from unitcost.explaining.shapley import EXACT, product_shares

FACTORS = (
    "new customers",
    "lost customers",
    "volume",
    "mix",
    "tier",
    "failures",
    "input tokens",
    "output tokens",
    "cache share",
    "price",
    "fees",
)
"""In the order in which they are shown."""
PLACES = Decimal("1e-12")
Parts = dict[tuple[Cell, str], Decimal]
"""What each factor of each cell contributes; not rounded."""


class Totals(NamedTuple):
    """Served requests by cell and in all: what volume, mix, tier and failures are measured by."""

    served: Decimal
    by_cell: Mapping[Cell, Decimal]

    @classmethod
    def of(cls, side: Side) -> Totals:
        """Of one period; where nothing served that was asked, one request stands for it."""
        by_cell: dict[Cell, Decimal] = defaultdict(Decimal)
        for kind, sums in side.kinds.items():
            by_cell[kind.cell] += 0 if kind.is_failed else sums.requests
        served = sum(by_cell.values(), Decimal(0))
        is_asked = any(sums.requests for sums in side.kinds.values())
        return cls(served or Decimal(1 if is_asked else 0), by_cell)


def cell_parts(before: Side, after: Side) -> Parts:
    """The factors' parts of every cell of the customers who stayed; together the whole change."""
    parts: Parts = defaultdict(Decimal)
    sides = ((before, Totals.of(before)), (after, Totals.of(after)))
    with localcontext(EXACT):
        for kind in sorted({*before.kinds, *after.kinds}):
            old, new = (_factors(side, totals, kind) for side, totals in sides)
            for names, values in _terms(old, new):
                for name, share in zip(names, product_shares(*values), strict=True):
                    parts[kind.cell, name] += share
    return parts


class _Factors(NamedTuple):
    """Factors of one kind in one period; None where nothing was there to measure."""

    volume: Decimal
    mix: Decimal | None
    tier: Decimal | None
    failures: Decimal | None
    prompt: Decimal | None
    classes: tuple[Decimal | None, ...]
    prices: tuple[Decimal | None, ...]
    completion: Decimal | None
    completion_price: Decimal | None
    fees: Decimal | None


def _factors(side: Side, totals: Totals, kind: Kind) -> _Factors:
    sums = side.kinds.get(kind, Sums())
    inputs = (sums.uncached_tokens, sums.cache_read_tokens, sums.cache_write_tokens)
    paid = (sums.uncached_usd, sums.cache_read_usd, sums.cache_write_usd)
    prompt = sum(inputs)
    rest = sums.cost_usd
    prices: list[Decimal | None] = []
    for tokens, usd in zip(inputs, paid, strict=True):
        prices.append(_ratio(usd, tokens))
        rest -= usd if tokens else 0
    rest -= sums.completion_usd if sums.completion_tokens else 0
    cell = totals.by_cell.get(kind.cell, Decimal(0))
    return _Factors(
        volume=totals.served,
        mix=None if kind.is_failed else _ratio(cell, totals.served),
        tier=None if kind.is_failed else _ratio(sums.requests, cell),
        failures=_ratio(sums.requests, totals.served) if kind.is_failed else None,
        prompt=_ratio(prompt, sums.requests),
        classes=tuple(_ratio(tokens, prompt) for tokens in inputs),
        prices=tuple(prices),
        completion=_ratio(sums.completion_tokens, sums.requests),
        completion_price=_ratio(sums.completion_usd, sums.completion_tokens),
        fees=_ratio(rest, sums.requests),
    )


def _ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


Term = tuple[tuple[str, ...], tuple[list[Decimal], list[Decimal]]]


def _terms(old: _Factors, new: _Factors) -> Iterator[Term]:
    """The products whose sum is the kind's cost: names of the factors, values before and after."""
    names: tuple[str, ...] = ("volume", "mix", "tier")
    base = [(old.volume, new.volume), (old.mix, new.mix), (old.tier, new.tier)]
    if old.failures is not None or new.failures is not None:
        names = ("volume", "failures")
        base = [(old.volume, new.volume), (old.failures, new.failures)]
    for place in range(len(old.classes)):
        share = (old.classes[place], new.classes[place])
        price = (old.prices[place], new.prices[place])
        yield (
            (*names, "input tokens", "cache share", "price"),
            _filled([*base, (old.prompt, new.prompt), share, price]),
        )
    yield (
        (*names, "output tokens", "price"),
        _filled(
            [
                *base,
                (old.completion, new.completion),
                (old.completion_price, new.completion_price),
            ]
        ),
    )
    yield (*names, "fees"), _filled([*base, (old.fees, new.fees)])


def _filled(
    pairs: list[tuple[Decimal | None, Decimal | None]],
) -> tuple[list[Decimal], list[Decimal]]:
    """What was not there to measure is as on the other side, so that it did not move."""
    old = [a if a is not None else b if b is not None else Decimal(0) for a, b in pairs]
    new = [b if b is not None else a if a is not None else Decimal(0) for a, b in pairs]
    return old, new


def split(before: Side, after: Side) -> dict[str, Decimal]:
    """The change by factor: 12 decimals, exactly summing to it."""
    found = dict.fromkeys(FACTORS, Decimal(0))
    found["new customers"] = after.gone_usd
    found["lost customers"] = -before.gone_usd
    with localcontext(EXACT):
        for (_, name), part in cell_parts(before, after).items():
            found[name] += part
    return rounded(found, after.cost_usd - before.cost_usd)


def rounded(parts: dict[str, Decimal], whole: Decimal) -> dict[str, Decimal]:
    """Parts rounded to 12 decimals; the largest takes what rounding left, at most a few 1e-12."""
    with localcontext(EXACT):
        shown = {name: part.quantize(PLACES) for name, part in parts.items()}
        rest = whole - sum(shown.values(), Decimal(0))
        if rest:
            shown[max(shown, key=lambda name: abs(shown[name]))] += rest
        return shown
