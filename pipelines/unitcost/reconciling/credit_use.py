"""Which credit paid what: effective cost by day and account, paid by the credit that expires first.

Each run does it for all days, so a day that changes restates the days after it. No cost changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from unitcost_models.credits import Credit, CreditUse


class Payer(NamedTuple):
    """Who is billed for a day's requests."""

    provider: str
    platform: str
    account_id: str


Costs = Mapping[date, Mapping[Payer, Decimal]]
"""What each payer's requests cost, by UTC day; a day without cost may be there, and empty."""


def credit_use(granted: Iterable[Credit], costs: Costs) -> list[CreditUse]:
    """The burn-down of every credit over the days given, by day and credit."""
    unpaid = {day: dict(sorted(costs[day].items())) for day in sorted(costs)}
    used = [row for credit in sorted(granted, key=_turn) for row in _used(credit, unpaid)]
    return sorted(used, key=lambda row: (row.day, row.credit_id))


def _turn(credit: Credit) -> tuple[date, int, str]:
    """What expires first pays first; of two, the one that fewer may use."""
    scope = (credit.provider, credit.platform, credit.account_id)
    return _end(credit), scope.count("*"), credit.credit_id


def _used(credit: Credit, unpaid: dict[date, dict[Payer, Decimal]]) -> Iterator[CreditUse]:
    left = credit.amount_usd
    for day, bills in unpaid.items():
        if credit.valid_from.date() <= day < _end(credit):
            opening = left
            for payer in bills:
                if _pays(credit, payer):
                    paid = min(left, bills[payer])
                    bills[payer] -= paid
                    left -= paid
            yield _row(credit, day, opening, left)


def _end(credit: Credit) -> date:
    return credit.valid_to.date() if credit.valid_to else date.max


def _pays(credit: Credit, payer: Payer) -> bool:
    wanted = (credit.provider, credit.platform, credit.account_id)
    return all(want in ("*", given) for want, given in zip(wanted, payer, strict=True))


def _row(credit: Credit, day: date, opening: Decimal, closing: Decimal) -> CreditUse:
    return CreditUse(
        day=day,
        credit_id=credit.credit_id,
        provider=credit.provider,
        platform=credit.platform,
        account_id=credit.account_id,
        opening_usd=opening,
        used_usd=opening - closing,
        closing_usd=closing,
    )


def by_day(
    days: Iterable[date], rows: Iterable[tuple[date, str, str, str, Decimal]]
) -> dict[date, dict[Payer, Decimal]]:
    """Costs as rows of day, provider, platform, account and cost, and the days that have none."""
    costs: dict[date, dict[Payer, Decimal]] = defaultdict(dict)
    for day, provider, platform, account_id, cost in rows:
        costs[day][Payer(provider, platform, account_id)] = cost
    return {day: costs[day] for day in days}
