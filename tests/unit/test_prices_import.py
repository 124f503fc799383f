"""`prices import`: verdicts against a book, money of the last 28 days, rows that a book accepts."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import exit_code
from tests.price_books import write_book, write_warehouse
from tests.sql.priced import request
from tests.unit.imported_prices import CATALOGUE, DATED, OTHER, ROWS
from unitcost.price_book.book import PriceBook
from unitcost.price_review import importing
from unitcost.price_review.checking import check_prices
from unitcost.price_review.importing import Import
from unitcost.price_review.proposal import Proposal

Do = Callable[..., Import]


@pytest.fixture
def do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Imports the catalogue against the small book."""
    book = write_book(tmp_path / "book", *ROWS)
    monkeypatch.setattr(importing, "own_book", lambda home: PriceBook(book))
    theirs, other = tmp_path / "theirs.json", tmp_path / "other.json"
    other.write_text(json.dumps(OTHER))

    def run() -> Import:
        theirs.write_text(json.dumps(CATALOGUE))
        also, out = {"openrouter": str(other)}, tmp_path / "proposals"
        return importing.import_catalogue(tmp_path, ("litellm", str(theirs)), also, DATED, out)

    return run


def _found(done: Import, **wanted: Any) -> Proposal:
    (one,) = [
        p for p in done.proposals if all(getattr(p, key) == value for key, value in wanted.items())
    ]
    return one


def _rows(tmp_path: Path, file: str) -> dict[str, dict[str, str]]:
    with (tmp_path / "proposals" / file).open(newline="") as opened:
        return {row["price_id"]: row for row in csv.DictReader(opened)}


def test_every_price_gets_its_verdict(do: Do) -> None:
    done = do()
    assert {(p.spelling, p.key): p.verdict for p in done.proposals if p.spelling == "gpt-5"} == {
        ("gpt-5", "input_cost_per_token"): "agrees",
        ("gpt-5", "input_cost_per_token_above_272k_tokens"): "agrees",
        ("gpt-5", "output_cost_per_token"): "differs",
        ("gpt-5", "output_cost_per_reasoning_token"): "agrees",
        ("gpt-5", "cache_read_input_token_cost"): "new price",
        ("gpt-5", "cache_creation_input_token_cost"): "agrees",
        ("gpt-5", "input_cost_per_token_batches"): "new price",
        ("gpt-5", "search_context_cost_per_query"): "agrees",
    }
    assert _found(done, spelling="azure/eu/gpt-5").verdict == "differs"
    assert _found(done, spelling="gpt-9-nova").verdict == "new model"


@pytest.mark.parametrize(
    ("spelling", "reason"),
    [
        ("groq/gpt-5", "no price lists of openai on groq"),
        ("perplexity/openai/gpt-5", "no price lists of openai on perplexity"),
        (
            "deepseek-flash",
            "by the clock here: 0.15 deepseek_offpeak_workdays, 0.3 deepseek_peak_workdays",
        ),
        ("gpt-5-2025-08-07", "contradicts itself: 1.25 as gpt-5, 7 as gpt-5-2025-08-07"),
        ("us-gov.openai.gpt-5", "no price lists of openai on bedrock"),
    ],
)
def test_what_has_no_place_in_the_book_says_why(do: Do, spelling: str, reason: str) -> None:
    found = _found(do(), spelling=spelling)
    assert (found.verdict, found.reason) == ("cannot be mapped", reason)


def test_a_difference_has_its_evidence(do: Do) -> None:
    found = _found(do(), verdict="differs", platform="direct")
    assert (found.ours, found.theirs) == (Decimal(10), Decimal(12))
    assert (found.per, found.price_id) == (10**6, "gpt5-out")
    assert found.others == {"openrouter": Decimal(12)}
    assert (found.agreeing, found.days_behind) == (2, 19)


