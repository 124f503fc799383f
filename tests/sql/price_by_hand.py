"""Prices a request from the price files alone, in Python and Decimal: the second opinion.

It shares no code with the SQL: it reads the CSV cells itself and knows the clock rules by heart.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from unitcost.paths import data_root

Key = tuple[str, str, str, str, str]
"""provider, platform, region_scope, model_key, service_tier"""

_HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)} | {
    date(2026, 9, 25),
    date(2026, 9, 26),
    date(2026, 9, 27),
    date(2027, 1, 1),
}


@cache
def price_rows(as_of: str = "9999-12-31") -> dict[Key, list[dict[str, str]]]:
    """Every row that holds at some time, by the price list it belongs to, as known on a day."""
    lists: dict[Key, list[dict[str, str]]] = {}
    known = [row for row in _written_rows() if row["recorded_on"] <= as_of]
    for row in _without_the_void(known):
        if row["unit_price"]:
            lists.setdefault(_key(row), []).append(row)
    return lists


def _written_rows() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((data_root() / "price_tables").glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def _without_the_void(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows end where a later one begins; what corrects a row stands in for it."""
    ids = {row["price_id"]: row for row in rows}
    standing_in: dict[str, list[dict[str, str]]] = {}
    for row in (row for row in rows if row["change_kind"] == "correction"):
        message = "a chain of corrections is more than this second opinion follows"
        assert ids[row["supersedes"]]["change_kind"] == "new", message
        standing_in.setdefault(row["supersedes"], []).append(row)
    for row in rows:
        if row["change_kind"] in ("price_change", "retire"):
            for older in standing_in.get(row["supersedes"], [ids[row["supersedes"]]]):
                older["valid_to"] = min(filter(None, (older["valid_to"], row["valid_from"])))
    return [
        row for row in rows if row["price_id"] not in standing_in and row["status"] != "cancelled"
    ]


def _key(row: dict[str, str]) -> Key:
    return (
        row["provider"],
        row["platform"],
        row["region_scope"],
        row["model_key"],
        row["service_tier"],
    )


def unit_prices(key: Key, meter: str, at: datetime, prompt: int) -> list[Decimal]:
    """Prices per single unit that hold for one meter at one instant: one, or none."""
    return [
        Decimal(row["unit_price"]) / Decimal(row["per"])
        for row in price_rows().get(key, ())
        if row["meter"] == meter and _holds(row, at, prompt)
    ]


def cost_by_hand(key: Key, counts: dict[str, int], at: datetime, prompt: int) -> Decimal | None:
    """The sum over the meters; None where one of them has no price."""
    found = [
        (unit_prices(key, meter, at, prompt), count) for meter, count in counts.items() if count
    ]
    if any(len(prices) != 1 for prices, _ in found):
        return None
    return sum((prices[0] * count for prices, count in found), Decimal(0))


def _holds(row: dict[str, str], at: datetime, prompt: int) -> bool:
    return (
        (not row["valid_from"] or moment(row["valid_from"]) <= at)
        and (not row["valid_to"] or at < moment(row["valid_to"]))
        and (not row["ctx_gt"] or prompt > int(row["ctx_gt"]))
        and (not row["ctx_le"] or prompt <= int(row["ctx_le"]))
        and (not row["time_band"] or row["time_band"] in open_bands(at))
    )


def moment(text: str) -> datetime:
    """A UTC instant of a price file."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def open_bands(at: datetime) -> set[str]:
    """The time bands in which a UTC instant falls; Beijing is always eight hours ahead."""
    beijing = at + timedelta(hours=8)
    is_peak_hour = 1 <= at.hour < 4 or 6 <= at.hour < 10
    is_workday = beijing.isoweekday() <= 5 and beijing.date() not in _HOLIDAYS
    is_discounted = (at.hour, at.minute) >= (16, 30) or (at.hour, at.minute) < (0, 30)
    return {
        f"deepseek_{'peak' if is_peak_hour else 'offpeak'}_daily",
        f"deepseek_{'peak' if is_peak_hour and is_workday else 'offpeak'}_workdays",
        f"deepseek_{'discount' if is_discounted else 'standard'}_hours",
    }


def token_lists() -> list[Key]:
    """The price lists of single models, in a fixed order."""
    return sorted(key for key in price_rows() if "*" not in key and ":" not in key[3])


def instants(key: Key) -> Iterator[datetime]:
    """Every instant at which a price of the list begins or ends."""
    for row in price_rows()[key]:
        yield from (moment(row[name]) for name in ("valid_from", "valid_to") if row[name])


def bounds(keys: Iterable[Key]) -> set[int]:
    """Every prompt size at which a tier of these lists changes."""
    return {int(row["ctx_gt"]) for key in keys for row in price_rows()[key] if row["ctx_gt"]}
