"""Negotiated prices on the shipped book: which contract wins and when it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import duckdb
import pytest

from tests.price_books import write_part
from tests.sql.agreements_by_hand import contract
from tests.sql.priced import price, price_one, request
from unitcost.price_book.book import PriceBook
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import csv_columns
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench
from unitcost_models.contracts import Contract

_TOKENS = {"input_tokens": 1_000_000, "output_tokens": 100_000, "reasoning_tokens": 50_000}


@contextmanager
def opened(
    folder: Path, *lines: str, as_of: date | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench with a part of the shipped book and these contracts."""
    text = "\n".join([",".join(csv_columns(Contract)), *lines]) + "\n"
    (folder / "contracts.csv").write_text(text, encoding="utf-8")
    book = write_part(folder.with_name(f"{folder.name} shipped"))
    with open_workbench() as con:
        load_price_book(con, PriceBook(book, own=folder, as_of=as_of))
        yield con


def test_a_percentage_is_taken_off_every_meter_and_list_cost_stays(tmp_path: Path) -> None:
    with opened(tmp_path, contract("ten", account_id="org-1", discount_pct="10")) as con:
        mine, other = price(
            con,
            request(request_id="a", account_id="org-1", **_TOKENS),
            request(request_id="b", account_id="org-2", **_TOKENS),
        )
    # gpt-5: 1.25 a million in, 10 a million out, thinking as output.
    assert mine["list_cost_usd"] == other["cost_usd"] == Decimal("2.75")
    assert mine["contracted_cost_usd"] == mine["cost_usd"] == Decimal("2.475")
    assert mine["reasoning_cost_usd"] == Decimal("0.45")
    assert (mine["cost_basis"], mine["contract_ids"]) == ("metered_contract", "ten")
    assert (other["cost_basis"], other["contract_ids"]) == ("metered_list", None)
    assert mine["price_ids"] == other["price_ids"]


def test_an_agreed_price_replaces_the_list_price_of_its_meter_only(tmp_path: Path) -> None:
    agreed = contract("in", model_key="gpt-5", meter="input", per="1000000", unit_price="1")
    with opened(tmp_path, agreed) as con:
        row = price_one(con, **_TOKENS)
    assert (row["input_cost_usd"], row["output_cost_usd"]) == (Decimal(1), Decimal("1.5"))


def test_a_discounted_price_is_exact_beyond_twelve_decimals(tmp_path: Path) -> None:
    with opened(tmp_path, contract("odd", discount_pct="7.1234")) as con:
        row = price_one(con, cache_read_tokens=1_000_003)
    exact = 1_000_003 * Decimal("0.000000125") * (1 - Decimal("0.071234"))
    assert row["cost_usd"] == round(exact, 12)


_SCOPES = {
    "account": {"account_id": "org-1"},
    "model": {"model_key": "gpt-5"},
    "meter": {"meter": "input"},
    "region": {"region_scope": "global"},
    "tier": {"service_tier": "standard"},
    "platform": {"platform": "direct"},
    "none": {},
}


@pytest.mark.parametrize("stronger", list(_SCOPES)[:-1])
def test_the_most_specific_contract_wins_whatever_the_weaker_ones_name(
    tmp_path: Path, stronger: str
) -> None:
    names = list(_SCOPES)
    weaker = {k: v for n in names[names.index(stronger) + 1 :] for k, v in _SCOPES[n].items()}
    lines = [
        contract("strong", discount_pct="50", **_SCOPES[stronger]),
        contract("weak", discount_pct="20", **weaker),
    ]
    for order in permutations(lines):
        with opened(tmp_path, *order) as con:
            row = price_one(con, account_id="org-1", input_tokens=1_000_000)
        assert (row["contract_ids"], row["cost_usd"]) == ("strong", Decimal("0.625"))


