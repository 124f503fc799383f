"""Answers to what a CEO asks, read from the published warehouse.

The questions and their SQL are in `questions`; printing belongs to the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import duckdb

from unitcost.demo.questions import QUESTIONS, Question

Cell = str | int | Decimal | None

_CENT = Decimal("0.01")
_UNIT_COST = Decimal("0.000001")
_PERCENT = Decimal("0.1")


@dataclass(frozen=True)
class Answer:
    """A question, its SQL, and the table that answers it; money is rounded for reading.

    Columns keep their warehouse names. Unit costs (`cost_per_*_usd`) have 6 digits, other money
    2, percentages 1. `note` says how to read the table.
    """

    question: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str


def answers(con: duckdb.DuckDBPyConnection) -> list[Answer]:
    """Run every question on a connection that sees the schemas `core` and `marts`."""
    return [_answer(con, question) for question in QUESTIONS]


def _answer(con: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    cursor = con.execute(question.sql)
    columns = tuple(column[0] for column in cursor.description or ())
    rows = tuple(
        tuple(_shown(name, cell) for name, cell in zip(columns, row, strict=True))
        for row in cursor.fetchall()
    )
    return Answer(question.text, question.sql.strip(), columns, rows, question.note)


def _shown(name: str, cell: Cell) -> Cell:
    if not isinstance(cell, Decimal):
        return cell
    if name.endswith("_pct"):
        return cell.quantize(_PERCENT, ROUND_HALF_EVEN)
    digits = _UNIT_COST if name.startswith(("cost_per_", "p50_", "p95_")) else _CENT
    return cell.quantize(digits, ROUND_HALF_EVEN)
