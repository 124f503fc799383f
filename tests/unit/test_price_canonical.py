"""A price file has one spelling: writing it again changes nothing, and no row is lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unitcost.paths import data_root
from unitcost.price_book.canonical import canonical_text, not_canonical, plain_decimal
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import CSV_COLUMNS

_SHIPPED = data_root() / "price_tables"
_CELL = st.one_of(
    st.sampled_from(["", "openai", "1e-06", "0.10", "NaN", "272000", "2000", "9" * 20, "1e400"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)
_ROW = st.dictionaries(st.sampled_from(CSV_COLUMNS), _CELL, min_size=1, max_size=4).map(
    lambda cells: _row(**cells)
)


def _text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([list(CSV_COLUMNS), *rows])
    return out.getvalue()


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def _row(**cells: str) -> list[str]:
    return [cells.get(column, "") for column in CSV_COLUMNS]


def test_the_shipped_tables_are_canonical() -> None:
    assert [path.name for path in not_canonical(_SHIPPED)] == []


@given(st.lists(_ROW, max_size=6))
def test_writing_again_changes_nothing_and_loses_no_row(rows: list[list[str]]) -> None:
    text = canonical_text(_text(rows), "x.csv")
    assert canonical_text(text, "x.csv") == text
    tidy = sorted([[" ".join(cell.split()) for cell in row] for row in rows])
    price = CSV_COLUMNS.index("unit_price")
    assert sorted([*row[:price], plain_decimal(row[price]), *row[price + 1 :]] for row in tidy) == (
        sorted(row for row in _rows(text))
    )


@given(st.lists(_ROW, max_size=6), st.randoms())
def test_the_order_read_does_not_matter(rows: list[list[str]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert canonical_text(_text(shuffled), "x.csv") == canonical_text(_text(rows), "x.csv")


def test_versions_of_a_price_are_neighbours_and_contexts_go_by_size() -> None:
    rows = [
        _row(price_id=name, ctx_gt=context, valid_from=day)
        for name, context, day in [
            ("d", "200000", "2026-01-01T00:00:00Z"),
            ("c", "32000", "2026-01-01T00:00:00Z"),
            ("b", "", "2026-07-01T00:00:00Z"),
            ("a", "", ""),
        ]
    ]
    assert [row[0] for row in _rows(canonical_text(_text(rows), "x.csv"))] == list("abcd")


def test_a_note_of_two_lines_becomes_one() -> None:
    text = canonical_text(_text([_row(price_id="p", note="one\r\ntwo ")]), "x.csv")
    assert text.count("\n") == 2
    assert text.endswith("one two\n")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("3e-07", "0.0000003"),
        ("2.50", "2.5"),
        ("10", "10"),
        ("1E+1", "10"),
        ("0.00", "0"),
        ("NaN", "NaN"),
        ("1e400", "1e400"),
        ("1e999999999", "1e999999999"),
        ("1." + "1" * 40, "1." + "1" * 40),
        ("1_0", "1_0"),
        ("", ""),
        ("free", "free"),
    ],
)
def test_prices_are_plain_decimals(written: str, plain: str) -> None:
    assert plain_decimal(written) == plain


def test_files_that_are_no_price_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.csv").write_text("price\n1\n")
    (tmp_path / "x" / "b.csv").write_text(f"{','.join(CSV_COLUMNS)}\n1,2\n")
    (tmp_path / "x" / "c.csv").write_bytes(b"\xff\xfe\0")
    with pytest.raises(PriceBookError) as caught:
        not_canonical(tmp_path)
    first, second, third = caught.value.problems
    assert first.startswith("x/a.csv:1: the columns must be price_id,")
    assert second.startswith("x/b.csv:2: 2 cells; a price row has ")
    assert third.startswith("c.csv: not UTF-8")


def test_a_byte_order_mark_and_windows_line_ends_go(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    file = tmp_path / "x" / "a.csv"
    file.write_bytes(b"\xef\xbb\xbf" + _text([_row(price_id="p")]).encode())
    assert not_canonical(tmp_path)[file].encode().count(b"\r") == 0
