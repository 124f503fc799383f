"""Flat records are the same requests whether they are read as columns or as JSON."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.given import rows_of
from unitcost.reading.flat_records import parse_flat
from unitcost.sources.requests import COUNTS, FRACTIONS, NAMES, WORDS
from unitcost.staging import stage
from unitcost.staging.columns import COLUMNS, stage_columns
from unitcost.workbench import tables_in
from unitcost_models.raw_requests import RawRequest

Connection = duckdb.DuckDBPyConnection
TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", " a ", "openai", "2026-03-02T10:00:00Z", "error", "true", "12", "1e3"]
    ),
    st.sampled_from(["-1", "1_000", "007", "1.50", "12345678901234", "NaN", "{a}", "[1]", "a:,b"]),
    st.text(st.characters(min_codepoint=32, exclude_characters='"\\', codec="utf-8"), max_size=5),
)
WHOLE = st.integers(-5, 2**40)
EXACT = st.decimals(-1, 10**6, places=4, allow_nan=False)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Rows of some of the format's names: texts, whole numbers and decimals."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=9, unique=True))
    rows = draw(st.integers(1, 5))
    columns: dict[str, pa.Array] = {}
    for name in ["started_at", "provider", "model", *names]:
        values: st.SearchStrategy[Any] = TEXTS
        if name in COUNTS:
            values = draw(st.sampled_from([WHOLE, TEXTS]))
        elif name in FRACTIONS:
            values = draw(st.sampled_from([EXACT, TEXTS]))
        cells = st.lists(st.none() | values, min_size=rows, max_size=rows)
        columns[name] = pa.array(draw(cells))
    columns["started_at"] = pa.array([f"2026-03-0{n}T10:00:00Z" for n in range(1, rows + 1)])
    return pa.table(columns)


def parsed(con: Connection, file: Path, known: tuple[str, ...]) -> list[dict[str, Any]]:
    """The file's rows, read as columns where they are known."""
    con.execute(f"drop view if exists {COLUMNS}")
    con.execute("drop table if exists raw.parsed")
    found = stage(con, file, file.parent / "scratch", known)
    assert (COLUMNS in tables_in(con)) == bool(known)
    assert found.records == pq.read_metadata(file).num_rows
    parse_flat(con)
    return rows_of(con, "select * from raw.parsed order by source_line")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(table=tables())
def test_columns_and_json_give_the_same_rows(
    workbench: Connection, tmp_path: Path, table: pa.Table
) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(table, file)
    by_columns = parsed(workbench, file, NAMES)
    assert by_columns == parsed(workbench, file, ())
    assert [row["source_line"] for row in by_columns] == [*range(1, table.num_rows + 1)]


CALL: dict[str, Any] = {
    "started_at": ["2026-03-02"],
    "provider": ["openai"],
    "model": ["m"],
    "input_tokens": [1],
}
AS_JSON: dict[str, dict[str, Any]] = {
    "an unknown column": {"colour": ["red"]},
    "a nested column": {"feature": [["a"]]},
    "a quote": {"feature": ['a"b']},
    "a backslash": {"feature": ["a\\b"]},
    "a control character": {"feature": ["a\nb"]},
    "a quote in bytes": {"feature": [b'"']},
    "an enum with a quote": {"feature": pa.array(['"']).dictionary_encode()},
    "a very long text": {"feature": ["a" * (9 << 20)]},
    "no row": {name: pa.array([], pa.string()) for name in CALL},
}


@pytest.mark.parametrize("case", AS_JSON)
def test_what_json_would_write_otherwise_is_read_as_json(
    workbench: Connection, tmp_path: Path, case: str
) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({**CALL, **AS_JSON[case]}), file)
    assert stage_columns(workbench, file, NAMES) == 0
    assert COLUMNS not in tables_in(workbench)


def test_a_packed_or_damaged_file_is_left_to_who_reads_any_file(
    workbench: Connection, tmp_path: Path
) -> None:
    plain, packed, cut = (tmp_path / name for name in ("plain", "packed", "cut"))
    pq.write_table(pa.table(CALL), plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    cut.write_bytes(plain.read_bytes()[:-9])
    found = [stage_columns(workbench, file, NAMES) for file in (plain, packed, cut)]
    assert found == [1, 0, 0]


def test_a_rejected_row_is_kept_as_json(workbench: Connection, tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({**CALL, "input_tokens": [Decimal("-1.50")]}), file)
    (row,) = parsed(workbench, file, NAMES)
    assert row["reject_reason"].startswith("input_tokens is -1.50;")
    assert row["reject_text"] == (
        '{"started_at":"2026-03-02","provider":"openai","model":"m","input_tokens":"-1.50"}'
    )


def test_the_names_are_those_of_the_row_model_and_what_it_derives() -> None:
    derived = {"model", "latency_ms"}
    added = {"record_id", "day", "ended_at", "normalisation_rule", "residual_tokens"}
    added |= {"source_format", "source_file", "source_line", "ingested_at"}
    assert {*NAMES} - derived == {*RawRequest.model_fields} - added
    assert len(NAMES) == len({*NAMES}) == len(WORDS) + len(COUNTS) + len(FRACTIONS)
