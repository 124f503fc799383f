"""`prices show`: what a spelling means, the row of every meter, and why it is this one."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import exit_code
from tests.price_books import price_row, write_book
from tests.sql.agreements_by_hand import contract
from unitcost.errors import UsageError
from unitcost.price_book.book import PriceBook
from unitcost.price_book.rows import csv_columns
from unitcost.price_review.lookup import NotInBook, Question
from unitcost.price_review.showing import Shown, ShownPrice, instant, show_prices
from unitcost_models.contracts import Contract

ON = datetime(2026, 11, 10, 12)
_ASKED: dict[str, Any] = {"spelling": "gpt-5", "on": ON}
_FEE = {"region_scope": "*", "service_tier": "*", "meter": "web_search_call", "unit": "call",
        "per": "1000"}  # fmt: skip
ROWS = [
    price_row("in-1", unit_price="2", valid_to="2026-06-01T00:00:00Z", ctx_le="272000"),
    price_row("in-2", ctx_le="272000", valid_from="2026-06-01T00:00:00Z", supersedes="in-1",
              change_kind="price_change"),
    price_row("in-3", ctx_le="272000", valid_from="2026-12-01T00:00:00Z", unit_price="3",
              supersedes="in-2", change_kind="price_change", status="announced",
              valid_from_basis="announced"),
    price_row("in-long", ctx_gt="272000", unit_price="2.5"),
    price_row("out", meter="output", unit_price="10"),
    price_row("out-rise", meter="output", unit_price="12", valid_from="2027-01-01T00:00:00Z",
              status="announced", valid_from_basis="announced", supersedes="out",
              change_kind="price_change"),
    price_row("out-stays", meter="output", unit_price="12", valid_from="2027-01-01T00:00:00Z",
              status="cancelled", valid_from_basis="announced", supersedes="out-rise",
              change_kind="correction"),
    price_row("in-priority", service_tier="priority", unit_price="2.2"),
    price_row("search-own", **_FEE, unit_price="25"),
    price_row("search-all", **_FEE | {"model_key": "*"}, unit_price="10"),
    price_row("mini-in", model_key="gpt-5-mini", unit_price="0.25"),
    price_row("peak", provider="deepseek", model_key="deepseek-flash", unit_price="0.3",
              time_band="deepseek_peak_workdays"),
    price_row("offpeak", provider="deepseek", model_key="deepseek-flash", unit_price="0.15",
              time_band="deepseek_offpeak_workdays"),
]  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PriceBook:
    return PriceBook(write_book(tmp_path_factory.mktemp("show") / "book", *ROWS))


def _prices(shown: Shown, meter: str) -> list[ShownPrice]:
    return [price for price in shown.prices if price.meter == meter]


def _one(book: PriceBook, meter: str, **asked: Any) -> ShownPrice:
    told: dict[str, Any] = {"spelling": "gpt-5", "on": ON, "prompt_tokens": 10}
    question = Question(**told | asked)
    (price,) = _prices(show_prices(book, question), meter)
    return price


def test_the_spelling_is_resolved_by_the_rule_of_requests(book: PriceBook) -> None:
    shown = show_prices(book, Question("openai/gpt-5-2025-08-07", ON))
    assert (shown.model, shown.rule) == ("gpt-5", "route_prefix")
    assert (shown.provider, shown.platform, shown.region_scope) == ("openai", "direct", "global")
    assert shown.why == ["no region named: list global"]


def test_every_context_band_is_shown_unless_the_prompt_is_given(book: PriceBook) -> None:
    every = _prices(show_prices(book, Question("gpt-5", ON)), "input")
    assert [(p.price_id, p.ctx_gt, p.ctx_le) for p in every] == [
        ("in-2", None, 272_000),
        ("in-long", 272_000, None),
    ]
    assert _one(book, "input", prompt_tokens=272_000).price_id == "in-2"
    assert _one(book, "input", prompt_tokens=272_001).price_id == "in-long"


def test_what_it_replaced_and_what_comes_next_is_told(book: PriceBook) -> None:
    shown = _one(book, "input")
    assert shown.why == [
        "the model's own row",
        "replaces in-1 (2 for 1,000,000), price_change",
        "announced: 3 for 1,000,000 from 2026-12-01 00:00:00Z (in-3)",
    ]
    assert shown.where.startswith("openai/direct.csv:")


@pytest.mark.parametrize(
    ("on", "price_id"),
    [
        (datetime(2026, 5, 31, 23, 59, 59), "in-1"),
        (datetime(2026, 6, 1), "in-2"),
        (datetime(2026, 12, 1), "in-3"),
    ],
)
def test_the_instant_decides(book: PriceBook, on: datetime, price_id: str) -> None:
    assert _one(book, "input", on=on).price_id == price_id


def test_a_cancelled_step_is_told_and_does_not_price(book: PriceBook) -> None:
    shown = _one(book, "output", on=datetime(2027, 2, 1))
    assert shown.price_id == "out"
    assert "cancelled: 12 for 1,000,000 from 2027-01-01 00:00:00Z (out-stays)" in shown.why


def test_a_lent_price_says_whose_it_is(book: PriceBook) -> None:
    shown = _one(book, "reasoning")
    assert shown.price_id == "out"
    assert "reasoning has no price of its own here and is billed as output" in shown.why


def test_the_more_specific_row_wins_and_says_over_which(book: PriceBook) -> None:
    own = _one(book, "web_search_call")
    assert own.price_id == "search-own"
    assert "beats search-all (10 for 1,000), which is less specific" in own.why
    lent = _one(book, "web_search_call", spelling="gpt-5-mini")
    assert lent.price_id == "search-all"
    assert lent.why[0] == "a row of every model of the provider; the model has none of its own"


def test_a_tier_billed_as_another_is_told(book: PriceBook) -> None:
    shown = show_prices(book, Question("gpt-5", ON, tier="fast"))
    assert shown.service_tier == "priority"
    assert "tier fast is billed as priority" in shown.why


@pytest.mark.parametrize(
    ("on", "price_id"),
    [(datetime(2026, 11, 10, 2), "peak"), (datetime(2026, 11, 10, 5), "offpeak")],
)
def test_only_the_open_time_band_is_shown(book: PriceBook, on: datetime, price_id: str) -> None:
    assert _one(book, "input", spelling="deepseek-flash", on=on).price_id == price_id


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"spelling": "gpt-5x"}, "gpt-5x: no known model; the nearest known ids are gpt-5"),
        ({"spelling": "zzzzzzzz"}, "no known id is like it"),
        ({"tier": "ultrafast"}, "no price list openai/direct/(no region)/ultrafast; it has:"),
        ({"platform": "azure"}, "no price list openai/azure/(no region)/standard; it has:"),
        ({"region": "mars"}, "openai/direct/global/standard"),
    ],
)
def test_what_the_book_has_not_is_told_with_the_nearest(
    book: PriceBook, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotInBook) as caught:
        show_prices(book, Question(**_ASKED | asked))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", datetime(2026, 11, 1)),
        ("2026-11-01T16:00Z", datetime(2026, 11, 1, 16)),
        ("2026-11-01T16:00+08:00", datetime(2026, 11, 1, 8)),
        ("2026-11-01T16:00", datetime(2026, 11, 1, 16)),
    ],
)
def test_an_instant_is_utc(text: str, moment: datetime) -> None:
    assert instant(text) == moment


def test_what_is_no_instant_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not an instant"):
        instant("yesterday")


def test_the_command_shows_and_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("prices", "show", "gpt-5", "--on", "2026-11-10", "--home", str(tmp_path))
    assert exit_code(*arguments) == 0
    told = capsys.readouterr().out
    assert "gpt-5 is gpt-5 (key) at 2026-11-10 00:00:00Z" in told
    assert "input, input_image: openai/direct/global/gpt-5/standard/input" in told
    assert exit_code(*arguments, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert {"meter", "unit_price", "price_id", "where", "why"} <= document["prices"][0].keys()
    assert exit_code("prices", "show", "gpt-5x", "--home", str(tmp_path)) == 1
    assert exit_code("prices", "show", "gpt-5", "--prompt-tokens", "-1") == 2
    assert "nearest known ids are gpt-5" in capsys.readouterr().err


def test_an_account_sees_what_its_contracts_make_of_the_list(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    lines = [
        contract("ten", account_id="org-1", discount_pct="10"),
        contract("agreed", account_id="org-1", meter="output", per="1000000", unit_price="8"),
        contract("extra", account_id="org-1", meter="image", per="1000", unit_price="5"),
        contract("all", meter="input", discount_pct="4"),
    ]
    text = "\n".join([",".join(csv_columns(Contract)), *lines]) + "\n"
    (own / "contracts.csv").write_text(text)
    book = PriceBook(write_book(tmp_path / "book", *ROWS), own=own)

    def told(account: str | None) -> list[tuple[str, str, str]]:
        asked = Question("gpt-5", ON, prompt_tokens=10, account=account)
        shown = show_prices(book, asked)
        assert [p.unit_price for p in _prices(shown, "input")] == ["1.25"]
        return [(p.meter, p.unit_price, p.contract_id) for p in shown.contracted]

    # Pictures are billed as input, thinking as output; each follows that meter's contract.
    assert told("org-1") == [
        ("input", "1.125", "ten"),
        ("input_image", "1.125", "ten"),
        ("output", "8", "agreed"),
        ("reasoning", "8", "agreed"),
        ("web_search_call", "22.5", "ten"),
        ("image", "5", "extra"),
    ]
    assert told("org-2") == told(None) == [("input", "1.2", "all"), ("input_image", "1.2", "all")]
