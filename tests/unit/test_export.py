"""Files for finance: exact, alike each time, and without a cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, settings
from hypothesis import given as over
from hypothesis import strategies as st

from tests.unit.exported import ALL, cells, export, fill
from unitcost.errors import UsageError
from unitcost.export.cells import LOOK_ALIKES, SIGNS, safe_text
from unitcost.export.period import Period
from unitcost.export.tables import Format, Layout, held_period, write_table
from unitcost.workbench import open_workbench

UNSEEN = st.text(st.sampled_from(" \t\r\n\x00\u00a0\u2003\u200b\ufeff\u2028"), max_size=3)
HOSTILE = st.builds(
    "".join,
    st.tuples(UNSEEN, st.sampled_from([*SIGNS, *LOOK_ALIKES, "", "a"]), st.text(max_size=8)),
)


def is_live(text: str) -> bool:
    """What a spreadsheet might run, told another way than the code does."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    hidden = ("Cc", "Cf")
    shown = (c for c in text if not c.isspace() and unicodedata.category(c) not in hidden)
    first = next(shown, "")
    return first != "" and (
        first in LOOK_ALIKES or unicodedata.normalize("NFKC", first)[0] in SIGNS
    )


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as bench:
        bench.execute("create schema meta")
        bench.execute(
            "create table meta.files (path varchar, table_name varchar, "
            "retired_at timestamp, day date)"
        )
        bench.execute("create table meta.closed_months (month varchar)")
        bench.execute(
            """create table marts.given (
                day date, customer_id varchar, is_known boolean, seen_at timestamp, requests bigint,
                cost_usd decimal(38, 12), named map(varchar, varchar)
            )"""
        )
        yield bench


