"""Credits burn down: by hand, and what holds for any credits and costs."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from unitcost.reconciling.credit_use import Payer, by_day, credit_use
from unitcost_models.credits import Credit

FIRST = date(2026, 10, 1)
ORG = Payer("openai", "direct", "org-1")
OTHER = Payer("openai", "direct", "org-2")
CLOUD = Payer("anthropic", "bedrock", "aws-1")


def credit(credit_id: str, amount: str, **values: Any) -> Credit:
    """A credit of org-1 from the first day on, unless told otherwise."""
    row: dict[str, Any] = {
        "credit_id": credit_id,
        "provider": "openai",
        "platform": "direct",
        "account_id": "org-1",
        "amount_usd": amount,
        "valid_from": "2026-10-01T00:00:00Z",
        "valid_to": None,
        "recorded_on": "2026-10-01",
        "source": "grant",
        "note": None,
        "source_file": "credits.csv",
        "source_line": 2,
    }
    return Credit(**row | values)


def days(*costs: dict[Payer, str]) -> dict[date, dict[Payer, Decimal]]:
    """Costs of consecutive days."""
    return {
        FIRST + timedelta(n): {payer: Decimal(cost) for payer, cost in bills.items()}
        for n, bills in enumerate(costs)
    }


def told(*args: Any) -> list[tuple[int, str, str, str]]:
    """Day of the month, credit, what it paid, what is left."""
    rows = credit_use(*args)
    return [(r.day.day, r.credit_id, str(r.used_usd), str(r.closing_usd)) for r in rows]


def test_what_expires_first_pays_first_and_the_rest_is_paid_by_the_next() -> None:
    granted = [
        credit("open", "5"),
        credit("short", "4", valid_to="2026-10-03T00:00:00Z"),
        credit("later", "1", valid_from="2026-10-02T00:00:00Z", valid_to="2026-10-04T00:00:00Z"),
    ]
    costs = days({ORG: "3"}, {ORG: "3"}, {}, {ORG: "9"})
    assert told(granted, costs) == [
        (1, "open", "0", "5"),
        (1, "short", "3", "1"),
        (2, "later", "1", "0"),
        (2, "open", "1", "4"),
        (2, "short", "1", "0"),
        (3, "later", "0", "0"),
        (3, "open", "0", "4"),
        (4, "open", "4", "0"),
    ]


def test_a_credit_pays_for_its_scope_and_the_narrower_of_two_pays_first() -> None:
    granted = [
        credit("all", "10", account_id="*"),
        credit("mine", "2"),
        credit("cloud", "1", provider="*", platform="bedrock", account_id="aws-1"),
    ]
    costs = days({ORG: "3", OTHER: "4", CLOUD: "0.5"})
    assert told(granted, costs) == [
        (1, "all", "5", "5"),
        (1, "cloud", "0.5", "0.5"),
        (1, "mine", "2", "0"),
    ]


def test_an_earlier_day_that_changes_restates_the_later_ones() -> None:
    granted = [credit("a", "10")]
    before = credit_use(granted, days({ORG: "4"}, {ORG: "4"}))
    after = credit_use(granted, days({ORG: "7"}, {ORG: "4"}))
    assert [r.used_usd for r in before] == [4, 4]
    assert [r.used_usd for r in after] == [7, 3]


def test_rows_are_put_under_their_day_and_days_without_cost_stay() -> None:
    rows = [(FIRST, *ORG, Decimal(1)), (FIRST, *OTHER, Decimal(2))]
    later = FIRST + timedelta(1)
    assert by_day([FIRST, later], rows) == {FIRST: {ORG: 1, OTHER: 2}, later: {}}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"valid_from": "2026-10-01T07:00:00Z"}, "valid_from must be midnight UTC"),
        ({"valid_to": "2026-10-01T00:00:00Z"}, "valid_from is not before valid_to"),
        ({"amount_usd": "0"}, "greater than 0"),
        ({"amount_usd": "0.0000000000001"}, "12 decimal places"),
    ],
)
def test_a_credit_that_cannot_be_meant_is_refused(values: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        credit("a", "1", **values)


SMALL = st.decimals(0, 20, places=12)
CREDITS = st.lists(
    st.tuples(
        st.sampled_from(["*", "org-1", "org-2"]),
        st.decimals("0.000000000001", 30, places=12),
        st.integers(0, 4),
        st.none() | st.integers(1, 5),
    ),
    max_size=5,
)
COSTS = st.lists(st.dictionaries(st.sampled_from([ORG, OTHER, CLOUD]), SMALL), max_size=5)


def _made(number: int, terms: tuple[str, Decimal, int, int | None]) -> Credit:
    account_id, amount, start, length = terms
    begin = datetime(2026, 10, 1) + timedelta(start)
    end = begin + timedelta(length) if length else None
    own = {"account_id": account_id, "valid_from": begin, "valid_to": end}
    return credit(f"c{number}", str(amount), **own)


@given(drawn=CREDITS, bills=COSTS, data=st.data())
def test_no_credit_and_no_day_is_overdrawn_in_any_order(
    drawn: list[tuple[str, Decimal, int, int | None]],
    bills: list[dict[Payer, Decimal]],
    data: st.DataObject,
) -> None:
    granted = [_made(n, terms) for n, terms in enumerate(drawn)]
    costs = {FIRST + timedelta(n): cost for n, cost in enumerate(bills)}
    rows = credit_use(granted, costs)
    left = {c.credit_id: c.amount_usd for c in granted}
    paid: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        assert row.opening_usd == left[row.credit_id]
        assert row.used_usd == row.opening_usd - row.closing_usd >= 0
        left[row.credit_id] = row.closing_usd
        paid[row.day] += row.used_usd
    assert all(amount >= 0 for amount in left.values())
    for day, bill in costs.items():
        payable = sum((bill.get(payer, Decimal(0)) for payer in (ORG, OTHER)), Decimal(0))
        assert paid[day] <= payable
    shuffled = dict(data.draw(st.permutations(list(costs.items()))))
    assert credit_use(data.draw(st.permutations(granted)), shuffled) == rows


@given(drawn=CREDITS, bills=COSTS)
def test_nothing_is_left_both_in_a_credit_and_on_the_bill_that_it_pays(
    drawn: list[tuple[str, Decimal, int, int | None]], bills: list[dict[Payer, Decimal]]
) -> None:
    shared = [_made(n, ("*", *terms[1:])) for n, terms in enumerate(drawn)]
    costs = {FIRST + timedelta(n): cost for n, cost in enumerate(bills)}
    rows = credit_use(shared, costs)
    for day, bill in costs.items():
        payable = sum((bill.get(payer, Decimal(0)) for payer in (ORG, OTHER)), Decimal(0))
        used = sum((r.used_usd for r in rows if r.day == day), Decimal(0))
        closing = sum((r.closing_usd for r in rows if r.day == day), Decimal(0))
        assert used == payable or closing == 0
