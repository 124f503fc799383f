"""Multiplies a format's own records to as many as asked for, each copy with its own ids and times.

Seeds are the fixtures of `tests/fixtures/sources`, or the demo's files for formats without. Ids
that several records of a seed share stay shared within a copy.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb

from unitcost.demo.writing import write_demo

_FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
_KINDS = ("csv", "jsonl", "parquet", "json")
_ID = re.compile(
    r"(?i)(^|request|response|trace|span|call|message|parent|run|event|log|session|resource"
    r"|generation|observation)[_.]?id$|uuid|^id$|resource_?name"
)
_TIME = r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d"
_MOST_RECORDS = 50


@dataclass(frozen=True)
class Seed:
    """Records of one kind of file; a Parquet file's are JSON and have `columns`, name to type."""

    kind: str
    records: tuple[str, ...]
    header: str = ""
    columns: tuple[tuple[str, str], ...] = ()

    @cached_property
    def parts(self) -> list[list[str]]:
        """Each record cut so that every second part is an id or a time."""
        ids = sorted({i for r in self.records for i in _ids(self, r)}, key=lambda i: (-len(i), i))
        cut = re.compile("(" + "|".join([_TIME, *map(re.escape, ids)]) + ")")
        return [cut.split(record) for record in self.records]

    def copies(self, count: int) -> Iterator[str]:
        """The first `count` records of endless copies."""
        for number in range(-(-count // len(self.records))):
            changed: dict[str, str] = {}
            for parts in self.parts[: count - number * len(self.records)]:
                for old in parts[1::2]:
                    if old not in changed:
                        changed[old] = _changed(old, number)
                yield "".join(p if n % 2 == 0 else changed[p] for n, p in enumerate(parts))

    def write(self, file: Path, count: int) -> None:
        """Write `count` records as a file of the seed's kind."""
        lines = file.with_suffix(".lines") if self.kind == "parquet" else file
        with lines.open("w", encoding="utf-8", newline="") as handle:
            handle.write(self.header)
            handle.writelines(record + "\n" for record in self.copies(count))
        if self.kind == "parquet":
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in self.columns)
            with duckdb.connect() as con:
                reader = f"read_ndjson('{lines}', columns = {{{columns}}})"
                con.execute(f"copy (from {reader}) to '{file}' (compression zstd)")
            lines.unlink()


def seeds(source_format: str, scratch: Path) -> list[Seed]:
    """One seed for each kind of file that the format comes in."""
    files = sorted((_FIXTURES / source_format).glob("*"))
    if not files:
        write_demo(scratch, date(2026, 11, 20), days=1)
        files = sorted((scratch / source_format).glob("*"))
    by_kind: dict[str, Path] = {}
    for file in files:
        kind = file.name.removesuffix(".gz").rpartition(".")[2]
        if file.name != "expected.json" and kind in _KINDS:
            by_kind[kind] = max(by_kind.get(kind, file), file, key=lambda f: f.stat().st_size)
    if len(by_kind) > 1:
        by_kind.pop("json", None)  # the same records as lines are there
    return [_seed(file, kind) for kind, file in sorted(by_kind.items())]


def _seed(file: Path, kind: str) -> Seed:
    if kind == "parquet":
        return _parquet(file)
    text = (
        gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    ).decode()
    if kind == "json":
        found = json.loads(text)
        records = found if isinstance(found, list) else [found]
        return Seed("jsonl", tuple(map(json.dumps, records[:_MOST_RECORDS])))
    if kind == "jsonl":
        return Seed(kind, tuple(line for line in text.splitlines() if line.strip())[:_MOST_RECORDS])
    header, *rows = csv.reader(io.StringIO(text))
    return Seed(kind, tuple(map(_row, rows[:_MOST_RECORDS])), header=_row(header) + "\n")


def _parquet(file: Path) -> Seed:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        told = con.execute(f"describe from '{file}'").fetchall()
        rows = con.execute(f"select to_json(r)::varchar from '{file}' as r").fetchall()
    columns = tuple((name, kind) for name, kind, *_ in told)
    return Seed("parquet", tuple(text for (text,) in rows), columns=columns)


def _row(values: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow(values)
    return target.getvalue()


def _ids(seed: Seed, record: str) -> Iterator[str]:
    """The ids that a record names."""
    if seed.kind == "csv":
        names, values = (next(csv.reader([text])) for text in (seed.header.strip(), _flat(record)))
        pairs = list(zip(names, values, strict=False))
    else:
        pairs = list(_texts(json.loads(record)))
    yield from (value for name, value in pairs if len(value) >= 6 and _ID.search(name))


def _flat(record: str) -> str:
    return record.replace("\n", " ")


def _texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, str(key))
    elif isinstance(value, list):  # a list of texts is no id: LangChain's `id` is a class's path
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str) and not value.startswith(("{", "[")):
        yield name, value


def _changed(old: str, copy: int) -> str:
    """An id or a time as the copy has it; hex ids, UUIDs and bytes in base64 stay such."""
    if copy == 0:
        return old
    if re.fullmatch(_TIME, old):
        moment = datetime.fromisoformat(old) + timedelta(seconds=37 * copy % 86_400)
        return moment.isoformat(old[10])
    digest = hashlib.md5(f"{old}{copy}".encode(), usedforsecurity=False).hexdigest()
    if re.fullmatch(r"[0-9a-f]{16}|[0-9a-f]{32}", old):
        return digest[: len(old)]
    if re.fullmatch(r"[0-9a-f-]{36}", old):
        return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
    if re.fullmatch(r"[0-9A-Za-z+/]{11}=|[0-9A-Za-z+/]{22}==", old):
        return base64.b64encode(bytes.fromhex(digest)[: 8 if len(old) == 12 else 16]).decode()
    return f"{old}{copy}"