def test_a_contract_holds_from_its_first_instant_to_its_last(tmp_path: Path) -> None:
    bounds = {"valid_from": "2026-10-20T12:00:00Z", "valid_to": "2026-10-20T13:00:00Z"}
    with opened(tmp_path, contract("hour", discount_pct="10", **bounds)) as con:
        rows = price(
            con,
            *(
                request(request_id=str(n), started_at=at, input_tokens=1_000_000)
                for n, at in enumerate(
                    (
                        datetime(2026, 10, 20, 11, 59, 59, 999999),
                        datetime(2026, 10, 20, 12),
                        datetime(2026, 10, 20, 12, 59, 59, 999999),
                        datetime(2026, 10, 20, 13),
                    )
                )
            ),
        )
    assert [row["contract_ids"] for row in rows] == [None, "hour", "hour", None]


def test_two_times_a_change_ends_and_a_correction_voids(tmp_path: Path) -> None:
    lines = (
        contract("first", discount_pct="10"),
        contract(
            "second",
            discount_pct="20",
            supersedes="first",
            change_kind="price_change",
            valid_from="2026-10-01T00:00:00Z",
            recorded_on="2026-11-24",
        ),
        contract(
            "right",
            discount_pct="30",
            supersedes="second",
            change_kind="correction",
            valid_from="2026-10-01T00:00:00Z",
            recorded_on="2026-11-26",
        ),
    )
    found = {}
    for as_of in (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 26), None):
        with opened(tmp_path, *lines, as_of=as_of) as con:
            found[as_of] = [
                price_one(con, started_at=datetime(2026, month, 10), input_tokens=1)["contract_ids"]
                for month in (9, 10)
            ]
    assert found == {
        date(2026, 11, 23): ["first", "first"],
        date(2026, 11, 24): ["first", "second"],
        date(2026, 11, 26): ["first", "right"],
        None: ["first", "right"],
    }


def test_a_contract_learnt_later_may_name_what_was_learnt_with_it(tmp_path: Path) -> None:
    model = """
        [[model]]
        key = "gpt-9"
        provider = "openai"
        recorded_on = 2026-11-25
    """
    (tmp_path / "models.toml").write_text(model)
    line = contract("nine", model_key="gpt-9", discount_pct="10", recorded_on="2026-11-25")
    for as_of, known in ((date(2026, 11, 24), []), (date(2026, 11, 25), [("nine",)])):
        with opened(tmp_path, line, as_of=as_of) as con:
            held = con.execute("select contract_id from core.contracts_in_force").fetchall()
        assert held == known


def test_a_contract_prices_what_the_list_lacks(tmp_path: Path) -> None:
    agreed = contract("extra", meter="cache_write_1h", per="1000000", unit_price="3")
    with opened(tmp_path, agreed) as con:
        row = price_one(con, cache_write_1h_tokens=1_000_000)
    assert (row["cost_usd"], row["list_cost_usd"]) == (Decimal(3), None)
    assert row["unpriced_reason"] is None


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            (contract("a", discount_pct="1"), contract("b", discount_pct="2")),
            "contracts.csv:3: b is as specific as a ($UNITCOST_HOME/price_tables/contracts.csv:2)",
        ),
        ((contract("a", discount_pct="1", model_key="gpt"),), "model_key gpt is not in models"),
        ((contract("a", discount_pct="1", meter="imput"),), "meter imput is not in meters.toml"),
        ((contract("a", discount_pct="1", currency="CNY"),), "openai bills in USD here"),
        ((contract("a"),), "give discount_pct or unit_price, and not both"),
        ((contract("a", unit_price="1", per="1"),), "unit_price is the price of one meter"),
        ((contract("a", discount_pct="101"),), "above 0 and at most 100"),
        ((contract("a", discount_pct="1", supersedes="z", change_kind="correction"),), "z"),
    ],
)
def test_a_contract_that_cannot_be_meant_is_refused(
    tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    with pytest.raises(PriceBookError) as refused, opened(tmp_path, *lines):
        pass
    assert any(said in problem for problem in refused.value.problems)
