"""Any delivered file becomes the same two relations: records and rejects."""

from __future__ import annotations

import gzip
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.unit.staged import Con, records, rejects, staged
from unitcost.staging import StagingError, sample, stage

TWO_LINES = b'{"a": 1}\n{"a": 2}\n'


PACKINGS = {
    "plain": TWO_LINES,
    "byte order mark": b"\xef\xbb\xbf" + TWO_LINES,
    "windows line ends": TWO_LINES.replace(b"\n", b"\r\n"),
    "no last line end": TWO_LINES.rstrip(),
    "utf-16": TWO_LINES.decode().encode("utf-16"),
    "gzip": gzip.compress(TWO_LINES),
    "gzip members": gzip.compress(TWO_LINES[:9]) + gzip.compress(TWO_LINES[9:]) + b"\0\0\0",
    "zstd": zstandard.compress(TWO_LINES),
    "zstd frames": zstandard.compress(TWO_LINES[:9]) + zstandard.compress(TWO_LINES[9:]),
    "array": b'[{"a": 1}, {"a": 2}]',
    "pretty array": b'[\n  {\n    "a": 1\n  },\n  {"a": 2}\n]\n',
    "pretty documents": b'{\n  "a": 1\n}\n{\n  "a": 2\n}\n',
    "documents on a line": b'{"a": 1} {"a": 2}',
    "gzip array": gzip.compress(b'[{"a": 1}, {"a": 2}]'),
}


@pytest.mark.parametrize(
    "content",
    [TWO_LINES, b"a,b\n1,1\n2,2\n", PACKINGS["gzip array"], "parquet"],
    ids=["lines", "csv", "gzip", "parquet"],
)
def test_a_name_that_is_no_utf8_does_not_matter(
    workbench: Con, tmp_path: Path, content: bytes | str
) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9")
    if isinstance(content, str):
        plain = tmp_path / "plain"
        workbench.execute(f"copy (select unnest([1, 2]) as a) to '{plain}' (format parquet)")
        content = plain.read_bytes()
    file.write_bytes(content)
    assert len(sample(file).records) == 2
    assert stage(workbench, file, tmp_path / "scratch").records == 2


@pytest.mark.parametrize("name", PACKINGS)
def test_the_packing_does_not_matter(workbench: Con, tmp_path: Path, name: str) -> None:
    found = staged(workbench, tmp_path, PACKINGS[name])
    assert [record for _, record in records(workbench)] == [{"a": 1}, {"a": 2}]
    assert (found.records, found.rejected) == (2, 0)


def test_the_collectors_framed_zstd_is_read(workbench: Con, tmp_path: Path) -> None:
    frames = [zstandard.compress(line) for line in TWO_LINES.splitlines()]
    content = b"".join(len(f).to_bytes(4, "big") + f for f in frames)
    staged(workbench, tmp_path, content)
    assert records(workbench) == [(1, {"a": 1}), (2, {"a": 2})]


def test_lines_keep_their_numbers(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b'\n{"a": 1}\n\nbroken\n   \n{"a": 2}')
    assert records(workbench) == [(2, {"a": 1}), (6, {"a": 2})]
    assert rejects(workbench) == [(4, "the record is not valid JSON")]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b'{"a": 1}\n\n{"a": 2}\n', [(1, '{"a": 1}'), (3, '{"a": 2}')]),
        (b' {"a": 1}\n{"a": 2} ', [(1, ' {"a": 1}'), (2, '{"a": 2} ')]),
        (b'{"a": 1}\n\t{"a": 2}', [(1, '{"a": 1}'), (2, '\t{"a": 2}')]),
        (b'{"a": 1,\r"b": 2}\n{"a": 2}', [(1, '{"a": 1,\r"b": 2}'), (2, '{"a": 2}')]),
    ],
)
def test_blanks_are_neither_cut_off_nor_passed_over_uncounted(
    workbench: Con, tmp_path: Path, content: bytes, lines: list[tuple[int, str]]
) -> None:
    staged(workbench, tmp_path, content)
    found = workbench.execute("select source_line, record::varchar from raw.staged order by all")
    assert found.fetchall() == lines


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json", "the record is not valid JSON"),
        (b'{"a": "x\x00y"}', "the record is not valid JSON"),
        (b'{"a": "\xff\xfe"}', "the line is not valid UTF-8"),
        (b'{"a": 1', "the record is not valid JSON"),
        (b'{"a": 1} {"a": 2}', "the record is not valid JSON"),
        (b'[{"a": 1}]', "the record is not a JSON object"),
        (b"7", "the record is not a JSON object"),
        (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, "the record nests deeper than 200 levels"),
        (
            b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "the record nests deeper than 200 levels",
        ),
        (
            b'{"a":' + b'[{"":' * 300 + b"1" + b"}]" * 300 + b"}",
            "the record nests deeper than 200 levels",
        ),
        (b"[" * 100_000, "the record is not valid JSON"),
        (
            b'{"a": "' + b"x" * (17 << 20) + b'"}',
            "the record is 17,825,801 bytes long, more than 16 MiB",
        ),
    ],
)
def test_a_hostile_line_is_rejected_alone(
    workbench: Con, tmp_path: Path, line: bytes, reason: str
) -> None:
    staged(workbench, tmp_path, b'{"a": 1}\n' + line + b'\n{"a": 2}\n')
    assert records(workbench) == [(1, {"a": 1}), (3, {"a": 2})]
    assert rejects(workbench) == [(2, reason)]