@settings(max_examples=200, deadline=None)
@over(st.lists(HOSTILE, min_size=1, max_size=5))
@example(["=1+1", " =1", "\t", "\uff1dcmd", "\u200b@x", "\ufeff-1", "\u00a0+1", "a=b", "", "-"])
def test_no_text_is_live_in_csv(
    con: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    fill(con, texts)
    file = export(con, tmp_path_factory.mktemp("csv") / "given.csv", "csv")
    with file.open(newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    for row, text in zip(rows, texts, strict=True):
        assert row["customer_id"].replace("'", "") == text.replace("'", "")
        if not set(";\t\r\n").intersection(text):
            assert row["customer_id"] == ("'" + text if is_live(text) else text)
    assert not [c for r in rows for n, c in r.items() if n != "cost_usd" and is_live(c)]


@settings(max_examples=200, deadline=None)
@over(st.lists(st.tuples(st.sampled_from(";\t\n\r"), HOSTILE), min_size=1, max_size=3))
@example([(";", "=1+1"), (";", '"=1+1"')])
@example([("\t", "+1"), ("\n", " \u2212x")])
def test_no_part_of_a_text_is_live_where_semicolons_or_tabs_part_cells(
    con: duckdb.DuckDBPyConnection,
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[tuple[str, str]],
) -> None:
    fill(con, ["a" + "".join(sign + text for sign, text in parts)])
    file = export(con, tmp_path_factory.mktemp("csv") / "given.csv", "csv")
    body = file.read_bytes().decode("utf-8-sig").replace('"', "")
    shown = [cell for cell in re.split("[;\t\r\n]", body) if cell.strip()]
    assert not [cell for cell in shown if is_live(cell)]


def test_every_sign_that_folds_into_another_is_known() -> None:
    folding = {
        c
        for n in range(0x110000)
        if not 0xD800 <= n <= 0xDFFF
        for c in [chr(n)]
        if unicodedata.normalize("NFKC", c)[0] in SIGNS
    }
    assert folding <= {*SIGNS, *LOOK_ALIKES}


@settings(max_examples=60, deadline=None)
@over(st.lists(HOSTILE, min_size=1, max_size=5))
@example(
    ["=1+1", "http://a.b", "mailto:a@b", "internal:Sheet1!A1", "{=1}", "1", "_x0041_", "\ufffe"]
)
def test_every_text_is_a_text_in_xlsx(
    con: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    fill(con, texts)
    file = export(con, tmp_path_factory.mktemp("xlsx") / "given.xlsx", "xlsx")
    rows = cells(file)[1:]
    assert len(rows) == len(texts)
    assert {row[1][0] for row, text in zip(rows, texts, strict=True) if text} <= {"inlineStr"}
    assert {row[6][0] for row in rows} == {"inlineStr"}


def test_xlsx_holds_numbers_days_and_booleans(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    fill(con, ["acme"])
    file = export(con, tmp_path / "given.xlsx", "xlsx")
    header, row = cells(file)
    assert [text for _, text in header][:2] == ["day", "customer_id"]
    assert [kind for kind, _ in row] == [
        None,
        "inlineStr",
        "b",
        "inlineStr",
        None,
        None,
        "inlineStr",
    ]
    assert Decimal(row[5][1]) == Decimal("1.5")
    with zipfile.ZipFile(file) as book:
        assert b'state="frozen"' in book.read("xl/worksheets/sheet1.xml")
        assert b"0.000000000000" in book.read("xl/styles.xml")


def test_a_number_too_long_for_a_cell_is_told_and_exact_as_text(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    exact = "12345678.123456789012"
    fill(con, ["acme"], exact)
    written = write_table(con, "marts.given", ALL, Layout("xlsx"), tmp_path / "n.xlsx")
    assert "1 numbers have more digits" in written.notes[0]
    assert cells(tmp_path / "n.xlsx", 2)[-1] == [("inlineStr", "cost_usd"), ("inlineStr", exact)]
    assert cells(export(con, tmp_path / "t.xlsx", "xlsx", "text"))[1][5] == ("inlineStr", exact)


@pytest.mark.parametrize("output", ["csv", "parquet", "xlsx"])
def test_the_same_rows_are_the_same_bytes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, output: Format
) -> None:
    fill(con, ["acme", "=1", "ü"])
    first, second = (export(con, tmp_path / f"{n}.{output}", output) for n in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(("text", "is_marked"), [("acme", False), ("Müller", True)])
def test_a_byte_order_mark_stands_only_before_more_than_ascii(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, is_marked: bool
) -> None:
    fill(con, [text])
    data = export(con, tmp_path / "given.csv", "csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") is is_marked
    assert [p.name for p in tmp_path.iterdir()] == ["given.csv"]


def test_long_text_is_cut_in_xlsx_and_told(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    fill(con, ["x" * 40_000])
    written = write_table(con, "marts.given", ALL, Layout("xlsx"), tmp_path / "long.xlsx")
    assert written.notes == ("1 texts are cut at 32,767 characters; CSV has them whole",)


def test_more_rows_than_a_sheet_holds_are_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unitcost.export.xlsx.MAX_ROWS", 1)
    fill(con, ["a", "b"])
    with pytest.raises(UsageError, match="no sheet holds"):
        export(con, tmp_path / "given.xlsx", "xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_guard_leaves_harmless_text_alone(con: duckdb.DuckDBPyConnection) -> None:
    for text in ("a=1", "1-2", "(unattributed)", "x@y", ""):
        assert con.execute(f"select {safe_text('$t')}", {"t": text}).fetchall() == [(text,)]


def test_a_table_of_months_is_exported_by_whole_months(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    con.execute("create or replace table marts.monthly (month varchar, cost_usd decimal(38, 12))")
    con.execute("insert into marts.monthly values ('2026-09', 1), ('2026-10', 2), ('2026-11', 4)")
    file = tmp_path / "monthly.csv"
    for first, last, total in (
        (date(2026, 10, 1), date(2026, 10, 31), "2.000000000000"),
        (date(2026, 10, 1), None, "6.000000000000"),
        (None, date(2026, 10, 31), "3.000000000000"),
        (None, None, "7.000000000000"),
    ):
        written = write_table(con, "marts.monthly", Period(first, last, ""), Layout(), file)
        assert written.sums == {"cost_usd": total}
    with pytest.raises(UsageError, match="whole months"):
        write_table(con, "marts.monthly", Period(date(2026, 10, 2), None, ""), Layout(), file)
    con.execute("create or replace table marts.timeless as select 1::bigint as n")
    with pytest.raises(UsageError, match="neither days nor months"):
        write_table(con, "marts.timeless", Period(date(2026, 10, 1), None, ""), Layout(), file)


def test_a_period_without_rows_is_told_by_what_there_is(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create or replace table marts.monthly (month varchar, cost_usd decimal(38, 12))")
    assert held_period(con, "marts.monthly") == "marts.monthly has no row"
    con.execute("insert into marts.monthly values ('2026-09', 1), ('2026-11', 4)")
    assert held_period(con, "marts.monthly") == "marts.monthly has months from 2026-09 to 2026-11"


def test_no_two_periods_share_a_file_name() -> None:
    day = date(2026, 10, 31)
    ends = [(None, None), (day, None), (None, day), (day, day)]
    periods = [Period.of(None, *end) for end in ends]
    assert len({period.suffix for period in (*periods, Period.of("2026-10", None, None))}) == 5