def test_our_prices_that_the_catalogue_lacks_are_listed(
    do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [p.price_id for p in do().proposals if p.verdict == "they lack"] == []
    monkeypatch.delitem(CATALOGUE["gpt-5"], "cache_creation_input_token_cost")
    lacking = [p for p in do().proposals if p.verdict == "they lack"]
    assert [(p.price_id, p.ours, p.meter) for p in lacking] == [
        ("write", Decimal("1.5625"), "cache_write_30m")
    ]


def test_without_a_warehouse_there_is_no_effect(do: Do) -> None:
    done = do()
    assert not done.has_uses
    assert {p.effect_usd for p in done.proposals} == {None}


def test_the_money_of_the_last_28_days_is_exact(do: Do, tmp_path: Path) -> None:
    usage = {"input_tokens": 7, "prompt_tokens": 7, "output_tokens": 3, "reasoning_tokens": 4}
    cached = {"input_tokens": 1, "prompt_tokens": 12, "cache_read_tokens": 11}
    noon, before = datetime(2026, 11, 20, 12), datetime(2026, 10, 23, 12)
    write_warehouse(
        tmp_path / "warehouse.duckdb",
        (request(request_id="r1", started_at=noon, **usage), "gpt5-in,gpt5-out"),
        (request(request_id="r2", started_at=noon, **cached), None),
        (request(request_id="r3", started_at=before, **usage), "gpt5-in,gpt5-out"),
        (
            request(
                request_id="r4",
                started_at=noon,
                model=None,
                request_model="openai/GPT-9-Nova",
                input_tokens=5,
            ),
            None,
        ),
    )
    done = do()
    assert done.has_uses
    output = _found(done, verdict="differs", platform="direct")
    # Thinking is billed as output: 3 + 4 tokens, 2 dollars a million dearer.
    assert (output.effect_usd, output.requests) == (Decimal("0.000014"), 1)
    reading = _found(done, key="cache_read_input_token_cost")
    assert (reading.effect_usd, reading.requests) == (Decimal("0.000001375"), 1)
    nova = _found(done, verdict="new model")
    assert (nova.effect_usd, nova.requests) == (Decimal("0.000045"), 1)
    unused = _found(done, spelling="azure/eu/gpt-5")  # cheaper, and nobody called it
    assert str(unused.effect_usd) == "0E-12"


def test_drafts_are_rows_of_the_book(do: Do, tmp_path: Path) -> None:
    do()
    rows = _rows(tmp_path, "openai/direct.csv")
    changed = rows["openai/direct/global/gpt-5/standard/output@2026-11-20"]
    assert (
        changed
        | {
            "unit_price": "12",
            "supersedes": "gpt5-out",
            "change_kind": "price_change",
            "valid_from": "2026-11-20T00:00:00Z",
            "sources": "litellm@2026-11-20 openrouter",
            "confirmation": "confirmed",
        }
        == changed
    )
    fresh = rows["openai/direct/global/gpt-5/standard/cache_read@start"]
    assert (fresh["change_kind"], fresh["valid_from"], fresh["unit_price"]) == ("new", "", "0.125")
    # The book had a batch price once: the new one may not reach back over that time.
    ended = rows["openai/direct/global/gpt-5/batch/input@2026-11-20"]
    assert ended["valid_from_basis"] == "observed_bounds"
    assert (tmp_path / "proposals" / "models.toml").read_text() == (
        '[[model]]\nkey = "gpt-9-nova"\nprovider = "openai"\n'
    )


def test_a_book_accepts_the_rows_as_they_are(do: Do, tmp_path: Path) -> None:
    do()
    found = check_prices(PriceBook(tmp_path / "book", tmp_path / "proposals"))
    assert [f for f in found if f.severity == "error"] == []


@pytest.mark.parametrize("inside", ["price_tables", "price_tables/new"])
def test_the_book_itself_is_never_written(
    tmp_path: Path, inside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs.json"
    theirs.write_text(json.dumps(CATALOGUE))
    arguments = ("prices", "import", "litellm", str(theirs), "--home", str(tmp_path))
    assert exit_code(*arguments, "--out", str(tmp_path / inside)) == 2
    assert "proposals are for review and go elsewhere" in capsys.readouterr().err
    assert not (tmp_path / "price_tables").exists()


def test_the_command_tells_verdicts_and_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs.json"
    theirs.write_text(json.dumps(CATALOGUE))
    arguments = ("prices", "import", "litellm", str(theirs), "--home", str(tmp_path))
    assert exit_code(*arguments, "--out", str(tmp_path / "out"), "--dated", "2026-11-20") == 0
    told = capsys.readouterr().out
    assert "litellm of 2026-11-20" in told
    assert "no price lists of openai on groq" in told
    assert exit_code(*arguments, "--out", str(tmp_path / "out"), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert {"source", "dated", "counts", "reasons", "files", "proposals"} <= document.keys()
    assert all(isinstance(p["theirs"], str | None) for p in document["proposals"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("litellm", "none.json"), "no such file"),
        (("litellm", "none.json", "--also", "x"), "give SOURCE=PATH"),
        (("genai-prices", "theirs.json"), "no list of providers"),
        (("litellm", "theirs.json", "--also", "tokencost=theirs.json"), "no such catalogue"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "theirs.json").write_text(json.dumps(CATALOGUE))
    assert exit_code("prices", "import", *arguments) == 2
    assert said in capsys.readouterr().err
