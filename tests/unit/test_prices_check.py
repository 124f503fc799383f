"""`prices check` and `prices format`: what they say, write and answer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command_line import exit_code
from unitcost.paths import data_root
from unitcost.price_book.rows import CSV_COLUMNS

_SHIPPED = data_root() / "price_tables"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of its own: all rules, Cohere's prices."""
    folder = tmp_path / "book"
    (folder / "cohere").mkdir(parents=True)
    for rules in _SHIPPED.glob("*.toml"):
        shutil.copy(rules, folder / rules.name)
    shutil.copy(_SHIPPED / "cohere" / "direct.csv", folder / "cohere" / "direct.csv")
    return folder


def _lines(book: Path) -> list[str]:
    return (book / "cohere" / "direct.csv").read_text().splitlines()


def _write(book: Path, lines: list[str]) -> None:
    (book / "cohere" / "direct.csv").write_text("\n".join(lines) + "\n")


def test_the_shipped_book_has_no_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--home", str(tmp_path), "prices", "check") == 0
    assert capsys.readouterr().out.startswith("0 errors, ")


def test_an_error_has_its_place_and_exits_1(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = _lines(book)
    _write(book, [*lines, lines[-1].replace("@", "-again@", 1)])
    arguments = ("prices", "check", "--book", str(book), "--home", str(tmp_path))
    assert exit_code(*arguments) == 1
    told = capsys.readouterr()
    assert f"error: cohere/direct.csv:{len(lines) + 1}: " in told.err
    assert "holds at the same time as" in told.err
    assert told.out.startswith("1 errors, ")
    assert exit_code("--json", *arguments) == 1
    found = [f for f in json.loads(capsys.readouterr().out) if f["severity"] == "error"]
    assert [f["where"] for f in found] == [f"cohere/direct.csv:{len(lines) + 1}"]


def test_a_file_out_of_order_is_a_warning_that_format_mends(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = _lines(book)
    _write(book, [lines[0], *reversed(lines[1:])])
    check = ("--home", str(tmp_path), "prices", "check", "--book", str(book))
    assert exit_code(*check) == 0
    assert "cohere/direct.csv: not in canonical order" in capsys.readouterr().err
    assert exit_code("prices", "format", "--check", str(book)) == 1
    assert _lines(book) != lines
    assert exit_code("prices", "format", str(book), "--json") == 0
    assert _lines(book) == lines
    assert exit_code("prices", "format", "--check", str(book)) == 0
    assert "0 files are not canonical." in capsys.readouterr().out


def test_an_unreadable_file_is_named_once(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(book, [",".join(CSV_COLUMNS[:-1])])
    assert exit_code("prices", "check", "--book", str(book), "--home", str(tmp_path)) == 1
    assert capsys.readouterr().err.count("cohere/direct.csv:1: the columns must be") == 1
    assert exit_code("prices", "format", str(book)) == 1
    assert "cohere/direct.csv:1: the columns must be" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["check", "--book"], ["format"]])
def test_a_folder_without_tables_is_a_usage_error(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("prices", *command, str(tmp_path / "none")) == 2
    assert "hint: name the folder that holds" in capsys.readouterr().err
