"""The parts of a change: against brute force over all orders, and their sums whatever the periods.

What the command reads from a warehouse is tested in `tests/sql/test_explain.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from itertools import permutations
from math import prod as product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unitcost.errors import UsageError
from unitcost.explaining.cells import Cell, Kind, Side, Sums
from unitcost.explaining.factors import split
from unitcost.explaining.period import Span, parse_span
from unitcost.explaining.shapley import EXACT, game_shares, product_shares
from unitcost.explaining.success import Tasks, cost_per_success, split_success

NUMBERS = st.decimals("0", "1000", places=6)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5)
CLOSE = Decimal("1e-30")


def prod(factors: Iterable[Decimal]) -> Decimal:
    return product(factors, start=Decimal(1))


def by_every_order(before: list[Decimal], after: list[Decimal]) -> list[Decimal]:
    """The average of each factor's own move over all orders: what a Shapley value is."""
    orders = list(permutations(range(len(before))))
    shares = [Decimal(0)] * len(before)
    for order in orders:
        now = list(before)
        for factor in order:
            was = prod(now)
            now[factor] = after[factor]
            shares[factor] += prod(now) - was
    return [share / len(orders) for share in shares]


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_shares_of_a_product_are_the_average_over_all_orders(
    pairs: list[tuple[Decimal, Decimal]],
) -> None:
    before, after = [a for a, _ in pairs], [b for _, b in pairs]
    with localcontext(EXACT):
        expected = by_every_order(before, after)
        found = product_shares(before, after)
        by_definition = game_shares(
            len(pairs), lambda moved: prod(p[n in moved] for n, p in enumerate(pairs))
        )
        for mine, other, third in zip(found, expected, by_definition, strict=True):
            assert abs(mine - other) < CLOSE
            assert abs(mine - third) < CLOSE
        assert abs(sum(found) - (prod(after) - prod(before))) < CLOSE


@given(PAIRS, st.randoms())
def test_shares_do_not_depend_on_the_order_of_the_factors(
    pairs: list[tuple[Decimal, Decimal]], random: st.DataObject
) -> None:
    order = list(range(len(pairs)))
    random.shuffle(order)  # type: ignore[attr-defined]
    before, after = [a for a, _ in pairs], [b for _, b in pairs]
    straight = product_shares(before, after)
    turned = product_shares([before[n] for n in order], [after[n] for n in order])
    assert all(abs(straight[n] - turned[k]) < CLOSE for k, n in enumerate(order))


COUNTS = st.integers(0, 10**9)
MONEY = st.decimals("0", "99999", places=12)
CELLS = st.sampled_from([Cell(f, "p", "direct", m) for f in "ab" for m in "xy"])
KINDS = st.builds(Kind, CELLS, st.sampled_from(["standard", "batch"]), st.booleans())


@st.composite
def sums(draw: st.DrawFn) -> Sums:
    tokens = [draw(COUNTS) for _ in range(4)]
    paid = [draw(MONEY) for _ in range(4)]
    return Sums._make([draw(st.integers(1, 10**6)), *tokens, *paid, sum(paid, draw(MONEY))])


SIDES = st.builds(Side, st.dictionaries(KINDS, sums(), max_size=5), MONEY)


@settings(max_examples=200, deadline=None)
@given(SIDES, SIDES)
def test_parts_sum_to_the_change_to_the_last_digit(before: Side, after: Side) -> None:
    parts = split(before, after)
    assert sum(parts.values()) == after.cost_usd - before.cost_usd
    assert all(part == part.quantize(Decimal("1e-12")) for part in parts.values())


@given(SIDES)
def test_what_did_not_move_has_no_part(side: Side) -> None:
    parts = split(side, side)
    gone = {parts.pop("new customers"), -parts.pop("lost customers")}
    assert gone == {side.gone_usd}
    assert set(parts.values()) == {Decimal(0)}


@given(SIDES, SIDES)
def test_the_way_back_is_the_way_there(before: Side, after: Side) -> None:
    there, back = split(before, after), split(after, before)
    back["new customers"], back["lost customers"] = back["lost customers"], back["new customers"]
    assert all(abs(there[name] + back[name]) < Decimal("1e-9") for name in there)


def one(
    requests: int,
    prompt: int,
    read: int,
    output: int,
    usd: tuple[str, str, str],
    *,
    failed: int = 0,
) -> Side:
    """One cell of served requests; tokens of all requests, dollars a million tokens."""
    million = Decimal(10**6)
    paid = [
        Decimal(tokens) * Decimal(price) / million
        for tokens, price in zip((prompt - read, read, output), usd, strict=True)
    ]
    served = Sums(requests, prompt - read, read, 0, output, paid[0], paid[1], Decimal(0), paid[2])
    kinds = {
        Kind(Cell("f", "p", "direct", "m"), "standard", False): served._replace(
            cost_usd=sum(paid, Decimal(0))
        )
    }
    if failed:
        lost = Sums(failed, cost_usd=Decimal(failed))
        kinds[Kind(Cell("f", "p", "direct", "m"), "standard", True)] = lost
    return Side(kinds)