def test_a_long_line_keeps_only_the_beginning_of_its_text(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b'{"a": 1}\n' + b"y" * (40 << 20) + b'\n{"a": 2}\n')
    (text,) = workbench.execute("select text from raw.rejected").fetchall()
    assert text == ("y" * 65536,)
    assert len(records(workbench)) == 2


def test_brackets_inside_strings_are_not_nesting(workbench: Con, tmp_path: Path) -> None:
    record = {"a": '}"' + "}" * 500, "b": "[" * 500}
    staged(workbench, tmp_path, json.dumps(record).encode())
    assert records(workbench) == [(1, record)]


def test_numbers_that_are_none_are_left_to_the_source(workbench: Con, tmp_path: Path) -> None:
    found = staged(workbench, tmp_path, b'{"a": NaN}\n{"a": 1e400}\n{"a": -Infinity}\n')
    assert (found.records, found.rejected) == (3, 0)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_cut_short_keeps_its_whole_lines(
    workbench: Con, tmp_path: Path, pack: Any
) -> None:
    lines = [json.dumps({"n": n, "x": hex(n * n * 7919)}) for n in range(50_000)]
    whole = pack("\n".join(lines).encode())
    staged(workbench, tmp_path, whole[: len(whole) // 2])
    found = records(workbench)
    assert len(found) > 100
    assert [record["n"] for _, record in found] == list(range(len(found)))
    assert [line for line, _ in rejects(workbench)] == [len(found) + 1]
    assert "ends early" in rejects(workbench)[0][1]


def test_a_damaged_gzip_is_said_to_be_damaged(workbench: Con, tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(TWO_LINES * 10))
    whole[-6] ^= 0xFF
    staged(workbench, tmp_path, bytes(whole))
    assert len(records(workbench)) == 20
    assert "damaged" in rejects(workbench)[0][1]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_bomb_is_refused(workbench: Con, tmp_path: Path, pack: Any) -> None:
    bomb = pack(b'{"a": 1}\n' + b" " * (100 << 20))
    with pytest.raises(StagingError, match="unpacks to more than"):
        staged(workbench, tmp_path, bomb)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)]
)
def test_an_empty_file_holds_nothing(workbench: Con, tmp_path: Path, content: bytes) -> None:
    found = staged(workbench, tmp_path, content)
    assert (found.records, found.rejected) == (0, 0)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0", b"some prose\nand more\n", b"\0" * 100]
)
def test_what_is_no_table_is_refused_with_a_reason(
    workbench: Con, tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(StagingError, match="neither CSV"):
        staged(workbench, tmp_path, content)


def test_a_folder_is_refused_with_a_reason(workbench: Con, tmp_path: Path) -> None:
    with pytest.raises(StagingError, match="cannot be opened"):
        stage(workbench, tmp_path, tmp_path / "scratch")


def test_parquet_values_become_exact_text(workbench: Con, tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    workbench.execute(
        f"""copy (select 0.1234567890123456789::decimal(38,19) as cost, 5 as n, null::int as empty,
            timestamp '2026-01-02 03:04:05.678901' as at, [1, 2] as list,
            {{'k': 1.10::decimal(4,2)}} as s
        ) to '{file}' (format parquet)"""
    )
    stage(workbench, file, tmp_path / "scratch")
    ((line, record),) = records(workbench)
    assert line == 1
    assert Decimal(record["cost"]) == Decimal("0.1234567890123456789")
    assert record["n"] == "5"
    assert record["empty"] is None
    assert record["at"] == "2026-01-02 03:04:05.678901"
    assert (record["list"], record["s"]) == ([1, 2], {"k": 1.1})


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b[:4] + b"x" * 50 + b[54:]]
)
def test_a_damaged_parquet_file_is_refused(workbench: Con, tmp_path: Path, damage: Any) -> None:
    file = tmp_path / "x.parquet"
    workbench.execute(f"copy (select range as n from range(1000)) to '{file}' (format parquet)")
    with pytest.raises(StagingError, match="damaged"):
        staged(workbench, tmp_path, damage(file.read_bytes()))
