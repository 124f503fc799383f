"""A home with agreements of its own, from files to tables: numbers by hand, then a late record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline.books import OCTOBER, night
from unitcost.closing.freezing import close_month
from unitcost.months import Month
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.price_book.rows import csv_columns
from unitcost.why.tracing import trace
from unitcost_models.agreements import AccountAllowance, Allowance, Commitment
from unitcost_models.base import Row
from unitcost_models.contracts import Contract
from unitcost_models.credits import Credit
from unitcost_models.currencies import ExchangeRate
from unitcost_models.prices import Price

FIRST, SECOND = date(2026, 10, 20), date(2026, 10, 21)
START, END = "2026-10-01T00:00:00Z", "2026-10-22T00:00:00Z"
_ALL = dict.fromkeys(("account_id", "platform", "region_scope", "model_key", "service_tier"), "*")
_KNOWN = {"recorded_on": "2026-10-01", "source": "agreement", "provider": "openai"}
_TABLES: dict[str, tuple[type[Row], dict[str, str]]] = {
    "contracts.csv": (
        Contract,
        _ALL
        | _KNOWN
        | {"contract_id": "ten-off", "account_id": "org-1", "meter": "*", "discount_pct": "10"}
        | {"currency": "USD", "change_kind": "new"},
    ),
    "allowances.csv": (
        Allowance,
        _ALL
        | _KNOWN
        | {"allowance_id": "three", "meters": "web_search_call", "quantity": "3"}
        | {"period": "month", "time_zone": "UTC"},
    ),
    "account_allowances.csv": (
        AccountAllowance,
        _KNOWN | {"account_id": "org-1", "allowance_id": "three"},
    ),
    "commitments.csv": (
        Commitment,
        _ALL
        | _KNOWN
        | {"commitment_id": "ptu", "platform": "azure", "service_tier": "provisioned"}
        | {"kind": "provisioned_throughput", "unit_price": "1", "currency": "USD"}
        | {"period": "hour", "units": "10", "valid_from": START, "valid_to": END},
    ),
    "credits.csv": (
        Credit,
        _ALL
        | _KNOWN
        | {"credit_id": "grant", "account_id": "org-1", "amount_usd": "2", "valid_from": START},
    ),
    "fx.csv": (
        ExchangeRate,
        _KNOWN | {"day": str(FIRST), "currency": "CNY", "usd_per_unit": "0.14"},
    ),
    "deepseek/direct.csv": (
        Price,
        _KNOWN
        | {"price_id": "yuan", "provider": "deepseek", "platform": "direct", "currency": "CNY"}
        | {"region_scope": "global", "model_key": "deepseek-v4-pro", "service_tier": "standard"}
        | {"meter": "input", "unit": "token", "per": "1000000", "unit_price": "12"}
        | {"valid_from_basis": "documented", "status": "in_force", "layer": "list"}
        | {"change_kind": "new", "sources": "page", "confirmation": "single"},
    ),
}
_COLUMNS = (
    *("request_id", "started_at", "provider", "platform", "account_id", "model"),
    *("service_tier", "input_tokens", "output_tokens", "web_search_calls", "customer_id"),
)
_GPT = ("openai", "direct", "org-1", "gpt-5", "standard", "1000000", "0", "2")
_YUAN = ("deepseek", "direct", "", "deepseek-v4-pro", "standard", "1000000", "0", "")
REQUESTS = (
    ("a", f"{FIRST}T10:00:00Z", *_GPT),
    ("b", f"{SECOND}T10:00:00Z", *_GPT),
    ("p", f"{FIRST}T11:00:00Z", "openai", "azure", "az", "gpt-5", "provisioned", "1000", "0", ""),
    ("y", f"{FIRST}T12:00:00Z", *_YUAN),
    ("z", f"{SECOND}T12:00:00Z", *_YUAN),
)
LATE = ("late", f"{FIRST}T00:30:00Z", *_GPT)


def _home(root: Path) -> Home:
    home = Home(root)
    for name, (row, cells) in _TABLES.items():
        file = home.price_tables / name
        file.parent.mkdir(parents=True, exist_ok=True)
        names = csv_columns(row)
        file.write_text(f"{','.join(names)}\n{','.join(cells.get(n, '') for n in names)}\n")
    home.settings_file.write_text('[prices.currency]\ndeepseek = "CNY"\n')
    return home


def _stage(home: Home, name: str, *requests: tuple[str, ...]) -> None:
    folder = home.landing / "requests"
    folder.mkdir(parents=True, exist_ok=True)
    named = [(*cells, cells[0]) for cells in requests]
    lines = [",".join(cells) for cells in (_COLUMNS, *named)]
    (folder / name).write_text("\n".join(lines) + "\n")


def _deliver(home: Home, name: str, *requests: tuple[str, ...]) -> None:
    _stage(home, name, *requests)
    assert run_nightly(home.root, SECOND).failed_checks == ()


def _read(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def _costs(home: Home) -> dict[str, tuple[str, Decimal | None, Decimal | None]]:
    rows = _read(
        home,
        "select customer_id, cost_basis, list_cost_usd, cost_usd from marts.cost_per_request",
    )
    return {name: (basis, listed, cost) for name, basis, listed, cost in rows}


def _credits(home: Home) -> list[tuple[Any, ...]]:
    return _read(home, "select day, used_usd, closing_usd from core.credit_use order by day")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home after a first delivery."""
    home = _home(tmp_path_factory.mktemp("home"))
    _deliver(home, "first.csv", *REQUESTS)
    return home


