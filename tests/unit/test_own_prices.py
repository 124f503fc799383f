"""The user's own price tables beside the shipped ones, and what was known when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from unitcost.price_book.book import PriceBook
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import CSV_COLUMNS
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench

Write = Callable[[str, str], None]
_OWN = "$UNITCOST_HOME/price_tables/"
_ROW = {
    "price_id": "own-1",
    "provider": "acme",
    "platform": "direct",
    "region_scope": "global",
    "model_key": "acme-1",
    "service_tier": "standard",
    "meter": "input",
    "unit": "token",
    "per": "1000000",
    "unit_price": "1.5",
    "currency": "USD",
    "valid_from_basis": "documented",
    "status": "in_force",
    "layer": "list",
    "recorded_on": "2026-11-22",
    "change_kind": "new",
    "sources": "our contract",
    "confirmation": "single",
}
_MODEL = """
[[model]]
key = "acme-1"
provider = "acme"
"""
_DEPLOYMENT = """
[[deployment]]
name = "Chat-Prod"
model = "gpt-5-mini"
platform = "azure"
region_scope = "data_zone_eu"
valid_from = 2026-09-01T00:00:00+02:00
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of the user's own folder."""

    def _write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    return _write


def _line(**cells: str) -> str:
    return ",".join((_ROW | cells).get(name, "") for name in CSV_COLUMNS) + "\n"


def _ask(own: Path, query: str, as_of: date | None = None) -> list[Any]:
    with open_workbench() as con:
        load_price_book(con, PriceBook(own=own, as_of=as_of))
        return con.execute(query).fetchall()


def _problems(own: Path) -> list[str]:
    with pytest.raises(PriceBookError) as refused:
        _ask(own, "select 1")
    return refused.value.problems


def _header() -> str:
    return ",".join(CSV_COLUMNS) + "\n"


def _acme(write: Write, *lines: str) -> None:
    scope = '[[scope]]\nprovider = "acme"\nplatform = "direct"\nscope = "global"\ndefault = true\n'
    write("models.toml", _MODEL)
    write("region_scopes.toml", scope)
    write("acme/direct.csv", _header() + "".join(lines))


def test_own_rows_stand_beside_the_shipped_ones_and_say_where_they_are(
    tmp_path: Path, write: Write
) -> None:
    _acme(write, _line())
    query = "select provider, source_file, source_line from core.prices where price_id = 'own-1'"
    assert _ask(tmp_path, query) == [("acme", f"{_OWN}acme/direct.csv", 2)]
    cards = "select input_trillionths from core.price_cards where model = 'acme-1'"
    assert set(_ask(tmp_path, cards)) == {(1_500_000,)}


def test_an_own_folder_without_files_changes_no_table(tmp_path: Path) -> None:
    query = "select * exclude (card_id) from core.price_cards order by all"
    assert _ask(tmp_path, query) == _ask(tmp_path / "missing", query)


def test_a_mark_of_utf_8_and_blank_lines_at_the_end_are_a_spreadsheets_habit(
    tmp_path: Path, write: Write
) -> None:
    _acme(write)
    write("acme/direct.csv", "\ufeff" + (_header() + _line()).replace("\n", "\r\n") + "\r\n")
    assert _ask(tmp_path, "select count(*) from core.prices where provider = 'acme'") == [(1,)]


