"""CSV files: true line numbers, every value as text, and a bad row is rejected alone."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.staged import Con, records, rejects, staged
from unitcost.staging import tabular
from unitcost.staging.layout import header_of


def test_values_are_text_and_empty_ones_null(workbench: Con, tmp_path: Path) -> None:
    content = '\ufeffa, b,c\r\n1,0.10,\r\n007,"x,""y""",é\r\n'
    staged(workbench, tmp_path, content.encode())
    assert records(workbench) == [
        (2, {"a": "1", "b": "0.10", "c": None}),
        (3, {"a": "007", "b": 'x,"y"', "c": "é"}),
    ]


def test_a_quoted_value_may_span_lines(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b'a,b\n1,"x\n\ny"\n2,z\n')
    assert records(workbench) == [(2, {"a": "1", "b": "x\n\ny"}), (5, {"a": "2", "b": "z"})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1", "the line has 1 values, the header 2"),
        (b"1,2,3", "the line has 3 values, the header 2"),
        (b"1,\xff", "the line is not valid UTF-8"),
        (b'1,"x', "a quote opened on this line is never closed"),
        (b'"1"x,2', "the quoting of the line is broken"),
        (b"1," + b"x" * (17 << 20), "the record is 17,825,794 bytes long, more than 16 MiB"),
    ],
)
def test_a_bad_row_is_rejected_alone(
    workbench: Con, tmp_path: Path, line: bytes, reason: str
) -> None:
    staged(workbench, tmp_path, b"a,b\n1,2\n" + line + b"\n3,4\n\n5,6")
    assert [n for n, _ in records(workbench)] == [2, 4, 6]
    assert rejects(workbench) == [(3, reason)]


def test_two_stray_quotes_do_not_swallow_the_rows_between(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b'a,b\n1,"x\n2,y\n3,z\n4,"w\n5,v\n')
    assert [n for n, _ in records(workbench)] == [3, 4, 6]
    assert [n for n, _ in rejects(workbench)] == [2, 5]


def test_columns_without_a_name_of_their_own_get_one(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b"a,,a\n1,2,3\n")
    assert records(workbench) == [(2, {"a": "1", "column_2": "2", "a_3": "3"})]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(TEXT, TEXT, st.just("end")), min_size=1, max_size=6))
def test_what_a_writer_wrote_is_read_back(
    workbench: Con, tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([("a", "b", "c"), *rows])
    staged(workbench, tmp_path, file.getvalue().encode())
    assert [tuple(v or "" for v in r.values()) for _, r in records(workbench)] == rows


def one_by_one(text: str) -> tuple[list[tuple[int, Any]], list[int]]:
    """Records and lines of rejects, read a line at a time: what a block at once must come to."""
    lines = [*enumerate(text.split("\n"), start=2)]
    found, bad = [], []
    while lines:
        line, first = lines.pop(0)
        size: int | None = 0
        if first.count('"') % 2:
            closing = (n for n, (_, more) in enumerate(lines, start=1) if more.count('"') % 2)
            size = next(closing, None)
        elif not first.strip(" \t\r"):
            continue
        whole = "\n".join([first, *(more for _, more in lines[:size])]).rstrip("\r")
        values = _values(whole) if size is not None else []
        if len(values) == 2:
            del lines[:size]
            found.append((line, {"a": values[0] or None, "b": values[1] or None}))
        else:
            bad.append(line)
    return found, bad


def _values(text: str) -> list[str]:
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        return []


@pytest.mark.parametrize("is_apart", [False, True])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.sampled_from('ab,,,""\n\n\r\0\\é'), max_size=40))
def test_a_block_at_once_reads_what_line_by_line_does(
    workbench: Con, tmp_path: Path, is_apart: bool, text: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if is_apart:
            patch.setattr(tabular, "read_block", lambda block, width: None)
        staged(workbench, tmp_path, f"a,b\n{text}".encode())
    assert (records(workbench), [line for line, _ in rejects(workbench)]) == one_by_one(text)


def test_blocks_are_cut_outside_quotes_and_keep_their_lines(workbench: Con, tmp_path: Path) -> None:
    rows = [f'{n},"line {n}\nof, two"' if n % 3 else f"{n},plain" for n in range(250_000)]
    file = "a,b\n" + "\n".join(rows) + "\n"
    staged(workbench, tmp_path, file.encode())
    (found,) = workbench.execute(
        """select count(*), max(source_line), count(distinct source_line),
                  count_if(record ->> 'a' <> regexp_extract(record ->> 'b', '[0-9]+')
                           and record ->> 'b' <> 'plain')
           from raw.staged"""
    ).fetchall()
    assert found == (250_000, file.count("\n"), 250_000, 0)
    assert rejects(workbench) == []


def test_names_and_values_above_a_table_are_told_of_every_row(
    workbench: Con, tmp_path: Path
) -> None:
    above = b'Currency,AUD,\nTotal,"$1,000.00"\n\n'
    staged(workbench, tmp_path, above + b"a,b,c,d,e,Total\n1,2,3,4,5,6\n7,8\n")
    told = {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "Total": "6", "Currency": "AUD"}
    assert records(workbench) == [(5, told)]
    assert rejects(workbench) == [(6, "the line has 2 values, the header 6")]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"day,cost\n1,2\na,b,c,d,e,5\n", ["day", "cost"]),
        (b"day,cost\n1,2\na,b,c,d,e,a\n", ["day", "cost"]),
        (b"day,cost\n1,2\n1,2,3\na,b,c,d,e,f\n", ["day", "cost"]),
        (b"day,cost\n" + b"1,2\n" * 20 + b"a,b,c,d,e,f\n", ["day", "cost"]),
        (b"a,b,c\na,b,c,d,e,f\n", ["a", "b", "c"]),
    ],
)
def test_a_narrow_table_is_no_preamble(content: bytes, names: list[str]) -> None:
    assert header_of(content) == names