def test_agreements_lead_to_the_numbers_made_by_hand_and_a_late_record_restates_them(
    home: Home, tmp_path: Path
) -> None:
    # gpt-5: 1.25 a million, 0.01 a search, 10 % off both; three searches a month are free.
    assert _costs(home) == {
        "a": ("metered_contract", Decimal("1.27"), Decimal("1.125")),
        "b": ("metered_contract", Decimal("1.27"), Decimal("1.134")),
        "p": ("allocated", Decimal("0.00125"), Decimal(240)),
        "y": ("metered_list", Decimal("1.68"), Decimal("1.68")),
        "z": ("unpriced", None, None),
    }
    assert _credits(home) == [
        (FIRST, Decimal("1.125"), Decimal("0.875")),
        (SECOND, Decimal("0.875"), 0),
    ]
    assert _read(
        home, "select day, used_cost_usd, unused_cost_usd from core.commitment_use order by day"
    ) == [(FIRST, 240, 0), (SECOND, 0, 240)]
    assert _read(
        home,
        """select day, list_cost_usd, contracted_cost_usd, cost_usd from marts.cost_per_account
           where account_id = 'org-1' order by day""",
    ) == [
        (FIRST, Decimal("1.27"), Decimal("1.125"), Decimal("1.125")),
        (SECOND, Decimal("1.27"), Decimal("1.134"), Decimal("1.134")),
    ]

    _deliver(home, "late.csv", LATE)
    costs = _costs(home)
    # Its two searches came first: one is left for a, none for the day after.
    assert [costs[name][2] for name in ("late", "a", "b")] == [
        Decimal("1.125"),
        Decimal("1.134"),
        Decimal("1.143"),
    ]
    assert _credits(home) == [(FIRST, 2, 0), (SECOND, 0, 0)]
    assert _read(
        home, "select day, quantity, free_quantity from core.allowance_use order by day"
    ) == [(FIRST, 4, 3), (SECOND, 2, 0)]

    at_once = _home(tmp_path)
    _deliver(at_once, "all.csv", LATE, *REQUESTS)
    assert _costs(at_once) == costs
    assert _credits(at_once) == _credits(home)


@pytest.mark.parametrize(
    ("table", "key", "customers"),
    [
        ("core.commitment_use", (str(FIRST), "ptu"), ["p"]),
        ("core.commitment_use", (str(SECOND), "ptu"), []),
        ("core.allowance_use", (str(SECOND), "org-1", "three", "2026-10-01"), ["b"]),
        ("core.credit_use", (str(SECOND), "grant"), ["b"]),
    ],
)
def test_the_use_of_an_agreement_leads_to_requests(
    home: Home, table: str, key: tuple[str, ...], customers: list[str]
) -> None:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        found = trace(con, table, key, 5)
        rows = con.execute("select customer_id from behind order by all").fetchall()
    assert [name for (name,) in rows] == customers
    assert found.is_whole is None


def test_a_late_record_of_a_closed_month_leaves_later_days_their_part_of_the_allowance(
    tmp_path: Path,
) -> None:
    """As docs/closing.md says: its own day is drawn anew, the days after keep what they had."""
    home = _home(tmp_path)
    _stage(home, "first.csv", *REQUESTS)
    night(home)
    close_month(home.root, Month.parse(OCTOBER))
    _stage(home, "late.csv", LATE)
    night(home)
    adjusted = "select adjusted_day, cause, amount_usd from core.adjustments order by all"
    # One search is left for a; the day after would cost 0.009 more, had it been drawn anew.
    assert _read(home, adjusted) == [
        (FIRST, "late_records", Decimal("1.125")),
        (FIRST, "recounted", Decimal("0.009")),
    ]
    assert _costs(home)["b"][2] == Decimal("1.134")
    kept = "select day, quantity, free_quantity from core.allowance_use order by day"
    assert _read(home, kept) == [(FIRST, 2, 2), (SECOND, 2, 1)]
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        ids = con.execute("select request_id from core.restated_requests").fetchall()
        behind = [trace(con, "core.restated_requests", row, 5) for row in ids]
    # The late one is in no table of requests; its price and its line are told all the same.
    assert [found.requests for found in behind] == [1, 1, 1, 1]
    assert all(found.prices.rows for found in behind)