def test_an_own_row_may_not_hold_beside_a_shipped_one(tmp_path: Path, write: Write) -> None:
    cells = {"provider": "openai", "model_key": "gpt-5", "price_id": "mine"}
    write("openai/direct.csv", _header() + _line(**cells))
    (problem,) = _problems(tmp_path)
    assert f"{_OWN}openai/direct.csv:2" in problem
    assert "openai/direct.csv:" in problem.replace(_OWN, "")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("prices.csv", "a\n", ": nothing reads this file; the book's files are "),
        ("model.toml", "", ": nothing reads this file"),
        ("models.toml", "[model]\nkey = 'x'\n", ": model must be written [[model]]"),
        ("models.toml", "x\n", ": not valid TOML"),
        ("models.toml", _MODEL + "color = 1\n", ":2: [[model]] acme-1: color: no such column"),
        (
            "models.toml",
            "# why\n\n" + _DEPLOYMENT.replace("gpt-5-mini", "gpt-five"),
            ":4: [[deployment]] Chat-Prod: there is no model 'gpt-five'",
        ),
        (
            "models.toml",
            _DEPLOYMENT + _DEPLOYMENT.replace("gpt-5-mini", "gpt-5"),
            ":9: deployment chat-prod on azure is there already",
        ),
        (
            "models.toml",
            _DEPLOYMENT.replace("azure", "asure"),
            ":2: platform asure is not in providers.toml; correct it",
        ),
        (
            "models.toml",
            _DEPLOYMENT + "valid_to = 2026-08-31T22:00:00Z\n",
            ":2: [[deployment]] Chat-Prod: valid_from is not before valid_to",
        ),
    ],
)
def test_a_bad_own_file_is_named_with_its_folder_and_the_fix(
    tmp_path: Path, write: Write, file: str, text: str, said: str
) -> None:
    write(file, text)
    assert any(problem.startswith(_OWN + file + said) for problem in _problems(tmp_path))


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "direct.csv").write_bytes(_header().encode() + b"\xff\xfe\n")
    assert _problems(tmp_path)[0].startswith(f"{_OWN}acme/direct.csv: cannot be read as CSV")


def test_a_deployment_is_kept_with_what_it_decides(tmp_path: Path, write: Write) -> None:
    write("models.toml", _DEPLOYMENT)
    (found,) = _ask(tmp_path, "select * exclude (valid_to) from core.deployments")
    started = datetime(2026, 8, 31, 22)
    assert found[:5] == ("chat-prod", "azure", "gpt-5-mini", "openai", "data_zone_eu")
    assert found[5:] == (None, started, f"{_OWN}models.toml", 2)


def test_a_model_that_is_shipped_later_may_stay_in_the_own_folder(
    tmp_path: Path, write: Write
) -> None:
    write("models.toml", '[[model]]\nkey = "gpt-5"\nprovider = "openai"\nids = ["our-five"]\n')
    query = "select alias, rule from core.model_aliases where alias in ('gpt-5', 'our-five')"
    assert sorted(_ask(tmp_path, query)) == [("gpt-5", "key"), ("our-five", "id")]


def test_a_model_that_was_learnt_with_its_prices_is_no_fault_of_the_book_before(
    tmp_path: Path, write: Write
) -> None:
    write("models.toml", _MODEL.replace('"acme"', '"openai"') + "recorded_on = 2026-11-22\n")
    write("openai/direct.csv", _header() + _line(price_id="own/new", provider="openai"))
    query = "select count(*) from core.model_aliases where alias = 'acme-1'"
    found = [_ask(tmp_path, query, date(2026, 11, day)) for day in (21, 22)]
    assert found == [[(0,)], [(1,)]]


@pytest.mark.parametrize(
    ("dates", "known"),
    [
        ("", [True, True, True]),
        ("recorded_on = 2026-03-05\n", [False, True, True]),
        ("recorded_on = 2026-03-05\nwithdrawn_on = 2026-03-07\n", [False, True, False]),
    ],
)
def test_an_entry_counts_from_the_day_it_was_learnt_until_it_was_unlearnt(
    tmp_path: Path, write: Write, dates: str, known: list[bool]
) -> None:
    write("models.toml", '[[alias]]\nid = "five"\nmodel = "gpt-5"\nnote = "n"\n' + dates)
    query = "select count(*) > 0 from core.model_aliases where alias = 'five'"
    days = [date(2026, 3, 4), date(2026, 3, 6), date(2026, 3, 7)]
    assert [_ask(tmp_path, query, day)[0][0] for day in days] == known


@pytest.mark.parametrize("hours", ["22:00-06:00", "08:00-08:00", "08:00-24:30", "08:60-09:00"])
def test_hours_that_are_no_window_of_a_day_are_refused(
    tmp_path: Path, write: Write, hours: str
) -> None:
    write("time_bands.toml", f'[[band]]\nname = "b"\nweekdays = [1]\nhours = ["{hours}"]\n')
    (problem,) = _problems(tmp_path)
    assert problem.startswith(f"{_OWN}time_bands.toml:1: [[band]] b: hours.0: ")
