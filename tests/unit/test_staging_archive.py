"""ZIPs: every file in them read in bounded space, hostile ones refused with a word."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from unitcost.staging import StagingError, archive, sample, stage
from unitcost.workbench import open_workbench

Parts = list[tuple[str, bytes]]
ROWS = b"a,b\r\n1,2\r\n3,4\r\n"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as workbench:
        yield workbench


def packed(folder: Path, parts: Parts) -> Path:
    file = folder / "delivered.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            target.writestr(name, content)
    return file


def staged(con: duckdb.DuckDBPyConnection, file: Path) -> list[tuple[int, str]]:
    stage(con, file, file.parent / "scratch")
    return con.execute("select source_line, record from raw.staged order by all").fetchall()


def rejected(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    return con.execute("select source_line, reason from raw.rejected order by all").fetchall()


def test_files_are_read_in_order_of_their_names_and_their_lines_counted_on(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    parts = [("z.jsonl", b'{"c": 1}\n'), ("x/a.csv", b"\xef\xbb\xbf" + ROWS)]
    assert staged(con, packed(tmp_path, parts)) == [
        (2, '{"a":"1","b":"2"}'),
        (3, '{"a":"3","b":"4"}'),
        (4, '{"c": 1}'),
    ]
    assert rejected(con) == []


def test_every_layout_is_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table = tmp_path / "t.parquet"
    con.execute(f"copy (select 7 as n) to '{table}'")
    parts = [
        ("1.json", b'[{"n": 1}, {"n": 2}]'),
        ("2.jsonl", b'{"n": 3}\n{"n": 4}\n'),
        ("3.parquet", table.read_bytes()),
        ("4.jsonl.gz", gzip.compress(b'{"n": 5}\n')),
        ("5.csv", b"n,m\n6,\n"),
    ]
    found = staged(con, packed(tmp_path, parts))
    values = sorted(str(json.loads(record)["n"]) for _, record in found)
    assert values == ["1", "2", "3", "4", "5", "6", "7"]


def test_what_a_system_adds_is_no_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    parts = [("__MACOSX/._a.csv", b"\0\5"), (".DS_Store", b"\0"), ("d/", b""), ("a.csv", ROWS)]
    assert len(staged(con, packed(tmp_path, parts))) == 2
    assert rejected(con) == []


def test_a_file_that_is_none_is_one_reject(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    inner = packed(tmp_path, [("b.csv", ROWS)]).read_bytes()
    parts = [("a.csv", ROWS), ("b.zip", inner), ("c.txt", b"hello"), ("d.parquet", b"PAR1....")]
    assert len(staged(con, packed(tmp_path, parts))) == 2
    reasons = [reason for _, reason in rejected(con)]
    assert [r.split(":")[0] for r in reasons] == ["b.zip", "c.txt", "d.parquet"]
    assert len({line for line, _ in rejected(con)}) == 3


def test_a_name_that_leads_elsewhere_is_no_path(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    before = {p for p in tmp_path.rglob("*") if p.suffix == ".csv"}
    assert len(staged(con, packed(inside, [("../../evil.csv", ROWS), ("/etc/x.csv", ROWS)]))) == 4
    assert {p for p in tmp_path.rglob("*") if p.suffix == ".csv"} == before


def test_the_sample_is_of_the_first_file_and_carries_its_name(tmp_path: Path) -> None:
    found = sample(packed(tmp_path, [("b.csv", b"x,y\n1,2\n"), ("a.csv", ROWS)]))
    assert (found.name, found.columns) == ("a.csv", ("a", "b"))


def test_a_bomb_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "RATIO_FREE_BYTES", 1 << 20)
    parts = [(f"{n}.csv", b"a,b\n" + b"1,1\n" * 500_000) for n in range(5)]
    file = packed(tmp_path, parts)
    monkeypatch.setattr(archive, "MAX_RATIO", 100)
    with pytest.raises(StagingError, match="unpacks to more than"):
        stage(con, file, tmp_path / "scratch")


def test_a_directory_of_very_many_files_is_refused_unread(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(StagingError, match="more than 1,000 files"):
        stage(con, packed(tmp_path, [(f"{n}.csv", b"") for n in range(1001)]), tmp_path / "s")


@pytest.mark.parametrize("cut", [4, 30, 60, -30, -10, -1])
def test_a_damaged_one_is_refused(con: duckdb.DuckDBPyConnection, tmp_path: Path, cut: int) -> None:
    file = packed(tmp_path, [("a.csv", ROWS * 40)])
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(StagingError, match="damaged or encrypted"):
        stage(con, file, tmp_path / "scratch")


def test_changed_bytes_are_refused_or_rejected_never_a_crash(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = packed(tmp_path, [("a.csv", ROWS), ("b.csv", ROWS)])
    good = file.read_bytes()
    for position in range(4, len(good)):
        file.write_bytes(good[:position] + bytes([good[position] ^ 0x55]) + good[position + 1 :])
        with suppress(StagingError):
            assert len(staged(con, file)) <= 4


def test_an_encrypted_one_is_refused(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = packed(tmp_path, [("a.csv", ROWS)])
    content = bytearray(file.read_bytes())
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(content)
    with pytest.raises(StagingError, match="damaged or encrypted"):
        stage(con, file, tmp_path / "scratch")


def test_an_empty_one_has_no_records(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = packed(tmp_path, [])
    assert staged(con, file) == []
    with pytest.raises(StagingError, match="empty"):
        sample(file)
