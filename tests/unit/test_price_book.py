"""The price book refuses what it cannot trust, naming file, line and fix."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from unitcost.paths import data_root
from unitcost.price_book.book import PriceBook
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import CSV_COLUMNS, read_prices
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench

Change = Callable[[dict[str, str]], None]
_FILE = "cohere/direct.csv"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small book: the shipped rules and one price file."""
    shipped = data_root() / "price_tables"
    for rules in shipped.glob("*.toml"):
        shutil.copy(rules, tmp_path / rules.name)
    (tmp_path / "cohere").mkdir()
    shutil.copy(shipped / _FILE, tmp_path / _FILE)
    return tmp_path


def _load(book: Path) -> list[str]:
    con = open_workbench()
    try:
        load_price_book(con, PriceBook(book))
    except PriceBookError as error:
        return error.problems
    finally:
        con.close()
    return []


def _rows(book: Path) -> list[dict[str, str]]:
    with (book / _FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(book: Path, rows: list[dict[str, str]]) -> None:
    with (book / _FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, CSV_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _with_line_2(book: Path, **cells: str) -> list[str]:
    rows = _rows(book)
    rows[0].update(cells)
    _write(book, rows)
    return _load(book)


def test_a_sound_book_loads(book: Path) -> None:
    assert _load(book) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"unit_price": "1e-6"}, "unit_price '1e-6' must be plain decimal text"),
        ({"unit_price": "-1"}, "must be plain decimal text"),
        ({"unit_price": ""}, "must be plain decimal text"),
        ({"unit_price": "0.0000001"}, "more than 12 decimals; use a larger unit"),
        ({"per": "0"}, "per '0' must be a positive integer"),
        ({"per": "3"}, "more than 12 decimals"),
        ({"unit": "tokens"}, "unit: Input should be"),
        ({"unit": "call"}, "unit call is not that of meter input in meters.toml; write token"),
        ({"meter": "inputs"}, "meter inputs is not in meters.toml"),
        ({"model_key": "command-z"}, "model_key command-z is not in models.toml; add a [[model]]"),
        ({"service_tier": "gold"}, "service_tier gold is not in service_tiers.toml"),
        ({"region_scope": "mars"}, "region_scope mars is not in region_scopes.toml"),
        ({"time_band": "tea"}, "time_band tea is not in time_bands.toml"),
        ({"valid_from": "2026-01-01"}, "must be UTC and end in Z"),
        ({"valid_from": "soon-Z"}, "valid_from: Input should be a valid datetime"),
        (
            {"valid_from": "2026-01-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"},
            "valid_from is not before valid_to",
        ),
        ({"ctx_gt": "5", "ctx_le": "5", "ctx_basis": "prompt_total"}, "ctx_gt is not below ctx_le"),
        ({"ctx_gt": "5"}, "ctx_basis goes with ctx_gt or ctx_le"),
        ({"status": "maybe"}, "status: Input should be"),
        (
            {"supersedes": "nobody", "change_kind": "correction"},
            "supersedes nobody is not in the book",
        ),
        ({"supersedes": "nobody"}, "supersedes goes with price_change, correction and retire"),
        ({"change_kind": "retire"}, "supersedes goes with price_change, correction and retire"),
        (
            {"change_kind": "price_change", "supersedes": "x", "valid_from": ""},
            "a price_change needs valid_from",
        ),
        (
            {"change_kind": "retire", "supersedes": "x", "valid_from": "2026-01-01T00:00:00Z"},
            "a retire row ends a price and has no unit_price",
        ),
        ({"status": "cancelled"}, "a cancelled row calls off the row it supersedes"),
        ({"price_id": "a,b"}, "price_id holds a comma"),
        ({"price_id": ""}, "price_id: Input should be a valid string"),
        ({"unit_price": "9" * 40}, "is beyond any price; correct it"),
        ({"sources": " \t "}, "sources is blank; name where the price was read"),
        ({"currency": "usd"}, "currency 'usd' must be an ISO code in capitals"),
        ({"model_key": "gpt-5"}, "model_key gpt-5 is a model of openai"),
    ],
)
def test_a_bad_cell_is_named_with_file_line_and_fix(
    book: Path, cells: dict[str, str], said: str
) -> None:
    problems = _with_line_2(book, **cells)
    assert any(problem.startswith(f"{_FILE}:2: ") and said in problem for problem in problems)


def test_all_problems_are_told_at_once(book: Path) -> None:
    rows = _rows(book)
    rows[0]["unit_price"] = "x"
    rows[3]["currency"] = ""
    _write(book, rows)
    assert [problem.split(": ")[0] for problem in _load(book)] == [f"{_FILE}:2", f"{_FILE}:5"]


