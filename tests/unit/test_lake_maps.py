"""Entries become maps: the same rows, each key once, whatever is empty or missing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from unitcost.lake.maps import as_map, write_maps

_ENTRIES = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
Pairs = list[tuple[str, str | None]] | None


def entries(*rows: Pairs) -> pa.ListArray:
    listed = [None if r is None else [{"key": k, "value": v} for k, v in r] for r in rows]
    return pa.array(listed, _ENTRIES)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([[("a", "1"), ("b", None)], None, []], [[("a", "1"), ("b", None)], None, []]),
        (
            [[("a", "1")], [("b", "2"), ("a", "3"), ("b", "4")], None, [("a", "5"), ("a", "6")]],
            [[("a", "1")], [("b", "2"), ("a", "3")], None, [("a", "5")]],
        ),
        ([], []),
    ],
)
def test_of_several_values_of_a_key_the_first_is_kept(
    given: list[Pairs], expected: list[Pairs]
) -> None:
    maps = as_map(entries(*given))
    maps.validate(full=True)
    assert maps.to_pylist() == expected


def test_a_written_map_is_one_to_duckdb(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = tmp_path / "x.parquet"
    sql = "select range as n, [{'key': 'a', 'value': 'v' || range}] as tags from range(200000)"
    write_maps(workbench, sql, ["tags"], file)
    found = workbench.execute(
        f"select typeof(any_value(tags)), count(*) filter (tags['a'] = 'v' || n) from '{file}'"
    ).fetchall()
    assert found == [("MAP(VARCHAR, VARCHAR)", 200_000)]
