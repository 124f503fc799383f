"""A written file keeps its table's contract, or is not written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import duckdb
import pytest

from unitcost.lake.files import ContractError, write_rows
from unitcost_models.base import Row


class Bill(Row):
    table: ClassVar[str] = "core.bills"
    key: ClassVar[tuple[str, ...]] = ("line",)

    line: str
    tokens: int | None
    cost_usd: Decimal | None
    day: date


GOOD = (
    "select 'a' as line, 5 as tokens, "
    "0.000001234::decimal(18,12) as cost_usd, date '2026-11-01' as day"
)


def test_equal_rows_are_the_same_file(workbench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = write_rows(workbench, Bill, GOOD, tmp_path)
    second = write_rows(workbench, Bill, GOOD, tmp_path)
    assert first == second
    assert [p.name for p in tmp_path.iterdir()] == [first.path.name]


def test_types_are_the_contracts(workbench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = write_rows(workbench, Bill, GOOD, tmp_path)
    described = workbench.execute(f"describe select * from '{written.path}'").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("line", "VARCHAR"),
        ("tokens", "BIGINT"),
        ("cost_usd", "DECIMAL(38,12)"),
        ("day", "DATE"),
    ]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("0.1::double as cost_usd", "cost_usd is DOUBLE instead of DECIMAL"),
        ("0.1::decimal(38,20) as cost_usd", "cost_usd is DECIMAL\\(38,20\\)"),
        ("0.1::decimal(18,12) as costs_usd", "cost_usd is missing; costs_usd is not in"),
    ],
)
def test_inexact_or_unknown_columns_are_refused(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path, change: str, complaint: str
) -> None:
    sql = GOOD.replace("0.000001234::decimal(18,12) as cost_usd", change)
    with pytest.raises(ContractError, match=complaint):
        write_rows(workbench, Bill, sql, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_required_null_is_refused(workbench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="NULL in line"):
        write_rows(workbench, Bill, GOOD.replace("'a'", "null::varchar"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_rows_is_a_valid_file(workbench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert write_rows(workbench, Bill, f"{GOOD} limit 0", tmp_path).rows == 0
