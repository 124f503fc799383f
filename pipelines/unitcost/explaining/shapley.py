"""How much each factor of a product has moved it: Shapley values, in closed form and by definition.

Nothing is known here of costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from functools import cache
from itertools import combinations
from math import factorial

EXACT = Context(prec=60)
"""Digits carried inside; an equal ratio of other whole numbers is an equal number."""


def product_shares(before: Sequence[Decimal], after: Sequence[Decimal]) -> list[Decimal]:
    """Each factor's part in the change of the product, in the order given.

    The part is the average, over all orders in which the factors could have moved one after the
    other, of what its own move changed. `f_i = (b_i - a_i) * sum_k w_k e_k`, where `e_k` adds up
    the products of the others with `k` of them moved and `w_k = k! (n-k-1)! / n!`: L. S. Shapley,
    A Value for n-Person Games (1953); for products as in Albrecht, Francois and Schoors, A Shapley
    decomposition of carbon emissions without residuals (2002). A factor that did not move has none.
    """
    with localcontext(EXACT):
        weights = _weights(len(before))
        return [
            (after[i] - before[i]) * _weighted(before, after, i, weights)
            if after[i] != before[i]
            else Decimal(0)
            for i in range(len(before))
        ]


@cache
def _weights(count: int) -> tuple[Decimal, ...]:
    with localcontext(EXACT):
        whole = Decimal(factorial(count))
        return tuple(factorial(k) * factorial(count - k - 1) / whole for k in range(count))


def _weighted(
    before: Sequence[Decimal], after: Sequence[Decimal], left_out: int, weights: Sequence[Decimal]
) -> Decimal:
    """The others' product with k of them moved, for every k, times its weight."""
    by_moved = [Decimal(1)]
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if place != left_out:
            grown = [old * value for value in by_moved] + [Decimal(0)]
            for k, value in enumerate(by_moved):
                grown[k + 1] += new * value
            by_moved = grown
    return sum((w * e for w, e in zip(weights, by_moved, strict=True)), Decimal(0))


def game_shares(count: int, value: Callable[[frozenset[int]], Decimal]) -> list[Decimal]:
    """Each player's part in `value(all) - value(none)`, by definition; for few players."""
    with localcontext(EXACT):
        weights = _weights(count)
        shares = []
        for player in range(count):
            others = [p for p in range(count) if p != player]
            shares.append(
                sum(
                    (
                        weights[len(moved)] * (value(moved | {player}) - value(moved))
                        for k in range(count)
                        for moved in map(frozenset, combinations(others, k))
                    ),
                    Decimal(0),
                )
            )
        return shares
