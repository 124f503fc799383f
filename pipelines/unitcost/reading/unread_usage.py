"""Counts the numbers of usage that records tell and nothing reads, so that none goes unseen.

Which names are read is the vocabulary's business for spans, the rules' of
`unitcost.sources.usage_objects` for usage objects.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb

from unitcost.queries import inlined
from unitcost.sources.base import Source
from unitcost.sources.usage_objects import QUERY
from unitcost_models.raw_otlp import RawSpan

_NUMBERS = {"UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"}
_IGNORED = re.compile(
    r"(?i)time|duration|latency|seconds$|_ms$|cost|price|ratio|rate|multiplier|_prediction_tokens$"
)
"""Numbers of a usage object that are billed by no one, or again: how long it took, what it cost,
the part of the completion that was predicted."""


def find_unread(con: duckdb.DuckDBPyConnection, source: Source) -> dict[str, int]:
    """Name -> records of `raw.parsed` that tell it, for the file that was just parsed."""
    if issubclass(source.row, RawSpan):
        return _unread_attributes(con)
    return _unread_counts(con) if source.is_call_log else {}


def _unread_attributes(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = con.execute(
        """select name, count(*)
           from (
               select unnest(otlp_unread(attributes)) as name
               from raw.parsed where reject_reason is null
           )
           group by name"""
    )
    return {str(name): int(count) for name, count in rows.fetchall()}


def _unread_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Usage objects by their structure: millions of records have a handful of them."""
    rows = con.execute(
        "select json_structure(usage)::varchar, count(*) from raw.usage_bodies group by 1"
    )
    found: Counter[str] = Counter()
    for structure, count in rows.fetchall():
        for name in _numbers_of(json.loads(structure or "null"), ()):
            found[name] += int(count)
    return dict(found)


def _numbers_of(structure: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Paths to the numbers that no rule names."""
    if isinstance(structure, dict):
        for name, inner in structure.items():
            yield from _numbers_of(inner, (*path, name))
    elif isinstance(structure, list):
        yield from _numbers_of(structure[0] if structure else None, path)
    elif structure in _NUMBERS and not _IGNORED.search(path[-1]) and not _read_names() >= {*path}:
        yield ".".join(path)


@cache
def _read_names() -> frozenset[str]:
    """Every word of the rules: a path is read where they name all of its parts."""
    return frozenset(re.findall(r"\w+", inlined(QUERY)))