def test_two_rows_that_hold_at_once_are_refused(book: Path) -> None:
    rows = _rows(book)
    _write(book, [*rows, rows[0] | {"price_id": "again", "unit_price": "9"}])
    problem = _load(book)[0]
    assert problem.startswith(f"{_FILE}:{len(rows) + 2}: again holds at the same time as ")
    assert f"({_FILE}:2) for " in problem
    assert "the newer row must supersede the older" in problem


def test_a_row_may_begin_when_the_older_ends(book: Path) -> None:
    rows = _rows(book)
    step = "2030-01-01T00:00:00Z"
    newer = rows[0] | {"price_id": "newer", "valid_from": step}
    _write(book, [rows[0] | {"valid_to": step}, newer, *rows[1:]])
    assert _load(book) == []


def test_a_price_id_is_never_used_twice(book: Path) -> None:
    rows = _rows(book)
    _write(book, [rows[0], rows[1] | {"price_id": rows[0]["price_id"]}, *rows[2:]])
    assert any("is used by another row" in problem for problem in _load(book))


def test_a_time_band_needs_the_rest_of_the_time(book: Path) -> None:
    problems = _with_line_2(book, time_band="deepseek_peak_daily")
    assert any("no row holds the rest of the time" in problem for problem in problems)


def test_a_wrong_header_is_named(book: Path) -> None:
    text = (book / _FILE).read_text(encoding="utf-8")
    (book / _FILE).write_text(text.replace("unit_price", "price", 1), encoding="utf-8")
    assert _load(book)[0].startswith(f"{_FILE}:1: the columns must be price_id,")


def test_a_torn_line_is_named(book: Path) -> None:
    with (book / _FILE).open("a", encoding="utf-8") as file:
        file.write("only,three,cells\n")
    assert _load(book) == [f"{_FILE}:{len(_rows(book)) + 1}: 3 cells; a row of this file has 27"]


@pytest.mark.parametrize(
    ("file", "added", "said"),
    [
        (
            "models.toml",
            '[[alias]]\nid = "x"\nmodel = "nothing"\nnote = "n"\n',
            "[[alias]] x: there is no model 'nothing'; add a [[model]] or correct the name",
        ),
        (
            "models.toml",
            '[[alias]]\nid = "command-a"\nmodel = "command-r"\nnote = "n"\n',
            "id command-a means both command-r and command-a (models.toml:",
        ),
        ("models.toml", '[[model]]\nkey = "Up"\nprovider = "p"\n', "in lower case"),
        ("models.toml", '[[family]]\nname = "f"\nmodels = ["nothing"]\n', "model nothing is not"),
        (
            "time_bands.toml",
            '[[band]]\nname = "b"\ntime_zone = "Mars/Base"\nweekdays = [1]\n'
            'hours = ["00:00-01:00"]\n',
            "time_zone Mars/Base is not known",
        ),
        ("time_bands.toml", '[[band]]\nname = "b"\n', "give weekdays and hours, or the band"),
        ("time_bands.toml", '[[band]]\nname = "b"\nweekdays = [8]\n', "weekdays.0"),
        ("providers.toml", '[[provider]]\nnames = ["openai"]\nfamily = "x"\n', "listed twice"),
        ("meters.toml", "[[meter]]\nname = 'm'\nunit = 'u'\ncolour = 1\n", "no such column"),
        ("service_tiers.toml", "[[tier]\n", "not valid TOML"),
    ],
)
def test_a_bad_rule_is_named_with_file_entry_and_fix(
    book: Path, file: str, added: str, said: str
) -> None:
    with (book / file).open("a", encoding="utf-8") as opened:
        opened.write("\n" + added)
    assert any(problem.startswith(file) and said in problem for problem in _load(book))


def test_a_missing_rule_file_is_named(book: Path) -> None:
    (book / "meters.toml").unlink()
    assert _load(book) == ["meters.toml: missing from the price tables; restore it"]


def test_the_revision_changes_with_any_byte_of_the_book_and_only_then(book: Path) -> None:
    before = PriceBook(book).revision()
    assert PriceBook(book).revision() == before
    (book / "notes.txt").write_text("not part of the book", encoding="utf-8")
    assert PriceBook(book).revision() == before
    with (book / "meters.toml").open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    assert PriceBook(book).revision() != before


def test_the_shipped_rows_say_where_they_come_from() -> None:
    for row in read_prices(PriceBook()):
        assert row.sources, row.price_id
