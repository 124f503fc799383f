"""Writes docs/tables.md from the row models: `python -m unitcost.reference`.

A field's meaning is the text below it in its row model; it is read from the source, since row
models do not carry it at run time.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise

from unitcost.lake.catalogue import Catalogue
from unitcost.tables import published_models
from unitcost_models.base import Row, columns
from unitcost_models.call_logs import RawCall
from unitcost_models.meta import QuarantinedRecord
from unitcost_models.raw_otlp import RawSpan
from unitcost_models.raw_outcomes import RawScore
from unitcost_models.reports import RawReport

_META: tuple[type[Row], ...] = (*(row for row, _ in Catalogue().tables()), QuarantinedRecord)
_HEAD = """# Tables

Generated from `models/unitcost_models` by `uv run python -m unitcost.reference > docs/tables.md`.

Every `_usd` column is `DECIMAL(38,12)`. Unknown is NULL, never 0. Times are UTC.

Each [source](../README.md#your-own-data) has its table `raw.<format>`. Sources that tell the same
kind of record have tables of one shape, which stands here once.
"""
_SHAPES: dict[type[Row], str] = {
    RawCall: "`raw.<format>` of a log of single calls",
    RawReport: "`raw.<format>` of a report or a bill",
    RawSpan: "`raw.<format>` of spans",
    RawScore: "`raw.<format>` of scores and feedback",
}


def tables_page() -> str:
    """The whole page as Markdown."""
    shaped = {row for row in published_models() if issubclass(row, tuple(_SHAPES))}
    own = {row: row.table for row in (*published_models(), *_META) if row not in shaped}
    named = sorted((own | _SHAPES).items(), key=lambda pair: pair[1])
    return _HEAD + "".join(_section(title, row) for row, title in named)


def _section(title: str, row: type[Row]) -> str:
    meanings = _meanings(row)
    lines = [f"\n## {title}\n", f"{inspect.getdoc(row)}\n", f"Key: {', '.join(row.key)}.\n"]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for c in columns(row):
        kind = c.sql_type if c.is_nullable else f"{c.sql_type} not null"
        lines.append(f"| {c.name} | {kind} | {meanings.get(c.name, '')} |")
    return "\n".join(lines) + "\n"


def _meanings(row: type[Row]) -> dict[str, str]:
    """Field name -> its text, the nearest class's first."""
    found: dict[str, str] = {}
    for base in row.__mro__:
        if issubclass(base, Row):
            found = {**_own_meanings(base), **found}
    return found


@cache
def _own_meanings(row: type[Row]) -> dict[str, str]:
    body = ast.parse(inspect.getsource(row)).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(statements)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


if __name__ == "__main__":
    sys.stdout.write(tables_page())
