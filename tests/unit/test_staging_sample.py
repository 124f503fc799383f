"""The beginning of a file is enough to recognise it, however long its records are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.unit.staged import Con
from unitcost.staging import StagingError, sample


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_json_lines_give_records(tmp_path: Path, pack: type[bytes]) -> None:
    file = tmp_path / "x"
    file.write_bytes(pack(b'{"a": 1}\nbroken\n{"a": 2}\n'))
    found = sample(file)
    assert (found.kind, found.records) == ("json", ({"a": 1}, {"a": 2}))


def test_an_array_gives_its_elements(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text(json.dumps([{"a": 1}, 2, {"a": 3}], indent=1))
    assert sample(file).records == ({"a": 1}, {"a": 3})


@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_longer_than_the_sample_is_cut_off(tmp_path: Path, indent: int | None) -> None:
    file = tmp_path / "x"
    page = {"object": "page", "data": [{"n": n, "text": "}],{" * 9} for n in range(60_000)]}
    file.write_text(json.dumps(page, indent=indent))
    (record,) = sample(file).records
    assert record["object"] == "page"
    assert isinstance(record["data"], list)
    assert record["data"][:2] == page["data"][:2]


def test_csv_gives_columns_and_rows(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n3\r\n")
    found = sample(file)
    assert (found.kind, found.columns) == ("csv", ("a", "b"))
    assert found.records == ({"a": "1", "b": "2"},)


def test_parquet_gives_columns_and_rows_as_text(workbench: Con, tmp_path: Path) -> None:
    file = tmp_path / "x"
    workbench.execute(f"copy (select 1 as a, 0.10 as b) to '{file}' (format parquet)")
    found = sample(file)
    assert (found.kind, found.columns, len(found.records)) == ("parquet", ("a", "b"), 1)
    assert found.records[0]["a"] == "1"


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"")
    assert sample(file).records == ()


def test_deep_nesting_is_no_record(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"[" * 1_000_000)
    assert sample(file).records == ()


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"\x7fELF\0\0\0")
    with pytest.raises(StagingError, match="neither CSV"):
        sample(file)


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_of_other_signs_is_told_from_what_is_none(
    sign: str, name: str, tmp_path: Path
) -> None:
    file = tmp_path / "x"
    file.write_text(f"day{sign}model{sign}cost\n2026-11-01{sign}gpt-5{sign}0,5\n")
    with pytest.raises(StagingError, match=f"parted by {name}"):
        sample(file)


def test_quotes_without_end_take_no_ages(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b'{"a": 1, "b": "' + b'\\"' * 1_000_000)
    assert sample(file).records == ({"a": 1},)