BASE = (100, 100_000, 40_000, 20_000, ("2", "0.2", "10"))


@pytest.mark.parametrize(
    ("after", "factor", "change"),
    [
        ((200, 200_000, 80_000, 40_000, ("2", "0.2", "10")), "volume", "0.328"),
        ((100, 200_000, 80_000, 20_000, ("2", "0.2", "10")), "input tokens", "0.128"),
        ((100, 100_000, 40_000, 30_000, ("2", "0.2", "10")), "output tokens", "0.1"),
        ((100, 100_000, 0, 20_000, ("2", "0.2", "10")), "cache share", "0.072"),
        ((100, 100_000, 40_000, 20_000, ("3", "0.2", "10")), "price", "0.06"),
    ],
)
def test_one_thing_moves_and_has_the_whole_change(
    after: tuple[int, int, int, int, tuple[str, str, str]], factor: str, change: str
) -> None:
    parts = split(one(*BASE), one(*after))
    assert {name: part for name, part in parts.items() if part} == {factor: Decimal(change)}


def test_failures_cost_what_the_failed_requests_cost() -> None:
    parts = split(one(*BASE), one(*BASE, failed=7))
    assert {name: part for name, part in parts.items() if part} == {"failures": Decimal(7)}


def test_another_model_is_mix_and_another_tier_is_tier() -> None:
    cells = [Cell("f", "p", "direct", m) for m in ("big", "small")]
    dear, cheap = (
        Sums(10, 100, completion_usd=Decimal(0), uncached_usd=u, cost_usd=u)
        for u in (Decimal(10), Decimal(1))
    )
    before = Side({Kind(cells[0], "standard", False): dear})
    mix = split(before, Side({Kind(cells[1], "standard", False): cheap}))
    tier = split(before, Side({Kind(cells[0], "batch", False): cheap}))
    assert {name: part for name, part in mix.items() if part} == {"mix": Decimal(-9)}
    assert {name: part for name, part in tier.items() if part} == {"tier": Decimal(-9)}


TASKS = st.dictionaries(
    st.sampled_from("abc"),
    st.builds(
        lambda n, s, c: Tasks(n, min(n, s), c), st.integers(1, 500), st.integers(0, 500), MONEY
    ),
    max_size=3,
)


@settings(max_examples=100, deadline=None)
@given(TASKS, TASKS)
def test_parts_of_the_cost_per_success_sum_to_its_change(
    before: dict[str, Tasks], after: dict[str, Tasks]
) -> None:
    parts = split_success(before, after)
    old, new = cost_per_success(before), cost_per_success(after)
    if parts is not None:
        assert old is not None
        assert new is not None
        assert sum(parts.values()) == new - old


def test_cost_per_success_moves_by_mix_cost_and_rate() -> None:
    before = {"easy": Tasks(10, 10, Decimal(10)), "hard": Tasks(10, 5, Decimal(40))}
    dearer = {"easy": Tasks(10, 10, Decimal(20)), "hard": Tasks(10, 5, Decimal(80))}
    worse = {"easy": Tasks(10, 6, Decimal(10)), "hard": Tasks(10, 4, Decimal(40))}
    harder = {"easy": Tasks(5, 5, Decimal(5)), "hard": Tasks(20, 10, Decimal(80))}
    for after, factor in ((dearer, "cost per task"), (worse, "success rate"), (harder, "task mix")):
        parts = split_success(before, after) or {}
        assert [name for name, part in parts.items() if part] == [factor]


def test_without_a_success_nothing_is_split() -> None:
    assert split_success({"a": Tasks(1, 0, Decimal(1))}, {"a": Tasks(1, 1, Decimal(1))}) is None
    assert split_success({"a": Tasks(1, 1, Decimal(1))}, {}) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-02-03", "2026-02-03", "2026-02-03"),
        ("2026-02-03..2026-03-01", "2026-02-03", "2026-03-01"),
        ("2026-01..2026-02", "2026-01-01", "2026-02-28"),
    ],
)
def test_a_period_is_a_month_a_day_or_days(text: str, first: str, last: str) -> None:
    span = parse_span(text)
    assert (str(span.first), str(span.last)) == (first, last)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "x..y", "2026-02-03..2026-02-01"])
def test_another_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_span(text)


def test_a_span_knows_its_days() -> None:
    span = parse_span("2026-02")
    assert span.first in span
    assert Span(span.first, span.first) != span
