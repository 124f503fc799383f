"""Broken variants of every source's fixtures: a row or a reason for each record, never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import FILES, parse_texts, records
from unitcost.sources import SOURCES
from unitcost_models.base import columns

WRONG: tuple[Any, ...] = (
    *(None, "", "x", -1, 0, 1.5, "1e400", 2**63, True, [], [None], {}, {"x": [1]}, "2026-13-45"),
    *("\0?", "'; drop table raw.staged; --", "-0", "NaN", "Infinity", "0x10", " 12 ", "1970-01-01"),
    *("\N{ARABIC-INDIC DIGIT ONE}", 9e99, "[", "{}"),
)
OWN = {"source_format", "source_file", "ingested_at"}


def mutants(value: Any, depth: int = 3) -> Iterator[Any]:
    """Copies of a value with one part missing, of another kind, or strange."""
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            rest = {k: v for k, v in value.items() if k != key}
            yield rest
            for other in (*WRONG, *mutants(inner, depth - 1)):
                yield {**rest, key: other}
        yield {**value, "surprise": {"new": 1}}
    elif isinstance(value, list) and value and depth:
        for inner in mutants(value[0], depth - 1):
            yield [inner, *value[1:]]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_every_broken_record_is_read_or_refused(file: Path, tmp_path: Path) -> None:
    source = SOURCES[file.parent.name]
    texts = [json.dumps(m) for r in records(file, tmp_path)[:6] for m in mutants(json.loads(r))]
    rows = parse_texts(source.format, texts)
    needed = [c.name for c in columns(source.row) if not c.is_nullable and c.name not in OWN]
    counts = [n for n in rows[0] if n.endswith("_tokens") and n != "residual_tokens"]
    for row in rows:
        text = texts[row["source_line"] - 1]
        if row["reject_reason"] is None:
            assert [name for name in needed if row[name] is None] == [], text
            assert [name for name in counts if _is_negative(row[name])] == [], text
        else:
            assert row["reject_text"], text


def _is_negative(value: Any) -> bool:
    return isinstance(value, int) and value < 0


@pytest.mark.parametrize("name", sorted({f.parent.name for f in FILES}))
def test_records_of_nothing_are_refused(name: str) -> None:
    rows = parse_texts(name, ["{}", '{"": ""}', '{"a": null}'])
    assert [row for row in rows if row["reject_reason"] is None] == []


ODD_COUNT, ODD_TIME = "4_321", "2026-11-01T10:00:00+99:00"
TAKEN = {4321, datetime(2026, 10, 28, 7)}
"""What DuckDB takes them for, and no other reader."""
CALLS = [file for file in FILES if SOURCES[file.parent.name].counts_calls]


def with_odd_texts(value: Any) -> Iterator[Any]:
    """Copies of a value with one number or time in it as a text that only DuckDB understands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: odd} for odd in with_odd_texts(inner))
    elif isinstance(value, list) and value:
        yield from ([odd, *value[1:]] for odd in with_odd_texts(value[0]))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield ODD_COUNT
    elif isinstance(value, str) and value[:2] in ("17", "20"):
        yield ODD_TIME
    elif isinstance(value, str) and value.isdigit():
        yield ODD_COUNT


@pytest.mark.parametrize("file", CALLS, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_no_number_or_time_is_read_that_only_the_engine_understands(
    file: Path, tmp_path: Path
) -> None:
    given = [o for r in records(file, tmp_path)[:6] for o in with_odd_texts(json.loads(r))]
    rows = parse_texts(file.parent.name, [json.dumps(odd) for odd in given])
    taken = [
        (name, given[row["source_line"] - 1])
        for row in rows
        if row["reject_reason"] is None
        for name, value in row.items()
        if isinstance(value, int | datetime | Decimal)
        if value in TAKEN
    ]
    assert {name for name, _ in taken} == set(), taken[:1]
